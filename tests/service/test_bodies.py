"""What a request may bring: so many bytes, declared or not, in so much time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from cluejudge.service.bodies import BodyLimit
from cluejudge.service.problems import Problem
from cluejudge.service.settings import ServiceSettings
from tests.api.colours import UNSAFE
from tests.service.making import service

MOST = 10_000
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[TestClient]:
    with service(tmp_path, max_body=MOST, max_held=2 * MOST) as client:
        yield client


def pieces(size: int, piece: int = 1000) -> Iterator[bytes]:
    yield from (b" " * piece for _ in range(size // piece))


def test_a_declared_body_that_is_too_large(small: TestClient) -> None:
    answer = small.post("/v1/judge", content=b" " * (MOST + 1), headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:cluejudge:too-large")
    assert str(MOST) in answer.json()["detail"]


def test_a_length_that_is_no_number_of_this_world(small: TestClient) -> None:
    headers = {**JSON, "Content-Length": "9" * 5000}
    assert small.post("/v1/judge", content=pieces(10), headers=headers).status_code == 413


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_a_body_in_chunks_that_is_too_large(small: TestClient, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = small.post("/v1/judge", content=pieces(2 * MOST), headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:cluejudge:too-large")


def test_a_part_of_a_form_that_is_too_large(small: TestClient) -> None:
    answer = small.post("/v1/judge", files={"image": ("a.png", b"x" * MOST)})
    assert answer.status_code == 413


def test_a_body_that_is_just_not_too_large(small: TestClient) -> None:
    answer = small.post("/v1/judge", content=b" " * MOST, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:cluejudge:malformed")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/constitutions/colours/activate", "application/json"),
        ("/v1/constitutions", "application/yaml"),
        ("/review/sign-in", "application/x-www-form-urlencoded"),
        ("/review/next", "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_image_may_be_little_longer_than_a_constitution(
    client: TestClient, path: str, kind: str
) -> None:
    body = b"[" + b"[]," * 500_000 + b"[]]"
    answer = client.post(path, content=body, headers={"Content-Type": kind})
    assert (answer.status_code, str(2**20 + 2**16) in answer.text) == (413, True)


def test_room_is_free_again_after_each_request(small: TestClient) -> None:
    files = {"image": ("a.png", UNSAFE + b"x" * 5000)}
    assert {small.post("/v1/judge", files=files).status_code for _ in range(9)} == {200}


class Reader:
    """An application that reads a whole body, then waits until it is let."""

    def __init__(self) -> None:
        self.read = 0
        self.let = asyncio.Event()
        self.let.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        more = True
        while more:
            message = await receive()
            more = message.get("more_body", False)
        self.read += 1
        await self.let.wait()


def settings(**given: float) -> ServiceSettings:
    return ServiceSettings.model_validate(
        {"constitution": "colours", "max_body": 100, "max_held": 150, **given}
    )


async def _nothing(message: Message) -> None:
    raise AssertionError(message)


async def pass_on(limit: BodyLimit, sizes: list[int], *, pause: float = 0) -> None:
    left = list(sizes)

    async def receive() -> Message:
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": b"x" * left.pop(0), "more_body": bool(left)}

    await limit({"type": "http", "path": "/v1/judge", "headers": []}, receive, _nothing)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8))
def test_bodies_pass_up_to_the_limit_however_they_are_cut(sizes: list[int]) -> None:
    async def whole() -> None:
        reader = Reader()
        limit = BodyLimit(reader, settings=settings())
        for _ in range(2):  # nothing is left over of the first
            if sum(sizes) <= 100:
                await pass_on(limit, sizes)
            else:
                with pytest.raises(Problem) as refused:
                    await pass_on(limit, sizes)
                assert refused.value.status_code == 413
        assert reader.read == (2 if sum(sizes) <= 100 else 0)

    asyncio.run(whole())


def test_all_bodies_under_way_have_one_limit_together() -> None:
    async def whole() -> None:
        reader = Reader()
        reader.let.clear()
        limit = BodyLimit(reader, settings=settings())
        first = asyncio.create_task(pass_on(limit, [100]))
        await asyncio.sleep(0.01)
        with pytest.raises(Problem) as refused:
            await pass_on(limit, [51])
        assert refused.value.status_code == 429
        second = asyncio.create_task(pass_on(limit, [50]))
        await asyncio.sleep(0.01)
        reader.let.set()
        await asyncio.gather(first, second)
        await pass_on(limit, [100])

    asyncio.run(whole())


def test_a_body_that_trickles_in_is_given_up() -> None:
    async def whole() -> None:
        limit = BodyLimit(Reader(), settings=settings(deadline_s=0.1))
        with pytest.raises(Problem) as refused:
            await pass_on(limit, [1] * 50, pause=0.02)
        assert refused.value.status_code == 408

    asyncio.run(whole())


@pytest.mark.parametrize(("headers", "left"), [([], 0), ([(b"expect", b"100-continue")], 9)])
def test_what_is_refused_is_read_on_before_the_answer(
    headers: list[tuple[bytes, bytes]], left: int
) -> None:
    parts, sent = [b"x" * 10] * 9, []

    async def receive() -> Message:
        return {"type": "http.request", "body": parts.pop(), "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append((message["type"], len(parts)))

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 429})

    limit = BodyLimit(refusing, settings=settings())
    asyncio.run(limit({"type": "http", "path": "/v1/judge", "headers": headers}, receive, send))
    assert sent == [("http.response.start", left)]


def test_who_sends_without_end_is_answered_all_the_same() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"x" * 100, "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 429})

    limit = BodyLimit(refusing, settings=settings())
    asyncio.run(limit({"type": "http", "path": "/v1/judge", "headers": []}, receive, send))
    assert len(sent) == 1
