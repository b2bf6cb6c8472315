"""How a chat is found out about, with servers that take less, think first, or do not look."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from cluejudge.asks import Failed, Score, YesNo
from cluejudge.errors import CluejudgeWarning, ServerError
from cluejudge.models.protocols import Models
from cluejudge.models.registry import load_models
from cluejudge.servers import retrying
from tests.models.promises import plain
from tests.servers.standin import (
    LLAMA_CPP,
    MODEL,
    OLD_VLLM,
    OPENAI,
    TRANSFORMERS,
    VLLM,
    Fault,
    Manner,
    Mind,
    Reply,
    Request,
    StandIn,
)
from tests.servers.standin.faults import Script, always, edited, status
from tests.servers.standin.wire import WireError

QUIET = {"reasoning": "none"}
Edit = Callable[[Any], Any]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_FIRST_S", 0.002)


@contextmanager
def serving(mind: Mind, manner: Manner, script: Script) -> Iterator[StandIn]:
    with StandIn(mind, manner, script=script) as server:
        yield server


def load(server: StandIn, model: str = MODEL, **options: str) -> Models:
    return load_models(f"chat:{model}@{server.url}", QUIET | options)


def card(models: Models) -> dict[str, str]:
    return dict(models.card)


def refusing(wrong: Callable[[dict[str, Any]], str]) -> Script:
    """400 with the words that `wrong` finds for a body; nothing where it finds none."""

    def script(request: Request) -> Fault | None:
        words = wrong(request.data)
        body = b'{"error": {"message": "%s"}}' % words.encode()
        return Fault("picky", lambda _: Reply(400, body)) if words else None

    return script


def thoughts(data: Any) -> Any:
    """The answer of a model that begins to think."""
    position = data["choices"][0]["logprobs"]["content"][0]
    position.update(
        token="<think>",
        logprob=-0.001,
        top_logprobs=[{"token": "<think>", "logprob": -0.001}, {"token": "Yes", "logprob": -8.0}],
    )
    return data


def test_a_model_that_is_not_served_is_told_with_those_that_are(mind: Mind) -> None:
    for manner in (VLLM, OPENAI):
        with (
            StandIn(mind, manner) as server,
            pytest.raises(ServerError, match="has no model other") as raised,
        ):
            load(server, "other")
        assert raised.value.hint == f"it has {MODEL}"


def test_ids_are_used_where_they_are_known_and_no_guess_where_not(mind: Mind) -> None:
    with StandIn(mind, VLLM) as server:
        assert card(load(server))["probabilities"].startswith("exact, by the 6 tokens")
        body = server.requests[-1].data
        assert body["logprob_token_ids"] == [4, 5, 6, 7, 8, 9]
        assert "top_logprobs" not in body
    for manner in (OLD_VLLM, replace(VLLM, tokenize="")):
        with StandIn(mind, manner) as server:
            assert card(load(server))["probabilities"].startswith("of the 20 likeliest")
            assert server.requests[-1].data["top_logprobs"] == 20


def test_a_list_of_models_that_fails_is_done_without(
    mind: Mind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(mind, VLLM) as server:

        def fail() -> object:
            raise WireError(500, "no cache")

        monkeypatch.setattr(server, "_models", fail)
        assert load(server).name


def test_thoughts_are_switched_off_by_the_template(mind: Mind) -> None:
    def script(request: Request) -> Fault | None:
        off = request.data.get("chat_template_kwargs", {}).get("enable_thinking") is False
        return None if off else edited("thinks", thoughts)

    with serving(mind, OLD_VLLM, script) as server:
        assert "enable_thinking" in card(load(server))["asked with"]


def test_thoughts_are_switched_off_by_effort(mind: Mind) -> None:
    def script(request: Request) -> Fault | None:
        off = request.data.get("reasoning_effort") == "none"
        return None if off else edited("thinks", thoughts)

    with serving(mind, LLAMA_CPP, script) as server:
        assert "reasoning_effort=none" in card(load(server))["asked with"]


def test_a_model_that_cannot_but_think_is_refused(mind: Mind) -> None:
    with (
        serving(mind, LLAMA_CPP, always(edited("thinks", thoughts))) as server,
        pytest.raises(ServerError, match=r"of the first token .* is Yes or No") as raised,
    ):
        load(server)
    assert "may think first" in raised.value.hint


def test_one_that_answers_in_part_is_warned_about(mind: Mind) -> None:
    def dim(data: Any) -> Any:
        for one in data["choices"][0]["logprobs"]["content"][0]["top_logprobs"]:
            one["logprob"] += math.log(0.3)
        return data

    with (
        serving(mind, LLAMA_CPP, always(edited("dim", dim))) as server,
        pytest.warns(CluejudgeWarning, match="much will be unsure"),
    ):
        load(server)


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.", "max_tokens"),
        ("'temperature' may not be 0", "temperature"),
        ("no seed please", "seed"),
        ("bad request", "seed"),
    ],
)
def test_servers_are_asked_as_they_like(mind: Mind, words: str, field: str) -> None:
    script = refusing(lambda body: words if field in body else "")
    with serving(mind, LLAMA_CPP, script) as server:
        models = load(server)
        server.reset(script)
        (reply,) = models.scorer.score([Score(plain(9, 9, 9), "a person")])
        assert isinstance(reply, YesNo)
        assert len(server.requests) == 1
        assert field not in server.requests[0].data


def test_fewer_tokens_where_twenty_are_too_many(mind: Mind) -> None:
    with StandIn(mind, replace(LLAMA_CPP, top_logprobs=5)) as server:
        models = load(server)
        assert "of the 5 likeliest tokens" in card(models)["probabilities"]


def test_as_many_tokens_as_are_wished_for(mind: Mind) -> None:
    with StandIn(mind, LLAMA_CPP) as server:
        models = load(server, top_logprobs="50")
        assert "of the 50 likeliest tokens" in card(models)["probabilities"]


@pytest.mark.parametrize("manner", [TRANSFORMERS, replace(OPENAI, logprobs=False)])
def test_a_chat_without_probabilities_judges_nothing(mind: Mind, manner: Manner) -> None:
    with (
        StandIn(mind, manner) as server,
        pytest.raises(ServerError, match="no token probabilities") as raised,
    ):
        load(server)
    assert "use a server that tells them" in raised.value.hint


def test_logprobs_that_are_forbidden(mind: Mind) -> None:
    script = refusing(lambda body: "logprobs are not allowed here" if "logprobs" in body else "")
    with (
        serving(mind, OPENAI, script) as server,
        pytest.raises(ServerError, match="logprobs are not allowed here"),
    ):
        load(server)


def test_probabilities_from_before_the_sampling_are_asked_for(mind: Mind) -> None:
    def sampled(data: Any) -> Any:
        tokens = data["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        for place, one in enumerate(tokens):
            one["logprob"] = -9999.0 if place else 0.0
        return data

    def script(request: Request) -> Fault | None:
        cold = request.data.get("temperature") == 0
        return edited("sampled", sampled) if cold else None

    for manner in (LLAMA_CPP, VLLM):
        with serving(mind, manner, script) as server:
            told = card(load(server))
            assert "temperature=1" in told["asked with"]
            assert told["probabilities"].startswith("exact") is manner.token_ids


@pytest.mark.parametrize("kind", ["chat", "systemone", "decisions"])
def test_a_server_that_does_not_look_is_refused(mind: Mind, kind: str) -> None:
    with StandIn(mind, replace(VLLM, name="sglang", owner="sglang")) as seeing:
        answers: dict[str, bytes] = {}

        def blind(request: Request) -> Fault:
            def change(reply: Reply) -> Reply:
                return replace(reply, body=answers.setdefault(request.path, reply.body))

            return Fault("blind", change)

        seeing.script = blind
        with pytest.raises(ServerError, match="does not look at pictures"):
            load_models(f"{kind}:{MODEL}@{seeing.url}", QUIET)


@pytest.mark.parametrize("kind", ["chat", "systemone", "decisions"])
def test_without_priors_it_says_so_and_what_to_do(mind: Mind, kind: str) -> None:
    def wrong(body: dict[str, Any]) -> str:
        return "" if "data:image" in str(body) else "an image is needed"

    manner = replace(VLLM, name="sglang", owner="sglang")
    with serving(mind, manner, refusing(wrong)) as server:
        with pytest.warns(CluejudgeWarning, match="without a picture: judge without priors"):
            models = load_models(f"{kind}:{MODEL}@{server.url}", QUIET)
        server.reset(refusing(wrong))
        asks = [Score(image, "a person") for image in (plain(9, 9, 9), None)]
        seen, prior = models.scorer.score(asks)
        assert isinstance(seen, YesNo)
        assert isinstance(prior, Failed)
        assert "--set debias=none" in prior.reason
        assert len(server.requests) == 1


def test_a_harmless_question_that_is_declined_ends_it(mind: Mind) -> None:
    def refuse(data: Any) -> Any:
        data["choices"][0]["message"]["refusal"] = "I will not look at that."
        return data

    with (
        serving(mind, OPENAI, always(edited("refuses", refuse))) as server,
        pytest.raises(ServerError, match="declines to answer"),
    ):
        load(server)


def test_without_a_chat_there_are_no_reasonings_and_it_is_told(mind: Mind) -> None:
    def script(request: Request) -> Fault | None:
        return status(404) if "chat" in request.path else None

    with (
        serving(mind, VLLM, script) as server,
        pytest.warns(CluejudgeWarning, match="no reasonings are written"),
    ):
        models = load_models(f"systemone:{MODEL}@{server.url}")
    assert models.reasoner is None
    assert card(models)["reasoning"] == "none, for the server has no chat"


def test_nothing_is_warned_of_where_all_is_well(mind: Mind) -> None:
    with StandIn(mind, VLLM) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        load_models(f"chat:{MODEL}@{server.url}")
        assert len(server.requests) <= 6
