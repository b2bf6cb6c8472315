"""ONNX graphs whose weights are stored as float16 and computed with as float32."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

OPSET = 17
SMALL = 64
"""Constants of fewer numbers stay as they are."""

Axes = Mapping[str, Mapping[int, str]]


def write_graph(
    module: nn.Module,
    inputs: Mapping[str, Tensor],
    outputs: Sequence[str],
    axes: Axes,
    path: Path,
) -> None:
    """Trace `module` with `inputs` (by the names of its arguments, in their order) and write it."""
    with warnings.catch_warnings():
        # The tracing exporter is deprecated, but needs nothing beyond onnx; its remarks on
        # constants are about shapes that do not vary here.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", torch.jit.TracerWarning)
        torch.onnx.export(
            module.eval(),
            tuple(inputs.values()),
            str(path),
            input_names=list(inputs),
            output_names=list(outputs),
            dynamic_axes={name: dict(own) for name, own in axes.items()},
            opset_version=OPSET,
            dynamo=False,
        )
    graph = onnx.load(str(path))
    store_as_half(graph)
    onnx.checker.check_model(graph)
    onnx.save(graph, str(path))


def store_as_half(model: onnx.ModelProto) -> None:
    """Store each float32 tensor that float16 holds exactly as float16, with a cast behind it."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < SMALL:
            continue
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*casts, *rest])
