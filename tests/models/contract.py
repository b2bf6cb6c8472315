"""What every model must do: inherit a class, give it the model, and its promises are tested.

Each class is one protocol. A test class inherits it, overrides the fixtures that differ, and needs
no test of its own. `tolerance` is how far an answer may depend on its batch. The contracts of what
only looks are in `looking`, what all share in `promises`.
"""

from __future__ import annotations

import math
from functools import partial

import pytest

from cluejudge.asks import Reason, Score, answered
from cluejudge.image import Picture
from cluejudge.models.protocols import (
    Detector,
    Encoder,
    Models,
    Reasoner,
    Recogniser,
    Scorer,
)
from tests.models.looking import DetectorContract, EncoderContract, RecogniserContract
from tests.models.promises import ODD_PICTURES, ODD_TEXTS, Contract, answers_or_refuses


class ScorerContract(Contract):
    """Every `Scorer`."""

    @pytest.fixture
    def scorer(self) -> Scorer:
        raise NotImplementedError

    @pytest.fixture
    def asks(self, pictures: list[Picture], contents: list[str]) -> list[Score]:
        images: list[Picture | None] = [*pictures, None]
        return [Score(image, content) for image in images for content in contents]

    def test_scorer_gives_probabilities(self, scorer: Scorer, asks: list[Score]) -> None:
        answers = answered(scorer.score(asks))
        assert len(answers) == len(asks)
        for answer in answers:
            assert not math.isnan(answer.log_yes + answer.log_no)
            assert 0 <= answer.p_yes <= 1
            assert math.exp(answer.log_yes) + math.exp(answer.log_no) <= 1 + 1e-3

    def test_scorer_batch_is_its_asks_in_order(self, scorer: Scorer, asks: list[Score]) -> None:
        batch = answered(scorer.score(asks))
        for ask, together in zip(asks, batch, strict=True):
            (alone,) = answered(scorer.score([ask]))
            assert together.p_yes == pytest.approx(alone.p_yes, abs=self.tolerance)
            assert together.label_mass == pytest.approx(alone.label_mass, abs=self.tolerance)
            assert together.exact == alone.exact

    def test_scorer_keeps_order(self, scorer: Scorer, asks: list[Score]) -> None:
        forth, back = answered(scorer.score(asks)), answered(scorer.score(asks[::-1]))[::-1]
        assert [one.p_yes for one in forth] == pytest.approx(
            [one.p_yes for one in back], abs=self.tolerance
        )

    def test_scorer_answers_nothing_asked(self, scorer: Scorer) -> None:
        assert list(answered(scorer.score([]))) == []

    def test_scorer_has_priors(self, scorer: Scorer, contents: list[str]) -> None:
        assert len(answered(scorer.score([Score(None, content) for content in contents]))) == len(
            contents
        )

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_scorer_refuses_politely(self, scorer: Scorer, text: str) -> None:
        for image in (None, *ODD_PICTURES):
            answers_or_refuses(partial(scorer.score, [Score(image, text)]))


class ReasonerContract(Contract):
    """Every `Reasoner`."""

    @pytest.fixture
    def reasoner(self) -> Reasoner:
        raise NotImplementedError

    @pytest.fixture
    def reasons(self, pictures: list[Picture], contents: list[str]) -> list[Reason]:
        return [Reason(image, content, 40) for image in pictures for content in contents]

    def test_reasoner_gives_reasonings(self, reasoner: Reasoner, reasons: list[Reason]) -> None:
        for reasoning in answered(reasoner.reason(reasons)):
            assert reasoning.answer in (True, False, None)
            assert reasoning.p_yes is None or 0 <= reasoning.p_yes <= 1
            assert reasoning.tokens >= 0
            assert reasoning.text

    def test_reasoner_batch_is_its_asks_in_order(
        self, reasoner: Reasoner, reasons: list[Reason]
    ) -> None:
        batch = answered(reasoner.reason(reasons))
        alone = [answered(reasoner.reason([ask]))[0] for ask in reasons]
        assert [one.text for one in batch] == [one.text for one in alone]
        assert [one.answer for one in batch] == [one.answer for one in alone]

    def test_reasoner_keeps_its_length(
        self, reasoner: Reasoner, pictures: list[Picture], contents: list[str]
    ) -> None:
        (short,) = answered(reasoner.reason([Reason(pictures[0], contents[0], 3)]))
        assert short.tokens <= 3

    def test_reasoner_answers_nothing_asked(self, reasoner: Reasoner) -> None:
        assert list(answered(reasoner.reason([]))) == []

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_reasoner_refuses_politely(self, reasoner: Reasoner, text: str) -> None:
        for image in ODD_PICTURES:
            answers_or_refuses(partial(reasoner.reason, [Reason(image, text, 5)]))


class ModelsContract(
    ScorerContract, ReasonerContract, EncoderContract, DetectorContract, RecogniserContract
):
    """A whole set of models: give it `models`, with all of its parts."""

    @pytest.fixture
    def models(self) -> Models:
        raise NotImplementedError

    @pytest.fixture
    def scorer(self, models: Models) -> Scorer:
        return models.scorer

    @pytest.fixture
    def reasoner(self, models: Models) -> Reasoner:
        assert models.reasoner
        return models.reasoner

    @pytest.fixture
    def encoder(self, models: Models) -> Encoder:
        assert models.encoder
        return models.encoder

    @pytest.fixture
    def detector(self, models: Models) -> Detector:
        assert models.detector
        return models.detector

    @pytest.fixture
    def recogniser(self, models: Models) -> Recogniser:
        assert models.recogniser
        return models.recogniser

    def test_they_say_what_they_are(self, models: Models) -> None:
        assert models.name
        assert models.card
        keys = [key for key, _ in models.card]
        assert len(keys) == len(set(keys))
