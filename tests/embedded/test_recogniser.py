from __future__ import annotations

import numpy as np

from cluejudge.embedded.recogniser import EmbeddedRecogniser
from cluejudge.image import Picture
from cluejudge.models.protocols import Models


def noise(seed: int) -> Picture:
    return Picture(np.random.default_rng(seed).integers(0, 256, (64, 64, 3), dtype=np.uint8))


def test_scenes_are_known_and_noise_is_not(embedded: Models, scenes: list[Picture]) -> None:
    recogniser = embedded.recogniser
    assert isinstance(recogniser, EmbeddedRecogniser)
    known = recogniser.familiarity(scenes)
    unknown = recogniser.familiarity([noise(seed) for seed in range(4)])
    assert min(known) >= recogniser.threshold > max(unknown)


def test_a_familiarity_is_a_probability(embedded: Models, scenes: list[Picture]) -> None:
    assert embedded.recogniser
    flat = Picture(np.zeros((9, 9, 3), np.uint8))
    assert all(0 <= one <= 1 for one in embedded.recogniser.familiarity([*scenes, flat]))
