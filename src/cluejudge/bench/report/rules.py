"""The section on single rules: whether the right one was named."""

from __future__ import annotations

from cluejudge.bench.metrics import binary
from cluejudge.bench.metrics.judged import Judged, flags, settled
from cluejudge.bench.report import paper
from cluejudge.bench.report.blocks import MISSING, Section, Table
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.results import BRACKETS
from cluejudge.bench.report.values import count, decimal, parts, percent, real, score, share

TAG = "rule"
"""The tag of an image that tells for which rule it was made."""


def rules(run: Run) -> Section | None:
    """Whether the right rule was named, for each method and for each rule."""
    named = {name: parts(each, "named") for name, each in run.methods.items()}
    told = {name: each for name, each in named.items() if real(each, "n") is not None}
    if not told:
        return None
    table = Table(
        "The right rule named",
        ("method", "recall", "precision", "F1", "exactly the right rules", "wrong rule only"),
        tuple(
            (
                name,
                share(each, "recall"),
                share(each, "precision"),
                score(each, "f1"),
                share(each, "exact"),
                count(each, "wrong_rule"),
            )
            for name, each in told.items()
        ),
        (
            "An unsafe image counts as found only if a rule that it violates was named. "
            f"Methods that name no rules are not here. {BRACKETS}",
        ),
    )
    tables = [table]
    tables += [_by_rule(run.methods[run.main], run.main)] if run.main in told else []
    tables += [_matrix(run, tuple(told))] if len(told) > 1 else []
    tables += [_made_for(run)] if run.main in told else []
    kept = (each for each in tables if each.rows)
    return Section("rules", "By rule", (*kept, paper.by_rule()))


def _made_for(run: Run) -> Table:
    """The main method on the images made for each rule: violating and borderline ones."""
    made: dict[str, list[Judged]] = {}
    for one in run.judged(run.main):
        if TAG in one.tags and one.truth.violated is not None:
            made.setdefault(one.tags[TAG], []).append(one)
    return Table(
        f"The images made for each rule, by {run.main} (the paper's Table 4)",
        ("rule", "images", "violating", "precision", "recall", "accuracy", "F1"),
        tuple((rule, *_on_rule(rule, made[rule])) for rule in sorted(made)),
        (
            "Of the images that violate the rule and of those made to come close to it: called "
            "rightly only if this very rule was named, or not named. What was left open was not "
            "called rightly.",
        ),
    )


def _on_rule(rule: str, images: list[Judged]) -> tuple[str, ...]:
    violating = flags(rule in (one.truth.violated or ()) for one in images)
    named = flags(rule in (one.said.violated or ()) for one in images)
    rates = binary.rates(binary.cells(violating, named, settled(images)).sum(axis=0))
    told = {name: real({name: float(value)}, name) for name, value in rates.items()}
    return (
        f"{len(images):,}",
        f"{violating.sum():,}",
        *(percent(told[name]) for name in ("precision", "recall", "accuracy")),
        decimal(told["f1"]),
    )


def _matrix(run: Run, methods: tuple[str, ...]) -> Table:
    """The F1 of each rule, by every method that names rules."""
    by_method = {name: parts(run.methods, name, "rules") for name in methods}
    found = dict.fromkeys(rule for numbers in by_method.values() for rule in numbers)
    return Table(
        "F1 of each rule, by method",
        ("rule", *methods),
        tuple(
            (rule, *(decimal(real(by_method[name], rule, "f1")) for name in methods))
            for rule in found
        ),
    )


def _by_rule(numbers: object, name: str) -> Table:
    return Table(
        f"Each rule, by {name}",
        ("rule", "violating images", "recall", "precision", "false positives", "F1"),
        tuple(
            (
                rule,
                _positives(each),
                share(each, "recall"),
                share(each, "precision"),
                share(each, "fpr"),
                score(each, "f1"),
            )
            for rule, each in parts(numbers, "rules").items()
        ),
        (
            "False positives: of the images that do not violate the rule, the share where it was "
            "named.",
        ),
    )


def _positives(numbers: object) -> str:
    found = [real(numbers, "counts", name) for name in ("tp", "fn")]
    known = [value for value in found if value is not None]
    return f"{sum(known):,.0f}" if len(known) == 2 else MISSING
