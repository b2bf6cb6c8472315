from __future__ import annotations

import numpy as np
import pytest

from cluejudge.distill.bands import OPEN, Floats, States
from cluejudge.distill.heads import Basis, Fitted, fit_head, learnable
from cluejudge.distill.pictures import Vectors
from tests.distill.making import units


def drawn(seed: int, count: int, steep: float, bound: float = 0.2) -> tuple[Vectors, States]:
    generator = np.random.default_rng(seed)
    vectors = units(generator, count)
    p = 1 / (1 + np.exp(-steep * (vectors[:, 0] - bound)))
    return vectors, (generator.random(count) < p).astype(np.int8)


LANDMARKS = units(np.random.default_rng(77), 60)


def nearness(vectors: Vectors) -> Floats:
    return np.asarray(np.exp(vectors.astype(np.float64) @ LANDMARKS.T - 1.0))


def bases(vectors: Vectors) -> tuple[Basis, ...]:
    return Basis.linear(vectors), Basis.near(nearness(vectors), nearness(LANDMARKS))


def fitted(vectors: Vectors, states: States) -> Fitted | None:
    return fit_head(bases(vectors), states, np.arange(len(states)))


def told(head: Fitted, vectors: Vectors) -> Floats:
    linear, near = head.line.parts
    logits = vectors @ linear + nearness(vectors) @ near + head.line.bias
    return np.asarray(1 / (1 + np.exp(-logits)))


@pytest.mark.parametrize("steep", [5.0, 20.0])
def test_a_probability_is_how_often_it_comes_true(steep: float) -> None:
    vectors, states = drawn(0, 2000, steep)
    head = fitted(vectors, states)
    assert head is not None
    fresh, truth = drawn(2, 8_000, steep)
    for p, seen in ((told(head, fresh), truth), (head.p, states)):
        for low in np.arange(0, 1, 0.2):
            bin_ = (p >= low) & (p < low + 0.2)
            if bin_.sum() > 250:
                assert seen[bin_].mean() == pytest.approx(p[bin_].mean(), abs=0.06)


def test_what_only_two_things_together_make_is_told() -> None:
    vectors = units(np.random.default_rng(0), 3000)
    states = (vectors[:, 0] * vectors[:, 1] > 0).astype(np.int8)
    head = fitted(vectors[:2000], states[:2000])
    assert head is not None
    assert ((told(head, vectors[2000:]) > 0.5) == states[2000:]).mean() > 0.85


def test_labels_of_no_sense_leave_no_head_that_is_sure() -> None:
    vectors, _ = drawn(0, 1500, 40)
    states = (np.random.default_rng(3).random(1500) < 0.3).astype(np.int8)
    head = fitted(vectors, states)
    assert head is None or abs(told(head, vectors) - 0.3).max() < 0.25


def test_open_pictures_are_no_labels() -> None:
    vectors, states = drawn(0, 800, 20)
    some = states.copy()
    some[::2] = OPEN
    head, other = fitted(vectors, some), fitted(vectors, np.where(some == OPEN, OPEN, states))
    assert head is not None
    assert other is not None
    assert len(head.p) == 800
    assert np.array_equal(head.p, other.p)


def test_both_labels_must_be_left_whatever_is_left_out() -> None:
    states = np.zeros(40, np.int8)
    states[[0, 4, 8, 12]] = 1  # all in one fold
    assert not learnable(states, np.arange(40))
    states[[1, 2]] = 1
    assert learnable(states, np.arange(40))
    assert not learnable(1 - states[:1], np.arange(1))
