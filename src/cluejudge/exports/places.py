"""Where in an image the contents are that violate its rules, as shares of its size."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cluejudge.image import ImageRecord
from cluejudge.verdict import Answer, EvidenceBox, RuleFinding, Verdict


@dataclass(frozen=True, slots=True)
class Place:
    """A box, in shares of the upright image's width and height (0 to 1), for one rule.

    `content` is what was looked for there, `score` the confidence of the detector.
    """

    rule_id: str
    content: str
    left: float
    top: float
    width: float
    height: float
    score: float


def places(verdict: Verdict, findings: Iterable[RuleFinding]) -> tuple[Place, ...]:
    """The boxes of what was found for these rules, in the picture that viewers show first.

    A box on a later frame or page has no place there, and is left out.
    """
    record = verdict.record
    if record is None:
        return ()
    return tuple(
        _place(found.rule_id, atom.text, atom.box, record)
        for found in findings
        if _on_first(found.view, verdict, record)
        for group in found.groups
        for atom in group
        if atom.box is not None and atom.answer is Answer.YES and not atom.negated
    )


def _on_first(view: str, verdict: Verdict, record: ImageRecord) -> bool:
    """Whether a view is of the first frame: the frame is named before its background."""
    if record.frames == 1:
        return True
    return bool(verdict.views) and _frame(view) == _frame(verdict.views[0].view)


def _frame(view: str) -> str:
    return view.partition(",")[0]


def _place(rule_id: str, content: str, box: EvidenceBox, record: ImageRecord) -> Place:
    return Place(
        rule_id=rule_id,
        content=content,
        left=box.left / record.width,
        top=box.top / record.height,
        width=(box.right - box.left) / record.width,
        height=(box.bottom - box.top) / record.height,
        score=box.score,
    )
