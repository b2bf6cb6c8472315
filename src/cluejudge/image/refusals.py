"""Every reason for which an input is refused: one stable code, what it means, what to do."""

from __future__ import annotations

from enum import StrEnum

from cluejudge.errors import ImageError


class Code(StrEnum):
    """The stable codes of `ImageError`. `docs/images.md` lists them for readers."""

    MISSING = "missing"
    DIRECTORY = "directory"
    NOT_A_FILE = "not_a_file"
    NO_PERMISSION = "no_permission"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_MANY_BYTES = "too_many_bytes"
    UNKNOWN_TYPE = "unknown_type"
    SVG = "svg"
    PDF = "pdf"
    HTML = "html"
    VIDEO = "video"
    ARCHIVE = "archive"
    UNSUPPORTED_IMAGE = "unsupported_image"
    NEEDS_EXTRA = "needs_extra"
    NO_CODEC = "no_codec"
    TRUNCATED = "truncated"
    CORRUPT = "corrupt"
    HIDDEN_VIDEO = "hidden_video"
    TOO_MANY_PIXELS = "too_many_pixels"
    SIDE_TOO_LONG = "side_too_long"
    TOO_SMALL = "too_small"
    ABSURD_ASPECT = "absurd_aspect"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_SLOW = "too_slow"
    OUT_OF_MEMORY = "out_of_memory"
    NO_VIDEO = "no_video"
    UNSUPPORTED_VIDEO = "unsupported_video"


_HINTS = {
    Code.MISSING: "check the path",
    Code.DIRECTORY: "name the files in it",
    Code.NOT_A_FILE: "copy its content into a regular file or pass the bytes",
    Code.NO_PERMISSION: "let this user read the file",
    Code.UNREADABLE: "check the disk and the path",
    Code.EMPTY: "write or upload the file again",
    Code.TOO_MANY_BYTES: "save it smaller, or raise Limits.max_bytes, "
    "for a video Sampling.max_video_bytes",
    Code.UNKNOWN_TYPE: "save it as JPEG, PNG or WebP",
    Code.SVG: "render it to PNG and judge that",
    Code.PDF: "render its pages to PNG and judge those",
    Code.HTML: "take a screenshot and judge that; a failed download often is an HTML page",
    Code.VIDEO: "judge it with cluejudge batch, or extract frames and judge those",
    Code.ARCHIVE: "unpack it and judge the files in it",
    Code.UNSUPPORTED_IMAGE: "save it as JPEG, PNG or WebP",
    Code.NEEDS_EXTRA: "pip install 'cluejudge[heic]'",
    Code.NO_CODEC: "install a Pillow that is built with this codec, as its wheels are",
    Code.TRUNCATED: "transfer the file again",
    Code.CORRUPT: "save the picture again from its source",
    Code.HIDDEN_VIDEO: "judge frames of its video, or save the still picture alone",
    Code.TOO_MANY_PIXELS: "scale it down, or raise Limits.max_pixels or Limits.max_view_pixels",
    Code.SIDE_TOO_LONG: "cut or scale it, or raise Limits.max_side",
    Code.TOO_SMALL: "use a larger copy, or lower Limits.min_side",
    Code.ABSURD_ASPECT: "cut it into pieces, or raise Limits.max_aspect",
    Code.TOO_MANY_FRAMES: "cut it into shorter files, or raise Limits.max_total_frames",
    Code.TOO_SLOW: "save it smaller, or raise Limits.max_seconds, "
    "for a video Sampling.max_video_seconds",
    Code.OUT_OF_MEMORY: "lower Limits.max_pixels and Limits.max_view_pixels to fit this machine",
    Code.NO_VIDEO: "judge a file that holds a moving picture",
    Code.UNSUPPORTED_VIDEO: "convert it to H.264 in MP4",
}


def refuse(code: Code, message: str) -> ImageError:
    """The error for `code`, with its hint; `message` says what is wrong with this input."""
    return ImageError(code.value, message, hint=_HINTS[code])
