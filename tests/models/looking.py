"""What every model must do that looks at pictures and is asked no question."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from cluejudge.asks import Grade, Graded, Grades, Locate, answered
from cluejudge.image import Picture
from cluejudge.models.protocols import (
    Detector,
    Encoder,
    Grader,
    Recogniser,
    Vectors,
)
from tests.models.promises import ODD_PICTURES, ODD_TEXTS, Contract, answers_or_refuses


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
