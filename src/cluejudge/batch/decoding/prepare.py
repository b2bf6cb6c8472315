"""From a row's bytes to what is judged, or to the reason why it cannot be: runs in a worker."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from cluejudge.batch.entries import Data, Fetched, Prepared, Refusal, Remote
from cluejudge.batch.sources.remote import read_remote
from cluejudge.errors import ImageError
from cluejudge.image import LoadedImage, load, read
from cluejudge.image.files import HEAD_BYTES, holds_video
from cluejudge.image.reading import read_head
from cluejudge.settings import Limits, Sampling

Within = Callable[[float], None]
"""Told how many seconds the next step may take, far more than it should."""

_FETCHING = 900.0
_SLACK = 60.0
_CHUNK = 1 << 20


def prepare(fetched: Fetched, limits: Limits, sampling: Sampling, within: Within) -> Prepared:
    """Reads, hashes and decodes one row; what is wrong with it is a `Refusal`, never raised."""
    data = fetched.data
    if isinstance(data, Refusal):
        return Prepared(fetched.entry, "", data)
    try:
        within(_FETCHING)
        source = _source(data, limits, sampling)
    except ImageError as error:
        return Prepared(fetched.entry, "", Refusal(error.code, str(error)))
    try:
        image = _loaded(source, limits, sampling, within)
    except ImageError as error:
        refusal = Refusal(error.code, str(error))
        return Prepared(fetched.entry, _sha256(source, sampling), refusal)
    return Prepared(fetched.entry, image.record.sha256, image)


def _source(data: Data, limits: Limits, sampling: Sampling) -> bytes | Path:
    """The bytes, or the path of a video, which may be far too long to read at once."""
    if isinstance(data, Remote):
        return read_remote(data, limits, sampling)
    if isinstance(data, bytes) or holds_video(read_head(data, HEAD_BYTES)):
        return data
    return read(data, limits)


def _loaded(
    source: bytes | Path, limits: Limits, sampling: Sampling, within: Within
) -> LoadedImage:
    if isinstance(source, bytes) and not holds_video(source[:HEAD_BYTES]):
        within(2 * limits.max_seconds + _SLACK)
        return load(source, limits, sampling)
    within(2 * sampling.max_video_seconds + _SLACK)
    from cluejudge.video import load_video

    return load_video(source, limits, sampling)


def _sha256(source: bytes | Path, sampling: Sampling) -> str:
    """Of all bytes; empty if there are none, or more than any file may have, or no file by now."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest() if source else ""
    digest = hashlib.sha256()
    try:
        if source.stat().st_size > sampling.max_video_bytes:
            return ""
        with source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return ""
    return digest.hexdigest()
