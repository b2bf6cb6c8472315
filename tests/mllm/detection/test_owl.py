from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoProcessor

from cluejudge.asks import Locate
from cluejudge.errors import CluejudgeWarning
from cluejudge.image import Box, Picture
from cluejudge.mllm.detection.detector import OpenDetector
from cluejudge.mllm.detection.owl import PROMPT
from tests.mllm.detection.fakes import (
    OWLS,
    WORDS,
    Faked,
    best,
    bright,
    corners,
    faked,
    found_in_turn,
    load,
    opened,
    rectangle,
    theirs,
    true_corners,
)
from tests.models.promises import plain


@pytest.mark.parametrize("kind", OWLS)
@pytest.mark.parametrize("sure_of", WORDS)
def test_owl_names_the_word_of_the_column(
    folders: dict[str, Path], kind: str, sure_of: str
) -> None:
    checkpoint = opened(folders[kind], kind)
    prompt = checkpoint.processor.tokenizer(
        PROMPT.format(sure_of), padding="max_length", return_tensors="pt"
    )["input_ids"]

    def of_prompt(
        input_ids: torch.Tensor, pixel_values: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        asked = (input_ids == prompt).all(dim=1).reshape(len(pixel_values), 1, -1)
        boxes = torch.tensor([0.5, 0.1, 0.2, 0.1]).expand(len(pixel_values), 1, 4)
        return boxes, torch.where(asked, 3.0, -9.0)

    assert found_in_turn(faked(checkpoint, Faked(of_prompt))) == [[sure_of], [], [sure_of]]


@pytest.mark.parametrize("kind", OWLS)
def test_owl_takes_any_number_of_words_in_one_pass(folders: dict[str, Path], kind: str) -> None:
    model = Faked(bright)
    words = tuple(f"dog {at}" for at in range(40))
    picture = rectangle(60, 40, Box(5, 5, 20, 20))
    (found,) = faked(opened(folders[kind], kind), model).locate([Locate(picture, words)])
    assert [one.word for one in found] == list(words)
    assert model.passes == 1


@pytest.mark.parametrize("kind", OWLS)
def test_owl_tells_what_transformers_tells(
    folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str
) -> None:
    picture = plain(200, 50, 0, 32, 24)  # OWLv2 pads it to its own size: nothing is resized
    model, processor = theirs(folders[kind])
    (found,) = detectors[kind].locate([Locate(picture, WORDS)])
    for word in WORDS:
        inputs = processor(text=[[PROMPT.format(word)]], images=picture.pil(), return_tensors="pt")
        with torch.inference_mode():
            out = model(**inputs)
        (told,) = processor.post_process_grounded_object_detection(
            out, threshold=0.0, target_sizes=[(picture.height, picture.width)]
        )
        surest = told["scores"].argmax()
        assert best(found, word).score == pytest.approx(float(told["scores"][surest]), abs=1e-5)
        assert corners(best(found, word).box) == true_corners(told["boxes"][surest], picture)


def test_owlv2_is_resized_about_as_transformers_does(folders: dict[str, Path]) -> None:
    pytest.importorskip("scipy", reason="transformers resizes for OWLv2 by SciPy")
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (6, 9, 3), np.uint8)
    picture = Picture(np.kron(coarse, np.ones((20, 20, 1), np.uint8)))
    processor = AutoProcessor.from_pretrained(folders["owlv2"]).image_processor
    own = opened(folders["owlv2"], "owlv2")
    OpenDetector(own)
    for side in (32, 150, 180, 250):
        size = {"height": side, "width": side}
        theirs = processor(picture.pil(), size=size, return_tensors="np")["pixel_values"]
        ours = own.processor.image_processor(picture.pil(), size=size, return_tensors="np")
        difference = np.abs(ours["pixel_values"] - theirs)[..., 1:-1, 1:-1]
        assert difference.max() < 1e-3, side


@pytest.mark.parametrize("kind", OWLS)
def test_owl_cuts_a_long_word_and_tells_it_once(folders: dict[str, Path], kind: str) -> None:
    detector = load(str(folders[kind]))
    asks = [Locate(plain(1, 2, 3), ("dog " * 40,))]
    with pytest.warns(CluejudgeWarning, match="reads only the first"):
        first = detector.locate(asks)
    assert detector.locate(asks) == first
    assert first[0]
