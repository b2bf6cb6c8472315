"""Finished runs made by hand: scripted predictions, and the numbers that they give."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from cluejudge.bench.config import Config, MethodCard, samples_digest
from cluejudge.bench.folder import ENVIRONMENT, METRICS, RunFolder
from cluejudge.bench.metrics.whole import compute
from cluejudge.bench.predictions import AtomRow, CostRow, Prediction, RuleRow
from cluejudge.bench.samples import Sample, Truth
from cluejudge.verdict import Answer, EvidenceBox, Outcome, RuleOutcome, Stage
from tests.report.samples import picture

HOSTILE = '<script>alert(1)</script> | `x` "\u202e ![a](http://example.org/x.png)'
RULES = ("burning-being", "weapon-in-hand", HOSTILE)
TITLES = {"clue": "CLUE", "prior": "prior knowledge", "no-debias": "CLUE, not debiased"}
TEXT = "a person is visible"
BOX = EvidenceBox(left=10, top=12, right=40, bottom=50, score=0.75, words=(HOSTILE,))


@cache
def png(seed: int) -> bytes:
    """A small picture, another for every seed."""
    target = io.BytesIO()
    picture(96, 64, seed).pil().save(target, "PNG")
    return target.getvalue()


def sample(place: int) -> Sample:
    """Every second one is unsafe, by one of the rules in turn."""
    unsafe = place % 2 == 0
    rule = RULES[place // 2 % len(RULES)]
    truth = Truth(
        unsafe,
        frozenset({rule} if unsafe else ()),
        {each: {TEXT: unsafe and each == rule} for each in RULES},
    )
    made_for = RULES[place // 2 % len(RULES)]
    intent = "violating" if unsafe else "borderline"
    tags = {"style": f"style {place % 3}", "intent": intent, "rule": made_for}
    return Sample(f"{HOSTILE if place == 3 else 'image'} {place}", lambda: png(place), truth, tags)


def samples(number: int = 30) -> list[Sample]:
    """The samples of the scripted suite."""
    return [sample(place) for place in range(number)]


def said(one: Sample, place: int, skill: float, *, atoms: bool) -> Prediction:
    """A prediction that is right about as often as `skill` says, the same every time."""
    random = np.random.default_rng([place, round(100 * skill)])
    strength = float(
        np.clip(random.normal(0.5 + 0.35 * (1 if one.truth.unsafe else -1), 0.6 - skill / 2), 0, 1)
    )
    outcome = Outcome.UNSAFE if strength >= 0.5 else Outcome.SAFE
    if place % 11 == 10:
        outcome = Outcome.ABSTAIN
    if place % 17 == 16:
        outcome = Outcome.ERROR
    failed = outcome is Outcome.ERROR
    true_rule = next(iter(one.truth.violated or ()), RULES[0])
    return Prediction(
        id=one.id,
        outcome=outcome,
        violated=((true_rule,) if outcome is Outcome.UNSAFE else ()) if atoms else None,
        score=None if failed else strength,
        rules=tuple(_rule(rule, one, random) for rule in RULES) if atoms and not failed else (),
        atoms=tuple(_atom(rule, one, random) for rule in RULES) if atoms and not failed else (),
        cost=CostRow(asks=3, passes=2, reasonings=place % 2, reasoning_tokens=30, seconds=0.25),
        reason="the model failed" if failed else "",
        evidence=f"{HOSTILE} seemed to be so",
    )


def _rule(rule: str, one: Sample, random: np.random.Generator) -> RuleRow:
    near = rule in (one.truth.violated or ())
    cosine = float(random.normal(0.26 if near else 0.2, 0.03))
    outcome = RuleOutcome.CLEARED if cosine >= 0.22 else RuleOutcome.IRRELEVANT
    return RuleRow(rule=rule, outcome=outcome, relevance=cosine, relevance_bound=0.22)


def _atom(rule: str, one: Sample, random: np.random.Generator) -> AtomRow:
    visible = (one.truth.atoms or {})[rule][TEXT]
    image = float(np.clip(random.normal(0.75 if visible else 0.45, 0.2), 0, 1))
    return AtomRow(
        rule=rule,
        group=0,
        text=TEXT,
        answer=Answer.YES if image > 0.6 else Answer.NO,
        stage=Stage.PRIOR,
        image=image,
        prior=0.4,
        debiased=image - 0.4,
        low=-0.12,
        high=0.48,
        without_region=image / 2 if image < 0.88 else None,
        box=BOX if image > 0.6 else None,
    )


def predictions(number: int = 30) -> dict[str, list[Prediction]]:
    """What three methods said of the samples; only those of CLUE's kind name rules."""
    kinds = {"clue": (0.9, True), "prior": (0.3, False), "no-debias": (0.5, True)}
    return {
        name: [said(one, place, skill, atoms=atoms) for place, one in enumerate(samples(number))]
        for name, (skill, atoms) in kinds.items()
    }


def write_run(
    folder: Path,
    told: Mapping[str, Sequence[Prediction]] | None = None,
    *,
    number: int = 30,
    edits: tuple[str, ...] = (),
    model: str = "fake",
    metrics: Mapping[str, object] | None = None,
) -> Path:
    """A finished run in `folder`; `metrics` in place of the numbers that it would have."""
    chosen = samples(number)
    told = predictions(number) if told is None else told
    config = Config(
        suite="scripted",
        count=len(chosen),
        samples=samples_digest(chosen),
        edits=edits,
        constitution="rules",
        model=model,
        methods={name: MethodCard(title=TITLES.get(name, name)) for name in told},
        not_applicable={"prior-cot": f"these models write nothing {HOSTILE}"},
    )
    kept = RunFolder(folder)
    kept.prepare(config, chosen, None)
    kept.write(ENVIRONMENT, json.dumps([{"python": "3.11", "packages": {"numpy": "2"}}]))
    for name, each in told.items():
        _journal(kept.journal(name), each)
        for edit in edits:
            turned = [_turned(one, edit, place) for place, one in enumerate(each)]
            _journal(kept.journal(name, edit), turned)
    if metrics is None:
        known = {one.id: one for one in chosen}
        metrics = compute(
            known, {name: list(each) for name, each in told.items()}, 0, replicates=50
        )
    kept.write(METRICS, json.dumps(metrics))
    return folder


def _turned(one: Prediction, edit: str, place: int) -> Prediction:
    """Every fourth verdict turns to safe."""
    outcome = Outcome.SAFE if place % 4 == 0 else one.outcome
    return one.model_copy(update={"id": f"{one.id}+{edit}", "outcome": outcome})


def _journal(path: Path, told: Sequence[Prediction]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(one.to_line() for one in told), encoding="utf-8", newline="\n")
