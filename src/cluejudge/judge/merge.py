"""Running several flows side by side, with their questions merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from cluejudge.asks import Ask, Reply
from cluejudge.judge.case import Flow

T = TypeVar("T")


@dataclass(slots=True)
class Running(Generic[T]):
    """A flow under way: the asks it waits on, or, once it has ended, its one result."""

    flow: Flow[T]
    asks: Sequence[Ask] = ()
    result: tuple[T, ...] = ()

    @classmethod
    def start(cls, flow: Flow[T]) -> Running[T]:
        """Runs `flow` to its first asks, or to its end."""
        running = cls(flow)
        running._run(None)
        return running

    def deal(self, replies: dict[Ask, Reply]) -> None:
        """Gives the flow the replies to its asks, and runs it to its next asks or its end."""
        if not self.result:
            self._run([replies[ask] for ask in self.asks])

    def _run(self, replies: list[Reply] | None) -> None:
        try:
            self.asks = next(self.flow) if replies is None else self.flow.send(replies)
        except StopIteration as end:
            self.asks, self.result = (), (end.value,)


def merged(running: Iterable[Running[T]]) -> list[Ask]:
    """The distinct asks of all flows, in order; empty when all have ended."""
    return list(dict.fromkeys(ask for one in running for ask in one.asks))


def lockstep(flows: Iterable[Flow[T]]) -> Flow[list[T]]:
    """One flow made of several: a list of asks has the questions of all of them."""
    running = [Running.start(flow) for flow in flows]
    while asks := merged(running):
        answers = yield asks
        replies = dict(zip(asks, answers, strict=True))
        for one in running:
            one.deal(replies)
    return [result for one in running for result in one.result]
