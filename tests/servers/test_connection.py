"""What goes wrong on the way, in words, in time, and without the key."""

from __future__ import annotations

import gc
import json
import logging
import socket
import threading
import time
import traceback
import warnings
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from cluejudge import Judge
from cluejudge.asks import Failed, Score
from cluejudge.builtin import find_constitution
from cluejudge.errors import CluejudgeError, CluejudgeWarning, ServerError, UsageError
from cluejudge.models.protocols import Models, Write
from cluejudge.models.registry import load_models, load_writer
from cluejudge.servers import connection, retrying
from cluejudge.servers.address import Address
from cluejudge.servers.options import ServerOptions
from cluejudge.servers.server import Server
from cluejudge.settings import Thresholds
from cluejudge.verdict import Outcome
from tests.models.promises import plain
from tests.servers.faults.bench import only
from tests.servers.standin import MODEL, VLLM, Mind, Reply, StandIn
from tests.servers.standin.faults import (
    CUT_IN_BODY,
    PAGE,
    Fault,
    always,
    bomb,
    huge,
    on,
    redirect,
    slow,
    status,
    up_to,
)

KEY = "sk-nobody-may-see-this"
ASK = Score(plain(9, 9, 9), "a person")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "_FIRST_S", 0.002)


@pytest.fixture
def server(mind: Mind) -> Iterator[StandIn]:
    with StandIn(mind, VLLM, key=KEY) as running:
        yield running


def opened(server: StandIn, **options: str) -> Models:
    models = load_models(f"chat:{MODEL}@{server.url}", {"reasoning": "none", **options}, KEY)
    server.reset()
    return models


def failure(models: Models) -> Failed:
    (reply,) = models.scorer.score([ASK])
    assert isinstance(reply, Failed)
    return reply


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("kind", ["chat", "systemone", "decisions"])
def test_a_server_that_is_down_is_told_of_at_once(kind: str) -> None:
    origin = f"http://127.0.0.1:{unused_port()}"
    begun = time.monotonic()
    for load in (load_models, load_writer):
        with pytest.raises(ServerError, match="cannot be reached") as raised:
            load(f"{kind}:m@{origin}/v1")
        assert origin in str(raised.value)
        assert "see that it runs" in raised.value.hint
        assert raised.value.retryable
    assert time.monotonic() - begun < 5


def test_a_wrong_key_is_told_of_and_not_repeated(server: StandIn) -> None:
    for key in ("sk-wrong-one", None):
        with pytest.raises(ServerError, match="401") as raised:
            load_models(f"chat:{MODEL}@{server.url}", {}, key)
        assert "CLUEJUDGE_API_KEY" in raised.value.hint
        assert "sk-" not in repr(raised.value)


@pytest.mark.parametrize("key", ["sk-ö", "sk two", "sk\nx: y"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(UsageError, match="characters that no key has") as raised:
        load_models("chat:m@http://127.0.0.1:1", {}, key)
    assert key not in repr(raised.value) + str(raised.value)


def test_white_space_around_a_key_is_no_part_of_it(server: StandIn) -> None:
    assert load_models(f"chat:{MODEL}@{server.url}", {"reasoning": "none"}, f" {KEY}\n")


def test_only_who_can_be_overheard_is_warned_about() -> None:
    address = Address("m", "http://example.org/v1")
    with pytest.warns(CluejudgeWarning, match=r"http://example\.org without encryption") as told:
        Server(address, SecretStr(KEY), ServerOptions())
    assert KEY not in str(told[0].message)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Server(address, None, ServerOptions())
        Server(Address("m", "https://example.org/v1"), SecretStr(KEY), ServerOptions())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(400), "400: the test says no"),
        (status(404), "404"),
        (status(422), "422"),
        (redirect("http://127.0.0.1:1/"), "307, which leads elsewhere and is not followed"),
        (huge(2**25), "is over 16777216 bytes"),
        (bomb(2**20), "is packed by gzip"),
    ],
    ids=lambda one: one.name if isinstance(one, Fault) else "",
)
def test_what_stays_is_asked_once(server: StandIn, fault: Fault, said: str) -> None:
    models = opened(server)
    server.reset(always(fault))
    failed = failure(models)
    assert said in failed.reason
    assert not failed.retryable
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (status(429), "429: the test says no, 3 times"),
        (status(503), "503"),
        (CUT_IN_BODY, "connection broke"),
        (PAGE, "no whole JSON"),
        (slow(0.4), "no answer within 0.1 s"),
    ],
    ids=lambda one: one.name if isinstance(one, Fault) else "",
)
def test_what_passes_is_asked_again_and_then_told(server: StandIn, fault: Fault, said: str) -> None:
    models = opened(server, retries="2", timeout="0.1" if fault.name == "slow" else "9")
    server.reset(always(fault))
    failed = failure(models)
    assert said in failed.reason
    assert failed.retryable
    assert len(server.requests) == 3
    server.reset(up_to(2, fault))
    assert not isinstance(models.scorer.score([ASK])[0], Failed)


def test_retry_after_is_waited_for(server: StandIn) -> None:
    models = opened(server)
    server.reset(up_to(1, status(429, {"Retry-After": "0.3"})))
    assert not isinstance(models.scorer.score([ASK])[0], Failed)
    first, second = server.requests
    assert second.at - first.done >= 0.3


