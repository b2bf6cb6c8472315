from __future__ import annotations

import json
from importlib.resources import files

import numpy as np
import pytest

from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import CONCEPTS, HELD_OUT_STYLE, TRAINED_STYLES

STYLES = pytest.mark.parametrize("style", [*TRAINED_STYLES, HELD_OUT_STYLE])
INDEX = json.loads((files("cluejudge.scenes") / "sprites" / "index.json").read_text("utf-8"))


def test_the_atlases_are_those_of_the_world() -> None:
    assert set(INDEX["styles"]) == {*TRAINED_STYLES, HELD_OUT_STYLE}


@STYLES
def test_every_drawing_is_of_a_concept_of_the_world(style: str) -> None:
    assert set(INDEX["styles"][style]) <= set(CONCEPTS)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_every_concept_is_drawn_by_a_trained_style_and_by_the_held_out_one(concept: str) -> None:
    sprites = default_sprites()
    assert any(sprites.has(style, concept) for style in TRAINED_STYLES)
    assert sprites.has(HELD_OUT_STYLE, concept)


@STYLES
def test_every_tile_has_a_drawing_that_reaches_two_edges(style: str) -> None:
    sprites = default_sprites()
    numbers = [n for concept in CONCEPTS for n in sprites.tiles(style, concept)]
    assert sorted(numbers) == list(range(len(numbers)))
    for number in numbers:
        box = sprites.tile(style, number).getchannel("a").getbbox()
        assert box is not None
        assert max(box[2] - box[0], box[3] - box[1]) >= INDEX["tile"] - 4


def test_a_concept_that_a_style_lacks_comes_from_another_one() -> None:
    sprites = default_sprites()
    assert not sprites.has("fxemoji", "axe")
    assert sprites.any_style("axe", ("fxemoji", "noto")) == "noto"
    assert sprites.any_style("axe", ("fxemoji",)) in TRAINED_STYLES
    with pytest.raises(KeyError, match="unicorn"):
        sprites.any_style("unicorn", TRAINED_STYLES)


def test_every_drawing_of_a_concept_is_picked() -> None:
    sprites, rng = default_sprites(), np.random.default_rng(0)
    picked = {sprites.pick("noto", "man", rng) for _ in range(100)}
    assert picked == set(sprites.tiles("noto", "man"))
