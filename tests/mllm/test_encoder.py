from __future__ import annotations

import importlib
import importlib.util
import json
import math
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoProcessor

import cluejudge.mllm
from cluejudge.errors import CluejudgeWarning, MissingExtraError, ModelError, UsageError
from cluejudge.image import Picture
from cluejudge.mllm.encoder import (
    CLIP_THRESHOLD,
    SIGLIP_BATCH,
    DualEncoder,
    load_encoder,
    own_threshold,
)
from cluejudge.mllm.opening.pretrained import Checkpoint, find_kind, open_checkpoint
from cluejudge.models.cache import CachedEncoder
from tests.mllm.lookers import ENCODERS, LENGTH, SIGLIP_BIAS, SIGLIP_SCALE, build, spoil
from tests.models.contract import EncoderContract, plain

TEXTS = ["a person", "a dog on fire", "two or more people"]
PICTURES = [plain(255, 0, 0, 48, 48), plain(0, 0, 255, 130, 130), plain(250, 250, 250, 33, 33)]
LONG = "a person " * LENGTH

load = partial(load_encoder, device="cpu", dtype="float32")
cut_is_told = pytest.mark.filterwarnings("ignore:.* reads only the first")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("encoders")
    return {kind: build(kind, root / kind) for kind in ENCODERS}


@pytest.fixture(scope="module")
def encoders(folders: dict[str, Path]) -> dict[str, DualEncoder]:
    return {kind: load(str(folder), threshold=0.1) for kind, folder in folders.items()}


def opened(folder: Path, kind: str) -> Checkpoint:
    source = find_kind(str(folder), [kind], "an encoder")
    return open_checkpoint(source, AutoModel, device="cpu", dtype="float32")


@pytest.fixture(params=ENCODERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@cut_is_told
class TestEncoderContract(EncoderContract):
    @pytest.fixture
    def encoder(self, encoders: dict[str, DualEncoder], kind: str) -> DualEncoder:
        return encoders[kind]


def test_vectors_are_those_of_transformers(
    encoders: dict[str, DualEncoder], folders: dict[str, Path], kind: str
) -> None:
    model = AutoModel.from_pretrained(folders[kind]).eval()
    processor = AutoProcessor.from_pretrained(folders[kind])
    images = processor.image_processor([one.pil() for one in PICTURES], return_tensors="pt")
    texts = processor.tokenizer(
        TEXTS, padding="max_length", max_length=LENGTH, padding_side="right", return_tensors="pt"
    )
    with torch.inference_mode():
        out = model(input_ids=texts["input_ids"], **images)
    encoder = encoders[kind]
    assert encoder.embed_images(PICTURES) == pytest.approx(out.image_embeds.numpy(), abs=1e-5)
    assert encoder.embed_texts(TEXTS) == pytest.approx(out.text_embeds.numpy(), abs=1e-5)


def test_inputs_matter(encoders: dict[str, DualEncoder], kind: str) -> None:
    for vectors in (encoders[kind].embed_images(PICTURES), encoders[kind].embed_texts(TEXTS)):
        cosines = vectors @ vectors.T
        assert (cosines[~np.eye(len(vectors), dtype=bool)] < 0.99).all()


def test_more_inputs_than_one_pass_holds(encoders: dict[str, DualEncoder], kind: str) -> None:
    texts = [f"text {at}" for at in range(300)]
    whole = encoders[kind].embed_texts(texts)
    assert whole.shape == (300, whole.shape[1])
    assert whole[299:] == pytest.approx(encoders[kind].embed_texts(texts[299:]), abs=1e-5)
    assert whole[:1] == pytest.approx(encoders[kind].embed_texts(texts[:1]), abs=1e-5)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", torch.float16])
def test_half_precision_gives_about_the_same_unit_vectors(
    folders: dict[str, Path], encoders: dict[str, DualEncoder], kind: str, dtype: Any
) -> None:
    half = load(str(folders[kind]), dtype=dtype, threshold=0.1)
    for vectors, exact in (
        (half.embed_images(PICTURES), encoders[kind].embed_images(PICTURES)),
        (half.embed_texts(TEXTS), encoders[kind].embed_texts(TEXTS)),
    ):
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
        assert (vectors * exact).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-2)


def test_a_long_text_is_cut_and_told_once(folders: dict[str, Path], kind: str) -> None:
    encoder = load(str(folders[kind]), threshold=0.1)
    with pytest.warns(CluejudgeWarning, match=f"reads only the first {LENGTH} of .* 'a person"):
        (vector,) = encoder.embed_texts([LONG])
    # Any second warning would be an error.
    assert encoder.embed_texts([LONG, "a dog"])[0] == pytest.approx(vector, abs=1e-5)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    with pytest.warns(CluejudgeWarning) as told:
        encoder.embed_texts([f"{LONG}dog", LONG])
    assert len(told) == 1


