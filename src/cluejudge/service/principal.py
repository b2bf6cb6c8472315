"""Who asks: a key, or on loopback without any key whoever is on this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from cluejudge.service.problems import Problem, later
from cluejudge.service.rates import Rates
from cluejudge.service.settings import ServiceSettings, is_loopback
from cluejudge.service.watching import WHO
from cluejudge.store.records import Key, Scope

if TYPE_CHECKING:
    from cluejudge.service.context import Context
    from cluejudge.service.record import Record

LOCAL = "local"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("forwarded", "via", "x-real-ip")
_FORWARDED_TOO = "x-forwarded-"
_MAKE = "cluejudge keys add NAME --scope judge"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, and what for they may; `name` is that of the key."""

    name: str
    scopes: frozenset[Scope]
    key_id: str = ""
    per_minute: int | None = None
    local: bool = False

    def may(self, scope: Scope) -> bool:
        """Whether what needs `scope` may be done; admin may do all."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    @classmethod
    def of(cls, key: Key) -> Principal:
        """Who holds `key`."""
        return cls(key.name, key.scopes, key.id, key.per_minute)


class Doorman:
    """Tells who asks, and refuses those who may not.

    Without any key in the record, and only on loopback, whoever is on this machine may do all:
    `local`. Such a request must come for a name of this machine, from no other site's page and
    through no proxy. From the first key on, a key is needed for everything.
    """

    def __init__(self, settings: ServiceSettings, record: Record) -> None:
        self._settings, self._record = settings, record
        self._rates = Rates()
        self._keyed = False

    async def keyless(self) -> bool:
        """Whether the service still runs without keys."""
        if not self._settings.loopback or self._keyed:
            return False
        self._keyed = await self._record.ask(self._record.store.keys.any)
        return not self._keyed

    async def principal(self, request: Request, secret: str | None) -> Principal:
        """Who asks. Raises `Problem` 401 without a key that counts, 403 for a strange request."""
        if await self.keyless():
            check_local(request)
            return Principal(LOCAL, frozenset({Scope.ADMIN}), local=True)
        if not secret:
            raise _unknown("this service needs a key", "send it as `Authorization: Bearer KEY`")
        key = await self._record.ask(self._record.store.keys.find, secret)
        if key is None or key.revoked:
            raise _unknown("there is no such key, or it was revoked", f"make one: {_MAKE}")
        return Principal.of(key)

    def admit(self, principal: Principal, scope: Scope | None) -> None:
        """Raises `Problem` 403 for what `principal` may not do, 429 for too many requests."""
        if scope and not principal.may(scope):
            raise Problem(
                403,
                "forbidden",
                f"the key `{principal.name}` may not do this",
                hint=f"it needs the scope `{scope}`",
            )
        per_minute = principal.per_minute or self._settings.per_minute
        if per_minute is None:
            return
        wait = self._rates.take(principal.key_id or principal.name, per_minute)
        if wait:
            said = f"the key `{principal.name}` may send {per_minute} requests a minute"
            raise later(429, "too-many-requests", said, wait)


def check_local(request: Request) -> None:
    """Raises `Problem` 403 for a request without a key that may not come from this machine's user.

    A name that is not of this machine may be a page's that had its name point here; a page of
    another site may post without being asked; and a proxy may bring anyone.
    """
    host = request.headers.get("host", "")
    if not is_loopback(_without_port(host)):
        said = "without keys, the service answers to names of this machine only"
        raise Problem(403, "wrong-host", said, hint=f"use http://127.0.0.1, or make a key: {_MAKE}")
    if any(_tells_of_a_proxy(name) for name in request.headers):
        said = "without keys, the service does not answer through a proxy"
        raise Problem(403, "through-proxy", said, hint=f"make a key: {_MAKE}")
    # A link from elsewhere may lead here; a picture or a script of another site is none.
    leads_here = request.headers.get("sec-fetch-dest", "document") == "document"
    harmless = request.method in _SAFE and leads_here
    if not harmless and _from_another_site(request, host):
        said = "a page of another site may not send this"
        raise Problem(403, "cross-site", said, hint=f"make a key: {_MAKE}")


def _tells_of_a_proxy(header: str) -> bool:
    return header in _FORWARDED or header.startswith(_FORWARDED_TOO)


def _from_another_site(request: Request, host: str) -> bool:
    site = request.headers.get("sec-fetch-site", "none")
    origin = request.headers.get("origin")
    if site not in ("none", "same-origin"):
        return True
    return origin is not None and origin.partition("://")[2].lower() != host.lower()


def _without_port(host: str) -> str:
    bare, _, port = host.rpartition(":")
    return bare if bare and port.isdigit() else host


def _unknown(detail: str, hint: str) -> Problem:
    return Problem(401, "unauthorized", detail, hint=hint, headers={"WWW-Authenticate": "Bearer"})


_bearer = HTTPBearer(auto_error=False, description="a key made by `cluejudge keys add`")
_Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def require(scope: Scope | None) -> Callable[..., Awaitable[Principal]]:
    """A dependency that gives who asks, and lets nobody in without `scope`."""

    async def asking(request: Request, bearer: _Bearer) -> Principal:
        context: Context = request.app.state.context
        found = await context.doorman.principal(request, bearer.credentials if bearer else None)
        request.scope[WHO] = found.name
        context.doorman.admit(found, scope)
        return found

    return asking


MayRead = Annotated[Principal, Depends(require(None))]
MayJudge = Annotated[Principal, Depends(require(Scope.JUDGE))]
MayReview = Annotated[Principal, Depends(require(Scope.REVIEW))]
MayAdmin = Annotated[Principal, Depends(require(Scope.ADMIN))]
