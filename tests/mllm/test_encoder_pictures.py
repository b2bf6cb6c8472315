"""What an encoder sees of pictures that are not square."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoProcessor

from cluejudge.image import Picture
from cluejudge.mllm.encoder import load_encoder
from tests.mllm.lookers import ENCODERS, build


@pytest.fixture(params=ENCODERS)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return build(str(request.param), tmp_path / "encoder")


@pytest.mark.parametrize("turned", [False, True])
def test_the_ends_of_long_pictures_are_seen(folder: Path, turned: bool) -> None:
    middle = np.random.default_rng(0).integers(0, 256, (64, 192, 3), np.uint8)
    ended = middle.copy()
    ended[:, :50] = ended[:, -50:] = 255
    pictures = [
        Picture(np.ascontiguousarray(one.transpose(1, 0, 2) if turned else one))
        for one in (middle, ended)
    ]
    encoder = load_encoder(str(folder), device="cpu", dtype="float32", threshold=0.1)
    one, other = encoder.embed_images(pictures)
    assert one @ other < 0.999


def test_square_pictures_are_seen_as_its_own_processor_shows_them(folder: Path) -> None:
    picture = Picture(np.random.default_rng(1).integers(0, 256, (80, 80, 3), np.uint8))
    processor = AutoProcessor.from_pretrained(folder).image_processor
    model = AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        seen = model.get_image_features(**processor([picture.pil()], return_tensors="pt"))
    vector = seen.pooler_output[0].numpy()
    encoder = load_encoder(str(folder), device="cpu", dtype="float32", threshold=0.1)
    found = encoder.embed_images([picture])[0]
    assert found == pytest.approx(vector / np.linalg.norm(vector), abs=1e-5)
