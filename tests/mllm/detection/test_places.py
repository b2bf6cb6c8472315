"""Boxes come back in the picture's own pixels, whatever a processor made of the picture."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cluejudge.asks import Locate
from cluejudge.image import Box
from tests.mllm.detection.fakes import DINOS, Faked, bright, corners, faked, opened, rectangle
from tests.models.promises import plain


@pytest.mark.parametrize(
    ("width", "height", "box"),
    [
        (400, 100, Box(300, 20, 380, 90)),
        (400, 100, Box(0, 0, 40, 40)),
        (90, 360, Box(10, 280, 80, 350)),
        (160, 160, Box(80, 80, 160, 160)),
        (60, 40, Box(30, 5, 50, 35)),
    ],
)
def test_what_is_seen_comes_back_where_it_is(
    folders: dict[str, Path], kind: str, width: int, height: int, box: Box
) -> None:
    """Through the real processor: its resizing and padding is undone, for any shape of picture."""
    checkpoint = opened(folders[kind], kind)
    checkpoint = replace(checkpoint, processor=deepcopy(checkpoint.processor))
    images = checkpoint.processor.image_processor
    for size in (images.size, getattr(images, "crop_size", None)):
        for side in ("height", "width"):
            if size and size[side]:
                size[side] = 256
    if kind in DINOS:
        images.size = {"shortest_edge": 256, "longest_edge": 512}
    ((found,),) = faked(checkpoint, Faked(bright)).locate(
        [Locate(rectangle(width, height, box), ("dog",))]
    )
    pixel = max(width, height) / 256
    assert corners(found.box) == pytest.approx(corners(box), abs=1.5 * pixel + 0.5)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("owlv2", Box(60, 30, 140, 70)),
        ("owlvit", Box(60, 12, 140, 28)),
        ("grounding-dino", Box(60, 12, 140, 28)),
        ("mm-grounding-dino", Box(60, 12, 140, 28)),
    ],
)
def test_known_shares_come_back_as_known_pixels(
    folders: dict[str, Path], kind: str, expected: Box
) -> None:
    """A picture of 200 x 80; OWLv2's shares are of a square of 200."""

    def known(**_: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        inside, outside = (0.5, 0.25, 0.4, 0.2), (0.5, 1.25, 0.1, 0.1)
        return torch.tensor([[inside, outside]]), torch.full((1, 2, 40), 5.0)

    detector = faked(opened(folders[kind], kind), Faked(known))
    ((found,),) = detector.locate([Locate(plain(1, 2, 3, 200, 80), ("dog",))])
    assert found.box == expected
    assert found.score == pytest.approx(1 / (1 + np.exp(-5)))
