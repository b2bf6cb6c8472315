from __future__ import annotations

import logging
import threading
import warnings

import pytest
from PIL import Image as PILImage
from PIL import ImageFile, UnidentifiedImageError

from cluejudge.errors import ImageError
from cluejudge.image.pillow import decoding, strict_pillow


def _warn_as_pillow() -> None:
    scope = {"__name__": "PIL.Image", "warn": warnings.warn}
    exec("warn('a huge picture')", scope)


def test_pillow_is_quiet_and_strict_inside_and_as_before_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    level = logging.getLogger("PIL").level
    with strict_pillow():
        _warn_as_pillow()
        assert not ImageFile.LOAD_TRUNCATED_IMAGES
        assert not logging.getLogger("PIL.TiffImagePlugin").isEnabledFor(logging.ERROR)
    assert ImageFile.LOAD_TRUNCATED_IMAGES
    assert logging.getLogger("PIL").level == level
    with pytest.raises(UserWarning, match="a huge picture"):
        _warn_as_pillow()


def test_other_warnings_are_still_seen_inside() -> None:
    with strict_pillow(), pytest.raises(UserWarning, match="mine"):
        warnings.warn("mine", stacklevel=1)


def test_the_first_thread_to_leave_does_not_undo_it_for_the_others() -> None:
    inside, leave = threading.Event(), threading.Event()

    def short() -> None:
        with strict_pillow():
            inside.set()
            leave.wait(10)

    before = list(warnings.filters)
    thread = threading.Thread(target=short)
    thread.start()
    inside.wait(10)
    with strict_pillow():
        leave.set()
        thread.join(10)
        _warn_as_pillow()
    assert list(warnings.filters) == before


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PILImage.DecompressionBombError("bomb"), "too_many_pixels"),
        (OSError("image file is truncated (0 bytes not processed)"), "truncated"),
        (EOFError(), "truncated"),
        (OSError("broken data stream"), "corrupt"),
        (RecursionError(), "corrupt"),
        (UnidentifiedImageError("cannot identify <x at 0x7f>"), "corrupt"),
    ],
)
def test_every_error_of_a_decoder_gets_a_code(error: Exception, code: str) -> None:
    with pytest.raises(ImageError) as caught, decoding("PNG"):
        raise error
    assert caught.value.code == code
    assert caught.value.__cause__ is error
    assert "PNG" in str(caught.value)
    assert "0x7f" not in str(caught.value)


def test_our_own_errors_pass() -> None:
    with pytest.raises(ImageError) as caught, decoding("PNG"):
        raise ImageError("too_slow", "late")
    assert caught.value.code == "too_slow"
