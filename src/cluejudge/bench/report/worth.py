"""Sections on what the parts of the method are worth: method against method on the same images."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cluejudge.bench.report import paper
from cluejudge.bench.report.blocks import Block, Section, Table
from cluejudge.bench.report.record import OWN, Run
from cluejudge.bench.report.results import BRACKETS
from cluejudge.bench.report.values import (
    Cell,
    brief,
    count,
    decimal,
    difference,
    find,
    interval,
    p_value,
    parts,
    real,
    score,
    share,
)

_MEASURED: Mapping[str, Cell] = MappingProxyType(
    {
        "accuracy": lambda each: share(each, "accuracy"),
        "recall": lambda each: share(each, "recall"),
        "F1": lambda each: score(each, "f1"),
        "reasonings an image": lambda each: brief(real(each, "cost", "reasonings", "mean")),
    }
)
"""The columns of the paper's ablations, read of a method's numbers."""


def paired(run: Run) -> Section:
    """The main method against each other one, and the paper's ablations redrawn."""
    rows = tuple(_pair(run, other) for other in run.methods if other != run.main)
    blocks: list[Block] = []
    if rows:
        blocks = [
            "Where the other method is the same one without a part, the gain is what that part is "
            "worth on these images.",
            _pairs(run.main, rows),
        ]
    return Section(
        "paired",
        "What the parts are worth",
        (*blocks, *(_ablation(run, each) for each in paper.ABLATIONS)),
    )


def pair(run: Run, other: str) -> Mapping[str, object]:
    """The numbers of the main method against `other`, which may have been measured the other way.

    Empty if the two were not compared.
    """
    pairs = parts(run.metrics, "paired")
    forward = parts(pairs, f"{run.main}|{other}")
    return forward or _turned(parts(pairs, f"{other}|{run.main}"))


def _pairs(main: str, rows: tuple[tuple[str, ...], ...]) -> Table:
    return Table(
        f"{main} against each other method, on the same images",
        (
            "against",
            "what it is",
            "F1",
            "gain in F1",
            "p",
            "p (Holm)",
            "only it right",
            "only other right",
            "McNemar p (Holm)",
        ),
        rows,
        (
            f"The gain is the F1 of {main} less that of the other, on images that both judged; "
            "p is of that gain, by bootstrap, and adjusted by Holm for all pairs of methods. "
            "McNemar's test is of the images that only one of the two got right. A gain whose "
            "interval holds 0 shows nothing, and a negative one shows harm.",
            BRACKETS,
        ),
        frozenset({"what it is"}),
    )


def _pair(run: Run, other: str) -> tuple[str, ...]:
    found = pair(run, other)
    return (
        other,
        run.title(other),
        decimal(real(run.methods, other, "f1")),
        difference(found, "f1_difference"),
        p_value(real(found, "f1_p")),
        p_value(real(found, "f1_holm")),
        count(found, "mcnemar", "only_first"),
        count(found, "mcnemar", "only_second"),
        p_value(real(found, "mcnemar", "holm")),
    )


def _turned(found: Mapping[str, object]) -> Mapping[str, object]:
    """A pair's numbers with its two methods exchanged."""
    if not found:
        return found
    gain, ends = real(found, "f1_difference"), interval(found, "f1_difference")
    mcnemar = parts(found, "mcnemar")
    return {
        **found,
        "f1_difference": None if gain is None else -gain,
        "intervals": {"f1_difference": None if ends is None else [-ends[1], -ends[0]]},
        "mcnemar": {
            **mcnemar,
            "only_first": mcnemar.get("only_second"),
            "only_second": mcnemar.get("only_first"),
        },
    }


def _ablation(run: Run, told: paper.Ablation) -> Table:
    """This run without one part and with it, above what the paper says of the same."""
    rows = [
        (f"this run, {name}", *(_MEASURED[each](found) for each in told.measured))
        for name in (told.method, OWN)
        if (found := parts(run.methods, name))
    ]
    for model, without, whole in told.rows:
        rows += [(f"paper, {model}, without", *without), (f"paper, {model}, CLUE", *whole)]
    return Table(
        f"Without {told.part} (the paper's {told.table})",
        ("images and models of", *told.measured),
        tuple(rows),
        (*_absent(run, told.method), *([told.note] if told.note else []), paper.SHORT),
    )


def _absent(run: Run, method: str) -> tuple[str, ...]:
    """Why this run has no numbers without a part."""
    if method in run.methods:
        return ()
    why = find(run.config, "not_applicable", method)
    if why:
        return (f"{method} is not applicable here: {why}",)
    return (f"{method} was not run: name it in --methods to see what the part is worth here.",)
