"""One video track of a file, decoded from its first frame to its last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cluejudge.image.deadline import Deadline
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.sizes import check_size
from cluejudge.settings import Limits
from cluejudge.video.demuxing import DECODERS, load_av

_TICK = 0.001  # seconds; a frame that comes less after the one before it has no time of its own
_RATE = 25.0  # frames a second, where nothing tells
_PADDING = 2  # frames are coded in whole blocks
_TRANSPARENT = {"vp8": "libvpx", "vp9": "libvpx-vp9"}


@dataclass(frozen=True, slots=True)
class Moment:
    """A decoded frame: its place, when it starts in seconds from the first, and how long it is.

    `frame` is PyAV's and stands until the next one is decoded.
    """

    index: int
    start: float
    seconds: float
    frame: Any


class Reel:
    """The track `stream` of an opened container. Hardware is never used, and one thread is.

    So the same file gives the same frames on every machine. What cannot be decoded is passed over,
    as players do, and counted: `unreadable` packets, and `damaged` frames, which are decoded with
    errors. Where a recording `may_begin_anywhere`, packets before its first frame are `headless`:
    what they go on from is not there, so nobody can show them. `stopped` is why the end was not
    reached.
    """

    def __init__(
        self,
        container: Any,
        stream: Any,
        limits: Limits,
        deadline: Deadline,
        *,
        may_begin_anywhere: bool,
    ) -> None:
        """Raises `ImageError` for frames of a size, and codings, that are not allowed."""
        self._container, self._stream, self._deadline = container, stream, deadline
        self._decoder = _decoder(stream, limits)
        self.unreadable = self.headless = self.damaged = 0
        self.stopped = ""
        self._begun = not may_begin_anywhere

    @property
    def stretch(self) -> float:
        """How many times wider than high its pixels are."""
        ratio = self._stream.sample_aspect_ratio
        return float(ratio) if ratio else 1.0

    def moments(self) -> Iterator[Moment]:
        """All frames, in the order and at the times in which they are shown.

        Where the file's clock stands still or goes back, as in streams that were joined, a frame
        comes one step after the one before it.
        """
        rate = self._stream.average_rate or self._stream.guessed_rate
        step = 1 / float(rate) if rate and rate > 0 else 1 / _RATE
        first: float | None = None
        start = -step
        for index, frame in enumerate(self._frames()):
            self._deadline.check()
            told = _seconds(frame.pts, frame.time_base)
            if first is None:
                first = told if told is not None else 0.0
            here = start + step if told is None else told - first
            start = here if round(here - start, 6) >= _TICK else start + step
            self.damaged += bool(frame.is_corrupt)
            shown = _seconds(frame.duration or None, frame.time_base)
            yield Moment(index, start, shown if shown and shown > 0 else step, frame)

    def _frames(self) -> Iterator[Any]:
        for packet in self._packets():
            self._deadline.check()
            frames = self._decoded(packet)
            self._begun = self._begun or bool(frames)
            yield from frames

    def _packets(self) -> Iterator[Any]:
        """The track's packets; the last one is empty, which makes the decoder give what it has."""
        packets = self._container.demux(self._stream)
        errors = load_av().error.FFmpegError
        while True:
            try:
                packet = next(packets, None)
            except MemoryError:
                raise
            except errors as error:
                self.stopped = str(error) or type(error).__name__
                packet = None
            yield packet
            if packet is None or not packet.size:
                return

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            return list(self._decoder.decode(packet))
        except MemoryError:
            raise
        except EOFError:  # it was emptied before
            return []
        except load_av().error.FFmpegError:
            self.unreadable += self._begun
            self.headless += not self._begun
            return []


def _decoder(stream: Any, limits: Limits) -> Any:
    """The stream's own decoder, or the one that sees the transparency of VP8 and VP9.

    It makes room for no frame that is far larger than allowed: the file may name another size than
    its frames have, which are looked at again when they are there.
    """
    known = stream.codec_context
    name = known.codec.name if known is not None else "an unknown coding"
    if known is None or name not in DECODERS:
        raise refuse(Code.UNSUPPORTED_VIDEO, f"track {stream.index} is coded as {name}")
    if known.width and known.height:
        check_size(known.width, known.height, limits)
    if stream.metadata.get("alpha_mode", "0") != "0" and name in _TRANSPARENT:
        known = _transparent(name, known.extradata)
    known.thread_count = 1
    known.options = {**known.options, "max_pixels": str(_PADDING * limits.max_pixels)}
    return known


def _transparent(name: str, extradata: bytes | None) -> Any:
    av = load_av()
    if _TRANSPARENT[name] not in av.codecs_available:
        message = f"PyAV is built without {_TRANSPARENT[name]}, which sees its transparency"
        raise refuse(Code.UNSUPPORTED_VIDEO, message)
    decoder = av.CodecContext.create(_TRANSPARENT[name], "r")
    if extradata:
        decoder.extradata = extradata
    return decoder


def _seconds(ticks: int | None, base: Any) -> float | None:
    return float(ticks * base) if ticks is not None and base else None
