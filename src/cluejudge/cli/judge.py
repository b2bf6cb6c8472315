"""`cluejudge judge`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cluejudge.cli import exits
from cluejudge.cli.models import first_option, model_options, read_key, read_options
from cluejudge.cli.settings import (
    budget_options,
    constitution_option,
    fail_on_option,
    settings_option,
)
from cluejudge.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cluejudge.cli.inputs import Input
    from cluejudge.verdict import Outcome

HELP = """Judge images against a constitution.

Each IMAGE is a file, a FOLDER with all pictures below it, or - for one image's bytes on standard
input. Hidden files are left out; files of a folder that are no pictures are named on standard
error.

Exit codes: 0 all were judged; 1 some input failed; 2 wrong usage, a bad constitution or an unknown
model; 3 --fail-on found what it looked for, which goes before 1.
"""


@click.command(help=HELP)
@click.argument("images", nargs=-1, required=True, metavar="IMAGE|FOLDER|-...")
@constitution_option("A compiled constitution, or the name of a built-in one.", "pictogram")
@model_options
@first_option
@click.option("--explain", is_flag=True, help="Show all rules and the reasoning texts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write an offline HTML report too.",
)
@fail_on_option
@settings_option
@budget_options
def judge(
    *,
    images: tuple[str, ...],
    constitution: str,
    model: str,
    options: tuple[str, ...],
    first: Path | None,
    explain: bool,
    as_json: bool,
    report: Path | None,
    fail_on: tuple[str, ...],
    pairs: tuple[str, ...],
    budget_asks: int | None,
    budget_tokens: int | None,
    budget_seconds: float | None,
) -> int:
    """Judge images and return the exit code."""
    from cluejudge.api import Judge
    from cluejudge.cli.inputs import gather
    from cluejudge.cli.judging import judge_inputs
    from cluejudge.cli.options import parse_settings
    from cluejudge.cli.outputs import output
    from cluejudge.settings import Budget

    settings = parse_settings(pairs)
    built = Judge(
        constitution,
        model=model,
        options=read_options(model, options),
        key=read_key(),
        first=first,
        thresholds=settings.thresholds,
        method=settings.method,
        limits=settings.limits,
        budget=Budget(asks=budget_asks, reasoning_tokens=budget_tokens, seconds=budget_seconds),
    )
    stdin = sys.stdin.buffer if sys.stdin else None  # None: closed by the caller
    inputs = gather(images, stdin, settings.limits.max_bytes)
    if report:
        spare_inputs(report, inputs.found)
    tell_passed_over(inputs.passed_over)
    out = output(as_json=as_json, explain=explain)
    tally = judge_inputs(
        built, inputs.found, out.show, limits=settings.limits, report=report, console=out.console
    )
    out.end(tally.counts)
    return exit_code(tally.counts, fail_on)


def spare_inputs(report: Path, inputs: Sequence[Input]) -> None:
    """`UsageError` if the report would take the place of an image that is to be judged."""
    place = report.resolve()
    if any(isinstance(one.source, Path) and one.source.resolve() == place for one in inputs):
        raise UsageError(
            f"--report names {report}, one of the images", hint="give the report a name of its own"
        )


def tell_passed_over(paths: Sequence[Path]) -> None:
    """Name the files that are not judged."""
    from cluejudge.cli.judging import NAMED
    from cluejudge.report.words import one_line

    if not paths:
        return
    names = ", ".join(one_line(str(path)) for path in paths[:NAMED])
    more = f" and {len(paths) - NAMED} more" if len(paths) > NAMED else ""
    files = "1 file is no picture" if len(paths) == 1 else f"{len(paths)} files are no pictures"
    click.echo(f"Passed over: {files}: {names}{more}", err=True)


def exit_code(counts: Mapping[Outcome, int], fail_on: Sequence[str]) -> int:
    """3 if an outcome of `fail_on` came up, else 1 if an input failed, else 0."""
    from cluejudge.verdict import Outcome

    if any(counts.get(Outcome(outcome)) for outcome in fail_on):
        return exits.FOUND
    return exits.FAILED if counts.get(Outcome.ERROR) else exits.OK
