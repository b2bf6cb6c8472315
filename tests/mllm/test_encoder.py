from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoProcessor

from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.mllm.encoder import DualEncoder
from cluejudge.mllm.opening.pretrained import Checkpoint, find_kind, open_checkpoint
from cluejudge.models.cache import CachedEncoder
from cluejudge.models.registry import load_encoder
from tests.mllm.encoders import PICTURES, TEXTS, cut_is_told, each_kind, load
from tests.mllm.lookers import ENCODERS, LENGTH
from tests.models.looking import EncoderContract


def opened_clip(folders: dict[str, Path], dtype: str) -> Checkpoint:
    source = find_kind(str(folders["clip"]), ["clip"], "an encoder")
    return open_checkpoint(source, AutoModel, device="cpu", dtype=dtype)


@each_kind
@cut_is_told
class TestEncoderContract(EncoderContract):
    @pytest.fixture
    def encoder(self, encoders: dict[str, DualEncoder], kind: str) -> DualEncoder:
        return encoders[kind]


@each_kind
def test_vectors_are_those_of_transformers(
    encoders: dict[str, DualEncoder], encoder_folders: dict[str, Path], kind: str
) -> None:
    model = AutoModel.from_pretrained(encoder_folders[kind]).eval()
    processor = AutoProcessor.from_pretrained(encoder_folders[kind])
    images = processor.image_processor([one.pil() for one in PICTURES], return_tensors="pt")
    texts = processor.tokenizer(
        TEXTS, padding="max_length", max_length=LENGTH, padding_side="right", return_tensors="pt"
    )
    with torch.inference_mode():
        out = model(input_ids=texts["input_ids"], **images)
    encoder = encoders[kind]
    assert encoder.embed_images(PICTURES) == pytest.approx(out.image_embeds.numpy(), abs=1e-5)
    assert encoder.embed_texts(TEXTS) == pytest.approx(out.text_embeds.numpy(), abs=1e-5)


@each_kind
def test_inputs_matter(encoders: dict[str, DualEncoder], kind: str) -> None:
    for vectors in (encoders[kind].embed_images(PICTURES), encoders[kind].embed_texts(TEXTS)):
        cosines = vectors @ vectors.T
        assert (cosines[~np.eye(len(vectors), dtype=bool)] < 0.99).all()


@each_kind
def test_a_picture_of_any_shape_is_seen(encoders: dict[str, DualEncoder], kind: str) -> None:
    thin = Picture(np.zeros((2, 80, 3), np.uint8))
    assert np.linalg.norm(encoders[kind].embed_images([thin])) == pytest.approx(1, abs=1e-5)


@each_kind
def test_more_inputs_than_one_pass_holds(encoders: dict[str, DualEncoder], kind: str) -> None:
    texts = [f"text {at}" for at in range(300)]
    whole = encoders[kind].embed_texts(texts)
    assert whole.shape == (300, whole.shape[1])
    assert whole[299:] == pytest.approx(encoders[kind].embed_texts(texts[299:]), abs=1e-5)
    assert whole[:1] == pytest.approx(encoders[kind].embed_texts(texts[:1]), abs=1e-5)


@each_kind
@pytest.mark.parametrize("dtype", ["bfloat16", "float16", torch.float16])
def test_half_precision_gives_about_the_same_unit_vectors(
    encoder_folders: dict[str, Path], encoders: dict[str, DualEncoder], kind: str, dtype: Any
) -> None:
    half = load(str(encoder_folders[kind]), dtype=dtype, threshold=0.1)
    for vectors, exact in (
        (half.embed_images(PICTURES), encoders[kind].embed_images(PICTURES)),
        (half.embed_texts(TEXTS), encoders[kind].embed_texts(TEXTS)),
    ):
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
        assert (vectors * exact).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-2)


def test_it_tells_what_it_is(
    encoders: dict[str, DualEncoder], encoder_folders: dict[str, Path]
) -> None:
    assert encoders["clip"].name == str(encoder_folders["clip"])
    assert len({encoder.revision for encoder in encoders.values()}) == len(ENCODERS)


def test_it_is_loaded_by_itself(
    encoders: dict[str, DualEncoder], encoder_folders: dict[str, Path]
) -> None:
    models = load_encoder(str(encoder_folders["siglip"]))
    assert models.encoder is not None
    seen = models.encoder.embed_images(PICTURES)
    assert seen == pytest.approx(encoders["siglip"].embed_images(PICTURES), abs=1e-4)
    assert not models.questions
    assert dict(models.card)["encoder"].startswith(str(encoder_folders["siglip"]))


@each_kind
def test_texts_can_be_cached(encoders: dict[str, DualEncoder], kind: str) -> None:
    cached = CachedEncoder(encoders[kind])
    first = cached.embed_texts(TEXTS)
    assert cached.embed_texts(TEXTS[::-1]) == pytest.approx(first[::-1])
    assert cached.threshold == 0.1


@pytest.mark.parametrize(
    ("dtype", "hint"), [("float16", "try dtype=bfloat16"), ("float32", "get them again")]
)
def test_a_model_whose_vectors_are_no_numbers_fails(
    encoder_folders: dict[str, Path], dtype: str, hint: str
) -> None:
    checkpoint = opened_clip(encoder_folders, dtype)
    with torch.no_grad():
        checkpoint.model.visual_projection.weight.fill_(math.inf)
    with pytest.raises(ModelError, match="no numbers") as raised:
        DualEncoder(checkpoint, threshold=0.1).embed_images(PICTURES)
    assert hint in raised.value.hint


def test_a_model_that_fails_says_so(
    encoder_folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = opened_clip(encoder_folders, "float32")

    def fails(**_: object) -> None:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(checkpoint.model, "get_image_features", fails)
    with pytest.raises(ModelError, match="out of memory"):
        DualEncoder(checkpoint, threshold=0.1).embed_images(PICTURES)
