"""What differs between what was and what is, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """What differs, by name, the old value first: `region was 0.6, now 0.5`."""
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield f"{name} was {_shown(was)}, now {_shown(now)}"


def flat(whole: Mapping[str, Any]) -> dict[str, str]:
    """Values in words, by name; those of a mapping each by its own, such as `limits.max_side`."""
    told: dict[str, str] = {}
    for name, value in whole.items():
        if isinstance(value, Mapping):
            told |= {f"{name}.{field}": str(inner) for field, inner in value.items()}
        else:
            told[name] = str(value)
    return told


def _shown(value: str | None) -> str:
    return "absent" if value is None else _SPELLED.get(value, value)


_SPELLED = {"": "empty", "None": "none", "True": "on", "False": "off"}
"""What is spelled otherwise than Python does: as options take it."""
