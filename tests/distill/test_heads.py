from __future__ import annotations

import numpy as np
import pytest

from cluejudge.distill.heads import Labelled, fit_head
from tests.distill.making import units


def labelled(seed: int, count: int, steep: float, bound: float = 0.2) -> Labelled:
    generator = np.random.default_rng(seed)
    vectors = units(generator, count)
    p = 1 / (1 + np.exp(-steep * (vectors[:, 0] - bound)))
    return Labelled(vectors, generator.random(count) < p)


@pytest.mark.parametrize("steep", [5.0, 20.0])
def test_a_probability_is_how_often_it_comes_true(steep: float) -> None:
    line = fit_head(labelled(0, 1500, steep), labelled(1, 1000, steep))
    assert line is not None
    seen = labelled(2, 8_000, steep)
    p = 1 / (1 + np.exp(-line.logits(seen.vectors)))
    for low in np.arange(0, 1, 0.2):
        bin_ = (p >= low) & (p < low + 0.2)
        if bin_.sum() > 500:
            assert seen.violated[bin_].mean() == pytest.approx(p[bin_].mean(), abs=0.05)


def test_labels_that_are_turned_round_leave_no_head() -> None:
    train = labelled(0, 1500, 40)
    other = labelled(1, 800, 40)
    assert fit_head(train, Labelled(other.vectors, ~other.violated)) is None


def test_open_pictures_are_no_labels() -> None:
    found = Labelled.of(np.eye(4, dtype=np.float32), np.array([1, 0, -1, 0], np.int8))
    assert found.vectors.shape == (3, 4)
    assert found.violated.tolist() == [True, False, False]
