"""A stand-in for models: deterministic, without weights, for tests and for trying out the wiring.

It sees plain colours and nothing else. A content is visible as far as the colours it names fill
the picture; a table of fixed answers can take the place of looking.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, TypeAdapter

from cluejudge.asks import Locate, Located, Reason, Reasoning, Score, YesNo
from cluejudge.errors import UsageError
from cluejudge.image import Box, Picture
from cluejudge.models.protocols import Models, Vectors
from cluejudge.settings import Frozen

COLOURS: Mapping[str, tuple[int, int, int]] = {
    "black": (0, 0, 0),
    "blue": (0, 0, 255),
    "green": (0, 160, 0),
    "grey": (128, 128, 128),
    "orange": (255, 140, 0),
    "purple": (128, 0, 128),
    "red": (255, 0, 0),
    "white": (255, 255, 255),
    "yellow": (255, 255, 0),
}
_PALETTE = np.array(list(COLOURS.values()), dtype=np.int64)
_FULL = 0.25  # from this share of the picture on, a colour is as visible as can be
_ENOUGH = 0.05  # from this share on, the reasoner says Yes
_LOOKS = 256  # how many pixels are looked at along the longer side
_CLOSE = 64.0  # distance in RGB within which a pixel is of a plain colour


class FakeAnswer(Frozen):
    """Fixed answers on one content: P(Yes) for any picture, and without one."""

    image: float = Field(ge=0, le=1)
    prior: float = Field(default=0.5, ge=0, le=1)


def colours_in(text: str) -> tuple[str, ...]:
    """The colours that `text` names, in its order."""
    return tuple(word for word in re.findall(r"[a-z]+", text.lower()) if word in COLOURS)


def share(picture: Picture, text: str) -> float | None:
    """The share of the rarest colour that `text` names; None if it names none."""
    names = colours_in(text)
    if not names:
        return None
    nearest = _nearest(picture)
    return min(float((nearest == _index(name)).mean()) for name in names)


@dataclass(frozen=True, slots=True)
class FakeScorer:
    """P(Yes) from `table`, else from 0.02 (colour absent) to 0.98 (a quarter of the picture).

    0.5 without a picture, and for a content that names no colour.
    """

    table: Mapping[str, FakeAnswer] = field(default_factory=dict)

    def score(self, asks: Sequence[Score]) -> list[YesNo]:
        """An exact answer with all of its mass on Yes and No."""
        return [_yes_no(self._p_yes(ask)) for ask in asks]

    def _p_yes(self, ask: Score) -> float:
        fixed = self.table.get(ask.content)
        if fixed:
            return fixed.prior if ask.image is None else fixed.image
        seen = None if ask.image is None else share(ask.image, ask.content)
        return 0.5 if seen is None else 0.02 + 0.96 * min(1.0, seen / _FULL)


class FakeReasoner:
    """Says which share of the picture has the colours asked for; Yes from one twentieth on."""

    def reason(self, asks: Sequence[Reason]) -> list[Reasoning]:
        """A sentence and its answer; no answer for a content that names no colour."""
        return [self._reasoning(ask) for ask in asks]

    def _reasoning(self, ask: Reason) -> Reasoning:
        seen = share(ask.image, ask.content)
        if seen is None:
            text, answer = f"'{ask.content}' names no colour, and I see only colours.", None
        else:
            answer = seen >= _ENOUGH
            text = f"{seen:.1%} of the picture fits '{ask.content}'. {'Yes' if answer else 'No'}."
        return Reasoning(text, answer, None, min(len(text.split()), ask.max_tokens))


class FakeEncoder:
    """Pictures by their shares of colours, texts by the colours they name (all, if none)."""

    threshold = 0.2

    def embed_images(self, images: Sequence[Picture]) -> Vectors:
        """Unit vectors, float32 [images, 9]."""
        rows = [np.bincount(_nearest(image).ravel(), minlength=len(COLOURS)) for image in images]
        return _unit(np.sqrt(np.array(rows, dtype=np.float32).reshape(-1, len(COLOURS))))

    def embed_texts(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 [texts, 9]."""
        named = [colours_in(text) or tuple(COLOURS) for text in texts]
        rows = [[name in names for name in COLOURS] for names in named]
        return _unit(np.array(rows, dtype=np.float32).reshape(-1, len(COLOURS)))


class FakeDetector:
    """One box for each word that names a colour: around all of its pixels."""

    threshold = 0.3

    def locate(self, asks: Sequence[Locate]) -> list[list[Located]]:
        """As confident as the box is full of the colour."""
        return [
            [found for word in ask.words for found in _located(ask.image, word)] for ask in asks
        ]


class FakeRecogniser:
    """Knows pictures that are drawn in plain colours."""

    threshold = 0.5

    def familiarity(self, images: Sequence[Picture]) -> list[float]:
        """The share of pixels that are close to a plain colour."""
        return [float((_distances(image).min(axis=-1) <= _CLOSE).mean()) for image in images]


def load(arg: str = "") -> Models:
    """The fake models; `arg` may name a JSON file of fixed answers.

    The file maps contents to P(Yes), or to `{"image": P, "prior": P}`. Raises `UsageError` if it
    cannot be read.
    """
    told = f", with the answers of {arg}" if arg else ""
    return Models(
        name="fake",
        scorer=FakeScorer(_table(arg) if arg else {}),
        reasoner=FakeReasoner(),
        encoder=FakeEncoder(),
        detector=FakeDetector(),
        recogniser=FakeRecogniser(),
        card=(("fake", f"not a model: a stand-in that sees plain colours{told}"),),
    )


def _table(path: str) -> dict[str, FakeAnswer]:
    try:
        data = json.loads(Path(path).read_text("utf-8"))
        answers = TypeAdapter(dict[str, FakeAnswer | float]).validate_python(data)
        return {
            content: FakeAnswer(image=answer) if isinstance(answer, float) else answer
            for content, answer in answers.items()
        }
    except (OSError, ValueError) as error:
        raise UsageError(f"no answers for the fake model in {path}: {error}") from error


def _yes_no(p: float) -> YesNo:
    return YesNo(math.log(p) if p > 0 else -math.inf, math.log1p(-p) if p < 1 else -math.inf)


def _located(picture: Picture, word: str) -> list[Located]:
    mask = np.isin(_nearest(picture), [_index(name) for name in colours_in(word)])
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return []
    step = _step(picture)
    right, bottom = (int(columns[-1]) + 1) * step, (int(rows[-1]) + 1) * step
    box = Box(
        int(columns[0]) * step,
        int(rows[0]) * step,
        min(right, picture.width),
        min(bottom, picture.height),
    )
    full = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean()
    return [Located(box, word, float(full))]


def _step(picture: Picture) -> int:
    """Every how many pixels a large picture is looked at."""
    return max(1, max(picture.width, picture.height) // _LOOKS)


def _distances(picture: Picture) -> NDArray[np.float64]:
    step = _step(picture)
    gaps = picture.pixels[::step, ::step, None, :].astype(np.int64) - _PALETTE
    return np.asarray(np.sqrt((gaps**2).sum(axis=-1)), dtype=np.float64)


def _nearest(picture: Picture) -> NDArray[np.intp]:
    return np.asarray(_distances(picture).argmin(axis=-1), dtype=np.intp)


def _index(name: str) -> int:
    return list(COLOURS).index(name)


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=-1, keepdims=True), dtype=np.float32)
