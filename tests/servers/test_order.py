"""In which order questions come to the server, and how many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from cluejudge.asks import Score, answered
from cluejudge.models.protocols import Models, Write
from cluejudge.models.registry import load_models, load_writer
from tests.models.promises import plain
from tests.servers.standin import (
    MODEL,
    OPENAI,
    SGLANG,
    TRANSFORMERS,
    VLLM,
    Costs,
    Manner,
    Mind,
    StandIn,
)
from tests.servers.standin.wire import Request

CONTENTS = ("a person", "two or more people", "a person on fire", "a crowd", "a building")
PICTURES = tuple(plain(shade, 0, 0) for shade in (50, 100, 150, 200))
SLOW = Costs(picture_s=0.03, question_s=0.01)


@pytest.fixture
def server(mind: Mind) -> Iterator[StandIn]:
    with StandIn(mind, VLLM, costs=SLOW) as running:
        yield running


def opened(server: StandIn, kind: str = "chat", **options: str) -> Models:
    models = load_models(f"{kind}:{MODEL}@{server.url}", {"reasoning": "none", **options})
    server.reset()
    server.engine.forget()
    return models


def asks() -> list[Score]:
    return [Score(picture, content) for content in CONTENTS for picture in PICTURES]


def by_picture(server: StandIn) -> dict[str, list[Request]]:
    """The requests about each picture, in the order in which they came."""
    found = defaultdict(list)
    for one in server.requests:
        found[one.data["messages"][0]["content"][0]["image_url"]["url"]].append(one)
    return found


@pytest.mark.parametrize("concurrency", [1, 3, 8])
def test_no_more_are_under_way_than_wished_for(server: StandIn, concurrency: int) -> None:
    models = opened(server, concurrency=str(concurrency))
    answered(models.scorer.score([*asks(), *(Score(None, content) for content in CONTENTS)]))
    most = max(one.in_flight for one in server.requests)
    assert most <= concurrency
    assert most > 1 or concurrency == 1
    assert len(server.requests) == len(CONTENTS) * (len(PICTURES) + 1)


def test_the_first_question_of_a_picture_is_answered_before_its_others(server: StandIn) -> None:
    answered(opened(server).scorer.score(asks()))
    assert server.engine.reads == len(PICTURES)
    for requests in by_picture(server).values():
        assert all(one.at >= requests[0].done for one in requests[1:])


def test_while_one_picture_is_read_others_are_asked_about(server: StandIn) -> None:
    answered(opened(server).scorer.score(asks()))
    requests = list(by_picture(server).values())
    assert any(
        other.at < one[0].done and other not in one
        for one in requests
        for other in server.requests
        if other.number > one[0].number
    )


def test_all_at_once_by_wish(server: StandIn) -> None:
    models = opened(server, first_question_first="false", concurrency="32")
    answered(models.scorer.score(asks()))
    assert server.engine.reads > len(PICTURES)


def test_writers_keep_to_the_bound_too(server: StandIn) -> None:
    writer = load_writer(f"chat:{MODEL}@{server.url}", {"concurrency": "2"})
    server.reset()
    assert len(writer.write([Write(f"say {number}") for number in range(9)])) == 9
    assert max(one.in_flight for one in server.requests) == 2


@pytest.mark.parametrize(
    ("kind", "manner", "sizes"),
    [
        ("systemone", VLLM, [1, 4]),
        ("systemone", SGLANG, [1, 4]),
        ("systemone", TRANSFORMERS, [5]),
        ("decisions", SGLANG, [1, 4]),
        ("decisions", OPENAI, [5]),
    ],
    ids=str,
)
def test_questions_of_a_picture_go_together(
    mind: Mind, kind: str, manner: Manner, sizes: list[int]
) -> None:
    with StandIn(mind, manner) as server:
        models = opened(server, kind)
        answered(models.scorer.score([Score(PICTURES[0], content) for content in CONTENTS]))
        assert [len(one.data["questions"]) for one in server.requests] == sizes
        models = opened(server, kind, batch="2", first_question_first="false")
        answered(models.scorer.score([Score(PICTURES[0], content) for content in CONTENTS]))
        assert sorted(len(one.data["questions"]) for one in server.requests) == [1, 2, 2]


def test_equal_asks_are_put_once(server: StandIn) -> None:
    models = opened(server)
    ask = Score(PICTURES[0], CONTENTS[0])
    assert len(set(answered(models.scorer.score([ask, ask, ask])))) == 1
    assert len(server.requests) == 1
