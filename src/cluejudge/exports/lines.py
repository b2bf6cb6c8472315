"""Exports as text: one JSON array, or one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any


class Shape(StrEnum):
    """How the objects of an export follow each other."""

    JSON = "json"
    LINES = "lines"


MEDIA_TYPES = {Shape.JSON: "application/json", Shape.LINES: "application/jsonl"}


class Joined:
    """Puts objects together, some at a time. An array is whole only when `end` was said."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._any = False

    def some(self, told: Iterable[dict[str, Any]]) -> str:
        """The text of some more objects; may be empty."""
        return "".join(self._each(told))

    def end(self) -> str:
        """What comes last."""
        if self._shape is Shape.LINES:
            return ""
        return "\n]\n" if self._any else "[]\n"

    def _each(self, told: Iterable[dict[str, Any]]) -> Iterator[str]:
        for one in told:
            text = json.dumps(one, ensure_ascii=False)
            if self._shape is Shape.LINES:
                yield f"{text}\n"
            else:
                yield f",\n{text}" if self._any else f"[\n{text}"
            self._any = True
