from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from cluejudge.asks import (
    Ask,
    Boxes,
    Failed,
    Locate,
    Reason,
    Recognise,
    Recognition,
    Relate,
    Relations,
    Reply,
    Score,
    YesNo,
)
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.judge import Answerer, Capabilities, capabilities
from cluejudge.models.protocols import Models, Vectors
from tests.judge.world import Finder, World, picture, yes_no

ONE, TWO = picture(1), picture(2)


@dataclass
class Scorer:
    """Scores everything but what is bad; keeps its batches."""

    bad: frozenset[str] = frozenset()
    batches: list[list[Score]] = field(default_factory=list)

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        self.batches.append(list(asks))
        if self.bad & {ask.content for ask in asks}:
            raise ModelError("cannot read this", retryable=True)
        return [yes_no(0.5) for _ in asks]


def test_each_kind_is_one_call_and_replies_keep_their_order() -> None:
    world = World()
    asks: list[Ask] = [
        Score(ONE, "a"),
        Relate(TWO, ("x", "y")),
        Reason(ONE, "a"),
        Score(None, "a"),
        Locate(ONE, ("cat",)),
        Recognise(ONE),
        Relate(ONE, ("y",)),
        Score(ONE, "a"),
    ]
    replies = Answerer(world.models())(asks)
    assert world.calls == {"score": 1, "reason": 1, "embed": 1, "locate": 1, "recognise": 1}
    assert world.asked["score"] == 2
    assert [type(reply).__name__ for reply in replies] == [
        "YesNo",
        "Relations",
        "Reasoning",
        "YesNo",
        "Boxes",
        "Recognition",
        "Relations",
        "YesNo",
    ]
    assert replies[0] == replies[7] == world.answer(ONE, "a")
    assert replies[3] == world.answer(None, "a")
    assert replies[5] == Recognition(0.75, 0.5)
    assert replies[4] == Boxes(tuple(world.boxes(ONE, ("cat",))), Finder(world).threshold)


def test_cosines_are_those_of_each_ask() -> None:
    world = World()
    asks = [Relate(ONE, ("x", "y")), Relate(TWO, ("y", "z"))]
    replies = Answerer(world.models())(asks)
    for ask, reply in zip(asks, replies, strict=True):
        assert isinstance(reply, Relations)
        expected = world.embed_images([ask.image]) @ world.embed_texts(ask.texts).T
        assert reply.cosines == pytest.approx(expected[0].tolist(), abs=1e-6)


def test_max_batch_cuts_calls() -> None:
    scorer = Scorer()
    asks = [Score(None, str(index)) for index in range(7)]
    Answerer(Models("m", scorer), max_batch=3)(asks)
    assert [len(batch) for batch in scorer.batches] == [3, 3, 1]


@pytest.mark.parametrize("max_batch", [0, -1])
def test_a_batch_of_nothing_is_refused(max_batch: int) -> None:
    with pytest.raises(ValueError, match="max_batch"):
        Answerer(Models("m", Scorer()), max_batch=max_batch)


def test_one_bad_ask_fails_alone() -> None:
    scorer = Scorer(bad=frozenset("b"))
    replies = Answerer(Models("m", scorer))([Score(None, name) for name in "abcdefgh"])
    failed = Failed("cannot read this", retryable=True)
    assert replies == [yes_no(0.5), failed, *[yes_no(0.5)] * 6]
    assert [len(batch) for batch in scorer.batches] == [8, 4, 2, 1, 1, 2, 4]


def test_a_single_ask_is_not_tried_twice() -> None:
    scorer = Scorer(bad=frozenset("b"))
    assert Answerer(Models("m", scorer))([Score(None, "b")]) == [
        Failed("cannot read this", retryable=True)
    ]
    assert len(scorer.batches) == 1


def test_a_miscount_fails_all_of_the_batch() -> None:
    class Short(Scorer):
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            return super().score(asks)[1:]

    replies = Answerer(Models("m", Short()))([Score(None, "a"), Score(None, "b")])
    assert replies == [Failed("2 asks were answered by 1 replies")] * 2


def test_a_bug_is_not_taken_for_a_failure() -> None:
    class Broken(Scorer):
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Answerer(Models("m", Broken()))([Score(None, "a")])


@pytest.mark.parametrize(
    "vectors",
    [np.eye(1, 4), np.eye(2, 5), np.eye(1, 4)[0]],
)
def test_misshapen_vectors_fail(vectors: NDArray[np.float64]) -> None:
    assert isinstance(related(np.eye(1, 4), vectors), Failed)


@pytest.mark.parametrize("length", [0.0, 0.5, 3.0, np.nan, np.inf])
def test_vectors_of_another_length_than_one_fail(length: float) -> None:
    assert isinstance(related(np.eye(1, 4), np.eye(2, 4)), Relations)
    assert isinstance(related(np.full((1, 4), length / 2), np.eye(2, 4)), Failed)
    assert isinstance(related(np.eye(1, 4), np.full((2, 4), length / 2)), Failed)


def related(picture: NDArray[np.float64], texts: NDArray[np.float64]) -> Reply:
    """The reply to one picture and two texts, embedded so."""

    class Encoder:
        threshold = 0.1

        def embed_images(self, images: Sequence[Picture]) -> Vectors:
            return picture.astype(np.float32)

        def embed_texts(self, words: Sequence[str]) -> Vectors:
            return texts.astype(np.float32)

    answer = Answerer(replace(World().models(), encoder=Encoder()))
    (reply,) = answer([Relate(ONE, ("x", "y"))])
    return reply


def test_what_no_model_answers_fails() -> None:
    models = Models("m", Scorer())
    asks: list[Ask] = [
        Reason(ONE, "a"),
        Relate(ONE, ("x",)),
        Locate(ONE, ("cat",)),
        Recognise(ONE),
    ]
    for reply in Answerer(models)(asks):
        assert isinstance(reply, Failed)


def test_capabilities_are_the_models_there_are() -> None:
    assert capabilities(World().models()) == Capabilities(True, True, True, True)
    assert capabilities(Models("m", Scorer())) == Capabilities()


def test_threads_take_turns() -> None:
    busy = threading.Lock()

    class Alone(Scorer):
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            assert busy.acquire(blocking=False)
            threading.Event().wait(0.01)
            busy.release()
            return super().score(asks)

    scorer = Alone()
    answer = Answerer(Models("m", scorer))
    threads = [threading.Thread(target=answer, args=([Score(None, "a")],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(scorer.batches) == 4
