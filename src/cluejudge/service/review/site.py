"""What all routes of the review page use: pages, signing, pictures, and answers as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from cluejudge.service.context import Context
from cluejudge.service.problems import Problem
from cluejudge.service.review.pages import PAGE_HEADERS, Pages
from cluejudge.service.review.pictures import Pictures
from cluejudge.service.review.signing import PATH, SignedOut, Signing, Visitor
from cluejudge.store.records import Decision

T = TypeVar("T")

DECISION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

_DECODING = 2
"""How many pictures are decoded at a time: one may need a gigabyte."""


class Site:
    """The parts behind the pages of one service."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.signing = Signing(context)
        self._pictures = Pictures(context.store.images.read, context.courts.base.limits)
        self._decoding = CapacityLimiter(_DECODING)

    async def decision(self, decision_id: str) -> Decision:
        """The decision with this id. Raises `Problem` 404."""
        found = None
        if DECISION_ID.fullmatch(decision_id):
            found = await self.context.record.ask(self.context.store.decisions.get, decision_id)
        if found is None:
            raise Problem(404, "not-found", "There is no decision with this id")
        return found

    async def pictures(self, work: Callable[[Pictures], T]) -> T:
        """What `work` makes of kept pictures, in a thread."""
        return await anyio.to_thread.run_sync(lambda: work(self._pictures), limiter=self._decoding)


@lru_cache(maxsize=1)
def pages() -> Pages:
    """The templates and static files, read when the first page is asked for."""
    return Pages()


def page(template: str, visitor: Visitor | None, status: int = 200, **values: Any) -> Response:
    """A page for `visitor`, None if nobody is signed in."""
    values = {"base": PATH, "visitor": visitor, "current": template} | values
    return HTMLResponse(pages().render(template, **values), status, headers=PAGE_HEADERS)


def see(path: str, query: str = "") -> Response:
    """Sends the browser on to `path` under the pages."""
    return RedirectResponse(PATH + path + (f"?{query}" if query else ""), 303)


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem as a page, in place of JSON."""
    told = page(
        "problem.html",
        None,
        problem.status_code,
        title=problem.body()["title"],
        detail=str(problem.detail),
        hint=problem.hint,
        sign_in=problem.status_code == 401,
    )
    told.headers.update(problem.headers or {})
    return told


class PageRoute(APIRoute):
    """A route that sends whoever is signed out to the sign-in page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of FastAPI's route, and what becomes of `SignedOut`."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except SignedOut as gone:
                # Browsers say what they fetch: a picture, or what a script asks for, is no page.
                dest = request.headers.get("sec-fetch-dest", "document")
                if request.method != "GET" or dest != "document":
                    said = "You are signed out, so nothing was recorded"
                    raise Problem(401, "signed-out", said, hint="Sign in and try again") from gone
                query = f"?{request.url.query}" if request.url.query else ""
                return see("/sign-in", f"next={quote(request.url.path + query)}")

        return handler
