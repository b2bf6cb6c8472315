import json
from pathlib import Path

import pytest

from cluejudge.batch.summary import RuleCount, Spent, Summary, read, write
from cluejudge.batch.summing import EXAMPLES, summed
from cluejudge.verdict import Outcome
from tests.api.colours import BROKEN, NOISE, SAFE, UNSAFE
from tests.batch.judged import COMMON, judged

ROWS = [("unsafe", UNSAFE), ("safe", SAFE), ("noise", NOISE), ("broken", BROKEN)]


def test_rows_are_counted_over_all_parts(tmp_path: Path) -> None:
    judged(tmp_path, ROWS, ROWS[:2], [("again", UNSAFE)])
    found = summed(tmp_path, COMMON, tmp_path)
    assert found.images == 7
    assert found.outcomes == {
        Outcome.SAFE: 2,
        Outcome.UNSAFE: 3,
        Outcome.ABSTAIN: 1,
        Outcome.ERROR: 1,
    }
    assert sum(found.shares.values()) == pytest.approx(1)
    assert list(found.rules) == ["red-on-blue", "only-black"]
    assert found.rules["red-on-blue"].violated == 3
    assert found.actions == {"review": 3}
    assert {code: (one.count, one.examples) for code, one in found.errors.items()} == {
        "truncated": (1, ("broken",))
    }
    assert found.duplicates == 3
    assert found.constitution == "colours 3"


def test_a_rule_that_nothing_violates_is_told_too(tmp_path: Path) -> None:
    judged(tmp_path, [("safe", SAFE)])
    found = summed(tmp_path, COMMON, tmp_path)
    assert found.rules == {"red-on-blue": RuleCount(), "only-black": RuleCount()}


def test_some_examples_of_each_error_and_all_counted(tmp_path: Path) -> None:
    many = [(f"broken {number}", BROKEN + bytes([number])) for number in range(EXAMPLES + 3)]
    judged(tmp_path, many)
    found = summed(tmp_path, COMMON, tmp_path)
    (error,) = found.errors.values()
    assert error.count == len(many)
    assert error.examples == tuple(name for name, _ in many[:EXAMPLES])
    assert found.duplicates == 0


def test_no_parts_no_images(tmp_path: Path) -> None:
    found = summed(tmp_path, COMMON, tmp_path)
    assert found.images == found.duplicates == 0
    assert set(found.shares.values()) == {0.0}


def test_what_is_written_has_the_shares_and_where_the_time_went(tmp_path: Path) -> None:
    spent = Spent(judged=30, seconds=10, judges=2, busy=20, models=15, waiting=1)
    outcomes = {Outcome.SAFE: 30, Outcome.UNSAFE: 10}
    summary = Summary(images=40, outcomes=outcomes, last_run=spent)
    assert read(tmp_path) is None
    write(summary, tmp_path)
    assert read(tmp_path) == summary
    told = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert told["shares"] == {"safe": 0.75, "unsafe": 0.25}
    assert told["last_run"]["rate"] == 3
    assert told["last_run"]["rest"] == 4
    assert told["resumed"] is True
    assert [path.name for path in tmp_path.iterdir()] == ["summary.json"]


def test_a_run_that_judged_all_was_not_resumed() -> None:
    spent = Spent(judged=40, seconds=0, busy=0)
    assert not Summary(images=40, last_run=spent).resumed
    assert spent.rate == spent.rest == 0
