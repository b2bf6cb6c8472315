"""`POST /v1/judge`: images in, decisions with all of their evidence out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from cluejudge.service.api.incoming import LARGEST_VERSION, JudgeIn, read_incoming
from cluejudge.service.context import Context
from cluejudge.service.courts import Court
from cluejudge.service.drafting import Asked
from cluejudge.service.fetching import Fetcher
from cluejudge.service.idempotency import once
from cluejudge.service.principal import MayJudge
from cluejudge.service.schemas import inlined
from cluejudge.service.stand import Told, told
from cluejudge.service.submissions import Submission
from cluejudge.store.claims import Claim
from cluejudge.store.records import Decision

REPLAYED = "Idempotency-Replayed"

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="the same request with the same key is answered from the record",
    ),
]


class JudgeOut(BaseModel):
    """The decisions, in the order of the images."""

    decisions: list[Told] = Field(description="each as it is in the record, and how it stands")


def _body(most: int) -> dict[str, Any]:
    """How the body stands in the OpenAPI document: as JSON or as a form, of up to `most` images."""
    as_json = inlined(JudgeIn)
    as_json["properties"]["images"]["maxItems"] = most
    file = {"type": "string", "format": "binary"}
    form = {
        "type": "object",
        "required": ["image"],
        "additionalProperties": False,
        "properties": {
            "image": {"type": "array", "minItems": 1, "maxItems": most, "items": file},
            "constitution": as_json["properties"]["constitution"],
            "version": {"type": "integer", "minimum": 1, "maximum": LARGEST_VERSION},
        },
    }
    content = {"application/json": {"schema": as_json}, "multipart/form-data": {"schema": form}}
    return {"requestBody": {"required": True, "content": content}}


async def decided(
    context: Context, court: Court, images: Sequence[Submission], asked: Asked, digest: str
) -> tuple[list[Decision], bool]:
    """The decisions on `images`, and whether they are those of an earlier request.

    `digest` is that of the request. Raises as `Desk.judge` and `once` do.
    """

    async def work(claim: Claim | None) -> list[Decision]:
        return await context.desk.judge(court, images, replace(asked, claim=claim))

    lease_s = 2 * context.settings.deadline_s + 60
    return await once(context.record, asked.key, asked.idempotency, digest, work, lease_s=lease_s)


def router(context: Context) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["judging"])
    settings, desk = context.settings, context.desk
    fetcher = Fetcher(settings, context.courts.base.limits)

    body = _body(settings.max_images)

    @routes.post("/v1/judge", response_model=JudgeOut, openapi_extra=body)
    async def judge(
        request: Request, who: MayJudge, idempotency_key: IdempotencyKey = None
    ) -> Response:
        """Judges one or several images by a constitution.

        An image that cannot be read is a decision with the outcome `error`.
        """
        desk.check_room(1)  # before the body is read
        incoming = await read_incoming(request, settings, fetcher)
        court = await context.courts.court(incoming.constitution, incoming.version)
        asked = Asked(who.name, idempotency_key or "")
        decisions, replayed = await decided(context, court, incoming.images, asked, incoming.digest)
        headers = {REPLAYED: "true"} if replayed else {}
        stand = await told(context.record, decisions, known=replayed)
        out = JudgeOut.model_construct(decisions=stand).model_dump_json()
        return Response(out, media_type="application/json", headers=headers)

    return routes
