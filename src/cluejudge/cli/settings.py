"""What several commands take that judge: the rules, and the settings of the method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from cluejudge.cli.finite import Finite

F = TypeVar("F", bound=Callable[..., Any])


def constitution_option(about: str, default: str | None = None) -> Callable[[F], F]:
    """Gives a command `--constitution`, as `constitution`."""
    return click.option(
        "-c",
        "--constitution",
        default=default,
        show_default=default is not None,
        metavar="FILE|NAME",
        help=about,
    )


def settings_option(command: F) -> F:
    """Gives a command `--set`, as `pairs`, for `cli.options.parse_settings`."""
    option = click.option(
        "--set",
        "pairs",
        multiple=True,
        metavar="NAME=VALUE",
        help="A threshold, an option of the method or a limit, as in --set prior_high=0.7.",
    )
    return option(command)


def budget_options(command: F) -> F:
    """Gives a command `--budget-asks`, `--budget-tokens` and `--budget-seconds`."""
    options = (
        click.option("--budget-asks", type=click.IntRange(1), help="Questions an image may cost."),
        click.option(
            "--budget-tokens", type=click.IntRange(0), help="Reasoning tokens an image may cost."
        ),
        click.option(
            "--budget-seconds", type=Finite(0, min_open=True), help="Seconds an image may cost."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def fail_on_option(command: F) -> F:
    """Gives a command `--fail-on`, as `fail_on`, for `cli.judge.exit_code`."""
    option = click.option(
        "--fail-on",
        multiple=True,
        type=click.Choice(["unsafe", "abstain"]),
        help="Exit with 3 if an image comes out so; may be repeated.",
    )
    return option(command)
