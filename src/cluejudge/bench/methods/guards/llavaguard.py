"""LlavaGuard (arXiv 2406.05113): rates an image by a policy in its prompt, as JSON.

Its template holds no policy, so the words are ours; those that it was trained on are in its
repository, and can be given as a file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from cluejudge import prompts
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.classifying import About, Classified
from cluejudge.bench.methods.guards.options import (
    GuardOptions,
    Policy,
    coded,
    guarding,
    one_line,
    rules_of,
)
from cluejudge.bench.methods.guards.rating import Rater, Rating
from cluejudge.bench.methods.guards.writing import GuardWriter, behind_rating
from cluejudge.bench.spec import Spec
from cluejudge.compiled import CompiledRule
from cluejudge.errors import UsageError
from cluejudge.mllm.opening.loading import load_backbone
from cluejudge.verdict import Outcome

HUB = "AIML-TUDA/LlavaGuard-v1.2-7B-OV-hf"

UNREAD = "what it wrote is no rating as JSON"

_RATINGS = {"unsafe": Outcome.UNSAFE, "safe": Outcome.SAFE}
_POLICY = "bench/llavaguard-policy"


class LlavaGuardOptions(GuardOptions):
    """Options of `llavaguard`."""

    tokens: int = Field(default=200, ge=16, description="the longest answer")
    prompt: str | None = Field(
        default=None, description="a file with the whole prompt, in the place of ours"
    )


def make(spec: Spec, setup: Setup) -> Classified:
    """The method `llavaguard`, by a folder or a hub's id. Raises `ModelError` and `UsageError`."""
    options = spec.read_options(LlavaGuardOptions)
    rules = rules_of(setup, options.policy)
    codes = coded(rules, "R")
    told = message(codes, options)
    name = spec.arg or HUB
    backbone = load_backbone(name, options.loading())
    guard = GuardWriter(backbone, tokens=options.tokens, chooses=behind_rating)
    card = {
        "model": name,
        "revision": backbone.revision,
        "licence": "as its page says; for research, and gated",
        "source": "arXiv 2406.05113",
        "policy": options.policy.value,
        "prompt": prompts.Prompt("llavaguard", told).digest,
    }
    about = About(str(spec), "LlavaGuard", card)
    rater = Rater(guard, told, parse_rating, UNREAD, codes)
    return guarding(about, rater, setup, rules, names_all=False)


def parse_rating(text: str) -> Rating | None:
    """The one JSON object in `text`; None for anything else than a rating of Safe or Unsafe.

    It names one category at most, by what stands before the colon.
    """
    begin, end = text.find("{"), text.rfind("}")
    try:
        data = json.loads(text[begin : end + 1]) if begin >= 0 else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("rating"), str):
        return None
    outcome = _RATINGS.get(data["rating"].strip().lower())
    if outcome is None:
        return None
    category, rationale = (_text(data.get(name)) for name in ("category", "rationale"))
    code = category.partition(":")[0].strip()
    return Rating(outcome, (code,), ". ".join(filter(None, (category, rationale))))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def message(codes: Mapping[str, CompiledRule], options: LlavaGuardOptions) -> str:
    """What it is told: its own policy in our words, the rules by their codes, or a user's words.

    Raises `UsageError` for a file that cannot be read, and for one beside rules.
    """
    if options.prompt is not None:
        if options.policy is Policy.RULES:
            raise UsageError("llavaguard: a prompt of your own holds its own policy, not the rules")
        return _file(options.prompt)
    policy = "\n".join(
        f"{code}: {rule.id}. Broken if this is so: {one_line(rule.text)}"
        for code, rule in codes.items()
    )
    return prompts.load("bench/llavaguard").render(policy=policy or prompts.load(_POLICY).text)


def _file(path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise UsageError(f"llavaguard: the prompt {path} cannot be read: {error}") from error
