"""What several commands take that judge: the rules, and the settings of the method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

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
