"""Fetches one image: no address but a public one, no byte more than an image may have."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import cache
from urllib.parse import urljoin

import httpx2

from cluejudge.errors import ImageError
from cluejudge.service.fetch.addresses import Address, is_public
from cluejudge.service.fetch.hosts import PORTS, Target, refused, target
from cluejudge.service.fetch.resolving import NOT_FETCHED, Resolve, addresses, by_system
from cluejudge.settings import Limits

SECONDS = 15.0
"""For all of a fetch: names, redirects and the body."""

REDIRECTS = 3

_CONNECT_SECONDS = 5.0
_TRIED = 3  # addresses of a host
_HEADERS = {"Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "cluejudge"}
_LEADING_ELSEWHERE = frozenset({301, 302, 303, 307, 308})


@cache
def _certificates() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


@dataclass(frozen=True, slots=True)
class Network:
    """What a fetch knows of the world; tests give it another one."""

    resolve: Resolve = by_system
    public: Callable[[Address], bool] = is_public
    ports: frozenset[int] = PORTS
    certificates: Callable[[], ssl.SSLContext] = _certificates
    seconds: float = SECONDS


async def fetch(url: str, limits: Limits, network: Network = Network()) -> bytes:
    """The bytes of the image at `url`, at most `limits.max_bytes`.

    Every address of the host is looked at, and the connection goes to one of those and to no
    other, its certificate being checked for the host's name; the same again after each redirect.
    No proxy, cookie or credential is used. Raises `ImageError`: `url_refused` for what is not
    fetched, `not_fetched` for what could not be, `too_many_bytes`.
    """
    try:
        async with asyncio.timeout(network.seconds):
            return await _followed(url, limits.max_bytes, network)
    except TimeoutError as error:
        said = f"the image did not come within {network.seconds:g} seconds"
        raise ImageError(NOT_FETCHED, said, hint="send the image itself") from error


async def _followed(url: str, most: int, network: Network) -> bytes:
    for _ in range(REDIRECTS + 1):
        wanted = target(url, ports=network.ports)
        got = await _asked(wanted, most, network)
        if isinstance(got, bytes):
            return got
        url = _joined(wanted, got.location)
    raise refused(f"the URL leads elsewhere more than {REDIRECTS} times")


@dataclass(frozen=True, slots=True)
class _Redirect:
    location: str


async def _asked(wanted: Target, most: int, network: Network) -> bytes | _Redirect:
    """What a host answers, by the first of its addresses that can be connected to."""
    found = (await addresses(wanted, network.resolve, network.public))[:_TRIED]
    for address in found:
        try:
            return await _answer(wanted, address, most, network)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            trouble = _unreachable(wanted, error)
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            said = f"the connection to {wanted.host} broke"
            raise ImageError(NOT_FETCHED, said) from error
    raise trouble


def _unreachable(wanted: Target, error: Exception) -> ImageError:
    if "CERTIFICATE" in str(error).upper():
        return ImageError(NOT_FETCHED, f"the certificate of {wanted.host} is not valid for it")
    return ImageError(NOT_FETCHED, f"the host {wanted.host} cannot be reached")


async def _answer(
    wanted: Target, address: Address, most: int, network: Network
) -> bytes | _Redirect:
    """Connects to `address`, and to what answers there speaks as to `wanted`.

    A transport of its own for each request: nothing is shared with any other, no connection,
    cookie or name that was looked up before.
    """
    request = httpx2.Request(
        "GET",
        _pinned(wanted, address),
        headers={**_HEADERS, "Host": wanted.authority},
        extensions={
            "sni_hostname": wanted.host,
            "timeout": {"connect": _CONNECT_SECONDS, "read": network.seconds},
        },
    )
    async with httpx2.AsyncHTTPTransport(
        verify=network.certificates(), trust_env=False, retries=0
    ) as transport:
        response = await transport.handle_async_request(request)
        try:
            return await _read(response, most)
        finally:
            await response.aclose()


def _pinned(wanted: Target, address: Address) -> str:
    host = f"[{address}]" if address.version == 6 else str(address)
    return f"https://{host}:{wanted.port}{wanted.path}"


async def _read(response: httpx2.Response, most: int) -> bytes | _Redirect:
    if response.status_code in _LEADING_ELSEWHERE:
        return _Redirect(response.headers.get("location", ""))
    if response.status_code != 200:
        said = f"the image's server answered with the status {response.status_code}"
        raise ImageError(NOT_FETCHED, said)
    packed = response.headers.get("content-encoding", "identity").strip().lower()
    if packed not in ("", "identity"):
        # Nothing packed: a small answer could unpack to more than the memory holds.
        raise ImageError(NOT_FETCHED, "the image's server sent it packed, unasked")
    declared = response.headers.get("content-length", "")
    if declared.isdecimal():
        _check_size(int(declared), most)
    body = bytearray()
    async with aclosing(response.aiter_raw()) as parts:
        async for part in parts:
            body += part
            _check_size(len(body), most)
    return bytes(body)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise ImageError("too_many_bytes", f"the image has more than {most} bytes")


def _joined(wanted: Target, location: str) -> str:
    if not location:
        raise ImageError(NOT_FETCHED, "the image's server leads elsewhere, and does not say where")
    try:
        return urljoin(wanted.url, location)
    except ValueError as error:
        raise refused("the URL leads to one that cannot be read") from error
