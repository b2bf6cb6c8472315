"""The models that a command line names, their options and key, and where they keep answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cluejudge.errors import UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

F = TypeVar("F", bound=Callable[..., Any])

CACHE = "CLUEJUDGE_CACHE"
KEY = "CLUEJUDGE_API_KEY"
OPTION = "--option"


def model_options(command: F) -> F:
    """Gives a command `--model` and `--option`, as `model` and `options`."""
    option = click.option(
        "-o",
        OPTION,
        "options",
        multiple=True,
        metavar="NAME=VALUE",
        help="An option of an open model or a server, as in -o dtype=bfloat16; may be repeated.",
    )
    model = click.option(
        "-m",
        "--model",
        default="embedded",
        show_default=True,
        metavar="NAME",
        help="The models that look: embedded, an open one by ORG/NAME or its folder, one behind "
        "a server (chat:MODEL@URL, systemone:MODEL@URL or decisions:MODEL@URL), or the folder of a "
        "student.",
    )
    return model(option(command))


def first_option(command: F) -> F:
    """Gives a command `--first`, the folder of a student, as `first`."""
    option = click.option(
        "--first",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="STUDENT",
        help="A student of `cluejudge distill` that looks first; only what it is unsure of is "
        "judged.",
    )
    return option(command)


def read_options(model: str, pairs: Sequence[str]) -> dict[str, str]:
    """The options for `model`; an open one keeps its answers in the cache folder.

    Raises `UsageError` for a pair without a value, for a name that is given twice, and where there
    is no such folder to be found.
    """
    from cluejudge.models.registry import keeps_answers
    from cluejudge.pairs import gathered

    given = gathered(pairs, OPTION)
    if keeps_answers(model) and "cache" not in given:
        given["cache"] = str(cache_folder(os.environ, sys.platform))
    return given


def read_key() -> SecretStr | None:
    """The key of `CLUEJUDGE_API_KEY`, wrapped so that nothing shows it; None if there is none."""
    from pydantic import SecretStr

    told = os.environ.get(KEY)
    return SecretStr(told) if told else None


def cache_folder(environment: Mapping[str, str], platform: str) -> Path:
    """The folder for what can be made again: `CLUEJUDGE_CACHE`, else the user's cache folder."""
    if told := environment.get(CACHE):
        return Path(told)
    return _users_caches(environment, platform) / "cluejudge"


def _users_caches(environment: Mapping[str, str], platform: str) -> Path:
    told = environment.get("XDG_CACHE_HOME", "")
    if os.path.isabs(told):  # the standard says to pass over any other
        return Path(told)
    if platform == "win32" and (local := environment.get("LOCALAPPDATA")):
        return Path(local)
    try:
        home = Path.home()
    except RuntimeError as error:
        raise UsageError(
            "there is no home folder to keep answers in", hint=f"set {CACHE}, or -o cache=none"
        ) from error
    return home / ("Library/Caches" if platform == "darwin" else ".cache")
