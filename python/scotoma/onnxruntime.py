# SPDX-License-Identifier: Apache-2.0
"""ONNX files as classifiers, by ONNX Runtime. `import scotoma.onnxruntime` needs the package onnxruntime or onnxruntime-gpu.

classifier = scotoma.onnxruntime.Classifier("net.onnx", names, mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
"""

from __future__ import annotations

import mmap
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images, _scores
from scotoma._extras import missing
from scotoma._images import Images

try:
    import onnxruntime
    from PIL import Image
except ImportError as error:
    raise missing("onnxruntime", error) from error

_ROLE = "scotoma.onnxruntime.Classifier"
_FILTERS = ("bilinear", "bicubic", "nearest", "lanczos", "box", "hamming")
_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64, "tensor(uint8)": np.uint8}
# An entry "location" of a tensor whose values lie in a file beside the model (ONNX's StringStringEntryProto).
_LOCATION = re.compile(rb"\x0a\x08location\x12([\x01-\x7f]|[\x80-\xff]\x01)", re.DOTALL)


class Classifier:
    """An ONNX network with one input of rank 4 and 3 channels.

    path: the .onnx file; weights in files beside it are found there.
    class_names: one for each output, in their order.
    width, height, fit, resize_to, filter, mean, std, channels, layout, output: as a study's [classifier] has them, in docs/study.md:
        bytes are resized, then minus mean, divided by std, in units of 0..255. 0 and "": what the model says.
    output_name: of several outputs; "": the one with a number for each class, or the one called "logits".
    providers: ONNX Runtime's execution providers in their order; None: CUDA where it is there, else the CPU.

    Raises ValueError or FileNotFoundError where the file does not fit the arguments, RuntimeError where a given provider is not there.
    """

    concurrency = 1

    def __init__(
        self,
        path: str | os.PathLike[str],
        class_names: Sequence[str],
        *,
        width: int = 0,
        height: int = 0,
        fit: Literal["stretch", "crop"] = "stretch",
        resize_to: int = 0,
        filter: Literal["bilinear", "bicubic", "nearest", "lanczos", "box", "hamming"] = "bilinear",  # noqa: A002 (the study's word)
        mean: Sequence[float] = (0.0, 0.0, 0.0),
        std: Sequence[float] = (1.0, 1.0, 1.0),
        channels: Literal["rgb", "bgr"] = "rgb",
        layout: Literal["", "nchw", "nhwc"] = "",
        output: _scores.Output = "logits",
        output_name: str = "",
        providers: Sequence[str] | None = None,
        batch: int = 32,
        fingerprint: str | None = None,
    ) -> None:
        self._path = Path(path)
        if not self._path.is_file():
            raise FileNotFoundError(f"{_ROLE}: path: there is no file {str(path)!r}")
        self.class_names = _images.check_names(_ROLE, "class_names", class_names)
        for argument, value, choices in (
            ("fit", fit, ("stretch", "crop")),
            ("filter", filter, _FILTERS),
            ("channels", channels, ("rgb", "bgr")),
            ("layout", layout, ("", "nchw", "nhwc")),
            ("output", output, _scores.OUTPUTS),
        ):
            _images.check_choice(_ROLE, argument, value, choices)
        self._mean, self._std = _three("mean", mean), _three("std", std)
        if not self._std.all():
            raise ValueError(f"{_ROLE}: std: expected three numbers other than 0, this is {list(std)}")
        self._fit, self._filter, self._channels = fit, filter, channels
        self._output: _scores.Output = output
        self._fingerprint = _fingerprint.Lazy(fingerprint, self._hash)
        self._session = _session(self._path, providers)
        self._provider: str = self._session.get_providers()[0]
        self._read_input(width, height, layout, _images.check_batch(_ROLE, batch))
        self._resize_to = resize_to or max(self._width, self._height)
        if fit == "crop" and self._resize_to < max(self._width, self._height):
            raise ValueError(f"{_ROLE}: resize_to: {resize_to} is smaller than the crop of {self._width} x {self._height}")
        self._output_name = self._find_output(output_name)
        self.description = f"{self._path.name} in ONNX Runtime ({self._provider.removesuffix('ExecutionProvider')})"

    def _read_input(self, width: int, height: int, layout: str, batch: int) -> None:
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 4:
            shapes = ", ".join(f"{one.name} {one.shape}" for one in inputs)
            raise ValueError(f"{_ROLE}: {self._path.name}: expected one input of rank 4; it has {shapes}")
        self._input, shape = inputs[0].name, inputs[0].shape
        if inputs[0].type not in _TYPES:
            raise ValueError(f"{_ROLE}: {self._path.name}: its input is {inputs[0].type}, expected one of {', '.join(_TYPES)}")
        self._dtype = _TYPES[inputs[0].type]
        if not layout:
            layout = "nhwc" if shape[3] == 3 and shape[1] != 3 else "nchw"
            if shape[1] != 3 and shape[3] != 3:
                raise ValueError(f"{_ROLE}: layout: {self._path.name} has the input {shape}: say 'nchw' or 'nhwc'")
        self._planes = layout == "nchw"
        planes = shape[1] if self._planes else shape[3]
        if isinstance(planes, int) and planes != 3:
            raise ValueError(
                f"{_ROLE}: layout: {self._path.name} has the input {shape}, with {planes} channels if it is {layout}: expected 3"
            )
        at = (2, 3) if self._planes else (1, 2)
        self._height, self._width = (
            _side(self._path, name, given, shape[i]) for name, given, i in (("height", height, at[0]), ("width", width, at[1]))
        )
        self._fixed = shape[0] if isinstance(shape[0], int) and shape[0] > 0 else None
        self.batch = batch if self._fixed is None else max(self._fixed, batch // self._fixed * self._fixed)

    def _find_output(self, wanted: str) -> str:
        outputs = {one.name: one.shape for one in self._session.get_outputs()}
        count = len(self.class_names)
        fitting = [name for name, shape in outputs.items() if len(shape) == 2 and (not isinstance(shape[1], int) or shape[1] == count)]
        if wanted:
            if wanted not in outputs:
                raise ValueError(f"{_ROLE}: output_name: there is no {wanted!r} among {', '.join(outputs)}")
            return wanted
        exact = [name for name in fitting if outputs[name][1] == count] or fitting
        if len(exact) == 1 or "logits" in exact:
            return "logits" if "logits" in exact else exact[0]
        shapes = ", ".join(f"{name} {shape}" for name, shape in outputs.items())
        raise ValueError(f"{_ROLE}: {self._path.name}: expected one output [n, {count}], as there are class names; it has {shapes}")

    @property
    def fingerprint(self) -> str | None:
        return self._fingerprint()

    def _hash(self) -> str:
        return _fingerprint.digest(
            "classifier in onnxruntime",
            files=[_fingerprint.of_file(file) for file in (self._path, *external_files(self._path))],
            size=(self._width, self._height, self._fit, self._resize_to, self._filter),
            numbers=(self._mean, self._std, self._channels, self._planes, self._output, self._output_name),
            class_names=self.class_names,
            provider=self._provider,
            versions=_fingerprint.versions("onnxruntime", "onnxruntime-gpu", "pillow"),
        )

    def classify(self, images: Images) -> NDArray[np.float32]:
        """[n, classes] probabilities of uint8 images [n, height, width, 3]."""
        batch, classes = self._fixed or self.batch, len(self.class_names)
        return _scores.classified(_ROLE, images, self._raw, batch=batch, output=self._output, classes=classes)

    def _raw(self, images: Images) -> NDArray[Any]:
        rows = self._pixels(images)
        count = len(rows)
        if self._fixed is not None and count < self._fixed:  # the network takes no fewer
            rows = np.concatenate([rows, np.repeat(rows[-1:], self._fixed - count, axis=0)])
        return np.asarray(self._session.run([self._output_name], {self._input: rows})[0])[:count]

    def _pixels(self, images: Images) -> NDArray[Any]:
        """The network's input."""
        rows = np.stack([np.asarray(self._fitted(image)) for image in _images.as_pil(images)])
        if self._channels == "bgr":
            rows = rows[..., ::-1]
        if self._dtype != np.uint8 or self._mean.any() or (self._std != 1).any():
            values = (rows.astype(np.float32) - self._mean) / self._std
            if self._dtype == np.uint8:
                raise ValueError(f"{_ROLE}: mean, std: the network takes bytes, so there is nothing to subtract or divide by")
            rows = values.astype(self._dtype)
        return np.ascontiguousarray(rows.transpose(0, 3, 1, 2) if self._planes else rows)

    def _fitted(self, image: Image.Image) -> Image.Image:
        resample = Image.Resampling[self._filter.upper()]
        if self._fit == "stretch":
            return image.resize((self._width, self._height), resample)
        scale = self._resize_to / min(image.size)
        whole = tuple(max(self._resize_to, int(length * scale)) for length in image.size)
        image = image.resize((whole[0], whole[1]), resample)
        left, top = round((whole[0] - self._width) / 2), round((whole[1] - self._height) / 2)
        return image.crop((left, top, left + self._width, top + self._height))


def _three(argument: str, numbers: Sequence[float]) -> NDArray[np.float32]:
    out = np.asarray(numbers, np.float32)
    if out.shape != (3,):
        raise ValueError(f"{_ROLE}: {argument}: expected three numbers, in units of 0..255, this is {numbers!r}")
    return out


def _side(path: Path, argument: str, given: int, fixed: object) -> int:
    if isinstance(fixed, int) and fixed > 0:
        if given not in (0, fixed):
            raise ValueError(f"{_ROLE}: {argument}: {path.name} takes {fixed}, this is {given}")
        return fixed
    if given < 1:
        raise ValueError(f"{_ROLE}: {argument}: {path.name} takes any: say how many pixels")
    return given


def _session(path: Path, providers: Sequence[str] | None) -> Any:
    there = onnxruntime.get_available_providers()
    wanted = (
        list(providers) if providers is not None else [one for one in ("CUDAExecutionProvider", "CPUExecutionProvider") if one in there]
    )
    absent = [one for one in wanted if one not in there]
    if absent or not wanted:
        raise RuntimeError(f"{_ROLE}: providers: {absent or wanted} is not among those of this onnxruntime: {', '.join(there)}")
    # Without TF32, which rounds to 10 bits what is said to be float32.
    options = [(one, {"use_tf32": 0}) if one == "CUDAExecutionProvider" else one for one in wanted]
    session = onnxruntime.InferenceSession(str(path), providers=options)
    if providers is not None and session.get_providers()[0] != wanted[0]:
        raise RuntimeError(
            f"{_ROLE}: providers: ONNX Runtime could not use {wanted[0]}, and would use {session.get_providers()[0]} in its place"
        )
    return session


def external_files(path: Path) -> list[Path]:
    """The files beside an ONNX file in which weights of it lie, sorted."""
    names = set()
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for found in _LOCATION.finditer(content):
            size = found[1][0] if len(found[1]) == 1 else (found[1][0] & 0x7F) + 128
            names.add(content[found.end() : found.end() + size])
    files = sorted(path.parent / os.fsdecode(name) for name in names if name.isascii() or name.decode("utf-8", "ignore"))
    return [file for file in files if file.is_file()]
