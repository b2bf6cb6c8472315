"""The addresses of a host, every one of them looked at before any is connected to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from cluejudge.errors import ImageError
from cluejudge.service.fetch.addresses import Address, parsed
from cluejudge.service.fetch.hosts import Target, refused

NOT_FETCHED = "not_fetched"
"""The code of an image that its server did not give."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a host name, as texts; raises `OSError` where there are none."""

_THREADS = 16


async def by_system(host: str) -> Sequence[str]:
    """The addresses that this machine knows for `host`."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_threads(), _looked_up, host)
    return list(dict.fromkeys(found))


async def addresses(
    wanted: Target, resolve: Resolve, public: Callable[[Address], bool]
) -> list[Address]:
    """The addresses to connect to for `wanted`, the first to be tried first.

    Raises `ImageError` if the host has none, or one that is not `public`: a name that has both
    kinds is not to be trusted with either. Where it points to is not told.
    """
    found = [wanted.address] if wanted.address else await _resolved(wanted.host, resolve)
    if not all(address is not None and public(address) for address in found):
        raise refused("the URL's host is not of the public internet")
    return [address for address in found if address is not None]


async def _resolved(host: str, resolve: Resolve) -> list[Address | None]:
    try:
        found = await resolve(host)
    except (OSError, UnicodeError) as error:
        raise ImageError(NOT_FETCHED, f"the host {host} is not known") from error
    if not found:
        raise ImageError(NOT_FETCHED, f"the host {host} has no address")
    return [parsed(text) for text in found]


def _looked_up(host: str) -> list[str]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@cache
def _threads() -> ThreadPoolExecutor:
    # Their own: name servers that do not answer must not hold up the judging of other images.
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="cluejudge-names")
