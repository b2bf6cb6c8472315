"""`Judge`: from image files to verdicts, in two lines."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from pathlib import Path
from typing import TypeAlias

import cluejudge
from cluejudge.builtin import constitution_path, find_constitution
from cluejudge.compiled import CompiledConstitution, filled
from cluejudge.digest import digest
from cluejudge.errors import ImageError, UsageError
from cluejudge.image import ImageRecord, LoadedImage, Shortfall, View, load, read
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
from cluejudge.judge.vetting import compiler_doubts, vet
from cluejudge.models.cache import cached
from cluejudge.models.protocols import Models
from cluejudge.models.registry import Key, load_models
from cluejudge.settings import Budget, Limits, Method, Thresholds
from cluejudge.student.models import behind
from cluejudge.verdict import Outcome, Verdict, ViewVerdict, storable

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
    and `key` for a server. Before it may stand a student, the folder `first`: where that is sure of
    an input nothing is asked, and every finding then tells its probability and its bounds; all else
    is judged whole, by `model`. A judge may be used from several threads; its models are asked by
    one at a time. `now` is the clock of `Budget.seconds`.

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
        first: str | Path | None = None,
        thresholds: Thresholds = Thresholds(),
        method: Method = Method(),
        budget: Budget = Budget(),
        limits: Limits = Limits(),
        now: Callable[[], float] = time.monotonic,
        linger: float = 0.0,
    ) -> None:
        self.constitution = (
            constitution
            if isinstance(constitution, CompiledConstitution)
            else find_constitution(constitution)
        )
        models = _models(model, options, key)
        self.models = models if first is None else behind(first, models)
        self._rules = filled(self.constitution).rules
        doubts = (
            *compiler_doubts(self.constitution),
            *vet(self._rules, self.models, thresholds, method),
        )
        self.limits = limits
        self._thresholds, self._method, self._budget, self._now = thresholds, method, budget, now
        self._answer = Answerer(cached(self.models))
        self._gather = Gatherer(self._answer, linger)
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

    def sibling(
        self,
        constitution: str | Path | CompiledConstitution | None = None,
        *,
        thresholds: Thresholds | None = None,
        method: Method | None = None,
        budget: Budget | None = None,
        limits: Limits | None = None,
    ) -> Judge:
        """A judge by the same models, for another constitution or with other settings.

        What is not given is as here. The questions of both are merged, as those of one judge are,
        and what the models have answered once is remembered for both. Raises as making one does.
        """
        other = Judge(
            self.constitution if constitution is None else constitution,
            model=self.models,
            thresholds=thresholds or self._thresholds,
            method=method or self._method,
            budget=budget or self._budget,
            limits=limits or self.limits,
            now=self._now,
        )
        other._answer, other._gather = self._answer, self._gather
        return other

    @property
    def fingerprint(self) -> str:
        """sha256, hex, over all that a verdict depends on besides the image.

        The constitution's digest, what is told of the models, thresholds, method, budget, limits
        and this package's version.
        """
        what = self._common.model_dump_json(exclude={"constitution"})
        said = "\n".join((cluejudge.__version__, what, self.limits.model_dump_json()))
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def common(self) -> Verdict:
        """What all verdicts of this judge share, as the verdict on no image."""
        return self._common

    def refusal(self, name: str, error: ImageError) -> Verdict:
        """The verdict on an input that cannot be judged because of `error`."""
        refused = {"image": storable(name), "reason": storable(str(error)), "code": error.code}
        return self._common.model_copy(update=refused)

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
        _check(in_flight)
        flows = (
            self._flow(source, _name(source, place)) for place, source in enumerate(sources, 1)
        )
        total = len(sources) if isinstance(sources, Sized) else None
        return _told(drive_many(flows, self._answer, in_flight=in_flight), progress, total)

    def judge_prepared(
        self,
        items: Iterable[tuple[str, LoadedImage | ImageError] | None],
        *,
        in_flight: int = 16,
        ordered: bool = True,
    ) -> Iterator[Verdict]:
        """The verdicts on images that others have loaded, or could not load, each with its name.

        As `judge_many` otherwise. A None among `items` says that the next is not ready: what is
        under way goes on, and they are asked again; where nothing is under way that is at once, so
        they had better wait then. With `ordered=False` verdicts come as they are ready.
        """
        _check(in_flight)
        flows = (None if item is None else self._prepared(*item) for item in items)
        return drive_many(flows, self._answer, in_flight=in_flight, ordered=ordered)

    async def ajudge(self, source: Source, name: str | None = None) -> Verdict:
        """As `judge`, in threads; the questions of calls that run at the same time are merged."""
        with self._gather.flow():
            return await drive_async(self._flow(source, name or _name(source)), self._gather)

    def _flow(self, source: Source, name: str) -> Flow[Verdict]:
        """Reads one input when it is started, then judges its views."""
        name = storable(name)
        try:
            loaded = load(read(source, self.limits), self.limits)
        except ImageError as error:
            return self.refusal(name, error)
        return (yield from self._judged(loaded, name))

    def _prepared(self, name: str, found: LoadedImage | ImageError) -> Flow[Verdict]:
        if isinstance(found, ImageError):
            return self.refusal(name, found)
        return (yield from self._judged(found, storable(name)))

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
        views = tuple(map(_timed, views, loaded.views))
        verdict = self._common.model_copy(
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
        if loaded.shortfall:
            return _short(verdict, loaded.record, loaded.shortfall)
        return verdict


def _timed(verdict: ViewVerdict, view: View) -> ViewVerdict:
    """With the time that the view stands for."""
    return verdict.model_copy(update={"spans": view.spans}) if view.spans else verdict


def _short(verdict: Verdict, record: ImageRecord, shortfall: Shortfall) -> Verdict:
    """What is found in a part of an input counts; what is not seen of it keeps it from being safe.

    A model's failure stays what it is, for the same input may be judged again; the record's notes
    tell of the shortfall then.
    """
    reason = storable(shortfall.reason)
    if verdict.outcome in {Outcome.UNSAFE, Outcome.ERROR}:
        record = record.model_copy(update={"notes": (*record.notes, reason)})
        return verdict.model_copy(update={"record": record})
    why = {"reason": reason, "code": shortfall.code}
    return verdict.model_copy(update={"outcome": Outcome.ERROR, **why})


def _check(in_flight: int) -> None:
    if in_flight < 1:
        raise UsageError(f"in_flight is {in_flight}", hint="it must be at least 1")


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
