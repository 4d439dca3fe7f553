#!/usr/bin/env bash
# OpenVINO 2026.4.1, CPU device: NaN that reaches ReLU, Clip, Max, Min or HardSigmoid at run time comes out as an ordinary number (the
# bound of the clamp), where ONNX says that it stays NaN. Folded at load, ReLU, Max and Min keep NaN while Clip and HardSigmoid do not, so one
# node gives two answers. Activations without a bound (LeakyRelu, Elu, Gelu, Sigmoid) keep it. So a network that overflows
# inside gives finite, equal answers, and a check for NaN on its outputs sees nothing.
#
# Seen: Relu 0, Clip(-2, 3) -2, Max(x, 0) 0, Min(x, 3) 3, HardSigmoid 1. The ONNX reference evaluator gives NaN for each.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check openvino==2026.4.1 onnx==1.23.2 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnx
import openvino as ov
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

print("openvino", ov.get_version(), "onnx", onnx.__version__)
bounds = [numpy_helper.from_array(np.array(v, np.float32), n) for n, v in [("zero", 0), ("low", -2), ("high", 3)]]
value = np.array([[1, np.nan, -1, 2]], np.float32)


def model(op, inputs, constant):
    port = helper.make_tensor_value_info
    extra = [numpy_helper.from_array(value, "x")] if constant else []
    node = helper.make_node(op, inputs, ["y" if not constant else "folded"])
    nodes = [node] if not constant else [node, helper.make_node("Add", ["folded", "z"], ["y"])]
    graph = helper.make_graph(nodes, "g", [port("z" if constant else "x", TensorProto.FLOAT, [1, 4])],
                              [port("y", TensorProto.FLOAT, [1, 4])], bounds + extra)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(made)
    return made


def openvino(made, x):
    core = ov.Core()
    read = core.read_model(made.SerializeToString())
    return core.compile_model(read, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0][0]


expected = {"Relu": 0, "Clip": -2, "Max": 0, "Min": 3, "HardSigmoid": 1,
            "LeakyRelu": np.nan, "Elu": np.nan, "Gelu": np.nan, "Sigmoid": np.nan}
inputs = {"Clip": ["x", "low", "high"], "Max": ["x", "zero"], "Min": ["x", "high"]}
folded_away = {"Clip", "HardSigmoid"}
changed = False
for op, seen in expected.items():
    names = inputs.get(op, ["x"])
    at_run = openvino(model(op, names, False), value)[1]
    folded = openvino(model(op, names, True), np.zeros((1, 4), np.float32))[1]
    standard = ReferenceEvaluator(model(op, names, False)).run(None, {"x": value})[0][0][1]
    print(f"{op:12} NaN at run time -> {at_run}, folded at load -> {folded}, ONNX reference -> {standard}")
    changed |= not np.array_equal(at_run, np.float32(seen), equal_nan=True) or not np.isnan(standard)
    changed |= bool(np.isnan(folded)) == (op in folded_away)
raise SystemExit("the behaviour has changed" if changed else 0)
PYTHON
