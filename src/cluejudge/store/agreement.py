"""Whether the tables that are made from the log say what the log says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Row, Select, exists, select

from cluejudge.store.decisions import doubted, row_of, violated
from cluejudge.store.records import EntryKind
from cluejudge.store.standing import Facts, unlike
from cluejudge.store.tables import (
    activations,
    decisions,
    doubts,
    entries,
    overrides,
    reviews,
    violations,
)

Told: TypeAlias = tuple[int, str]
"""The entry that something does not agree with, and what."""

_Rows: TypeAlias = set[frozenset[tuple[str, Any]]]


@dataclass(frozen=True, slots=True)
class _Index:
    """What of the tables is made from the entries of a kind: `rows` of it, with their `seq`."""

    name: str
    kind: EntryKind
    stored: Select[Any]
    seq: Column[int]
    rows: Callable[[Facts], Iterable[Mapping[str, Any]]]


def _columns(*names: str) -> Callable[[Facts], Iterable[Mapping[str, Any]]]:
    """One row of what the body says in these columns."""
    return lambda it: [{name: it.body[name] for name in names} | {"seq": it.seq, "at": it.at}]


_INDEXES = (
    _Index(
        "the decisions",
        EntryKind.DECISION,
        select(decisions),
        decisions.c.seq,
        lambda it: [row_of(it.body, it.seq, it.at)],
    ),
    _Index(
        "the violated rules",
        EntryKind.DECISION,
        select(decisions.c.seq, violations.c.rule_id).join_from(violations, decisions),
        decisions.c.seq,
        lambda it: [{"seq": it.seq, "rule_id": rule} for rule in violated(it.body)],
    ),
    _Index(
        "the open rules",
        EntryKind.DECISION,
        select(decisions.c.seq, doubts.c.rule_id).join_from(doubts, decisions),
        decisions.c.seq,
        lambda it: [{"seq": it.seq, "rule_id": rule} for rule in doubted(it.body)],
    ),
    _Index(
        "the reviews",
        EntryKind.REVIEW,
        select(reviews),
        reviews.c.seq,
        _columns("id", "decision_id", "reviewer", "answer", "outcome"),
    ),
    _Index(
        "the overruled rules",
        EntryKind.REVIEW,
        select(reviews.c.seq, overrides.c.rule_id, overrides.c.outcome).join_from(
            overrides, reviews
        ),
        reviews.c.seq,
        lambda it: [
            {"seq": it.seq, "rule_id": each["rule_id"], "outcome": each["outcome"]}
            for each in it.body["overrides"]
        ],
    ),
    _Index(
        "the activations",
        EntryKind.ACTIVATION,
        select(activations),
        activations.c.seq,
        _columns("name", "version", "by"),
    ),
)


def first_difference(connection: Connection, batch: Sequence[Row[Any, Any, Any]]) -> Told | None:
    """The first of these entries, which follow one another, that some table does not agree with."""
    facts: list[Facts] = []
    for row in batch:
        try:
            facts.append(Facts(row.seq, row.at, row.kind, row.subject, json.loads(row.body)))
        except ValueError:
            return row.seq, "its body is no JSON"
    found = [_difference(connection, index, facts) for index in _INDEXES]
    found += [(it.seq, told) for it in facts if (told := _told(connection, it))]
    return min((each for each in found if each is not None), default=None)


def without_entry(connection: Connection) -> Told | None:
    """The first row of a table whose entry is not in the log at all."""
    found = []
    for index in _INDEXES:
        lost = index.stored.where(~exists().where(entries.c.seq == index.seq))
        row = connection.execute(lost.order_by(index.seq).limit(1)).first()
        if row is not None:
            found.append((int(row.seq), f"{index.name} know of it, but the log does not"))
    return min(found, default=None)


def _difference(connection: Connection, index: _Index, facts: Sequence[Facts]) -> Told | None:
    said: _Rows = set()
    for it in facts:
        if it.kind == index.kind:
            try:
                said |= {frozenset(row.items()) for row in index.rows(it)}
            except (KeyError, TypeError, AttributeError):
                return it.seq, f"its body is none of a {index.kind}"
    query = index.stored.where(index.seq.between(facts[0].seq, facts[-1].seq))
    stored = {frozenset(row._mapping.items()) for row in connection.execute(query)}
    if said == stored:
        return None
    return min(dict(row)["seq"] for row in said ^ stored), f"{index.name} do not agree with it"


def _told(connection: Connection, it: Facts) -> str:
    try:
        return unlike(connection, it)
    except (KeyError, TypeError, AttributeError):
        return f"its body is none of a {it.kind}"
