"""Decisions out of the record: one with its reviews, or a list of those that fit."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from cluejudge.service.api.incoming import Version
from cluejudge.service.context import Context
from cluejudge.service.principal import MayRead, Principal
from cluejudge.service.problems import Problem
from cluejudge.service.stand import Told
from cluejudge.store.overruling import standing
from cluejudge.store.records import Decision, DecisionFilter, Review, Scope
from cluejudge.verdict import Outcome

_JSON = "application/json"
_LARGEST = 2**63 - 1


_SPACED_ZONE = re.compile(r"(T[\d:.]+) (\d\d:?\d\d)")


def _with_zone(text: str | None) -> str | None:
    """`text` with the plus of its zone, which a query turns into a space unless escaped."""
    return _SPACED_ZONE.sub(r"\1+\2", text) if text else text


Moment = Annotated[
    str | None,
    Field(min_length=1),
    AfterValidator(_with_zone),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class DecisionOut(BaseModel):
    """A decision, how it stands, and what reviewers said of it, the first first."""

    decision: Told
    reviews: list[Review] = Field(description="for keys that may review; others get none")


class DecisionsOut(BaseModel):
    """Some decisions, the newest first; `next` is the `before` of the following page."""

    decisions: list[Decision]
    next: int | None


class Which(BaseModel):
    """Which decisions are wanted; what is not given does not matter.

    A name that is not known here is told: to leave it out would answer another question.
    """

    model_config = ConfigDict(extra="forbid")

    outcome: list[Outcome] = Field(default_factory=list)
    rule: str = Field(default="", description="id of a rule that is violated")
    constitution: str = ""
    version: Version | None = None
    sha256: str = ""
    since: Moment = Field(default=None, description="ISO 8601; UTC unless it says otherwise")
    until: Moment = Field(default=None, description="ISO 8601; this moment is not in it any more")
    key: str = Field(default="", description="name of the key that asked")
    reviewed: bool | None = None

    def filter(self, who: Principal) -> DecisionFilter:
        """What to look for; who may not review sees the decisions that their key asked for."""
        if not who.may(Scope.REVIEW) and self.key not in ("", who.name):
            raise Problem(
                403,
                "forbidden",
                f"the key `{who.name}` may only read what it asked for",
                hint=f"it needs the scope `{Scope.REVIEW}`",
            )
        known = set(DecisionFilter.model_fields)
        told = self.model_dump(include=known, exclude_none=True)
        key = self.key if who.may(Scope.REVIEW) else who.name
        return DecisionFilter(**{**told, "key": key}, outcomes=tuple(self.outcome))


class Wanted(Which):
    """Which decisions are wanted, and which page of them."""

    before: int | None = Field(default=None, ge=1, le=_LARGEST, description="`next` of a page")
    limit: int = Field(default=50, ge=1, le=200)


def router(context: Context) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["decisions"])
    record, store = context.record, context.store

    @routes.get("/v1/decisions/{id}", response_model=DecisionOut)
    async def one(who: MayRead, id: Annotated[str, Path(max_length=64)]) -> Response:
        """A decision with all of its evidence, and its reviews."""
        decision = await record.ask(store.decisions.get, id)
        if decision is None or not (who.may(Scope.REVIEW) or decision.key == who.name):
            raise Problem(404, "no-decision", "there is no decision of this id")
        reviews = await record.ask(store.reviews.of, id)
        stands = Told.of(decision, standing(decision, reviews))
        shown = list(reviews) if who.may(Scope.REVIEW) else []
        found = DecisionOut.model_construct(decision=stands, reviews=shown)
        return Response(found.model_dump_json(), media_type=_JSON)

    @routes.get("/v1/decisions", response_model=DecisionsOut)
    async def several(who: MayRead, wanted: Annotated[Wanted, Query()]) -> Response:
        """The decisions that fit, the newest first, a page at a time."""
        page = await record.ask(store.decisions.find, wanted.filter(who))
        found = DecisionsOut(decisions=list(page.items), next=page.next)
        return Response(found.model_dump_json(), media_type=_JSON)

    return routes
