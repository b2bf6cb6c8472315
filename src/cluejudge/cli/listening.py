"""The socket of a service, and the server that listens at it until a signal ends it."""

from __future__ import annotations

import ipaddress
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
import uvicorn
from fastapi import FastAPI

import cluejudge
from cluejudge.errors import UsageError
from cluejudge.service.heads import PromptHeads
from cluejudge.service.settings import ServiceSettings

_SPARE_S = 30
_CONNECTIONS = 1024


@contextmanager
def bound(settings: ServiceSettings) -> Iterator[socket.socket]:
    """A socket of the address, before models are loaded: nobody should wait for a port in use."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise UsageError(f"there is no address {settings.host}: {error}") from error
    family, kind, protocol, _, address = found[0]
    if settings.loopback and not ipaddress.ip_address(str(address[0])).is_loopback:
        raise UsageError(f"{settings.host} is {address[0]} here, which is not this machine alone")
    # asyncio sends small packets at once only on a socket whose protocol is told; else every answer
    # waits 40 ms for the client to acknowledge its head.
    with socket.socket(family, kind, protocol) as sock:
        if sys.platform != "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(address)
        except OSError as error:
            said = f"cannot listen at {settings.host} port {settings.port}: {error.strerror}"
            raise UsageError(said, hint="take another --port") from error
        yield sock


class _Server(uvicorn.Server):
    """Says where it listens when it does."""

    def __init__(self, config: uvicorn.Config, told: list[tuple[str, str]]) -> None:
        super().__init__(config)
        self._told = told

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say so."""
        await super().startup(sockets)
        for sock in sockets or ():
            host, port = sock.getsockname()[:2]
            url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
            lines = [*self._told, ("review page", f"{url}/review")]
            click.echo(f"cluejudge {cluejudge.__version__} serves at {url}", err=True)
            for name, text in lines:
                click.echo(f"  {name:<13} {text}", err=True)


def listen(
    app: FastAPI, settings: ServiceSettings, sock: socket.socket, told: list[tuple[str, str]]
) -> None:
    """Serve `app` until a signal ends it; `told` is what is said when it listens."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s")
    logging.getLogger("cluejudge.service").setLevel(logging.INFO)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http=PromptHeads,
        ws="none",
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=round(settings.deadline_s) + _SPARE_S,
    )
    with _ended_by_signals():
        _Server(config, told).run(sockets=[sock])


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Has the signals that the server ended by do nothing more once it has ended."""
    ours = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: None) for one in ours}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
