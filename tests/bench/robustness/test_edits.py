import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as PILImage

from cluejudge.bench.robustness import EDITS, edit_named
from cluejudge.bench.robustness.edits import SAYS
from cluejudge.errors import ImageError, UsageError
from cluejudge.image import load
from tests.report.samples import picture


def png(width: int = 200, height: int = 120, seed: int = 0) -> bytes:
    target = io.BytesIO()
    picture(width, height, seed).pil().save(target, "PNG")
    return target.getvalue()


def pixels(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    (view,) = load(data).views
    return view.picture.pixels


PLAIN = png()


@pytest.mark.parametrize("name", EDITS)
def test_every_edit_gives_one_opaque_picture_that_looks_otherwise(name: str) -> None:
    made = EDITS[name](PLAIN)
    assert made == EDITS[name](PLAIN)
    before, after = pixels(PLAIN), pixels(made)
    assert before.shape != after.shape or (before != after).any()
    assert load(made).record.format == ("JPEG" if name.startswith("jpeg") else "PNG")


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(sorted(set(EDITS) - set(SAYS))), st.integers(20, 90), st.integers(20, 90))
def test_small_pictures_of_any_shape_can_be_edited(name: str, width: int, height: int) -> None:
    after = pixels(EDITS[name](png(width, height)))
    assert min(after.shape[:2]) >= min(width, height, 32)


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("inversion", (200, 120)),
        ("grayscale", (200, 120)),
        ("jpeg-75", (200, 120)),
        ("jpeg-20", (200, 120)),
        ("smaller", (100, 60)),
        ("larger", (400, 240)),
        ("crop", (184, 110)),
        ("tilt", (200, 120)),
        ("turn", (120, 200)),
        ("border", (224, 144)),
        ("text-safe", (200, 120)),
        ("text-approved", (200, 120)),
        ("text-unsafe", (200, 120)),
    ],
)
def test_sizes(name: str, size: tuple[int, int]) -> None:
    height, width, _ = pixels(EDITS[name](PLAIN)).shape
    assert (width, height) == size


def test_all_sizes_are_tested() -> None:
    assert len(EDITS) == 13


def test_what_the_edits_do_to_the_pixels() -> None:
    before = pixels(PLAIN)
    assert (pixels(EDITS["inversion"](PLAIN)) == 255 - before).all()
    gray = pixels(EDITS["grayscale"](PLAIN))
    assert (gray[..., 0] == gray[..., 1]).all()
    assert (gray[..., 1] == gray[..., 2]).all()
    assert (pixels(EDITS["turn"](PLAIN)) == np.rot90(before)).all()
    assert (pixels(EDITS["crop"](PLAIN)) == before[5:-5, 8:-8]).all()
    bordered = pixels(EDITS["border"](PLAIN))
    assert (bordered[12:-12, 12:-12] == before).all()
    assert not bordered[:12].any()


def test_jpeg_loses_more_at_the_lower_quality() -> None:
    before = pixels(PLAIN).astype(int)
    loss = {
        name: np.abs(pixels(EDITS[name](PLAIN)) - before).mean() for name in ("jpeg-75", "jpeg-20")
    }
    assert 0 < loss["jpeg-75"] < loss["jpeg-20"] < 20


def test_a_tilt_fills_the_corners_with_the_mean_colour() -> None:
    flat = io.BytesIO()
    PILImage.new("RGB", (80, 60), (200, 40, 90)).save(flat, "PNG")
    tilted = pixels(EDITS["tilt"](flat.getvalue())).astype(int)
    assert np.abs(tilted - (200, 40, 90)).max() <= 1


@pytest.mark.parametrize("name", SAYS)
@pytest.mark.parametrize("size", [(200, 120), (120, 200), (1600, 900)])
def test_text_can_be_read_and_leaves_most_of_the_picture(name: str, size: tuple[int, int]) -> None:
    plain = png(*size)
    changed = (pixels(EDITS[name](plain)) != pixels(plain)).any(axis=2)
    rows = np.flatnonzero(changed.any(axis=1))
    assert rows.size >= 9
    assert rows.max() <= 0.6 * size[1]
    assert not changed[:, -1].any(), "text runs out of the picture"
    assert 0.005 < changed.mean() < 0.4


def test_text_is_refused_where_it_cannot_be_read() -> None:
    with pytest.raises(ImageError, match="no room for text") as caught:
        EDITS["text-safe"](png(40, 40))
    assert caught.value.code == "too_small"


def test_large_pictures_are_not_enlarged_beyond_a_bound() -> None:
    height, width, _ = pixels(EDITS["larger"](png(4000, 200))).shape
    assert (width, height) == (4096, 205)


def test_a_file_of_several_pictures_is_refused() -> None:
    target = io.BytesIO()
    frames = [picture(60, 60, seed).pil() for seed in range(3)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(ImageError, match="this file shows 3") as caught:
        EDITS["crop"](target.getvalue())
    assert caught.value.code == "several_views"


def test_a_file_that_is_cut_is_refused() -> None:
    target = io.BytesIO()
    picture(60, 60, 1).pil().save(target, "GIF")
    with pytest.raises(ImageError) as caught:
        EDITS["crop"](target.getvalue()[:-1])
    assert caught.value.code == "truncated"


def test_what_is_no_image_is_an_image_error() -> None:
    with pytest.raises(ImageError):
        EDITS["inversion"](b"not an image")


def test_edits_by_name() -> None:
    assert edit_named("turn").name == "turn"
    with pytest.raises(UsageError, match="did you mean 'grayscale'"):
        edit_named("greyscale")
    with pytest.raises(UsageError, match="the edits are inversion"):
        edit_named("zzzz")