def test_who_must_wait_longer_than_the_deadline_is_told_so(server: StandIn) -> None:
    models = opened(server, deadline="5")
    server.reset(always(status(429, {"Retry-After": "60"})))
    begun = time.monotonic()
    failed = failure(models)
    assert time.monotonic() - begun < 3
    assert "it asks to wait for 60 s, and the deadline of 5 s is before that" in failed.reason
    assert failed.retryable


def test_at_the_deadline_a_picture_is_given_up_and_the_others_are_not(server: StandIn) -> None:
    models = opened(server, deadline="0.5", concurrency="2")
    server.reset(on(0, slow(9)))
    asks = [Score(plain(shade, 0, 0), "a person") for shade in (10, 20)]
    begun = time.monotonic()
    replies = models.scorer.score(asks)
    assert time.monotonic() - begun < 4
    (failed,) = (one for one in replies if isinstance(one, Failed))  # whichever came first
    assert "deadline of 0.5 s has passed" in failed.reason
    assert "-o deadline=SECONDS" in failed.reason


def test_an_image_has_one_deadline_for_all_its_stages(server: StandIn, scenes: list[bytes]) -> None:
    """Token answers take 0.6 s, and then a reasoning and its summary as much."""
    to_reasoning = Thresholds(prior_low=20, prior_high=20)
    rule = only("bomb-crowd")
    late, patient = (
        Judge(rule, model=opened(server, reasoning="json", deadline=each), thresholds=to_reasoning)
        for each in ("0.9", "60")
    )
    server.reset(always(slow(0.3)))
    assert patient.judge(scenes[0]).outcome is not Outcome.ERROR
    found = late.judge(scenes[0])
    assert found.outcome is Outcome.ERROR
    assert "the deadline of 0.9 s has passed" in found.reason
    server.reset()
    assert late.judge(scenes[1]).outcome is not Outcome.ERROR  # each image has its own


def test_a_server_that_repeats_the_key_does_not_make_us_repeat_it(server: StandIn) -> None:
    models = opened(server)

    def shout(code: int, before: int) -> Fault:
        said = {"error": {"message": f"{'no ' * before}Bearer {KEY}", "code": KEY}}
        return Fault("shout", lambda _: Reply(code, json.dumps(said).encode()))

    for code in (400, 401, 403, 500):
        for before in (1, 74, 76):  # at the end of what is shown of it
            server.reset(always(shout(code, before)))
            assert "sk-" not in failure(models).reason


def test_the_key_is_in_nothing_but_the_header(
    server: StandIn,
    caplog: pytest.LogCaptureFixture,
    scenes: list[bytes],
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[object] = []
    spec = f"chat:{MODEL}@{server.url}"
    whole = find_constitution("pictogram")
    one = whole.model_copy(update={"rules": whole.rules[:1]})
    judge = Judge(one, model=spec, options={"retries": "1"}, key=KEY)
    writer = load_writer(spec, {"retries": "0"}, KEY)
    server.reset()
    seen += [judge.judge(scenes[0]).model_dump_json(), judge.models, vars(judge), writer]
    for fault in (status(500), status(400), CUT_IN_BODY, PAGE, redirect("http://x/"), huge(2**24)):
        server.reset(always(fault))
        seen += [judge.judge(scenes[3]), writer.write([Write("hello")])]
    errors = [
        error
        for url in (server.url, f"http://127.0.0.1:{unused_port()}")
        for error in [error_of(f"chat:other@{url}")]
    ]
    for error in errors:
        seen += [error, error.hint, vars(error), error.__cause__, error.__context__]
        seen += traceback.format_exception(error)
    texts = [f"{one!r} {one!s}" for one in seen] + [caplog.text]
    assert not [text for text in texts if KEY in text]
    assert {one.headers["authorization"] for one in server.requests} == {f"Bearer {KEY}"}
    assert all(KEY.encode() not in one.body for one in server.requests)


def error_of(spec: str) -> CluejudgeError:
    with pytest.raises(CluejudgeError) as raised:
        load_models(spec, {"retries": "0"}, KEY)
    return raised.value


def test_the_environment_changes_nothing(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_port()}")
    monkeypatch.setenv("CLUEJUDGE_API_KEY", "sk-of-the-environment")
    assert opened(server).name


def test_only_bytes_are_sent(server: StandIn) -> None:
    models = opened(server)
    models.scorer.score([ASK])
    (request,) = server.requests
    image, text = request.data["messages"][0]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert text["text"].endswith("Content: a person")


def test_connections_are_kept_and_closed_with_the_models(server: StandIn) -> None:
    models = opened(server)
    for shade in range(4):
        models.scorer.score([Score(plain(shade, 0, 0), "a person")])
    assert len({one.peer for one in server.requests}) == 1
    for _ in range(3):
        before = threads()
        del models
        gc.collect()
        assert len(threads() & before) < len(before)
        models = opened(server)
    assert models.name


def threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name == "cluejudge-server"}


def test_an_answer_may_not_be_longer_than_any_answer(
    server: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = opened(server)
    monkeypatch.setattr(connection, "LONGEST_ANSWER", 100)
    assert "over 100 bytes" in failure(models).reason


def test_pictures_of_any_shape_are_sent(server: StandIn) -> None:
    models = opened(server)
    odd = [Score(plain(1, 2, 3, width, height), "a person") for width, height in ((1, 1), (900, 2))]
    assert not [one for one in models.scorer.score(odd) if isinstance(one, Failed)]
