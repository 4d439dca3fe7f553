# SPDX-License-Identifier: Apache-2.0
"""What a role from Python costs beside the same network natively: a study whose classifier does most of the work, on images of
224 x 224 in batches of 32, alternately with the program's own classifier and with one from Python around OpenVINO's own package, on as
many threads. Prints the ratio of wall time and of processor time of each round.

    python bench/python_role.py [ROUNDS] [IMAGES]        (with the package installed)

The network: a few convolutions of random weights, about as much work as a ResNet-18; made here, so that nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openvino
from openvino import opset13 as ops

import scotoma

SIDE, BATCH, CLASSES, THREADS = 224, 32, 10, 2


def make_network(file: Path) -> None:
    """Eight convolutions from 64 to 256 channels, pooled, then a dense layer."""
    random = np.random.default_rng(0)
    image = ops.parameter([-1, 3, SIDE, SIDE], np.float32, name="image")
    node: openvino.Node = image
    channels = 3
    for width, stride in ((64, 4), (64, 1), (64, 1), (128, 2), (128, 1), (128, 1), (256, 2), (256, 1)):
        kernel = random.normal(0, (2 / (9 * channels)) ** 0.5, (width, channels, 3, 3)).astype(np.float32)
        node = ops.relu(ops.convolution(node, kernel, [stride, stride], [1, 1], [1, 1], [1, 1]).output(0)).output(0)
        channels = width
    pooled = ops.reduce_mean(node, np.array([2, 3]), keep_dims=False)
    weights = random.normal(0, 1, (channels, CLASSES)).astype(np.float32)
    scores = ops.matmul(pooled, weights, False, False)
    openvino.save_model(openvino.Model([scores], [image], "bench"), file, compress_to_fp16=False)


class Painter:
    """Images in no time: a colour of the label and a little noise."""

    fingerprint = "painter"
    batch = BATCH

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
        images = np.empty((len(prompts), SIDE, SIDE, 3), np.uint8)
        for image, prompt, seed in zip(images, prompts, seeds, strict=True):
            image[:] = (20 * (zlib.crc32(prompt.encode()) % 10), seed % 251, seed // 251 % 251)
            image[: 1 + seed % 64] = 255
        return images


class Wrapped:
    """The same network by OpenVINO's package, with the settings that the program has."""

    fingerprint = f"wrapped {os.getpid()} {time.time()}"
    batch = BATCH
    concurrency = THREADS
    class_names = tuple(f"class {i}" for i in range(CLASSES))

    def __init__(self, file: Path) -> None:
        settings = {
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": THREADS,
            "NUM_STREAMS": THREADS,
        }
        self.network = openvino.Core().compile_model(str(file), "CPU", settings)

    def classify(self, images: np.ndarray) -> np.ndarray:
        request = self.network.create_infer_request()
        pixels = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32)
        scores = request.infer({0: pixels}, share_inputs=True)[0]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        return scores / scores.sum(axis=1, keepdims=True)


def run(classifier: object, images: int, folder: Path) -> tuple[float, float]:
    """Wall and processor seconds."""
    study = scotoma.Study(
        [f"class {i}" for i in range(CLASSES)],
        classifier=classifier,
        generator=Painter(),
        budget={"images": images, "base": images // CLASSES},
        attributes=[{"name": "looks", "phrases": ["dark"]}],
        search={"source": "none"},
        engine={"threads": THREADS},
        name="bench",
    )
    begin, work = time.perf_counter(), time.process_time()
    study.find(out=folder)
    return time.perf_counter() - begin, time.process_time() - work


def main() -> None:
    rounds, images = (int(word) for word in (sys.argv[1:] + ["5", "2000"][len(sys.argv) - 1 :]))
    ratios: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        make_network(work / "network.xml")
        (work / "labels.json").write_text(json.dumps(Wrapped.class_names))
        native = {"model": str(work / "network.xml"), "labels": str(work / "labels.json"), "batch": BATCH}
        wrapped = Wrapped(work / "network.xml")
        for number in range(rounds):
            own = run(native, images, work / f"native-{number}")
            theirs = run(wrapped, images, work / f"python-{number}")
            ratios.append((theirs[0] / own[0], theirs[1] / own[1]))
            print(f"native {own[0]:.2f} s ({own[1]:.2f} processor s), from Python {theirs[0]:.2f} s ({theirs[1]:.2f})", flush=True)
    for name, part in (("wall", 0), ("processor time", 1)):
        values = sorted(ratio[part] for ratio in ratios)
        print(f"{name}: from Python / native {statistics.median(values):.3f} ({values[0]:.3f} to {values[-1]:.3f})")


if __name__ == "__main__":
    main()
