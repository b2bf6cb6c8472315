"""Files behind a URL, through fsspec: S3, HTTP, memory, and whatever else it knows."""

from __future__ import annotations

import errno
import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from cluejudge.batch.entries import Remote
from cluejudge.errors import CluejudgeError, ImageError, MissingExtraError, UsageError
from cluejudge.image.files import HEAD_BYTES, holds_video
from cluejudge.image.reading import check_bytes
from cluejudge.image.refusals import Code, refuse
from cluejudge.settings import Limits, Sampling

FETCH_FAILED = "fetch_failed"
"""The code of rows whose bytes a server did not give, and perhaps would give another time."""

_WEB = ("http", "https")
_CHUNK = 2**20
_ANY_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"]*")
"""What libraries say of an error may have the URL in it, otherwise written, and its secrets."""
_GONE = (404, 410)


def read_remote(remote: Remote, limits: Limits, sampling: Sampling) -> bytes:
    """The bytes of a remote file, never many more than allowed: a video may have more of them.

    Raises `ImageError` with code `missing`, `no_permission`, `empty`, `too_many_bytes` or
    `fetch_failed`.
    """
    try:
        with asking(remote.url):
            files, path = file_system(remote.url, remote.options)
            # Without a block size a web server is asked once, and read no further than needed.
            more = {"block_size": 0} if scheme(remote.url) in _WEB else {}
            with files.open(path, "rb", **more) as file:
                data, limits = _read(file, limits, sampling)
    except FileNotFoundError as error:
        raise refuse(Code.MISSING, f"there is no file {shown(remote.url)}") from error
    except PermissionError as error:
        raise refuse(Code.NO_PERMISSION, f"{shown(remote.url)} may not be read") from error
    except CluejudgeError as error:
        hint = "have such rows judged again later"
        raise ImageError(FETCH_FAILED, Exception.__str__(error), hint=hint) from error
    check_bytes(data, limits)
    return data


def _read(file: BinaryIO, limits: Limits, sampling: Sampling) -> tuple[bytes, Limits]:
    """All bytes, or more than are allowed; and the limits for such bytes."""
    data = io.BytesIO()
    # As web servers send it: a read gives what has come, which is seldom all.
    while chunk := file.read(min(_CHUNK, limits.max_bytes + 1 - data.tell())):
        data.write(chunk)
        if data.tell() > limits.max_bytes and holds_video(data.getvalue()[:HEAD_BYTES]):
            more = max(limits.max_bytes, sampling.max_video_bytes)
            limits = limits.model_copy(update={"max_bytes": more})
    return data.getvalue(), limits


class UnreachableError(CluejudgeError):
    """A server did not give what may be there, and perhaps would another time.

    It ends a listing, which would be another one the next time.
    """

    retryable = True


@contextmanager
def asking(url: str) -> Iterator[None]:
    """Makes an `UnreachableError` of whatever a file system raises that is asked about `url`.

    But `FileNotFoundError` and `PermissionError` say what is so, whoever asks.
    """
    try:
        yield
    except Exception as error:  # each file system has its own kinds
        reason = _first(error)
        if isinstance(reason, FileNotFoundError) or getattr(reason, "status", 0) in _GONE:
            raise FileNotFoundError(errno.ENOENT, "there is no such file") from error
        if isinstance(reason, PermissionError | UnreachableError):
            raise reason from None
        said = f"{shown(url)} was not given: {_ANY_URL.sub('it', brief(reason))}"
        raise UnreachableError(said, hint="give the same command again") from error


def _first(error: BaseException) -> BaseException:
    """What an error is about: of any fault of a web server fsspec says that a file is missing."""
    while isinstance(error, FileNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def file_system(url: str, options: Mapping[str, str]) -> tuple[Any, str]:
    """The file system of `url`, and what it calls that place.

    `options` are those of its class in fsspec; `true`, `false`, `null`, lists and objects are read
    as JSON, anything else is text. Raises `UsageError` for a URL that cannot be used, and
    `MissingExtraError` where a library is missing.
    """
    kind = scheme(url)
    try:
        from fsspec.core import url_to_fs

        given = kind + url[len(kind) :]  # fsspec knows `http`, and not `HTTP`
        files, path = url_to_fs(given, **{name: _typed(value) for name, value in options.items()})
    except ImportError as error:
        if kind in {"s3", "s3a"}:
            raise MissingExtraError(f"reading {kind}://", "s3") from error
        if kind in _WEB:
            raise MissingExtraError(f"reading {kind}://", "batch") from error
        raise UsageError(f"{kind}:// cannot be read here", hint=brief(error)) from error
    except Exception as error:  # whatever a file system says of a URL it cannot use
        raise UsageError(f"{shown(url)} cannot be opened: {brief(error)}") from error
    return files, str(path)


@contextmanager
def faults() -> Iterator[None]:
    """Makes an `OSError` of whatever a library raises that reads what others wrote."""
    try:
        yield
    except (OSError, CluejudgeError):
        raise
    except Exception as error:  # each file system, format and compression has its own kinds
        raise OSError(brief(error)) from error


def brief(error: BaseException) -> str:
    """What an error says, on one line that is not too long."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(said).split())[:200]


def scheme(url: str) -> str:
    """What stands before `://`, in small letters."""
    return url.partition("://")[0].lower()


def is_web(url: str) -> bool:
    """Whether a web server has it: there are no folders, and what follows a `?` may be a secret."""
    return scheme(url) in _WEB


def shown(url: str) -> str:
    """`url` without what may be a secret in it."""
    if "://" not in url:
        return url
    try:
        parts = urlsplit(url)
    except ValueError:  # nobody can tell what of it is a secret
        return f"{scheme(url)}://..."
    host = parts.netloc.rpartition("@")[2]
    query = "" if is_web(url) else parts.query
    return parts._replace(netloc=host, query=query, fragment="").geturl()


def _typed(value: str) -> Any:
    if value in {"true", "false", "null"} or value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
