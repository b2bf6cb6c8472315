"""The page about scenes says what the code does."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from cluejudge.scenes.check import MIN_GAP, MIN_OVERLAP, MIN_SHOWN, SIDE
from cluejudge.scenes.compose import Intent
from cluejudge.scenes.dataset import STYLES
from cluejudge.scenes.label import SceneLabel
from cluejudge.scenes.plan import BIASES, Bias
from cluejudge.scenes.rules import RULES
from cluejudge.scenes.world import CLUTTER, CONCEPTS, KINDS, Term

PAGE = (Path(__file__).parents[2] / "docs" / "scenes.md").read_text(encoding="utf-8")


def row(first: str) -> list[str]:
    """The cells of the row of a table that begins with `first`."""
    rows = [line for line in PAGE.splitlines() if line.startswith(f"| {first} |")]
    assert len(rows) == 1, first
    return [cell.strip() for cell in rows[0].strip("|").split("|")]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_kinds_are_told_with_their_concepts(kind: Term) -> None:
    assert row(kind.noun)[1].split(", ") == [CONCEPTS[member].noun for member in kind.members]


def test_concepts_of_no_kind_are_told() -> None:
    in_kinds = {member for kind in KINDS.values() for member in kind.members}
    rest = [CONCEPTS[c].noun for c in CONCEPTS if c not in in_kinds and c not in CLUTTER]
    assert sorted(row("of no kind")[1].split(", ")) == sorted(rest)
    assert row("clutter, in no rule")[1].split(", ") == list(CLUTTER)


@pytest.mark.parametrize("bias", BIASES, ids=lambda bias: f"{bias.given}-{bias.also}")
def test_biases_are_declared(bias: Bias) -> None:
    cells = row(f"{CONCEPTS[bias.given].noun} | {CONCEPTS[bias.also].noun}")
    assert cells[2] == f"{bias.chance:.0%}"


def test_rules_intents_and_styles_are_named() -> None:
    for name in (*RULES, *Intent, *STYLES):
        assert f"`{name}`" in PAGE
    listed = [line.split("`")[1] for line in PAGE.splitlines() if line.startswith("| `")]
    assert [name for name in listed if name in RULES] == list(RULES)


def test_fields_of_a_label_are_explained() -> None:
    table = PAGE[PAGE.index("| Field |") :]
    for field in fields(SceneLabel):
        assert f"`{field.name}`" in table


def test_bounds_of_the_check_are_told() -> None:
    for said in (f"{MIN_SHOWN:.0%}", f"{MIN_OVERLAP:.0%}", f"{MIN_GAP} of {SIDE} pixels"):
        assert said in PAGE
