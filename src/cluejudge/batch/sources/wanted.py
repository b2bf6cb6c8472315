"""What is taken for an image or a video where nobody says: by names, and by how it begins."""

from __future__ import annotations

import os

from cluejudge.batch.sources.files import Files, IrregularFileError
from cluejudge.image.files import holds_picture, holds_video, named_picture

VIDEO_SUFFIXES = (
    *(".mp4", ".m4v", ".mov", ".qt", ".webm", ".mkv", ".avi", ".wmv", ".flv", ".f4v"),
    *(".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".ogv", ".3gp", ".3g2"),
)
"""Names that promise a video: such files are judged or reported, whatever they hold."""

_SOUND_SUFFIXES = (".m4a", ".m4b", ".mka", ".oga", ".ogg", ".opus", ".wav", ".wma")


def named_image(name: str) -> bool:
    """Whether a name promises an image or a video."""
    return named_picture(name) or _suffix(name) in VIDEO_SUFFIXES


def holds_image(data: bytes) -> bool:
    """Whether what begins with `data` is an image or a video, also of a type not judged."""
    return holds_picture(data) or holds_video(data)


def is_wanted(files: Files, name: str) -> bool:
    """Whether a file of a folder is to be judged.

    One that cannot be opened counts, so that it is reported and not passed over.
    """
    if named_image(name):
        return True
    if _suffix(name) in _SOUND_SUFFIXES:
        return False
    try:
        return holds_image(files.head(name))
    except IrregularFileError:
        return False
    except OSError:
        return True


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()
