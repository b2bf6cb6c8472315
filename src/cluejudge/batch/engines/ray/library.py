"""Ray itself, imported when it is used, and what it would say on the way."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from cluejudge.errors import MissingExtraError

_SAYS_NOTHING = {"RAY_DEDUP_LOGS_SKIP_REGEX": "^"}
"""Keeps Ray from printing what befalls actors: a `--json` has standard output for itself."""


@cache
def ray() -> Any:
    """Ray with Ray Data. Raises `MissingExtraError`."""
    try:
        with environment(_SAYS_NOTHING), warnings.catch_warnings():
            # Of its own settings that are deprecated.
            warnings.simplefilter("ignore")
            import ray as library
            import ray.data

            ray.data.DataContext.get_current()
    except ImportError as error:
        raise MissingExtraError("the Ray engine", "ray") from error
    return library


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """`values` as environment variables for a while, where the user has said nothing."""
    ours = {name: value for name, value in values.items() if name not in os.environ}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
