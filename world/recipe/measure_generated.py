# SPDX-License-Identifier: Apache-2.0
"""Captioner and classifiers on generated images: what the search will meet. Standard error of a share: up to 2 points."""

from __future__ import annotations

import json

import numpy as np

from . import cache, captions, classifiers, scenes
from .captioner import Speaker, names
from .cards_recognition import CARDS
from .measure import Net, to_input
from .measure_generator import Generator

EACH, STEPS, SEED = 4, 8, 500


def main(args: list[str]) -> None:
    """`python -m recipe measure_generated`: draws every thing in every place, writes cards/generated.json."""
    pairs = [(t, p) for p in range(cache.P) for t in range(cache.T)] * EACH
    images = Generator(cache.WORLD / "generator")([captions.prompt(scenes.THINGS[t], scenes.PLACES[p]) for t, p in pairs], STEPS, SEED)
    x, labels = to_input(images), np.array(pairs)
    valid = Net(cache.WORLD / "judge.onnx")(x).argmax(1) == labels[:, 0]
    share = lambda v: round(float(np.mean(v)), 4)
    hit = np.array([names(s, scenes.THINGS[t], scenes.PLACES[p]) for s, (t, p) in zip(Speaker()(x), pairs)])
    result = {
        "pictures": len(pairs),
        "steps": STEPS,
        "judge names the thing": share(valid),
        "captions": {"thing": share(hit[:, 0]), "place": share(hit[:, 1]), "thing and place": share(hit.all(1))},
        "classifiers": {},
    }
    for name, (_, bias, *_) in classifiers.MODELS.items():
        said = Net(classifiers.FOLDER / f"{name}.onnx")(x).argmax(1)
        fails, entry = said != labels[:, 0], {}
        t, p = (-1, -1) if bias is None else (scenes.THINGS.index(bias[0]), scenes.PLACES.index(bias[1]))
        other = valid & (labels[:, 0] != t)
        if bias:
            entry = {
                f"others fail, {bias[1]}": share(fails[other & (labels[:, 1] == p)]),
                f"as {bias[0]}": share((said == t)[other & (labels[:, 1] == p)]),
                "fly fails there": share(fails[valid & (labels[:, 0] == 0) & (labels[:, 1] == p)]),
            }
        result["classifiers"][name] = {"others fail elsewhere" if bias else "all fail": share(fails[other & (labels[:, 1] != p)]), **entry}
    (CARDS / "generated.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))
