"""How long models take: the rest of a batch's time is nobody's but ours."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from cluejudge.models.protocols import Models

_LOOKING = ("scorer", "reasoner", "encoder", "detector", "recogniser", "grader")


class Watch:
    """Adds up the seconds in models; of calls within calls the outer counts."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds = 0.0
        self._clock = clock
        self._depth = 0
        self._since = 0.0

    def __enter__(self) -> None:
        self._depth += 1
        if self._depth == 1:
            self._since = self._clock()

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self.seconds += self._clock() - self._since


class Timed:
    """A model as it is, each call of which is timed."""

    def __init__(self, model: Any, watch: Watch) -> None:
        self._model, self.watch = model, watch

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._model, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            with self.watch:
                return found(*given, **named)

        return call


def timed(models: Models) -> Models:
    """The same models, their calls timed by one watch: `watch_of` finds it."""
    watch = Watch()
    own = {name: getattr(models, name) for name in _LOOKING}
    timed: dict[str, Any] = {name: Timed(one, watch) for name, one in own.items() if one}
    return replace(models, **timed)


def watch_of(models: Models) -> Watch:
    """The watch of `timed` models; of others one that does not run."""
    return models.scorer.watch if isinstance(models.scorer, Timed) else Watch()


assert set(_LOOKING) <= {field.name for field in fields(Models)}
