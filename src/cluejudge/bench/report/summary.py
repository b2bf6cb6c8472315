"""The section that says the most important of a run in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator

from cluejudge.bench.methods.registry import GROUPS
from cluejudge.bench.report.blocks import Section
from cluejudge.bench.report.record import OWN, Run
from cluejudge.bench.report.values import (
    count,
    difference,
    find,
    parts,
    percent,
    real,
    score,
    share,
)
from cluejudge.bench.report.worth import pair
from cluejudge.bench.robustness import flips

TARGET = 0.15
"""The gain in F1 over the best zero-shot baseline that this project aims at."""

MOST = 0.5
"""The share of images that a method has to decide for its numbers to say much."""

SURE = 0.05
"""Under this p, after Holm's correction, a difference is called one."""


def summary(run: Run) -> Section | None:
    """What came out, against what, and which parts earn their cost."""
    if real(run.methods, run.main, "f1") is None:
        return None
    told = (*_main(run), *_baseline(run), *_parts(run), *_scan(run), *_edits(run))
    return Section("summary", "In short", told)


def _main(run: Run) -> Iterator[str]:
    each = parts(run.methods, run.main)
    yield (
        f"{run.main} has an F1 of {score(each, 'f1')} on {count(each, 'n')} images: it flags "
        f"{share(each, 'recall')} of the unsafe ones and {share(each, 'fpr')} of the safe ones, "
        f"and decides {percent(real(each, 'coverage'))} of all."
    )
    if (real(each, "coverage") or 0.0) < MOST:
        yield "It left most images open, so that these numbers say little."


def _baseline(run: Run) -> Iterator[str]:
    """The best of the paper's four zero-shot questions, or why there is none."""
    if run.main != OWN:
        return
    best = next((name for name in run.ranked if name in GROUPS["baselines"]), None)
    if best is None:
        barred = [name for name in GROUPS["baselines"] if find(run.config, "not_applicable", name)]
        why = "cannot be asked of this model" if barred else "were not asked: --methods baselines"
        yield f"The zero-shot baselines {why}."
        return
    found = pair(run, best)
    gain = real(found, "f1_difference")
    reached = "" if gain is None else f": {'at least' if gain >= TARGET else 'less than'} {TARGET}"
    yield (
        f"The best zero-shot baseline on the same model is {best}, F1 "
        f"{score(parts(run.methods, best), 'f1')}; {run.main} gains "
        f"{difference(found, 'f1_difference')} over it{reached}."
    )


def _parts(run: Run) -> Iterator[str]:
    """The ablations by whether they are surely worse, surely better, or neither."""
    if run.main != OWN:
        return
    kinds: dict[str, list[str]] = {"worse": [], "better": [], "alike": []}
    for name in GROUPS["ablations"]:
        found = pair(run, name) if name in run.methods else {}
        gain, p = real(found, "f1_difference"), real(found, "f1_holm")
        if gain is not None and p is not None:
            kinds["alike" if p >= SURE else "worse" if gain > 0 else "better"].append(name)
    said = (
        ("worse", "Surely worse than the whole method"),
        ("better", "Surely better than the whole method"),
        ("alike", "No sure difference from the whole method"),
    )
    for kind, lead in said:
        if kinds[kind]:
            yield f"{lead}: {', '.join(kinds[kind])}."


def _scan(run: Run) -> Iterator[str]:
    numbers = find(run.methods, run.main, "relevance")
    if real(numbers, "filtered") is not None:
        yield (
            f"The relevance scan filters {share(numbers, 'filtered')} of the rules and keeps "
            f"{share(numbers, 'recall')} of the violated ones."
        )


def _edits(run: Run) -> Iterator[str]:
    """The edit that changes most outcomes of the main method."""
    said = run.predictions.get(run.main, ())
    found = [
        (share_, edit)
        for edit, after in run.edited.get(run.main, {}).items()
        if (share_ := flips(said, after, edit).changed.share) is not None
    ]
    if not found:
        return
    most, edit = max(found)
    if most:
        yield f"Of the edits, {edit} changes most: {percent(most)} of the outcomes of {run.main}."
    else:
        yield f"No edit changes an outcome of {run.main}."
