"""Short ways to write rules, and strategies that draw them."""

from __future__ import annotations

from hypothesis import strategies as st

from cluejudge.compiled import AnyOf, Atom, CompiledRule, ThresholdOverrides
from cluejudge.constitution import Severity
from cluejudge.settings import (
    BoxChoice,
    Debias,
    GroupQuestion,
    Method,
    RegionFill,
    RelevanceText,
    Thresholds,
    Undecided,
)
from tests.judge.world import CONTENTS, WORDS


def atom(text: str, *objects: str, negated: bool = False) -> Atom:
    return Atom(text=text, objects=objects, negated=negated)


def rule(
    rule_id: str,
    *groups: Atom | tuple[Atom, ...],
    severity: Severity = Severity.MEDIUM,
    action: str = "block",
    thresholds: ThresholdOverrides = ThresholdOverrides(),
) -> CompiledRule:
    """A rule whose groups are single atoms or tuples of alternatives."""
    chain = tuple(AnyOf(any_of=group if isinstance(group, tuple) else (group,)) for group in groups)
    return CompiledRule(
        id=rule_id,
        source=f"No {rule_id}.",
        text=f"the objective text of {rule_id}",
        severity=severity,
        action=action,
        chain=chain,
        thresholds=thresholds,
    )


def atoms() -> st.SearchStrategy[Atom]:
    objects = st.lists(st.sampled_from(WORDS), unique=True, max_size=2).map(tuple)
    return st.builds(Atom, text=st.sampled_from(CONTENTS), objects=objects, negated=st.booleans())


def overrides() -> st.SearchStrategy[ThresholdOverrides]:
    return st.sampled_from(
        (
            ThresholdOverrides(),
            ThresholdOverrides(relevance=-1),
            ThresholdOverrides(relevance=0.3, prior_low=0.9, prior_high=0.9),
            ThresholdOverrides(prior_low=0.1, prior_high=0.2, region=0.1, reasoning=0.8),
            ThresholdOverrides(detector=0.8, small_object=0.2),
        )
    )


def thresholds() -> st.SearchStrategy[Thresholds]:
    """The paper's, and such as leave more to the later stages."""
    return st.sampled_from(
        (
            Thresholds(),
            Thresholds(prior_low=1.5, prior_high=1.5, region=0.1),
            Thresholds(prior_low=0.6, prior_high=0.9, region=-0.1, small_object=0.05),
            Thresholds(relevance=-1, detector=0, region=0.3, min_label_mass=0),
        )
    )


def rules(max_size: int = 5) -> st.SearchStrategy[tuple[CompiledRule, ...]]:
    group = st.lists(atoms(), min_size=1, max_size=3).map(tuple)
    chains = st.lists(group, min_size=1, max_size=3)
    parts = st.tuples(chains, st.sampled_from(Severity), overrides())
    return st.lists(parts, min_size=1, max_size=max_size).map(
        lambda drawn: tuple(
            rule(f"rule-{index}", *chain, severity=severity, thresholds=own)
            for index, (chain, severity, own) in enumerate(drawn)
        )
    )


def methods() -> st.SearchStrategy[Method]:
    return st.builds(
        Method,
        relevance=st.booleans(),
        relevance_text=st.sampled_from(RelevanceText),
        debias=st.sampled_from(Debias),
        small_object=st.booleans(),
        region=st.booleans(),
        region_fill=st.sampled_from((RegionFill.MEAN, RegionFill.GREY)),
        boxes=st.sampled_from(BoxChoice),
        group_question=st.sampled_from(GroupQuestion),
        reasoning=st.booleans(),
        undecided=st.sampled_from(Undecided),
    )
