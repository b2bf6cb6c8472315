"""Whether the same method does better in one run than in another, image by image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cluejudge.bench.metrics.binary import of_images
from cluejudge.bench.metrics.intervals import Resamples
from cluejudge.bench.metrics.judged import join, unsafe
from cluejudge.bench.metrics.paired import Compared, compare, summary
from cluejudge.bench.report.blocks import Table
from cluejudge.bench.report.record import Run
from cluejudge.bench.report.values import count, difference, p_value, real

SEED = 0


def gains(runs: Mapping[str, Run]) -> Iterator[Table]:
    """A table for each run but the first: its gain in F1 over the first, by method.

    The numbers are those of `metrics.paired`. Raises `MissingExtraError` without the extra `bench`.
    """
    first, *others = runs
    for name in others:
        numbers = summary(_compared(runs[name], runs[first]))
        if numbers:
            yield _table(name, first, numbers)


def _compared(run: Run, other: Run) -> dict[str, Compared]:
    """Each method that judged images in both runs, on those images."""
    made: dict[str, Compared] = {}
    drawn: dict[tuple[str, ...], Resamples] = {}
    for method in run.predictions.keys() & other.predictions.keys():
        ours, theirs = (
            {one.said.id: one for one in join(each.known, each.predictions[method])}
            for each in (run, other)
        )
        ids = tuple(sorted(ours.keys() & theirs.keys()))
        if not ids:
            continue
        said = {"ours": [ours[name] for name in ids], "theirs": [theirs[name] for name in ids]}
        each = {whose: of_images(judged) for whose, judged in said.items()}
        resamples = drawn.setdefault(ids, Resamples(unsafe(said["ours"]), SEED))
        (made[method],) = compare(each, [("ours", "theirs")], resamples).values()
    return {method: made[method] for method in run.predictions if method in made}


def _table(name: str, first: str, numbers: Mapping[str, object]) -> Table:
    return Table(
        f"{name} against {first}, on the same images",
        (
            "method",
            "images",
            "gain in F1",
            "p (Holm)",
            f"only {name} right",
            f"only {first} right",
            "McNemar p (Holm)",
        ),
        tuple((method, *_row(pair)) for method, pair in numbers.items()),
        (
            "The gain is the F1 in the one run less that in the other, with a 95% bootstrap "
            "interval. One that holds 0 shows no difference.",
        ),
    )


def _row(pair: object) -> tuple[str, ...]:
    return (
        count(pair, "n"),
        difference(pair, "f1_difference"),
        p_value(real(pair, "f1_holm")),
        count(pair, "mcnemar", "only_first"),
        count(pair, "mcnemar", "only_second"),
        p_value(real(pair, "mcnemar", "holm")),
    )
