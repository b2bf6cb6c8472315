"""From pictures and the judge's verdicts on them to what a student knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

import cluejudge
from cluejudge.compiled import CompiledRule
from cluejudge.digest import rule_digest
from cluejudge.distill.bands import (
    CLEARED,
    VIOLATED,
    Floats,
    States,
    fit_alarm,
    fit_band,
    most_wrong,
)
from cluejudge.distill.heads import Labelled, Line, fit_head
from cluejudge.distill.pictures import Pictures, Vectors
from cluejudge.distill.settings import DistillSettings
from cluejudge.distill.split import Split
from cluejudge.distill.whole import fit_step, lowered
from cluejudge.errors import UsageError
from cluejudge.student.card import Head, HeadKind, Origin, StudentCard
from cluejudge.student.weights import Weights

FEWEST = 100
"""Pictures below which there is nothing to learn from and nothing to hold a student against."""

_BOTH = 2  # of each label, in the part that a head is calibrated on


@dataclass(frozen=True, eq=False, slots=True)
class Sight:
    """Whose eyes a student learns with: an encoder's spec, its card, and its `probes`."""

    encoder: str
    card: dict[str, str]
    probes: Vectors


@dataclass(frozen=True, eq=False, slots=True)
class Trained:
    """A rule as it was learnt; `line` is there for a head of kind `trained`."""

    head: Head
    line: Line | None = None


def train(
    pictures: Pictures,
    rules: Sequence[CompiledRule],
    origin: Origin,
    sight: Sight,
    settings: DistillSettings,
) -> tuple[StudentCard, Weights]:
    """A student of the `rules`, in the order of `Pictures.states`.

    The test part is not looked at. Raises `UsageError` for too few pictures.
    """
    parts = {split: pictures.of(split) for split in Split}
    if len(pictures) < FEWEST or not all(map(len, parts.values())):
        raise UsageError(
            f"{len(pictures)} judged pictures that are not nearly equal are too few to learn from",
            hint=f"judge more images: at least {FEWEST}, and a few hundred for each rule",
        )
    landmarks = _spread(parts[Split.TRAIN].vectors, settings.landmarks)
    weights = Weights(np.zeros((0, 0)), np.zeros(0), landmarks, sight.probes)
    bound = _distance(weights, parts[Split.CALIBRATE].vectors, settings)
    bands = parts[Split.BANDS]
    near = np.array([weights.distance(vector) <= bound for vector in bands.vectors], bool)
    alike = near & bands.known
    parts[Split.BANDS] = bands.where(alike)
    found = [_learn(rule, row, parts, settings) for row, rule in enumerate(rules)]
    found = _whole(found, bands, alike, settings)
    found = _alarms(found, parts[Split.BANDS], settings)
    card = StudentCard(
        made_by=cluejudge.__version__,
        origin=origin,
        encoder=sight.encoder,
        encoder_card=sight.card,
        dimensions=pictures.vectors.shape[1],
        distance=bound,
        risk=settings.risk,
        alarm_risk=settings.alarm_risk,
        missed=settings.missed,
        confidence=settings.confidence,
        heads=_numbered(found),
        weights="",
    )
    return card, _with_heads(weights, [one.line for one in found if one.line])


def _with_heads(weights: Weights, lines: Sequence[Line]) -> Weights:
    shape = (len(lines), weights.landmarks.shape[1])
    coefficients = np.array([line.coefficients for line in lines], np.float64).reshape(shape)
    biases = np.array([line.bias for line in lines], np.float64)
    return replace(weights, coefficients=coefficients, biases=biases)


def _spread(vectors: Vectors, most: int) -> Vectors:
    """So many of them, evenly out of all."""
    places = np.linspace(0, len(vectors) - 1, min(most, len(vectors)))
    return vectors[places.round().astype(np.int64)]


def _distance(weights: Weights, vectors: Vectors, settings: DistillSettings) -> float:
    """The distance that no more than `strangers` of pictures like these go beyond."""
    distances = np.sort([weights.distance(vector) for vector in vectors])
    rank = int(np.ceil((len(distances) + 1) * (1 - settings.strangers)))
    return float(distances[min(rank, len(distances)) - 1])


def _numbered(found: Sequence[Trained]) -> tuple[Head, ...]:
    rows = iter(range(len(found)))
    numbered = (
        one.head.model_copy(update={"row": next(rows), "reason": _never(one.head)})
        if one.line
        else one.head
        for one in found
    )
    return tuple(Head.model_validate(head.model_dump()) for head in numbered)


def _never(head: Head) -> str:
    """What a trained head never says, and why."""
    bounds = {"cleared": head.low, "called violated": head.high}
    never = [word for word, bound in bounds.items() if bound is None]
    why = "agreement with the judge could not be proved so far"
    return f"never {' nor '.join(never)}: {why}" if never else ""


