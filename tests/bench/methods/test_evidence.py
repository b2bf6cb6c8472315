from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.bench.methods.evidence import position, prediction, score
from cluejudge.bench.predictions import Prediction
from cluejudge.constitution import Severity
from cluejudge.verdict import (
    Answer,
    AtomFinding,
    AtomScores,
    Cost,
    EvidenceBox,
    Outcome,
    RuleFinding,
    RuleOutcome,
    Stage,
    Verdict,
    ViewVerdict,
)

LOW, HIGH = -0.2, 0.4


def atom(
    debiased: float | None = None,
    *,
    answer: Answer = Answer.NO,
    stage: Stage = Stage.PRIOR,
    negated: bool = False,
    text: str = "a cat",
    low: float = LOW,
    high: float = HIGH,
    prior: float | None = None,
) -> AtomFinding:
    scores = AtomScores(image=debiased, prior=prior, debiased=debiased, low=low, high=high)
    return AtomFinding(
        text=text,
        negated=negated,
        answer=answer,
        decided_by=stage,
        scores=scores if debiased is not None else AtomScores(),
    )


def rule(
    *groups: tuple[AtomFinding, ...],
    outcome: RuleOutcome = RuleOutcome.CLEARED,
    rule_id: str = "r",
) -> RuleFinding:
    return RuleFinding(
        rule_id=rule_id,
        text="",
        severity=Severity.LOW,
        action="block",
        outcome=outcome,
        groups=groups,
        relevance=0.3,
        relevance_bound=0.1,
    )


def test_the_bounds_and_their_middle_have_fixed_positions() -> None:
    on_low, middle, on_high = (position(atom(value)) for value in (LOW, 0.1, HIGH))
    assert middle == pytest.approx(0.5)
    assert on_low == pytest.approx(1 / (1 + math.exp(2)))
    assert on_high == pytest.approx(1 / (1 + math.exp(-2)))


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_a_larger_score_never_lies_lower(one: float, other: float) -> None:
    low, high = sorted((one, other))
    places = position(atom(low)), position(atom(high))
    assert places[0] is not None
    assert places[1] is not None
    assert 0 <= places[0] <= places[1] <= 1


@given(st.floats(0, 1))
def test_where_the_bounds_are_one_the_position_is_p_yes(p: float) -> None:
    assert position(atom(p - 0.5, low=0.0, high=0.0)) == pytest.approx(p)


@pytest.mark.parametrize("stage", [Stage.REGION, Stage.REASONING])
def test_what_a_later_stage_decided_lies_on_its_side(stage: Stage) -> None:
    yes = position(atom(0.0, answer=Answer.YES, stage=stage))
    no = position(atom(0.2, answer=Answer.NO, stage=stage))
    assert yes == position(atom(HIGH))
    assert no == pytest.approx(position(atom(LOW)))
    turned = position(atom(0.0, answer=Answer.NO, negated=True, stage=stage))
    assert turned == yes


def test_what_was_taken_for_not_visible_lies_under_one_half() -> None:
    place = position(atom(0.35, answer=Answer.NO, stage=Stage.DEFAULT))
    assert place is not None
    assert place < 0.5 < (position(atom(0.35, stage=Stage.UNDECIDED)) or 0)


def test_the_score_is_the_best_rule_of_the_worst_group_of_the_best_atom() -> None:
    one = rule((atom(-0.1), atom(0.3)), (atom(0.2),))
    other = rule((atom(0.35),), (atom(-0.3),))
    assert score([one, other]) == position(atom(0.2))


def test_a_negated_atom_counts_the_other_way() -> None:
    assert score([rule((atom(-0.1, negated=True),))]) == pytest.approx(1 - position(atom(-0.1)))  # type: ignore[operator]


def test_irrelevant_rules_score_nothing_and_unscored_ones_are_left_out() -> None:
    irrelevant = rule(outcome=RuleOutcome.IRRELEVANT)
    blank = rule((atom(stage=Stage.FAILED, answer=Answer.UNSURE),), outcome=RuleOutcome.UNSURE)
    assert score([irrelevant]) == 0
    assert score([blank]) is None
    assert score([]) is None
    assert score([irrelevant, blank, rule((atom(0.1), blank.groups[0][0]))]) == pytest.approx(0.5)


def verdict(*rules: RuleFinding, asks: int = 9) -> Verdict:
    cost = Cost(asks=asks, reasonings=2, reasoning_tokens=50)
    view = ViewVerdict(view="whole", outcome=Outcome.UNSAFE, rules=rules, cost=cost)
    return Verdict(
        image="input 1",
        outcome=Outcome.UNSAFE,
        violated=("r",),
        rules=rules,
        views=(view,),
        cost=cost,
        reason="why",
    )


def test_a_prediction_holds_what_the_verdict_says() -> None:
    thought = atom(0.1, answer=Answer.YES, stage=Stage.REASONING).model_copy(
        update={"rationale": "I see one."}
    )
    rules = (
        rule((thought,), outcome=RuleOutcome.VIOLATED),
        rule(outcome=RuleOutcome.IRRELEVANT, rule_id="s"),
    )
    made = prediction("sample", verdict(*rules), 1.5)
    assert (made.id, made.outcome, made.violated) == ("sample", Outcome.UNSAFE, ("r",))
    assert [(row.rule, row.outcome) for row in made.rules] == [
        ("r", RuleOutcome.VIOLATED),
        ("s", RuleOutcome.IRRELEVANT),
    ]
    assert (made.rules[0].relevance, made.rules[0].relevance_bound) == (0.3, 0.1)
    (row,) = made.atoms
    assert (row.rule, row.group, row.text, row.answer) == ("r", 0, "a cat", Answer.YES)
    assert (row.image, row.low, row.high) == (0.1, LOW, HIGH)
    assert made.evidence == "r, a cat: I see one."
    assert made.reason == "why"
    assert (made.cost.reasonings, made.cost.reasoning_tokens, made.cost.seconds) == (2, 50, 1.5)


def test_questions_without_the_picture_are_no_passes() -> None:
    """The same content in two rules is asked once."""
    rules = (
        rule((atom(0.1, prior=0.2), atom(0.1, prior=0.3, text="a dog"))),
        rule((atom(0.1, prior=0.2),)),
    )
    cost = prediction("sample", verdict(*rules)).cost
    assert (cost.asks, cost.passes) == (9, 7)


def test_atoms_that_were_never_asked_about_are_left_out() -> None:
    never = atom(stage=Stage.NOT_NEEDED, answer=Answer.UNSURE, text="a dog")
    failed = atom(stage=Stage.FAILED, answer=Answer.UNSURE, text="a fish")
    told = prediction("sample", verdict(rule((atom(0.1), never), (failed,)))).atoms
    assert [(row.text, row.group) for row in told] == [("a cat", 0), ("a fish", 1)]


def test_boxes_and_views_come_along_and_are_read_again() -> None:
    box = EvidenceBox(left=1, top=2, right=30, bottom=40, score=0.75, words=("knife",))
    found = atom(0.2).model_copy(update={"box": box})
    told = rule((found, atom(0.1))).model_copy(update={"view": "frame 3"})
    made = prediction("a", verdict(told))
    assert [row.box for row in made.atoms] == [box, None]
    assert made.rules[0].view == "frame 3"
    assert Prediction.from_line(made.to_line()) == made
