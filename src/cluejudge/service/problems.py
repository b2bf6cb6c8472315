"""Errors as RFC 9457 problems: what was wrong, where, and what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from cluejudge.errors import CluejudgeError, ModelError, StoreError
from cluejudge.service.schemas import inlined
from cluejudge.verdict import storable

MEDIA_TYPE = "application/problem+json"
_PREFIX = "urn:cluejudge:"
_OURS = "Value error, "  # how pydantic begins the messages of our own checks
_MOST = 20  # mistakes that are told
_LONGEST = 100
_log = logging.getLogger("cluejudge.service")


class FieldError(BaseModel):
    """One mistake in what was sent, and where it stands."""

    at: str
    message: str


class ProblemBody(BaseModel):
    """The body of every answer that is an error."""

    type: str = Field(description="`urn:cluejudge:` and a stable short name")
    title: str
    status: int
    detail: str
    hint: str = Field(default="", description="what to do about it")
    errors: list[FieldError] = Field(default_factory=list)


RESPONSES: dict[int | str, dict[str, Any]] = {
    kind: {
        "description": said,
        "content": {MEDIA_TYPE: {"schema": inlined(ProblemBody)}},
    }
    for kind, said in (("4XX", "The request cannot be answered."), ("5XX", "The service cannot."))
}
"""How problems stand in the OpenAPI document."""


class Problem(HTTPException):
    """A request that is answered with an error; `code` is a stable short name such as `full`."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        hint: str = "",
        headers: Mapping[str, str] | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(status, storable(detail), dict(headers or {}))
        self.code = code
        self.hint = storable(hint)
        self.errors = tuple(errors)

    def body(self) -> dict[str, object]:
        """The members of the problem, those that say nothing left out."""
        whole = ProblemBody(
            type=_PREFIX + self.code,
            title=self.code.replace("-", " ").capitalize(),
            status=self.status_code,
            detail=str(self.detail),
            hint=self.hint,
            errors=list(self.errors),
        )
        return whole.model_dump(exclude_defaults=True)


Renderer = Callable[[Request, Problem], Response]
"""Makes the answer that tells a problem."""


def later(status: int, code: str, detail: str, seconds: float, *, hint: str = "") -> Problem:
    """A problem that goes away: the same request may be sent again after `seconds`."""
    return Problem(status, code, detail, hint=hint, headers={"Retry-After": str(_whole(seconds))})


def as_json(request: Request, problem: Problem) -> Response:
    """The problem as `application/problem+json`."""
    return JSONResponse(
        problem.body(), problem.status_code, headers=problem.headers, media_type=MEDIA_TYPE
    )


def install(app: FastAPI, renderers: Mapping[str, Renderer]) -> Renderer:
    """Has `app` answer every error as a problem, and returns what makes those answers.

    `renderers` are for the paths that begin with their keys; all others get `as_json`.
    """

    def told(request: Request, problem: Problem) -> Response:
        path = request.url.path
        mine = (render for start, render in renderers.items() if path.startswith(start))
        return next(mine, as_json)(request, problem)

    async def known(request: Request, error: Exception) -> Response:
        return told(request, problem_of(error))

    for kind in (HTTPException, RequestValidationError, CluejudgeError):
        app.add_exception_handler(kind, known)
    return told


def problem_of(error: Exception) -> Problem:
    """The problem that tells `error`, which is of one of the kinds that `install` knows."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, RequestValidationError):
        return invalid(error.errors())
    if isinstance(error, HTTPException):
        return _of_http(error)
    if isinstance(error, StoreError):
        return unavailable(error)
    return _of_ours(error)


def invalid(errors: Sequence[Any]) -> Problem:
    """What pydantic found wrong, without repeating what was sent."""
    found = [
        FieldError(at=_place(one["loc"]), message=storable(one["msg"].removeprefix(_OURS)))
        for one in errors[:_MOST]
    ]
    first = found[0]
    detail = f"{first.at}: {first.message}" if first.at else first.message
    return Problem(422, "invalid", detail, errors=found)


def unavailable(error: StoreError) -> Problem:
    """The record cannot be read or written. What the database says of it is for the log only."""
    _log.error("the record failed: %s", error)
    return later(503, "record-unavailable", "the record cannot be reached", 5)


def _place(location: Sequence[object]) -> str:
    """Where a mistake stands, cut short: names of fields are what was sent, too."""
    return storable(".".join(str(step)[:_LONGEST] for step in location if step != "body"))


def _of_http(error: HTTPException) -> Problem:
    known = {404: "not-found", 405: "method-not-allowed", 400: "malformed", 413: "too-large"}
    code = known.get(error.status_code, "http")
    said = {404: "there is nothing at this path", 405: "this path does not take this method"}
    detail = said.get(error.status_code, str(error.detail))
    return Problem(error.status_code, code, detail, headers=error.headers)


def _of_ours(error: Exception) -> Problem:
    said = str(error.args[0]) if error.args else ""
    hint = error.hint if isinstance(error, CluejudgeError) else ""
    if isinstance(error, ModelError):
        _log.error("the models failed: %s", error)
        return later(503, "models-unavailable", said, 5, hint=hint)
    return Problem(422, "invalid", said, hint=hint)


def _whole(seconds: float) -> int:
    return max(1, int(seconds + 0.999))
