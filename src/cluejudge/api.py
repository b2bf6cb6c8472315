"""`Judge`: from image files to verdicts, in two lines."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import TypeAlias

from cluejudge.builtin import constitution_path, find_constitution
from cluejudge.compiled import CompiledConstitution, CompiledRule, filled
from cluejudge.digest import digest
from cluejudge.errors import (
    CluejudgeWarning,
    ConstitutionError,
    ImageError,
    ModelError,
    UsageError,
)
from cluejudge.image import LoadedImage, load, read
from cluejudge.judge import (
    Answerer,
    Flow,
    Gatherer,
    capabilities,
    combine,
    drive_async,
    drive_many,
    drive_one,
    judge_views,
)
from cluejudge.judge.plan import PlannedRule, plan
from cluejudge.models.cache import cached
from cluejudge.models.protocols import Models
from cluejudge.models.registry import Key, load_models
from cluejudge.settings import Budget, Limits, Method, Thresholds
from cluejudge.verdict import Outcome, Verdict, storable

__all__ = ["Judge", "Progress", "Source", "constitution_path", "find_constitution"]

Source: TypeAlias = str | Path | bytes
"""The path of an image file, or its bytes."""

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with how many inputs are judged, and of how many if that is known."""


_DOUBTS = "doubts"


class Judge:
    """Judges images against one constitution with one set of models.

    `constitution` is a compiled one, the path of one, or the name of a built-in one; `model` is
    `Models`, or names them as in `cluejudge.models.registry.load_models`, which is given `options`,
    and `key` for a server. A judge may be used from several threads; its models are asked by one at
    a time. `now` is the clock of `Budget.seconds`.

    Raises `ConstitutionError`, `ModelError` or `UsageError` when it is made, also for a rule that
    the models cannot be asked about. What makes verdicts less sure than they look is warned of and
    told in every verdict's `models`: a text that is read only in part, a threshold of the encoder
    that may not fit, `Models.doubts`, and doubts of the compiler that nobody deleted. After that an
    input that cannot be judged is a `Verdict` with outcome error, never an exception.
    """

    def __init__(
        self,
        constitution: str | Path | CompiledConstitution = "pictogram",
        *,
        model: str | Models = "embedded",
        options: Mapping[str, str] | None = None,
        key: Key = None,
        thresholds: Thresholds = Thresholds(),
        method: Method = Method(),
        budget: Budget = Budget(),
        limits: Limits = Limits(),
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.constitution = (
            constitution
            if isinstance(constitution, CompiledConstitution)
            else find_constitution(constitution)
        )
        self.models = _models(model, options, key)
        self._rules = filled(self.constitution).rules
        doubts = (
            *_doubts(self.constitution),
            *_vet(self._rules, self.models, thresholds, method),
        )
        self.limits = limits
        self._thresholds, self._method, self._budget, self._now = thresholds, method, budget, now
        self._answer = Answerer(cached(self.models))
        self._gather = Gatherer(self._answer)
        self._common = Verdict(
            image="",
            outcome=Outcome.ERROR,
            constitution=f"{self.constitution.name} {self.constitution.version}",
            constitution_digest=digest(self.constitution),
            models=_record(self.models, doubts),
            thresholds=thresholds,
            method=method,
            budget=budget,
        )

    def judge(self, source: Source, name: str | None = None) -> Verdict:
        """The verdict on one image, called `name` in it (by default its path)."""
        return drive_one(self._flow(source, name or _name(source)), self._answer)

    def judge_many(
        self,
        sources: Iterable[Source],
        *,
        progress: Progress | None = None,
        in_flight: int = 16,
    ) -> Iterator[Verdict]:
        """The verdicts on many images, in their order, with up to `in_flight` of them under way.

        Their questions are merged into full batches. Sources are taken, and files read, only when
        there is room; bytes are called by their place, from 1, such as `input 3`.
        """
        if isinstance(sources, str | Path | bytes):
            raise UsageError("judge_many takes several sources", hint="use judge for one")
        if in_flight < 1:
            raise UsageError(f"in_flight is {in_flight}", hint="it must be at least 1")
        flows = (
            self._flow(source, _name(source, place)) for place, source in enumerate(sources, 1)
        )
        total = len(sources) if isinstance(sources, Sized) else None
        return _told(drive_many(flows, self._answer, in_flight=in_flight), progress, total)

    async def ajudge(self, source: Source, name: str | None = None) -> Verdict:
        """As `judge`, in threads; the questions of calls that run at the same time are merged."""
        return await drive_async(self._flow(source, name or _name(source)), self._gather)

    def _flow(self, source: Source, name: str) -> Flow[Verdict]:
        """Reads one input when it is started, then judges its views."""
        name = storable(name)
        try:
            loaded = load(read(source, self.limits), self.limits)
        except ImageError as error:
            refused = {"image": name, "reason": storable(str(error)), "code": error.code}
            return self._common.model_copy(update=refused)
        return (yield from self._judged(loaded, name))

    def _judged(self, loaded: LoadedImage, name: str) -> Flow[Verdict]:
        rules = self._rules
        views = yield from judge_views(
            loaded.views,
            rules,
            capabilities(self.models),
            thresholds=self._thresholds,
            method=self._method,
            budget=self._budget,
            now=self._now,
        )
        combined = combine(views, rules)
        return self._common.model_copy(
            update={
                "image": name,
                "record": loaded.record,
                "views": views,
                "outcome": combined.outcome,
                "violated": combined.violated,
                "action": combined.action,
                "rules": combined.rules,
                "reason": combined.reason,
                "code": combined.code,
                "cost": combined.cost,
            }
        )


def _models(model: str | Models, options: Mapping[str, str] | None, key: Key) -> Models:
    if isinstance(model, str):
        return load_models(model, options, key)
    if options or key:
        raise UsageError(
            "options and keys are for a model that is named, and these models are loaded"
        )
    return model


def _record(models: Models, doubts: Iterable[str]) -> dict[str, str]:
    """What every verdict tells of its models."""
    told = {"name": models.name, **dict(models.card), _DOUBTS: "; ".join(doubts)}
    return {name: storable(value) for name, value in told.items() if value or name != _DOUBTS}


def _doubts(constitution: CompiledConstitution) -> tuple[str, ...]:
    """What the compiler could not settle and nobody has accepted, told by a warning too."""
    doubts = [f"rule `{rule.id}`: {doubt}" for rule in constitution.rules for doubt in rule.doubts]
    if doubts:
        said = f"the compiler doubts, and nobody has accepted it: {'; '.join(doubts)}"
        warnings.warn(said, CluejudgeWarning, stacklevel=3)
    return tuple(doubts)


def _vet(
    rules: Iterable[CompiledRule], models: Models, thresholds: Thresholds, method: Method
) -> tuple[str, ...]:
    """Why the rules may be judged worse than they seem, in words that a warning has told.

    Raises a `ConstitutionError` that lists the rules which `models` cannot be asked about.
    """
    problems: list[ConstitutionError] = []
    planned_rules = plan(rules, thresholds, method)
    trusted = _trusts(models, planned_rules, method)
    doubts = dict.fromkeys((*models.doubts, *((models.threshold_doubt,) if trusted else ())))
    for doubt in doubts:
        warnings.warn(doubt, CluejudgeWarning, stacklevel=3)
    for planned in planned_rules:
        try:
            doubts.update(dict.fromkeys(_vetted(planned, models, method)))
        except ModelError as error:
            said = f"rule `{planned.rule.id}` cannot be judged by {models.name}: {error}"
            problems.append(ConstitutionError(said))
    if problems:
        raise ConstitutionError.of(problems)
    return tuple(doubts)


def _trusts(models: Models, rules: Iterable[PlannedRule], method: Method) -> bool:
    """Whether a rule goes by a threshold of the encoder that may not fit."""
    scanned = models.encoder and method.relevance and models.threshold_doubt
    return bool(scanned) and any(rule.thresholds.relevance is None for rule in rules)


def _vetted(planned: PlannedRule, models: Models, method: Method) -> Iterator[str]:
    """What of one rule each model reads only in part. Raises `ModelError` as their vets do."""
    questions = [question for group in planned.groups for question in group]
    if models.vet:
        models.vet([question.content for question in questions])
    if models.encoder and models.vet_texts and method.relevance:
        yield from models.vet_texts(planned.texts)
    if models.detector and models.vet_words and (method.region or method.small_object):
        words = dict.fromkeys(word for question in questions for word in question.objects)
        yield from models.vet_words(tuple(words))


def _told(
    verdicts: Iterator[Verdict], progress: Progress | None, total: int | None
) -> Iterator[Verdict]:
    """The verdicts; `progress` hears of each before it is yielded."""
    for done, verdict in enumerate(verdicts, 1):
        if progress:
            progress(done, total)
        yield verdict


def _name(source: Source, place: int = 1) -> str:
    return f"input {place}" if isinstance(source, bytes) else str(source)
