"""Writes the decisions of many requests into the record by one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from cluejudge.errors import CluejudgeError
from cluejudge.service.counters import Counters
from cluejudge.service.record import Record
from cluejudge.service.submissions import Origin
from cluejudge.store.claims import Claim
from cluejudge.store.records import Decision, DecisionDraft

_MOST = 256
"""Decisions in one transaction."""


@dataclass(slots=True)
class Deed:
    """What one request has to be recorded, and where each of its verdicts comes from.

    `settles` is its idempotency key, where it has one.
    """

    drafts: Sequence[DecisionDraft]
    origins: Sequence[Origin]
    settles: Claim | None = None
    done: asyncio.Future[list[Decision]] = field(default_factory=asyncio.Future)


class Scribe:
    """Records what comes in while a commit is under way by the next one.

    A request hears of its decisions when they are committed, or why they were not: then none of
    them is in the record.
    """

    def __init__(self, record: Record, counters: Counters) -> None:
        self._record, self._counters = record, counters
        self._waiting: list[Deed] = []
        self._writing: asyncio.Task[None] | None = None

    async def record(
        self,
        drafts: Sequence[DecisionDraft],
        settles: Claim | None = None,
        origins: Sequence[Origin] = (),
    ) -> list[Decision]:
        """The decisions as they are in the record. Raises `StoreError`; it is not cut short.

        Of those with one of the `origins` in common all but the first are marked as reused.
        """
        deed = Deed(drafts, origins or [Origin() for _ in drafts], settles)
        self._waiting.append(deed)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await asyncio.shield(deed.done)

    async def _write(self) -> None:
        try:
            while self._waiting:
                await self._write_some(self._taken())
        finally:
            self._writing = None

    async def _write_some(self, deeds: Sequence[Deed]) -> None:
        try:
            await self._commit(deeds)
        except Exception as error:  # whatever it is, those who wait must hear of it
            whole = isinstance(error, CluejudgeError) and not error.retryable and len(deeds) > 1
            for deed in deeds:
                if whole:  # one request's fault must not be the others'
                    await self._write_some([deed])
                else:
                    _fail(deed, error)

    async def _commit(self, deeds: Sequence[Deed]) -> None:
        drafts, origins = _marked(deeds)
        settles = {
            deed.settles: [draft.id for draft in deed.drafts] for deed in deeds if deed.settles
        }
        store = self._record.store
        decisions = await self._record.ask(store.decisions.record, drafts, settles=settles)
        self._counters.commits.observe(len(drafts))
        for origin, first in origins.items():
            origin.id = first
        made = iter(decisions)
        for deed in deeds:
            mine = [next(made) for _ in deed.drafts]
            if not deed.done.done():
                deed.done.set_result(mine)

    def _taken(self) -> list[Deed]:
        """The deeds of the next commit: one at least, and together few enough decisions."""
        taken, count = [self._waiting.pop(0)], 0
        count = len(taken[0].drafts)
        while self._waiting and count + len(self._waiting[0].drafts) <= _MOST:
            count += len(self._waiting[0].drafts)
            taken.append(self._waiting.pop(0))
        return taken


def _marked(deeds: Sequence[Deed]) -> tuple[list[DecisionDraft], dict[Origin, str]]:
    """All drafts, the reused ones marked as such; and which of them are the first of an origin."""
    drafts: list[DecisionDraft] = []
    firsts: dict[Origin, str] = {}
    for deed in deeds:
        for draft, origin in zip(deed.drafts, deed.origins, strict=True):
            first = origin.id or firsts.setdefault(origin, draft.id)
            reused = "" if first == draft.id else first
            drafts.append(draft.model_copy(update={"reused_from": reused}))
    return drafts, firsts


def _fail(deed: Deed, error: Exception) -> None:
    if not deed.done.done():
        deed.done.set_exception(error)
