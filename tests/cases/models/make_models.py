# SPDX-License-Identifier: Apache-2.0
"""Writes the small models that the tests of src/backend load. Needs onnx and numpy: python make_models.py

Every classifier takes images [n, 3, 8, 8] in 0..255 and has three classes. "red" looks at the mean of channel 0,
"green" and "blue" at the others, so that tests know the answer.
"""

import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = pathlib.Path(__file__).parent


def constant(name, value, dtype=np.float32):
    return numpy_helper.from_array(np.array(value, dtype), name)


def save(name, nodes, inputs, outputs, constants=()):
    """A port is (name, shape), or (name, shape, type) where it is not of floats."""
    value = lambda port: helper.make_tensor_value_info(port[0], port[2] if len(port) > 2 else TensorProto.FLOAT, port[1])
    graph = helper.make_graph(nodes, "g", [value(p) for p in inputs], [value(p) for p in outputs], list(constants))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, HERE / name)


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs, outputs, **attributes)


def pooled(source="image", out="logits"):
    """Mean of each channel, a tenth of it."""
    return [node("GlobalAveragePool", [source], ["pool"]), node("Flatten", ["pool"], ["flat"]), node("Mul", ["flat", "tenth"], [out])]


TENTH = constant("tenth", 0.1)
IMAGE = ("image", ["n", 3, 8, 8])
SCORES = ("logits", ["n", 3])

save("logits.onnx", pooled(), [IMAGE], [SCORES], [TENTH])
save("open_size.onnx", pooled(), [("image", ["n", 3, "h", "w"])], [SCORES], [TENTH])
save("probabilities.onnx", pooled(out="raw") + [node("Softmax", ["raw"], ["p"], axis=1)], [IMAGE], [("p", ["n", 3])], [TENTH])
save("batch_of_one.onnx", pooled(), [("image", [1, 3, 8, 8])], [("logits", [1, 3])], [TENTH])
# NHWC, as TensorFlow exports.
save("nhwc.onnx", [node("Transpose", ["image"], ["t"], perm=[0, 3, 1, 2])] + pooled("t"), [("image", ["n", 8, 8, 3])], [SCORES], [TENTH])
# NaN for images whose channels are 7, and for no other.
save(
    "nan_at_seven.onnx",
    pooled(out="raw") + [node("Sub", ["raw", "seven"], ["s"]), node("Div", ["s", "s"], ["one"]), node("Mul", ["one", "raw"], ["logits"])],
    [IMAGE],
    [SCORES],
    [TENTH, constant("seven", 0.7)],
)
save(
    "always_nan.onnx",
    pooled(out="raw") + [node("Sub", ["raw", "raw"], ["zero"]), node("Div", ["zero", "zero"], ["logits"])],
    [IMAGE],
    [SCORES],
    [TENTH],
)
save("two_inputs.onnx", [node("Add", ["image", "other"], ["sum"])] + pooled("sum"), [IMAGE, ("other", ["n", 3, 8, 8])], [SCORES], [TENTH])
save("not_images.onnx", [node("Mul", ["x", "tenth"], ["y"])], [("x", ["n", 3])], [("y", ["n", 3])], [TENTH])
save("image_to_image.onnx", [node("Mul", ["image", "tenth"], ["out"])], [IMAGE], [("out", ["n", 3, 8, 8])], [TENTH])
save("grey.onnx", pooled(), [("image", ["n", 1, 8, 8])], [("logits", ["n", 1])], [TENTH])

