"""One look at a picture, from which all embedded models answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cluejudge.embedded.bypicture import ByPicture
from cluejudge.embedded.pixels import to_pixels
from cluejudge.embedded.session import Floats, Graph
from cluejudge.image import Picture

_KEPT = 256
_BATCH = 1  # more gain nothing, and the last bits of `known` would depend on who else is looked at


@dataclass(frozen=True, slots=True)
class Sight:
    """What the vision tower makes of a picture, by its 8 x 8 cells in reading order.

    `projected` [64, width] is what the decoder reads; `boxes` [64, 4] the box of what each cell
    shows (left, top, right, bottom as shares of the picture); `vector` [joint] the unit vector for
    relevance; `known` the logit of being a picture of the known world.
    """

    projected: Floats
    boxes: Floats
    vector: Floats
    known: float


class Eye:
    """Looks at pictures, at each of them once as long as it is remembered."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._sights = ByPicture(self._look, size=_KEPT, batch=_BATCH)

    def __call__(self, pictures: Sequence[Picture]) -> list[Sight]:
        """A sight for each picture, in their order."""
        return self._sights(pictures)

    def _look(self, pictures: Sequence[Picture]) -> list[Sight]:
        projected, boxes, vectors, known = self._graph(pixels=to_pixels(pictures))
        return [
            Sight(projected[i], boxes[i], vectors[i], float(known[i])) for i in range(len(pictures))
        ]
