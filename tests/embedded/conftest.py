"""The embedded models of the package, opened once, and scenes that they know."""

from __future__ import annotations

import numpy as np
import pytest

from cluejudge.embedded import models
from cluejudge.embedded.models import Parts
from cluejudge.image import Picture
from cluejudge.models.protocols import Models
from cluejudge.scenes.compose import Intent, compose
from cluejudge.scenes.render import render
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import TRAINED_STYLES


@pytest.fixture(scope="session")
def parts() -> Parts:
    return models.open_parts(models.DATA)


@pytest.fixture(scope="session")
def embedded(parts: Parts) -> Models:
    return models.assembled(parts)


@pytest.fixture(scope="session")
def scenes() -> list[Picture]:
    """Four scenes of several sizes."""
    sprites = default_sprites()
    found = []
    for seed, side in enumerate((128, 256, 96, 200)):
        scene = compose(Intent.FREE, np.random.default_rng(seed), sprites, TRAINED_STYLES)
        found.append(Picture(np.asarray(render(scene, side, sprites).image)))
    return found
