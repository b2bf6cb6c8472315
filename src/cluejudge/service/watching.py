"""One line of log and one count for each request; what nobody caught ends here."""

from __future__ import annotations

import logging
import re
import time
from urllib.parse import quote

from fastapi import Request
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cluejudge.service.counters import Counters
from cluejudge.service.problems import Problem, Renderer

WHO = "cluejudge.who"
"""Where in a request's scope the name of who asks stands."""

_log = logging.getLogger("cluejudge.service")
_LONGEST = 200
_KEY = re.compile(r"cj_[\w-]{20,}")
_GONE = 499
"""Who asked was gone before all of the request had come: nobody is answered, it is only told."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Watch:
    """Tells of each request its method, path, status, time and key: no body, no query."""

    def __init__(self, app: ASGIApp, *, counters: Counters, teller: Renderer) -> None:
        self._app, self._counters, self._teller = app, counters, teller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and tell of it when it is answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        except ClientDisconnect:
            status = status or _GONE
        except Exception:
            _log.exception("%s failed", _path(scope))
            if status:
                raise
            failed = Problem(500, "internal", "the service failed; its log says more")
            await self._teller(Request(scope), failed)(scope, receive, noted)
        finally:
            self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "none")
        self._counters.request(route, method, status, seconds)
        who = scope.get(WHO, "-")
        _log.info("%s %s %d %.0f ms %s", method, _path(scope), status, seconds * 1000, who)


def _path(scope: Scope) -> str:
    """The path in one line, without a key that somebody has put there."""
    return quote(_KEY.sub("cj_...", scope["path"]))[:_LONGEST]
