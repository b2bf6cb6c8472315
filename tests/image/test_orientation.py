from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image as PILImage

from cluejudge.image.orientation import note, upright
from tests.image.samples import Pixels, scene

# What is stored, as made by hand from the upright picture (CIPA DC-008, section 4.6.5.1.6).
STORED: dict[int, Callable[[Pixels], Pixels]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: np.rot90,
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def stored(orientation: int, picture: Pixels) -> Pixels:
    return np.ascontiguousarray(STORED[orientation](picture))


@pytest.mark.parametrize("orientation", STORED)
def test_each_orientation_is_undone(orientation: int) -> None:
    picture = np.asarray(scene())
    image = PILImage.fromarray(stored(orientation, picture))
    assert np.array_equal(np.asarray(upright(image, orientation)), picture)


@pytest.mark.parametrize("value", [0, 1, 9, -1, None, "6", (6,), b"\6", 6.5])
def test_anything_else_turns_nothing(value: object) -> None:
    assert upright(scene(), value) == scene()
    assert note(value) == ()


def test_a_turn_is_noted() -> None:
    assert note(6) == ("EXIF orientation 6 applied",)
