"""Places: within the frame, clusters apart, and what is said to touch on top of each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluejudge.scenes.backgrounds import random_background
from cluejudge.scenes.compose import dress
from cluejudge.scenes.layout import (
    GAP,
    MAX_HOST,
    MIN_HOST,
    Cluster,
    build_cluster,
    occluder,
    place,
)
from cluejudge.scenes.masks import masks_of
from cluejudge.scenes.plan import free
from cluejudge.scenes.spec import Recipe, Scene
from cluejudge.scenes.sprites import default_sprites
from cluejudge.scenes.world import CLUTTER, HELD_OUT_STYLE, TRAINED_STYLES

SEEDS = st.integers(0, 2**32)


def arranged(seed: int) -> tuple[list[Cluster], Scene]:
    """The clusters of a free scene that finds a place, and the scene without its drawings."""
    rng = np.random.default_rng(seed)
    while True:
        clusters = [build_cluster(recipe, rng) for recipe in free(rng)]
        if (placed := place(clusters, rng)) is not None:
            return clusters, Scene(random_background(rng), *placed)


@given(SEEDS)
@settings(max_examples=40)
def test_clusters_keep_apart_and_within_the_frame(seed: int) -> None:
    clusters, scene = arranged(seed)
    boxes = []
    sprites = iter(scene.sprites)
    for cluster in clusters:
        moved = tuple(itertools.islice(sprites, len(cluster.sprites)))
        box = Cluster(moved, cluster.things).box
        assert min(box[:2]) > -1e-9
        assert max(box[2:]) < 1 + 1e-9
        boxes.append(box)
    for one, other in itertools.combinations(boxes, 2):
        gaps = (one[0] - other[2], other[0] - one[2], one[1] - other[3], other[1] - one[3])
        assert max(gaps) > GAP - 1e-9


@given(SEEDS)
@settings(max_examples=40)
def test_things_keep_their_ties_and_sizes_when_placed(seed: int) -> None:
    clusters, scene = arranged(seed)
    assert len(scene.things) == sum(len(cluster.things) for cluster in clusters)
    start = 0
    for cluster in clusters:
        for index, thing in enumerate(cluster.things):
            there = scene.things[start + index]
            assert there.concept == thing.concept
            assert there.touches == {start + other for other in thing.touches}
        hosts = [s for s in scene.sprites if s.thing == start and s.concept not in ("bed", "fire")]
        assert all(MIN_HOST - 1e-9 <= host.size <= MAX_HOST for host in hosts[:1])
        start += len(cluster.things)
    assert {sprite.thing for sprite in scene.sprites} == set(range(len(scene.things)))


@pytest.mark.parametrize("seed", range(24))
def test_drawings_of_different_clusters_share_no_pixel(seed: int) -> None:
    clusters, scene = arranged(seed)
    styles = (HELD_OUT_STYLE,) if seed % 3 == 0 else TRAINED_STYLES
    sprites = default_sprites()
    drawn = masks_of(dress(scene, np.random.default_rng(seed), sprites, styles), 128, sprites).drawn
    start, masks = 0, []
    for cluster in clusters:
        masks.append(drawn[start : start + len(cluster.things)].any(axis=0))
        start += len(cluster.things)
    assert np.sum(masks, axis=0).max() <= 1


def test_too_many_clusters_find_no_place() -> None:
    rng = np.random.default_rng(0)
    assert place([build_cluster(Recipe("bed"), rng) for _ in range(40)], rng) is None


@pytest.mark.parametrize(
    ("recipe", "concepts", "touches"),
    [
        (Recipe("dog"), ["dog"], {}),
        (Recipe("man", frozenset({"on_fire"})), ["man", "fire"], {}),
        (
            Recipe("man", frozenset({"bleeding"}), holds=("axe",)),
            ["man", "blood", "axe"],
            {2: {0}},
        ),
        (
            Recipe("man", frozenset({"in_bed"}), bedmates=("woman",)),
            ["bed", "man", "woman"],
            {1: {0}, 2: {0}},
        ),
        (Recipe("baby", frozenset({"in_bed", "bleeding"})), ["bed", "baby", "blood"], {1: {0}}),
    ],
)
def test_a_recipe_becomes_its_things(
    recipe: Recipe, concepts: list[str], touches: dict[int, set[int]]
) -> None:
    cluster = build_cluster(recipe, np.random.default_rng(3))
    assert [thing.concept for thing in cluster.things] == concepts
    assert {k: t.touches for k, t in enumerate(cluster.things) if t.touches} == touches
    assert set(concepts) == set(recipe.concepts)
    host = cluster.things[concepts.index(recipe.concept)]
    assert host.states == recipe.states
    assert all(
        "in_bed" in thing.states for thing in cluster.things if thing.concept in recipe.bedmates
    )


@given(SEEDS)
@settings(max_examples=40)
def test_what_covers_an_edge_is_small_clutter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cluster = build_cluster(Recipe("house"), rng)
    placed = place([cluster], rng)
    assert placed is not None
    cover = occluder(placed[0], 1, rng)
    if cover is not None:
        sprite, thing = cover
        assert thing.concept == sprite.concept
        assert thing.concept in CLUTTER
        assert sprite.size < MIN_HOST
        assert sprite.thing == 1
        assert not thing.states
        assert not thing.touches