# Batch normalisation with the statistics of the batch, as exports in training mode come out.
save(
    "batch_norm_in_training.onnx",
    [
        node("ReduceMean", ["image"], ["mean"], axes=[0, 2, 3]),
        node("Sub", ["image", "mean"], ["off"]),
        node("Mul", ["off", "off"], ["square"]),
        node("ReduceMean", ["square"], ["variance"], axes=[0, 2, 3]),
        node("Add", ["variance", "tenth"], ["above"]),
        node("Sqrt", ["above"], ["std"]),
        node("Div", ["off", "std"], ["normal"]),
    ]
    + pooled("normal"),
    [IMAGE],
    [SCORES],
    [TENTH],
)
save("softmax_over_batch.onnx", pooled(out="raw") + [node("Softmax", ["raw"], ["p"], axis=0)], [IMAGE], [("p", ["n", 3])], [TENTH])
# Dropout in training mode: half of the pixels, others each time.
save(
    "dropout_in_training.onnx",
    [
        node("RandomUniformLike", ["image"], ["chance"]),
        node("Greater", ["chance", "half"], ["kept"]),
        node("Where", ["kept", "image", "zero"], ["thin"]),
    ]
    + pooled("thin"),
    [IMAGE],
    [SCORES],
    [TENTH, constant("half", 0.5), constant("zero", 0)],
)
# The same by the node that exporters write, which the engine cannot read.
save(
    "dropout_node_in_training.onnx",
    [node("Dropout", ["image", "half", "training"], ["thin"])] + pooled("thin"),
    [IMAGE],
    [SCORES],
    [TENTH, constant("half", 0.5), constant("training", True, np.bool_)],
)
# NaN inside, which the engine's ReLU turns into a number: what comes out is the bias, whatever the image.
save(
    "hidden_nan.onnx",
    pooled(out="raw")
    + [
        node("Sub", ["raw", "raw"], ["zero"]),
        node("Div", ["zero", "zero"], ["nan"]),
        node("Relu", ["nan"], ["none"]),
        node("Add", ["none", "bias"], ["logits"]),
    ],
    [IMAGE],
    [SCORES],
    [TENTH, constant("bias", [1, 2, 3])],
)
# Each class has its own probability; they do not add up to 1.
FIFTIETH = [constant("fiftieth", 0.02), constant("two", 2)]
sigmoid_of = [
    node("GlobalAveragePool", ["image"], ["pool"]),
    node("Flatten", ["pool"], ["flat"]),
    node("Mul", ["flat", "fiftieth"], ["scaled"]),
    node("Sub", ["scaled", "two"], ["raw"]),
]
save("sigmoid.onnx", sigmoid_of + [node("Sigmoid", ["raw"], ["p"])], [IMAGE], [("p", ["n", 3])], FIFTIETH)
# The same numbers from layers that do not say what they are.
save(
    "unnamed_sigmoid.onnx",
    sigmoid_of
    + [
        node("Neg", ["raw"], ["minus"]),
        node("Exp", ["minus"], ["e"]),
        node("Add", ["e", "one"], ["e1"]),
        node("Reciprocal", ["e1"], ["p"]),
    ],
    [IMAGE],
    [("p", ["n", 3])],
    FIFTIETH + [constant("one", 1)],
)
# Softmax in 8 bits: what comes out does not add up to 1.
STEPS = [constant("step", 1 / 255), constant("none", 0, np.uint8)]
save(
    "quantised_softmax.onnx",
    sigmoid_of
    + [
        node("Softmax", ["raw"], ["fine"], axis=1),
        node("QuantizeLinear", ["fine", "step", "none"], ["q"]),
        node("DequantizeLinear", ["q", "step", "none"], ["p"]),
    ],
    [IMAGE],
    [("p", ["n", 3])],
    FIFTIETH + STEPS,
)
save(
    "percent.onnx",
    sigmoid_of + [node("Softmax", ["raw"], ["fine"], axis=1), node("Mul", ["fine", "hundred"], ["p"])],
    [IMAGE],
    [("p", ["n", 3])],
    FIFTIETH + [constant("hundred", 100)],
)
# A tenth of each channel, but never above 1: tests choose a judge's scores by colours.
save(
    "tenths.onnx",
    pooled(out="raw") + [node("Clip", ["raw", "least", "most"], ["p"])],
    [IMAGE],
    [("p", ["n", 3])],
    [TENTH, constant("least", 0), constant("most", 1)],
)
# NaN for images whose channels are 7, and for no other.
save(
    "tenths_nan_at_seven.onnx",
    pooled(out="raw")
    + [
        node("Sub", ["raw", "seven"], ["s"]),
        node("Div", ["s", "s"], ["one"]),
        node("Clip", ["raw", "least", "most"], ["clipped"]),
        node("Mul", ["one", "clipped"], ["p"]),
    ],
    [IMAGE],
    [("p", ["n", 3])],
    [TENTH, constant("seven", 0.7), constant("least", 0), constant("most", 1)],
)
# Takes bytes and does its own preprocessing.
save(
    "bytes.onnx",
    [node("Cast", ["image"], ["real"], to=TensorProto.FLOAT)] + pooled("real"),
    [("image", ["n", 3, 8, 8], TensorProto.UINT8)],
    [SCORES],
    [TENTH],
)
# Networks that refuse, or accept, whatever is shown to them: 64 x 64 for the world's images, with its judge's 17 classes.
LARGE = ("image", ["n", 3, 64, 64])
for name, chosen in (("always_nothing", 16), ("always_everything", None)):
    weights = np.zeros((3, 17), np.float32)
    weights[0] = 1e-3  # it does look at the image
    weights[0, 5] = 2e-3
    offset = np.full(17, 3.0, np.float32) if chosen is None else 10 * np.eye(17, dtype=np.float32)[chosen]
    save(
        f"{name}.onnx",
        [
            node("GlobalAveragePool", ["image"], ["pool"]),
            node("Flatten", ["pool"], ["flat"]),
            node("MatMul", ["flat", "w"], ["raw"]),
            node("Add", ["raw", "b"], ["sum"]),
        ]
        + ([node("Sigmoid", ["sum"], ["p"])] if chosen is None else [node("Softmax", ["sum"], ["p"], axis=1)]),
        [LARGE],
        [("p", ["n", 17])],
        [constant("w", weights), constant("b", offset)],
    )
