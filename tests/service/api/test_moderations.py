"""`POST /v1/moderations`: the official client works, and nothing passes that was not judged."""

from __future__ import annotations

import asyncio
import base64
import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openai
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai import AsyncOpenAI, OpenAI

from cluejudge.api import Judge
from cluejudge.asks import Failed, Score
from cluejudge.errors import UsageError
from cluejudge.models.protocols import Models
from cluejudge.service import fetching
from cluejudge.service.app import create_app
from cluejudge.service.fetch import fetch
from cluejudge.service.moderation import KEYS
from cluejudge.service.settings import ServiceSettings, Unsure
from cluejudge.store.records import DecisionFilter, Scope, Source
from cluejudge.store.store import Store
from tests.api.colours import BROKEN, COLOURS, NOISE, SAFE, UNSAFE
from tests.service.fetch.serving import answer, serving
from tests.service.making import context, opened, service
from tests.service.running import running

URL = "/v1/moderations"
MAP: dict[str, tuple[str, ...]] = {"red-on-blue": ("violence", "violence/graphic")}
FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def data_url(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()


def part(image: bytes | str) -> Any:
    url = image if isinstance(image, str) else data_url(image)
    return {"type": "image_url", "image_url": {"url": url}}


def body(*images: bytes | str, **more: Any) -> dict[str, Any]:
    return {"input": [part(image) for image in images], **more}


def error(answer: Any) -> tuple[int, dict[str, Any]]:
    told = answer.json()
    assert set(told) == {"error"}
    assert set(told["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["content-type"] == "application/json"
    return answer.status_code, told["error"]


def recorded(client: TestClient) -> int:
    return len(context(client).store.decisions.find(DecisionFilter()).items)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return opened(tmp_path_factory.mktemp("record"))


@pytest.fixture(scope="module")
def key(store: Store) -> str:
    return store.keys.add("shop", {Scope.JUDGE})[1]


@pytest.fixture(scope="module")
def url(store: Store, key: str) -> Iterator[str]:
    told = ServiceSettings(constitution="colours", moderation_keys=MAP, urls=True)
    with running(create_app(told, store, Judge(COLOURS, model="fake"))) as url:
        yield f"{url}/v1"


@pytest.fixture
def official(url: str, key: str) -> Iterator[OpenAI]:
    with OpenAI(api_key=key, base_url=url, max_retries=0) as client:
        yield client


class TestTheOfficialClient:
    def test_an_image_as_a_data_url(self, official: OpenAI) -> None:
        told = official.moderations.create(model="omni-moderation-latest", input=[part(UNSAFE)])
        assert told.model == "colours"
        (one,) = told.results
        assert one.flagged is True
        assert one.categories.violence is True
        assert one.categories.violence_graphic is True
        assert one.categories.sexual_minors is False
        assert one.category_scores.violence >= 0.5
        assert one.category_applied_input_types.violence == ["image"]
        detail = one.model_extra["cluejudge"]
        assert detail["outcome"] == "unsafe"
        assert detail["violated"] == ["red-on-blue"]

    def test_every_field_is_what_the_client_declares(self, official: OpenAI) -> None:
        told = official.moderations.create(input=[part(SAFE)])
        for model in (one := told.results[0]), one.categories, one.category_scores:
            for name in type(model).model_fields:
                assert getattr(model, name) is not None
        assert one.flagged is False
        assert all(isinstance(true, bool) for true in one.categories.model_dump().values())

    def test_several_images_have_a_result_each(self, official: OpenAI) -> None:
        told = official.moderations.create(
            model="colours", input=[part(SAFE), part(UNSAFE), part(BROKEN), part(NOISE)]
        )
        outcomes = [one.model_extra["cluejudge"]["outcome"] for one in told.results]
        assert outcomes == ["safe", "unsafe", "error", "abstain"]
        assert [one.flagged for one in told.results] == [False, True, True, True]

    def test_an_https_url(
        self, official: OpenAI, url: str, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def whole() -> None:
            async with serving(a=answer(UNSAFE)) as server:
                near = functools.partial(fetch, network=server.network())
                monkeypatch.setattr(fetching, "fetch", near)
                async with AsyncOpenAI(api_key=official.api_key, base_url=url) as other:
                    told = await other.moderations.create(input=[part(server.url())])
                    lost = await other.moderations.create(
                        input=[part(server.url(host="inside.test"))]
                    )
            assert told.results[0].categories.violence is True
            detail: Any = told.results[0].model_extra
            decision = store.decisions.get(detail["cluejudge"]["decision"])
            assert decision is not None
            assert decision.source is Source.URL
            detail = lost.results[0].model_extra
            assert lost.results[0].flagged is True
            assert detail["cluejudge"]["code"] == "url_refused"

        asyncio.run(whole())

    @pytest.mark.parametrize(
        "text",
        ["kill them all", ["one", "two"], [{"type": "text", "text": "x"}], "", [""]],
    )
    def test_text_is_refused(self, official: OpenAI, text: Any) -> None:
        with pytest.raises(openai.BadRequestError, match="judges images only") as refused:
            official.moderations.create(input=text)
        assert refused.value.code == "text_not_judged"
        assert refused.value.type == "invalid_request_error"

    def test_text_beside_an_image_is_refused(self, official: OpenAI) -> None:
        with pytest.raises(openai.BadRequestError, match="nothing was judged") as refused:
            official.moderations.create(input=[part(SAFE), {"type": "text", "text": "x"}])
        assert refused.value.param == "input.1"

    def test_errors_are_the_clients_own(self, official: OpenAI, url: str) -> None:
        with pytest.raises(openai.NotFoundError, match="no constitution 'other'") as missing:
            official.moderations.create(model="other", input=[part(SAFE)])
        assert missing.value.code == "model_not_found"
        with (
            OpenAI(api_key="cj_wrong", base_url=url, max_retries=0) as stranger,
            pytest.raises(openai.AuthenticationError) as unknown,
        ):
            stranger.moderations.create(input=[part(SAFE)])
        assert unknown.value.code == "invalid_api_key"

    def test_a_request_that_is_sent_twice_is_answered_once(self, official: OpenAI) -> None:
        headers = {"Idempotency-Key": "once"}
        told = [
            official.moderations.create(input=[part(UNSAFE)], extra_headers=headers)
            for _ in range(2)
        ]
        first, again = (one.results[0].model_extra["cluejudge"]["decision"] for one in told)
        assert first == again


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "input: Field required"),
        ({"input": []}, "input"),
        ({"input": None}, "input"),
        ({"input": 3}, "input"),
        ({"input": part(SAFE)}, "input: Input should be a valid list"),
        ({"input": [3]}, "input.0"),
        ({"input": [{}]}, "input.0.type"),
        ({"input": [{"type": "video", "image_url": {"url": "x"}}]}, "image_url"),
        ({"input": [{"type": "image_url"}]}, "input.0.image_url"),
        ({"input": [{"type": "image_url", "image_url": "x"}]}, "input.0.image_url"),
        ({"input": [{"type": "image_url", "image_url": {"url": 3}}]}, "input.0.image_url.url"),
        (body(SAFE, "data:image/png;base64,***"), "input.1.image_url.url"),
        (body("data:image/png,abc"), "must be of the form"),
        (body(SAFE, user="me"), "user"),
        (body(SAFE, model=3), "model"),
        (body(SAFE, model="x" * 200), "model"),
        ([], "valid dictionary"),
    ],
)
def test_malformed_bodies(client: TestClient, sent: Any, said: str) -> None:
    status, told = error(client.post(URL, json=sent))
    assert (status, told["type"]) == (400, "invalid_request_error")
    assert said in told["message"]
    assert recorded(client) == 0


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff", b'"\\ud800"', b"[" * 4000])
def test_what_is_no_json(client: TestClient, sent: bytes) -> None:
    answered = client.post(URL, content=sent, headers={"Content-Type": "application/json"})
    assert error(answered)[0] == 400


@FEW
@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda one: (
            st.lists(one, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "image_url", "url", "text"]), one)
        ),
        max_leaves=8,
    )
)
def test_no_body_is_a_failure_of_the_service(client: TestClient, sent: Any) -> None:
    answered = client.post(URL, json={"input": sent})
    assert error(answered)[0] in {400, 403}


