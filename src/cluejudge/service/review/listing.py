"""What the pages with many decisions show: the queue, the record and the figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cluejudge.report.words import one_line
from cluejudge.service.review.views import ANSWERED, last_word, shown_time, stands
from cluejudge.store.records import Decision, Review
from cluejudge.verdict import Outcome, RuleOutcome

FORMAT_TITLES = {
    "label-studio": "Label Studio",
    "fiftyone": "FiftyOne",
    "llavaguard": "LlavaGuard JSON",
    "dsa": "DSA statements of reasons",
}
"""What the formats of `exports.formats` are called on the page."""


@dataclass(frozen=True, slots=True)
class Row:
    """A decision in a list; `why` is what it violates or what hindered it."""

    id: str
    name: str
    outcome: str
    why: str
    at: str
    constitution: str
    review: str
    stands: str


def row(decision: Decision, reviews: Sequence[Review] = ()) -> Row:
    """A decision as one line, with what came of its reviews."""
    verdict = decision.verdict
    last = last_word(reviews)
    return Row(
        id=decision.id,
        name=one_line(verdict.image) or decision.id,
        outcome=verdict.outcome,
        why=why(decision),
        at=shown_time(decision.at, seconds=False),
        constitution=f"{decision.constitution} {decision.version}",
        review=ANSWERED[last.answer] if last else "",
        stands=stands(reviews),
    )


def why(decision: Decision) -> str:
    """The violated rules, or else those that are open, or else the reason."""
    verdict = decision.verdict
    if verdict.violated:
        return ", ".join(map(one_line, verdict.violated))
    unsure = [found.rule_id for found in verdict.rules if found.outcome is RuleOutcome.UNSURE]
    if unsure:
        return f"unsure: {', '.join(map(one_line, unsure))}"
    return one_line(verdict.reason)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose in a filter, and how many decisions it stands for, if that is known."""

    value: str
    label: str
    chosen: bool
    count: int | None = None


def outcome_options(
    counts: Mapping[Outcome | str, int], chosen: Sequence[str], share: float
) -> tuple[Option, ...]:
    """The outcomes that can be reviewed, and the sample of safe ones, with their counts."""
    sample = f"a sample of the safe ({share:.0%})" if share >= 0.01 else "a sample of the safe"
    labels = {
        Outcome.ABSTAIN: "abstained",
        Outcome.UNSAFE: "unsafe",
        Outcome.ERROR: "errors",
        "sample": sample,
    }
    return tuple(
        Option(str(value), label, str(value) in chosen, counts.get(value))
        for value, label in labels.items()
    )


def percent(part: int, whole: int) -> str:
    """A share in words; a dash where there is nothing to share."""
    return f"{part / whole:.0%}" if whole else "\N{EN DASH}"
