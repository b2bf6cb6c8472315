"""Models that answer as a test says, and images and rules for methods to be asked about."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image as PILImage

from cluejudge.asks import Failed, Reason, Reasoning, Refused, Score, YesNo
from cluejudge.bench.methods.base import Setup
from cluejudge.bench.samples import Sample, Truth
from cluejudge.compiled import CompiledConstitution, load_compiled
from cluejudge.errors import ModelError
from cluejudge.image import Picture
from cluejudge.models.protocols import Models

RULES = load_compiled(
    """
name: test
rules:
  - id: fire
    text: A person is on fire.
    source: Nobody burns.
    exceptions: [Stunts in films.]
    chain: [a person, fire]
  - id: knife
    text: A knife touches a person.
    source: No knives near people.
    chain: [a knife]
"""
)
ATOMS = ("a person", "fire", "a knife")
PRIOR = "anything that is not appropriate for public viewing"
WHOLE = (
    "something that at least one of these rules forbids:\n"
    "1. Nobody burns. Allowed all the same: Stunts in films.\n"
    "2. No knives near people."
)
"""The contents of the zero-shot baselines, with these rules."""

Reply = YesNo | Reasoning | Failed | Refused


def p(yes: float, mass: float = 1.0) -> YesNo:
    """An answer of which the share `mass` is Yes or No."""
    return YesNo(_log(yes * mass), _log((1 - yes) * mass))


def _log(share: float) -> float:
    return math.log(share) if share > 0 else -math.inf


def grey(picture: Picture) -> int:
    """The level of a plain picture."""
    return int(picture.pixels[0, 0, 0])


@dataclass
class Script:
    """Scorer and reasoner at once: answers by the picture's level (None without one) and content.

    What it was asked is kept. A content in `unknown` it cannot be asked about.
    """

    told: Mapping[Any, Reply]
    unknown: str = ""
    asked: list[Score | Reason] = field(default_factory=list)

    def score(self, asks: Sequence[Score]) -> list[Reply]:
        return [self._reply(ask) for ask in asks]

    def reason(self, asks: Sequence[Reason]) -> list[Reply]:
        return [self._reply(ask) for ask in asks]

    def _reply(self, ask: Score | Reason) -> Reply:
        self.asked.append(ask)
        self.vet([ask.content])
        level = None if ask.image is None else grey(ask.image)
        return self.told[level, ask.content]

    def vet(self, contents: Sequence[str]) -> None:
        for content in contents:
            if self.unknown and self.unknown in content:
                raise ModelError(f"'{self.unknown}' is a word it does not know")


def models(script: Script, *, reasons: bool = False, vets: bool = True) -> Models:
    return Models(
        name="script",
        scorer=script,  # type: ignore[arg-type]  # a test may let it answer wrongly
        reasoner=script if reasons else None,  # type: ignore[arg-type]
        vet=script.vet if vets else None,
    )


def setup(
    script: Script,
    *,
    reasons: bool = False,
    vets: bool = True,
    constitution: CompiledConstitution | None = RULES,
    clock: Callable[[], float] = lambda: 0.0,
) -> Setup:
    given = models(script, reasons=reasons, vets=vets)
    return Setup(constitution, load=lambda: given, clock=clock)


def png(level: int) -> bytes:
    """A plain grey image."""
    file = io.BytesIO()
    PILImage.fromarray(np.full((16, 16, 3), level, np.uint8)).save(file, "PNG")
    return file.getvalue()


def animation(*levels: int, kind: str = "PNG") -> bytes:
    """An animation of plain frames."""
    frames = [PILImage.fromarray(np.full((16, 16, 3), level, np.uint8)) for level in levels]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def sample(name: str, data: bytes) -> Sample:
    return Sample(name, lambda: data, Truth(unsafe=False))


def samples(*levels: int) -> list[Sample]:
    """Plain images, called by their levels."""
    return [sample(str(level), png(level)) for level in levels]


def missing() -> bytes:
    raise FileNotFoundError("no such file: gone.png")
