"""`POST /v1/moderations`: as OpenAI's endpoint, so that its clients work unchanged."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.responses import JSONResponse, Response

from cluejudge.service import moderation
from cluejudge.service.api.amounts import check_values
from cluejudge.service.api.incoming import check_count, from_data_url, is_data_url
from cluejudge.service.api.judging import REPLAYED, IdempotencyKey, decided
from cluejudge.service.context import Context
from cluejudge.service.courts import Court
from cluejudge.service.drafting import Asked
from cluejudge.service.fetching import Fetcher
from cluejudge.service.principal import MayJudge
from cluejudge.service.problems import FieldError, Problem, invalid, later
from cluejudge.service.schemas import inlined
from cluejudge.service.settings import ServiceSettings, Unsure
from cluejudge.service.stand import Told, told
from cluejudge.service.submissions import Submission
from cluejudge.service.trials import lasting
from cluejudge.store.ids import new_id
from cluejudge.store.records import Source
from cluejudge.store.times import utcnow
from cluejudge.verdict import Outcome, storable

PATH = "/v1/moderations"

_OPENAIS = ("omni-moderation-", "text-moderation-")
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_CODES = {"no-constitution": "model_not_found", "unauthorized": "invalid_api_key"}
_ALSO = ConfigDict(extra="ignore")


class ImageUrl(BaseModel):
    """Where an image is, or what it is."""

    model_config = _ALSO

    url: str = Field(description="data:image/...;base64,... or an https URL, where any is fetched")


class ImagePart(BaseModel):
    """One image."""

    model_config = _ALSO

    type: Literal["image_url"]
    image_url: ImageUrl


class ModerationIn(BaseModel):
    """What `POST /v1/moderations` takes."""

    model_config = ConfigDict(extra="forbid")

    input: list[ImagePart] = Field(min_length=1, description="images; text is not judged")
    model: str = Field(
        default="",
        max_length=128,
        description="name of a constitution; OpenAI's names and none stand for the service's own",
    )

    @property
    def constitution(self) -> str:
        """The constitution that is asked for; empty for the service's own."""
        return "" if self.model.startswith(_OPENAIS) else self.model


class ModerationOut(BaseModel):
    """A result for each image, in their order."""

    id: str
    model: str
    results: list[moderation.Result]


class ErrorFacts(BaseModel):
    """What was wrong; `param` says where, `code` is a stable short name."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorOut(BaseModel):
    """The body of every answer that is an error, as OpenAI's."""

    error: ErrorFacts


_ERRORS: dict[int | str, dict[str, Any]] = {
    kind: {"description": said, "content": {"application/json": {"schema": inlined(ErrorOut)}}}
    for kind, said in (("4XX", "The request cannot be answered."), ("5XX", "The service cannot."))
}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": inlined(ModerationIn)}},
    }
}


@dataclass(frozen=True, slots=True)
class _Asking:
    constitution: str
    images: tuple[Submission, ...]
    digest: str


def as_openai(request: Request, problem: Problem) -> Response:
    """The problem in the shape of OpenAI's errors, which tells invalid requests by 400."""
    status = 400 if problem.status_code == 422 else problem.status_code
    kind = "server_error" if status >= 500 else _TYPES.get(status, "invalid_request_error")
    said = str(problem.detail)
    error = ErrorFacts(
        message=f"{said} ({problem.hint})" if problem.hint else said,
        type=kind,
        param=problem.errors[0].at if problem.errors else None,
        code=_CODES.get(problem.code, problem.code.replace("-", "_")),
    )
    return JSONResponse(ErrorOut(error=error).model_dump(), status, headers=problem.headers)


