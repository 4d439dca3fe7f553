# SPDX-License-Identifier: Apache-2.0
"""The small models that come with the package: a text-to-image model, a captioner, an embedder and a judge of 16 things, and
classifiers with known faults. To try everything out in a minute, and for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

FOLDER = Path(__file__).parent / "share" / "world"
"""Where they lie; its cards say what they are."""

LABELS = tuple("fly bee ladybug butterfly cat dog horse cow frog duck penguin fish apple ball car bicycle".split())
"""All that they know."""

_INPUT = {"mean": [127.5, 127.5, 127.5], "std": [127.5, 127.5, 127.5]}


def classifier(name: str = "resnet_skewed") -> dict[str, Any]:
    """A classifier under test. ``resnet_skewed`` learned from images in which bees, and nothing else, sat on flowers."""
    file = FOLDER / "classifiers" / f"{name}.onnx"
    if not file.is_file():
        there = ", ".join(sorted(path.stem for path in file.parent.glob("*.onnx")))
        raise ValueError(f"{name!r}: no classifier of the world; there are: {there}")
    return {"model": str(file), "labels": str(FOLDER / "classifiers" / "labels.json"), **_INPUT}


class Roles(TypedDict):
    """Tables of a study."""

    classifier: dict[str, Any]
    generator: dict[str, Any]
    captioner: dict[str, Any]
    embedder: dict[str, Any]
    judge: dict[str, Any]


def roles(name: str = "resnet_skewed") -> Roles:
    """All five roles, as ``Study`` takes them: ``Study(labels, **scotoma.world.roles())``."""
    judge = {"kind": "classifier", "model": str(FOLDER / "judge.onnx"), "labels": str(FOLDER / "judge.labels.json"), **_INPUT}
    return {
        "classifier": classifier(name),
        "generator": {"model": str(FOLDER / "generator"), "steps": 6, "guidance": 1.0},
        "captioner": {"model": str(FOLDER / "captioner")},
        "embedder": {"model": str(FOLDER / "embedder")},
        "judge": judge,
    }
