"""The routes by which reviewers take an item, keep it, answer it and give it back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData, ImmutableMultiDict
from starlette.requests import ClientDisconnect

from cluejudge.errors import UsageError
from cluejudge.service.problems import Problem
from cluejudge.service.review import answers
from cluejudge.service.review.items import LEASE_LOST, item_page
from cluejudge.service.review.signing import Visitor, check_site, proven
from cluejudge.service.review.site import Site, see
from cluejudge.service.review.wanted import Query, Wanted, wanted
from cluejudge.store.overruling import violated_after
from cluejudge.store.records import Decision, Review
from cluejudge.verdict import storable

MAX_FIELDS = 5_000
OLD_FORM = "This page is of an earlier session, so nothing was recorded. Look again, then answer."


def add(routes: APIRouter, site: Site) -> None:
    """Adds them to `routes`."""
    ask, reviews = site.context.record.ask, site.context.store.reviews
    lease_s = site.context.settings.lease_s

    @routes.post("/next")
    async def take(request: Request) -> Response:
        visitor, form = await _form(site, request)
        _check(visitor, form)
        return await _next(site, request, visitor, wanted(form))

    @routes.post("/items/{decision_id}/answer")
    async def answer(decision_id: str, request: Request) -> Response:
        visitor, form = await _form(site, request)
        decision = await site.decision(decision_id)
        return await _answered(site, request, visitor, decision, form)

    @routes.post("/items/{decision_id}/lease")
    async def renew(decision_id: str, request: Request) -> Response:
        visitor, form = await _form(site, request)
        _check(visitor, form)
        decision = await site.decision(decision_id)
        held = await ask(reviews.hold, decision.id, visitor.reviewer, lease_s)
        return JSONResponse({"held": held}, headers={"Cache-Control": "no-store"})

    @routes.post("/items/{decision_id}/release")
    async def give_back(decision_id: str, request: Request) -> Response:
        visitor, form = await _form(site, request)
        _check(visitor, form)
        await ask(reviews.release, decision_id, visitor.reviewer)
        return see("", wanted(form).query)


async def _form(site: Site, request: Request) -> tuple[Visitor, Query]:
    """Who sends a form, and its fields."""
    check_site(request)
    visitor = await site.signing.visitor(request)
    try:
        async with request.form(max_files=0, max_fields=MAX_FIELDS) as form:
            return visitor, _texts(form)
    except ClientDisconnect as gone:
        raise Problem(400, "malformed", "The form did not come whole") from gone
    except UnicodeError as error:  # by a charset that reads nothing
        raise Problem(400, "malformed", "The form cannot be read") from error


def _texts(form: FormData) -> Query:
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    # A charset of the sender's choice can make halves of characters, which nothing can write.
    return ImmutableMultiDict([(storable(name), storable(value)) for name, value in texts])


def _check(visitor: Visitor, form: Mapping[str, str]) -> None:
    if not proven(visitor, form):
        raise Problem(403, "old-form", OLD_FORM, hint="open the queue again")


async def _answered(
    site: Site, request: Request, visitor: Visitor, decision: Decision, form: Query
) -> Response:
    """Records the answer and goes on to the next item, or shows the form again and says why."""
    filled = answers.read(form, decision.verdict)
    problems = answers.problems(filled, decision.verdict)
    status = 422
    if not proven(visitor, form):
        problems, status = (OLD_FORM,), 403
    elif not problems:
        problems, status = await _recorded(site, visitor, decision, filled), 409
    if not problems:
        said = {"done": decision.id, "said": str(filled.answer)}
        return await _next(site, request, visitor, wanted(form), said)
    return await item_page(
        site,
        request,
        visitor,
        decision,
        query=form,
        filled=filled,
        problems=problems,
        status=status,
    )


async def _recorded(
    site: Site, visitor: Visitor, decision: Decision, filled: answers.Filled
) -> tuple[str, ...]:
    """Records an answer, and a case if it is to be one; what of it could not be."""
    ask, store = site.context.record.ask, site.context.store
    lease_s = site.context.settings.lease_s
    if not await ask(store.reviews.hold, decision.id, visitor.reviewer, lease_s):
        return (LEASE_LOST,)
    try:
        draft = answers.draft(filled, decision, visitor.reviewer)
        review = await ask(store.reviews.give, draft)
    except UsageError as error:
        return (f"Nothing was recorded: {error}",)
    try:
        if filled.case:
            await _make_case(site, decision, review)
    except UsageError as error:
        return (f"Your answer is recorded, but it is no regression case: {error}",)
    return ()


async def _make_case(site: Site, decision: Decision, review: Review) -> None:
    """What the reviewer says becomes what the constitution has to say of this image."""
    await site.context.record.ask(
        site.context.store.cases.add,
        constitution=decision.constitution,
        sha256=decision.sha256,
        expected_outcome=review.outcome,
        expected_violated=violated_after(decision.verdict, review.overrides),
        from_decision=decision.id,
        by=review.reviewer,
        note=review.note,
    )


async def _next(
    site: Site,
    request: Request,
    visitor: Visitor,
    which: Wanted,
    said: Mapping[str, str] | None = None,
) -> Response:
    """Sends the browser to the next item of the queue, or to the queue if there is none."""
    context = site.context
    queue = which.filter(context.settings.sample)
    item = await context.record.ask(
        context.store.reviews.next, visitor.reviewer, which=queue, lease_s=context.settings.lease_s
    )
    query = "&".join(part for part in (which.query, urlencode(said or {})) if part)
    if item is None:
        return see("", f"{query}&none=yes" if query else "none=yes")
    return see(f"/items/{item.decision.id}", query)
