"""What a run is a run of: all that its rows depend on, and what of it changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from pydantic import Field

import cluejudge
from cluejudge.batch.plan import Plan
from cluejudge.batch.rows import SHARED
from cluejudge.changes import changes, flat
from cluejudge.compiled import CompiledConstitution
from cluejudge.digest import digest
from cluejudge.settings import Budget, Frozen, Limits, Method, Sampling, Thresholds
from cluejudge.verdict import Outcome, Verdict


class Listing(Protocol):
    """What there is to judge, as a manifest tells of it."""

    @property
    def count(self) -> int:
        """How many rows."""
        ...

    @property
    def digest(self) -> str:
        """Over the rows' ids, places, stamps and carried columns, in their order."""
        ...

    @property
    def shards(self) -> int:
        """Into how many shards they are divided."""
        ...


class Fingerprint(Frozen):
    """`run.json`.

    `rules` are digests by id, `models` is the card of the models, and `first` the digest of the
    student before them, empty without one. How the models were named and reached (`model`,
    `options`) is told, but may be otherwise the next time: rows depend on the card alone.
    """

    cluejudge: str = cluejudge.__version__
    input: dict[str, str] = Field(default_factory=dict, description="the card of the source")
    count: int
    listing: str
    shards: int
    constitution: str
    constitution_digest: str
    rules: dict[str, str]
    model: str
    first: str = ""
    options: dict[str, str] = Field(default_factory=dict)
    models: dict[str, str] = Field(default_factory=dict)
    thresholds: Thresholds = Thresholds()
    method: Method = Method()
    budget: Budget = Budget()
    limits: Limits = Limits()
    sampling: Sampling = Sampling()

    @property
    def common(self) -> Verdict:
        """What all verdicts of the run share, as a verdict."""
        shared = {name: getattr(self, name) for name in SHARED}
        return Verdict(image="", outcome=Outcome.ERROR, **shared)


def fingerprint(
    plan: Plan, common: Verdict, card: Mapping[str, str], listing: Listing, first: str = ""
) -> Fingerprint:
    """That of a plan whose verdicts have `common`, over a source with `card` and its `listing`.

    `first` is the digest of the student that judges first, empty without one.
    """
    return Fingerprint(
        input=dict(card),
        count=listing.count,
        listing=listing.digest,
        shards=listing.shards,
        rules=_rules(plan.constitution),
        model=plan.model,
        first=first,
        options=plan.options,
        limits=plan.limits,
        sampling=plan.sampling,
        **{name: getattr(common, name) for name in SHARED},
    )


def shared(plan: Plan, models: Mapping[str, str]) -> Verdict:
    """What the verdicts of a plan share, by models that are known and not loaded."""
    rules = plan.constitution
    return Verdict(
        image="",
        outcome=Outcome.ERROR,
        constitution=f"{rules.name} {rules.version}",
        constitution_digest=digest(rules),
        models=dict(models),
        thresholds=plan.thresholds,
        method=plan.method,
        budget=plan.budget,
    )


def differences(old: Fingerprint, new: Fingerprint, listing: str) -> Iterator[str]:
    """What differs between two runs, in words; `listing` says it of what there is to judge."""
    yield from changes(_told(old), _told(new))
    rules = list(_changed_rules(old.rules, new.rules))
    yield from rules
    if old.constitution_digest != new.constitution_digest and not rules:
        yield "the constitution changed, none of its rules did"
    if old.listing != new.listing:
        yield listing


def _told(run: Fingerprint) -> dict[str, str]:
    """What must be equal and can be read, by name."""
    return flat(run.model_dump(mode="json", exclude=_APART))


_APART = {"listing", "rules", "constitution_digest", "model", "options"}


def _changed_rules(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for rule in (*old, *(rule for rule in new if rule not in old)):
        if old.get(rule) != new.get(rule):
            what = "is new" if rule not in old else "is gone" if rule not in new else "changed"
            yield f"rule {rule} {what}"
    if list(old) != list(new) and old.keys() == new.keys():
        yield "the rules are in another order"  # and so are those of every row


def _rules(constitution: CompiledConstitution) -> dict[str, str]:
    """Of each rule the digest of a constitution of it alone: what digests leave out is left out."""
    return {
        rule.id: digest(CompiledConstitution(name="rule", rules=(rule,)))
        for rule in constitution.rules
    }
