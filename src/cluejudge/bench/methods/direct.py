"""The four zero-shot baselines of the paper: one question about the whole picture.

Asked of the same models through the same protocols as CLUE (arXiv 2501.00192, Table 2): by prior
knowledge, or with the whole constitution in the question; answered at once, or after a reasoning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from cluejudge import prompts
from cluejudge.asks import Ask, Reason, Reply, Score
from cluejudge.bench.methods.asking import (
    each_asked,
    gravest,
    read_answer,
    read_reasoning,
    refuse_unaskable,
)
from cluejudge.bench.methods.base import NotApplicableError, Setup
from cluejudge.bench.predictions import Prediction
from cluejudge.bench.samples import Sample
from cluejudge.bench.spec import Spec
from cluejudge.compiled import CompiledConstitution, CompiledRule, filled
from cluejudge.errors import UsageError
from cluejudge.image import Picture
from cluejudge.settings import Frozen

_REASONED = "-cot"
"""The end of the names of those that reason before they answer."""


class Texts(StrEnum):
    """Which texts of the rules a question holds: the author's, or the objective ones."""

    SOURCE = "source"
    OBJECTIVE = "objective"


class AskedOptions(Frozen):
    """Options of the baselines that need no rules."""

    tokens: int | None = Field(
        default=None, ge=1, description="the longest reasoning; None takes the method's own"
    )


class WholeOptions(AskedOptions):
    """Options of the baselines that read the whole constitution."""

    texts: Texts = Field(
        default=Texts.SOURCE, description="the rules as people wrote them, or objectified"
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: one content, with a reasoning of at most `tokens` if that is not None."""

    content: str
    tokens: int | None

    def about(self, picture: Picture) -> Ask:
        if self.tokens is None:
            return Score(picture, self.content)
        return Reason(picture, self.content, self.tokens)


class Direct:
    """One question a picture: unsafe at P(Yes) >= 0.5, or where the reasoning says Yes.

    The gravest answer over the pictures of an input (frames, pages) counts. It names no rules.
    """

    at_once = False

    def __init__(
        self, name: str, title: str, question: _Question, setup: Setup, card: Mapping[str, str]
    ) -> None:
        self.name = name
        self.title = title
        self.card = card
        self._question = question
        self._setup = setup

    def predict(self, samples: Iterable[Sample]) -> Iterator[Prediction]:
        """A prediction for each sample, in order; its `score` is P(Yes) of its gravest picture."""
        return each_asked(samples, self._setup, lambda view: [self._about(view)], self._judged)

    def _about(self, picture: Picture) -> Ask:
        return self._question.about(picture)

    def _judged(
        self, sample: Sample, views: Sequence[Picture], known: Mapping[Ask, Reply]
    ) -> Prediction:
        read = read_answer if self._question.tokens is None else read_reasoning
        thresholds = self._setup.thresholds
        found = gravest([read(known[self._about(view)], thresholds) for view in views])
        return Prediction(
            id=sample.id,
            outcome=found.outcome,
            score=found.score,
            reason=found.reason,
            evidence=found.evidence,
        )


def make_prior(spec: Spec, setup: Setup) -> Direct:
    """The baselines `prior` and `prior-cot`: what the model takes to be unfit for the public.

    Raises `NotApplicableError` for models that cannot be asked so, or cannot reason.
    """
    prompt = prompts.load("bench/prior")
    tokens = _tokens(spec, setup, spec.read_options(AskedOptions))
    question = _Question(prompt.text, tokens)
    return _made(spec, setup, question, "prior knowledge", {f"prompt {prompt.name}": prompt.digest})


def make_whole(spec: Spec, setup: Setup) -> Direct:
    """The baselines `whole` and `whole-cot`: all rules in one question.

    By default it holds the rules as their author wrote them, with their exceptions: what a person
    would be given. Raises `NotApplicableError` as `make_prior` does.
    """
    options = spec.read_options(WholeOptions)
    prompt = prompts.load("bench/whole")
    content = prompt.render(rules=listed(setup.rules, options.texts))
    question = _Question(content, _tokens(spec, setup, options))
    card = {f"prompt {prompt.name}": prompt.digest, "texts": options.texts.value}
    return _made(spec, setup, question, "whole constitution", card)


def listed(constitution: CompiledConstitution, texts: Texts) -> str:
    """The rules as numbered lines."""
    rules = filled(constitution).rules
    return "\n".join(f"{at}. {_written(rule, texts)}" for at, rule in enumerate(rules, 1))


def _written(rule: CompiledRule, texts: Texts) -> str:
    """One rule as a line. The objective text has the exceptions within it, the source has not."""
    if texts is Texts.OBJECTIVE:
        return " ".join(rule.text.split())
    source = " ".join(rule.source.split())
    if not rule.exceptions:
        return source
    return f"{source} Allowed all the same: {'; '.join(map(_one_line, rule.exceptions))}."


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")


def _tokens(spec: Spec, setup: Setup, options: AskedOptions) -> int | None:
    """The longest reasoning; None for the baselines that answer at once."""
    if not spec.nameless().name.endswith(_REASONED):
        if options.tokens is not None:
            raise UsageError(
                f"'{spec}': {spec.name} writes no reasoning", hint=f"{spec.name}{_REASONED} does"
            )
        return None
    return options.tokens or setup.method.reasoning_tokens


def _made(
    spec: Spec, setup: Setup, question: _Question, title: str, card: Mapping[str, str]
) -> Direct:
    if question.tokens is not None and setup.models.reasoner is None:
        raise NotApplicableError(
            f"{spec} needs models that reason, and {setup.models.name} do not",
            hint=f"{spec.name.removesuffix('-cot')} asks for no reasoning",
        )
    refuse_unaskable(setup.models, [question.content], str(spec))
    if question.tokens is None:
        return Direct(str(spec), f"{title}, Yes/No", question, setup, card)
    told = {**card, "reasoning tokens": str(question.tokens)}
    return Direct(str(spec), f"{title}, reasoning", question, setup, told)
