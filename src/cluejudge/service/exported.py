"""Exports as answers: read from the record while they are sent, so that any number fits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from fastapi.responses import StreamingResponse

from cluejudge.exports.formats import FORMATS, Writer
from cluejudge.exports.lines import MEDIA_TYPES, Joined, Shape
from cluejudge.exports.reading import pages
from cluejudge.exports.rows import Row
from cluejudge.service.context import Context
from cluejudge.service.record import Record
from cluejudge.store.records import DecisionFilter


async def exported(
    context: Context, name: str, chosen: DecisionFilter, who: str, shape: Shape
) -> StreamingResponse:
    """The `chosen` decisions in the format `name`, one of `FORMATS`, for `who`; it goes on record.

    Raises UsageError for times that are none, StoreError where the record cannot be read.
    """
    record, store = context.record, context.store
    found = pages(store, chosen)
    # Before the answer begins: what cannot be read is told as a problem, not by a broken answer.
    first = await record.ask(next, found)
    await record.ask(store.exports.begun, name, chosen, who)
    return StreamingResponse(
        _told(record, FORMATS[name], Joined(shape), first, found),
        media_type=MEDIA_TYPES[shape],
        headers={"Content-Disposition": f'attachment; filename="{name}.{_ending(shape)}"'},
    )


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
