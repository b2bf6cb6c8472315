from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from cluejudge.batch.engines.ray.desk import Desk
from cluejudge.batch.engines.ray.messages import Job
from cluejudge.batch.ledger import Elsewhere, Known, Mine, SqliteLedger
from cluejudge.batch.plan import InputSpec, Pace, Plan
from cluejudge.batch.shard import Told
from cluejudge.builtin import find_constitution
from cluejudge.verdict import Outcome

TRIES = 4
SAFE, UNSAFE = Told(3, Outcome.SAFE), Told(3, Outcome.UNSAFE)
OLD = Told(3, Outcome.SAFE, fresh=False)
DIGEST = "ab" * 32


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    plan = Plan(
        input=InputSpec(where="images"),
        output=tmp_path,
        constitution=find_constitution("pictogram"),
    )
    job = Job(plan, Pace(), None, "", str(tmp_path), "", "", TRIES)
    return Desk(job, SqliteLedger(tmp_path / "ledger.sqlite"))


def test_rows_are_told_once_however_many_attempts_tell_them(desk: Desk) -> None:
    shards = (3,)
    first = desk.begin(shards).number
    assert desk.tell(shards, first, Counter({SAFE: 2}))
    assert desk.news().told == {SAFE: 2}
    second = desk.begin(shards).number
    assert desk.tell(shards, second, Counter({OLD: 2}))
    assert desk.news().told == {}
    # One row more was judged by the first attempt before it died.
    assert desk.tell(shards, second, Counter({OLD: 1, UNSAFE: 1}))
    assert desk.news().told == {SAFE: 1, UNSAFE: 1}
    assert desk.tell(shards, second, Counter({SAFE: 1}))
    assert desk.news().told == {SAFE: 1}


def test_rows_of_an_earlier_run_are_not_fresh(desk: Desk) -> None:
    turn = desk.begin((3,)).number
    desk.tell((3,), turn, Counter({OLD: 2, SAFE: 1}))
    assert desk.news().told == {OLD: 2, SAFE: 1}


def test_an_attempt_that_was_given_up_is_not_heard(desk: Desk) -> None:
    first = desk.begin((3,)).number
    desk.begin((3,))
    assert not desk.tell((3,), first, Counter({SAFE: 1}))
    assert desk.news().told == {}


def test_a_stop_reaches_whoever_tells_something(desk: Desk) -> None:
    turn = desk.begin((3,)).number
    desk.stop()
    assert not desk.tell((3,), turn, Counter({SAFE: 1}))
    assert desk.news().told == {SAFE: 1}


def test_what_a_dead_attempt_was_judging_is_free_again(desk: Desk) -> None:
    desk.begin((3,))
    assert desk.claim(DIGEST, 3, 0, "dead") == Mine()
    desk.begin((4,))
    assert desk.claim(DIGEST, 4, 7, "other") == Elsewhere()
    desk.begin((3,))
    assert desk.claim(DIGEST, 4, 7, "other") == Mine()
    desk.settle(DIGEST, 4, 7)
    assert desk.claim(DIGEST, 3, 0, "new") == Known(4, 7)


def test_an_attempt_lets_go_of_what_it_has_not_judged(desk: Desk) -> None:
    desk.claim(DIGEST, 3, 0, "one")
    desk.release("one")
    assert desk.claim(DIGEST, 4, 0, "two") == Mine()


def test_shards_on_which_every_actor_dies_are_refused(desk: Desk) -> None:
    refused = [desk.begin((3, 4)).refused for _ in range(TRIES + 1)]
    assert refused[:-1] == [""] * TRIES
    assert "shards 3-4" in refused[-1]
    assert not desk.begin((5,)).refused


def test_attempts_that_each_judge_something_go_on(desk: Desk) -> None:
    for rows in range(3 * TRIES):
        turn = desk.begin((3,))
        assert not turn.refused
        desk.tell((3,), turn.number, Counter({OLD: rows, SAFE: 1}))
    for _ in range(TRIES - 1):
        turn = desk.begin((3,))
        assert not turn.refused
        desk.tell((3,), turn.number, Counter({OLD: 3 * TRIES}))
    desk.begin((3,))
    assert desk.begin((3,)).refused


def test_each_death_is_told(desk: Desk) -> None:
    desk.begin((3, 4))
    desk.begin((7,))
    assert desk.news().deaths == ()
    desk.begin((3, 4))
    desk.begin((7,))
    assert desk.news().deaths == ("shards 3-4", "shard 7")
    assert desk.news().deaths == ()
