"""How decisions stand when they are told: a reviewed image that comes again is not judged anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from cluejudge.service.record import Record
from cluejudge.store.overruling import standing
from cluejudge.store.records import Decision, Standing


class Told(Decision):
    """A decision as it is told.

    `verdict` is what the judge found; `standing` is what counts, for a reviewer may have overruled
    the decision on the same image that this one was reused from.
    """

    standing: Standing

    @classmethod
    def of(cls, decision: Decision, how: Standing) -> Told:
        """A decision and how it stands."""
        return cls.model_construct(**{**dict(decision), "standing": how})


async def told(record: Record, decisions: Sequence[Decision], *, known: bool = False) -> list[Told]:
    """The decisions, each with how it stands. Raises `StoreError`.

    Only those that were reused can have been reviewed, unless they were `known` before.
    """
    stand = await asyncio.gather(*(_standing(record, one, known=known) for one in decisions))
    return [Told.of(one, how) for one, how in zip(decisions, stand, strict=True)]


async def _standing(record: Record, decision: Decision, *, known: bool) -> Standing:
    if not (known or decision.reused_from):
        return standing(decision, ())
    return standing(decision, await record.ask(record.store.reviews.of, decision.id))
