from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cluejudge.embedded import models
from cluejudge.embedded.card import DECODER
from cluejudge.embedded.session import Graph, processors
from cluejudge.errors import ModelError


def test_a_file_that_is_no_graph_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vision.onnx"
    path.write_bytes(b"no graph")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Graph(path)


def test_a_graph_that_cannot_run_is_an_error_of_the_model() -> None:
    graph = Graph(models.DATA / DECODER)
    with pytest.raises(ModelError, match="the model failed"):
        graph(past=np.zeros(1, np.float32))


def test_shapes_are_told_by_name() -> None:
    layers, two, rows, _, past, _ = Graph(models.DATA / DECODER).shape("past")
    assert (layers, two) == (4, 2)
    assert isinstance(rows, str)
    assert isinstance(past, str)


def test_there_is_a_processor() -> None:
    assert processors() >= 1
