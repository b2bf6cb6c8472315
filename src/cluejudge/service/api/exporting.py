"""`GET /v1/export/{format}`: decisions in the shapes of other tools, as many as fit."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from cluejudge.exports.lines import MEDIA_TYPES, Shape
from cluejudge.service.api.decisions import Which
from cluejudge.service.context import Context
from cluejudge.service.exported import exported
from cluejudge.service.principal import MayReview

Format = Literal["label-studio", "fiftyone", "llavaguard", "dsa"]
"""The names in `FORMATS`."""

_OBJECTS: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The decisions that the format can tell, the newest first.",
        "content": {
            MEDIA_TYPES[Shape.JSON]: {"schema": _OBJECTS},
            MEDIA_TYPES[Shape.LINES]: {"schema": {"type": "string"}},
        },
    }
}


class Exported(Which):
    """Which decisions are exported, and how they follow each other."""

    shape: Shape = Field(default=Shape.JSON, description="one array, or one object a line")


def router(context: Context) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["decisions"])

    @routes.get("/v1/export/{format}", response_class=StreamingResponse, responses=_RESPONSES)
    async def export(
        who: MayReview, format: Format, wanted: Annotated[Exported, Query()]
    ) -> StreamingResponse:
        """Decisions as they stand after their reviews, for another tool; it goes on record.

        What was not decided is `abstain` or `error` to Label Studio and FiftyOne, and left out for
        LlavaGuard; the statements for the DSA are of unsafe images only.
        """
        return await exported(context, format, wanted.filter(who), who.name, wanted.shape)

    return routes
