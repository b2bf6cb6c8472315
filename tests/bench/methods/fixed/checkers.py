"""A tiny random safety checker, laid out as the published one."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPVisionModelWithProjection

SIDE = 32
WIDTH = 24
TOWER = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "image_size": SIDE,
    "patch_size": 8,
}


def build(folder: Path, *, pickled: bool = False) -> Path:
    """Writes config, processor and weights; its concepts are far from every picture."""
    config = CLIPConfig(vision_config=TOWER, projection_dim=WIDTH)
    vision = config.vision_config
    vision.projection_dim = WIDTH
    with torch.random.fork_rng():
        torch.manual_seed(5)
        tower = CLIPVisionModelWithProjection(vision)
        for weight in tower.parameters():
            if weight.ndim > 1:
                torch.nn.init.normal_(weight, std=1.5 / weight[0].numel() ** 0.5)
    config.save_pretrained(folder)
    CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    ).save_pretrained(folder)
    weights = {_published(name): tensor for name, tensor in tower.state_dict().items()}
    write(folder, {**weights, **vectors()}, pickled=pickled)
    return folder


def vectors() -> dict[str, Tensor]:
    """17 concepts and 3 of special care, whose bounds no cosine reaches."""
    draw = torch.Generator().manual_seed(11)
    return {
        "concept_embeds": torch.randn(17, WIDTH, generator=draw),
        "special_care_embeds": torch.randn(3, WIDTH, generator=draw),
        "concept_embeds_weights": torch.full((17,), 2.0),
        "special_care_embeds_weights": torch.full((3,), 2.0),
    }


def write(folder: Path, weights: dict[str, Tensor], *, pickled: bool = False) -> None:
    plain = {name: tensor.detach().clone().contiguous() for name, tensor in weights.items()}
    if pickled:
        torch.save(plain, folder / "pytorch_model.bin")
    else:
        save_file(plain, folder / "model.safetensors", {"format": "pt"})


def _published(name: str) -> str:
    """Its name in the published file, whose tower stands in a model of its own."""
    inner = name.removeprefix("vision_model.")
    return f"vision_model.vision_model.{inner}" if inner != name else name
