"""Does the tower know pictures of this kind at all?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from cluejudge.embedded.sight import Eye
from cluejudge.image import Picture


class EmbeddedRecogniser:
    """The probability that a picture is of the world of pictograms; known from `threshold` on."""

    def __init__(self, eye: Eye, *, threshold: float) -> None:
        self._eye = eye
        self.threshold = threshold

    def familiarity(self, images: Sequence[Picture]) -> list[float]:
        """A probability for each image."""
        return [0.5 + 0.5 * math.tanh(sight.known / 2) for sight in self._eye(images)]
