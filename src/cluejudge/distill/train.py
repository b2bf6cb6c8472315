"""From pictures and the judge's verdicts on them to what a student knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

import cluejudge
from cluejudge.compiled import CompiledRule
from cluejudge.distill.bands import Floats
from cluejudge.distill.heads import Basis
from cluejudge.distill.learn import Taught, Trained, learn
from cluejudge.distill.pictures import Pictures, Vectors
from cluejudge.distill.settings import DistillSettings
from cluejudge.distill.split import Split
from cluejudge.distill.whole import Said, fit_each_low, fit_highs, fit_lows
from cluejudge.errors import UsageError
from cluejudge.student.card import Head, HeadKind, Origin, StudentCard
from cluejudge.student.weights import Weights

FEWEST = 100
"""Pictures below which there is nothing to learn from and nothing to hold a student against."""

_CENTRES = 512
"""Landmarks that heads see how near a picture is to: more take long to fit and help little."""


@dataclass(frozen=True, eq=False, slots=True)
class Sight:
    """Whose eyes a student learns with: an encoder's spec, its card, and its `probes`."""

    encoder: str
    card: dict[str, str]
    probes: Vectors


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
    blank = _blank(parts[Split.TRAIN].vectors, sight, settings)
    bound = _distance(blank, parts[Split.CALIBRATE].vectors, settings)
    found, weights = _heads(pictures, rules, blank, bound, settings)
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
        heads=found,
        weights="",
    )
    return card, weights


def _blank(vectors: Vectors, sight: Sight, settings: DistillSettings) -> Weights:
    """Weights without heads, whose landmarks are of `vectors`."""
    landmarks = _spread(vectors, settings.landmarks)
    none = np.zeros((0, len(landmarks)))
    distances = 1.0 - landmarks[_centres(len(landmarks))].astype(np.float64) @ landmarks.T
    reach = np.array(max(float(np.median(distances)), 1e-3))
    return Weights(none[:, :0], none, np.zeros(0), reach, landmarks, sight.probes)


def _spread(vectors: Vectors, most: int) -> Vectors:
    """So many of them, evenly out of all."""
    return vectors[_evenly(len(vectors), most)]


def _evenly(count: int, most: int) -> list[int]:
    places = np.linspace(0, count - 1, min(most, count))
    return [int(place) for place in places.round()]


def _centres(landmarks: int) -> list[int]:
    return _evenly(landmarks, _CENTRES)


def _distance(weights: Weights, vectors: Vectors, settings: DistillSettings) -> float:
    """The distance that no more than `strangers` of pictures like these go beyond."""
    distances = np.sort([weights.distance(vector) for vector in vectors])
    rank = int(np.ceil((len(distances) + 1) * (1 - settings.strangers)))
    return float(distances[min(rank, len(distances)) - 1])


def _heads(
    pictures: Pictures,
    rules: Sequence[CompiledRule],
    blank: Weights,
    bound: float,
    settings: DistillSettings,
) -> tuple[tuple[Head, ...], Weights]:
    """The heads with their bounds, and their weights. `bound` is the distance of strangers."""
    taught = pictures.of(Split.TRAIN, Split.CALIBRATE)
    taught = taught.where(taught.known)
    held = pictures.of(Split.BANDS)
    near = np.array([blank.distance(vector) <= bound for vector in held.vectors], bool)
    every = np.concatenate([taught.states, held.states])
    lesson = Taught(taught, _bases(taught.vectors, blank))
    found = [
        learn(rule, place, lesson, every[:, place], settings) for place, rule in enumerate(rules)
    ]
    weights = _weights(found, blank)
    p = np.array([weights.probabilities(vector) for vector in held.vectors])
    p[~(near & held.known)] = np.inf
    return _bounded(found, taught, held, p, settings), weights


def _bases(vectors: Vectors, blank: Weights) -> tuple[Basis, ...]:
    if not len(vectors):
        return ()
    centres = _centres(len(blank.landmarks))
    nearness = np.array([blank.nearness(vector)[centres] for vector in vectors])
    among = np.array([blank.nearness(vector)[centres] for vector in blank.landmarks[centres]])
    return Basis.linear(vectors), Basis.near(nearness, among)


def _weights(found: Sequence[Trained], blank: Weights) -> Weights:
    lines = [one.fitted.line for one in found if one.fitted]
    count, dimensions = blank.landmarks.shape
    coefficients, near = np.zeros((len(lines), dimensions)), np.zeros((len(lines), count))
    for row, line in enumerate(lines):
        coefficients[row], near[row, _centres(count)] = line.parts
    biases = np.array([line.bias for line in lines], np.float64)
    return replace(blank, coefficients=coefficients, near=near, biases=biases)


def _bounded(
    found: Sequence[Trained], taught: Pictures, held: Pictures, p: Floats, settings: DistillSettings
) -> tuple[Head, ...]:
    """The heads with the bounds that are proved on `held`; `p` [pictures, trained heads] is theirs.

    Where a rule can never be cleared no image can be called safe, and each of the others is
    cleared up to a bound of its own.
    """
    trained = [one for one in found if one.fitted]
    if not trained:
        return tuple(one.head for one in found)
    places = [one.rule for one in trained]
    rare = [one.rule for one in found if one.head.kind is HeadKind.RARE]
    unseen = np.stack([one.fitted.p for one in trained if one.fitted], axis=1)
    tried = Said(unseen, taught.states[:, places], taught.image, taught.states[:, rare])
    proof = Said(p, held.states[:, places], held.image, held.states[:, rare])
    highs = fit_highs(tried, proof, settings)
    lows = fit_each_low(tried, proof, settings)
    if len(trained) + len(rare) == len(found) and None not in lows:
        lows = fit_lows(tried, proof, settings)
    rows = {place: row for row, place in enumerate(places)}
    return tuple(
        _head(one.head, rows[one.rule], lows[rows[one.rule]], highs[rows[one.rule]])
        if one.rule in rows
        else one.head
        for one in found
    )


def _head(head: Head, row: int, low: float | None, high: float | None) -> Head:
    bounds = {"cleared": low, "called violated": high}
    never = [word for word, bound in bounds.items() if bound is None]
    why = "agreement with the judge could not be proved so far"
    reason = f"never {' nor '.join(never)}: {why}" if never else ""
    update = {"row": row, "low": low, "high": high, "reason": reason}
    return Head.model_validate(head.model_dump() | update)
