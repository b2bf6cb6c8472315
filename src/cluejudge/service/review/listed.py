"""The pages of many decisions: the queue, the record and the figures."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request, Response

from cluejudge.exports.formats import FORMATS
from cluejudge.exports.lines import Shape
from cluejudge.service.exported import exported
from cluejudge.service.problems import Problem
from cluejudge.service.review.items import done
from cluejudge.service.review.listing import FORMAT_TITLES, Row, outcome_options, percent, row
from cluejudge.service.review.site import Site, page
from cluejudge.service.review.wanted import DOUBTFUL, SAMPLE, Wanted, sought, wanted
from cluejudge.verdict import Outcome

SHOWN = 20


def add(routes: APIRouter, site: Site) -> None:
    """Adds them to `routes`."""

    @routes.get("")
    async def queue(request: Request) -> Response:
        return await _queue(site, request)

    @routes.get("/record")
    async def record(request: Request) -> Response:
        return await _record(site, request)

    @routes.get("/export/{name}")
    async def export(name: str, request: Request) -> Response:
        return await _export(site, request, name)

    @routes.get("/figures")
    async def figures(request: Request) -> Response:
        return await _figures(site, request)


async def _queue(site: Site, request: Request) -> Response:
    visitor = await site.signing.visitor(request)
    which = wanted(request.query_params)
    chosen = [str(outcome) for outcome in which.outcomes] + ([SAMPLE] if which.sample else [])
    counts = await _counts(site, which)
    return page(
        "queue.html",
        visitor,
        which=which,
        options=outcome_options(counts, chosen, site.context.settings.sample),
        waiting=sum(count for name, count in counts.items() if str(name) in chosen),
        rows=await _waiting(site, which),
        constitutions=await _names(site),
        done=done(request.query_params),
        none_left=request.query_params.get("none") == "yes",
    )


async def _counts(site: Site, which: Wanted) -> dict[Outcome | str, int]:
    """How many wait, for each thing that can be wanted."""
    ask, settings = site.context.record.ask, site.context.settings
    kinds: dict[Outcome | str, Wanted] = {
        outcome: replace(which, outcomes=(outcome,), sample=False) for outcome in DOUBTFUL
    }
    kinds[SAMPLE] = replace(which, outcomes=(), sample=True)
    waiting = site.context.store.reviews.waiting
    return {kind: await ask(waiting, only.filter(settings.sample)) for kind, only in kinds.items()}


async def _waiting(site: Site, which: Wanted) -> list[Row]:
    """The newest that wait; the sample is drawn, not listed."""
    listed = replace(which, sample=False).filter(0.0)
    newest = site.context.store.reviews.newest
    return [row(decision) for decision in await site.context.record.ask(newest, listed, SHOWN)]


async def _record(site: Site, request: Request) -> Response:
    visitor = await site.signing.visitor(request)
    ask, store = site.context.record.ask, site.context.store
    looked_for = sought(request.query_params)
    found = await ask(store.decisions.find, looked_for.filter)
    rows = [row(item, await ask(store.reviews.of, item.id)) for item in found.items]
    return page(
        "record.html",
        visitor,
        sought=looked_for,
        outcomes=[str(outcome) for outcome in Outcome],
        rows=rows,
        following=found.next,
        constitutions=await _names(site),
        formats=FORMAT_TITLES,
    )


async def _export(site: Site, request: Request, name: str) -> Response:
    visitor = await site.signing.visitor(request)
    if name not in FORMATS:
        raise Problem(404, "not-found", "There is no such format")
    chosen = replace(sought(request.query_params), before=None).filter
    return await exported(site.context, name, chosen, visitor.reviewer, Shape.JSON)


async def _figures(site: Site, request: Request) -> Response:
    visitor = await site.signing.visitor(request)
    name = request.query_params.get("constitution", "").strip()
    found = await site.context.record.ask(site.context.store.figures, name or None)
    return page(
        "figures.html",
        visitor,
        figures=found,
        constitution=name,
        constitutions=await _names(site),
        percent=percent,
    )


async def _names(site: Site) -> tuple[str, ...]:
    return tuple(await site.context.record.ask(site.context.store.constitutions.names))
