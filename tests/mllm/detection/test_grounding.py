from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
import torch

from cluejudge.asks import Locate
from cluejudge.image import Box
from cluejudge.mllm.detection.detector import OpenDetector
from tests.mllm.detection.fakes import (
    DINOS,
    WORDS,
    Faked,
    best,
    bright,
    corners,
    faked,
    found_in_turn,
    opened,
    rectangle,
    theirs,
    true_corners,
)
from tests.models.promises import plain


@pytest.mark.parametrize("kind", DINOS)
@pytest.mark.parametrize("sure_of", WORDS)
def test_dino_names_the_word_whose_tokens_light_up(
    folders: dict[str, Path], kind: str, sure_of: str
) -> None:
    checkpoint = opened(folders[kind], kind)
    tokenizer = checkpoint.processor.tokenizer
    own = tokenizer(sure_of, add_special_tokens=False)["input_ids"]

    def of_phrase(
        input_ids: torch.Tensor, pixel_values: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        assert ((input_ids != 0) == attention_mask.bool()).all()
        logits = torch.full((len(input_ids), 1, 24), -9.0)
        for row, ids in enumerate(input_ids.tolist()):
            stops = [at for at, token in enumerate(ids) if token in (101, 102, 1012)]
            for start, stop in pairwise(stops):
                if ids[start + 1 : stop] == own:
                    logits[row, 0, start + 1 : stop] = 3.0
        return torch.tensor([0.5, 0.5, 0.2, 0.1]).expand(len(input_ids), 1, 4), logits

    assert found_in_turn(faked(checkpoint, Faked(of_phrase))) == [[sure_of], [], [sure_of]]


@pytest.mark.parametrize("kind", DINOS)
def test_more_words_than_dino_reads_are_asked_for_in_several_captions(
    folders: dict[str, Path], kind: str
) -> None:
    model = Faked(bright)
    detector = faked(opened(folders[kind], kind), model)
    words = tuple(f"{one} on {other}" for one in ("dog", "cat", "car") for other in ("fire", "dog"))
    ask = Locate(rectangle(60, 40, Box(5, 5, 20, 20)), words)
    (found,) = detector.locate([ask])
    # 24 tokens hold five words of four tokens, so that six need two rows of one pass.
    assert [one.word for one in found] == list(words)
    assert model.passes == 1
    detector.locate([ask] * 3)
    assert model.passes == 3


@pytest.mark.parametrize("kind", DINOS)
def test_dino_tells_what_transformers_tells(
    folders: dict[str, Path], detectors: dict[str, OpenDetector], kind: str
) -> None:
    picture = plain(200, 50, 0, 130, 70)
    model, processor = theirs(folders[kind])
    words = ["dog", "fire truck", "person"]
    inputs = processor(images=picture.pil(), text=[words], return_tensors="pt")
    with torch.inference_mode():
        out = model(**inputs)
    (told,) = processor.image_processor.post_process_object_detection(
        out, threshold=0.0, target_sizes=[(70, 130)]
    )
    (found,) = detectors[kind].locate([Locate(picture, tuple(words))])
    shares = out.logits[0].sigmoid().numpy()
    for word, tokens in zip(words, ([1], [3, 4], [6]), strict=True):
        scores = shares[:, tokens].mean(axis=1)
        assert best(found, word).score == pytest.approx(float(scores.max()), abs=1e-5)
        surest = told["boxes"][scores.argmax()]
        assert corners(best(found, word).box) == true_corners(surest, picture)