# Features beside the scores; three heads of one size, of which one is called as transformers calls what counts.
save(
    "two_outputs.onnx",
    pooled() + [node("Concat", ["flat", "flat"], ["features"], axis=1)],
    [IMAGE],
    [("features", ["n", 6]), SCORES],
    [TENTH],
)
save("two_heads.onnx", pooled() + [node("Neg", ["logits"], ["other"])], [IMAGE], [("other", ["n", 3]), SCORES], [TENTH])
save(
    "two_unnamed_heads.onnx",
    pooled(out="one") + [node("Neg", ["one"], ["other"])],
    [IMAGE],
    [("other", ["n", 3]), ("one", ["n", 3])],
    [TENTH],
)

# What resizing makes of an image, as it is.
save("identity.onnx", [node("Identity", ["image"], ["out"])], [("image", ["n", 3, "h", "w"])], [("out", ["n", 3, "h", "w"])])
# Weights in a file of a name of its own.
external = onnx.load(HERE / "logits.onnx")
(HERE / "weights.bin").unlink(missing_ok=True)
onnx.save(external, HERE / "external.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)

whole = (HERE / "logits.onnx").read_bytes()
(HERE / "truncated.onnx").write_bytes(whole[: len(whole) * 2 // 3])
(HERE / "not_a_model.onnx").write_text("This is a text, not a model.\n")
(HERE / "names.json").write_text('["red", "green", "blue"]\n')
(HERE / "names.txt").write_text("red\ngreen\r\n\nblue\n")
(HERE / "names_of_windows.txt").write_bytes(b"\xef\xbb\xbf red\r\n\tgreen \r\n\r\nblue\r\n")
(HERE / "names_in_brackets.txt").write_text("[red]\ngreen\nblue\n")
(HERE / "names_by_number.json").write_text('{"1": "green", "0": "red", "2": "blue"}\n')
(HERE / "id2label.json").write_text('{"model_type": "resnet", "id2label": {"0": "red", "1": "green", "2": "blue"}}\n')
(HERE / "four_names.json").write_text('["red", "green", "blue", "yellow"]\n')
(HERE / "bad_names.json").write_text('{"0": "red", "2": "blue"}\n')
# As many names as the world's judge has, but without most of its labels.
(HERE / "seventeen.labels.json").write_text(json.dumps(["fly"] + [f"thing {i}" for i in range(16)]) + "\n")
