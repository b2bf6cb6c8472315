"""Video files made in code: a few small frames each."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from cluejudge.settings import Sampling
from tests.image.samples import scene

Pixels = NDArray[np.uint8]
RATE = 10

KINDS = {
    "MP4": ("mp4", "libx264", "yuv420p"),
    "MOV": ("mov", "mjpeg", "yuvj420p"),
    "WEBM": ("webm", "libvpx-vp9", "yuv420p"),
    "MKV": ("matroska", "ffv1", "yuv420p"),
    "AVI": ("avi", "mpeg4", "yuv420p"),
    "MPEG-TS": ("mpegts", "mpeg2video", "yuv420p"),
}
"""For each accepted container its muxer, an encoder and a pixel format."""

STEADY = Sampling(every=0.5, max_frames=16)


def flat(level: int, width: int = 64, height: int = 48) -> Pixels:
    return np.full((height, width, 3), level, np.uint8)


def still(seed: int, width: int = 64, height: int = 48) -> Pixels:
    return np.asarray(scene(width, height, seed=seed))


def steady(count: int, seed: int = 1) -> list[Pixels]:
    """A scene that hardly changes."""
    return [still(seed)] * count


def video(
    frames: Sequence[Pixels],
    kind: str = "MP4",
    *,
    times: Sequence[int] | None = None,
    options: dict[str, str] | None = None,
    **stream: Any,
) -> bytes:
    """`frames` (RGB or RGBA) as a file; `times` are milliseconds, by default `RATE` a second."""
    muxer, encoder, pixels = KINDS[kind]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=muxer, options=options or {}) as container:
        track = container.add_stream(encoder, rate=RATE)
        track.height, track.width = frames[0].shape[:2]
        track.pix_fmt = pixels
        track.codec_context.gop_size = 10
        if times:
            track.codec_context.time_base = Fraction(1, 1000)
        for name, value in stream.items():
            setattr(track.codec_context, name, value)
        encode(container, track, frames, times)
    return buffer.getvalue()


def encode(
    container: Any, track: Any, frames: Sequence[Pixels], times: Sequence[int] | None = None
) -> None:
    """Adds `frames` to a track."""
    for place, pixels in enumerate(frames):
        layout = "rgba" if pixels.shape[2] == 4 else "rgb24"
        frame = av.VideoFrame.from_ndarray(pixels, format=layout)
        frame.pts = times[place] if times else place
        frame.time_base = Fraction(1, 1000) if times else Fraction(1, RATE)
        container.mux(track.encode(frame))
    container.mux(track.encode(None))


def tracks(several: Sequence[Sequence[Pixels]]) -> bytes:
    """A Matroska file of several video tracks."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as container:
        streams = []
        for frames in several:
            stream = container.add_stream("ffv1", rate=RATE)
            stream.height, stream.width = frames[0].shape[:2]
            stream.pix_fmt = "yuv420p"
            streams.append(stream)
        for stream, frames in zip(streams, several, strict=True):
            encode(container, stream, frames)
    return buffer.getvalue()


def sound(kind: str = "mp4", seconds: int = 1) -> bytes:
    """A file of nothing but silence."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=kind) as container:
        silence(container, container.add_stream("aac", rate=8000), seconds)
    return buffer.getvalue()


def silence(container: Any, track: Any, seconds: int = 1) -> None:
    """Fills a track of sound, 8000 samples a second."""
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, 8000 * seconds), np.float32), format="fltp", layout="mono"
    )
    frame.sample_rate = 8000
    container.mux(track.encode(frame))
    container.mux(track.encode(None))


@cache
def streamed(count: int = 40) -> bytes:
    """An MP4 whose list of frames is before them, as those made for the web; frames differ."""
    frames = [still(seed) for seed in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.mp4")
        path.write_bytes(video(frames))
        fast = Path(folder, "b.mp4")
        with (
            av.open(path) as given,
            av.open(fast, "w", options={"movflags": "faststart"}) as made,
        ):
            track = made.add_stream_from_template(given.streams.video[0])
            for packet in given.demux(video=0):
                if packet.dts is not None:
                    packet.stream = track
                    made.mux(packet)
        return fast.read_bytes()
