"""What is told of a request that has an idempotency key."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from cluejudge.service.idempotency import once
from cluejudge.service.problems import Problem
from cluejudge.service.record import Record
from cluejudge.store.claims import Claim
from cluejudge.store.records import Decision
from cluejudge.store.times import utcnow
from tests.service.making import opened

LEASE_S = 180.0


def told(folder: Path, ago_s: float) -> tuple[Problem, Claim]:
    """What is told of a request that came `ago_s` seconds ago, and was never answered."""
    store = opened(folder, now=lambda: utcnow() - timedelta(seconds=ago_s))
    first = store.decisions.claim("app", "k1", "r1", lease_s=LEASE_S)
    record = Record(store)

    async def work(claim: Claim | None) -> list[Decision]:
        raise AssertionError("it is not judged a second time")

    try:
        with pytest.raises(Problem) as caught:
            asyncio.run(once(record, "app", "k1", "r1", work, lease_s=LEASE_S))
    finally:
        record.close()
    return caught.value, first


@pytest.mark.parametrize(("ago_s", "wait"), [(0, 1), (10, 10), (80, 80), (150, 30)])
def test_who_asks_again_waits_as_long_again_and_at_most_until_the_key_is_free(
    tmp_path: Path, ago_s: float, wait: int
) -> None:
    problem, claim = told(tmp_path, ago_s)
    assert problem.status_code == 409
    assert problem.headers is not None
    assert int(problem.headers["Retry-After"]) == pytest.approx(wait, abs=5)
    assert claim.until[:19] in problem.hint
