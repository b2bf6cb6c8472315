"""A request that is sent twice with one idempotency key is answered once."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from cluejudge.errors import StoreError
from cluejudge.service.problems import Problem, later
from cluejudge.service.record import Record
from cluejudge.store.claims import Claim, ClaimState
from cluejudge.store.records import Decision
from cluejudge.store.times import utcnow

_log = logging.getLogger("cluejudge.service")

Work = Callable[[Claim | None], Awaitable[list[Decision]]]
"""Judges, and records its decisions as what answers the claim."""


async def once(
    record: Record, key: str, idempotency: str, digest: str, work: Work, *, lease_s: float
) -> tuple[list[Decision], bool]:
    """The decisions of `work`, and whether they are those of an earlier request.

    `key` is the name of who asks, `digest` that of the request, `lease_s` how long it may take.
    Raises `Problem` 409 while the same request is being answered, 422 where another one had the
    same idempotency key. A request that fails may be sent again.
    """
    if not idempotency:
        return await work(None), False
    decisions = record.store.decisions
    claim = await record.ask(decisions.claim, key, idempotency, digest, lease_s=lease_s)
    if claim.state is ClaimState.CONFLICT:
        said = "another request was sent with this idempotency key"
        raise Problem(422, "idempotency-conflict", said, hint="take a new key for a new request")
    if claim.state is ClaimState.UNDER_WAY:
        raise _under_way(claim)
    if claim.state is ClaimState.SAME:
        return await _earlier(record, claim), True
    try:
        return await work(claim), False
    except BaseException:
        await _release(record, claim)
        raise


def _under_way(claim: Claim) -> Problem:
    """To come again after as long as it has taken, at the latest when the key is free.

    Whether the process that claimed it was killed cannot be seen from here.
    """
    now = utcnow()
    taken, left = now - datetime.fromisoformat(claim.at), datetime.fromisoformat(claim.until) - now
    wait = min(taken, left).total_seconds()
    hint = f"if the service was killed over it, its key is free from {claim.until[:19]}Z on"
    return later(409, "under-way", "the same request is being answered", wait, hint=hint)


async def _earlier(record: Record, claim: Claim) -> list[Decision]:
    found = [await record.ask(record.store.decisions.get, id) for id in claim.decisions]
    return [decision for decision in found if decision]


async def _release(record: Record, claim: Claim) -> None:
    try:
        await record.ask(record.store.decisions.release, claim)
    except StoreError as error:  # it is free when its time is up
        _log.error("an idempotency key could not be freed: %s", error)
