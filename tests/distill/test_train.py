from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cluejudge.digest import rule_digest
from cluejudge.distill.bands import OPEN
from cluejudge.distill.pictures import Pictures
from cluejudge.distill.settings import DistillSettings
from cluejudge.distill.split import Split
from cluejudge.distill.train import train
from cluejudge.errors import UsageError
from cluejudge.student.card import Head, HeadKind
from cluejudge.student.weights import Weights
from tests.api.colours import COLOURS
from tests.distill.making import DIM, ORIGIN, SIGHT, judged

RULES = COLOURS.rules
EASY = DistillSettings(risk=0.05, alarm_risk=0.1)


def learnt(
    pictures: Pictures, settings: DistillSettings = EASY
) -> tuple[tuple[Head, ...], Weights, float]:
    card, weights = train(pictures, RULES, ORIGIN, SIGHT, settings)
    return card.heads, weights, card.distance


def test_rules_that_can_be_told_are_learnt() -> None:
    pictures = judged(0, 2500, [0.2, 0.45])
    heads, weights, _ = learnt(pictures)
    assert [head.rule for head in heads] == [rule_digest(rule) for rule in RULES]
    assert [(head.kind, head.row) for head in heads] == [
        (HeadKind.TRAINED, 0),
        (HeadKind.TRAINED, 1),
    ]
    assert heads[0].low is not None
    assert heads[0].high is not None
    assert weights.coefficients.shape == (2, DIM)
    p = np.stack([weights.probabilities(vector) for vector in pictures.vectors])
    for row in range(2):
        certain = abs(pictures.vectors[:, row] - [0.2, 0.45][row]) > 0.1
        truth = pictures.vectors[:, row] > [0.2, 0.45][row]
        assert ((p[:, row] > 0.5) == truth)[certain].mean() > 0.99


def test_the_same_pictures_make_the_same_student_and_the_test_part_none() -> None:
    pictures = judged(0, 1500, [0.2, 0.45])
    states = pictures.states.copy()
    states[pictures.split == Split.TEST] = OPEN
    (heads, weights, distance), other = learnt(pictures), learnt(replace(pictures, states=states))
    assert (heads, distance) == (other[0], other[2])
    assert weights.dump() == other[1].dump()


def test_a_rule_with_few_violations_is_not_learnt() -> None:
    heads, weights, _ = learnt(judged(1, 1500, [0.2, 2.0]))
    assert heads[1].kind is HeadKind.NONE
    assert (heads[1].low, heads[1].high) == (None, None)
    assert "0 violations are too few" in heads[1].reason
    assert weights.coefficients.shape == (1, DIM)


def test_a_rare_rule_is_cleared_where_that_is_wanted_and_safe() -> None:
    pictures = judged(1, 1500, [0.2, 2.0])
    heads, _, _ = learnt(pictures, EASY.model_copy(update={"clear_rare": True}))
    assert heads[1].kind is HeadKind.RARE
    assert heads[1].rate is not None
    assert 0 < heads[1].rate <= 0.05
    assert heads[1].low == heads[1].rate
    strict = EASY.model_copy(update={"clear_rare": True, "risk": 0.002})
    assert learnt(pictures, strict)[0][1].kind is HeadKind.NONE
    unsure = replace(pictures, states=np.where(pictures.states, pictures.states, 0).copy())
    unsure.states[::10, 1] = OPEN
    head = learnt(unsure, EASY.model_copy(update={"clear_rare": True}))[0][1]
    assert head.kind is HeadKind.NONE
    assert "of pictures may violate it" in head.reason


def test_a_rule_that_vectors_do_not_tell_is_not_decided() -> None:
    pictures = judged(2, 1500, [0.2, 0.2])
    states = pictures.states.copy()
    states[:, 1] = np.random.default_rng(5).random(len(states)) < 0.3
    head = learnt(replace(pictures, states=states))[0][1]
    assert (head.low, head.high) == (None, None)
    assert head.reason


def test_a_rule_that_everything_violates() -> None:
    head = learnt(judged(2, 1500, [0.2, -2.0]))[0][1]
    assert head.kind is HeadKind.NONE
    assert "too few pictures without one" in head.reason


def test_about_so_many_are_strangers() -> None:
    pictures = judged(3, 3000, [0.2, 0.45])
    _, weights, distance = learnt(pictures, EASY.model_copy(update={"strangers": 0.05}))
    bands = pictures.of(Split.BANDS).vectors
    share = np.mean([weights.distance(vector) > distance for vector in bands])
    assert 0.02 < share < 0.09


def test_landmarks_are_no_more_than_wanted() -> None:
    few = EASY.model_copy(update={"landmarks": 50})
    assert len(learnt(judged(3, 1500, [0.2, 0.45]), few)[1].landmarks) == 50


def test_too_few_pictures() -> None:
    with pytest.raises(UsageError, match="too few to learn from"):
        learnt(judged(0, 60, [0.2, 0.45]))


def test_pictures_the_recogniser_does_not_know_prove_nothing() -> None:
    pictures = judged(4, 2000, [0.2, 0.45])
    strange = replace(pictures, known=np.zeros(len(pictures), bool))
    assert all(head.low is None and head.high is None for head in learnt(strange)[0])
