"""Animations: when each view is seen, and frames taken by time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image as PILImage

from cluejudge.image import LoadedImage, Span, load
from cluejudge.settings import Limits, Sampling
from tests.image.loaded import names
from tests.image.samples import animation, scene

KINDS = ["GIF", "PNG", "WEBP", "AVIF"]


def clock(loaded: LoadedImage) -> dict[str, tuple[Span, ...]]:
    return {view.name: view.spans for view in loaded.views}


def growing(count: int) -> list[PILImage.Image]:
    """Frames that differ, each a shade lighter than the one before it."""
    dark = np.asarray(scene(80, 60)) // 3
    return [PILImage.fromarray(dark + np.uint8(index)) for index in range(count)]


def exact(kind: str, frames: list[PILImage.Image], duration: int) -> bytes:
    """An animation of all of `frames`; a lossy WebP has none for those that hardly differ."""
    return animation(
        kind, frames, duration=duration, **({"lossless": True} if kind == "WEBP" else {})
    )


def plain(*times: float) -> tuple[Span, ...]:
    return tuple(
        Span(start=start, end=end) for start, end in zip(times[::2], times[1::2], strict=True)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_view_of_an_animation_tells_when_it_is_seen(kind: str) -> None:
    frames = [scene(seed=seed) for seed in range(3)]
    loaded = load(animation(kind, frames, duration=[200, 500, 40]))
    assert clock(loaded) == {
        "frame 1 of 3": plain(0, 0.2),
        "frame 2 of 3": plain(0.2, 0.7),
        "frame 3 of 3": plain(0.7, 0.74),
    }


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_frames_too_short_to_be_shown_take_as_long_as_browsers_show_them(kind: str) -> None:
    frames = [scene(seed=seed) for seed in range(3)]
    loaded = load(animation(kind, frames, duration=[10, 20, 1]))
    assert [view.spans for view in loaded.views] == [
        plain(0, 0.1),
        plain(0.1, 0.12),
        plain(0.12, 0.22),
    ]


def test_a_picture_that_comes_again_has_the_time_of_both() -> None:
    dark, light = scene(seed=1), scene(seed=2)
    loaded = load(animation("WEBP", [dark, light, dark], duration=100, lossless=True))
    assert clock(loaded) == {
        "frame 1 of 3": plain(0, 0.1, 0.2, 0.3),
        "frame 2 of 3": plain(0.1, 0.2),
    }


def test_frames_that_are_not_judged_are_the_time_of_those_that_are() -> None:
    frames = [scene(80, 60).rotate(index) for index in range(40)]
    frames[23] = scene(80, 60, seed=9)
    loaded = load(animation("PNG", frames, duration=100))
    spans = clock(loaded)
    assert spans["frame 24 of 40"] == plain(2.3, 2.4)
    together = sorted((each.start, each.end) for known in spans.values() for each in known)
    assert together[0][0] == 0
    assert together[-1][1] == 4
    assert all(one[1] == two[0] for one, two in pairwise(together))


def test_both_backgrounds_of_a_frame_have_its_time() -> None:
    letters = PILImage.new("RGBA", (64, 64), (0, 0, 0, 0))
    letters.paste((0, 0, 0, 255), (20, 20, 44, 44))
    other = letters.rotate(90).crop((8, 0, 64, 64)).resize((64, 64))
    loaded = load(animation("PNG", [letters, other], duration=300, disposal=1))
    assert clock(loaded) == {
        "frame 1 of 2, on white": plain(0, 0.3),
        "frame 1 of 2, on black": plain(0, 0.6),  # nothing to be seen, both times
        "frame 2 of 2, on white": plain(0.3, 0.6),
    }


def test_stills_and_pages_have_no_time() -> None:
    one, two = scene(seed=1), scene(seed=2)
    for data in (animation("TIFF", [one, two]), animation("GIF", [one])):
        for sampling in (None, Sampling()):
            assert not any(view.spans for view in load(data, sampling=sampling).views)


def test_what_is_shown_in_place_of_an_animation_has_no_time_and_is_judged() -> None:
    still, *frames = (scene(seed=seed) for seed in range(4))
    data = animation("PNG", [still, *frames], duration=400, default_image=True)
    for sampling in (None, Sampling(every=10)):
        loaded = load(data, sampling=sampling)
        assert loaded.views[0].spans == ()
        assert loaded.views[1].spans[0].start == 0


@pytest.mark.parametrize("kind", KINDS)
def test_with_sampling_frames_are_taken_by_time(kind: str) -> None:
    frames = growing(40)
    loaded = load(exact(kind, frames, 100), sampling=Sampling(every=1, max_frames=12))
    assert names(loaded) == [f"frame {number} of 40" for number in (1, 11, 21, 31)]
    assert [view.spans for view in loaded.views] == [plain(at, at + 1) for at in range(4)]


def test_a_long_frame_is_not_judged_less_than_a_short_one() -> None:
    frames = growing(10)
    shown = [5000] + [50] * 9
    loaded = load(animation("PNG", frames, duration=shown), sampling=Sampling(every=0.25))
    assert names(loaded) == ["frame 1 of 10", "frame 2 of 10", "frame 7 of 10"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [1, 17, 38])
def test_a_flash_between_the_samples_is_judged(kind: str, place: int) -> None:
    frames = growing(40)
    frames[place] = scene(80, 60, seed=9)
    data = exact(kind, frames, 50)
    loaded = load(data, Limits(max_frames=2), Sampling(every=2, max_frames=4))
    flash = clock(loaded)[f"frame {place + 1} of 40"]
    assert flash == plain(round(place * 0.05, 3), round(place * 0.05 + 0.05, 3))
    assert len(loaded.views) <= 4


def test_no_more_frames_than_allowed() -> None:
    frames = [scene(32, 24, seed=seed) for seed in range(50)]
    loaded = load(animation("PNG", frames, duration=500), sampling=Sampling(max_frames=8))
    assert len(loaded.views) == 8
    assert loaded.record.notes == ("8 of 50 frames judged",)
    assert loaded.views[0].name == "frame 1 of 50"


def test_where_time_takes_all_frames_no_others_are_told_of() -> None:
    frames = [scene(seed=seed) for seed in range(3)]
    loaded = load(animation("GIF", frames, duration=600), sampling=Sampling(every=0.5))
    assert loaded.record.notes == ("all 3 frames judged",)
