"""Texts by a server: whole, in order, and each failure for its own request."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from cluejudge.asks import Failed, Refused
from cluejudge.errors import CluejudgeWarning
from cluejudge.models.protocols import Write
from cluejudge.servers import retrying
from cluejudge.servers.address import parse_address
from cluejudge.servers.models import load_writer
from cluejudge.servers.options import ServerOptions
from cluejudge.servers.writer import ServerWriter
from tests.models.promises import plain
from tests.servers.standin import MODEL, OLLAMA, VLLM, Fault, Mind, Reply, Request, StandIn
from tests.servers.standin.faults import Script, always, edited, on, status, up_to

ASKS = [Write(f"say {number}") for number in range(4)]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_FIRST_S", 0.002)


@pytest.fixture
def server(mind: Mind) -> Iterator[StandIn]:
    echo = Mind(mind.models, writes=lambda prompt, schema: '{"ready": true}' if schema else prompt)
    with StandIn(echo, VLLM) as running:
        yield running


def opened(server: StandIn, script: Script | None = None) -> ServerWriter:
    writer = load_writer(f"{MODEL}@{server.url}", ServerOptions(concurrency=1, retries=2), None)
    server.reset(script) if script else server.reset()
    return writer


def test_texts_come_in_the_order_of_their_requests(server: StandIn) -> None:
    writer = opened(server)
    assert writer.write(ASKS) == [ask.prompt for ask in ASKS]
    assert writer.name == f"chat:{parse_address(f'{MODEL}@{server.url}')}"


def test_a_failure_is_that_of_its_request(server: StandIn) -> None:
    first, second, *others = opened(server, on(1, status(400))).write(ASKS)
    assert first == "say 0"
    assert isinstance(second, Failed)
    assert others == ["say 2", "say 3"]


def test_what_passes_is_written_after_all(server: StandIn) -> None:
    assert opened(server, up_to(2, status(503))).write(ASKS[:1]) == ["say 0"]


@pytest.mark.parametrize("code", ["content_filter", "content_policy_violation"])
def test_a_prompt_that_is_declined_is_a_refusal(server: StandIn, code: str) -> None:
    body = b'{"error": {"message": "flagged", "code": "%s"}}' % code.encode()
    script = always(Fault("declined", lambda _: Reply(400, body)))
    assert opened(server, script).write(ASKS[:1]) == [Refused("flagged")]


def test_pictures_go_along(server: StandIn) -> None:
    opened(server).write([Write("look", plain(1, 2, 3))])
    content = server.requests[0].data["messages"][0]["content"]
    assert [part["type"] for part in content] == ["image_url", "text"]


def test_tokens_are_those_the_server_counted(server: StandIn) -> None:
    def counted(data: Any) -> Any:
        return {**data, "usage": {"completion_tokens": 42}}

    writer = opened(server, always(edited("counted", counted)))
    assert writer.write(ASKS[:1]) == ["say 0"]
    assert writer.tokens("say 0") == 42
    assert writer.tokens("something it never wrote") == 6


@pytest.mark.parametrize(
    ("kinds", "held"),
    [
        ({"json_schema", "json_object"}, "json_schema"),
        ({"json_object", "schema"}, "json_object with schema"),
        ({"json_object"}, "json_object"),
        (set(), "nothing but the prompt"),
    ],
)
@pytest.mark.parametrize("refusal", [400, 500])
def test_what_holds_the_model_is_found_out(
    server: StandIn, kinds: set[str], held: str, refusal: int
) -> None:
    def script(request: Request) -> Fault | None:
        wanted = request.data.get("response_format", {})
        kind = wanted.get("type")
        known = kind in {None, *kinds} and ("schema" not in wanted or "schema" in kinds)
        return None if known else status(refusal)

    def asked(prompt: str, schema: str) -> str:
        return '{"ready": true}' if schema else '{"hello": "you"}' if "JSON" in prompt else "Hi."

    server.served.mind.writes = asked
    server.script = script
    writer = opened(server)
    assert dict(writer.card)["writes held to"] == held


def test_a_schema_that_is_passed_over_holds_nothing(mind: Mind) -> None:
    deaf = Mind(mind.models, writes=lambda prompt, schema: "Hello there, friend.")
    with StandIn(deaf, OLLAMA) as server:
        assert dict(opened(server).card)["writes held to"] == "nothing but the prompt"


def test_a_writer_that_cannot_but_think_is_warned_about(server: StandIn) -> None:
    def thinks(data: Any) -> Any:
        data["choices"][0]["message"]["content"] = ""
        data["choices"][0]["finish_reason"] = "length"
        return data

    server.script = always(edited("thinks", thinks))
    with pytest.warns(CluejudgeWarning, match="thinks before it writes"):
        opened(server)
