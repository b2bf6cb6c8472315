"""One graph on onnxruntime: on the processor, in float32."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cluejudge.errors import ModelError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_MOST_THREADS = 8  # more of them gain nothing on graphs as small as these


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Graph:
    """A graph that is ready to run; several threads may run it at the same time."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or min(processors(), _MOST_THREADS)
        options.inter_op_num_threads = 1
        # Threads that wait by spinning take the processor from the other graphs' threads.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # what onnxruntime raises has no common base
            raise ModelError(f"{path} cannot be loaded: {error}") from error
        self._shapes = {one.name: tuple(one.shape) for one in self._session.get_inputs()}

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of an input; what varies in it is a name instead of a number."""
        return self._shapes[name]

    def __call__(self, **inputs: Floats | Ints | Bools) -> list[Floats]:
        """The outputs of the graph, in its order, for its inputs by their names.

        Raises `ModelError` if it cannot run, as for want of memory.
        """
        try:
            outputs: list[Floats] = self._session.run(None, inputs)
        except Exception as error:  # what onnxruntime raises has no common base
            raise ModelError(f"the model failed: {error}", retryable=True) from error
        return outputs
