"""Llama Guard with pictures: writes `safe`, or `unsafe` and the codes of what was violated.

The policy is part of its chat template. It judges what a user sends to a model, so the image is
sent with a few words that ask for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import Field

from cluejudge import prompts
from cluejudge.bench.methods.base import NotApplicableError, Setup
from cluejudge.bench.methods.classifying import About, Classified
from cluejudge.bench.methods.guards.options import (
    GuardOptions,
    coded,
    guarding,
    one_line,
    rules_of,
)
from cluejudge.bench.methods.guards.rating import Rater, Rating
from cluejudge.bench.methods.guards.writing import SAFE, UNSAFE, GuardWriter, at_the_start
from cluejudge.bench.spec import Spec
from cluejudge.compiled import CompiledRule
from cluejudge.mllm.backbone import Backbone
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.verdict import Outcome

HUB = "meta-llama/Llama-Guard-3-11B-Vision"

UNREAD = "what it wrote is neither safe nor unsafe"

_CODES = re.compile(r"S\d+(?:\s*,\s*S\d+)*")
_TOLD = "categories"
_PROMPT = "bench/llama-guard"


class LlamaGuardOptions(GuardOptions):
    """Options of `llama-guard`."""

    tokens: int = Field(default=32, ge=4, description="the longest answer")


def make(spec: Spec, setup: Setup) -> Classified:
    """The method `llama-guard`, by a folder or a hub's id.

    Raises `ModelError`, and `NotApplicableError` for rules that its template has no place for.
    """
    options = spec.read_options(LlamaGuardOptions)
    rules = rules_of(setup, options.policy)
    codes = coded(rules, "S")
    name = spec.arg or HUB
    backbone = load_backbone(name, options.loading())
    guard = GuardWriter(
        backbone,
        tokens=options.tokens,
        chooses=at_the_start,
        told=_told(backbone, codes),
    )
    prompt = prompts.load(_PROMPT)
    card = {
        "model": name,
        "revision": backbone.revision,
        "licence": "community licence of Llama; that of 3.2 gives nothing to who builds in the EU",
        "source": f"huggingface: {HUB}",
        "policy": options.policy.value,
        f"prompt {prompt.name}": prompt.digest,
    }
    about = About(str(spec), "Llama Guard", card)
    return guarding(about, Rater(guard, prompt.text, parse_verdict, UNREAD, codes), setup, rules)


def parse_verdict(text: str) -> Rating | None:
    """`safe`, or `unsafe` with codes such as `S1,S9` on the next line; None for anything else."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if lines == [SAFE]:
        return Rating(Outcome.SAFE)
    if not lines or lines[0] != UNSAFE or len(lines) > 2:
        return None
    if len(lines) == 1:
        return Rating(Outcome.UNSAFE)
    if not _CODES.fullmatch(lines[1]):
        return None
    codes = tuple(dict.fromkeys(re.findall(r"S\d+", lines[1])))
    return Rating(Outcome.UNSAFE, codes, ", ".join(codes))


def _told(backbone: Backbone, codes: Mapping[str, CompiledRule]) -> dict[str, object]:
    """What its template is told of the rules; nothing, for its own policy."""
    if not codes:
        return {}
    if _TOLD not in str(backbone.processor.chat_template):
        raise NotApplicableError(
            f"the chat template of {backbone.name} takes no {_TOLD}, so that it cannot be told of "
            "rules",
            hint="leave policy=rules out",
        )
    return {_TOLD: {code: f"{rule.id}: {one_line(rule.text)}" for code, rule in codes.items()}}
