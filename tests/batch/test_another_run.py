"""A run is refused a folder that is another one's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cluejudge.batch.plan import Pace, Plan
from cluejudge.batch.run import run_batch
from cluejudge.claim import Claim
from cluejudge.errors import UsageError
from cluejudge.settings import Budget, Limits, Sampling, Thresholds
from tests.api.colours import COLOURS, SAFE
from tests.batch.runs import Unloaded, Watch, changed, ran, rows

pytestmark = pytest.mark.usefixtures("one_pool")


@pytest.mark.parametrize(
    ("update", "said"),
    [
        ({"thresholds": Thresholds(prior_high=0.5)}, "prior_high was 0.8, now 0.5"),
        ({"budget": Budget(asks=7)}, "asks was"),
        ({"limits": Limits(max_side=99)}, "max_side was 32768, now 99"),
        ({"sampling": Sampling(every=2)}, "every was 0.5, now 2"),
        ({"shards": 3}, "shards was 2, now 3"),
    ],
)
def test_it_is_refused_and_says_what_changed(plan: Plan, update: dict[str, Any], said: str) -> None:
    ran(plan)
    before = rows(plan)
    with pytest.raises(UsageError, match=said):
        ran(changed(plan, **update))
    assert rows(plan) == before


def test_a_rule_that_changed_is_named(plan: Plan) -> None:
    ran(plan)
    rule = COLOURS.rules[0].model_copy(update={"text": "red upon blue"})
    other = COLOURS.model_copy(update={"rules": (rule, *COLOURS.rules[1:])})
    with pytest.raises(UsageError, match=r"rule red-on-blue changed"):
        ran(changed(plan, constitution=other))


def test_models_that_changed(plan: Plan, tmp_path: Path) -> None:
    ran(plan)
    (tmp_path / "answers.json").write_text("{}")
    with pytest.raises(UsageError, match="fake was"):
        ran(changed(plan, model=f"fake:{tmp_path / 'answers.json'}"))


def test_an_input_that_changed(plan: Plan, pictures: Path) -> None:
    ran(plan)
    (pictures / "e.png").write_bytes(SAFE)
    with pytest.raises(UsageError, match=r"1 (new|more|row)"):
        ran(plan)
    (pictures / "e.png").unlink()
    assert ran(plan).judged == 0


def test_a_folder_with_something_else_in_it(plan: Plan) -> None:
    plan.output.mkdir()
    (plan.output / "thesis.tex").write_text("")
    with pytest.raises(UsageError, match=r"holds no run: thesis\.tex"):
        ran(plan)
    assert [path.name for path in plan.output.iterdir()] == ["thesis.tex"]


def test_one_that_runs_into_it_now(plan: Plan) -> None:
    plan.output.mkdir()
    with Claim(plan.output), pytest.raises(UsageError, match="is being written into"):
        run_batch(plan, Pace(), Unloaded(), Watch())