def test_other_bodies_methods_and_sizes(client: TestClient) -> None:
    assert error(client.post(URL, content=b"x"))[0] == 415
    assert error(client.get(URL))[0] == 405
    status, told = error(client.post(URL, json=body(*[SAFE] * 33)))
    assert (status, "33" in told["message"]) == (413, True)


@pytest.mark.parametrize("many", [b"{}," * 100_000 + b"{}", b"[" * 100_000])
def test_a_body_of_many_values_is_refused_before_it_is_read(
    client: TestClient, many: bytes
) -> None:
    sent = b'{"input":[' + many + b"]}"
    status, told = error(
        client.post(URL, content=sent, headers={"Content-Type": "application/json"})
    )
    assert (status, told["code"]) == (413, "too_large")
    assert "4200 values" in told["message"]


def test_urls_are_not_fetched_unless_they_are_allowed(client: TestClient) -> None:
    status, told = error(client.post(URL, json=body("https://pictures.example/a.png")))
    assert (status, told["type"], told["code"]) == (403, "permission_error", "urls_off")


def test_unsure_can_be_an_error(tmp_path: Path) -> None:
    with service(tmp_path, moderation_unsure=Unsure.ERROR) as client:
        for image in (BROKEN, NOISE):
            status, told = error(client.post(URL, json=body(SAFE, image)))
            assert (status, told["code"], told["param"]) == (400, "not_decided", "input.1")
            assert "dec_" in told["message"]
        assert client.post(URL, json=body(SAFE, UNSAFE)).status_code == 200
        assert recorded(client) == 6


class _Failing:
    def score(self, asks: Sequence[Score]) -> list[Failed]:
        return [Failed("out of order") for _ in asks]


@pytest.mark.parametrize("unsure", Unsure)
def test_a_model_that_fails(tmp_path: Path, unsure: Unsure) -> None:
    judge = Judge(COLOURS, model=Models(name="failing", scorer=_Failing()))
    with service(tmp_path, judge=judge, moderation_unsure=unsure) as client:
        answered = client.post(URL, json=body(SAFE))
        if unsure is Unsure.FLAG:
            assert answered.json()["results"][0]["flagged"] is True
        else:
            status, told = error(answered)
            assert (status, told["type"]) == (503, "server_error")
            assert int(answered.headers["retry-after"]) >= 1


def test_a_map_of_categories_that_are_none(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match="violense"),
        service(tmp_path, moderation_keys={"red-on-blue": ("violense",)}),
    ):
        pass


def test_keys_are_those_of_the_version_that_decided(tmp_path: Path) -> None:
    with service(tmp_path, moderation_keys=MAP) as client:
        told = client.post(URL, json=body(UNSAFE)).json()["results"][0]
        assert tuple(told["categories"]) == KEYS
        assert told["cluejudge"]["version"] == 1
        (rule, _) = told["cluejudge"]["rules"]
        assert (rule["id"], rule["categories"]) == ("red-on-blue", list(MAP["red-on-blue"]))
