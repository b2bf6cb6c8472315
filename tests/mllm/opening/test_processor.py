from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers import SmolVLMProcessor
from transformers.models.smolvlm import processing_smolvlm
from transformers.utils import is_torchvision_available

from cluejudge.embedded.models import DATA
from cluejudge.errors import ModelError, UsageError
from cluejudge.image import Picture
from cluejudge.mllm.opening.architecture import read_config
from cluejudge.mllm.opening.processor import IMAGE_TOKENS, load_processor
from cluejudge.mllm.opening.source import find_source
from tests.mllm.families import FAMILIES
from tests.mllm.kits import picture

Checkpoint = Callable[[str], Path]

AREAS = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_5")
"""Families that keep the area of a picture within bounds."""


def loaded(folder: Path, image_tokens: int | None = None) -> Any:
    source = find_source(str(folder))
    return load_processor(source, read_config(source), image_tokens)


def copied(folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns("*.safetensors")))


def tokens_of(processor: Any, width: int, height: int) -> int:
    """How many tokens a picture takes of a model whose pictures are of any size."""
    taken = processor.image_processor(picture(1, height, width).pil(), return_tensors="np")
    return int(taken["image_grid_thw"].prod()) // processor.image_processor.merge_size**2


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_what_makes_its_inputs(family: str, checkpoint: Checkpoint) -> None:
    processor = loaded(checkpoint(family))
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "fire"}]}]
    prompt = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    taken = processor(images=[picture(1).pil()], text=[prompt], return_tensors="pt")
    assert "fire" in processor.tokenizer.decode(taken["input_ids"][0])
    assert "pixel_values" in taken


def test_the_model_of_the_package() -> None:
    processor = loaded(DATA / "checkpoint")
    assert processor.chat_template
    assert type(processor).__name__ == "LlavaProcessor"


class LibrarysSmolVLM(SmolVLMProcessor):
    """Made by the library's own code, for which no film is opened."""

    @classmethod
    def get_attributes(cls) -> list[str]:
        return ["image_processor", "tokenizer"]


