"""Requests to a service, good and bad, each kind made anew every time."""

from __future__ import annotations

import base64
import json
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from benchmarks.serving import Pictures

MAX_BODY_MIB = 1
"""What the service must be told to take at most, so that `huge` is too much."""

_BOUNDARY = "a-line-between-parts"
_FORM = {"content-type": f"multipart/form-data; boundary={_BOUNDARY}"}
_JSON = {"content-type": "application/json"}
_JUDGE = "/v1/judge"


class Cut(StrEnum):
    """Where the client cuts the connection."""

    BODY = "within the body"
    ANSWER = "before the answer"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `bad` if there is a picture in it that must not be called safe."""

    kind: str
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    method: str = "POST"
    path: str = _JUDGE
    bad: bool = False
    cut: Cut | None = None

    def raw(self, host: str) -> bytes:
        """As it goes over the wire."""
        told = {**self.headers, "host": host, "content-length": str(len(self.content))}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        return f"{self.method} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + self.content


Maker = Callable[[Pictures, random.Random], Request]


def form(*images: bytes, **fields: str) -> bytes:
    """A multipart body."""
    parts = [(f'"{name}"', value.encode()) for name, value in fields.items()]
    parts += [('"image"; filename="scene.png"', image) for image in images]
    lines = [
        f"--{_BOUNDARY}\r\ncontent-disposition: form-data; name={name}\r\n\r\n".encode()
        + value
        + b"\r\n"
        for name, value in parts
    ]
    return b"".join(lines) + f"--{_BOUNDARY}--\r\n".encode()


def listed(*images: bytes, **more: Any) -> bytes:
    """A JSON body."""
    told = [{"data": base64.b64encode(image).decode()} for image in images]
    return json.dumps({"images": told, **more}).encode()


def bomb() -> bytes:
    """A PNG of 60,000 x 60,000 pixels, as its header says."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    return b"\x89PNG\r\n\x1a\n" + chunk


def _picture(pictures: Pictures, _: random.Random) -> Request:
    return Request("a picture", form(pictures.next()), _FORM)


def _two(pictures: Pictures, _: random.Random) -> Request:
    return Request("two pictures, base64", listed(*pictures.some(2)), _JSON)


def _again(pictures: Pictures, chance: random.Random) -> Request:
    return Request("a picture again", form(pictures.numbered(chance.randrange(8))), _FORM)


def _truncated(pictures: Pictures, chance: random.Random) -> Request:
    image = pictures.next()
    part = image[: chance.randrange(1, len(image) // 2)]
    return Request("half a picture", form(part), _FORM, bad=True)


def _flipped(pictures: Pictures, chance: random.Random) -> Request:
    image = bytearray(pictures.next())
    image[chance.randrange(60, len(image) - 60)] ^= 0xFF
    return Request("a picture with a wrong byte", form(bytes(image)), _FORM)


def _random(_: Pictures, chance: random.Random) -> Request:
    return Request("a form by chance", chance.randbytes(chance.randrange(4000)), _FORM)


def _cut(where: Cut) -> Maker:
    def made(pictures: Pictures, _: random.Random) -> Request:
        return Request(f"cut {where}", form(pictures.next()), _FORM, cut=where)

    return made


def _always(kind: str, content: bytes, headers: dict[str, str], **more: Any) -> Maker:
    def made(_: Pictures, __: random.Random) -> Request:
        return Request(kind, content, headers, **more)

    return made


KINDS: tuple[tuple[Maker, int], ...] = (
    (_picture, 20),
    (_two, 4),
    (_again, 4),
    (_truncated, 3),
    (_flipped, 2),
    (_random, 2),
    (_cut(Cut.BODY), 3),
    (_cut(Cut.ANSWER), 3),
    (_always("a text for a picture", form(b"no picture at all"), _FORM, bad=True), 1),
    (_always("an empty picture", form(b""), _FORM, bad=True), 1),
    (_always("a bomb", form(bomb()), _FORM, bad=True), 1),
    (_always("no picture", form(), _FORM), 1),
    (_always("33 pictures", form(*[b"GIF89a"] * 33), _FORM), 1),
    (_always("another field", form(b"GIF89a", rules="none"), _FORM), 1),
    (_always("no constitution", form(b"GIF89a", constitution="nobody's"), _FORM), 1),
    (_always("a version that is none", form(b"GIF89a", version="-1"), _FORM), 1),
    (_always("a huge body", form(bytes(2 * MAX_BODY_MIB * 2**20)), _FORM), 1),
    (_always("broken JSON", b'{"images": [', _JSON), 1),
    (_always("deep JSON", b"[" * 100_000, _JSON), 1),
    (_always("JSON that is no UTF-8", b'{"images": "\xff\xfe"}', _JSON), 1),
    (_always("a list", b"[]", _JSON), 1),
    (_always("a number for a list", b'{"images": 7}', _JSON), 1),
    (_always("a number for base64", b'{"images": [{"data": 7}]}', _JSON), 1),
    (_always("no base64", b'{"images": [{"data": "%%%"}]}', _JSON), 1),
    (_always("a URL", b'{"images": [{"url": "http://127.0.0.1/"}]}', _JSON), 1),
    (_always("a key too long", form(b"GIF89a"), {**_FORM, "idempotency-key": "k" * 300}), 1),
    (_always("a form without boundary", form(), {"content-type": "multipart/form-data"}), 1),
    (_always("plain text", b"judge me", {"content-type": "text/plain"}), 1),
    (_always("broken moderation", b'{"input": 7}', _JSON, path="/v1/moderations"), 1),
    (_always("nowhere", b"", {}, path="/v1/nowhere"), 1),
    (_always("another method", b"", {}, method="DELETE"), 1),
    (_always("a decision that is none", b"", {}, method="GET", path="/v1/decisions/%00"), 1),
)
"""All kinds, and how often each is sent."""
