"""One opened input: how many frames it holds, and any of them upright, in sRGB, 8 bits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image as PILImage
from PIL import features
from PIL.ImageFile import ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from cluejudge.errors import ImageError
from cluejudge.image import durations, gamma, orientation
from cluejudge.image.containers import boxes, check_container, without_text
from cluejudge.image.deadline import Deadline, TimedBytes
from cluejudge.image.modes import eight_bit
from cluejudge.image.pillow import decoding
from cluejudge.image.profiles import to_srgb
from cluejudge.image.refusals import Code, refuse
from cluejudge.image.sizes import check_frames, check_size
from cluejudge.image.sniff import Format
from cluejudge.settings import Limits

_CODECS = {Format.AVIF: "avif", Format.WEBP: "webp", Format.JPEG: "jpg", Format.PNG: "zlib"}
_PAGED = frozenset(("TIFF", "MPO", "HEIC"))
_OWN_PROFILES = frozenset(("TIFF", "MPO"))  # pages with profiles of their own, or none
_VIDEO_INSIDE = re.compile(rb"ftyp(?:mp4|iso[m2-9]|qt  |M4V|avc1|3gp)")
_PHOTOMETRIC, _BITS, _SUBFILE, _SUB_IFDS = 262, 258, 254, 330
_STRIPS, _TILES = (273, 279), (324, 325)


@dataclass(frozen=True, slots=True)
class Rendering:
    """One frame: mode RGB, or RGBA where something is transparent; `power` is of `gamma`.

    `image` may be the decoder's own and stands until the next frame is rendered. `seconds` is how
    long an animation shows it: 0 for what is shown in place of the animation, None for what has no
    time, or none that is told.
    """

    image: PILImage.Image
    power: float | None
    notes: tuple[str, ...]
    seconds: float | None = None


class Source:
    """An opened input, within `strict_pillow`; closes nothing, for all of it is in memory."""

    def __init__(self, data: bytes, kind: Format, limits: Limits, deadline: Deadline) -> None:
        """Read the headers. Raises `ImageError` for what cannot be opened or is not allowed."""
        self.shortfall = check_container(data, kind, limits, deadline)
        self._data = without_text(data) if kind is Format.PNG else data
        self._kind, self._limits, self._deadline = kind, limits, deadline
        with decoding(kind.value):
            self._image = self._opened()
            check_size(*self._image.size, limits)
            self.frames = self._count()
            check_frames(self.frames, limits)
            self._check_whole()
        self.format = self._name()

    def _opened(self) -> ImageFile:
        return _opener(self._kind)(TimedBytes(self._data, self._deadline))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frame that was read last, the first to begin with."""
        return self._image.size

    @property
    def unit(self) -> str:
        """What a part of this input is called."""
        return "page" if self.format in _PAGED else "frame"

    def notes(self) -> tuple[str, ...]:
        """What is in the file besides its frames."""
        if _VIDEO_INSIDE.search(self._data, 32):
            return ("a video inside the file was not judged",)
        return ()

    def render(self, index: int) -> Rendering | None:
        """Frame `index`, or None for a page that an MPO lists but does not hold."""
        self._deadline.check()
        with decoding(self._kind.value):
            if not self._seek(index):
                return None
            image = self._image
            check_size(*image.size, self._limits)
            turned = image.tag_v2.get(orientation.TAG) if isinstance(image, TiffImageFile) else None
            self._load(image)
            check_size(*image.size, self._limits)
            self._deadline.check()
            return self._rendering(image, turned)

    def _rendering(self, image: ImageFile, turned: object) -> Rendering:
        """`turned` is the orientation that Pillow has applied already, as it does for TIFF."""
        plain, scaled = eight_bit(image, _depth(image, self._data), _inverted(image))
        srgb, managed = to_srgb(plain, image.info.get("icc_profile"))
        to_apply = _exif_orientation(image)
        power = gamma.exponent(image.info) if self._kind is Format.PNG else None
        notes = (*scaled, *managed, *orientation.note(turned), *orientation.note(to_apply))
        upright = orientation.upright(srgb, to_apply)
        return Rendering(upright, power, notes, self._seconds(image))

    def _seconds(self, image: ImageFile) -> float | None:
        if self.frames == 1 or self.unit == "page":
            return None
        if image.tell() == 0 and getattr(image, "default_image", False):
            return 0.0
        told = image.info.get("duration", 0 if self._kind is Format.GIF else None)
        return durations.shown(told) if isinstance(told, int | float) else None

    def _load(self, image: ImageFile) -> None:
        try:
            image.load()
        except OSError as error:
            if isinstance(image, TiffImageFile) and _strips_end(image) > len(self._data):
                message = "TIFF: the data ends too early: some of its strips are not there"
                raise refuse(Code.TRUNCATED, message) from error
            raise

    def _seek(self, index: int) -> bool:
        """Go to a frame; False for one of an MPO that is not there.

        Cameras' tools drop the later pictures of an MPO and leave the list of them.
        """
        if self.format in _OWN_PROFILES and index != self._image.tell():
            self._image.info.pop("icc_profile", None)  # Pillow would leave it for the next page
        try:
            self._image.seek(index)
        except (ValueError, SyntaxError, EOFError):
            if self.format == "MPO" and index > 0:
                self._image = self._opened()  # the failure left it between two pictures
                return False
            raise
        return True

    def _count(self) -> int:
        if isinstance(self._image, TiffImageFile):
            return _count_pages(self._image, self._limits.max_total_frames)
        return int(getattr(self._image, "n_frames", 1))

    def _name(self) -> str:
        if self._kind is Format.PNG and self.frames > 1:
            return "APNG"
        return "MPO" if self._image.format == "MPO" else self._kind.value

    def _check_whole(self) -> None:
        """Refuse a file whose visible content is somewhere that only other software looks."""
        still = self._kind is Format.AVIF and self.frames == 1
        if still and b"moov" in boxes(self._data, self._deadline):
            raise refuse(Code.HIDDEN_VIDEO, "AVIF: it holds a video besides a still")
        if isinstance(self._image, TiffImageFile):
            tags = self._image.tag_v2
            if _SUB_IFDS in tags and tags.get(_SUBFILE) == 1:
                raise refuse(Code.UNSUPPORTED_IMAGE, "TIFF: a raw camera file with a small preview")


