from __future__ import annotations

import io
from hashlib import sha256

import numpy as np
import pytest
from PIL import Image

from cluejudge.errors import StoreError
from cluejudge.image import load
from cluejudge.service.review.pictures import VEILED_SIDE, Pictures, Seen
from cluejudge.settings import Limits
from tests.api.colours import BROKEN, NOISE, picture


def held(*images: bytes) -> tuple[Pictures, list[str]]:
    kept = {sha256(data).hexdigest(): data for data in images}
    return Pictures(kept.get, Limits()), list(kept)


def animation() -> bytes:
    frames = [picture("white", colour) for colour in ("red", "blue", "green")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def turned() -> bytes:
    """80 x 40 pixels that are to be shown upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (80, 40), "red").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def shown(data: bytes | None) -> Image.Image:
    assert data is not None
    return Image.open(io.BytesIO(data))


def test_the_pictures_are_those_that_were_judged() -> None:
    data = animation()
    pictures, (digest,) = held(data)
    names = [view.name for view in load(data).views]
    assert [seen.view for seen in pictures.album(digest).pictures] == names
    assert len(names) == 3
    third = load(data).views[2].picture.pixels
    found = np.asarray(shown(pictures.webp(digest, 2, veiled=False)).convert("RGB"))
    assert np.abs(found.astype(int) - third).mean() < 12


def test_a_picture_is_upright_as_it_was_judged() -> None:
    pictures, (digest,) = held(turned())
    assert pictures.album(digest).pictures == (Seen("whole", 40, 80),)
    assert shown(pictures.webp(digest, 0, veiled=False)).size == (40, 80)


def test_a_veiled_picture_has_too_few_pixels_to_be_made_out() -> None:
    pictures, (digest,) = held(NOISE)
    assert max(shown(pictures.webp(digest, 0, veiled=True)).size) == VEILED_SIDE


@pytest.mark.parametrize("digest", ["", "f" * 64, "../../etc/passwd"])
def test_of_an_image_that_is_not_kept_there_is_nothing(digest: str) -> None:
    pictures, _ = held()
    assert pictures.album(digest).pictures == ()
    assert pictures.album(digest).fault == ""
    assert pictures.webp(digest, 0, veiled=True) is None


def test_an_image_that_cannot_be_read_says_why() -> None:
    pictures, (digest,) = held(BROKEN)
    assert "ends too early" in pictures.album(digest).fault
    assert pictures.webp(digest, 0, veiled=False) is None


@pytest.mark.parametrize("place", [-1, 1, 10**9])
def test_a_picture_that_is_not_there(place: int) -> None:
    pictures, (digest,) = held(NOISE)
    assert pictures.webp(digest, place, veiled=False) is None


def test_an_image_that_is_not_what_was_kept_is_told() -> None:
    def read(_: str) -> bytes:
        raise StoreError("not what was kept")

    assert "not what was kept" in Pictures(read, Limits()).album("a" * 64).fault


def test_what_is_known_of_an_image_goes_with_it() -> None:
    kept = {"a" * 64: NOISE}
    pictures = Pictures(kept.get, Limits())
    assert pictures.album("a" * 64).pictures
    kept.clear()
    assert pictures.album("a" * 64).pictures == ()
