"""The safety checker of Stable Diffusion (arXiv 2210.04610), by weights of the user's.

A CLIP picture encoder, and two lists of vectors made of words that its makers do not tell: a
picture is unsafe if it is closer to one of 17 concepts than that one's bound. Three more, of
special care, make all bounds stricter by 0.01 where one of them is near. The bounds come with the
weights; that they are neither widened nor narrowed otherwise is how diffusers uses them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPVisionModelWithProjection
from transformers.utils import cached_file

from cluejudge.bench.methods.asking import Found
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.classifying import About, Classified, Seen
from cluejudge.bench.methods.fixed.options import WeightsOptions, device_named
from cluejudge.bench.spec import Spec
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.mllm.failures import brief, no_numbers
from cluejudge.mllm.opening.hub import hub_error
from cluejudge.mllm.opening.pretrained import find_kind, probe_picture, running
from cluejudge.mllm.opening.source import Source
from cluejudge.verdict import Outcome

HUB = "CompVis/stable-diffusion-safety-checker"
"""Where its makers published it."""

_STRICTER = 0.01
_FILES = ("model.safetensors", "pytorch_model.bin")
_VECTORS = ("concept_embeds", "special_care_embeds")
_NESTED = re.compile(r"^vision_model\.vision_model\.")


class SafetyChecker:
    """Unsafe if a concept is nearer than its bound; the score is 1/2 + a quarter of by how much.

    It looks at the middle square of a picture, as it was published.
    """

    def __init__(self, tower: Any, images: Any, parts: Mapping[str, Tensor], name: str) -> None:
        self.tower = tower
        self._images = images
        self._concepts, self._special = (_unit(parts[which]) for which in _VECTORS)
        self._bounds, self._special_bounds = (parts[f"{which}_weights"] for which in _VECTORS)
        self._name = name

    def classify(self, pictures: Sequence[Picture]) -> list[Seen]:
        """What it says of each picture. Raises `ModelError` if it fails."""
        with running(self._name), torch.inference_mode():
            inputs = self._images(images=[one.pil() for one in pictures], return_tensors="pt")
            pixels = inputs["pixel_values"].to(self.tower.device)
            vectors = _unit(self.tower(pixel_values=pixels).image_embeds)
            margins = self._margins(vectors)
        if not bool(torch.isfinite(margins).all()):
            raise no_numbers("vectors", self._name, vectors.dtype)
        return [_seen(row) for row in margins.tolist()]

    def _margins(self, vectors: Tensor) -> Tensor:
        """By how much each concept is nearer than its bound [pictures, concepts]."""
        special = vectors @ self._special.T - self._special_bounds
        near = _over(special).any(dim=1, keepdim=True)
        return vectors @ self._concepts.T - self._bounds + _STRICTER * near


def make(spec: Spec, setup: Setup) -> Classified:
    """The method `sd-safety-checker`, by a folder or a hub's id. Raises `ModelError`."""
    options = spec.read_options(WeightsOptions)
    name = spec.arg or HUB
    device = device_named(options.device)
    source = find_kind(name, ("clip",), "the safety checker of Stable Diffusion")
    checker = load_checker(source, device)
    checker.classify([probe_picture()])
    card = {
        "model": name,
        "revision": source.revision,
        "licence": "as its page says",
        "source": f"huggingface: {HUB}",
        "threshold": "bounds of its own for each concept",
    }
    return Classified(About(str(spec), "SD safety checker", card), checker, setup)


def load_checker(source: Source, device: torch.device) -> SafetyChecker:
    """The checker of a checkpoint as it was published. Raises `ModelError` for any other CLIP."""
    place = {"revision": source.commit, "trust_remote_code": False}
    try:
        config = CLIPConfig.from_pretrained(source.place, **place)
        # As it was published: torchvision, where it is there, makes other pixels than Pillow.
        images = CLIPImageProcessorPil.from_pretrained(source.place, **place)
        weights = _weights(source)
        vision = config.vision_config
        vision.projection_dim = config.projection_dim
        tower = CLIPVisionModelWithProjection(vision)
    except ModelError:
        raise
    except Exception as error:  # files of many kinds, each read by a library of its own
        if isinstance(error, OSError) and source.commit:
            raise hub_error(source.name, source.commit, error) from error
        raise ModelError(f"{source.name} cannot be opened: {brief(error)}") from error
    names = [name for which in _VECTORS for name in (which, f"{which}_weights")]
    parts = {name: weights.pop(name) for name in names if name in weights}
    own = {_NESTED.sub("vision_model.", name): tensor for name, tensor in weights.items()}
    lacking = [name for name in names if name not in parts]
    lacking += _filled(tower, own, source.name)
    if lacking:
        raise ModelError(
            f"{source.name} lacks {len(lacking)} of the safety checker's weights, such as "
            f"{lacking[0]}",
            hint=f"give the folder of {HUB}, or its id",
        )
    tower = tower.eval().requires_grad_(False).to(device)
    placed = {name: tensor.float().to(device) for name, tensor in parts.items()}
    return SafetyChecker(tower, images, placed, source.name)


def _filled(tower: Any, own: Mapping[str, Tensor], name: str) -> list[str]:
    """Puts weights into the tower, and tells which of its own were not among them."""
    try:
        return list(tower.load_state_dict(own, strict=False).missing_keys)
    except RuntimeError as error:
        raise ModelError(f"the weights of {name} do not fit its config.json: {brief(error)}") from (
            error
        )


def _weights(source: Source) -> dict[str, Tensor]:
    """All tensors of a checkpoint; of a pickled one nothing else is read."""
    for file in _FILES:
        path = cached_file(
            source.place,
            file,
            revision=source.commit,
            _raise_exceptions_for_missing_entries=False,
        )
        if path is None:
            continue
        if file.endswith(".safetensors"):
            return dict(load_file(path))
        return dict(torch.load(path, map_location="cpu", weights_only=True))
    raise ModelError(f"{source.name} has no {' or '.join(_FILES)}", hint="get all of its files")


def _seen(margins: Sequence[float]) -> Seen:
    near = [at for at, margin in enumerate(margins) if round(margin, 3) > 0]
    evidence = f"concepts {', '.join(map(str, near))}" if near else ""
    score = min(1.0, max(0.0, 0.5 + max(margins) / 4))
    return Seen(Found(Outcome.UNSAFE if near else Outcome.SAFE, score, evidence=evidence))


def _over(margins: Tensor) -> Tensor:
    """Which are more than nothing, to three places, as the published checker rounds."""
    return torch.round(margins, decimals=3) > 0


def _unit(vectors: Tensor) -> Tensor:
    return torch.nn.functional.normalize(vectors.float())
