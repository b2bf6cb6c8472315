"""Pillow as hostile input needs it: strict, quiet, and with errors of ours only."""

from __future__ import annotations

import logging
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from PIL import Image as PILImage
from PIL import ImageFile, UnidentifiedImageError

from cluejudge.errors import ImageError
from cluejudge.image.refusals import Code, refuse

_LOGGER = logging.getLogger("PIL")


class _Strictness:
    """The settings that are shared by every thread inside `strict_pillow`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._undo = ExitStack()

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                self._undo.enter_context(warnings.catch_warnings())
                warnings.filterwarnings("ignore", module=r"(PIL|pi_heif)(\.|$)")
                tolerant = ImageFile.LOAD_TRUNCATED_IMAGES
                self._undo.callback(_LOGGER.setLevel, _LOGGER.level)
                _LOGGER.setLevel(logging.CRITICAL)
                self._undo.callback(setattr, ImageFile, "LOAD_TRUNCATED_IMAGES", tolerant)
                ImageFile.LOAD_TRUNCATED_IMAGES = False
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._undo.close()


_strictness = _Strictness()


@contextmanager
def strict_pillow() -> Iterator[None]:
    """Pillow's warnings, logs and tolerance of truncated files off, for as long as it lasts.

    These are settings of the whole process, so the first thread to enter makes them and the last
    to leave undoes them. What they would tell is found by checks and errors of our own.
    """
    _strictness.enter()
    try:
        yield
    finally:
        _strictness.leave()


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Turn whatever a decoder raises into `ImageError`; `what` names the input's format.

    Decoders of hostile bytes raise almost any exception, so all are caught here, and only here.
    `MemoryError` passes: it says something about this machine too, and `load` answers for both.
    """
    try:
        yield
    except (ImageError, MemoryError):
        raise
    except PILImage.DecompressionBombError as error:
        raise refuse(Code.TOO_MANY_PIXELS, f"{what}: {error}") from error
    except Exception as error:
        raise _broken(what, error) from error


def _broken(what: str, error: Exception) -> ImageError:
    reason = str(error) or type(error).__name__
    if isinstance(error, UnidentifiedImageError):  # its text is the address of an object
        reason = "the header makes no sense"
    ended = isinstance(error, EOFError | struct.error) or "truncated" in reason.lower()
    if ended:
        return refuse(Code.TRUNCATED, f"{what}: the data ends too early: {reason}")
    return refuse(Code.CORRUPT, f"{what}: cannot be decoded: {reason}")
