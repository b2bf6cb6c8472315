from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as PILImage
from transformers import BatchFeature
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil

from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.mllm.opening.whole import cuts, padded, squeeze
from cluejudge.mllm.strategies import Naive
from tests.mllm.families import FAMILIES
from tests.mllm.kits import CONTENTS, asks, kit_of

SIDE = 32


def clip() -> Any:
    """As a CLIP of 32 x 32 pixels comes."""
    return CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )


def pixels(images: Any, *pictures: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    made = images(images=[PILImage.fromarray(one) for one in pictures], return_tensors="np")
    return np.asarray(made["pixel_values"])


def long_pictures(*, turned: bool) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Two that differ only at their ends."""
    one = np.random.default_rng(0).integers(0, 256, (64, 192, 3), np.uint8)
    other = one.copy()
    other[:, :50] = other[:, -50:] = 255
    return (one.transpose(1, 0, 2), other.transpose(1, 0, 2)) if turned else (one, other)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_sees_the_ends_of_long_pictures(
    family: str, turned: bool, checkpoint: Callable[[str], Path]
) -> None:
    kit = kit_of(checkpoint(family))
    one, other = (Picture(np.ascontiguousarray(pixels)) for pixels in long_pictures(turned=turned))
    answers = Naive(kit).answer(asks(one, other, contents=CONTENTS[:1]))
    assert answers[0].p_yes != answers[1].p_yes
    assert not cuts(kit.backbone.processor.image_processor)


def test_a_square_picture_is_seen_as_ever() -> None:
    square = np.random.default_rng(1).integers(0, 256, (50, 50, 3), np.uint8)
    as_ever = pixels(clip(), square)
    assert np.array_equal(pixels(padded(clip(), "org/name"), square), as_ever)
    squeezed = clip()
    squeeze(squeezed)
    assert np.array_equal(pixels(squeezed, square), as_ever)


@pytest.mark.parametrize("turned", [False, True])
def test_what_is_added_is_the_mean_colour(turned: bool) -> None:
    black = np.zeros((16, 32, 3) if not turned else (32, 16, 3), np.uint8)
    seen = pixels(padded(clip(), "org/name"), black)[0]
    seen = seen.transpose(0, 2, 1) if turned else seen
    assert seen.shape == (3, SIDE, SIDE)
    assert np.abs(seen[:, :7]).max() < 0.02
    assert seen[:, 12:20].max() < -1


@pytest.mark.parametrize("turned", [False, True])
def test_a_squeezed_picture_is_all_there(turned: bool) -> None:
    images = clip()
    one, other = long_pictures(turned=turned)
    assert np.array_equal(pixels(images, one), pixels(images, other))
    squeeze(images)
    seen = pixels(images, one, other)
    assert seen.shape == (2, 3, SIDE, SIDE)
    assert not np.array_equal(seen[0], seen[1])


def test_one_that_does_not_cut_stays_as_it_is() -> None:
    images = padded(clip(), "org/name")
    assert padded(images, "org/name") is images
    before = images.to_dict()
    images.do_center_crop = False
    squeeze(images)
    assert images.to_dict() == {**before, "do_center_crop": False}


def test_one_that_cuts_in_a_way_of_its_own_is_refused() -> None:
    images = DeiTImageProcessorPil(
        size={"height": 40, "width": 120}, crop_size={"height": SIDE, "width": SIDE}
    )
    with pytest.raises(ModelError, match="org/name cuts the middle out of a picture"):
        padded(images, "org/name")


def test_one_that_fails_is_left_for_the_first_question_to_tell() -> None:
    def broken(**_: object) -> BatchFeature:
        raise RuntimeError("no such size")

    assert not cuts(broken)
