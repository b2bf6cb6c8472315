"""Image files made in code, for the tests of intake."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray
from PIL import Image as PILImage
from PIL import ImageCms

Pixels = NDArray[np.uint8]


def examples(count: int) -> settings:
    """Settings of a property test that tries `count` examples, on a machine that may be busy."""
    return settings(max_examples=count, deadline=None, suppress_health_check=[HealthCheck.too_slow])


ORIENTATION = 0x0112


def scene(
    width: int = 48, height: int = 36, seed: int = 0, grid: tuple[int, int] = (3, 4)
) -> PILImage.Image:
    """A smooth RGB picture without symmetry, kind to lossy formats; a finer grid has more in it."""
    coarse = np.random.default_rng(seed).integers(0, 256, (*grid, 3), dtype=np.uint8)
    return PILImage.fromarray(coarse).resize((width, height), PILImage.Resampling.BICUBIC)


def cutout(colour: tuple[int, int, int], size: int = 64) -> PILImage.Image:
    """An RGBA square of one colour in the middle of nothing."""
    pixels = np.zeros((size, size, 4), np.uint8)
    pixels[size // 4 : -size // 4, size // 4 : -size // 4] = (*colour, 255)
    return PILImage.fromarray(pixels)


def encode(image: PILImage.Image, kind: str, **options: Any) -> bytes:
    """`image` as a file. Copies, for Pillow's writers leave their state in what they write."""
    if "append_images" in options:
        options["append_images"] = [each.copy() for each in options["append_images"]]
    buffer = io.BytesIO()
    image.copy().save(buffer, kind, **options)
    return buffer.getvalue()


def animation(kind: str, frames: list[PILImage.Image], **options: Any) -> bytes:
    """`frames` as one file."""
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)


def mpo(images: list[PILImage.Image]) -> bytes:
    """A multi-picture JPEG (CIPA DC-007); Pillow's own writer misplaces all after the second."""
    profiles = [image.info.get("icc_profile") for image in images]
    files = [
        encode(image, "JPEG", quality=90, icc_profile=profile)
        for image, profile in zip(images, profiles, strict=True)
    ]
    count = len(files)
    start = 2 + 4 + 4  # of the directory: behind SOI, the segment's head and its name
    table = start + 8 + 2 + 3 * 12 + 4
    at = table + 16 * count + len(files[0]) - 2  # of the second picture: behind the whole first
    entries = struct.pack("<IIIHH", 0x030000, at, 0, 0, 0)
    for file in files[1:]:
        entries += struct.pack("<IIIHH", 0, len(file), at - start, 0, 0)
        at += len(file)
    directory = b"II*\0" + struct.pack("<IH", 8, 3)
    directory += struct.pack("<HHI4s", 0xB000, 7, 4, b"0100")
    directory += struct.pack("<HHII", 0xB001, 4, 1, count)
    directory += struct.pack("<HHIII", 0xB002, 7, 16 * count, table - start, 0)
    content = b"MPF\0" + directory + entries
    segment = b"\xff\xe2" + struct.pack(">H", 2 + len(content)) + content
    return files[0][:2] + segment + files[0][2:] + b"".join(files[1:])


def exif(orientation: int) -> PILImage.Exif:
    """EXIF with an orientation and nothing else."""
    tags = PILImage.Exif()
    tags[ORIENTATION] = orientation
    return tags


def heic(
    image: PILImage.Image, *more: PILImage.Image, orientation: int = 1, **options: Any
) -> bytes:
    """`image` and `more` as a HEIC file to be turned by `orientation`."""
    pictures = [
        {"mode": each.mode, "size": each.size, "exif": exif(orientation).tobytes().hex()}
        for each in (image, *more)
    ]
    asked = json.dumps({"pictures": pictures, "options": options})
    pixels = b"".join(each.tobytes() for each in (image, *more))
    return _heic(asked.encode() + b"\n" + pixels)


@cache
def _heic(asked: bytes) -> bytes:
    writer = Path(__file__).with_name("heic_writer.py")
    done = subprocess.run([sys.executable, writer], input=asked, capture_output=True, check=True)
    return done.stdout


def chunk(kind: bytes, content: bytes) -> bytes:
    """One chunk of a PNG."""
    end = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + end


def png(width: int, height: int, depth: int, colour: int, rows: bytes, *extra: bytes) -> bytes:
    """A PNG of rows that are packed already, with `extra` chunks before the pixels."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    stride = len(rows) // height
    filtered = b"".join(b"\0" + rows[at : at + stride] for at in range(0, len(rows), stride))
    pixels = chunk(b"IDAT", zlib.compress(filtered))
    body = chunk(b"IHDR", header) + b"".join(extra) + pixels + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def inserted(file: bytes, *extra: bytes) -> bytes:
    """A PNG with `extra` chunks after its header."""
    return file[:33] + b"".join(extra) + file[33:]


def box(kind: bytes, content: bytes = b"") -> bytes:
    """One box of ISO base media."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def srgb_profile() -> bytes:
    """The ICC profile of sRGB itself."""
    return bytes(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())


def swapping_profile() -> bytes:
    """An ICC profile in which the first channel is sRGB's green and the second its red."""
    red, green, blue = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
    curve = b"curv" + struct.pack(">IIH2x", 0, 1, round(2.2 * 256))
    tags = {b"rXYZ": _xyz(*green), b"gXYZ": _xyz(*red), b"bXYZ": _xyz(*blue)}
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    return _profile(b"RGB ", b"XYZ ", tags)


def grey_profile(gamma: float) -> bytes:
    """An ICC profile of grey with one gamma."""
    curve = b"curv" + struct.pack(">IIH2x", 0, 1, round(gamma * 256))
    return _profile(b"GRAY", b"XYZ ", {b"kTRC": curve})


def ink_profile() -> bytes:
    """An ICC profile of CMYK in which only black ink shows: full black is black, else white."""
    ramp = bytes(range(256))
    # Black is the fastest of the four inputs; Lab of white and of black, 16 times.
    lights = b"".join(bytes((255, 128, 128)) + bytes((0, 128, 128)) for _ in range(8))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1" + struct.pack(">I4B", 0, 4, 3, 2, 0) + matrix + ramp * 4 + lights + ramp * 3
    return _profile(b"CMYK", b"Lab ", {b"A2B0": table, b"A2B1": table})


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ " + struct.pack(">I3i", 0, *(round(v * 65536) for v in (x, y, z)))


def _profile(space: bytes, connection: bytes, tags: dict[bytes, bytes]) -> bytes:
    name = b"Test profile\0"
    desc = b"desc" + struct.pack(">II", 0, len(name)) + name + bytes(78)
    tags = {b"desc": desc, b"wtpt": _xyz(0.9642, 1.0, 0.8249), **tags}
    at = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for kind, content in tags.items():
        padded = content + bytes(-len(content) % 4)
        table += struct.pack(">4sII", kind, at + len(body), len(content))
        body += padded
    device = b"prtr" if space == b"CMYK" else b"mntr"
    header = struct.pack(
        ">I4sI4s4s4s12x4s",
        at + len(body),
        b"\0" * 4,
        0x02100000,
        device,
        space,
        connection,
        b"acsp",
    )
    header += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + table + body
