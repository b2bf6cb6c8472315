"""A scorer that answers no questions, where models have no other."""

from __future__ import annotations

from collections.abc import Sequence

from cluejudge.asks import Refused, Score


class Silent:
    """Declines every ask, for there is no model that could look."""

    def score(self, asks: Sequence[Score]) -> list[Refused]:
        """A refusal for each ask."""
        return [Refused("there is no model that answers questions")] * len(asks)
