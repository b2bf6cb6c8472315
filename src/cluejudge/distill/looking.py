"""The images of rows, fetched and decoded anew, as an encoder sees them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from cluejudge.asks import Failed
from cluejudge.batch.decoding.pool import DecodePool
from cluejudge.batch.decoding.stream import Stream
from cluejudge.batch.entries import Entry, Fetched, Prepared, Refusal
from cluejudge.batch.sources.base import Source
from cluejudge.distill.pictures import Vectors
from cluejudge.distill.rows import Row
from cluejudge.image import LoadedImage, Picture
from cluejudge.judge.answer import unit_vectors
from cluejudge.models.batches import reply_to_each
from cluejudge.models.protocols import Models
from cluejudge.verdict import Verdict

_AT_ONCE = 32  # images that are embedded together
_AHEAD = 64  # images that are decoded and not embedded yet
_HELD = 256  # decoded images that may wait for one before them
_WAIT_S = 0.2


@dataclass(frozen=True, eq=False, slots=True)
class Seen:
    """An image with a vector [dimensions] for each of its views, and whether each is known."""

    verdict: Verdict
    vectors: tuple[Vectors, ...]
    known: tuple[bool, ...]


def seen(
    rows: Iterable[Row],
    source: Source,
    pool: DecodePool,
    models: Models,
    left_out: Counter[str],
) -> Iterator[Seen]:
    """Each image that is still what was judged; the others are counted in `left_out`."""
    with Stream(pool, _fetched(rows, source), _AHEAD) as stream:
        whole = _whole(_in_order(stream), left_out)
        while some := list(islice(whole, _AT_ONCE)):
            yield from _looked_at(some, models, left_out)


def _fetched(rows: Iterable[Row], source: Source) -> Iterator[tuple[Row, Fetched]]:
    asked: deque[Row] = deque()

    def entries() -> Iterator[Entry]:
        for row in rows:
            asked.append(row)
            yield row.entry

    for fetched in source.fetch(entries()):
        yield asked.popleft(), fetched


def _in_order(stream: Stream[Row]) -> Iterator[tuple[Row, Prepared]]:
    """As rows come in the order of the run the same run makes the same student.

    A long video may hold up so many others, and then they go before it.
    """
    held: dict[int, tuple[Row, Prepared]] = {}
    following = 0
    while held or not stream.ended:
        if not stream.ended and (taken := stream.take(_WAIT_S)) is not None:
            held[taken[0].place] = taken
        while held and ((first := min(held)) <= following or len(held) > _HELD):
            following = max(following, first + 1)
            yield held.pop(first)


def _whole(
    prepared: Iterable[tuple[Row, Prepared]], left_out: Counter[str]
) -> Iterator[tuple[Verdict, LoadedImage]]:
    for row, one in prepared:
        views = [view.view for view in row.verdict.views]
        record = row.verdict.record
        if isinstance(one.image, Refusal):
            left_out["cannot be read any more"] += 1
        elif record is None or one.sha256 != record.sha256:
            left_out["changed since they were judged"] += 1
        elif [view.name for view in one.image.views] != views:
            left_out["decoded otherwise than when they were judged"] += 1
        else:
            yield row.verdict, one.image


def _looked_at(
    images: list[tuple[Verdict, LoadedImage]], models: Models, left_out: Counter[str]
) -> Iterator[Seen]:
    pictures = list(dict.fromkeys(view.picture for _, one in images for view in one.views))
    replies = reply_to_each(lambda some: _look(some, models), pictures)
    found = dict(zip(pictures, replies, strict=True))
    for verdict, image in images:
        looks = [found[view.picture] for view in image.views]
        told = [look for look in looks if not isinstance(look, Failed)]
        if len(told) < len(looks):
            left_out["could not be embedded"] += 1
        else:
            yield Seen(verdict, *zip(*told, strict=True))


def _look(pictures: list[Picture], models: Models) -> list[tuple[Vectors, bool]]:
    assert models.encoder is not None
    vectors = models.encoder.embed_images(pictures)
    unit_vectors(vectors, len(pictures))
    known = [True] * len(pictures)
    if models.recogniser:
        bound = models.recogniser.threshold
        known = [bool(score >= bound) for score in models.recogniser.familiarity(pictures)]
    return list(zip(vectors, known, strict=True))
