"""The vision tower of the embedded model as a transformers model (needs the `torch` extra).

128 x 128 RGB in, 64 tokens of width 192 out (8 x 8 cells in reading order). Importing this module
registers it, so that `AutoModelForImageTextToText` loads the embedded checkpoint.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput


class PictoTowerConfig(PreTrainedConfig):
    """Shape of the tower. `folded` towers have their batch norms folded into the convolutions."""

    model_type = "cluejudge_tower"

    def __init__(
        self,
        *,
        image_size: int = 128,
        widths: tuple[int, ...] = (40, 64, 128, 192),
        depths: tuple[int, ...] = (0, 2, 3, 2),
        blocks: int = 2,
        heads: int = 6,
        folded: bool = True,
        **kwargs: Any,
    ) -> None:
        self.image_size = image_size
        self.widths = list(widths)
        self.depths = list(depths)
        self.blocks = blocks
        self.heads = heads
        self.folded = folded
        self.hidden_size = widths[-1]
        self.patch_size = image_size // 8
        super().__init__(**kwargs)


class ConvNorm(nn.Module):
    """A 3 x 3 convolution, normalised over the batch while training, with a bias once folded."""

    def __init__(self, width_in: int, width_out: int, stride: int, folded: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width_in, width_out, 3, stride, 1, bias=folded)
        self.norm = nn.Identity() if folded else nn.BatchNorm2d(width_out)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width_in, h, w] -> [batch, width_out, h / stride, w / stride]."""
        out: Tensor = self.norm(self.conv(x))
        return out


class Residual(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int, folded: bool) -> None:
        super().__init__()
        self.first = ConvNorm(width, width, 1, folded)
        self.second = ConvNorm(width, width, 1, folded)

    def forward(self, x: Tensor) -> Tensor:
        """Same shape out as in."""
        return torch.relu(x + self.second(torch.relu(self.first(x))))


class Block(nn.Module):
    """Pre-norm self-attention and MLP over the cells."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 2 * width)
        self.down = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """[batch, cells, width] -> the same."""
        batch, cells, width = x.shape
        parts = self.qkv(self.norm1(x)).view(batch, cells, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = nn.functional.scaled_dot_product_attention(q, k, v)
        x = x + self.out(mixed.transpose(1, 2).reshape(batch, cells, width))
        update: Tensor = self.down(nn.functional.gelu(self.up(self.norm2(x))))
        return x + update


class PictoTower(PreTrainedModel):
    """Residual convolutions down to 8 x 8 cells, then a little attention between them."""

    config_class = PictoTowerConfig
    main_input_name = "pixel_values"
    _no_split_modules = ("Block",)

    def __init__(self, config: PictoTowerConfig) -> None:
        super().__init__(config)
        folded, widths = config.folded, config.widths
        layers: list[nn.Module] = [nn.PixelUnshuffle(2), ConvNorm(12, widths[0], 1, folded)]
        layers.append(nn.ReLU())
        for stage, (width, depth) in enumerate(zip(widths, config.depths, strict=True)):
            if stage:
                layers += [ConvNorm(widths[stage - 1], width, 2, folded), nn.ReLU()]
            layers += [Residual(width, folded) for _ in range(depth)]
        self.convs = nn.Sequential(*layers)
        self.place = nn.Parameter(torch.zeros(1, 64, widths[-1]))
        self.blocks = nn.ModuleList(Block(widths[-1], config.heads) for _ in range(config.blocks))
        self.norm = nn.LayerNorm(widths[-1])
        self.post_init()

    def _init_weights(self, module: nn.Module) -> None:
        """Layers keep the initialisation of torch."""

    def forward(self, pixel_values: Tensor, **_: Any) -> BaseModelOutput:
        """Pixels [batch, 3, 128, 128] normalised to -1..1 -> tokens [batch, 64, width]."""
        x = self.convs(pixel_values.to(self.place.dtype))
        x = x.flatten(2).transpose(1, 2) + self.place
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return BaseModelOutput(last_hidden_state=x, hidden_states=(x,))


AutoConfig.register(PictoTowerConfig.model_type, PictoTowerConfig, exist_ok=True)
AutoModel.register(PictoTowerConfig, PictoTower, exist_ok=True)
