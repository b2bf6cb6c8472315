from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from training.half import OPSET, store_as_half

EXACT = np.arange(-64, 64, dtype=np.float32).reshape(8, 16) / 8
INEXACT = EXACT.T / 3


def model() -> onnx.ModelProto:
    """Multiplies by two matrices, of which float16 holds only one exactly."""
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "exact"], ["between"]),
            helper.make_node("MatMul", ["between", "inexact"], ["y"]),
        ],
        "products",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 8])],
        [numpy_helper.from_array(EXACT, "exact"), numpy_helper.from_array(INEXACT, "inexact")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
    made.ir_version = 8
    return made


def test_only_what_half_holds_exactly_is_halved() -> None:
    halved = model()
    store_as_half(halved)
    onnx.checker.check_model(halved)
    kinds = {tensor.name: tensor.data_type for tensor in halved.graph.initializer}
    assert kinds == {"exact.half": TensorProto.FLOAT16, "inexact": TensorProto.FLOAT}


def test_results_are_the_same_to_the_last_bit() -> None:
    halved = model()
    store_as_half(halved)
    x = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    before, after = (
        onnxruntime.InferenceSession(
            one.SerializeToString(), providers=["CPUExecutionProvider"]
        ).run(None, {"x": x})[0]
        for one in (model(), halved)
    )
    assert np.array_equal(before, after)
