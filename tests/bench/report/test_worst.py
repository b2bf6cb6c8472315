from __future__ import annotations

from cluejudge.bench.predictions import AtomRow, Prediction, RuleRow
from cluejudge.bench.report.blocks import Items
from cluejudge.bench.report.record import Known, Run
from cluejudge.bench.report.worst import worst
from cluejudge.bench.samples import Truth
from cluejudge.verdict import Answer, Outcome, RuleOutcome, Stage


def test_what_is_told_of_an_error_is_sentences() -> None:
    """Markdown sets them one behind the other."""
    atoms = (
        AtomRow(rule="fire", group=0, text="a fire", answer=Answer.NO, stage=Stage.PRIOR),
        AtomRow(
            rule="fire", group=1, text="a house", answer=Answer.NO, stage=Stage.REASONING, image=0.2
        ),
    )
    said = Prediction(
        id="a",
        outcome=Outcome.SAFE,
        violated=(),
        rules=(RuleRow(rule="fire", outcome=RuleOutcome.CLEARED),),
        atoms=atoms,
    )
    known = Known(Truth(True, frozenset({"fire"})), {"style": "photo"})
    metrics = {"methods": {"clue": {"f1": 0.0}}}
    section = worst(Run("run", {}, (), metrics, {"a": known}, {"clue": (said,)}))
    assert section is not None
    (items,) = (block for block in section.blocks if isinstance(block, Items))
    assert items.items[0].lines == (
        "In truth unsafe: fire. Said safe.",
        "Kind: style photo.",
        "fire, “a fire”: not visible (prior).",
        "fire, “a house”: not visible (reasoning); with the image 0.20.",
    )
