"""Verdicts of all shapes, made from their classes: whatever is added to them is in these too."""

from __future__ import annotations

import types
from enum import StrEnum
from typing import Any, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from cluejudge.batch.rows import SHARED
from cluejudge.constitution import Severity
from cluejudge.settings import Budget, Thresholds
from cluejudge.verdict import Outcome, RuleFinding, Verdict, ViewVerdict

COMMON = Verdict(
    image="",
    outcome=Outcome.ERROR,
    constitution="colours 1",
    constitution_digest="5f70",
    models={"name": "fake"},
    thresholds=Thresholds(prior_low=0.4),
    budget=Budget(asks=99),
)


def values(kind: Any, bounded: bool = False) -> st.SearchStrategy[Any]:
    """Values of a field of that type; numbers that are `bounded` are in [0, 1]."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return st.one_of(*(values(one, bounded) for one in inner))
    if origin is tuple:
        return st.lists(values(inner[0]), max_size=2).map(tuple)
    if kind is Thresholds:
        return st.sampled_from([COMMON.thresholds, Thresholds(region=0.1)])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return made(kind)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return st.sampled_from(list(kind))
    plain = {
        str: st.text(max_size=3),
        bool: st.booleans(),
        int: st.integers(0, 2**62),
        type(None): st.none(),
        float: st.floats(0, 1) if bounded else st.floats(allow_nan=False, allow_infinity=False),
    }
    return plain[kind]


def made(kind: type[BaseModel], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    fields = {
        name: values(field.annotation, bool(field.metadata))
        for name, field in kind.model_fields.items()
        if name not in given
    }
    return st.builds(kind, **fields, **given)


def in_order(rules: tuple[RuleFinding, ...]) -> tuple[RuleFinding, ...]:
    gravest = list(Severity)[::-1]
    return tuple(sorted(rules, key=lambda rule: (gravest.index(rule.severity), rule.rule_id)))


def as_asked(verdict: Verdict) -> Verdict:
    """With one view, that has the rules of the verdict in the order of a judgement."""
    view = ViewVerdict(view="whole", outcome=verdict.outcome, rules=in_order(verdict.rules))
    return verdict.model_copy(update={"views": (view,)})


free = made(Verdict, **{name: st.just(getattr(COMMON, name)) for name in SHARED})
verdicts = st.one_of(free, free.map(as_asked))
