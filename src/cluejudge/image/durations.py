"""How long browsers show a frame of an animation."""

from __future__ import annotations

_TOO_FAST = 10  # milliseconds
_INSTEAD = 0.1  # seconds


def shown(milliseconds: float) -> float:
    """Seconds for a frame that asks for `milliseconds`.

    Chromium, Firefox and Safari show a frame of 10 ms and less for 100 ms: such files were made
    for old software that could not be faster.
    """
    return milliseconds / 1000 if milliseconds > _TOO_FAST else _INSTEAD
