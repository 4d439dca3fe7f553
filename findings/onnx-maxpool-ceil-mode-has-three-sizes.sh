#!/usr/bin/env bash
# onnx 1.23.2, OpenVINO 2026.4.1: a pooling node with ceil_mode = 1 whose last window would begin beyond the image (a kernel smaller than the
# stride) has one size or the other, by who is asked. onnx's reference evaluator, as PyTorch, drops that window; onnx's own shape inference counts
# it. OpenVINO drops it in AveragePool and counts it in MaxPool, where its answer is the lowest float that there is: no error, no warning.
#
# Seen, kernel 2, stride 3 on 6 x 6: MaxPool: shape inference 3 x 3, reference 2 x 2, OpenVINO 3 x 3 with -3.4e38 in the last row and column;
# AveragePool: shape inference 3 x 3, reference 2 x 2, OpenVINO 2 x 2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 openvino==2026.4.1 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import io

import numpy as np
import onnx
import openvino as ov
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

print("onnx", onnx.__version__, "openvino", ov.get_version())
image = np.arange(36, dtype=np.float32).reshape(1, 1, 6, 6)
seen = {}
for operator in ("MaxPool", "AveragePool"):
    node = helper.make_node(operator, ["x"], ["y"], kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1)
    graph = helper.make_graph(
        [node],
        "pool",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    inferred = onnx.shape_inference.infer_shapes(model).graph.output[0].type.tensor_type.shape
    shape = tuple(size.dim_value for size in inferred.dim)
    reference = ReferenceEvaluator(model).run(None, {"x": image})[0]
    core = ov.Core()
    answer = core.compile_model(core.read_model(io.BytesIO(model.SerializeToString())), "CPU")(image)[0]
    print(operator, "inferred", shape, "reference", reference.shape, "OpenVINO", answer.shape, answer[0, 0, -1].tolist())
    seen[operator] = (shape[2], reference.shape[2], answer.shape[2], bool(answer.min() < -3e38))
assert seen == {"MaxPool": (3, 2, 3, True), "AveragePool": (3, 2, 2, False)}, f"the behaviour has changed: {seen}"
PYTHON
