"""The images of a request, out of JSON or a multipart form; what is wrong with it is told."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema, model_validator
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from cluejudge.service.api.amounts import check_values
from cluejudge.service.fetching import Fetcher
from cluejudge.service.problems import FieldError, Problem, invalid
from cluejudge.service.settings import ServiceSettings
from cluejudge.service.submissions import Fetch, Submission
from cluejudge.store.records import Source
from cluejudge.verdict import storable

LARGEST_VERSION = 2**31 - 1
_LONGEST_NAME = 255
_LONGEST_FIELD = 4096
_LONGEST_HEAD = 1024
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DATA_URL = re.compile(r"data:[\w.+/-]*(?:;[\w.+-]+=[^;,]*)*;base64,", re.ASCII | re.IGNORECASE)
_FIELDS = {"constitution", "version"}
_SPACE = b" \t\r\n\v\f"

Version = Annotated[int, Field(ge=1, le=LARGEST_VERSION)]


Base64 = Annotated[str | None, WithJsonSchema({"type": "string", "format": "byte"})]
Url = Annotated[str | None, WithJsonSchema({"type": "string", "format": "uri", "maxLength": 8192})]


class ImageIn(BaseModel):
    """One image, by its bytes or by where it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"oneOf": [{"required": ["data"]}, {"required": ["url"]}]},
    )

    name: str = Field(default="", max_length=_LONGEST_NAME, description="for the verdict")
    data: Base64 = Field(default=None, description="the file's bytes")
    url: Url = Field(
        default=None, max_length=8192, description="an https URL, where the service fetches any"
    )

    @model_validator(mode="after")
    def _one(self) -> ImageIn:
        given = self.model_fields_set & {"data", "url"}
        if len(given) != 1 or self.data == self.url:
            raise ValueError("give either `data` or `url`")
        return self


class JudgeIn(BaseModel):
    """What `POST /v1/judge` takes as JSON."""

    model_config = ConfigDict(extra="forbid")

    images: list[ImageIn] = Field(min_length=1)
    constitution: str = Field(
        default="", max_length=128, description="its name; empty for the service's own"
    )
    version: Version | None = Field(default=None, description="by default the active one")


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a request asks for; `digest` is the same for equal requests."""

    constitution: str
    version: int | None
    images: tuple[Submission, ...]
    digest: str


async def read_incoming(request: Request, settings: ServiceSettings, fetcher: Fetcher) -> Incoming:
    """What `request` asks for.

    Raises `Problem`: 400 for a body that cannot be read, 413 for too much of it, 415 for one of
    another kind, 422 for one that says what it may not.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        return await asyncio.to_thread(_of_json, body, settings, fetcher)
    if kind == "multipart/form-data":
        form = await _form(request, settings)
        try:
            return await _of_form(form)
        finally:
            await form.close()
    raise Problem(
        415,
        "unknown-body",
        f"a body of type '{kind}' cannot be read",
        hint="send application/json or multipart/form-data",
    )


def from_base64(text: str, at: str) -> bytes:
    """The bytes that `text` spells; raises `Problem` 422, which says that it stands `at`."""
    # Without white space, and not by splitting, which makes a text of every few characters.
    plain = text.encode("ascii", "replace").translate(None, _SPACE)
    try:
        return base64.b64decode(plain, validate=True)
    except (binascii.Error, ValueError) as error:
        said = f"{at}: this is no base64: {error}"
        raise Problem(422, "invalid", said, errors=[FieldError(at=at, message=said)]) from error


def is_data_url(url: str) -> bool:
    """Whether `url` holds its data."""
    return url[:5].lower() == "data:"


def from_data_url(url: str, at: str) -> bytes:
    """The bytes that a `data:` URL holds in base64; raises `Problem` 422 as `from_base64` does."""
    head = _DATA_URL.match(url, 0, _LONGEST_HEAD)
    if not head:
        said = f"{at}: a data URL must be of the form data:image/...;base64,..."
        raise Problem(422, "invalid", said, errors=[FieldError(at=at, message=said)])
    return from_base64(url[head.end() :], at)


