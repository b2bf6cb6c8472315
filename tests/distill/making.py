"""Pictures to learn from that never were: vectors, and a judge whose verdicts follow from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cluejudge.distill.bands import OPEN, States
from cluejudge.distill.pictures import Pictures, Vectors
from cluejudge.distill.split import Split
from cluejudge.distill.train import Sight
from cluejudge.settings import Method, Thresholds
from cluejudge.student.card import Origin
from cluejudge.verdict import Outcome

DIM = 8
SHARES = (0.3, 0.1, 0.4, 0.2)
ORIGIN = Origin(
    constitution="colours 3",
    constitution_digest="",
    models={"name": "fake"},
    thresholds=Thresholds(),
    method=Method(),
    pictures=0,
)


def units(generator: np.random.Generator, count: int) -> Vectors:
    found = generator.normal(size=(count, DIM))
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def judged(
    seed: int,
    count: int,
    bounds: Sequence[float],
    *,
    steep: float = 60.0,
    left_open: float = 0.0,
    views: int = 1,
) -> Pictures:
    """`count` pictures; rule r is violated where number r of the vector is over `bounds[r]`.

    The steeper the surer. Each input has `views` of them, and of the share `left_open` the judge
    decides no rule.
    """
    generator = np.random.default_rng(seed)
    vectors = units(generator, count)
    logits = steep * (vectors[:, : len(bounds)] - np.array(bounds))
    states = (generator.random(logits.shape) < 1 / (1 + np.exp(-logits))).astype(np.int8)
    states[generator.random(count) < left_open] = OPEN
    image = np.arange(count) // views
    inputs = int(image.max()) + 1
    split = generator.choice(len(Split), size=inputs, p=SHARES).astype(np.int8)[image]
    outcomes = tuple(_outcome(states[image == one]) for one in range(inputs))
    return Pictures(vectors, states, image, split, np.ones(count, bool), outcomes)


def _outcome(states: States) -> Outcome:
    if (states == 1).any():
        return Outcome.UNSAFE
    return Outcome.ABSTAIN if (states == OPEN).any() else Outcome.SAFE


SIGHT = Sight("fake", {"encoder": "none"}, units(np.random.default_rng(99), 2))
