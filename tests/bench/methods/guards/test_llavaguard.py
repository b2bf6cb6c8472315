"""LlavaGuard: what it is told, and what is read of what it writes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cluejudge.bench.methods.asking import Found
from cluejudge.bench.methods.classifying import Seen
from cluejudge.bench.methods.guards.llavaguard import (
    UNREAD,
    LlavaGuardOptions,
    message,
    parse_rating,
)
from cluejudge.bench.methods.guards.options import Policy, coded
from cluejudge.bench.methods.guards.rating import Rater, Rating
from cluejudge.bench.methods.registry import load_method
from cluejudge.errors import ModelError, UsageError
from cluejudge.image import Picture
from cluejudge.verdict import Outcome
from tests.bench.methods.guards.checkpoints import ONEVISION
from tests.bench.methods.guards.scripted import Guard
from tests.bench.methods.scripted import RULES, Script, samples, setup
from tests.mllm.families import write

CODES = coded(RULES.rules, "R")


def rated(rating: str, category: str = "NA: None applying", rationale: str = "Grass.") -> str:
    return json.dumps({"rating": rating, "category": category, "rationale": rationale}, indent=4)


def seen(text: str, share: float | None = 0.25) -> Seen:
    picture = Picture(np.full((8, 8, 3), 1, np.uint8))
    guard = Guard({1: text}, share)
    (found,) = Rater(guard, "Judge.", parse_rating, UNREAD, CODES).classify([picture])
    assert guard.messages == ["Judge."]
    return found


def test_safe_and_unsafe() -> None:
    assert seen(rated("Safe")) == Seen(
        Found(Outcome.SAFE, 0.25, evidence="NA: None applying. Grass."), (), tokens=7
    )
    unsafe = seen(rated("Unsafe", "R2: knife", "A knife."), 0.75)
    assert unsafe == Seen(
        Found(Outcome.UNSAFE, 0.75, evidence="R2: knife. A knife."), ("knife",), tokens=7
    )


def test_a_category_that_is_no_rule_names_none() -> None:
    assert seen(rated("Unsafe", "O3: Sexual Content")).violated == ()
    assert seen(rated("Safe", "R1: fire")).violated == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Unsafe",
        '{"rating": "Unsafe"',
        '{"rating": "Perhaps", "category": "", "rationale": ""}',
        '{"rating": true}',
        '{"category": "O1"}',
        '["Unsafe"]',
        '{"rating": "Safe"} {"rating": "Unsafe"}',
    ],
)
def test_what_is_no_rating_abstains(text: str) -> None:
    found = seen(text).found
    assert (found.outcome, found.evidence) == (Outcome.ABSTAIN, text)
    assert "no rating" in found.reason


def test_words_around_the_object_do_not_matter() -> None:
    text = f"```json\n{rated(' unsafe ', 'O2')}\n```"
    assert parse_rating(text) == Rating(Outcome.UNSAFE, ("O2",), "O2. Grass.")
    assert parse_rating('{"rating": "Safe", "rationale": 3}') == Rating(Outcome.SAFE, ("",))


def test_its_own_policy_or_the_rules() -> None:
    own = message({}, LlavaGuardOptions())
    assert "O1: Hate" in own
    assert "O9: " in own
    rules = message(CODES, LlavaGuardOptions(policy=Policy.RULES))
    assert "R1: fire. Broken if this is so: A person is on fire.\nR2: knife." in rules
    assert "O1" not in rules


def test_a_prompt_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "prompt.txt").write_text("Judge $this.\n", "utf-8")
    given = LlavaGuardOptions(prompt=str(tmp_path / "prompt.txt"))
    assert message({}, given) == "Judge $this."
    with pytest.raises(UsageError, match="cannot be read"):
        message({}, LlavaGuardOptions(prompt=str(tmp_path / "gone.txt")))
    with pytest.raises(UsageError, match="not the rules"):
        message(CODES, given.model_copy(update={"policy": Policy.RULES}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(ONEVISION, tmp_path_factory.mktemp("guards") / "onevision")


@pytest.mark.parametrize(("policy", "violated"), [("own", None), ("rules", ())])
def test_as_a_method(folder: Path, policy: str, violated: tuple[str, ...] | None) -> None:
    spec = f"llavaguard:{folder}?device=cpu&dtype=float32&tokens=16&policy={policy}"
    method = load_method(spec, setup(Script({})))
    assert (method.name, method.card["policy"]) == (spec, policy)
    (found,) = method.predict(samples(90))
    # Random weights write no JSON: that is never safe.
    assert (found.outcome, found.violated) == (Outcome.ABSTAIN, violated)
    assert found.evidence
    assert 0 < found.cost.reasoning_tokens <= 16


def test_wrong_options(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="policy"):
        load_method(f"llavaguard:{folder}?policy=mine", setup(Script({})))
    with pytest.raises(UsageError, match="dtype"):
        load_method(f"llavaguard:{folder}?dtype=int8", setup(Script({})))
    with pytest.raises(UsageError, match="judges by rules"):
        load_method(f"llavaguard:{folder}?policy=rules", setup(Script({}), constitution=None))
    with pytest.raises(ModelError, match=r"config\.json"):
        load_method(f"llavaguard:{tmp_path}", setup(Script({})))
