from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image as PILImage
from torch.utils.flop_counter import FlopCounterMode
from transformers import AutoModelForImageTextToText

from benchmarks import work
from benchmarks.checkpoint import PictureProcessor, config_of, make_processor
from benchmarks.contents import draw
from benchmarks.shapes import LARGE, SMALL, TINY, Shape


@pytest.mark.parametrize("shape", [SMALL, LARGE, TINY], ids=lambda shape: shape.name)
def test_shape_has_the_weights_that_the_formula_counts(shape: Shape) -> None:
    with torch.device("meta"):
        model = AutoModelForImageTextToText.from_config(config_of(shape, make_processor()))
    layers = sum(
        weight.numel()
        for name, weight in model.model.language_model.named_parameters()
        if name.endswith("proj.weight")
    )
    assert layers == shape.layers * shape.layer_weights


def test_sizes_are_those_of_their_names() -> None:
    with torch.device("meta"):
        small, large = (
            AutoModelForImageTextToText.from_config(config_of(shape, make_processor()))
            for shape in (SMALL, LARGE)
        )
    assert 240e6 < small.num_parameters() < 260e6
    assert 8.7e9 < large.num_parameters() < 8.8e9


def test_formula_counts_what_torch_counts(checkpoint: Path, tmp_path: Path) -> None:
    tokens = 64
    model = AutoModelForImageTextToText.from_pretrained(checkpoint, attn_implementation="eager")
    processor = PictureProcessor.from_pretrained(checkpoint)
    text = "<|vision_start|><|image_pad|><|vision_end|>"
    with PILImage.open(draw(tokens, 0, tmp_path)) as picture:
        inputs = processor(text=[text], images=[picture], return_tensors="pt")
    length = inputs["input_ids"].shape[1]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(**inputs, logits_to_keep=1)
    counted = counter.get_total_flops()
    # Without a kernel of its own, attention also computes what the mask then hides.
    hidden = length * (length - 1) / 2
    unseen = 4 * TINY.heads * TINY.head_size * TINY.layers * hidden
    needed = work.looking(TINY, tokens) + work.reading(TINY, length) + work.naming(TINY)
    assert counted == pytest.approx(needed + unseen, rel=0.01)


def test_reading_in_parts_is_reading_the_whole() -> None:
    parts = work.reading(SMALL, 1000) + work.reading(SMALL, 40, behind=1000)
    assert parts == pytest.approx(work.reading(SMALL, 1040))


def test_sharing_saves_all_but_one_picture() -> None:
    apart = work.asking(SMALL, 256, 310, 16, 40, shared=False)
    together = work.asking(SMALL, 256, 310, 16, 40, shared=True)
    picture = work.looking(SMALL, 256) + work.reading(SMALL, 310)
    assert apart - together == pytest.approx(39 * picture)
    assert work.asking(SMALL, 256, 310, 16, 1, shared=True) == pytest.approx(apart / 40)
