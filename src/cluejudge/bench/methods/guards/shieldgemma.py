"""ShieldGemma 2 (arXiv 2504.01081): P(Yes) that an image violates a policy, by its own class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from pydantic import Field
from transformers import ShieldGemma2ForImageClassification

from cluejudge import prompts
from cluejudge.bench.methods.asking import gravest
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.classifying import About, Classified, Seen, flagged
from cluejudge.bench.methods.guards.options import GuardOptions, guarding, one_line, rules_of
from cluejudge.bench.spec import Spec
from cluejudge.compiled import CompiledRule
from cluejudge.errors import UsageError
from cluejudge.image import Picture
from cluejudge.mllm.failures import no_numbers
from cluejudge.mllm.opening.placement import device_of
from cluejudge.mllm.opening.pretrained import (
    Checkpoint,
    find_kind,
    open_checkpoint,
    probe_picture,
    running,
)
from cluejudge.verdict import Outcome

HUB = "google/shieldgemma-2-4b-it"

_PROMPT = "bench/shieldgemma2"


class ShieldGemmaOptions(GuardOptions):
    """Options of `shieldgemma2`."""

    threshold: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="P(Yes) from which a policy is violated; 0.5 is where Yes is the likelier",
    )


class ShieldGemma:
    """Unsafe if a policy is violated; the score is the largest P(Yes) over the policies.

    `policies` are texts by name; empty for the model's own.
    """

    def __init__(
        self, checkpoint: Checkpoint, policies: Mapping[str, str], threshold: float
    ) -> None:
        self._checkpoint = checkpoint
        self._policies = dict(policies)
        self._names = list(policies) or list(checkpoint.processor.policy_definitions)
        self._threshold = threshold

    def classify(self, pictures: Sequence[Picture]) -> list[Seen]:
        """What it says of each picture, one after another: its policies are a batch."""
        return [self._seen(picture) for picture in pictures]

    def _seen(self, picture: Picture) -> Seen:
        checkpoint = self._checkpoint
        told: dict[str, Any] = {"policies": self._names}
        if self._policies:
            told["custom_policies"] = self._policies
        with running(checkpoint.name), torch.inference_mode():
            inputs = checkpoint.processor(images=[picture.pil()], return_tensors="pt", **told)
            shares = checkpoint.model(**checkpoint.placed(inputs)).probabilities[:, 0].float()
        if not bool(torch.isfinite(shares).all()):
            raise no_numbers("scores", checkpoint.name, checkpoint.model.dtype)
        pairs = list(zip(self._names, shares.cpu().double().tolist(), strict=True))
        found = [flagged(min(1.0, share), self._threshold) for _, share in pairs]
        worst = gravest(found)
        evidence = ", ".join(f"{name} {share:.2f}" for name, share in pairs)
        violated = tuple(
            name
            for name, one in zip(self._names, found, strict=True)
            if self._policies and one.outcome is Outcome.UNSAFE
        )
        told_of = type(worst)(worst.outcome, worst.score, worst.reason, evidence)
        return Seen(told_of, violated, asks=len(pairs))


def make(spec: Spec, setup: Setup) -> Classified:
    """The method `shieldgemma2`, by a folder or a hub's id. Raises `ModelError`."""
    options = spec.read_options(ShieldGemmaOptions)
    if options.revision or options.quantization:
        raise UsageError("shieldgemma2 takes device and dtype only", hint="give a folder")
    rules = rules_of(setup, options.policy)
    name = spec.arg or HUB
    loading = options.loading()
    source = find_kind(name, ("shieldgemma2",), "ShieldGemma 2")
    checkpoint = open_checkpoint(
        source,
        ShieldGemma2ForImageClassification,
        device=device_of(loading),
        dtype=loading.dtype,
    )
    classifier = ShieldGemma(checkpoint, _policies(rules), options.threshold)
    classifier.classify([probe_picture()])
    card = {
        "model": name,
        "revision": checkpoint.revision,
        "licence": "Gemma Terms of Use",
        "source": "arXiv 2504.01081",
        "policy": options.policy.value,
        "threshold": f"{options.threshold:g}",
    }
    return guarding(About(str(spec), "ShieldGemma 2", card), classifier, setup, rules)


def _policies(rules: Sequence[CompiledRule]) -> dict[str, str]:
    prompt = prompts.load(_PROMPT)
    return {rule.id: prompt.render(name=rule.id, text=one_line(rule.text)) for rule in rules}
