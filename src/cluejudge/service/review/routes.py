"""The pages: sign-in, queue, item, record, figures, and the pictures and files that they show."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from cluejudge.service.context import Context
from cluejudge.service.problems import Problem
from cluejudge.service.review import answering, listed, signed
from cluejudge.service.review.items import item_page
from cluejudge.service.review.pages import PAGE_HEADERS
from cluejudge.service.review.pictures import MIME
from cluejudge.service.review.signing import PATH
from cluejudge.service.review.site import PageRoute, Site, pages

FOR_GOOD = "public, max-age=31536000, immutable"
EACH_TIME = "no-cache"


def router(context: Context) -> APIRouter:
    """The routes of the review page, all under `/review`."""
    routes = APIRouter(prefix=PATH, route_class=PageRoute, include_in_schema=False)
    site = Site(context)
    _assets(routes)
    signed.add(routes, site)
    listed.add(routes, site)
    _items(routes, site)
    answering.add(routes, site)
    return routes


def _items(routes: APIRouter, site: Site) -> None:
    ask, reviews = site.context.record.ask, site.context.store.reviews

    @routes.get("/items/{decision_id}")
    async def item(decision_id: str, request: Request) -> Response:
        visitor = await site.signing.visitor(request)
        decision = await site.decision(decision_id)
        await ask(reviews.looked, decision.id, visitor.reviewer, "item")
        return await item_page(site, request, visitor, decision)

    @routes.get("/items/{decision_id}/{kind}/{place}")
    async def picture(decision_id: str, kind: str, place: int, request: Request) -> Response:
        visitor = await site.signing.visitor(request)
        decision = await site.decision(decision_id)
        veiled = kind == "veiled"
        if kind not in ("veiled", "pictures"):
            raise Problem(404, "not-found", "There is nothing at this path")
        data = await site.pictures(
            lambda pictures: pictures.webp(decision.sha256, place, veiled=veiled)
        )
        if data is None:
            raise Problem(404, "not-found", "This picture is not kept, or no longer")
        if not veiled:
            await ask(reviews.looked, decision.id, visitor.reviewer, "image")
        return Response(data, media_type=MIME, headers=PAGE_HEADERS)


def _assets(routes: APIRouter) -> None:
    @routes.get("/static/{name}")
    async def static(name: str, v: str = "") -> Response:
        found = pages().assets.get(name)
        if found is None:
            raise Problem(404, "not-found", "There is no such file")
        cache = FOR_GOOD if v == found.tag else EACH_TIME
        return Response(found.body, headers={"Cache-Control": cache, "Content-Type": found.mime})
