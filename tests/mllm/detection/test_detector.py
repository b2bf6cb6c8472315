from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from cluejudge.asks import Locate
from cluejudge.errors import CluejudgeWarning, ModelError
from cluejudge.image import Box
from cluejudge.mllm.detection.detector import OpenDetector
from tests.mllm.detection.fakes import OWLS, WORDS, Faked, bright, faked, load, opened, rectangle
from tests.mllm.lookers import LENGTH
from tests.models.looking import DetectorContract
from tests.models.promises import plain


@pytest.mark.filterwarnings("ignore:.* reads only the first")
class TestDetectorContract(DetectorContract):
    @pytest.fixture
    def detector(self, detectors: dict[str, OpenDetector], kind: str) -> OpenDetector:
        return detectors[kind]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_finds_about_the_same(
    folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str, dtype: str
) -> None:
    asks = [Locate(plain(255, 0, 0, 130, 70), WORDS[:1])]
    exact, half = detectors[kind].locate(asks)[0], load(str(folders[kind]), dtype=dtype)
    found = half.locate(asks)[0]
    assert found
    assert found[0].score == pytest.approx(exact[0].score, abs=0.1)


def test_it_stays_within_one_pass_a_batch(folders: dict[str, Path], kind: str) -> None:
    model = Faked(bright)
    detector = faked(opened(folders[kind], kind), model)
    picture = rectangle(60, 40, Box(5, 5, 20, 20))
    detector.locate([Locate(picture, ("dog", "cat")), Locate(picture, ("dog",))])
    assert model.passes == 1


def test_many_pictures_keep_their_order(folders: dict[str, Path], kind: str) -> None:
    checkpoint = opened(folders[kind], kind)
    boxes = [Box(5 + at, 5, 25 + at, 35) for at in range(0, 40, 2)]
    shapes = [(120, 60) if at % 3 else (90, 100) for at in range(len(boxes))]
    asks = [
        Locate(rectangle(width, height, box), ("dog",))
        for box, (width, height) in zip(boxes, shapes, strict=True)
    ]
    model = Faked(bright)
    detector = faked(checkpoint, model)
    together = detector.locate(asks)
    # 13 pictures of one shape and 7 of another: OWL makes all squares, Grounding DINO keeps shapes.
    assert model.passes == (3 if kind in OWLS else 4 + 2)
    assert together == [detector.locate([ask])[0] for ask in asks]
    assert len({one.box for (one,) in together}) > 5


def test_a_word_asked_for_twice_is_looked_for_once(
    detectors: dict[str, OpenDetector], kind: str
) -> None:
    picture = plain(255, 0, 0, 130, 70)
    twice, once = detectors[kind].locate(
        [Locate(picture, ("dog", "dog")), Locate(picture, ("dog",))]
    )
    assert [(one.box, one.word) for one in twice] == [(one.box, one.word) for one in once]
    assert [one.score for one in twice] == pytest.approx([one.score for one in once], abs=1e-5)
    assert once


def test_no_word_no_pass(folders: dict[str, Path], kind: str) -> None:
    model = Faked(bright)
    detector = faked(opened(folders[kind], kind), model)
    picture = rectangle(60, 40, Box(5, 5, 20, 20))
    found = detector.locate([Locate(picture, ()), Locate(picture, ("dog",)), Locate(picture, ())])
    assert [len(boxes) for boxes in found] == [0, 1, 0]
    assert model.passes == 1


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_word_is_refused(detectors: dict[str, OpenDetector], kind: str, word: str) -> None:
    with pytest.raises(ModelError, match="nothing to look for"):
        detectors[kind].locate([Locate(plain(1, 2, 3), ("dog", word))])


SPECIAL = {"owlv2": "dog<|endoftext|>", "owlvit": "dog<|endoftext|>"}


def test_words_are_vetted_as_they_are_asked_for(
    detectors: dict[str, OpenDetector], kind: str
) -> None:
    detector = detectors[kind]
    assert detector.vet(["dog", "fire truck"]) == detector.vet([]) == []
    for word in (SPECIAL.get(kind, "dog [SEP]"), "", " ", "a \ud83d dog"):
        for call in (detector.vet, lambda words: detector.locate([Locate(plain(1, 2, 3), words)])):
            with pytest.raises(ModelError, match=r"spells|nothing to look for|half of a char"):
                call(("dog", word))


@pytest.mark.parametrize("kind", OWLS)
def test_a_word_that_is_cut_is_told_when_it_is_vetted(folders: dict[str, Path], kind: str) -> None:
    detector, word = load(str(folders[kind])), "dog " * LENGTH
    with pytest.warns(CluejudgeWarning, match=f"reads only the first {LENGTH} of"):
        (doubt,) = detector.vet(["dog", word])
    assert "a photo of a dog" in doubt
    assert detector.vet([word]) == [doubt]  # and is not warned of again


def test_boxes_that_are_no_numbers_fail(folders: dict[str, Path], kind: str) -> None:
    def broken(**inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        boxes, logits = bright(**inputs)
        return boxes, logits * torch.nan

    detector = faked(opened(folders[kind], kind), Faked(broken))
    with pytest.raises(ModelError, match="no numbers"):
        detector.locate([Locate(rectangle(60, 40, Box(5, 5, 20, 20)), ("dog",))])


def test_a_model_that_fails_says_so(folders: dict[str, Path], kind: str) -> None:
    def fails(**_: torch.Tensor) -> tuple[Any, Any]:
        raise RuntimeError("selected index k out of range")

    with pytest.raises(ModelError, match="faked failed: selected index"):
        faked(opened(folders[kind], kind), Faked(fails)).locate([Locate(plain(1, 2, 3), ("dog",))])