def clean_name(name: str, place: int) -> str:
    """A name for the `place`-th image: `name` in one line and not too long, or its place."""
    shown = _CONTROLS.sub("\ufffd", storable(name)).strip()[:_LONGEST_NAME]
    return shown or f"image {place}"


def check_count(count: int, settings: ServiceSettings) -> None:
    """Raises `Problem` 413 for more images than a request may have."""
    if count > settings.max_images:
        raise _too_many(str(count), settings)


def _too_many(count: str, settings: ServiceSettings) -> Problem:
    said = f"a request may have {settings.max_images} images, and this one has {count}"
    return Problem(413, "too-many-images", said, hint="send several requests")


def _of_json(body: bytes, settings: ServiceSettings, fetcher: Fetcher) -> Incoming:
    check_values(body, settings.max_images)
    try:
        asked = JudgeIn.model_validate_json(body)
    except ValidationError as error:
        raise _mistakes(error) from error
    check_count(len(asked.images), settings)
    images = [_submission(one, place, settings, fetcher) for place, one in enumerate(asked.images)]
    urls = [one.url or "" for one in asked.images]
    return _incoming(asked.constitution, asked.version, images, urls)


def _mistakes(error: ValidationError) -> Problem:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    if found[0]["type"] == "json_invalid":
        return Problem(400, "malformed", storable(found[0]["msg"]))
    return invalid(found)


def _submission(
    image: ImageIn, place: int, settings: ServiceSettings, fetcher: Fetcher
) -> Submission:
    name, at = clean_name(image.name, place + 1), f"images.{place}"
    if image.data is not None:
        return Submission(name, Source.BASE64, from_base64(image.data, f"{at}.data"))
    url = image.url or ""
    if is_data_url(url):
        return Submission(name, Source.BASE64, from_data_url(url, f"{at}.url"))
    return Submission(name, Source.URL, fetcher.of(url))


async def _form(request: Request, settings: ServiceSettings) -> FormData:
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=settings.max_images,
        max_fields=len(_FIELDS),
        max_part_size=_LONGEST_FIELD,
    )
    parser.spool_max_size = settings.max_body  # never to a disk: an image is nobody else's
    try:
        return await parser.parse()
    except MultiPartException as error:
        if error.message.startswith("Too many files"):
            raise _too_many(f"more than {settings.max_images}", settings) from error
        raise Problem(400, "malformed", f"the form cannot be read: {error.message}") from error
    except (FormParserError, UnicodeError) as error:  # also by a charset that reads nothing
        raise Problem(400, "malformed", "the form cannot be read") from error


async def _of_form(form: FormData) -> Incoming:
    images: list[Submission] = []
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        if name == "image" and isinstance(value, UploadFile):
            called = clean_name(value.filename or "", len(images) + 1)
            images.append(Submission(called, Source.UPLOAD, await value.read()))
        elif name in _FIELDS and isinstance(value, str):
            fields[name] = value
        else:
            raise _misplaced(name)
    if not images:
        raise Problem(422, "invalid", "the form has no part `image`")
    constitution, version = _named(fields)
    return await asyncio.to_thread(_incoming, constitution, version, images, [""] * len(images))


def _misplaced(name: str) -> Problem:
    shown = clean_name(name, 0)[:60]
    hint = "images are parts `image` with a file name; fields are constitution and version"
    return Problem(422, "invalid", f"the form's part `{shown}` is not expected so", hint=hint)


def _named(fields: dict[str, str]) -> tuple[str, int | None]:
    try:
        asked = JudgeIn.model_validate(
            {
                "images": [{"data": ""}],
                "constitution": fields.get("constitution", ""),
                "version": fields.get("version") or None,
            }
        )
    except ValidationError as error:
        raise _mistakes(error) from error
    return asked.constitution, asked.version


def _incoming(
    constitution: str, version: int | None, images: Sequence[Submission], urls: Sequence[str]
) -> Incoming:
    told = [[one.name, url or _digest(one.data)] for one, url in zip(images, urls, strict=True)]
    said = json.dumps([constitution, version, told])
    return Incoming(constitution, version, tuple(images), hashlib.sha256(said.encode()).hexdigest())


def _digest(data: bytes | Fetch) -> str:
    return hashlib.sha256(data).hexdigest() if isinstance(data, bytes) else ""
