"""The libraries of the extra `distill`, loaded when they are needed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cluejudge.errors import MissingExtraError


def library(name: str) -> Any:
    """A module of scikit-learn or scipy. Raises `MissingExtraError` where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        raise MissingExtraError("training a student", "distill") from error
