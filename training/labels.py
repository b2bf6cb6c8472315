"""Dense supervision: what each of the 8 x 8 cells of a training scene shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PILImage

from cluejudge.scenes.facts import Thing
from cluejudge.scenes.world import CONCEPTS, KINDS

GRID = 8
CELLS = GRID * GRID
STATES = ("on_fire", "bleeding", "in_bed")
HOSTS = ("person", "animal")
HELD = ("weapon", "knife", "axe", "alcohol", "medicine", "cigarette")
MINORS = ("baby",)
REMOVED = "removed"
"""Concept of a thing that was painted over: no term has it as a member."""

LABELS: tuple[str, ...] = (
    *CONCEPTS,
    *KINDS,
    *STATES,
    *(f"{host}_{state}" for host in HOSTS for state in ("on_fire", "bleeding")),
    *(f"touches_{host}" for host in (*HOSTS, "minor")),
    *(f"touched_by_{held}" for held in HELD),
    "touching",
    "centre",
)
INDEX = {name: number for number, name in enumerate(LABELS)}
ALIGNED: dict[str, str] = {
    **{name: term.noun for name, term in CONCEPTS.items()},
    **{name: term.noun for name, term in KINDS.items()},
    "on_fire": "on",
    "bleeding": "bleeding",
    "in_bed": "in",
    "touching": "touching",
}
"""Labels that have a word: projected cells are drawn to the embedding of that word."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Labels [64, labels] bool, and the box (unit l, t, r, b; NaN where none) of each cell."""

    labels: NDArray[np.bool_]
    boxes: NDArray[np.float16]


def labels_of(thing: Thing, index: int, things: Sequence[Thing]) -> set[str]:
    """Every label that holds on the cells of one thing."""
    found = {thing.concept, *_kinds(thing), *thing.states}
    found |= {f"{k}_{s}" for k in _kinds(thing) for s in thing.states if f"{k}_{s}" in INDEX}
    for other in thing.touches:
        host = things[other]
        found |= {f"touches_{k}" for k in _kinds(host) if k in HOSTS}
        if host.concept in MINORS:
            found.add("touches_minor")
    for held in things:
        if index in held.touches and "in_bed" not in held.states:
            names = {held.concept, *_kinds(held)}
            found |= {f"touched_by_{name}" for name in names if name in HELD}
            found.add("touching")
    if thing.touches and "in_bed" not in thing.states:
        found.add("touching")
    return {name for name in found if name in INDEX}


def _kinds(thing: Thing) -> list[str]:
    return [kind for kind, term in KINDS.items() if thing.concept in term.members]


def cells_of(
    things: Sequence[Thing],
    masks: Sequence[PILImage.Image | None],
    boxes: Sequence[tuple[int, int, int, int] | None],
) -> Cells:
    """Cells from each thing's alpha mask ("L", scene-sized; None if unseen) and pixel box."""
    labels = np.zeros((CELLS, len(LABELS)), np.bool_)
    owners = np.full((CELLS, 4), np.nan, np.float16)
    most = np.full(CELLS, 0.12, np.float32)
    for index, (thing, mask, box) in enumerate(zip(things, masks, boxes, strict=True)):
        if mask is None or box is None or thing.concept == REMOVED:
            continue
        share = np.asarray(mask.resize((GRID, GRID), PILImage.Resampling.BOX), np.float32)
        share = share.ravel() / np.float32(255)
        side = mask.width
        centre = _cell((box[0] + box[2]) / 2 / side, (box[1] + box[3]) / 2 / side)
        shown = share > 0.2
        shown[centre] = True
        columns = [INDEX[name] for name in labels_of(thing, index, things)]
        labels[np.ix_(np.flatnonzero(shown), np.array(columns))] = True
        if thing.concept not in ("fire", "blood"):
            labels[centre, INDEX["centre"]] = True
        share[centre] += 0.3
        owned = share > most
        most[owned] = share[owned]
        owners[owned] = np.array(box, np.float16) / side
    return Cells(labels, owners)


def _cell(x: float, y: float) -> int:
    column = min(GRID - 1, max(0, int(x * GRID)))
    row = min(GRID - 1, max(0, int(y * GRID)))
    return row * GRID + column
