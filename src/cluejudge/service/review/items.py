"""The page of one decision, as it stands for one reviewer."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from cluejudge.service.review.answers import MAX_NOTE, MAX_REASON, Filled
from cluejudge.service.review.signing import Visitor
from cluejudge.service.review.site import DECISION_ID, Site, page
from cluejudge.service.review.views import ItemView, item_view
from cluejudge.service.review.wanted import Query, wanted
from cluejudge.service.settings import ServiceSettings
from cluejudge.store.records import Answer, Decision

_DID = {Answer.AGREE: "agreed with", Answer.OVERRULE: "overruled", Answer.SKIP: "skipped"}
LEASE_LOST = "Another reviewer has this one now, so it cannot be answered here. Take the next one."


async def item_page(
    site: Site,
    request: Request,
    visitor: Visitor,
    decision: Decision,
    *,
    query: Query | None = None,
    filled: Filled | None = None,
    problems: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    """The page of `decision`, which is held for `visitor` unless another holds it.

    Who comes from the record only looks, and takes it from nobody. `filled` is what stood in the
    form when `problems` kept it from being recorded; `query` asks for the queue that the reviewer
    works through.
    """
    ask, reviews = site.context.record.ask, site.context.store.reviews
    settings, asked = site.context.settings, request.query_params
    which = wanted(asked if query is None else query)
    look = request.method == "GET" and asked.get("look") == "yes"
    held = not look and await ask(reviews.hold, decision.id, visitor.reviewer, settings.lease_s)
    return page(
        "item.html",
        visitor,
        status,
        item=await _view(site, decision, filled),
        held=held,
        look=look,
        problems=problems,
        which=which,
        waiting=await ask(reviews.waiting, which.filter(settings.sample)),
        clear=asked.get("show") == "yes",
        done=done(asked),
        **_always(settings),
    )


def _always(settings: ServiceSettings) -> dict[str, Any]:
    """What is on every item's page."""
    return {
        "lost": LEASE_LOST,
        "renew_s": max(1, round(settings.lease_s / 3)),
        "keeps": bool(settings.keep_images),
        "max_reason": MAX_REASON,
        "max_note": MAX_NOTE,
    }


async def _view(site: Site, decision: Decision, filled: Filled | None) -> ItemView:
    ask, store = site.context.record.ask, site.context.store
    album = await site.pictures(lambda pictures: pictures.album(decision.sha256))
    cases = await ask(store.cases.list, decision.constitution)
    case = next((one for one in cases if one.sha256 == decision.sha256), None)
    return item_view(decision, album, await ask(store.reviews.of, decision.id), filled, case)


def done(query: Query) -> tuple[str, str] | None:
    """The decision that was answered just before, and what was done with it."""
    decision_id, said = query.get("done", ""), query.get("said", "")
    if not DECISION_ID.fullmatch(decision_id) or said not in set(Answer):
        return None
    return decision_id, _DID[Answer(said)]
