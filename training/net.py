"""Everything that is trained, as one module: the LLaVA-shaped model and the heads on its tower."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import (
    LlavaConfig,
    LlavaForConditionalGeneration,
    SmolLM3Config,
)

from cluejudge.embedded.tower import PictoTowerConfig
from training.labels import LABELS

WIDTH = 192
JOINT = 96


def build_llava(
    vocabulary: int, image_token: int, *, folded: bool
) -> LlavaForConditionalGeneration:
    """A LLaVA of about 5M parameters: convolutional tower, SmolLM3 decoder, all full attention."""
    text = SmolLM3Config(
        vocab_size=vocabulary,
        hidden_size=WIDTH,
        intermediate_size=512,
        num_hidden_layers=4,
        num_attention_heads=6,
        num_key_value_heads=6,
        max_position_embeddings=1024,
        rope_parameters={"rope_type": "default", "rope_theta": 1e5},
        no_rope_layers=[0, 1, 0, 1],
        tie_word_embeddings=True,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=4,
    )
    config = LlavaConfig(
        vision_config=PictoTowerConfig(folded=folded),
        text_config=text,
        image_token_index=image_token,
        image_seq_length=64,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        projector_hidden_act="gelu",
        tie_word_embeddings=True,
    )
    return LlavaForConditionalGeneration(config)


class TextTower(nn.Module):
    """Words to a vector: one attention layer over the decoder's word embeddings, then a mean."""

    def __init__(self) -> None:
        super().__init__()
        self.place = nn.Parameter(torch.randn(1, 64, WIDTH) * 0.02)
        self.layer = nn.TransformerEncoderLayer(
            WIDTH, 6, 2 * WIDTH, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.norm = nn.LayerNorm(WIDTH)
        self.out = nn.Linear(WIDTH, JOINT)

    def forward(self, words: Tensor, padding: Tensor) -> Tensor:
        """Embeddings [texts, length, width] and where padding is -> unit vectors [texts, JOINT]."""
        x = self.layer(words + self.place[:, : words.shape[1]], src_key_padding_mask=padding)
        weight = (~padding).unsqueeze(-1).to(x.dtype)
        pooled = (self.norm(x) * weight).sum(1) / weight.sum(1)
        return nn.functional.normalize(self.out(pooled), dim=-1)


class Pool(nn.Module):
    """Cells to one unit vector by learned attention."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.randn(8, WIDTH) * 0.05)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.mix = nn.Linear(8 * WIDTH, 2 * WIDTH)
        self.out = nn.Linear(2 * WIDTH, JOINT)

    def forward(self, cells: Tensor) -> Tensor:
        """[batch, 64, width] -> [batch, JOINT]."""
        weights = torch.softmax(self.query @ self.key(cells).transpose(1, 2) / WIDTH**0.5, dim=-1)
        joined = (weights @ self.value(cells)).flatten(1)
        return nn.functional.normalize(self.out(nn.functional.gelu(self.mix(joined))), dim=-1)


class Net(nn.Module):
    """The LLaVA, and the heads that share its tower.

    `word_scale` and `word_bias` turn the dot product of a projected cell and a word's embedding
    into a logit: that is the open-vocabulary locator, and what aligns the projector with words.
    """

    def __init__(self, vocabulary: int, image_token: int, *, folded: bool = False) -> None:
        super().__init__()
        self.llava = build_llava(vocabulary, image_token, folded=folded)
        self.probe = nn.Linear(WIDTH, len(LABELS))
        self.box = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 4))
        self.word_scale = nn.Parameter(torch.tensor(2.0))
        self.word_bias = nn.Parameter(torch.tensor(-4.0))
        self.pool = Pool()
        self.text = TextTower()
        self.relevance_scale = nn.Parameter(torch.tensor(2.3))
        self.relevance_bias = nn.Parameter(torch.tensor(-3.0))
        self.known = nn.Sequential(nn.Linear(2 * WIDTH, 64), nn.GELU(), nn.Linear(64, 1))
        nn.init.normal_(self.words.weight, std=0.06)
        self._match_content()

    def _match_content(self) -> None:
        """Let the layers without positions start by attending from a word to cells like it."""
        for layer in self.llava.model.language_model.layers:
            attention = layer.self_attn
            if not attention.use_rope:
                nn.init.orthogonal_(attention.q_proj.weight)
                attention.k_proj.weight.data.copy_(attention.q_proj.weight.data)

    @property
    def words(self) -> nn.Embedding:
        """The decoder's word embeddings."""
        embedding = self.llava.get_input_embeddings()
        assert isinstance(embedding, nn.Embedding)
        return embedding

    def cells(self, pixels: Tensor) -> Tensor:
        """Normalised pixels [batch, 3, 128, 128] -> tower tokens [batch, 64, width]."""
        out: Tensor = self.llava.model.vision_tower(pixels).last_hidden_state
        return out

    def project(self, cells: Tensor) -> Tensor:
        """Tower tokens -> what the decoder reads in place of the image tokens."""
        out: Tensor = self.llava.model.multi_modal_projector(cells)
        return out

    def word_logits(self, projected: Tensor, words: Tensor) -> Tensor:
        """Does a cell show a word: [batch, 64, width] x [words, width] -> [batch, 64, words]."""
        unit = nn.functional.normalize(words, dim=-1)
        scores = nn.functional.normalize(projected, dim=-1) @ unit.T
        return scores * self.word_scale.exp() + self.word_bias

    def boxes(self, cells: Tensor) -> Tensor:
        """The box of what each cell shows, unit l, t, r, b: [batch, 64, 4]."""
        return torch.sigmoid(self.box(cells))

    def text_vectors(self, ids: Tensor) -> Tensor:
        """Token ids [texts, length], padded with 0 -> unit vectors [texts, JOINT]."""
        return self.text(self.words(ids), ids == 0)

    def summary(self, cells: Tensor) -> Tensor:
        """What tells known pictures from others: [batch, 64, width] -> [batch, 2 * width]."""
        return torch.cat([cells.mean(1), cells.amax(1)], dim=-1)

    def known_logit(self, cells: Tensor) -> Tensor:
        """Is the picture of the known world: [batch]."""
        out: Tensor = self.known(self.summary(cells)).squeeze(-1)
        return out
