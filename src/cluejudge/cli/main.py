"""The command `cluejudge`."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import click

import cluejudge
from cluejudge.cli import exits
from cluejudge.cli.lazy import Lazy, LazyGroup
from cluejudge.errors import CluejudgeError, CluejudgeWarning

COMMANDS = {
    "judge": Lazy("cluejudge.cli.judge:judge", "Judge images against a constitution."),
    "batch": Lazy("cluejudge.cli.batch:batch", "Judge a whole collection, once."),
    "rules": Lazy("cluejudge.cli.rules:rules", "Show a constitution and its chains."),
    "compile": Lazy("cluejudge.cli.compile:compile", "Compile a constitution with an LLM."),
    "lint": Lazy("cluejudge.cli.lint:lint", "Find what looks wrong in a constitution."),
    "scenes": Lazy("cluejudge.cli.scenes:scenes", "Write labelled pictogram scenes."),
    "distill": Lazy("cluejudge.cli.distill:distill", "Make a small student of a batch."),
    "bench": Lazy("cluejudge.cli.bench:bench", "Measure methods on images whose truth is known."),
    "demo": Lazy("cluejudge.cli.demo:demo", "Judge the example images and write a report."),
    "serve": Lazy("cluejudge.cli.serve:serve", "Serve judging over HTTP, and the review page."),
    "keys": Lazy("cluejudge.cli.keys:keys", "Say who may ask a service for what."),
    "audit": Lazy("cluejudge.cli.audit:audit", "Check the record of a service, and read it."),
    "export": Lazy("cluejudge.cli.export:export", "Write recorded decisions for other tools."),
    "doctor": Lazy("cluejudge.cli.doctor:doctor", "Show what is installed and usable."),
}

HELP = """Judge images against a safety constitution written in plain language.

Data goes to standard output, everything else to standard error.
"""


@click.group(
    cls=LazyGroup,
    lazy=COMMANDS,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(cluejudge.__version__, message="%(prog)s %(version)s")
def commands() -> None:
    """Hold the commands together."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code; errors are told on standard error."""
    with warnings.catch_warnings():
        warnings.showwarning = _show(warnings.showwarning)
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        result = commands.main(arguments, prog_name="cluejudge", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return exits.INTERRUPTED
    except CluejudgeError as error:
        click.echo(f"Error: {error}", err=True)
        return exits.of_error(error)
    except OSError as error:
        click.echo(f"Error: {error}", err=True)
        return exits.FAILED
    return result if isinstance(result, int) else exits.OK


def _show(shown: Callable[..., None]) -> Callable[..., None]:
    """Show warnings of this package in one line, and all others as `shown` does."""

    def show(message: Warning | str, category: type[Warning], *place: Any, **rest: Any) -> None:
        if issubclass(category, CluejudgeWarning):
            click.echo(f"Warning: {message}", err=True)
        else:
            shown(message, category, *place, **rest)

    return show


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run())


if __name__ == "__main__":
    main()