def test_vetting_says_what_would_be_cut(folders: dict[str, Path], kind: str) -> None:
    encoder = load(str(folders[kind]), threshold=0.1)
    with pytest.warns(CluejudgeWarning, match="reads only the first") as told:
        assert encoder.vet(["a dog", LONG]) == [str(told[0].message)]
    encoder.embed_texts([LONG])  # it was told already
    assert encoder.vet(TEXTS) == encoder.vet([]) == []


@cut_is_told
def test_a_cut_text_ends_as_every_text_does(encoders: dict[str, DualEncoder], kind: str) -> None:
    encoder = encoders[kind]
    one, other = encoder.embed_texts([LONG, f"{LONG} on fire"])
    assert one == pytest.approx(other, abs=1e-5)
    assert np.abs(one - encoder.embed_texts(["b" + LONG])[0]).max() > 1e-3


def test_capitals_do_not_matter(encoders: dict[str, DualEncoder], kind: str) -> None:
    upper, lower = encoders[kind].embed_texts(["A Dog On FIRE", "a dog on fire"])
    assert upper == pytest.approx(lower, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "text"),
    [("clip", "a dog <|endoftext|> bites"), ("siglip", "a <EOS> dog"), ("siglip2", "<pad>")],
)
def test_a_text_that_spells_a_special_token_is_refused(
    encoders: dict[str, DualEncoder], kind: str, text: str
) -> None:
    for asked in (encoders[kind].embed_texts, encoders[kind].vet):
        with pytest.raises(ModelError, match="a meaning of its own"):
            asked(["a dog", text])


def test_half_a_character_is_no_text(encoders: dict[str, DualEncoder], kind: str) -> None:
    with pytest.raises(ModelError, match="half of a character"):
        encoders[kind].embed_texts(["a \ud83d dog"])


def test_it_tells_what_it_is(encoders: dict[str, DualEncoder], folders: dict[str, Path]) -> None:
    assert encoders["clip"].name == str(folders["clip"])
    assert len({encoder.revision for encoder in encoders.values()}) == len(ENCODERS)


def test_texts_can_be_cached(encoders: dict[str, DualEncoder], kind: str) -> None:
    cached = CachedEncoder(encoders[kind])
    first = cached.embed_texts(TEXTS)
    assert cached.embed_texts(TEXTS[::-1]) == pytest.approx(first[::-1])
    assert cached.threshold == 0.1


@pytest.mark.parametrize(
    ("dtype", "hint"), [("float16", "try dtype=bfloat16"), ("float32", "get them again")]
)
def test_a_model_whose_vectors_are_no_numbers_fails(
    folders: dict[str, Path], dtype: str, hint: str
) -> None:
    source = find_kind(str(folders["clip"]), ["clip"], "an encoder")
    checkpoint = open_checkpoint(source, AutoModel, device="cpu", dtype=dtype)
    with torch.no_grad():
        checkpoint.model.visual_projection.weight.fill_(math.inf)
    with pytest.raises(ModelError, match="no numbers") as raised:
        DualEncoder(checkpoint, threshold=0.1).embed_images(PICTURES)
    assert hint in raised.value.hint


