"""The recipe with a real pipeline of diffusers, tiny and random, where diffusers is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cluejudge.bench.suites.osbench.draw import draw, is_whole, load_drawer
from cluejudge.bench.suites.osbench.expand import make_prompts
from cluejudge.bench.suites.osbench.records import MANIFEST, ImageRecord, read_records
from cluejudge.bench.suites.osbench.seeds import load_seeds

diffusers: Any = pytest.importorskip("diffusers", exc_type=ImportError)
transformers: Any = pytest.importorskip("transformers")

# Other people's libraries warn of their own ways.
pytestmark = pytest.mark.filterwarnings("ignore")


def tokenizer(folder: Path) -> Any:
    """One that knows single letters."""
    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    files = str(folder / "vocab.json"), str(folder / "merges.txt")
    return transformers.CLIPTokenizer(*files, model_max_length=77)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The folder of a pipeline whose weights are random."""
    reader = tokenizer(tmp_path)
    text = transformers.CLIPTextConfig(
        hidden_size=8,
        intermediate_size=8,
        num_attention_heads=2,
        num_hidden_layers=1,
        vocab_size=len(reader),
    )
    unet = diffusers.UNet2DConditionModel(
        block_out_channels=(4, 8),
        layers_per_block=1,
        sample_size=8,
        norm_num_groups=2,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=8,
    )
    vae = diffusers.AutoencoderKL(
        block_out_channels=[4, 8],
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        norm_num_groups=2,
    )
    pipeline = diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=transformers.CLIPTextModel(text),
        tokenizer=reader,
        unet=unet,
        scheduler=diffusers.DDIMScheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_a_pipeline_of_diffusers_draws_the_prompts(model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    folder.mkdir()
    make_prompts(folder, load_seeds(), ["burnt"], {}, variants=0)
    drawer = load_drawer(str(model), device="cpu", steps=1)
    assert draw(folder, drawer, seed=3).made == 8
    records = read_records(folder / MANIFEST, ImageRecord)
    assert len({one.sha256 for one in records}) == 8
    assert all(is_whole(folder, one) for one in records)
    (folder / MANIFEST).unlink()
    assert draw(folder, drawer, seed=3).made == 8
    assert read_records(folder / MANIFEST, ImageRecord) == records
