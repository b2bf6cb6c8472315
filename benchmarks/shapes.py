"""Shapes of Qwen3-VL models: what the speed benchmarks build with random weights, and count by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PATCH = 16
"""Side of a patch, in pixels; each is seen twice, for a still picture is a film of two frames."""

MERGE = 2
"""Patches along a side of what becomes one token: a token is 32 x 32 pixels."""

CELL = PATCH * MERGE


@dataclass(frozen=True, slots=True)
class Sight:
    """The vision tower; `deepstack` are the layers that also reach the first layers of the text."""

    width: int
    layers: int
    heads: int
    mlp: int
    deepstack: tuple[int, ...]
    places: int = 2304


@dataclass(frozen=True, slots=True)
class Shape:
    """One model; `tied` says whether words are read and written by the same matrix."""

    name: str
    sight: Sight
    width: int
    layers: int
    heads: int
    kv_heads: int
    head_size: int
    mlp: int
    vocabulary: int
    tied: bool

    @property
    def attention_weights(self) -> int:
        """Weights of one text layer's attention."""
        return 2 * self.width * self.head_size * (self.heads + self.kv_heads)

    @property
    def layer_weights(self) -> int:
        """Weights of one text layer that every token is multiplied by."""
        return self.attention_weights + 3 * self.width * self.mlp

    @property
    def cache_values(self) -> int:
        """Values that the cache keeps of one token."""
        return 2 * self.kv_heads * self.head_size * self.layers

    def config(self, special: Mapping[str, int]) -> Any:
        """The transformers configuration; `special` gives the ids of the vision tokens."""
        from transformers import Qwen3VLConfig

        half = self.head_size // 2
        rows = half * 20 // 64
        text = {
            "vocab_size": self.vocabulary,
            "hidden_size": self.width,
            "intermediate_size": self.mlp,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "num_key_value_heads": self.kv_heads,
            "head_dim": self.head_size,
            "rope_parameters": {
                "rope_type": "default",
                "rope_theta": 5_000_000.0,
                "mrope_section": [half - 2 * rows, rows, rows],
                "mrope_interleaved": True,
            },
            "tie_word_embeddings": self.tied,
        }
        vision = {
            "depth": self.sight.layers,
            "hidden_size": self.sight.width,
            "intermediate_size": self.sight.mlp,
            "num_heads": self.sight.heads,
            "out_hidden_size": self.width,
            "patch_size": PATCH,
            "spatial_merge_size": MERGE,
            "deepstack_visual_indexes": list(self.sight.deepstack),
            "num_position_embeddings": self.sight.places,
        }
        return Qwen3VLConfig(
            text_config=text, vision_config=vision, tie_word_embeddings=self.tied, **special
        )


SMALL = Shape(
    name="Qwen3-VL of 250M",
    sight=Sight(width=320, layers=6, heads=5, mlp=1280, deepstack=(1, 3, 5)),
    width=1024,
    layers=16,
    heads=8,
    kv_heads=2,
    head_size=128,
    mlp=3072,
    vocabulary=32_768,
    tied=True,
)
"""For processors. Its proportions are those of the 8B model: the mlp is three times as wide as a
token, the cache a quarter as wide, looking at a picture costs a third to a half of reading it, and
the last matrix a sixth of a token. (With 151 936 words most of so small a model would be words.)"""

LARGE = Shape(
    name="Qwen3-VL of 8B",
    sight=Sight(width=1152, layers=27, heads=16, mlp=4304, deepstack=(8, 16, 24)),
    width=4096,
    layers=36,
    heads=32,
    kv_heads=8,
    head_size=128,
    mlp=12_288,
    vocabulary=151_936,
    tied=False,
)
"""The shape of Qwen3-VL-8B-Instruct."""

TINY = Shape(
    name="Qwen3-VL of a toy",
    sight=Sight(width=32, layers=3, heads=2, mlp=64, deepstack=(0, 1, 2)),
    width=64,
    layers=2,
    heads=4,
    kv_heads=2,
    head_size=32,
    mlp=128,
    vocabulary=4096,
    tied=True,
)
"""Shows that a benchmark runs; its speed means nothing."""
