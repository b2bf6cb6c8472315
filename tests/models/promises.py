"""What the contracts of all models share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest

from cluejudge.errors import ModelError
from cluejudge.image import Picture


def plain(red: int, green: int, blue: int, width: int = 48, height: int = 32) -> Picture:
    """A picture of one colour with a darker square in it."""
    pixels = np.full((height, width, 3), (red, green, blue), dtype=np.uint8)
    pixels[8:20, 10:30] //= 2
    return Picture(pixels)


class Contract:
    """What the contracts share."""

    tolerance = 1e-5

    @pytest.fixture
    def pictures(self) -> list[Picture]:
        """Several pictures, of several shapes, one of them twice."""
        one = plain(255, 0, 0)
        return [one, plain(0, 0, 255, 130, 70), plain(250, 250, 250, 33, 64), one]

    @pytest.fixture
    def contents(self) -> list[str]:
        """Contents that the model may be asked about."""
        return ["a person", "a dog on fire", "two or more people"]

    @pytest.fixture
    def words(self) -> tuple[str, ...]:
        """Words that the detector may be asked for."""
        return ("person", "dog", "fire")


ODD_TEXTS = ("", " ", "\x00", "<image>", "🔥" * 500, "word " * 20_000)


ODD_PICTURES = (plain(1, 2, 3, 1, 1), plain(9, 9, 9, 400, 2))


def answers_or_refuses(call: Callable[[], object]) -> None:
    """A model may refuse what it cannot answer, by `ModelError` and by nothing else."""
    with suppress(ModelError):
        call()