def librarys(ours: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The same parts in the library's hands; for a picture or a text no number becomes words."""
    monkeypatch.setattr(processing_smolvlm, "num2words", pytest.fail)
    own = LibrarysSmolVLM(ours.image_processor, ours.tokenizer, None, 4, ours.chat_template)
    own.video_processor = SimpleNamespace(num_frames=8, fps=1)
    return own


@pytest.mark.parametrize("fake", ["<fake_token_around_image>", "<row_6_col_6>", None])
def test_smolvlm_is_read_as_by_the_library_with_what_it_wants_for_videos(
    fake: str | None, checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever token the tokenizer names to stand around a picture, or none."""
    folder = copied(checkpoint("smolvlm"), tmp_path / "m")
    named = {"fake_image_token": fake} if fake else {}
    _rewrite(folder / "tokenizer_config.json", extra_special_tokens=named)
    ours = loaded(folder)
    assert ours.fake_image_token == (fake or "<fake_token_around_image>")
    own = librarys(ours, monkeypatch)
    assert vars(own) == {**vars(ours), "video_processor": own.video_processor}
    for split in (True, False):
        ours.image_processor.do_image_splitting = split
        for image in (picture(1), picture(2, 30, 90), None):
            found, true = (_made(one, image) for one in (ours, own))
            assert found.keys() == true.keys()
            assert all(torch.equal(found[name], true[name]) for name in true)
            tiles = found["input_ids"].tolist()[0].count(ours.image_token_id) // 4
            assert (tiles > 1) == (split and image is not None)


def _made(processor: Any, image: Picture | None) -> dict[str, torch.Tensor]:
    content = [{"type": "image"}] * (image is not None) + [{"type": "text", "text": "fire"}]
    chat = [{"role": "user", "content": content}]
    prompt = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
    images = None if image is None else [image.pil()]
    return dict(processor(images=images, text=[prompt], return_tensors="pt"))


@pytest.mark.parametrize("family", AREAS)
def test_a_picture_takes_no_more_tokens_than_are_asked_for(
    family: str, checkpoint: Checkpoint
) -> None:
    for bound in (16, 24, 100):
        processor = loaded(checkpoint(family), bound)
        for width, height in ((900, 900), (1500, 200), (40, 64)):
            assert 1 <= tokens_of(processor, width, height) <= bound
        assert tokens_of(processor, 900, 900) > 0.6 * bound


def test_a_picture_may_take_fewer_than_the_model_s_least(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = copied(checkpoint("qwen3_vl"), tmp_path / "m")
    size = {"shortest_edge": 64 * 16 * 16, "longest_edge": 128 * 16 * 16}
    _rewrite(folder / "preprocessor_config.json", size=size)
    assert tokens_of(loaded(folder, 16), 300, 300) <= 16
    assert 64 <= tokens_of(loaded(folder), 300, 300) <= 128


def test_without_a_bound_a_large_one_is_made_smaller_and_a_small_one_left(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    small = loaded(checkpoint("qwen3_vl")).image_processor.size["longest_edge"]
    assert small == 36 * 16 * 16
    folder = copied(checkpoint("qwen3_vl"), tmp_path / "m")
    size = {"shortest_edge": 4 * 16 * 16, "longest_edge": 16384 * 16 * 16}
    _rewrite(folder / "preprocessor_config.json", size=size)
    large = loaded(folder)
    assert large.image_processor.size["longest_edge"] == IMAGE_TOKENS * 16 * 16
    assert tokens_of(large, 1200, 1200) <= IMAGE_TOKENS


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - set(AREAS)))
def test_other_families_refuse_a_bound(family: str, checkpoint: Checkpoint) -> None:
    with pytest.raises(UsageError, match=r"option image_tokens=64: .* has its own way"):
        loaded(checkpoint(family), 64)


def test_no_chat_template(checkpoint: Checkpoint) -> None:
    with pytest.raises(ModelError, match="has no chat template") as raised:
        loaded(checkpoint("no_template"))
    assert "instruction-tuned" in raised.value.hint


def test_a_chat_template_that_only_the_tokenizer_has(
    checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = copied(checkpoint("llava"), tmp_path / "m")
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").unlink()
    _rewrite(folder / "tokenizer_config.json", chat_template=template)
    assert loaded(folder).chat_template == template


@pytest.mark.parametrize(
    "files",
    [
        ("tokenizer.json", "tokenizer_config.json"),
        ("preprocessor_config.json", "processor_config.json"),
    ],
)
def test_files_that_are_not_there(
    files: tuple[str, ...], checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = copied(checkpoint("llava"), tmp_path / "m")
    for file in files:
        (folder / file).unlink()
    with pytest.raises(ModelError) as raised:
        loaded(folder)
    assert "get all files of the model" in raised.value.hint


def test_files_that_are_broken(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = copied(checkpoint("llava"), tmp_path / "m")
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match=r"the processor of .* cannot be opened"):
        loaded(folder)


def test_code_of_its_own_is_never_run(checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = copied(checkpoint("llava"), tmp_path / "m")
    (folder / "own.py").write_text("raise SystemExit('it was run')")
    _rewrite(
        folder / "processor_config.json",
        processor_class="OwnProcessor",
        auto_map={"AutoProcessor": "own.OwnProcessor"},
    )
    with pytest.raises(ModelError, match="brings its own code, which is never run"):
        loaded(folder)


@pytest.mark.skipif(is_torchvision_available(), reason="shows what is said without torchvision")
@pytest.mark.parametrize("kind", ["Llama4ImageProcessor", "Llama4ImageProcessorFast"])
@pytest.mark.parametrize("family", ["llava", "qwen3_vl", "smolvlm"])
def test_pictures_that_need_torchvision(
    family: str, kind: str, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = copied(checkpoint(family), tmp_path / "m")
    _rewrite(folder / "preprocessor_config.json", image_processor_type=kind)
    with pytest.raises(ModelError, match="cannot be opened") as raised:
        loaded(folder)
    assert raised.value.hint == "pip install torchvision"


def _rewrite(path: Path, **told: Any) -> None:
    """Some values in a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text()), **told}))
