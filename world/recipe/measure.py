# SPDX-License-Identifier: Apache-2.0
"""Measuring with the exported files, through OpenVINO, in f32, as the program itself runs them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openvino as ov

from .cache import WORLD
from .scenes import PLACES


class Net:
    """An exported network. Call: float32 [n, 3, 64, 64] -> first output [n, ...]."""

    def __init__(self, path: Path, threads: int = 1):
        core = ov.Core()
        self.model = core.compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads})

    def __call__(self, *inputs: np.ndarray, batch: int = 64) -> np.ndarray:
        n = len(inputs[0])
        return np.concatenate([self.model([np.ascontiguousarray(v[i : i + batch]) for v in inputs])[0] for i in range(0, n, batch)])


def to_input(images: np.ndarray) -> np.ndarray:
    """uint8 [n, 64, 64, 3] -> float32 [n, 3, 64, 64] in [-1, 1]."""
    return np.asarray(images).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1


def recognised(images: np.ndarray, things: list[str], places: list[str | None]) -> dict:
    """How well generated images show what was asked for.

    images: uint8 [n, 64, 64, 3]; things: n names; places: n names or None where the prompt named no place.
    Returns {"thing": share, "place": share, "missed": {(thing, place): [wrong names]}}.
    """
    from .judge import place_classifier  # which needs Net

    judge, place, names = Net(WORLD / "judge.onnx"), place_classifier(), json.loads((WORLD / "judge.labels.json").read_text())
    x = to_input(images)
    said, seen = [names[i] for i in judge(x).argmax(1)], [PLACES[i] for i in place(x).argmax(1)]
    asked = [(p, s) for p, s in zip(places, seen) if p]
    missed = {}
    for t, p, s in zip(things, places, said):
        if t != s:
            missed.setdefault((t, p), []).append(s)
    return {
        "thing": float(np.mean([t == s for t, s in zip(things, said)])),
        "place": float(np.mean([p == s for p, s in asked])) if asked else None,
        "missed": missed,
    }
