# SPDX-License-Identifier: Apache-2.0
"""A network of OpenVINO's, run by torch: the operations that the embedded world's networks have, each by the torch function of its meaning
(https://docs.openvino.ai, operation sets). So the same weights can be asked by both."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino
import torch
import torch.nn.functional as F

Op = Callable[[Any, list[torch.Tensor]], Any]

DTYPES = {
    "f32": torch.float32,
    "f16": torch.float16,
    "i64": torch.int64,
    "i32": torch.int32,
    "boolean": torch.bool,
    "u8": torch.uint8,
}


def _axes(values: torch.Tensor) -> list[int]:
    return [int(value) for value in values.reshape(-1).tolist()]


def _reshape(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    shape = _axes(x[1])
    if op.get_attributes()["special_zero"]:
        shape = [x[0].shape[at] if length == 0 else length for at, length in enumerate(shape)]
    return x[0].reshape(tuple(shape))


def _gather(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    axis, indices = _axes(x[2])[0], x[1].long()
    indices = torch.where(indices < 0, indices + x[0].shape[axis], indices)
    axis %= x[0].ndim
    taken = x[0].index_select(axis, indices.reshape(-1))
    return taken.reshape((*x[0].shape[:axis], *indices.shape, *x[0].shape[axis + 1 :]))


def _slice(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    starts, stops, steps = (_axes(values) for values in x[1:4])
    axes = _axes(x[4]) if len(x) > 4 else list(range(len(starts)))
    places = [slice(None)] * x[0].ndim
    for axis, start, stop, step in zip(axes, starts, stops, steps, strict=True):
        places[axis] = slice(start, min(stop, 2**31), step)
    return x[0][tuple(places)]


def _broadcast(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    return x[0].expand(tuple(_axes(x[1])))


def _convolution(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    how = op.get_attributes()
    begin, end = how["pads_begin"], how["pads_end"]
    pads = [length for pair in reversed(list(zip(begin, end, strict=True))) for length in pair]
    return F.conv2d(F.pad(x[0], pads), x[1], stride=tuple(how["strides"]), dilation=tuple(how["dilations"]))


def _max_pool(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    how = op.get_attributes()
    return F.max_pool2d(x[0], how["kernel"], how["strides"], how["pads_begin"])


def _mvn(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    how, axes = op.get_attributes(), _axes(x[1])
    assert how["normalize_variance"] and how["eps_mode"].upper() == "INSIDE_SQRT"
    centred = x[0] - x[0].mean(axes, keepdim=True)
    return centred / torch.sqrt(centred.pow(2).mean(axes, keepdim=True) + how["eps"])


def _matmul(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    how = op.get_attributes()
    a = x[0].transpose(-1, -2) if how["transpose_a"] else x[0]
    b = x[1].transpose(-1, -2) if how["transpose_b"] else x[1]
    return a @ b


def _attention(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    mask = x[3] if len(x) > 3 and x[3].ndim else None
    scale = float(x[4]) if len(x) > 4 else None
    return F.scaled_dot_product_attention(*x[:3], attn_mask=mask, is_causal=op.get_attributes()["causal"], scale=scale)


def _divide(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    return torch.div(x[0], x[1], rounding_mode=None if x[0].dtype.is_floating_point else "floor")


def _split(op: Any, x: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    return torch.chunk(x[0], op.get_attributes()["num_splits"], _axes(x[1])[0])


def _top_k(op: Any, x: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    how = op.get_attributes()
    assert how["mode"] == "max" and int(x[1]) == 1
    values = x[0].amax(how["axis"], keepdim=True)
    first = (x[0] == values).int().argmax(how["axis"], keepdim=True)  # of equals the first
    return values, first


def _interpolate(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    assert op.get_attributes()["mode"] == "nearest"
    scales = [float(value) for value in x[1].reshape(-1).tolist()][-2:]
    return F.interpolate(x[0], scale_factor=scales, mode="nearest")


def _squeeze(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    return x[0].squeeze(tuple(_axes(x[1]))) if len(x) > 1 else x[0].squeeze()


def _unsqueeze(op: Any, x: list[torch.Tensor]) -> torch.Tensor:
    out = x[0]
    for axis in _axes(x[1]):
        out = out.unsqueeze(axis)
    return out


def _reduce(function: Callable[..., torch.Tensor]) -> Op:
    return lambda op, x: function(x[0], _axes(x[1]), op.get_attributes()["keep_dims"])


def _product(x: torch.Tensor, axes: list[int], keep: bool) -> torch.Tensor:
    for axis in sorted((axis % x.ndim for axis in axes), reverse=True):
        x = x.prod(axis, keepdim=keep)
    return x


OPERATIONS: dict[str, Op] = {
    "Add": lambda op, x: x[0] + x[1],
    "Subtract": lambda op, x: x[0] - x[1],
    "Multiply": lambda op, x: x[0] * x[1],
    "Divide": _divide,
    "Mod": lambda op, x: torch.fmod(x[0], x[1]),
    "Power": lambda op, x: torch.pow(x[0], x[1]),
    "Greater": lambda op, x: x[0] > x[1],
    "Less": lambda op, x: x[0] < x[1],
    "Equal": lambda op, x: x[0] == x[1],
    "Sin": lambda op, x: torch.sin(x[0]),
    "Cos": lambda op, x: torch.cos(x[0]),
    "Relu": lambda op, x: F.relu(x[0]),
    "Gelu": lambda op, x: F.gelu(x[0]),
    "Swish": lambda op, x: x[0] * torch.sigmoid(x[0] * (x[1] if len(x) > 1 else 1)),
    "Softmax": lambda op, x: torch.softmax(x[0], op.get_attributes()["axis"]),
    "Clamp": lambda op, x: x[0].clamp(op.get_attributes()["min"], op.get_attributes()["max"]),
    "CumSum": lambda op, x: torch.cumsum(x[0], _axes(x[1])[0]),
    "Concat": lambda op, x: torch.cat(x, op.get_attributes()["axis"]),
    "Convert": lambda op, x: x[0].to(DTYPES[op.get_attributes()["destination_type"]]),
    "ShapeOf": lambda op, x: torch.tensor(x[0].shape, dtype=DTYPES[op.get_output_element_type(0).get_type_name()]),
    "Range": lambda op, x: torch.arange(int(x[0]), int(x[1]), int(x[2])),
    "Transpose": lambda op, x: x[0].permute(_axes(x[1])),
    "VariadicSplit": lambda op, x: torch.split(x[0], _lengths(x[0].shape[_axes(x[1])[0]], _axes(x[2])), _axes(x[1])[0]),
    "GroupNormalization": lambda op, x: F.group_norm(x[0], op.get_attributes()["num_groups"], x[1], x[2], op.get_attributes()["epsilon"]),
    "ReduceMean": _reduce(lambda x, axes, keep: x.mean(axes, keepdim=keep)),
    "ReduceMax": _reduce(lambda x, axes, keep: x.amax(axes, keepdim=keep)),
    "ReduceSum": _reduce(lambda x, axes, keep: x.sum(axes, keepdim=keep)),
    "ReduceL2": _reduce(lambda x, axes, keep: torch.linalg.vector_norm(x, dim=axes, keepdim=keep)),
    "ReduceProd": _reduce(_product),
    "Reshape": _reshape,
    "Gather": _gather,
    "Slice": _slice,
    "Broadcast": _broadcast,
    "Convolution": _convolution,
    "MaxPool": _max_pool,
    "MVN": _mvn,
    "MatMul": _matmul,
    "ScaledDotProductAttention": _attention,
    "Split": _split,
    "TopK": _top_k,
    "Interpolate": _interpolate,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
}


def _lengths(whole: int, lengths: list[int]) -> list[int]:
    rest = whole - sum(length for length in lengths if length >= 0)
    return [rest if length < 0 else length for length in lengths]


class Network(torch.nn.Module):
    """A network file as a torch module: takes its inputs in their order, gives its first output."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._model = openvino.Core().read_model(file)
        self._order = self._model.get_ordered_ops()
        for op in self._order:
            if op.get_type_name() == "Constant":
                self.register_buffer(self._name(op), torch.from_numpy(op.data.copy()))

    @staticmethod
    def _name(op: Any) -> str:
        return "constant_" + "".join(c if c.isalnum() else "_" for c in op.get_friendly_name())

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        given = {node.get_node().get_friendly_name(): value for node, value in zip(self._model.inputs, inputs, strict=True)}
        values: dict[tuple[str, int], torch.Tensor] = {}
        for op in self._order:
            name, kind = op.get_friendly_name(), op.get_type_name()
            if kind == "Parameter":
                values[name, 0] = given[name]
            elif kind == "Constant":
                values[name, 0] = self.get_buffer(self._name(op))
            elif kind == "Result":
                continue
            else:
                sources = [port.get_source_output() for port in op.inputs()]
                arguments = [values[source.get_node().get_friendly_name(), source.get_index()] for source in sources]
                answer = OPERATIONS[kind](op, arguments)
                for at, value in enumerate(answer if isinstance(answer, tuple) else (answer,)):
                    values[name, at] = value
        source = self._model.outputs[0].get_node().input(0).get_source_output()
        return values[source.get_node().get_friendly_name(), source.get_index()]


def is_close(ours: torch.Tensor, theirs: Any, within: float) -> bool:
    """Whether both have one shape, and no number differs by more."""
    other = torch.from_numpy(theirs)
    return ours.shape == other.shape and float((ours - other).abs().max()) <= within and not math.isnan(float(ours.sum()))
