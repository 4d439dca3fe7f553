"""The studies of the benchmark: schemes by settings only, budgets, and the study file of one run. Standard library only.

All schemes have the same phrases, judge and number of pictures, so that the comparison is fair:

scotoma  phrases from captions and from the lists; e-values decide
plain    the same phrases; a fixed number of pictures each, and what fails more often than the base prompt is called a bug
random   the lists' combinations in random order, nothing from captions; e-values decide

Settings differ by budget, never by classifier.
"""
from pathlib import Path

PLACES = ["on a flower", "in the forest", "in the snow", "on the beach", "in front of a brick wall", "on a wooden table", "in the water",
          "at night", "on a plate", "on the grass"]
LOOKS = ["dark", "blurry", "black and white", "rain"]  # before the label: "a dark photo of a cat", "a rain photo of a cat"
LABELS = ["fly", "bee", "ladybug", "butterfly", "cat", "dog", "horse", "cow", "frog", "duck", "penguin", "fish", "apple", "ball", "car", "bicycle"]
SEED = 1
# Where nothing is known of a classifier, one picture of each listed phrase is the least that shows a strong bug (16 labels x 14 phrases: 224), and few
# phrases show a failure. Base samples get what that leaves, as they decide what can be confirmed at all. plain gives every finalist the same number.
BUDGETS = {
    500: {"base": 10, "first_look": 1, "rounds": 1, "finalists": 8, "confirm": 48, "audit": 8, "shrink": 4},
    2000: {"base": 24, "first_look": 2, "rounds": 2, "finalists": 16, "confirm": 64, "audit": 16, "shrink": 8},
    8000: {"base": 64, "first_look": 4, "rounds": 2, "finalists": 32, "confirm": 96, "audit": 32, "shrink": 16},
}
COMBINE = {500: 1, 2000: 2, 8000: 2}   # phrases joined, at most
PHRASES = {500: 14, 2000: 18, 8000: 18}  # of each label, at most: all listed ones alone, and a few more
PLAIN = {500: {"finalists": 10, "confirm": 16}, 2000: {"finalists": 32, "confirm": 24}, 8000: {"finalists": 64, "confirm": 48}}
SCHEMES = {
    "scotoma": {"source": "captions", "rule": "sequential"},
    "plain": {"source": "captions", "rule": "fixed"},
    "random": {"source": "random", "rule": "sequential"},
}
THRESHOLD = 0.85  # the judge's: chosen where base networks and judge agree on drawn pictures of every look


def _value(value):
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(v) for v in value) + "]"
    return str(value) if isinstance(value, (int, float)) else '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _table(name, values):
    return [f"[{name}]"] + [f"{k} = {_value(v)}" for k, v in values.items()] + [""]


def study(name, scheme, budget, model, world):
    """The text of the study file of one run. model: the classifier's file; world: the folder of the other models."""
    world, kind = Path(world), SCHEMES[scheme]
    spent = {**BUDGETS[budget], **(PLAIN[budget] if scheme == "plain" else {})}
    scale = {"mean": [127.5] * 3, "std": [127.5] * 3}
    lines = [f"name = {_value(f'{name}, {scheme}, {budget} pictures')}", f"seed = {SEED}", f"labels = {_value(LABELS)}", ""]
    lines += _table("prompts", {"base": ["a photo of {a label}"]})
    lines += _table("classifier", {"model": model, "labels": world / "classifiers/labels.json", **scale})
    lines += _table("generator", {"model": world / "generator", "steps": 6, "guidance": 1.0})
    lines += _table("captioner", {"model": world / "captioner"})
    lines += _table("embedder", {"model": world / "embedder"})
    lines += _table("judge", {"kind": "classifier", "model": world / "judge.onnx", "labels": world / "judge.labels.json", "threshold": THRESHOLD, **scale})
    lines += _table("budget", {"images": budget, **spent, "cross": 0})
    lines += _table("evidence", {"max_hypotheses": PHRASES[budget], "rule": kind["rule"]})
    lines += _table("search", {"source": kind["source"], "combine": COMBINE[budget]})
    lines += _table("engine", {"threads": 1})
    lines += _table("[attributes]", {"name": "places", "phrases": PLACES})
    lines += _table("[attributes]", {"name": "looks", "phrases": LOOKS, "position": "before"})
    return "\n".join(lines)
