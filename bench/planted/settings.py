# SPDX-License-Identifier: Apache-2.0
"""The studies of the benchmark: schemes by settings only, budgets, and the study file of one run. Standard library only.

All schemes have the same models, judges and number of images at most, so that the comparison is fair:

scotoma  phrases from captions and from the lists; e-values decide
plain    the same; a fixed number of images for each, and what fails more often than the base prompt is called a bug
paper    plain without the lists, in the manner of the paper: phrases come only from captions of what failed under the base prompt
captions scotoma without the lists: what captions do not say must come from the program
random   the lists' combinations in random order, nothing from captions; e-values decide

Settings differ by budget, never by classifier.
"""

from __future__ import annotations

from pathlib import Path

PLACES = [
    "on a flower",
    "in the forest",
    "in the snow",
    "on the beach",
    "in front of a brick wall",
    "on a wooden table",
    "in the water",
    "at night",
    "on a plate",
    "on the grass",
]
LOOKS = [
    "dark",
    "blurry",
    "black and white",
    {"text": "in the rain", "position": "after"},
]  # "a dark photo of a cat", "a photo of a cat in the rain"
VIEWS = ["in the distance", "in odd colours"]  # alone: beside another look little can be seen
LABELS = [
    "fly",
    "bee",
    "ladybug",
    "butterfly",
    "cat",
    "dog",
    "horse",
    "cow",
    "frog",
    "duck",
    "penguin",
    "fish",
    "apple",
    "ball",
    "car",
    "bicycle",
]
# What follows was chosen by results with the first; with another seed every image is another. The second is that of the
# pages, which say what was chosen with its results in view.
TUNED_ON, SEED = 1, 915965
# Where nothing is known of a classifier, one image of each listed phrase (16 labels x 16 phrases: 256), or with pairs one of each
# place under each look (16 x 40: 640), is the least that shows a strong bug. Most labels have none, so their base samples stay small:
# they grow where something was found, and as far as it pays.
BUDGETS = {
    500: {"base": 16, "base_first": 1, "initial_images": 1, "rounds": 1, "finalists": 16, "confirm": 48, "audit": 4, "shrink": 4},
    2000: {
        "base": 48,
        "base_first": 2,
        "screen": 1,
        "initial_images": 2,
        "rounds": 2,
        "finalists": 24,
        "confirm": 96,
        "audit": 8,
        "shrink": 8,
    },
    8000: {
        "base": 128,
        "base_first": 4,
        "screen": 1,
        "initial_images": 4,
        "rounds": 2,
        "finalists": 32,
        "confirm": 128,
        "audit": 16,
        "shrink": 16,
    },
}
COMBINE = {500: 1, 2000: 2, 8000: 2}  # phrases joined, at most
PHRASES = {500: 16, 2000: 20, 8000: 20}  # of each label, at most: all listed ones alone, and a few more
# plain has fixed numbers: as many images of every label and of every finalist, and what the budget has to offer for screening.
PLAIN = {
    500: {"base": 10, "initial_images": 1, "rounds": 1, "finalists": 10, "confirm": 16, "audit": 8, "shrink": 4},
    2000: {"base": 24, "screen": 1, "initial_images": 2, "rounds": 2, "finalists": 32, "confirm": 24, "audit": 16, "shrink": 8},
    8000: {"base": 64, "screen": 4, "initial_images": 4, "rounds": 2, "finalists": 64, "confirm": 48, "audit": 32, "shrink": 16},
}
# paper spends most on the base prompt, where all its phrases come from; what is left goes to finalists.
PAPER = {
    500: {"base": 24, "initial_images": 1, "rounds": 1, "finalists": 10, "confirm": 16, "audit": 8, "shrink": 4},
    2000: {"base": 64, "initial_images": 2, "rounds": 2, "finalists": 24, "confirm": 24, "audit": 16, "shrink": 8},
    8000: {"base": 256, "initial_images": 4, "rounds": 2, "finalists": 48, "confirm": 48, "audit": 32, "shrink": 16},
}
SCHEMES = {
    "scotoma": {"source": "captions", "rule": "sequential", "lists": True, "budgets": BUDGETS},
    "plain": {"source": "captions", "rule": "fixed", "lists": True, "budgets": PLAIN},
    "paper": {"source": "captions", "rule": "fixed", "lists": False, "budgets": PAPER},
    "captions": {"source": "captions", "rule": "sequential", "lists": False, "budgets": BUDGETS},
    "random": {"source": "random", "rule": "sequential", "lists": True, "budgets": BUDGETS},
}
SUBSET_ONLY = ["paper"]  # not run on all classifiers unless asked for
ASKED_ONLY = ["captions"]  # not run on the subset either
# 16 labels x 16 phrases: 17 images each where nothing fails, and more where something does.
CERTIFICATE = {"size": 0.2, "images": 8000, "each": 96}
JUDGES = ["resnet", "vgg"]  # world/judges: they judge with world/judge.onnx; none of them is a classifier under test
THRESHOLD = 0.9  # of the mean: chosen where base networks and judges agree on generated images of every look


