"""How many actors a cluster has room for, and what each may have."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CPU, GPU = "CPU", "GPU"
Node = Mapping[str, float]
"""What a node offers, by the names Ray has for it."""


@dataclass(frozen=True, slots=True)
class Room:
    """Actors, and the share of processors and of GPUs that each is given."""

    actors: int
    cpus: float
    gpus: float


def room(
    nodes: Sequence[Node],
    *,
    actors: int | None = None,
    cpus: float | None = None,
    gpus: float = 0.0,
    workers: int = 2,
) -> Room:
    """The actors for `nodes`: as many as asked for, else as many as fit, which may be 0.

    Where `cpus` is not given, an actor has one processor for itself and one for each of its
    `workers`, but not so many that a GPU, or the largest node, is left without an actor.
    """
    offers = [node for node in nodes if not gpus or node.get(GPU, 0.0) >= gpus]
    if cpus is None:
        shares = [
            node.get(CPU, 0.0) / (math.floor(node[GPU] / gpus) if gpus else 1) for node in offers
        ]
        most = (min(shares) if gpus else max(shares)) if shares else 0.0
        cpus = min(float(workers + 1), most)
    if actors is None:
        actors = sum(_fit(node, cpus, gpus) for node in offers)
    return Room(actors, cpus, gpus)


def _fit(node: Node, cpus: float, gpus: float) -> int:
    """How many actors a node has room for."""
    asked = [(CPU, cpus), (GPU, gpus)]
    room = [node.get(name, 0.0) / share for name, share in asked if share > 0]
    # An actor that asks for nothing fits anywhere: one a node is as good as any number.
    return math.floor(min(room) + 1e-9) if room else 1
