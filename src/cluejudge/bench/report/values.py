"""Numbers found in metrics.json, which may lack any of them, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from cluejudge.bench.report.blocks import MISSING

Cell = Callable[[object], str]
"""Writes one number of a method's."""


def find(data: object, *path: str) -> object:
    """What lies at `path` in nested mappings; None where a part of it is not there."""
    for key in path:
        if not isinstance(data, Mapping):
            return None
        data = data.get(key)
    return data


def parts(data: object, *path: str) -> Mapping[str, object]:
    """The mapping at `path`; empty where there is none."""
    found = find(data, *path)
    return found if isinstance(found, Mapping) else {}


def rows(data: object, *path: str) -> Sequence[Mapping[str, object]]:
    """The mappings listed at `path`; none where there is no list."""
    found = find(data, *path)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def reals(data: object, *path: str) -> list[float]:
    """The numbers listed at `path`; none where there is no list, or not of numbers alone."""
    found = find(data, *path)
    numbers = [_real(value) for value in found] if isinstance(found, list) else []
    known = [number for number in numbers if number is not None]
    return known if len(known) == len(numbers) else []


def real(data: object, *path: str) -> float | None:
    """The finite number at `path`; None where there is none."""
    return _real(find(data, *path))


def interval(data: object, name: str) -> tuple[float, float] | None:
    """The interval of the number `name` beside it."""
    ends = reals(data, "intervals", name)
    return (ends[0], ends[1]) if len(ends) == 2 else None


def count(data: object, *path: str) -> str:
    """A whole number, with separators."""
    value = real(data, *path)
    return MISSING if value is None else f"{value:,.0f}"


def percent(value: float | None, digits: int = 1) -> str:
    """A share in percent."""
    return MISSING if value is None else f"{100 * value:.{digits}f}%"


def decimal(value: float | None, digits: int = 3) -> str:
    """A number with that many decimals."""
    return MISSING if value is None else f"{value:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def signed(value: float | None, digits: int = 3) -> str:
    """A difference: always with its sign."""
    return MISSING if value is None else f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")


def brief(value: float | None) -> str:
    """A number of any size in three digits or so."""
    if value is None:
        return MISSING
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def p_value(value: float | None) -> str:
    """A p-value; what is very small is not written out."""
    if value is None:
        return MISSING
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def share(data: object, name: str) -> str:
    """The share `name` in percent, with its interval."""
    ends = interval(data, name)
    value = percent(real(data, name))
    return value if ends is None else f"{value} [{100 * ends[0]:.1f}, {100 * ends[1]:.1f}]"


def score(data: object, name: str) -> str:
    """The number `name` with three decimals and its interval."""
    ends = interval(data, name)
    value = decimal(real(data, name))
    return value if ends is None else f"{value} [{ends[0]:.3f}, {ends[1]:.3f}]"


def difference(data: object, name: str) -> str:
    """The difference `name` with its sign and its interval."""
    ends = interval(data, name)
    value = signed(real(data, name))
    return value if ends is None else f"{value} [{signed(ends[0])}, {signed(ends[1])}]"


def _real(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
