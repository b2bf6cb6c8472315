from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cluejudge.batch.fingerprint import Fingerprint, differences, fingerprint
from cluejudge.batch.plan import InputSpec, Plan
from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.digest import digest
from cluejudge.settings import Limits, Method, Sampling, Thresholds
from cluejudge.verdict import Outcome, Verdict

RULES = load_compiled(
    """
name: two
rules:
- {id: fire, text: No fire., chain: [a fire is visible]}
- {id: smoke, text: No smoke., chain: [smoke is visible], severity: high}
"""
)
PLAN = Plan(
    input=InputSpec(where="images"),
    output=Path("out"),
    constitution=RULES,
    model="fake",
    options={"batch_size": "8"},
)


@dataclass(frozen=True)
class Listed:
    count: int = 5
    digest: str = "abc"
    shards: int = 2


def common(constitution: CompiledConstitution = RULES, **update: object) -> Verdict:
    made = Verdict(
        image="",
        outcome=Outcome.ERROR,
        constitution=f"{constitution.name} {constitution.version}",
        constitution_digest=digest(constitution),
        models={"name": "fake", "weights": "1"},
        thresholds=Thresholds(prior_low=0.3),
    )
    return made.model_copy(update=update)


CARD = {"kind": "folder", "where": "/data/images"}
OLD = fingerprint(PLAN, common(), CARD, Listed())


def told(new: Fingerprint) -> list[str]:
    return list(differences(OLD, new, "the input is another"))


def of(constitution: CompiledConstitution) -> Fingerprint:
    plan = PLAN.model_copy(update={"constitution": constitution})
    return fingerprint(plan, common(constitution), CARD, Listed())


def with_rule(**update: object) -> CompiledConstitution:
    return RULES.model_copy(
        update={"rules": (RULES.rules[0].model_copy(update=update), RULES.rules[1])}
    )


def test_it_goes_through_json_and_tells_what_verdicts_share() -> None:
    assert Fingerprint.model_validate_json(OLD.model_dump_json()) == OLD
    assert OLD.common == common()
    assert told(OLD) == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (
            fingerprint(PLAN, common(thresholds=Thresholds(prior_low=0.4)), CARD, Listed()),
            "thresholds.prior_low was 0.3, now 0.4",
        ),
        (
            fingerprint(PLAN, common(method=Method(region=False)), CARD, Listed()),
            "method.region was on, now off",
        ),
        (
            fingerprint(PLAN, common(models={"name": "fake", "weights": "2"}), CARD, Listed()),
            "models.weights was 1, now 2",
        ),
        (
            fingerprint(PLAN, common(models={"name": "fake"}), CARD, Listed()),
            "models.weights was 1, now absent",
        ),
        (
            fingerprint(
                PLAN.model_copy(update={"limits": Limits(max_side=100)}), common(), CARD, Listed()
            ),
            "limits.max_side was 32768, now 100",
        ),
        (
            fingerprint(
                PLAN.model_copy(update={"sampling": Sampling(every=2)}), common(), CARD, Listed()
            ),
            "sampling.every was 0.5, now 2.0",
        ),
        (
            fingerprint(PLAN, common(), {**CARD, "image": "jpg"}, Listed()),
            "input.image was absent, now jpg",
        ),
        (fingerprint(PLAN, common(), CARD, Listed(shards=3)), "shards was 2, now 3"),
        (
            fingerprint(PLAN, common(), CARD, Listed(), first="0123"),
            "first was empty, now 0123",
        ),
        (fingerprint(PLAN, common(), CARD, Listed(digest="abd")), "the input is another"),
        (OLD.model_copy(update={"cluejudge": "9"}), f"cluejudge was {OLD.cluejudge}, now 9"),
        (of(with_rule(text="No flames.")), "rule fire changed"),
        (of(with_rule(action="log")), "rule fire changed"),
        (
            of(RULES.model_copy(update={"description": "x"})),
            "the constitution changed, none of its rules did",
        ),
        (
            of(RULES.model_copy(update={"rules": RULES.rules[::-1]})),
            "the rules are in another order",
        ),
    ],
)
def test_what_changed_is_told_alone_and_by_name(new: Fingerprint, said: str) -> None:
    assert told(new) == [said]


def test_rules_that_came_and_went_are_named() -> None:
    renamed = with_rule(id="flames")
    assert told(of(renamed)) == ["rule fire is gone", "rule flames is new"]


def test_how_models_are_reached_and_what_a_compiler_doubted_may_change() -> None:
    plan = PLAN.model_copy(update={"options": {"batch_size": "16"}, "model": "another name"})
    assert told(fingerprint(plan, common(), CARD, Listed())) == []
    assert told(of(with_rule(doubts=("is smoke fire?",)))) == []
