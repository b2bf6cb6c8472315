"""The record that a command line names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

DATABASE = "CLUEJUDGE_DB"
DEFAULT = "sqlite:///cluejudge.db"


def db_option(command: F) -> F:
    """Gives a command `--db`, as `db`."""
    option = click.option(
        "--db",
        default=DEFAULT,
        show_default=True,
        envvar=DATABASE,
        show_envvar=True,
        metavar="URL",
        help="The record: a file, sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE. "
        "A password is safer in the environment than in a command.",
    )
    return option(command)
