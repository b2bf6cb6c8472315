"""What a student learns from: pictures as vectors, and what the judge made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cluejudge.distill.bands import CLEARED, OPEN, VIOLATED, States
from cluejudge.distill.split import Split, split_of
from cluejudge.verdict import Outcome, RuleOutcome, Verdict, ViewVerdict

Vectors = NDArray[np.float32]

_STATES = {
    RuleOutcome.VIOLATED: VIOLATED,
    RuleOutcome.CLEARED: CLEARED,
    RuleOutcome.IRRELEVANT: CLEARED,
}


@dataclass(frozen=True, eq=False, slots=True)
class Pictures:
    """`vectors` [n, dimensions] and `states` [n, rules] of n views.

    `image` [n] says of which input each is, `split` [n] what for, and `known` [n] whether the
    recogniser of the encoder's models knows it; `outcomes` are the judge's, one an input.
    """

    vectors: Vectors
    states: States
    image: NDArray[np.int64]
    split: NDArray[np.int8]
    known: NDArray[np.bool_]
    outcomes: tuple[Outcome, ...]

    def __len__(self) -> int:
        return len(self.vectors)

    def of(self, *splits: Split) -> Self:
        """Those of some splits, with the inputs counted as before."""
        return self.where(np.isin(self.split, splits))

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """Some of them, with the inputs counted as before."""
        return replace(
            self,
            vectors=self.vectors[chosen],
            states=self.states[chosen],
            image=self.image[chosen],
            split=self.split[chosen],
            known=self.known[chosen],
        )


@dataclass(slots=True)
class Collected:
    """Pictures as they come in, input by input."""

    rules: Sequence[str]
    _vectors: list[Vectors] = field(default_factory=list)
    _states: list[list[int]] = field(default_factory=list)
    _image: list[int] = field(default_factory=list)
    _split: list[int] = field(default_factory=list)
    _known: list[bool] = field(default_factory=list)
    _outcomes: list[Outcome] = field(default_factory=list)

    def add(self, verdict: Verdict, vectors: Iterable[Vectors], known: Iterable[bool]) -> None:
        """An input's views, a vector [dimensions] of each; its record tells its split."""
        assert verdict.record is not None
        split = split_of(verdict.record.phash)
        for view, vector, familiar in zip(verdict.views, vectors, known, strict=True):
            self._vectors.append(vector)
            self._states.append(self._of(view))
            self._image.append(len(self._outcomes))
            self._split.append(split)
            self._known.append(familiar)
        self._outcomes.append(verdict.outcome)

    @property
    def images(self) -> int:
        """How many inputs there are so far."""
        return len(self._outcomes)

    def _of(self, view: ViewVerdict) -> list[int]:
        found = {one.rule_id: _STATES.get(one.outcome, OPEN) for one in view.rules}
        return [found[rule] for rule in self.rules]

    def done(self) -> Pictures:
        """All of them; at least one."""
        return Pictures(
            np.stack(self._vectors),
            np.array(self._states, np.int8),
            np.array(self._image, np.int64),
            np.array(self._split, np.int8),
            np.array(self._known, bool),
            tuple(self._outcomes),
        )
