"""`GET /v1/export/{format}`: decisions in the shapes of other tools, as many as fit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import Field

from cluejudge.exports.formats import FORMATS, Writer
from cluejudge.exports.lines import MEDIA_TYPES, Joined, Shape
from cluejudge.exports.reading import pages
from cluejudge.exports.rows import Row
from cluejudge.service.api.decisions import Which
from cluejudge.service.context import Context
from cluejudge.service.principal import MayReview
from cluejudge.service.record import Record

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
    record, store = context.record, context.store

    @routes.get("/v1/export/{format}", response_class=StreamingResponse, responses=_RESPONSES)
    async def export(
        who: MayReview, format: Format, wanted: Annotated[Exported, Query()]
    ) -> StreamingResponse:
        """Decisions as they stand after their reviews, for another tool; it goes on record.

        What was not decided is `abstain` or `error` to Label Studio and FiftyOne, and left out for
        LlavaGuard; the statements for the DSA are of unsafe images only.
        """
        chosen = wanted.filter(who)
        found = pages(store, chosen)
        # Before the answer begins: what cannot be read is told as a problem.
        first = await record.ask(next, found)
        await record.ask(store.exports.begun, format, chosen, who.name)
        return StreamingResponse(
            _told(record, FORMATS[format], Joined(wanted.shape), first, found),
            media_type=MEDIA_TYPES[wanted.shape],
            headers={
                "Content-Disposition": f'attachment; filename="{format}.{_ending(wanted.shape)}"'
            },
        )

    return routes


async def _told(
    record: Record,
    write: Writer,
    joined: Joined,
    first: tuple[Row, ...],
    rest: Iterator[tuple[Row, ...]],
) -> AsyncIterator[str]:
    rows: tuple[Row, ...] | None = first
    while rows is not None:
        told = [one for row in rows if (one := write(row)) is not None]
        yield joined.some(told)
        rows = await record.ask(next, rest, None)
    yield joined.end()


def _ending(shape: Shape) -> str:
    return "json" if shape is Shape.JSON else "jsonl"
