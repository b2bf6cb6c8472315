from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluejudge.asks import Score, YesNo
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.models import fake
from cluejudge.models.cache import CachedEncoder, CachedScorer, Memory, cached
from cluejudge.models.protocols import Models, Vectors
from tests.judge.world import World, picture
from tests.models.contract import ModelsContract

ONE, TWO = picture(1), picture(2)


class TestCachedContract(ModelsContract):
    @pytest.fixture
    def models(self) -> Models:
        return cached(fake.load(), size=2)


@given(
    size=st.integers(1, 4),
    asked=st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), max_size=6)),
)
def test_it_answers_as_the_scorer_does(size: int, asked: list[list[tuple[int, int]]]) -> None:
    world = World()
    scorer = CachedScorer(world, priors=size, scores=size)
    images = (None, ONE, TWO)
    for batch in asked:
        asks = [Score(images[image], f"content {content}") for image, content in batch]
        assert scorer.score(asks) == [world.answer(ask.image, ask.content) for ask in asks]


def test_what_is_known_is_not_asked_again() -> None:
    world = World()
    scorer = CachedScorer(world)
    scorer.score([Score(ONE, "a"), Score(None, "a"), Score(ONE, "a")])
    assert world.asked["score"] == 2
    scorer.score([Score(None, "a"), Score(picture(1), "a"), Score(TWO, "a")])
    assert (world.asked["score"], world.calls["score"]) == (3, 2)
    scorer.score([Score(None, "a")])
    assert world.calls["score"] == 2


def test_pictures_push_no_prior_out() -> None:
    world = World()
    scorer = CachedScorer(world, priors=1, scores=1)
    scorer.score([Score(None, "a"), *(Score(picture(seed), "a") for seed in range(5))])
    before = world.asked["score"]
    scorer.score([Score(None, "a")])
    assert world.asked["score"] == before


def test_failures_are_not_remembered() -> None:
    world = World(failing=1.0)
    scorer = CachedScorer(world)
    with pytest.raises(ModelError):
        scorer.score([Score(None, "a")])
    world.failing = 0.0
    assert scorer.score([Score(None, "a")]) == [world.answer(None, "a")]


def test_a_miscount_is_a_failure() -> None:
    class Short:
        def score(self, asks: Sequence[Score]) -> list[YesNo]:
            return []

    with pytest.raises(ModelError, match="1 asks were answered by 0"):
        CachedScorer(Short()).score([Score(None, "a")])


@dataclass
class Encoder:
    threshold: float = 0.1
    texts: list[str] = field(default_factory=list)

    def embed_images(self, images: Sequence[Picture]) -> Vectors:
        return np.ones((len(images), 2), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        self.texts.extend(texts)
        return np.array([[len(text), 1] for text in texts], np.float32).reshape(-1, 2)


def test_texts_are_embedded_once() -> None:
    inner = Encoder()
    encoder = CachedEncoder(inner)
    assert encoder.threshold == 0.1
    for texts in (["a", "bb", "a"], ["bb", "ccc"]):
        assert encoder.embed_texts(texts)[:, 0].tolist() == [len(text) for text in texts]
    assert inner.texts == ["a", "bb", "ccc"]
    assert encoder.embed_texts([]).shape == (0, 2)
    assert encoder.embed_images([ONE]).shape == (1, 2)


def test_the_memory_forgets_what_was_used_longest_ago() -> None:
    memory: Memory[str, int] = Memory(2)
    memory.keep("a", 1)
    memory.keep("b", 2)
    assert memory.recall("a") == 1
    memory.keep("c", 3)
    assert (memory.recall("a"), memory.recall("b"), memory.recall("c")) == (1, None, 3)
    assert len(memory) == 2


def test_a_memory_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="remembers nothing"):
        Memory(0)


def test_models_without_an_encoder_stay_so() -> None:
    assert cached(Models("m", World())).encoder is None
