"""The numbers of a student, and what it makes of an embedded picture by them."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cluejudge.errors import ModelError
from cluejudge.image import Picture

Floats = NDArray[np.float64]
Vectors = NDArray[np.float32]

_UNREADABLE = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, zlib.error)

_FAR = 500.0  # beyond it exp overflows, and the probability is 0 or 1 anyway


@dataclass(frozen=True, eq=False, slots=True)
class Weights:
    """Heads over unit vectors, and the vectors of pictures that the student has learnt of.

    `coefficients` [heads, dimensions] are of a vector, `near` [heads, landmarks] of how near it is
    to each landmark, `biases` [heads]; all float64 and already calibrated. `reach` [] is the
    distance at which nearness is 1/e. `landmarks` [pictures, dimensions] and `probes`
    [2, dimensions] are float32. The probes are how the encoder saw two drawn pictures: another
    encoder is told by them.
    """

    coefficients: Floats
    near: Floats
    biases: Floats
    reach: Floats
    landmarks: Vectors
    probes: Vectors

    def probabilities(self, vector: Vectors) -> Floats:
        """P(violated) of each head [heads] for one vector [dimensions].

        One by one: the rounding of a matrix product depends on what else is in the batch.
        """
        linear = (self.coefficients * vector.astype(np.float64)).sum(axis=1)
        logits = linear + (self.near * self.nearness(vector)).sum(axis=1) + self.biases
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -_FAR, _FAR))), np.float64)

    def nearness(self, vector: Vectors) -> Floats:
        """To each landmark [landmarks], in (0, 1]: exp(-distance / reach)."""
        return np.exp(((self.landmarks @ vector).astype(np.float64) - 1.0) / self.reach)

    def distance(self, vector: Vectors) -> float:
        """1 - cosine from the nearest landmark, in [0, 2]."""
        return max(0.0, 1.0 - float((self.landmarks @ vector).max()))

    def dump(self) -> bytes:
        """As an .npz file; equal weights give equal bytes."""
        file = io.BytesIO()
        np.savez(file, **{field.name: getattr(self, field.name) for field in fields(self)})
        return file.getvalue()

    @classmethod
    def parse(cls, data: bytes, heads: int, dimensions: int) -> Self:
        """From an .npz file. Raises `ModelError` for what are no weights of that shape."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                found = cls(**{field.name: file[field.name] for field in fields(cls)})
        except _UNREADABLE as error:
            raise ModelError(f"the weights cannot be read: {error}") from error
        found._check(heads, dimensions)
        return found

    def _check(self, heads: int, dimensions: int) -> None:
        wanted = {
            "coefficients": ((heads, dimensions), np.float64),
            "near": ((heads, len(self.landmarks)), np.float64),
            "biases": ((heads,), np.float64),
            "reach": ((), np.float64),
            "landmarks": ((len(self.landmarks), dimensions), np.float32),
            "probes": ((len(probes()), dimensions), np.float32),
        }
        for name, (shape, kind) in wanted.items():
            values = getattr(self, name)
            if values.shape != shape or values.dtype != kind or not np.isfinite(values).all():
                raise ModelError(f"the weights have {name} of {values.dtype} {values.shape}")
        if not len(self.landmarks):
            raise ModelError("the weights have no landmarks: every picture would be a stranger")
        if self.reach <= 0:
            raise ModelError("the weights have no reach: nothing would be near a landmark")


def probes() -> tuple[Picture, Picture]:
    """Two drawn pictures by which an encoder is known again: slopes of colour, and a yellow disc.

    To an encoder of pictograms patterns are all one, and a disc is not.
    """
    side = np.arange(96)
    slopes = np.stack(
        np.broadcast_arrays(side[:, None] * 2, side[None, :] * 2, 255 - side[:, None] * 2), axis=-1
    )
    inside = (side[:, None] - 48) ** 2 + (side[None, :] - 48) ** 2 < 24**2
    disc = np.where(inside[..., None], (250, 210, 60), (255, 255, 255))
    return Picture(slopes.astype(np.uint8)), Picture(disc.astype(np.uint8))
