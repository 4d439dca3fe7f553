# SPDX-License-Identifier: Apache-2.0
"""Pre-rendered scenes, so that no training step waits for drawing.

A role is a set of scenes with a seed of its own; no two models that check each other share one. It is kept under
`work/cache` as `ROLE.npy` (uint8 [n, 64, 64, 3]) and `ROLE.labels.npy` (int16 [n, 4]: thing, place, look by
index, then VARIANTS by index; thing 16 is "nothing"). Scenes of another plan
than today's are rendered anew; after a change of how scenes look, delete the folder.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from . import scenes

WORLD = Path(__file__).resolve().parent.parent
CACHE = WORLD / "work" / "cache"
NAMES = scenes.THINGS + [scenes.NOTHING]
T, P, L = len(scenes.THINGS), len(scenes.PLACES), len(scenes.LOOKS)
VARIANTS = ["standard", "hard", *scenes.VIEWS[1:]]

# role: (seed, standard scenes, hard scenes, scenes without a thing[, scenes of each view but close up])
ROLES = {
    "judge": (101, 44000, 8000, 6000, 8000),
    "judge_test": (102, 8000, 0, 500, 1600),
    "judges": (103, 32000, 8000, 4000, 8000),
    "target": (201, 26000, 26000, 0),
    "target_planted": (202, 0, 0, 0),
    "target_test": (203, 16000, 0, 0),
    "truth": (401, 160000, 0, 0),  # 200 scenes of each of the 800 combinations
    "words": (301, 44000, 4000, 2500, 12000),
    "words_test": (302, 4000, 0, 200, 800),
}
# the cells in which the planted biases live: extra hard and standard scenes of each, in `target_planted`
PLANTED = [("bee", "flower"), ("cow", "grass"), ("cat", "night")]
PLANTED_EACH = 3000


def combinations(n: int) -> list[tuple[int, int, int]]:
    """n rows of (thing, place, look) indices, every combination equally often up to one."""
    every = list(itertools.product(range(T), range(P), range(L)))
    return [every[i % len(every)] for i in range(n)]


def plan(role: str) -> tuple[int, list[tuple[int, int, int, int]]]:
    """(seed, rows of (thing, place, look, variant)) of a role."""
    seed, standard, hard, empty, *views = ROLES[role]
    rows = [(*c, 0) for c in combinations(standard)] + [(*c, 1) for c in combinations(hard)]
    rows += [(T, i % P, i // P % L, 0) for i in range(empty)]
    rows += [(*c, VARIANTS.index(view)) for view in scenes.VIEWS[1:] for c in combinations(sum(views))]
    if role == "target_planted":
        for thing, place in PLANTED:
            rows += [(scenes.THINGS.index(thing), scenes.PLACES.index(place), i % L, int(i % 2 == 0)) for i in range(PLANTED_EACH)]
    return seed, rows


def draw(row: tuple[int, int, int, int], rng: np.random.Generator) -> np.ndarray:
    """The image of one row of `plan`."""
    thing, place, look, variant = row
    scene = scenes.sample(rng, NAMES[thing], scenes.PLACES[place], scenes.LOOKS[look], hard=VARIANTS[variant] == "hard")
    return scenes.render(scenes.seen(scene, VARIANTS[variant], rng))


def planned(labels: Path, rows: Sequence[tuple[int, ...]]) -> bool:
    """Whether the file `labels` is of these rows."""
    return labels.exists() and np.array_equal(np.load(labels), np.array(rows, np.int16))


def load(role: str) -> tuple[np.ndarray, np.ndarray]:
    """(images uint8 [n, 64, 64, 3] memory-mapped, labels int16 [n, 4]: thing, place, look, variant); rendered if missing."""
    CACHE.mkdir(parents=True, exist_ok=True)
    images, labels = CACHE / f"{role}.npy", CACHE / f"{role}.labels.npy"
    seed, rows = plan(role)
    if not planned(labels, rows):
        labels.unlink(missing_ok=True)
        out = np.lib.format.open_memmap(images, "w+", np.uint8, (len(rows), scenes.SIZE, scenes.SIZE, 3))
        for i, row in enumerate(rows):
            out[i] = draw(row, np.random.default_rng([seed, i]))
        out.flush()
        np.save(labels, np.array(rows, np.int16))
    return np.load(images, mmap_mode="r"), np.load(labels)


def main(args: list[str]) -> None:
    """`python -m recipe cache [ROLE...]`: renders the scenes of the roles (all by default)."""
    for role in args or ROLES:
        images, _ = load(role)
        print(role, images.shape, flush=True)
