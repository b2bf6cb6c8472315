"""The example images are what their names say, as far as reading them goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cluejudge.cli.demo import examples
from cluejudge.errors import ImageError
from cluejudge.image import LoadedImage, load

EXAMPLES = {path.stem: path for path in examples()}
WHOLE = [path for path in EXAMPLES.values() if "broken" not in path.stem]


def loaded(stem: str) -> LoadedImage:
    return load(EXAMPLES[stem].read_bytes())


def test_they_are_in_the_order_of_their_numbers() -> None:
    assert [int(stem[:2]) for stem in EXAMPLES] == list(range(1, 9))


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.stem)
def test_each_can_be_read_and_is_small(path: Path) -> None:
    assert load(path.read_bytes()).views
    assert path.stat().st_size < 100_000


def test_the_broken_one_is_cut_short() -> None:
    with pytest.raises(ImageError) as caught:
        loaded("08-broken")
    assert caught.value.code == "truncated"


def test_one_frame_in_the_middle_of_the_animation_is_unlike_all_others_and_is_judged() -> None:
    views = loaded("05-violating-one-frame").views
    pixels = [view.picture.pixels.astype(np.float32) for view in views]
    gaps = [min(np.abs(p - q).mean() for q in pixels if q is not p) for p in pixels]
    alone = int(np.argmax(gaps))
    assert views[alone].name == "frame 6 of 11"
    assert gaps[alone] > 1.5 * sorted(gaps)[-2]


def test_what_lies_behind_the_transparent_one_is_seen() -> None:
    path = EXAMPLES["06-violating-transparent"]
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((0, 0)) == (0, 0, 0, 0)
    assert load(path.read_bytes()).views[0].picture.pixels[0, 0].tolist() == [255, 255, 255]
