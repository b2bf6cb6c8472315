"""The work behind `cluejudge bench run` and `report`: progress, numbers as a table."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cluejudge.cli import exits
from cluejudge.cli.models import read_key, read_options
from cluejudge.cli.progress import progress
from cluejudge.errors import UsageError

if TYPE_CHECKING:
    from cluejudge.bench.samples import Sample
    from cluejudge.bench.session import Session
    from cluejudge.models.protocols import Models

ALL = "all"
COLUMNS = ("method", "F1", "95% interval", "recall", "precision", "FPR", "accuracy", "decided")
_NONE = "-"


def method_names(given: Sequence[str]) -> list[str]:
    """The methods of a command line, in order: lists taken apart, groups written out."""
    from cluejudge.bench.methods.registry import GROUPS

    return [name for word in _words(given) for name in GROUPS.get(word, (word,))]


def edit_names(given: Sequence[str]) -> list[str]:
    """The edits of a command line, `all` written out."""
    from cluejudge.bench.robustness import EDITS

    return [name for word in _words(given) for name in (EDITS if word == ALL else (word,))]


def _words(given: Sequence[str]) -> list[str]:
    return [word for text in given for word in text.split(",") if word]


def open_run(
    *,
    suite: str,
    constitution: str | None,
    model: str,
    options: tuple[str, ...],
    first: Path | None,
    methods: tuple[str, ...],
    pairs: tuple[str, ...],
    out: Path,
    edits: tuple[str, ...],
    limit: int | None,
    seed: int,
) -> Session:
    """The run that a command line asks for; what it gets wrong is told before any work."""
    from cluejudge.bench.session import open_session
    from cluejudge.bench.suites.registry import load_suite
    from cluejudge.builtin import find_constitution
    from cluejudge.cli.options import parse_settings
    from cluejudge.models.registry import load_models, resolved
    from cluejudge.student.models import behind

    def load() -> Models:
        models = load_models(model, told, read_key())
        return models if first is None else behind(first, models)

    _import_libraries()
    resolved(model)
    settings = parse_settings(pairs)
    told = read_options(model, options)
    if sys.stderr.isatty():
        click.echo(f"Reading the images of {suite}", err=True)
    return open_session(
        load_suite(suite),
        out,
        method_names(methods),
        load,
        model=model,
        options=told if first is None else {**told, "first": str(first)},
        constitution=find_constitution(constitution) if constitution else None,
        thresholds=settings.thresholds,
        method=settings.method,
        limits=settings.limits,
        limit=limit,
        seed=seed,
        edits=edit_names(edits),
    )


def _import_libraries() -> None:
    """So that a missing extra is told before the work, not after."""
    from cluejudge.bench.metrics.libraries import scipy_stats, sklearn_metrics

    sklearn_metrics()
    scipy_stats()


def run_session(session: Session) -> None:
    """Runs what is missing, with a bar; a stop is told with what there is by then."""
    from cluejudge.cli.terminal import Terminal

    for name, reason in session.not_applicable.items():
        click.echo(f"Not applicable: {name}: {reason}", err=True)
    done, finished = 0, False

    def tell(count: int, total: int | None) -> None:
        nonlocal done
        done = count
        if shown is not None:
            shown(count, total)

    try:
        with progress(session.total, Terminal(sys.stderr, os.environ)) as shown:
            session.run(tell)
        finished = True
    finally:
        if not finished:
            click.echo(
                f"Stopped: {done} of {session.total} predictions are in {session.folder.path}. "
                "The same command goes on from there.",
                err=True,
            )


def finish(session: Session, *, as_json: bool) -> int:
    """Measures, writes the report, prints the numbers and gives the exit code."""
    from cluejudge.bench.report import write_report
    from cluejudge.bench.results import measure

    numbers = measure(session.folder)
    page, _ = write_report(session.folder.path, session.samples)
    if as_json:
        click.echo(json.dumps(numbers, indent=2))
    else:
        click.echo(table(numbers))
    click.echo(f"Report: {page}", err=True)
    failed = _failed(numbers, [method.name for method in session.methods])
    for name, count in failed.items():
        click.echo(f"Error: {name} could not judge {count} of {numbers['n']} images", err=True)
    return exits.FAILED if failed else exits.OK


def report_again(path: Path, suite: str | None) -> tuple[Path, ...]:
    """Computes the numbers of a run anew and writes its report; `suite` gives it the pictures."""
    from cluejudge.bench.config import samples_digest
    from cluejudge.bench.folder import RunFolder
    from cluejudge.bench.report import write_report
    from cluejudge.bench.results import measure
    from cluejudge.bench.session import drawn
    from cluejudge.bench.suites.registry import load_suite
    from cluejudge.claim import Claim

    folder = RunFolder(path)
    config = folder.config()
    samples: tuple[Sample, ...] = ()
    if suite is not None:
        samples = drawn(load_suite(suite), config.limit, config.seed)
        if samples_digest(samples) != config.samples:
            raise UsageError(f"{suite} does not hold the images that {path} is about")
    with Claim(path):
        measure(folder)
        return write_report(path, samples)


def table(numbers: Mapping[str, object]) -> str:
    """The main numbers of all methods, in columns, by falling F1."""
    methods = _mapping(numbers.get("methods"))
    rows = [(name, _mapping(found)) for name, found in methods.items()]
    rows.sort(key=lambda row: -_real(row[1].get("f1"), -1.0))
    cells = [COLUMNS, *(_row(name, found) for name, found in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(COLUMNS))]
    return "\n".join(_line(row, widths) for row in cells)


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.ljust(width) if place == 0 else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *rest))


def _row(name: str, found: Mapping[str, object]) -> tuple[str, ...]:
    ends = _mapping(found.get("intervals")).get("f1")
    between = f"{ends[0]:.3f}-{ends[1]:.3f}" if isinstance(ends, list) else _NONE
    rest = ("recall", "precision", "fpr", "accuracy", "coverage")
    return name, _number(found.get("f1")), between, *(_number(found.get(one)) for one in rest)


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float | int) else _NONE


def _real(value: object, other: float) -> float:
    return float(value) if isinstance(value, float | int) else other


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _failed(numbers: Mapping[str, object], methods: Sequence[str]) -> dict[str, int]:
    """How many images each of `methods` could not judge, where there are some."""
    found = _mapping(numbers.get("methods"))
    outcomes = {name: _mapping(_mapping(found.get(name)).get("outcomes")) for name in methods}
    errors = {
        name: int(_real(_mapping(ends.get("error")).get("n"), 0)) for name, ends in outcomes.items()
    }
    return {name: count for name, count in errors.items() if count}
