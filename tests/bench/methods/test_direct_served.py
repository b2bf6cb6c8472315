"""The zero-shot baselines over the wire of a chat server, as a user's model answers them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import pytest

from cluejudge.asks import Reason, Reasoning, Score, YesNo
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.registry import GROUPS, load_method
from cluejudge.bench.predictions import Prediction
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from cluejudge.verdict import Outcome
from tests.bench.methods.scripted import PRIOR, RULES, WHOLE, grey, p, samples
from tests.servers.standin import MODEL, OLLAMA, OPENAI, VLLM, Manner, Mind, StandIn
from tests.servers.standin.faults import always, status

CONTENTS = {"prior": PRIOR, "whole": WHOLE}
DARK, LIGHT, TORN = 10, 200, 90
THOUGHTS = {
    DARK: Reasoning("There is blood.", True, None, 9),
    LIGHT: Reasoning("There is grass.", False, None, 9),
    TORN: Reasoning("I cannot tell.", None, None, 9),
}


class Sighted:
    """Says Yes the more the darker a picture is, and of one level mostly neither Yes nor No."""

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        return [self._said(ask) for ask in asks]

    def reason(self, asks: Sequence[Reason]) -> list[Reasoning]:
        return [THOUGHTS[grey(ask.image)] for ask in asks]

    def _said(self, ask: Score) -> YesNo:
        level = grey(ask.image) if ask.image else LIGHT
        return p(0.5, mass=0.05) if level == TORN else p(1 - level / 255)


def mind() -> Mind:
    return Mind(Models(name="sighted", scorer=Sighted(), reasoner=Sighted()))


@pytest.fixture(params=[VLLM, OPENAI, OLLAMA], ids=lambda manner: manner.name)
def server(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    manner: Manner = request.param
    with StandIn(mind(), manner) as one:
        yield one


def predicted(server: StandIn, name: str, *levels: int) -> list[Prediction]:
    opened = load_models(f"chat:{MODEL}@{server.url}")
    setup = Setup(RULES, load=lambda: opened)
    method = load_method(name, setup)
    server.reset()
    return list(method.predict(samples(*levels)))


@pytest.mark.parametrize("name", GROUPS["baselines"])
def test_what_the_model_says_is_the_verdict(server: StandIn, name: str) -> None:
    found = predicted(server, name, DARK, LIGHT, TORN)
    assert [one.outcome for one in found] == [Outcome.UNSAFE, Outcome.SAFE, Outcome.ABSTAIN]
    content = CONTENTS[name.removesuffix("-cot")]
    asked = [json.dumps(request.data, ensure_ascii=False) for request in server.requests]
    pictured = [text for text in asked if "image_url" in text]
    assert len(pictured) == 3
    assert all(json.dumps(content, ensure_ascii=False)[1:-1] in text for text in pictured)
    if name.endswith("-cot"):
        thoughts = [THOUGHTS[level].text for level in (DARK, LIGHT)]
        assert [one.evidence.split("\n")[0] for one in found[:2]] == thoughts
        assert len(asked) == 6  # each reasoning is summed up, without the picture
    else:
        scores = [1 - level / 255 for level in (DARK, LIGHT)]
        assert [one.score for one in found[:2]] == pytest.approx(scores, rel=1e-5)
        assert len(asked) == 3


@pytest.mark.parametrize("name", GROUPS["baselines"])
def test_a_server_that_fails_is_an_error_and_never_safe(name: str) -> None:
    with StandIn(mind(), VLLM) as server:
        opened = load_models(f"chat:{MODEL}@{server.url}", {"retries": "0"})
        method = load_method(name, Setup(RULES, load=lambda: opened))
        server.reset(always(status(500)))
        (found,) = method.predict(samples(LIGHT))
    assert found.outcome is Outcome.ERROR
    assert found.reason
