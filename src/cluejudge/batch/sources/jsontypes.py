"""What the columns of JSON lines hold, so that they are carried over as what they are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cluejudge.batch.arrow import pa
from cluejudge.batch.sources.places import label

_INT64 = range(-(2**63), 2**63)


@dataclass(slots=True)
class JsonTypes:
    """For each column the kinds of values that stand in it. A column not known here is text."""

    columns: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, object]]) -> JsonTypes:
        """The kinds of all values."""
        types = cls()
        for values in rows:
            for name, value in values.items():
                kinds = types.columns.setdefault(name, set())
                if value is not None:
                    kinds.add(_kind(value))
        return types

    def type(self, column: str) -> pa.DataType:
        """The arrow type that holds all values; text, where they are of several kinds."""
        return self._as(column)[0]

    def value(self, column: str, values: Mapping[str, object]) -> object:
        """What stands in a column, to be put into an array of its type."""
        value = values.get(column)
        return None if value is None else self._as(column)[1](value)

    def _as(self, column: str) -> tuple[pa.DataType, Callable[[object], object]]:
        kinds = self.columns.get(column, set())
        if kinds == {"bool"}:
            return pa.bool_(), _itself
        if kinds == {"int"}:
            return pa.int64(), _itself
        if kinds in ({"float"}, {"int", "float"}):
            return pa.float64(), float  # type: ignore[return-value]
        return pa.string(), _text


def _kind(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value not in _INT64:
        return "large"
    return type(value).__name__


def _itself(value: object) -> object:
    return value


def _text(value: object) -> str:
    return label(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
