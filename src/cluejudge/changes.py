"""What differs between what was and what is, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """What differs, by name, the old value first: `region was 0.6, now 0.5`."""
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield f"{name} was {_shown(was)}, now {_shown(now)}"


def _shown(value: str | None) -> str:
    return "absent" if value is None else value or "empty"
