"""Ray itself, imported when it is used, and what it would say on the way."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

from cluejudge.errors import MissingExtraError


@cache
def ray() -> Any:
    """Ray with Ray Data. Raises `MissingExtraError`."""
    try:
        with warnings.catch_warnings():
            # Of its own settings that are deprecated.
            warnings.simplefilter("ignore")
            import ray as library
            import ray.data

            ray.data.DataContext.get_current()
    except ImportError as error:
        raise MissingExtraError("the Ray engine", "ray") from error
    return library
