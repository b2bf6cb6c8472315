"""Who looks at the page: sessions in a cookie, and forms that prove which page they are of."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response

from cluejudge.service.context import Context
from cluejudge.service.principal import LOCAL, Principal, check_local
from cluejudge.service.problems import Problem
from cluejudge.service.watching import WHO
from cluejudge.store.records import Scope

COOKIE = "cluejudge_review"
PATH = "/review"
MAX_PERSON = 60


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks, and the token that the forms of their pages carry; `local` has no session."""

    reviewer: str
    csrf: str
    local: bool = False


class SignedOut(Exception):  # noqa: N818 - not an error: the way to the sign-in page
    """Nobody is signed in."""


class Signing:
    """Signs reviewers in and out.

    Where the service runs without keys there is nobody to tell apart: the reviewer is `local`,
    and the token of the forms is this process's own.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._local = Visitor(LOCAL, secrets.token_urlsafe(32), local=True)

    async def visitor(self, request: Request) -> Visitor:
        """Who looks. Raises `SignedOut`, or `Problem` for a strange request without keys."""
        if await self._context.doorman.keyless():
            check_local(request)
            request.scope[WHO] = LOCAL
            return self._local
        sessions = self._context.store.sessions
        token = request.cookies.get(COOKIE, "")
        session = await self._context.record.ask(sessions.find, token) if token else None
        if session is None or not {Scope.REVIEW, Scope.ADMIN} & session.scopes:
            raise SignedOut
        request.scope[WHO] = session.reviewer
        return Visitor(session.reviewer, session.csrf)

    async def sign_in(self, secret: str, person: str, response: Response, *, https: bool) -> None:
        """Open a session with a key, and put it into a cookie of `response`.

        `person` tells apart those who share a key. Raises `Problem` 401 for a key that does not
        count, 403 for one that may not review, 422 for a name that is too long.
        """
        ask, store = self._context.record.ask, self._context.store
        person = " ".join(person.replace("\x00", "").split())
        if len(person) > MAX_PERSON:
            raise Problem(422, "invalid", f"a name has at most {MAX_PERSON} characters")
        key = await ask(store.keys.find, secret.strip())
        if key is None or key.revoked:
            hint = "make one: cluejudge keys add NAME --scope review"
            raise Problem(401, "unauthorized", "There is no such key, or it was revoked", hint=hint)
        self._context.doorman.admit(Principal.of(key), Scope.REVIEW)
        reviewer = f"{key.name}/{person}" if person else key.name
        hours = self._context.settings.session_hours
        _, token = await ask(store.sessions.open, reviewer, key.scopes, key.id, hours)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(hours * 3600),
            path=PATH,
            secure=https,
            httponly=True,
            samesite="lax",
        )

    async def sign_out(self, request: Request, response: Response) -> None:
        """End the session of `request`, and take its cookie back."""
        token = request.cookies.get(COOKIE, "")
        if token:
            await self._context.record.ask(self._context.store.sessions.close, token)
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")


def proven(visitor: Visitor, form: Mapping[str, str]) -> bool:
    """Whether a form came from a page that `visitor` was given."""
    sent = form.get("csrf", "").encode("utf-8", "surrogatepass")
    return hmac.compare_digest(sent, visitor.csrf.encode())


def check_site(request: Request) -> None:
    """Raises `Problem` 403 for what a page of another site sends."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    elsewhere = origin is not None and origin.partition("://")[2].lower() != host.lower()
    if site not in ("same-origin", "none") or elsewhere:
        raise Problem(403, "cross-site", "A page of another site may not send this")


def safe_next(wanted: str) -> str:
    """Where to go after signing in: a path of the review page, or its start."""
    within = wanted == PATH or wanted.startswith((f"{PATH}/", f"{PATH}?"))
    return wanted if within and wanted.isprintable() and "\\" not in wanted else PATH
