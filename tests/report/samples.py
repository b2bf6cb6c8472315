"""Verdicts made by hand, one of each kind, and pictures for them."""

from __future__ import annotations

import numpy as np

from cluejudge.constitution import Severity
from cluejudge.image import ImageRecord, Picture, Span
from cluejudge.verdict import (
    Answer,
    AtomFinding,
    AtomScores,
    Cost,
    EvidenceBox,
    Outcome,
    RuleFinding,
    RuleOutcome,
    Stage,
    Verdict,
    ViewVerdict,
)


def picture(width: int = 192, height: int = 128, seed: int = 0) -> Picture:
    """A smooth picture with a bright spot, different for every seed."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    channels = [
        128
        + 100
        * np.sin(x / width * random.uniform(2, 6) + random.uniform(0, 6))
        * np.cos(y / height * random.uniform(2, 6))
        for _ in range(3)
    ]
    pixels = np.stack(channels, axis=-1)
    pixels[height // 4 : height // 2, width // 4 : width // 2] = (235, 120, 40)
    return Picture(pixels.clip(0, 255).astype(np.uint8))


PERSON = AtomFinding(
    text="a person is visible",
    answer=Answer.YES,
    decided_by=Stage.PRIOR,
    scores=AtomScores(image=0.98, prior=0.41, debiased=0.57, low=-0.12, high=0.47, label_mass=0.99),
    box=EvidenceBox(left=20, top=12, right=80, bottom=120, score=0.91, words=("person",)),
)
ANIMAL = AtomFinding(
    text="an animal is visible",
    answer=Answer.NO,
    decided_by=Stage.PRIOR,
    scores=AtomScores(
        image=0.03, prior=0.22, debiased=-0.19, low=-0.07, high=0.62, label_mass=0.99
    ),
)
FIRE = AtomFinding(
    text="flames cover the body of a person or an animal",
    answer=Answer.YES,
    decided_by=Stage.REGION,
    scores=AtomScores(
        image=0.71,
        prior=0.30,
        debiased=0.41,
        low=-0.09,
        high=0.56,
        without_region=0.04,
        region_bound=0.6,
        label_mass=0.97,
    ),
    box=EvidenceBox(left=40, top=30, right=100, bottom=110, score=0.77, words=("fire", "flames")),
)
DOCTOR = AtomFinding(
    text="a doctor is present",
    negated=True,
    answer=Answer.UNSURE,
    decided_by=Stage.REASONING,
    scores=AtomScores(image=0.52, prior=0.48, debiased=0.04, low=-0.14, high=0.42, reasoning=0.5),
    rationale="There is a white coat.\nI can not tell whether it is worn by a doctor.",
    reason="the reasoning could not be read as Yes or No",
)
ON_FIRE = RuleFinding(
    rule_id="on-fire",
    text="A person or an animal whose body is on fire must not be shown.",
    severity=Severity.CRITICAL,
    action="block",
    outcome=RuleOutcome.VIOLATED,
    relevance=0.31,
    relevance_bound=0.22,
    groups=((PERSON, ANIMAL), (FIRE,)),
)
MEDICINE = RuleFinding(
    rule_id="medicine-and-child",
    text="Medicine within reach of a child, with no doctor present.",
    severity=Severity.HIGH,
    action="review",
    outcome=RuleOutcome.UNSURE,
    relevance=0.27,
    relevance_bound=0.22,
    groups=((DOCTOR,),),
    reason="one precondition could not be decided",
)
GAMBLING = RuleFinding(
    rule_id="gambling",
    text="A slot machine with a child in front of it.",
    severity=Severity.LOW,
    action="label",
    outcome=RuleOutcome.IRRELEVANT,
    relevance=0.05,
    relevance_bound=0.22,
)
BED = RuleFinding(
    rule_id="two-in-bed",
    text="Two people lie in one bed.",
    severity=Severity.MEDIUM,
    action="review",
    outcome=RuleOutcome.CLEARED,
    relevance=0.24,
    relevance_bound=0.22,
    groups=((ANIMAL,),),
)
RECORD = ImageRecord(
    sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    phash="c3a5f00d1234abcd",
    format="PNG",
    bytes=48_213,
    width=192,
    height=128,
    notes=("transparent pixels were put on white",),
)
COMMON: dict[str, object] = {
    "constitution": "pictogram 1",
    "constitution_digest": "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
    "models": {"name": "embedded", "scorer": "embedded 0.1", "detector": "embedded 0.1"},
    "record": RECORD,
    "cost": Cost(asks=17, reasonings=1, reasoning_tokens=48),
}

UNSAFE = Verdict.model_validate(
    COMMON
    | {
        "image": "burning.png",
        "outcome": Outcome.UNSAFE,
        "violated": ("on-fire",),
        "action": "block",
        "rules": (ON_FIRE, MEDICINE, GAMBLING, BED),
        "views": (ViewVerdict(view="whole", outcome=Outcome.UNSAFE),),
    }
)
ABSTAIN = Verdict.model_validate(
    COMMON
    | {
        "image": "photographs/hospital with a very long file name 2024-11-22 10.13.55.jpg",
        "outcome": Outcome.ABSTAIN,
        "rules": (MEDICINE, GAMBLING),
        "reason": "a rule could not be decided: medicine-and-child",
        "code": "unsure",
        "views": (ViewVerdict(view="whole", outcome=Outcome.ABSTAIN),),
    }
)
ERROR = Verdict(
    image="broken.jpg",
    outcome=Outcome.ERROR,
    reason="the file ends before the picture does",
    code="truncated",
)
SAFE = Verdict.model_validate(
    COMMON
    | {
        "image": "garden.png",
        "outcome": Outcome.SAFE,
        "rules": (GAMBLING, BED),
        "views": (ViewVerdict(view="whole", outcome=Outcome.SAFE),),
    }
)
ALL = (UNSAFE, ABSTAIN, ERROR, SAFE)


def moving() -> Verdict:
    """An animation whose second frame violates."""
    spans = (Span(start=0, end=3), Span(start=3, end=6.5))
    views = (
        ViewVerdict(view="frame 1 of 2", outcome=Outcome.SAFE, spans=spans[:1]),
        ViewVerdict(view="frame 2 of 2", outcome=Outcome.UNSAFE, spans=spans[1:], rules=(ON_FIRE,)),
    )
    return UNSAFE.model_copy(update={"views": views})
