"""Options that all guard models share, and what their policies are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum

from pydantic import Field

from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.classifying import About, Classified, Classifier
from cluejudge.compiled import CompiledRule, filled
from cluejudge.mllm.options import MllmOptions, parse_options
from cluejudge.settings import Frozen

_LOADED = ("device", "dtype", "revision", "quantization")


class Policy(StrEnum):
    """What a guard model judges by: what it was trained on, or the run's rules."""

    OWN = "own"
    RULES = "rules"


class GuardOptions(Frozen):
    """How a guard model is loaded, and what it is told."""

    policy: Policy = Field(
        default=Policy.OWN, description="its own policy, or the rules of the constitution"
    )
    device: str = Field(default="auto", description="as for a model in this process")
    dtype: str = "auto"
    revision: str | None = None
    quantization: str | None = None

    def loading(self) -> MllmOptions:
        """The options of its loading. Raises `UsageError` for a bad value."""
        given = {name: getattr(self, name) for name in _LOADED}
        return parse_options({name: value for name, value in given.items() if value is not None})


def rules_of(setup: Setup, policy: Policy) -> tuple[CompiledRule, ...]:
    """The rules that are judged by; none where the model judges by its own policy.

    Raises `UsageError` if there are none to judge by.
    """
    return filled(setup.rules).rules if policy is Policy.RULES else ()


def guarding(
    about: About,
    classifier: Classifier,
    setup: Setup,
    rules: Sequence[CompiledRule],
    *,
    names_all: bool = True,
) -> Classified:
    """The method of a guard model, which names rules where it judges by some."""
    if not rules:
        return Classified(about, classifier, setup, names_all=names_all)
    told = replace(about, title=f"{about.title}, by the rules")
    return Classified(told, classifier, setup, [rule.id for rule in rules], names_all=names_all)


def coded(rules: tuple[CompiledRule, ...], letter: str) -> Mapping[str, CompiledRule]:
    """The rules by short codes such as `S1`, which a model writes more surely than ids."""
    return {f"{letter}{at}": rule for at, rule in enumerate(rules, 1)}


def one_line(text: str) -> str:
    """The text without line breaks, which would end an entry of a policy."""
    return " ".join(text.split())
