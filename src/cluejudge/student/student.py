"""The student at work: pictures to grades of rules."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

from cluejudge.asks import Grade, Graded, Grades
from cluejudge.compiled import CompiledRule
from cluejudge.digest import rule_digest
from cluejudge.errors import CluejudgeWarning, ModelError
from cluejudge.judge.answer import unit_vectors
from cluejudge.models.protocols import Encoder
from cluejudge.settings import Method, Thresholds
from cluejudge.student.card import Head, HeadKind
from cluejudge.student.folder import Learnt
from cluejudge.student.weights import Floats, probes

UNKNOWN = "the student has not learnt this rule"

_SAME = 0.999  # cosine of what one encoder makes of one picture, on whatever device

_NAMED = 5


class Student:
    """Grades pictures by what was learnt, as `encoder` sees them; keeps `Grader`."""

    def __init__(self, learnt: Learnt, encoder: Encoder) -> None:
        self._learnt, self._encoder = learnt, encoder
        self._heads = {head.rule: head for head in learnt.card.heads}

    def grade(self, asks: Sequence[Grade]) -> list[Grades]:
        """Grades for each ask; each picture is embedded once. Raises `ModelError` as the encoder.

        A grade depends on the picture alone, not on the others of a batch.
        """
        pictures = list(dict.fromkeys(ask.image for ask in asks))
        embedded = self._encoder.embed_images(pictures)
        unit_vectors(embedded, len(pictures))
        weights = self._learnt.weights
        if embedded.shape[1] != weights.landmarks.shape[1]:
            raise ModelError(f"the student's encoder gave vectors of {embedded.shape[1]} numbers")
        found = {
            picture: (weights.probabilities(vector), weights.distance(vector))
            for picture, vector in zip(pictures, embedded, strict=True)
        }
        return [self._grades(ask, *found[ask.image]) for ask in asks]

    def _grades(self, ask: Grade, probabilities: Floats, distance: float) -> Grades:
        rules = tuple(self._graded(self._heads.get(rule), probabilities) for rule in ask.rules)
        return Grades(rules, distance, self._learnt.card.distance)

    def _graded(self, head: Head | None, probabilities: Floats) -> Graded | str:
        if head is None:
            return UNKNOWN
        if head.row is not None:
            return Graded(float(probabilities[head.row]), head.low, head.high)
        return Graded(head.rate, head.low) if head.rate is not None else head.reason

    def vet(
        self, rules: Sequence[CompiledRule], thresholds: Thresholds, method: Method
    ) -> list[str]:
        """Rules cleared because they are rare, and that the judge it learnt of was set otherwise.

        Warns of the rules that it leaves open on every picture.
        """
        heads = {rule.id: self._heads.get(rule_digest(rule)) for rule in rules}
        never = [id for id, head in heads.items() if head is None or head.low is None]
        if never:
            warnings.warn(
                f"the student never clears {_listed(never)}: by these rules it calls no picture "
                "safe, and leaves most of them open",
                CluejudgeWarning,
                stacklevel=4,
            )
        rare = [id for id, head in heads.items() if head and head.kind is HeadKind.RARE]
        doubts = []
        if rare:
            doubts.append(f"the student clears {_listed(rare)} unseen, for violations were rare")
        if not never and len({rule_digest(rule) for rule in rules}) < len(self._heads):
            doubts.append(
                "what the student calls safe was proved for all the rules that it learnt, of which "
                "these are some"
            )
        origin = self._learnt.card.origin
        if (origin.thresholds, origin.method) != (thresholds, method):
            doubts.append("the student learnt of a judge with other thresholds or another method")
        return doubts


def sees_alike(encoder: Encoder, learnt: Learnt) -> bool:
    """Whether `encoder` sees as the one that the student learnt with. Raises `ModelError`."""
    seen = encoder.embed_images(probes())
    known = learnt.weights.probes
    return seen.shape == known.shape and bool(((seen * known).sum(axis=1) >= _SAME).all())


def _listed(ids: Iterable[str]) -> str:
    names = [f"`{id}`" for id in ids]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ("rule " if len(names) == 1 else "rules ") + ", ".join(names[:_NAMED]) + more
