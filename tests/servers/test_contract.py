"""The promises of all models, kept over each wire of each server that has it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from cluejudge import Judge
from cluejudge.asks import Reason, Score, answered
from cluejudge.errors import CluejudgeWarning
from cluejudge.image import Picture, load
from cluejudge.models.protocols import Models, Reasoner, Scorer, Write
from cluejudge.models.registry import load_models, load_writer
from tests.models.contract import ReasonerContract, ScorerContract
from tests.servers.faults.bench import only
from tests.servers.standin import (
    LLAMA_CPP,
    MODEL,
    OLD_VLLM,
    OLLAMA,
    OPENAI,
    SGLANG,
    TRANSFORMERS,
    VLLM,
    Manner,
    Mind,
    StandIn,
)

CONTENTS = ["a person", "a person on fire", "two or more people"]
WAYS = [
    ("chat", VLLM),
    ("chat", OLD_VLLM),
    ("chat", SGLANG),
    ("chat", OPENAI),
    ("chat", LLAMA_CPP),
    ("chat", OLLAMA),
    ("systemone", VLLM),
    ("systemone", SGLANG),
    ("systemone", TRANSFORMERS),
    ("decisions", SGLANG),
    ("decisions", OPENAI),
]


@dataclass(frozen=True)
class Opened:
    kind: str
    manner: Manner
    server: StandIn
    models: Models


@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]}-{way[1].name}")
def opened(request: pytest.FixtureRequest, mind: Mind) -> Iterator[Opened]:
    kind, manner = request.param
    with StandIn(mind, manner) as server:
        options = {"concurrency": "4"}
        yield Opened(kind, manner, server, load_models(f"{kind}:{MODEL}@{server.url}", options))


class TestScorer(ScorerContract):
    @pytest.fixture
    def scorer(self, opened: Opened) -> Scorer:
        return opened.models.scorer

    @pytest.fixture
    def contents(self) -> list[str]:
        return CONTENTS


class TestReasoner(ReasonerContract):
    @pytest.fixture
    def reasoner(self, opened: Opened) -> Reasoner:
        assert opened.models.reasoner
        return opened.models.reasoner

    @pytest.fixture
    def contents(self) -> list[str]:
        return CONTENTS


@pytest.fixture(scope="module")
def views(scenes: list[bytes]) -> list[Picture]:
    return [load(scene).views[0].picture for scene in scenes]


def test_answers_are_those_of_the_model_itself(
    opened: Opened, embedded: Models, views: list[Picture]
) -> None:
    asks = [Score(image, content) for image in (*views, None) for content in CONTENTS]
    served = answered(opened.models.scorer.score(asks))
    own = answered(embedded.scorer.score(asks))
    for there, here in zip(served, own, strict=True):
        low, high = there.p_range
        assert low - 1e-6 <= here.p_yes <= high + 1e-6
        assert there.p_yes == pytest.approx(here.p_yes, abs=1e-5)
        if there.mass_told:
            assert there.label_mass <= here.label_mass + 1e-5


def test_what_is_exact_says_so(opened: Opened, views: list[Picture]) -> None:
    answers = answered(opened.models.scorer.score([Score(views[0], one) for one in CONTENTS]))
    listed = opened.kind == "chat" and not opened.manner.token_ids
    assert all(one.exact is not listed for one in answers)
    told = dict(opened.models.card)["probabilities"]
    assert ("likeliest" in told) is listed


def test_reasonings_are_those_of_the_model_itself(
    opened: Opened, embedded: Models, views: list[Picture]
) -> None:
    assert opened.models.reasoner
    assert embedded.reasoner
    asks = [Reason(image, "a person on fire", 200) for image in views]
    served = answered(opened.models.reasoner.reason(asks))
    own = answered(embedded.reasoner.reason(asks))
    assert [one.answer for one in served] == [one.answer for one in own]


def test_the_card_names_what_answers_depend_on(opened: Opened) -> None:
    keys = [key for key, _ in opened.models.card]
    assert len(keys) == len(set(keys))
    card = dict(opened.models.card)
    assert card["model"] == MODEL
    assert card["server"].startswith(opened.server.url)
    assert card["encoder"] == "none, so that every rule is asked"
    prompts = {"prompt ask"} if opened.kind == "chat" else {"prompt look", "prompt statement"}
    assert prompts | {"prompt reason", "prompt summarise", "pictures", "priors"} <= card.keys()
    assert all(value for value in card.values())


def test_a_share_of_yes_and_no_that_is_not_told_is_a_doubt_of_every_verdict(
    opened: Opened, scenes: list[bytes]
) -> None:
    if answered(opened.models.scorer.score([Score(None, CONTENTS[0])]))[0].mass_told:
        assert opened.models.doubts == ()
        return
    with pytest.warns(CluejudgeWarning, match="min_label_mass checks nothing"):
        judge = Judge(only("bomb-crowd"), model=opened.models)
    assert "min_label_mass checks nothing" in judge.judge(scenes[1]).models["doubts"]


def test_opened_again_it_is_the_same(opened: Opened) -> None:
    again = load_models(f"{opened.kind}:{MODEL}@{opened.server.url}", {"concurrency": "4"})
    assert again.card == opened.models.card
    assert again.name == opened.models.name == f"{opened.kind}:{MODEL}@{opened.server.url}"


def test_its_writer_writes_by_the_same_spec(opened: Opened) -> None:
    writer = load_writer(f"{opened.kind}:{MODEL}@{opened.server.url}")
    schema = '{"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}'
    plain, held = writer.write([Write("hello"), Write("hello", schema=schema)])
    assert plain == "I see."
    assert held == ("I see." if opened.manner is TRANSFORMERS else '{"a": 0}')
    assert list(writer.write([])) == []


def test_bounds_hold_every_probability_that_may_be(opened: Opened, views: list[Picture]) -> None:
    for answer in answered(opened.models.scorer.score([Score(one, CONTENTS[0]) for one in views])):
        assert 0 <= answer.unseen_yes <= 1
        assert 0 <= answer.unseen_no <= 1
        told = math.exp(answer.log_yes) + math.exp(answer.log_no)
        assert told <= 1 + 1e-6
