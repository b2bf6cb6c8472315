from __future__ import annotations

import json
from collections import Counter

import pytest

from cluejudge.builtin import find_constitution
from cluejudge.errors import UsageError
from cluejudge.scenes.compose import Intent
from cluejudge.scenes.dataset import MIXTURE, Split, make_scenes
from cluejudge.scenes.facts import Thing
from cluejudge.scenes.label import SceneLabel, atoms_of, objects_of
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.spec import Scene
from cluejudge.scenes.world import CONCEPTS, HELD_OUT_STYLE, SIGNS, TRAINED_STYLES
from tests.scenes.samples import PLAIN, sprite

PICTOGRAM = find_constitution("pictogram").rules


def labels(count: int, seed: int = 0, side: int = 64, **options: str) -> list[SceneLabel]:
    return [label for _, label in make_scenes(count, seed, side=side, **options)]


@pytest.fixture(scope="module")
def mixed() -> list[SceneLabel]:
    """As many scenes as it takes for every rule to have its turn in the mixture."""
    return labels(35, 1)


def test_the_mixture_is_kept_and_rules_take_turns(mixed: list[SceneLabel]) -> None:
    assert Counter(label.intent for label in mixed) == {
        Intent.VIOLATING: 14,
        Intent.BORDERLINE: 14,
        Intent.CLEAN: 7,
    }
    for intent in (Intent.VIOLATING, Intent.BORDERLINE):
        assert {label.rule for label in mixed if label.intent is intent} == set(RULES)
    assert [label.intent for label in mixed[:5]] == list(MIXTURE)


def test_labels_agree_with_what_scenes_are_made_for(mixed: list[SceneLabel]) -> None:
    for label in mixed:
        if label.intent is Intent.VIOLATING:
            assert label.rule in label.violated
            assert label.missed is None
            continue
        assert label.violated == ()
        if label.intent is Intent.CLEAN:
            assert (label.rule, label.missed) == (None, None)
        else:
            assert label.rule is not None
            assert label.missed in range(len(RULES[label.rule].chain))


def test_violations_follow_from_the_atoms_as_the_constitution_joins_them(
    mixed: list[SceneLabel],
) -> None:
    for label in mixed:
        for rule in PICTOGRAM:
            atoms = label.atoms[rule.id]
            assert set(atoms) == {atom.text for group in rule.chain for atom in group.any_of}
            for atom in (atom for group in rule.chain for atom in group.any_of):
                truth = atoms[atom.text]
                assert truth.holds is (truth.content is not atom.negated)
            groups = [any(atoms[a.text].holds for a in group.any_of) for group in rule.chain]
            assert all(groups) is (rule.id in label.violated)
            if rule.id == label.rule and label.missed is not None:
                assert groups.index(False) == label.missed


def test_objects_are_told_with_boxes_within_the_image(mixed: list[SceneLabel]) -> None:
    for label in mixed:
        for thing in label.objects:
            left, top, right, bottom = thing.box
            assert 0 <= left < right <= 64
            assert 0 <= top < bottom <= 64
            assert thing.concept in CONCEPTS
            assert set(thing.states) <= set(SIGNS)
            assert all(other in range(len(label.objects)) for other in thing.touches)


def test_a_scene_depends_on_its_number_alone() -> None:
    few, more = (list(make_scenes(count, 3, side=48)) for count in (2, 4))
    for (image, label), (other, same) in zip(few, more, strict=False):
        assert image.tobytes() == other.tobytes()
        assert label == same


def test_the_side_changes_the_pixels_only() -> None:
    small, large = (labels(3, 4, side=side) for side in (48, 96))
    for one, other in zip(small, large, strict=True):
        assert one.atoms == other.atoms
        assert [thing.concept for thing in one.objects] == [t.concept for t in other.objects]


def test_seeds_and_splits_share_no_scene() -> None:
    pictures = [
        image.tobytes()
        for seed in (0, 1, 2**40)
        for split in Split
        for image, _ in make_scenes(2, seed, split=split, side=48)
    ]
    assert len(set(pictures)) == len(pictures)


@pytest.mark.parametrize("kind", ["violating", "borderline", "clean", "free"])
def test_one_kind_can_be_asked_for(kind: str) -> None:
    assert {label.intent for label in labels(3, kind=kind)} == {kind}


def test_one_rule_can_be_asked_for() -> None:
    found = labels(5, rule="gambling")
    assert {label.rule for label in found} == {"gambling", None}
    assert [label.intent for label in found] == list(MIXTURE)


def test_trained_styles_are_mixed_unless_one_is_asked_for(mixed: list[SceneLabel]) -> None:
    drawn = {thing.style for label in mixed for thing in label.objects}
    assert drawn == set(TRAINED_STYLES)
    held_out = labels(5, style=HELD_OUT_STYLE)
    assert {label.style for label in held_out} == {HELD_OUT_STYLE}
    assert {thing.style for label in held_out for thing in label.objects} == {HELD_OUT_STYLE}


def test_a_label_is_one_line_of_json(mixed: list[SceneLabel]) -> None:
    line = mixed[1].to_json()
    assert "\n" not in line
    read = json.loads(line)
    assert read["image"] == "000001.png"
    assert read["violated"] == list(mixed[1].violated)
    assert read["objects"][0]["box"] == list(mixed[1].objects[0].box)
    fire_engine = read["atoms"]["arson"]["a fire engine"]
    assert fire_engine["holds"] is not fire_engine["content"]


def test_a_negated_atom_holds_where_its_content_is_not_there() -> None:
    for things, there in (([Thing("doctor")], True), ([Thing("man")], False)):
        truth = atoms_of(things)["untreated-injury"]["a doctor"]
        assert (truth.content, truth.holds) == (there, not there)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"split": "tests"}, "did you mean test?"),
        ({"style": "noto2"}, "did you mean noto?"),
        ({"style": "oil"}, "known: noto, noto-v1"),
        ({"rule": "arsons"}, "did you mean arson?"),
        ({"kind": "border"}, "did you mean borderline?"),
        ({"split": "train", "style": HELD_OUT_STYLE}, "held-out style"),
        ({"kind": "clean", "rule": "arson"}, "made for no rule"),
    ],
)
def test_what_there_is_not_is_told_at_once(options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        make_scenes(1, 0, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "seed", "side"), [(-1, 0, 64), (1, -1, 64), (1, 0, 8)])
def test_numbers_are_bounded(count: int, seed: int, side: int) -> None:
    with pytest.raises(UsageError, match="give "):
        make_scenes(count, seed, side=side)


def test_a_thing_out_of_sight_has_no_label() -> None:
    scene = Scene(PLAIN, (sprite("ball", 3, 3),), (Thing("ball"),))
    with pytest.raises(ValueError, match="ball 0 lies outside"):
        objects_of(scene, (None,))
