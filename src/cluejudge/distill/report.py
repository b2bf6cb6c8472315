"""What is told of a student when it is made: `report.json` in its folder."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from cluejudge.settings import Frozen
from cluejudge.student.card import HeadKind

REPORT = "report.json"


class Agreement(Frozen):
    """`right` of `total`, as a share (None of nothing), with its 95% interval."""

    right: int
    total: int
    share: float | None
    least: float
    most: float


class RuleReport(Frozen):
    """One rule. What is not in the first block was counted on the test pictures.

    A false clear is a rule cleared that the judge did not clear; `missed` are those of them that it
    found violated. A false alarm is a rule called violated that the judge did not find violated.
    """

    rule_id: str
    kind: HeadKind
    low: float | None
    high: float | None
    reason: str
    labelled: int = Field(description="pictures that it was learnt from")
    violated: int = Field(description="violations among them")

    test_violated: int
    auroc: float | None = Field(description="over what the judge decided")
    decided: float = Field(description="share of the pictures")
    agreement: Agreement
    cleared: int
    false_clears: int
    missed: int
    called_violated: int
    false_alarms: int


class ImageReport(Frozen):
    """Whole inputs of the test part: where nothing that is left open could change the outcome.

    `cascade` is the agreement where the judge decides the rest.
    """

    images: int
    judged_unsafe: int
    decided: float
    agreement: Agreement
    cascade: Agreement
    called_safe: int
    false_safe: Agreement = Field(description="called safe and not safe to the judge")
    unsafe_called_safe: int
    called_unsafe: int
    false_unsafe: int


class DistillReport(Frozen):
    """How far a student agrees with its judge; `strangers` is the share of pictures it refused."""

    student: str
    constitution: str
    encoder: str
    rows: int
    left_out: dict[str, int]
    pictures: dict[str, int]
    strangers: float
    rules: tuple[RuleReport, ...]
    images: ImageReport

    def write(self, folder: Path) -> Path:
        """Writes it into a student's folder. Gives its path."""
        path = folder / REPORT
        path.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")
        return path