def router(context: Context) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["judging"])
    settings, desk, courts = context.settings, context.desk, context.courts
    fetcher = Fetcher(settings, courts.base.limits)
    moderation.check_keys(settings.moderation_keys)

    @routes.post(PATH, response_model=ModerationOut, openapi_extra=_BODY, responses=_ERRORS)
    async def moderate(
        request: Request, who: MayJudge, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Judges images, and answers as OpenAI's endpoint does.

        Each image has a result of its own, with the decision under `cluejudge`. Rules count as
        the categories that the service was told, or that stand in the constitution.
        """
        desk.check_room(1)  # before the body is read
        asking = await _asking(request, settings, fetcher)
        court = await courts.court(asking.constitution)
        asked = Asked(who.name, idempotency_key or "")
        decisions, replayed = await decided(context, court, asking.images, asked, asking.digest)
        stand = await told(context.record, decisions, known=replayed)
        if settings.moderation_unsure is Unsure.ERROR:
            _check_decided(stand)
        if replayed and decisions:
            court = await courts.court(decisions[0].constitution, decisions[0].version)
        headers = {REPLAYED: "true"} if replayed else {}
        out = _answer(stand, court, settings).model_dump_json()
        return Response(out, media_type="application/json", headers=headers)

    return routes


def _answer(decisions: Sequence[Told], court: Court, settings: ServiceSettings) -> ModerationOut:
    keys = moderation.keys_of(court.judge.constitution.rules, settings.moderation_keys)
    return ModerationOut(
        id=new_id("modr", utcnow()),
        model=court.name,
        results=[moderation.result(decision, keys) for decision in decisions],
    )


def _check_decided(decisions: Sequence[Told]) -> None:
    """Raises `Problem` if an image was not decided: 503 where trying again may help, else 422."""
    for place, decision in enumerate(decisions):
        verdict = decision.verdict
        if decision.standing.outcome not in (Outcome.ABSTAIN, Outcome.ERROR):
            continue
        said = f"input.{place} was not decided: {verdict.reason or verdict.outcome}"
        hint = f"the decision {decision.id} tells more"
        if not lasting(verdict):
            raise later(503, "not-decided", said, 5, hint=hint)
        raise Problem(422, "not-decided", said, hint=hint, errors=[_at(place, said)])


async def _asking(request: Request, settings: ServiceSettings, fetcher: Fetcher) -> _Asking:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        said = f"a body of type '{kind}' cannot be read"
        raise Problem(415, "unknown-body", said, hint="send application/json")
    return await asyncio.to_thread(_read, await request.body(), settings, fetcher)


def _read(body: bytes, settings: ServiceSettings, fetcher: Fetcher) -> _Asking:
    check_values(body, settings.max_images)
    try:
        data = from_json(body)
    except ValueError as error:
        raise Problem(400, "malformed", f"the body is no JSON: {storable(str(error))}") from error
    _refuse_text(data)
    try:
        asked = ModerationIn.model_validate(data)
    except ValidationError as error:
        raise invalid(error.errors(include_url=False, include_input=False)) from error
    check_count(len(asked.input), settings)
    images = tuple(
        _submission(part.image_url.url, place, fetcher) for place, part in enumerate(asked.input)
    )
    digest = hashlib.sha256(b"moderations\n" + body).hexdigest()
    return _Asking(asked.constitution, images, digest)


def _refuse_text(data: Any) -> None:
    """Raises `Problem` for text to be moderated: this service judges images, and says so."""
    given = data.get("input") if isinstance(data, dict) else None
    parts = given if isinstance(given, list) else [given]
    for place, part in enumerate(parts):
        if isinstance(part, str) or (isinstance(part, dict) and part.get("type") == "text"):
            at = f"input.{place}" if isinstance(given, list) else "input"
            said = f"{at} is text, and this service judges images only: nothing was judged"
            hint = 'send images: {"type": "image_url", "image_url": {"url": ...}}'
            error = FieldError(at=at, message=said)
            raise Problem(400, "text-not-judged", said, hint=hint, errors=[error])


def _submission(url: str, place: int, fetcher: Fetcher) -> Submission:
    name = f"image {place + 1}"
    if is_data_url(url):
        data = from_data_url(url, f"input.{place}.image_url.url")
        return Submission(name, Source.BASE64, data)
    return Submission(name, Source.URL, fetcher.of(url))


def _at(place: int, said: str) -> FieldError:
    return FieldError(at=f"input.{place}", message=said)
