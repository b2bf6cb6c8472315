"""An https server on loopback that answers by a table, for tests.

The certificate is for pictures.test, elsewhere.test and 127.0.0.1, by an authority that only these
tests trust.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cluejudge.service.fetch.addresses import Address, is_public
from cluejudge.service.fetch.fetching import Network

CERTIFICATES = Path(__file__).parent / "certificates"
LOOPBACK = "127.0.0.1"
PRIVATE = "10.0.0.1"
NAMES = {
    "pictures.test": [LOOPBACK],
    "elsewhere.test": [LOOPBACK],
    "stranger.test": [LOOPBACK],  # not in the certificate
    "inside.test": [PRIVATE],
    "mixed.test": [LOOPBACK, PRIVATE],
    "six.test": ["fd00::1"],
    "mapped.test": ["::ffff:127.0.0.1"],
    "odd.test": ["not an address"],
    "empty.test": [],
}


@cache
def certificates() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(CERTIFICATES / "authority.pem"))


def answer(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """An answer as it goes over the wire."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    told = {"Content-Length": str(len(body)), **given}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {text}" for name, text in told.items()), "", ""]
    return "\r\n".join(lines).encode() + body


@dataclass
class Server:
    """What a server answers for each path, and what it was asked."""

    answers: dict[str, bytes]
    port: int = 0
    asked: list[str] = field(default_factory=list)
    resolved: list[str] = field(default_factory=list)

    def url(self, path: str = "/a.png", host: str = "pictures.test") -> str:
        return f"https://{host}:{self.port}{path}"

    def network(
        self,
        resolve: Callable[[str], Awaitable[Sequence[str]]] | None = None,
        seconds: float = 10.0,
    ) -> Network:
        """A world in which 127.0.0.1 is of the public internet, and names are `NAMES`."""
        return Network(
            resolve=resolve or self.resolve,
            public=_public,
            ports=frozenset({self.port}),
            certificates=certificates,
            seconds=seconds,
        )

    async def resolve(self, host: str) -> Sequence[str]:
        self.resolved.append(host)
        if host not in NAMES:
            raise OSError("no such name")
        return NAMES[host]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.asked.append(head)
            said = self.answers.get(head.split(" ")[1], answer(b"gone", 404))
            writer.write(said)
            await writer.drain()
            if said.endswith(b"..."):  # more is to come, and never does
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def _public(address: Address) -> bool:
    return is_public(address) or address == ip_address(LOOPBACK)


@asynccontextmanager
async def serving(**answers: bytes) -> AsyncIterator[Server]:
    """A server that answers for `/a.png` what `a` says."""
    server = Server({f"/{name}.png": said for name, said in answers.items()})
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATES / "server.pem")
    listening = await asyncio.start_server(server.serve, LOOPBACK, 0, ssl=context)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
