"""Three ways to ask many questions about pictures; all give the same answers.

`naive` asks each question by itself and is the oracle of the others; `fork` reads a picture once
and copies what it read for every question; `packed` puts all questions into one sequence behind it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from cluejudge.mllm.strategies.base import Kit, Strategy
from cluejudge.mllm.strategies.fork import Fork
from cluejudge.mllm.strategies.naive import Naive
from cluejudge.mllm.strategies.packed import Packed

__all__ = ["STRATEGIES", "Fork", "Kit", "Naive", "Packed", "Strategy"]

STRATEGIES: Mapping[str, Callable[[Kit], Strategy]] = MappingProxyType(
    {"packed": Packed, "fork": Fork, "naive": Naive}
)
"""By name, the fastest first."""
