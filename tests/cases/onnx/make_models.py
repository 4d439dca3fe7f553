# SPDX-License-Identifier: Apache-2.0
"""Writes small ONNX files with attributes that OpenVINO 2026.4.1 reads as if they were not there, and some that it honours or that mean
nothing. Needs onnx: python make_models.py

Which attributes those are came of running all 1,884 node tests of onnx 1.23.2 (onnx.backend.test.case.node.collect_testcases) through
the engine: 58 gave other values without an error, these operators' because an attribute is not looked at.
"""

import pathlib

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

HERE = pathlib.Path(__file__).parent


def model(name, nodes, output=("logits", ["n", 3]), opset=18, constants=(), functions=()):
    port = lambda p: helper.make_tensor_value_info(p[0], TensorProto.FLOAT, p[1])
    graph = helper.make_graph(
        nodes, "g", [port(("image", ["n", 3, 8, 8]))], [port(output)], [numpy_helper.from_array(v, k) for k, v in constants]
    )
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    checker.check_model(whole)
    save(whole, HERE / f"{name}.onnx")


def resize(sizes, name="resize", **attributes):
    """Resized to `sizes`, then the mean of each channel."""
    return [helper.make_node("Resize", ["image", "", "", "sizes"], ["resized"], name, axes=[2, 3], **attributes), *POOLED], [
        ("sizes", np.array(sizes, np.int64))
    ]


POOLED = [helper.make_node("GlobalAveragePool", ["resized"], ["pool"]), helper.make_node("Flatten", ["pool"], ["logits"])]


def in_a_branch():
    port = helper.make_tensor_value_info
    branch = lambda nodes, constants=(): helper.make_graph(nodes, "b", [], [port("taken", TensorProto.FLOAT, None)], list(constants))
    sizes = numpy_helper.from_array(np.array([4, 4], np.int64), "sizes")
    small = branch(
        [helper.make_node("Resize", ["image", "", "", "sizes"], ["taken"], "inner", axes=[2, 3], mode="linear", antialias=1)], [sizes]
    )
    same = branch([helper.make_node("Identity", ["image"], ["taken"])])
    return [helper.make_node("If", ["yes"], ["resized"], then_branch=small, else_branch=same), *POOLED], [("yes", np.array(True))]


def main():
    for name, sizes, attributes in [
        ("antialias", [4, 4], {"mode": "linear", "antialias": 1}),
        ("antialias_cubic", [4, 16], {"mode": "cubic", "antialias": 1}),
        ("antialias_enlarges", [16, 16], {"mode": "linear", "antialias": 1}),
        ("antialias_off", [4, 4], {"mode": "linear", "antialias": 0}),
        ("exclude_outside", [16, 16], {"mode": "cubic", "exclude_outside": 1}),
        ("not_larger", [4, 8], {"mode": "nearest", "keep_aspect_ratio_policy": "not_larger"}),
        ("stretch", [4, 8], {"mode": "nearest", "keep_aspect_ratio_policy": "stretch"}),
        ("no_name", [4, 4], {"mode": "linear", "antialias": 1, "name": ""}),
    ]:
        nodes, constants = resize(sizes, **attributes)
        model(name, nodes, constants=constants)
    nodes, constants = in_a_branch()
    model("antialias_in_a_branch", nodes, constants=constants)
    for name, kernel, stride in [("pool_beyond", 1, 3), ("pool_within", 3, 2)]:  # a fourth window at 9, of 8; one at 6
        pool = helper.make_node("MaxPool", ["image"], ["resized"], "pool", kernel_shape=[kernel] * 2, strides=[stride] * 2, ceil_mode=1)
        model(name, [pool, *POOLED])
    rnn = [
        helper.make_node("Flatten", ["image"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "one"], ["sequence"]),
        helper.make_node("RNN", ["sequence", "w", "r"], ["", "state"], "rnn", hidden_size=3, layout=1),
        helper.make_node("Flatten", ["state"], ["logits"]),
    ]
    model(
        "rnn_layout",
        rnn,
        constants=[("one", np.array([1], np.int64)), ("w", np.zeros((1, 3, 192), np.float32)), ("r", np.zeros((1, 3, 3), np.float32))],
    )


if __name__ == "__main__":
    main()