def _learn(
    rule: CompiledRule, row: int, parts: dict[Split, Pictures], settings: DistillSettings
) -> Trained:
    states = {split: part.states[:, row] for split, part in parts.items()}
    every = np.concatenate([states[split] for split in Split if split is not Split.TEST])
    head = Head(
        rule_id=rule.id,
        rule=rule_digest(rule),
        kind=HeadKind.NONE,
        labelled=int((every >= 0).sum()),
        violated=int((every == VIOLATED).sum()),
    )
    if head.violated < settings.min_violations:
        return Trained(_rare(head, every, settings))
    if reason := _unlearnable(states):
        return Trained(head.model_copy(update={"reason": reason}))
    labelled = {split: Labelled.of(parts[split].vectors, states[split]) for split in Split}
    line = fit_head(labelled[Split.TRAIN], labelled[Split.CALIBRATE])
    if line is None:
        reason = "the encoder's vectors do not tell its violations from the rest"
        return Trained(head.model_copy(update={"reason": reason}))
    bands = parts[Split.BANDS]
    return _banded(head, line, bands.vectors, states[Split.BANDS], settings)


def _unlearnable(states: dict[Split, States]) -> str:
    for split in (Split.TRAIN, Split.CALIBRATE):
        for label, word in ((VIOLATED, "violations"), (CLEARED, "pictures without one")):
            if (states[split] == label).sum() < _BOTH:
                return f"there are too few {word} among those that it is learnt from"
    return ""


def _banded(
    head: Head, line: Line, vectors: Vectors, states: States, settings: DistillSettings
) -> Trained:
    band = fit_band(
        _probabilities(line, vectors),
        states,
        risk=settings.risk,
        alarm_risk=settings.alarm_risk,
        missed=settings.missed,
        confidence=settings.confidence,
    )
    update = {"kind": HeadKind.TRAINED, "low": band.low, "high": band.high}
    return Trained(head.model_copy(update=update), line)


def _whole(
    found: Sequence[Trained], bands: Pictures, alike: NDArray[np.bool_], settings: DistillSettings
) -> list[Trained]:
    """With the bounds to clear at drawn in so far that whole images hold against the judge too."""
    clears = [place for place, one in enumerate(found) if one.line and one.head.low is not None]
    if not clears:
        return list(found)
    p = np.stack([_probabilities(one.line, bands.vectors) for one in found if one.line], axis=1)
    rows = [sum(one.line is not None for one in found[:place]) for place in clears]
    step = fit_step(
        p[:, rows],
        np.array([found[place].head.low for place in clears], np.float64),
        bands.states[:, clears],
        bands.image,
        alike,
        risk=settings.risk,
        confidence=settings.confidence,
    )
    return [_drawn_in(one, step) for one in found]


def _drawn_in(one: Trained, step: float | None) -> Trained:
    head = one.head
    if one.line is None or head.low is None:
        return one
    if step is None:
        return replace(one, head=head.model_copy(update={"low": None}))
    return replace(one, head=head.model_copy(update={"low": lowered(head.low, step)}))


def _alarms(found: Sequence[Trained], bands: Pictures, settings: DistillSettings) -> list[Trained]:
    """With a common bound for the rules that have too few violations to prove one of their own."""
    places = [place for place, one in enumerate(found) if one.line and one.head.high is None]
    lines = [line for place in places if (line := found[place].line)]
    if not lines or not len(bands):
        return list(found)
    lows = [found[place].head.low for place in places]
    high = fit_alarm(
        np.stack([_probabilities(line, bands.vectors) for line in lines], axis=1),
        bands.states[:, places],
        np.array([-1.0 if low is None else low for low in lows]),
        risk=settings.alarm_risk,
        confidence=settings.confidence,
    )
    return [
        one if high is None or place not in places else replace(one, head=_alarmed(one.head, high))
        for place, one in enumerate(found)
    ]


def _alarmed(head: Head, high: float) -> Head:
    above = high if head.low is None else max(high, float(np.nextafter(head.low, 1.0)))
    return head.model_copy(update={"high": above})


def _probabilities(line: Line, vectors: Vectors) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(line.logits(vectors), -500, 500))), np.float64)


def _rare(head: Head, states: States, settings: DistillSettings) -> Head:
    """A rule with too few violations to learn: never cleared, unless that is asked for and safe."""
    few = f"{head.violated} violations are too few to learn from"
    wrong = np.array([(states != CLEARED).sum()])
    rate = float(most_wrong(wrong, np.array([len(states)]), settings.confidence)[0])
    if not settings.clear_rare:
        return head.model_copy(update={"reason": few})
    if rate > settings.risk:
        more = f"{few}, and up to {rate:.1%} of pictures may violate it, over {settings.risk:.1%}"
        return head.model_copy(update={"reason": more})
    update = {"kind": HeadKind.RARE, "rate": rate, "low": rate, "reason": few}
    return head.model_copy(update=update)
