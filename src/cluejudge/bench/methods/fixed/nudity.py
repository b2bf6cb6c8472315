"""NudeNet: a detector of 18 parts of the body (github.com/notAI-tech/NudeNet, the package MIT).

Its weights were trained with Ultralytics' YOLOv8, whose makers claim AGPL-3.0 for what is trained
with it: nothing of either is part of this package, and who installs the extra should know.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Protocol, TypedDict

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from cluejudge.bench.methods.base import Setup
from cluejudge.bench.methods.classifying import (
    About,
    Classified,
    Seen,
    flagged,
    packaged,
    third_party,
)
from cluejudge.bench.spec import Spec
from cluejudge.image import Picture
from cluejudge.settings import Frozen

_NAME = "nudenet"

UNSAFE = (
    "FEMALE_GENITALIA_EXPOSED",
    "MALE_GENITALIA_EXPOSED",
    "ANUS_EXPOSED",
    "FEMALE_BREAST_EXPOSED",
    "BUTTOCKS_EXPOSED",
)
"""The classes that count: what OS Bench's first rules forbid to show bare, and no more.

Bellies, feet, armpits, male breasts, faces and all that is covered do not.
"""

LEAST = 0.25
"""The least confidence at which the package tells of a box at all."""

Box = TypedDict("Box", {"class": str, "score": float, "box": list[int]})
"""A box as the package tells it."""


class Detector(Protocol):
    """What is used of `nudenet.NudeDetector`."""

    def detect(self, image_path: NDArray[np.uint8]) -> Sequence[Box]:
        """The boxes in a picture, blue first [height, width, 3]."""
        ...


class NudenetOptions(Frozen):
    """Options of `nudenet`."""

    threshold: float = Field(
        default=LEAST,
        ge=LEAST,
        le=1,
        description="confidence from which a class counts; the package tells of none under 0.25",
    )


class Nudenet:
    """Unsafe if one of `UNSAFE` is found; the score is its confidence, 0 where nothing was told."""

    def __init__(self, detector: Detector, threshold: float) -> None:
        self._detector = detector
        self._threshold = threshold

    def classify(self, pictures: Sequence[Picture]) -> list[Seen]:
        """What is found in each picture, one after another."""
        return [self._seen(picture) for picture in pictures]

    def _seen(self, picture: Picture) -> Seen:
        # Blue first, as the package itself reads files.
        with third_party(_NAME):
            boxes = self._detector.detect(np.ascontiguousarray(picture.pixels[..., ::-1]))
        found = [(float(box["score"]), box["class"]) for box in boxes if box["class"] in UNSAFE]
        unsafe = sorted(found, reverse=True)
        evidence = ", ".join(f"{name.lower()} {score:.2f}" for score, name in unsafe)
        return Seen(flagged(unsafe[0][0] if unsafe else 0.0, self._threshold, evidence))


def make(spec: Spec, setup: Setup) -> Classified:
    """The method `nudenet`. Raises `MissingExtraError` without its package."""
    options = spec.nameless().read_options(NudenetOptions)
    detector = packaged(_detector, _NAME, spec.name, extra="nudenet")
    card = {
        "model": f"nudenet {version('nudenet')}, its 320n",
        "licence": "package MIT; weights trained with YOLOv8 (AGPL-3.0, as its makers claim)",
        "source": "github.com/notAI-tech/NudeNet",
        "unsafe": ", ".join(UNSAFE).lower(),
        "threshold": f"{options.threshold:g}",
    }
    about = About(str(spec), "NudeNet", card)
    return Classified(about, Nudenet(detector, options.threshold), setup)


def _detector() -> Detector:
    from nudenet import NudeDetector

    detector: Detector = NudeDetector()
    return detector
