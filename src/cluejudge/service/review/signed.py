"""The routes that sign reviewers in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from cluejudge.errors import UsageError
from cluejudge.service.problems import Problem
from cluejudge.service.review.signing import SignedOut, check_site, proven, safe_next
from cluejudge.service.review.site import Site, page, see

Text = Annotated[str, Form()]


def add(routes: APIRouter, site: Site) -> None:
    """Adds them to `routes`."""

    @routes.get("/sign-in")
    async def asked(request: Request, next: str = "") -> Response:
        return await _form(site, request, safe_next(next))

    @routes.post("/sign-in")
    async def signing_in(
        request: Request, key: Text = "", person: Text = "", next: Text = ""
    ) -> Response:
        check_site(request)
        target = safe_next(next)
        opened = RedirectResponse(target, 303)
        try:
            https = request.url.scheme == "https"
            await site.signing.sign_in(key, person, opened, https=https)
        except Problem as problem:
            status, said, hint = problem.status_code, str(problem.detail), problem.hint
        except UsageError as error:
            status, said, hint = 422, str(error.args[0]), error.hint
        else:
            return opened
        return await _form(site, request, target, status, said=said, hint=hint, person=person)

    @routes.post("/sign-out")
    async def signing_out(request: Request, csrf: Text = "") -> Response:
        check_site(request)
        visitor = await site.signing.visitor(request)
        if not proven(visitor, {"csrf": csrf}):
            raise Problem(403, "old-form", "This form is of an earlier session")
        closed = see("/sign-in")
        await site.signing.sign_out(request, closed)
        return closed


async def _form(
    site: Site,
    request: Request,
    target: str,
    status: int = 200,
    *,
    said: str = "",
    hint: str = "",
    person: str = "",
) -> Response:
    """The sign-in form; whoever need not sign in is sent on."""
    if not said:
        try:
            await site.signing.visitor(request)
        except SignedOut:
            pass
        else:
            return RedirectResponse(target, 303)
    values = {"target": target, "said": said, "hint": hint, "person": person}
    return page("sign-in.html", None, status, **values)
