"""What every model must do: inherit a class, give it the model, and its promises are tested.

Each class is one protocol. A test class inherits it, overrides the fixtures that differ, and needs
no test of its own. `tolerance` is how far an answer may depend on its batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import numpy as np
import pytest

from cluejudge.asks import Grade, Graded, Grades, Locate, Reason, Score, answered
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.models.protocols import (
    Detector,
    Encoder,
    Grader,
    Models,
    Reasoner,
    Recogniser,
    Scorer,
    Vectors,
)


def plain(red: int, green: int, blue: int, width: int = 48, height: int = 32) -> Picture:
    """A picture of one colour with a darker square in it."""
    pixels = np.full((height, width, 3), (red, green, blue), dtype=np.uint8)
    pixels[8:20, 10:30] //= 2
    return Picture(pixels)


class Contract:
    """What the contracts share."""

    tolerance = 1e-5

    @pytest.fixture
    def pictures(self) -> list[Picture]:
        """Several pictures, of several shapes, one of them twice."""
        one = plain(255, 0, 0)
        return [one, plain(0, 0, 255, 130, 70), plain(250, 250, 250, 33, 64), one]

    @pytest.fixture
    def contents(self) -> list[str]:
        """Contents that the model may be asked about."""
        return ["a person", "a dog on fire", "two or more people"]

    @pytest.fixture
    def words(self) -> tuple[str, ...]:
        """Words that the detector may be asked for."""
        return ("person", "dog", "fire")


ODD_TEXTS = ("", " ", "\x00", "<image>", "🔥" * 500, "word " * 20_000)
ODD_PICTURES = (plain(1, 2, 3, 1, 1), plain(9, 9, 9, 400, 2))


def answers_or_refuses(call: Callable[[], object]) -> None:
    """A model may refuse what it cannot answer, by `ModelError` and by nothing else."""
    with suppress(ModelError):
        call()


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


class EncoderContract(Contract):
    """Every `Encoder`."""

    @pytest.fixture
    def encoder(self) -> Encoder:
        raise NotImplementedError

    def test_encoder_gives_unit_vectors_of_one_space(
        self, encoder: Encoder, pictures: list[Picture], contents: list[str]
    ) -> None:
        images, texts = encoder.embed_images(pictures), encoder.embed_texts(contents)
        for vectors, count in ((images, len(pictures)), (texts, len(contents))):
            assert vectors.dtype == np.float32
            assert vectors.shape == (count, images.shape[1])
            assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(count), abs=1e-3)

    def test_encoder_batch_is_its_inputs_in_order(
        self, encoder: Encoder, pictures: list[Picture], contents: list[str]
    ) -> None:
        self._same(
            encoder.embed_images(pictures), [encoder.embed_images([one]) for one in pictures]
        )
        self._same(encoder.embed_texts(contents), [encoder.embed_texts([one]) for one in contents])

    def _same(self, batch: Vectors, alone: list[Vectors]) -> None:
        assert batch == pytest.approx(np.concatenate(alone), abs=self.tolerance)

    def test_encoder_embeds_nothing_given(self, encoder: Encoder) -> None:
        assert len(encoder.embed_images([])) == 0
        assert len(encoder.embed_texts([])) == 0

    def test_encoder_threshold_is_a_cosine(self, encoder: Encoder) -> None:
        assert -1 <= encoder.threshold <= 1

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_encoder_refuses_politely(self, encoder: Encoder, text: str) -> None:
        answers_or_refuses(partial(encoder.embed_texts, [text]))
        answers_or_refuses(partial(encoder.embed_images, ODD_PICTURES))


class DetectorContract(Contract):
    """Every `Detector`."""

    @pytest.fixture
    def detector(self) -> Detector:
        raise NotImplementedError

    def test_detector_boxes_are_inside_the_picture(
        self, detector: Detector, pictures: list[Picture], words: tuple[str, ...]
    ) -> None:
        found = detector.locate([Locate(image, words) for image in pictures])
        assert len(found) == len(pictures)
        for image, boxes in zip(pictures, found, strict=True):
            for one in boxes:
                assert one.word in words
                assert 0 <= one.score <= 1
                assert one.box.right <= image.width
                assert one.box.bottom <= image.height

    def test_detector_batch_is_its_asks_in_order(
        self, detector: Detector, pictures: list[Picture], words: tuple[str, ...]
    ) -> None:
        asks = [Locate(image, words[index % 2 :]) for index, image in enumerate(pictures)]
        for ask, together in zip(asks, detector.locate(asks), strict=True):
            (alone,) = detector.locate([ask])
            assert [(one.word, one.box) for one in together] == [
                (one.word, one.box) for one in alone
            ]
            assert [one.score for one in together] == pytest.approx(
                [one.score for one in alone], abs=self.tolerance
            )

    def test_detector_finds_nothing_asked(
        self, detector: Detector, pictures: list[Picture]
    ) -> None:
        assert list(detector.locate([])) == []
        assert list(detector.locate([Locate(pictures[0], ())])) == [[]]

    def test_detector_threshold_is_a_confidence(self, detector: Detector) -> None:
        assert 0 <= detector.threshold <= 1

    @pytest.mark.parametrize("text", ODD_TEXTS)
    def test_detector_refuses_politely(self, detector: Detector, text: str) -> None:
        for image in ODD_PICTURES:
            answers_or_refuses(partial(detector.locate, [Locate(image, (text,))]))


class RecogniserContract(Contract):
    """Every `Recogniser`."""

    @pytest.fixture
    def recogniser(self) -> Recogniser:
        raise NotImplementedError

    def test_recogniser_gives_finite_scores(
        self, recogniser: Recogniser, pictures: list[Picture]
    ) -> None:
        scores = recogniser.familiarity(pictures)
        assert len(scores) == len(pictures)
        assert all(map(math.isfinite, [*scores, recogniser.threshold]))

    def test_recogniser_batch_is_its_pictures_in_order(
        self, recogniser: Recogniser, pictures: list[Picture]
    ) -> None:
        alone = [recogniser.familiarity([one])[0] for one in pictures]
        assert list(recogniser.familiarity(pictures)) == pytest.approx(alone, abs=self.tolerance)

    def test_recogniser_scores_nothing_given(self, recogniser: Recogniser) -> None:
        assert list(recogniser.familiarity([])) == []

    def test_recogniser_refuses_politely(self, recogniser: Recogniser) -> None:
        for image in ODD_PICTURES:
            answers_or_refuses(partial(recogniser.familiarity, [image]))


class GraderContract(Contract):
    """Every `Grader`: give it `grader`, and some `rules` that it knows by their digests."""

    @pytest.fixture
    def grader(self) -> Grader:
        raise NotImplementedError

    @pytest.fixture
    def rules(self) -> tuple[str, ...]:
        raise NotImplementedError

    def test_a_grade_for_each_rule_of_each_picture(
        self, grader: Grader, pictures: list[Picture], rules: tuple[str, ...]
    ) -> None:
        for reply in grades(grader, [Grade(one, rules) for one in pictures]):
            assert len(reply.rules) == len(rules)
            assert math.isfinite(reply.distance)
            assert math.isfinite(reply.bound)
            for graded in reply.rules:
                assert isinstance(graded, Graded)
                assert 0 <= graded.p <= 1

    def test_a_grade_depends_on_its_picture_and_rule_alone(
        self, grader: Grader, pictures: list[Picture], rules: tuple[str, ...]
    ) -> None:
        together = grades(grader, [Grade(one, rules) for one in pictures])
        assert together[0] == together[-1]
        for picture, reply in zip(pictures, together, strict=True):
            (other,) = grades(grader, [Grade(picture, rules[::-1])])
            assert other.distance == pytest.approx(reply.distance, abs=self.tolerance)
            for one, same in zip(reply.rules, other.rules[::-1], strict=True):
                assert isinstance(one, Graded)
                assert isinstance(same, Graded)
                assert (one.low, one.high) == (same.low, same.high)
                assert one.p == pytest.approx(same.p, abs=self.tolerance)

    def test_a_rule_that_it_does_not_know_is_not_graded(
        self, grader: Grader, pictures: list[Picture], rules: tuple[str, ...]
    ) -> None:
        (reply,) = grades(grader, [Grade(pictures[0], ("0" * 64, *rules))])
        assert isinstance(reply.rules[0], str)
        assert reply.rules[0]
        assert all(isinstance(one, Graded) for one in reply.rules[1:])

    def test_nothing_asked_nothing_answered(self, grader: Grader) -> None:
        assert list(grader.grade([])) == []

    def test_odd_pictures(self, grader: Grader, rules: tuple[str, ...]) -> None:
        for picture in ODD_PICTURES:
            answers_or_refuses(partial(grader.grade, [Grade(picture, rules)]))


def grades(grader: Grader, asks: list[Grade]) -> list[Grades]:
    """The grades for `asks`, which must all be answered."""
    return answered(grader.grade(asks))


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