def _value(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value) if isinstance(value, (int, float)) else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(name, values):
    return [f"[{name}]"] + [f"{k} = {_value(v)}" for k, v in values.items()] + [""]


def _models(model: Path, world: Path) -> list[str]:
    """The classifier under test, and all that look at it."""
    scale = {"mean": [127.5] * 3, "std": [127.5] * 3}
    lines = _table("prompts", {"base": ["a photo of {a label}"]})
    lines += _table("classifier", {"model": model, "labels": world / "classifiers/labels.json", **scale})
    lines += _table("generator", {"model": world / "generator", "steps": 6, "guidance": 1.0})
    lines += _table("captioner", {"model": world / "captioner"})
    lines += _table("embedder", {"model": world / "embedder"})
    lines += _table(
        "judge",
        {"kind": "classifier", "model": world / "judge.onnx", "labels": world / "judge.labels.json", "threshold": THRESHOLD, **scale},
    )
    for name in JUDGES:
        lines += _table("[judge.ensemble]", {"model": world / f"judges/{name}.onnx", "labels": world / "judge.labels.json"})
    return lines


def _lists() -> list[str]:
    lines = _table("[attributes]", {"name": "places", "phrases": PLACES})
    lines += _table("[attributes]", {"name": "looks", "phrases": LOOKS, "position": "before"})
    return lines + _table("[attributes]", {"name": "views", "phrases": VIEWS, "combine": False})


def _head(name: str, seed: int) -> list[str]:
    return [f"name = {_value(name)}", f"seed = {seed}", f"labels = {_value(LABELS)}", ""]


def study(name: str, scheme: str, budget: int, model: Path, world: Path, seed: int = SEED) -> str:
    """The text of the study file of one run. model: the classifier's file; world: the folder of the other models."""
    kind = SCHEMES[scheme]
    lines = _head(f"{name}, {scheme}, {budget} images", seed) + _models(model, Path(world))
    lines += _table("budget", {"images": budget, **kind["budgets"][budget], "cross": 0})
    lines += _table("evidence", {"max_hypotheses": PHRASES[budget], "rule": kind["rule"]})
    search = {"source": kind["source"], "combine": COMBINE[budget] if kind["lists"] else 1}
    if scheme == "paper":
        search["attributes"] = "none"  # the paper's phrases come from captions alone
    lines += _table("search", search)
    lines += _table("engine", {"threads": 1})
    if kind["lists"]:
        lines += _lists()
    return "\n".join(lines)


def certificate_study(name: str, model: Path, world: Path, seed: int) -> str:
    """The text of the study file of one certificate: all labels with all phrases of the lists."""
    lines = _head(f"{name}, certificate", seed) + _models(model, Path(world))
    lines += _table("certify", CERTIFICATE) + _table("engine", {"threads": 1}) + _lists()
    return "\n".join(lines)
