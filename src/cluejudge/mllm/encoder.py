"""CLIP, SigLIP and SigLIP 2 as the encoder of the relevance scan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import torch
from transformers import AutoModel

from cluejudge.errors import UsageError
from cluejudge.image import Picture
from cluejudge.mllm.failures import no_numbers
from cluejudge.mllm.opening.pretrained import (
    PROBE,
    Checkpoint,
    find_kind,
    open_checkpoint,
    probe_picture,
    running,
)
from cluejudge.mllm.opening.whole import refuse_cuts, squeeze
from cluejudge.mllm.prompting.texts import Texts
from cluejudge.models.protocols import Vectors

KINDS = ("clip", "siglip", "siglip2")
"""The types of model that can be encoders. The SigLIP 2 models of fixed size are of type siglip."""

CLIP_THRESHOLD = 0.22
"""CLUE (arXiv 2501.00192, section 3.2) for CLIP ViT-B/16."""

SIGLIP_BATCH = 32_768
"""Texts of which one belonged to a picture when SigLIP and SigLIP 2 were trained (2303.15343)."""

_MEASURE = "measure one, and set the threshold `relevance`"

_PICTURES = 32  # read in one pass
_TEXTS = 256

T = TypeVar("T")


def load_encoder(
    spec: str,
    *,
    device: str | torch.device,
    dtype: str | torch.dtype,
    threshold: float | None = None,
) -> DualEncoder:
    """The encoder that `spec` names: a hub's model id or a folder.

    `threshold` is the cosine from which a text is relevant; None takes the model's own, which
    `own_threshold` explains, and where that may not fit the encoder's `doubt` says so. Raises
    `UsageError` for a threshold that is no cosine, and `ModelError` for what is no encoder, cannot
    be opened, or fails on a picture and a text.
    """
    if threshold is not None and not -1 <= threshold <= 1:
        raise UsageError(f"an encoder's threshold is a cosine, from -1 to 1, not {threshold}")
    source = find_kind(spec, KINDS, "an encoder")
    checkpoint = open_checkpoint(source, AutoModel, device=device, dtype=dtype)
    with running(spec):
        squeeze(checkpoint.processor.image_processor)
        refuse_cuts(checkpoint.processor.image_processor, spec)
        bound, doubt = own_threshold(checkpoint) if threshold is None else (threshold, "")
        encoder = DualEncoder(checkpoint, threshold=bound, doubt=doubt)
    encoder.embed_images([probe_picture()])
    encoder.embed_texts([PROBE])
    return encoder


class DualEncoder:
    """Pictures and texts as unit vectors; a text is relevant from the cosine `threshold` on.

    CLIP and SigLIP see all of a picture, squeezed into a square, and SigLIP 2 NaFlex sees it in its
    own shape. CLIP's own processor would cut the middle square out, and rules that the ends of a
    long picture violate would be left out; square pictures it shows alike. `doubt` says why
    `threshold` may not fit; empty where it does.
    """

    def __init__(self, checkpoint: Checkpoint, *, threshold: float, doubt: str = "") -> None:
        config = checkpoint.config
        self.name = checkpoint.name
        self.revision = checkpoint.revision
        self.threshold = threshold
        self.doubt = doubt
        self._checkpoint = checkpoint
        self._dim = int(getattr(config, "projection_dim", None) or config.vision_config.hidden_size)
        self._tokens = Texts(
            checkpoint.processor.tokenizer,
            length=config.text_config.max_position_embeddings,
            name=self.name,
            # SigLIP was trained on lower-case texts, and not every tokenizer of it makes them so.
            lower=config.model_type != "clip",
        )

    def embed_images(self, images: Sequence[Picture]) -> Vectors:
        """Unit vectors, float32 [images, dim]. Raises `ModelError` if the model fails."""
        return self._embed(images, self._seen, _PICTURES)

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, dim].

        A text that is longer than the model reads is cut, with a warning. Raises `ModelError` for
        one that spells a special token, and if the model fails.
        """
        return self._embed(texts, self._read, _TEXTS)

    def vet(self, texts: Sequence[str]) -> list[str]:
        """What to say of each text that is read only in part; raises as `embed_texts` does."""
        with running(self.name):
            return self._tokens.vet(texts)

    def _embed(
        self, inputs: Sequence[T], embed: Callable[[Sequence[T]], Any], size: int
    ) -> Vectors:
        vectors = np.zeros((len(inputs), self._dim), np.float32)
        for start in range(0, len(inputs), size):
            part = inputs[start : start + size]
            with running(self.name), torch.inference_mode():
                rows = embed(part).pooler_output.float()
                rows = rows / rows.norm(dim=-1, keepdim=True)
                vectors[start : start + len(part)] = rows.cpu().numpy()
        if not np.isfinite(vectors).all():
            raise no_numbers("vectors", self.name, self._checkpoint.model.dtype)
        return vectors

    def _seen(self, pictures: Sequence[Picture]) -> Any:
        images = [picture.pil() for picture in pictures]
        inputs = self._checkpoint.processor.image_processor(images=images, return_tensors="pt")
        return self._checkpoint.model.get_image_features(**self._checkpoint.placed(inputs))

    def _read(self, texts: Sequence[str]) -> Any:
        inputs = self._checkpoint.placed({"input_ids": self._tokens(texts)})
        return self._checkpoint.model.get_text_features(**inputs)


def own_threshold(checkpoint: Checkpoint) -> tuple[float, str]:
    """The cosine from which a text is relevant to a picture, and why it may not fit, if so.

    CLIP: the paper's 0.22, measured with ViT-B/16; another CLIP gets it too, with a doubt, for
    its cosines lie elsewhere. SigLIP tells how probable it is that a text belongs to a picture,
    `sigmoid(scale * cosine + bias)`, when one text in `SIGLIP_BATCH` does. A text is relevant from
    where that probability is no smaller than this share: where the picture begins to speak for the
    text. That is far below one half, because a rule names a part of a picture, and SigLIP is sure
    only of texts that describe the whole of it. Measure your own where you have pictures.
    Where the scale and the bias give no cosine, all texts are relevant.
    """
    if checkpoint.config.model_type == "clip":
        return CLIP_THRESHOLD, _doubt_of_other_clip(checkpoint)
    scale = math.exp(checkpoint.model.logit_scale.item())
    neutral = -math.log(SIGLIP_BATCH - 1)
    cosine = (neutral - checkpoint.model.logit_bias.item()) / scale
    if not -1 <= cosine <= 1:
        return -1.0, (
            f"{checkpoint.name} has a scale and a bias that give no relevance threshold, so that "
            f"all rules are relevant: {_MEASURE}"
        )
    return cosine, ""


def _doubt_of_other_clip(checkpoint: Checkpoint) -> str:
    vision = checkpoint.config.vision_config
    if (vision.patch_size, vision.hidden_size) == (16, 768):
        return ""
    return (
        f"the relevance threshold {CLIP_THRESHOLD} was measured with CLIP ViT-B/16, not with "
        f"{checkpoint.name}, so that rules may be left out: {_MEASURE}"
    )
