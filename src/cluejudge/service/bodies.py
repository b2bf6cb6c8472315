"""Bounds what requests bring: the bytes of each, those of all together, and the time they take."""

from __future__ import annotations

import asyncio
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cluejudge.service.problems import Problem, later
from cluejudge.service.settings import ServiceSettings

_DRAINED = 4
"""So many times the most bytes of a body are read of one that is refused."""

_DRAINED_S = 5.0

_WITH_IMAGES = frozenset({"/v1/judge", "/v1/moderations"})
_PLAIN = 2**20 + 2**16
"""Bytes of a body without images: a constitution may have 1 MiB, and nothing else needs as much.

Some of them are read before it is known who sends them.
"""


class BodyLimit:
    """Refuses bodies that are too large, declared or not, and those for which there is no room.

    Bytes count as long as their request is under way. Raises `Problem` to whoever reads the body.
    What is refused is read on for a while and thrown away before the answer: a connection that is
    closed while its client still sends is reset, and the client never hears why.
    """

    def __init__(self, app: ASGIApp, *, settings: ServiceSettings) -> None:
        self._app, self._settings = app, settings
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive, _declared(scope), self._most(scope), self._settings.deadline_s)
        if "expect" not in Headers(scope=scope):  # such a client sends nothing before it is asked
            body.drained = _DRAINED * self._settings.max_body

        async def counted() -> Message:
            before = body.seen
            try:
                message = await body.next()
            finally:
                self._held += body.seen - before
            self._check_room()
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.drain()
            await send(message)

        try:
            await self._app(scope, counted, answered)
        finally:
            self._held -= body.seen

    def _most(self, scope: Scope) -> int:
        most = self._settings.max_body
        return most if scope["path"] in _WITH_IMAGES else min(most, _PLAIN)

    def _check_room(self) -> None:
        if self._held > self._settings.max_held:
            raise later(429, "full", "the requests under way leave no room for this one", 1)


class _Body:
    """One body: `most` bytes at most, in `seconds` at most."""

    def __init__(self, receive: Receive, declared: int, most: int, seconds: float) -> None:
        self._receive, self._declared, self._most = receive, declared, most
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._more = True
        self.seen = 0
        self.drained = 0

    async def drain(self) -> None:
        """Reads what is left of the body, up to `drained` bytes, and forgets it."""
        left = min(_DRAINED_S, self._until - time.monotonic())
        try:
            async with asyncio.timeout(max(0.0, left)):
                while self._more and self.drained > 0:
                    message = await self._receive()
                    self._more = bool(message.get("more_body", False))
                    self.drained -= len(message.get("body", b""))
        except TimeoutError:
            self._more = False

    async def next(self) -> Message:
        """The next message: of the body while there is more of it. Raises `Problem`."""
        if not self._more:
            return await self._receive()
        self._check(self._declared)
        try:
            async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                message = await self._receive()
        except TimeoutError as error:
            said = f"the body did not come within {self._seconds:g} seconds"
            raise Problem(408, "too-slow", said, headers={"Connection": "close"}) from error
        self._more = bool(message.get("more_body", False))
        self.seen += len(message.get("body", b""))
        self._check(self.seen)
        return message

    def _check(self, size: int) -> None:
        if size > self._most:
            said = f"the body has more than {self._most} bytes"
            hint = "send less at a time"
            raise Problem(413, "too-large", said, hint=hint, headers={"Connection": "close"})


def _declared(scope: Scope) -> int:
    told = Headers(scope=scope).get("content-length", "0")
    return int(told[:20]) if told.isdecimal() else 0  # more digits say no more
