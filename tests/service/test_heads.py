"""Connections whose request does not come."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI

from cluejudge.service import heads
from tests.service.running import running

LIVE = b"GET /live HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """That of a service which waits for a head for a fifth of a second."""
    monkeypatch.setattr(heads, "SECONDS", 0.2)
    app = FastAPI()

    @app.get("/live")
    async def live() -> str:
        return "yes"

    @app.post("/slow")
    def slow() -> str:
        time.sleep(0.5)
        return "done"

    with running(app) as url:
        parts = urlsplit(url)
        yield str(parts.hostname), int(parts.port or 0)


def heard(connection: socket.socket, until: bytes = b"") -> bytes:
    """What comes until the connection is closed, or as soon as `until` is in it."""
    got = b""
    while not (until and until in got):
        part = connection.recv(65536)
        if not part:
            break
        got += part
    return got


@pytest.mark.parametrize("sent", [b"", b"GET", LIVE[:-2]])
def test_a_head_that_does_not_come(address: tuple[str, int], sent: bytes) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(sent)
        assert heard(connection) == b""


def test_a_head_that_comes_letter_by_letter(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=0.02) as connection:
        for letter in LIVE[:-2] * 100:
            try:
                connection.sendall(bytes([letter]))
                closed = connection.recv(1) == b""
            except TimeoutError:  # nothing comes yet
                continue
            except ConnectionError:
                closed = True
            break
    assert closed


def test_a_second_head_that_does_not_come(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(LIVE)
        assert heard(connection, b'"yes"').startswith(b"HTTP/1.1 200")
        connection.sendall(b"GET")
        assert heard(connection) == b""


def test_an_answer_may_take_longer_than_a_head(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=10) as connection:
        slow = b"POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(slow + LIVE)
        got = heard(connection, b'"yes"')
    assert got.count(b"HTTP/1.1 200") == 2