def _opener(kind: Format) -> Callable[[TimedBytes], ImageFile]:
    if kind is Format.HEIC:
        return _heic_opener()
    codec = _CODECS.get(kind)
    if codec and not features.check(codec):
        raise refuse(Code.NO_CODEC, f"the installed Pillow cannot decode {kind.value}")
    return lambda file: PILImage.open(file, formats=[kind.value])


def _heic_opener() -> Callable[[TimedBytes], ImageFile]:
    """The plugin's class itself: registering it would change Pillow for the whole process."""
    try:
        from pi_heif import HeifImageFile
    except ImportError as error:
        message = "HEIC pictures need the optional package pi-heif"
        raise refuse(Code.NEEDS_EXTRA, message) from error
    opener: Callable[[TimedBytes], ImageFile] = HeifImageFile
    return opener


def _count_pages(image: TiffImageFile, most: int) -> int:
    """Pages of a TIFF, page by page, so that a list of too many is not walked to its end."""
    pages = 1
    try:
        while pages <= most:
            image.seek(pages)
            pages += 1
    except EOFError:
        pass
    image.seek(0)
    return pages


def _strips_end(image: TiffImageFile) -> int:
    """Where the last strip or tile of a page says that it ends, in bytes from the start."""
    tags = image.tag_v2
    offsets = tags.get(_STRIPS[0]) or tags.get(_TILES[0]) or ()
    counts = tags.get(_STRIPS[1]) or tags.get(_TILES[1]) or ()
    return max((at + count for at, count in zip(offsets, counts, strict=False)), default=0)


def _exif_orientation(image: ImageFile) -> object:
    """The EXIF orientation of a loaded frame; broken metadata has none."""
    try:
        with decoding("EXIF"):
            return image.getexif().get(orientation.TAG)
    except ImageError:
        return None


def _depth(image: ImageFile, data: bytes) -> int | None:
    """Bits of a sample as stored, where Pillow's mode does not tell."""
    if image.format == "PNG":
        return data[24]
    if isinstance(image, TiffImageFile):
        bits = image.tag_v2.get(_BITS)
        first = bits[0] if isinstance(bits, tuple) and bits else bits
        return first if isinstance(first, int) else None
    return None


def _inverted(image: ImageFile) -> bool:
    """Whether 0 is white in a TIFF; Pillow sees to it up to 8 bits only."""
    return isinstance(image, TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == 0