def test_a_model_that_fails_says_so(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = opened(folders["clip"], "clip")

    def fails(**_: object) -> None:
        raise torch.OutOfMemoryError("no room")

    monkeypatch.setattr(checkpoint.model, "get_image_features", fails)
    with pytest.raises(ModelError, match="out of memory"):
        DualEncoder(checkpoint, threshold=0.1).embed_images(PICTURES)


class TestThreshold:
    @pytest.mark.parametrize("kind", ["siglip", "siglip2"])
    def test_siglips_is_where_a_picture_begins_to_speak_for_a_text(
        self, folders: dict[str, Path], kind: str
    ) -> None:
        encoder = load(str(folders[kind]))
        assert not encoder.doubt
        bound = encoder.threshold
        logit = SIGLIP_SCALE * bound + SIGLIP_BIAS
        assert 1 / (1 + math.exp(-logit)) == pytest.approx(1 / SIGLIP_BATCH, rel=1e-3)

    def test_that_of_clip_is_the_papers_and_other_clips_are_told(
        self, folders: dict[str, Path]
    ) -> None:
        encoder = load(str(folders["clip"]))
        assert encoder.threshold == CLIP_THRESHOLD == 0.22
        assert "measured with CLIP ViT-B/16" in encoder.doubt

    def test_the_papers_own_clip_is_not_told(self) -> None:
        vision = SimpleNamespace(patch_size=16, hidden_size=768)
        config = SimpleNamespace(model_type="clip", vision_config=vision)
        assert own_threshold(Checkpoint("b16", "", config, None, None)) == (CLIP_THRESHOLD, "")

    def test_a_given_one_is_kept(self, folders: dict[str, Path]) -> None:
        encoder = load(str(folders["clip"]), threshold=-0.5)
        assert (encoder.threshold, encoder.doubt) == (-0.5, "")

    @pytest.mark.parametrize("threshold", [-1.1, 22, math.nan])
    def test_what_is_no_cosine_is_wrong_usage(
        self, folders: dict[str, Path], threshold: float
    ) -> None:
        with pytest.raises(UsageError, match="a cosine"):
            load(str(folders["clip"]), threshold=threshold)

    def test_a_scale_beyond_all_numbers_is_an_error(self, tmp_path: Path) -> None:
        folder = build("siglip", tmp_path / "siglip")
        spoil(folder, "logit_scale", 1e4)
        with pytest.raises(ModelError, match="siglip failed: math range error"):
            load(str(folder))

    def test_a_scale_that_gives_none_leaves_no_rule_out(self, tmp_path: Path) -> None:
        folder = build("siglip", tmp_path / "siglip")
        spoil(folder, "logit_bias", -500.0)
        encoder = load(str(folder))
        assert encoder.threshold == -1
        assert "all rules are relevant: measure one" in encoder.doubt


class TestWhatCannotBeOpened:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="there is no folder"):
            load(str(tmp_path / "nowhere"))

    def test_an_empty_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"no model: it has no config\.json"):
            load(str(tmp_path))

    def test_a_broken_configuration(self, tmp_path: Path) -> None:
        folder = build("clip", tmp_path / "clip")
        config = json.loads((folder / "config.json").read_text("utf-8"))
        config["text_config"]["hidden_size"] = "wide"
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
        with pytest.raises(ModelError, match=r"configuration of .* cannot be opened"):
            load(str(folder))

    def test_a_model_of_another_type(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text(json.dumps({"model_type": "bert"}), "utf-8")
        with pytest.raises(ModelError, match=r"'bert'.*an encoder \(use one of type clip, siglip"):
            load(str(tmp_path))

    @pytest.mark.parametrize("kind", ENCODERS)
    def test_a_missing_image_processor(self, tmp_path: Path, kind: str) -> None:
        folder = build(kind, tmp_path / kind)
        (folder / "processor_config.json").unlink()
        with pytest.raises(ModelError, match="processor"):
            load(str(folder))

    @pytest.mark.parametrize("kind", ["clip", "siglip2"])
    def test_a_missing_tokenizer(self, tmp_path: Path, kind: str) -> None:
        folder = build(kind, tmp_path / kind)
        for file in folder.glob("tokenizer*"):
            file.unlink()
        with pytest.raises(ModelError, match=r"processor|tokens"):
            load(str(folder))

    def test_a_tokenizer_without_its_words(self, tmp_path: Path) -> None:
        folder = build("clip", tmp_path / "clip")
        (folder / "tokenizer.json").unlink()
        with pytest.raises(ModelError, match=r"the tokenizer of .* of the model's \d+ tokens"):
            load(str(folder))

    def test_missing_weights(self, tmp_path: Path) -> None:
        folder = build("clip", tmp_path / "clip")
        weights = load_file(folder / "model.safetensors")
        del weights["text_projection.weight"]
        save_file(weights, folder / "model.safetensors", {"format": "pt"})
        with pytest.raises(ModelError, match=r"lacks 1 of its weights, such as text_projection"):
            load(str(folder))

    def test_no_weights(self, tmp_path: Path) -> None:
        folder = build("clip", tmp_path / "clip")
        (folder / "model.safetensors").unlink()
        with pytest.raises(ModelError, match=r"the model of .* cannot be opened"):
            load(str(folder))

    @pytest.mark.parametrize("tower", ["vision_model", "text_model"])
    @pytest.mark.parametrize("kind", ENCODERS)
    def test_weights_that_are_no_numbers(self, tmp_path: Path, kind: str, tower: str) -> None:
        folder = build(kind, tmp_path / kind)
        spoil(folder, tower)
        with pytest.raises(ModelError, match="no numbers"):
            load(str(folder), threshold=0.1)

    def test_pictures_and_texts_of_different_spaces(self, tmp_path: Path) -> None:
        folder = build("siglip", tmp_path / "siglip")
        model = AutoModel.from_pretrained(folder)
        model.text_model.head = torch.nn.Linear(32, 16)
        model.config.text_config.projection_size = 16
        model.save_pretrained(folder)
        with pytest.raises(ModelError, match=r"siglip failed: .*(shape|broadcast)"):
            load(str(folder))

    def test_a_device_that_is_not_there(self, folders: dict[str, Path]) -> None:
        with pytest.raises(ModelError, match=r"the model of .* cannot be opened"):
            load(str(folders["clip"]), device="nosuchdevice")

    @pytest.mark.parametrize("library", ["torch", "transformers"])
    def test_a_missing_library_names_the_extra(
        self, monkeypatch: pytest.MonkeyPatch, library: str
    ) -> None:
        found = importlib.util.find_spec
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda name: None if name == library else found(name)
        )
        with pytest.raises(MissingExtraError, match=r"pip install 'cluejudge\[torch\]'"):
            importlib.reload(cluejudge.mllm)


def test_a_picture_of_any_shape_is_seen(encoders: dict[str, DualEncoder], kind: str) -> None:
    thin = Picture(np.zeros((2, 80, 3), np.uint8))
    assert np.linalg.norm(encoders[kind].embed_images([thin])) == pytest.approx(1, abs=1e-5)
