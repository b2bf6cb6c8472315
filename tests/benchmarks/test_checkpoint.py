from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as PILImage
from transformers import AutoModelForImageTextToText

from benchmarks.checkpoint import PictureProcessor, make_tokenizer, save_checkpoint
from benchmarks.contents import CONTENTS, draw
from benchmarks.shapes import TINY
from benchmarks.ways import picture_in


@pytest.mark.parametrize("tokens", [16, 256, 1024])
def test_picture_has_its_tokens(checkpoint: Path, tmp_path: Path, tokens: int) -> None:
    processor = PictureProcessor.from_pretrained(checkpoint)
    text = "<|vision_start|><|image_pad|><|vision_end|>"
    picture = picture_in(draw(tokens, 0, tmp_path))
    inputs = processor(text=[text], images=[picture.pil()], return_tensors="pt")
    assert int((inputs["input_ids"] == processor.image_token_id).sum()) == tokens


def test_pictures_differ_by_seed_and_are_read_as_drawn(tmp_path: Path) -> None:
    one, other = draw(16, 1, tmp_path), draw(16, 2, tmp_path)
    assert picture_in(one) != picture_in(other)
    with PILImage.open(one) as opened:
        assert np.array_equal(np.asarray(opened), picture_in(one).pixels)


def test_no_square_has_any_number_of_tokens(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="300"):
        draw(300, 0, tmp_path)


def test_same_seed_same_weights(checkpoint: Path, tmp_path: Path) -> None:
    save_checkpoint(TINY, tmp_path)
    one, other = (
        AutoModelForImageTextToText.from_pretrained(folder).state_dict()
        for folder in (checkpoint, tmp_path)
    )
    assert one.keys() == other.keys()
    assert all(torch.equal(weight, other[name]) for name, weight in one.items())


def test_contents_are_as_long_as_documented() -> None:
    tokenizer = make_tokenizer()
    lengths = [len(tokenizer(f" {content}")["input_ids"]) for content in CONTENTS]
    assert len(set(CONTENTS)) == 40
    assert (min(lengths), max(lengths)) == (8, 15)
    assert all(tokenizer.decode(tokenizer(text)["input_ids"]) == text for text in CONTENTS)
