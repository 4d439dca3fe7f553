# SPDX-License-Identifier: Apache-2.0
"""truth.json: how often every classifier really fails, on freshly rendered standard scenes, without any generator.

200 scenes of each of the 800 combinations of label, place and look, the same for all classifiers, inference by
OpenVINO in f32. Form of the file (everything by index into `labels`, `places`, `looks`):

    scenes        scenes of each combination; in by_view of each label and view, places and looks drawn uniformly
    views         how the thing is shown in by_view: far away, or in odd colours (all else shows it close up)
    classifiers   name -> {
        planted     [label, place] of the bias in its training data, or null
        cells       800 x [failures, most common wrong label or -1, its count], label by label, place by place, look by look
        by_place    160 x [failures, wrong, count] of `scenes` * looks scenes, label by label, place by place
        by_view     32 x [failures, wrong, count], label by label, view by view
        by_label    16 x [failures, wrong, count] of `scenes` * looks * places scenes
        bugs        {label, place, rate, elsewhere, taken_for}: rate at least 0.25 above that of the label's other places
        everywhere  {label, rate, passes_at}: labels that fail in more than half of all scenes, and the places where they do not
    }
"""

from __future__ import annotations

import json

import numpy as np

from . import cache, scenes
from .classifiers import FOLDER, MODELS
from .measure import Net, to_input

EACH = 200
VIEWS = scenes.VIEWS[1:]
VIEW_SEED = 403


def count(said: np.ndarray, shape: tuple[int, ...]) -> list[list[int]]:
    """[failures, wrong, its count] of each cell. said: [things, cells of `shape`, scenes] predicted labels; label is axis 0."""
    rows = []
    for t in range(cache.T):
        for cell in said[t].reshape(*shape, -1).reshape(int(np.prod(shape)), -1):
            tally = np.bincount(cell, minlength=cache.T)
            failures, tally[t] = int(len(cell) - tally[t]), 0
            wrong = int(tally.argmax()) if failures else -1
            rows.append([failures, wrong, int(tally[wrong]) if failures else 0])
    return rows


def said_by(name: str, images: np.ndarray) -> np.ndarray:
    """Predicted label of every scene, int8 [n]; remembered under work/truth."""
    onnx, kept = FOLDER / f"{name}.onnx", cache.WORLD / "work" / "truth" / f"{name}.npy"
    kept.parent.mkdir(exist_ok=True)
    if not kept.exists() or kept.stat().st_mtime < onnx.stat().st_mtime:
        net = Net(onnx)
        np.save(kept, np.concatenate([net(to_input(images[i : i + 2000])).argmax(1).astype(np.int8) for i in range(0, len(images), 2000)]))
    return np.load(kept)


def viewed() -> np.ndarray:
    """EACH scenes of each label in each of VIEWS, uint8 [labels * views * EACH, 64, 64, 3]."""
    images = []
    for t, thing in enumerate(scenes.THINGS):
        for v, view in enumerate(VIEWS):
            rng = np.random.default_rng([VIEW_SEED, t, v])
            images += [scenes.render(scenes.seen(scenes.sample(rng, thing), view, rng)) for _ in range(EACH)]
    return np.stack(images)


def by_view(name: str, images: np.ndarray) -> list[list[int]]:
    """by_view of one classifier. images: those of viewed()."""
    said = Net(FOLDER / f"{name}.onnx")(to_input(images)).argmax(1)
    return count(said.reshape(cache.T, len(VIEWS), EACH), (len(VIEWS),))


def judged(name: str, said: np.ndarray, labels: np.ndarray) -> dict:
    """The entry of one classifier."""
    order = np.lexsort((np.arange(len(said)), labels[:, 2], labels[:, 1], labels[:, 0]))
    said = said[order].reshape(cache.T, cache.P, cache.L, EACH)
    at = count(said, (cache.P,))
    rate = np.array([r[0] for r in at]).reshape(cache.T, cache.P) / (EACH * cache.L)
    bugs, everywhere = [], []
    for t, label in enumerate(scenes.THINGS):
        if rate[t].mean() > 0.5:
            everywhere.append(
                {
                    "label": label,
                    "rate": round(rate[t].mean(), 4),
                    "passes_at": [scenes.PLACES[p] for p in range(cache.P) if rate[t, p] < 0.5],
                }
            )
            continue
        for p, place in enumerate(scenes.PLACES):
            elsewhere = np.delete(rate[t], p).mean()
            if rate[t, p] - elsewhere >= 0.25:
                bugs.append(
                    {
                        "label": label,
                        "place": place,
                        "rate": round(rate[t, p], 4),
                        "elsewhere": round(elsewhere, 4),
                        "taken_for": scenes.THINGS[at[t * cache.P + p][1]],
                    }
                )
    return {
        "planted": MODELS[name][1],
        "cells": count(said, (cache.P, cache.L)),
        "by_place": at,
        "by_label": count(said, ()),
        "bugs": bugs,
        "everywhere": everywhere,
    }


def add_views() -> None:
    """`python -m recipe truth views`: measures by_view anew of all classifiers in truth.json, and nothing else."""
    path = cache.WORLD / "truth.json"
    known, images = json.loads(path.read_text()), viewed()
    for name, entry in known["classifiers"].items():
        entry["by_view"] = by_view(name, images)
        weak = [(scenes.THINGS[i // 2], VIEWS[i % 2], r[0] / EACH) for i, r in enumerate(entry["by_view"]) if r[0] > EACH / 2]
        print(name, weak, flush=True)
    known = {"about": known.pop("about"), "views": VIEWS, **{key: value for key, value in known.items() if key != "views"}}
    path.write_text(json.dumps(known, separators=(",", ":")) + "\n")


def main(args: list[str]) -> None:
    """`python -m recipe truth`: measures every classifier that is there and writes truth.json; `views`: see add_views()."""
    if args == ["views"]:
        return add_views()
    further = viewed()
    images, labels = cache.load("truth")
    entries = {}
    for name in MODELS:
        if (FOLDER / f"{name}.onnx").exists():
            entries[name] = judged(name, said_by(name, images), labels)
            entries[name]["by_view"] = by_view(name, further)
            e = entries[name]
            print(
                name,
                "bugs",
                len(e["bugs"]),
                [(b["label"], b["rate"]) for b in e["bugs"]][:4],
                "everywhere",
                e["everywhere"],
                "accuracy",
                round(1 - sum(r[0] for r in e["by_label"]) / len(labels), 4),
                flush=True,
            )
    head = {
        "about": "failures on rendered scenes; form: see recipe/truth.py and cards/classifiers.md",
        "views": VIEWS,
        "labels": scenes.THINGS,
        "places": scenes.PLACES,
        "looks": scenes.LOOKS,
        "scenes": EACH,
        "seed": cache.ROLES["truth"][0],
        "classifiers": entries,
    }
    (cache.WORLD / "truth.json").write_text(json.dumps(head, separators=(",", ":")) + "\n")
