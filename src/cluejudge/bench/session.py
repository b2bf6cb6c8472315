"""One benchmark from its parts: suite, rules, models and methods, into a folder."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cluejudge.bench.config import Config, MethodCard, samples_digest
from cluejudge.bench.contents import contradictions, with_digests
from cluejudge.bench.environment import environment
from cluejudge.bench.folder import RunFolder
from cluejudge.bench.methods.base import Judging, NotApplicableError, Setup
from cluejudge.bench.methods.registry import load_method
from cluejudge.bench.methods.remembering import Clock, remembering
from cluejudge.bench.robustness import edit_named
from cluejudge.bench.run import Progress, run_methods
from cluejudge.bench.samples import Sample, Truth
from cluejudge.bench.suites.base import Suite
from cluejudge.claim import Claim
from cluejudge.closing import Closing
from cluejudge.compiled import CompiledConstitution
from cluejudge.digest import digest
from cluejudge.errors import CluejudgeWarning, UsageError
from cluejudge.models.protocols import Models
from cluejudge.settings import Budget, Limits, Method, Thresholds
from cluejudge.verdict import storable

PLACES = frozenset({"cache"})
"""Options of models that say where something is kept: no answer depends on them."""


class SharedModels:
    """The models of all methods of a run: loaded by `load` when first called, once."""

    def __init__(self, load: Callable[[], Models], clock: Clock) -> None:
        self._load, self._clock = load, clock
        self._models: Models | None = None

    def __call__(self) -> Models:
        """The models, which remember their replies. Raises as loading does."""
        if self._models is None:
            self._models = remembering(self._load(), self._clock)
        return self._models

    @property
    def card(self) -> dict[str, str]:
        """What they are; nothing while they are not loaded."""
        return {"name": self._models.name, **dict(self._models.card)} if self._models else {}


@dataclass(frozen=True, slots=True)
class Session(Closing):
    """A run that is ready to be started, or to go on. `not_applicable` says why, by method.

    Its folder is kept from other runs until it is closed, at the end of a `with` block or when
    nothing refers to it any more.
    """

    folder: RunFolder
    samples: tuple[Sample, ...]
    methods: tuple[Judging, ...]
    not_applicable: Mapping[str, str]
    edits: tuple[str, ...]
    claim: Claim

    @property
    def total(self) -> int:
        """How many predictions there are to be."""
        return len(self.samples) * len(self.methods) * (1 + len(self.edits))

    def run(self, progress: Progress | None = None) -> int:
        """Makes what is missing, as `run.run_methods` does; how many predictions that were."""
        return run_methods(
            self.folder, self.samples, self.methods, edits=self.edits, progress=progress
        )

    def close(self) -> None:
        """Leaves the folder to others."""
        self.claim.close()


def open_session(
    suite: Suite,
    out: Path,
    methods: Sequence[str],
    load: Callable[[], Models],
    *,
    model: str,
    options: Mapping[str, str] | None = None,
    constitution: CompiledConstitution | None = None,
    thresholds: Thresholds = Thresholds(),
    method: Method = Method(),
    budget: Budget = Budget(),
    limits: Limits = Limits(),
    limit: int | None = None,
    seed: int = 0,
    edits: Sequence[str] = (),
) -> Session:
    """Draws the samples, makes the methods and prepares the folder `out`.

    `load` loads the models if a method asks for them; `model` and `options` are what they are
    called in the record, without `PLACES`. `constitution` goes before the suite's own. All images
    are read once, to know that they are those of the folder. Raises `UsageError` for names that
    there are not, for a folder that holds another run or that something else runs into, and if no
    method is applicable; and what loading raises. Labels of rules that the constitution lacks, and
    two labels of one picture, are warned of.
    """
    edits = tuple(edit_named(edit).name for edit in dict.fromkeys(edits))
    with ExitStack() as stack:
        # At once where it can be: not after minutes of reading images and loading models.
        claim = stack.enter_context(Claim(out)) if out.is_dir() else None
        samples = drawn(suite, limit, seed)
        _warn_of_contradictions(samples)
        rules = constitution or suite.constitution
        if rules:
            _warn_of_unknown(samples, rules)
        clock = Clock()
        models = SharedModels(load, clock)
        setup = Setup(rules, models, model, thresholds, method, budget, limits, seed, clock)
        made, refused = _made(methods, setup)
        told = {name: said for name, said in (options or {}).items() if name not in PLACES}
        asked = {"limit": limit, "edits": edits, "options": told, "models": models.card}
        config = _config(suite, samples, setup, made, not_applicable=refused, **asked)
        folder = RunFolder(out)
        out.mkdir(parents=True, exist_ok=True)
        claim = claim or stack.enter_context(Claim(out))
        folder.prepare(config, samples, rules)
        folder.add_environment(environment())
        stack.pop_all()
    return Session(folder, samples, made, refused, edits, claim)


def drawn(suite: Suite, limit: int | None, seed: int) -> tuple[Sample, ...]:
    """The samples with their digests, under ids that can be written."""
    found = suite.samples(limit=limit, seed=seed)
    return with_digests(replace(sample, id=storable(sample.id)) for sample in found)


def _config(
    suite: Suite,
    samples: Sequence[Sample],
    setup: Setup,
    methods: Sequence[Judging],
    **asked: Any,
) -> Config:
    """What the run is a run of; `asked` are its fields that only the caller knows."""
    rules = setup.constitution
    return Config(
        suite=suite.name,
        suite_card=dict(suite.card),
        seed=setup.seed,
        count=len(samples),
        samples=samples_digest(samples),
        constitution=f"{rules.name} {rules.version}" if rules else "",
        constitution_digest=digest(rules) if rules else "",
        model=setup.model,
        thresholds=setup.thresholds,
        method=setup.method,
        budget=setup.budget,
        limits=setup.limits,
        methods={one.name: MethodCard(title=one.title, card=dict(one.card)) for one in methods},
        **asked,
    )


def _warn_of_unknown(samples: Iterable[Sample], rules: CompiledConstitution) -> None:
    labelled = {rule for sample in samples for rule in sample.truth.violated or ()}
    unknown = sorted(labelled - {rule.id for rule in rules.rules})
    if unknown:
        warnings.warn(
            f"images are labelled by rules that {rules.name} lacks, and no method can name them: "
            f"{', '.join(unknown)}",
            CluejudgeWarning,
            stacklevel=3,
        )


def _warn_of_contradictions(samples: Iterable[Sample]) -> None:
    found = contradictions(samples)
    if found:
        said = " and ".join(f"{one.id} ({_label(one.truth)})" for one in found[0])
        warnings.warn(
            f"{len(found)} samples are the same picture as another, with another label, such as "
            f"{said}: no method can be right about both",
            CluejudgeWarning,
            stacklevel=3,
        )


def _label(truth: Truth) -> str:
    return ", ".join(sorted(truth.violated or ())) or ("unsafe" if truth.unsafe else "safe")


def _made(names: Sequence[str], setup: Setup) -> tuple[tuple[Judging, ...], dict[str, str]]:
    """The methods, and why others are not applicable. Raises `UsageError` if none is."""
    made: dict[str, Judging] = {}
    refused: dict[str, str] = {}
    for name in dict.fromkeys(names):
        try:
            method = load_method(name, setup)
        except NotApplicableError as error:
            refused[name] = str(error)
        else:
            made.setdefault(method.name, method)
    if not made:
        why = "; ".join(f"{name}: {reason}" for name, reason in refused.items())
        raise UsageError(
            f"no method is applicable: {why}" if why else "no method is named",
            hint="`cluejudge bench list` shows them",
        )
    return tuple(made.values()), refused
