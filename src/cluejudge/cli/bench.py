"""`cluejudge bench`: what is measured, and how it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cluejudge.cli import exits
from cluejudge.cli.lazy import Lazy, LazyGroup
from cluejudge.cli.models import first_option, model_options
from cluejudge.cli.settings import constitution_option, settings_option
from cluejudge.errors import UsageError

COMMANDS = {
    "run": Lazy("cluejudge.cli.bench:run", "Have methods judge a suite, and measure them."),
    "list": Lazy("cluejudge.cli.bench:names", "Show the suites and methods there are, or runs."),
    "report": Lazy("cluejudge.cli.bench:report", "Write the report of a run, or compare several."),
    "make-osbench": Lazy("cluejudge.cli.bench_osbench:make_osbench", "Make a suite like OS Bench."),
}

RUN = """Have methods judge the images of SUITE, and measure how right they are.

SUITE is NAME, NAME:PATH or NAME:PATH?OPTION=VALUE&..., as `cluejudge bench list` shows. All goes
into the folder --out. A run that was stopped goes on when the same command is given again, and
methods may be added to one that is finished.

Exit codes: 0 all was judged; 1 some image could not be; 2 wrong usage, or a folder that holds
another run.
"""

LIST = """Show the suites and methods there are, and what they need.

With FOLDERs, runs or folders that hold some, show those: what they are runs of, and how far they
came.

Exit codes: 0 done; 1 what a run is cannot be read; 2 a FOLDER holds no run.
"""

REPORT = """Write the report of a finished RUN, a folder of `bench run`, again; or compare several.

Of one RUN the numbers are computed anew, and written into it. Several RUNs of the same images are
laid side by side in the HTML file --out, and in a markdown file beside it.
"""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    help="Measure methods of judging on images whose truth is known.",
)
def bench() -> None:
    """Hold the commands together."""


@click.command(help=RUN)
@click.argument("suite")
@constitution_option("The rules to judge by; without it, the suite's own.")
@model_options
@first_option
@click.option(
    "--methods",
    multiple=True,
    default=("clue",),
    show_default=True,
    metavar="NAME,...",
    help="What is measured: see `cluejudge bench list`. `ablations` and `baselines` stand for "
    "several. May be repeated.",
)
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Judge at most N images.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="S",
    help="Draws scenes, the N images of a larger suite, and the resamples of intervals.",
)
@click.option(
    "--edits",
    multiple=True,
    metavar="NAME,...",
    help="Judge the images edited so too, and count what changes; `all` for all edits.",
)
@settings_option
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="The folder of the run.",
)
@click.option("--json", "as_json", is_flag=True, help="Print all numbers as one JSON object.")
def run(*, as_json: bool, **asked: Any) -> int:
    """Run a benchmark and return the exit code."""
    from cluejudge.cli.benching import finish, open_run, run_session

    with open_run(**asked) as session:
        run_session(session)
        return finish(session, as_json=as_json)


@click.command(name="list", help=LIST)
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="[FOLDER]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def names(*, folders: tuple[Path, ...], as_json: bool) -> int:
    """Print the names with a line about each, or the runs."""
    from cluejudge.cli import listing

    if folders:
        runs = listing.all_runs(folders)
        click.echo(listing.runs_to_json(runs) if as_json else listing.runs_as_text(runs))
        return exits.FAILED if any(run.problem for run in runs) else exits.OK
    names = listing.all_names()
    click.echo(listing.to_json(names) if as_json else listing.as_text(names))
    return exits.OK


@click.command(help=REPORT)
@click.argument(
    "runs",
    nargs=-1,
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="RUN...",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The HTML file of a comparison.",
)
@click.option(
    "--suite",
    metavar="SUITE",
    help="The suite of the one RUN, for the pictures of its worst errors.",
)
def report(*, runs: tuple[Path, ...], out: Path | None, suite: str | None) -> int:
    """Write a report or a comparison, and tell where it is."""
    from cluejudge.bench.report import compare
    from cluejudge.cli.benching import report_again

    if len(runs) == 1:
        if out is not None:
            raise UsageError("--out is for comparing several runs", hint="leave it out")
        written = report_again(runs[0], suite)
    elif out is None or suite is not None:
        raise UsageError(
            "several runs are compared in a file of their own, without pictures",
            hint="name an HTML file with --out, and no --suite",
        )
    else:
        written = compare(runs, out)
    for path in written:
        click.echo(path)
    return exits.OK
