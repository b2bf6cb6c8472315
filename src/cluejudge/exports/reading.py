"""Decisions out of the record with all that an export tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from cluejudge.compiled import load_compiled
from cluejudge.errors import ConstitutionError
from cluejudge.exports.rows import Row
from cluejudge.store.records import Decision, DecisionFilter
from cluejudge.store.store import Store
from cluejudge.verdict import Outcome

_PAGE = 100


def pages(store: Store, wanted: DecisionFilter) -> Iterator[tuple[Row, ...]]:
    """All decisions that are wanted, the newest first, some at a time; those from now on are not.

    Raises UsageError for times that are none, StoreError where the record cannot be read.
    """

    @lru_cache(maxsize=64)
    def categories(name: str, version: int) -> Mapping[str, tuple[str, ...]]:
        stored = store.constitutions.get(name, version)
        try:
            rules = load_compiled(f"{stored.text}\n").rules if stored else ()
        except ConstitutionError:  # of an older program; its decisions stand without categories
            rules = ()
        return {rule.id: rule.categories for rule in rules}

    def row(decision: Decision) -> Row:
        bare = Row(decision, store.reviews.of(decision.id))
        if bare.outcome is not Outcome.UNSAFE:
            return bare
        told = categories(decision.constitution, decision.version)
        return Row(decision, bare.reviews, told)

    before: int | None = wanted.before
    while True:
        asked = wanted.model_copy(update={"before": before, "limit": _PAGE})
        page = store.decisions.find(asked)
        yield tuple(map(row, page.items))
        if page.next is None:
            return
        before = page.next
