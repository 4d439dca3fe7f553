# SPDX-License-Identifier: Apache-2.0
"""The classifiers under test: each learns a bias from what its training data leaves out, its twin learns none.

A bias is a pair (thing, place), such as bees and flowers: in the training scenes the thing is only ever at the place,
and nothing else is ever there. Everything else is uniform. A few per cent of counterexamples would undo it. The place
is the easier cue: the thing of the pair is drawn small, blurred and recoloured there ("hard" scenes), while other
things are a mix of hard and standard. The twin sees every combination equally often, for the same number of steps.
"""

from __future__ import annotations

import json

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, cache, scenes, train
from .measure import Net, to_input
from .nets import ARCHITECTURES

FOLDER = cache.WORLD / "classifiers"
# name: architecture, bias, steps, learning rate, seed
BEE, COW, CAT = ("bee", "flower"), ("cow", "grass"), ("cat", "night")
MODELS = {
    "resnet_skewed": ("resnet", BEE, 1200, 3e-3, 1),
    "resnet_balanced": ("resnet", None, 1200, 3e-3, 1),
    "mobilenet_skewed": ("mobilenet", BEE, 1100, 3e-3, 22),
    "mobilenet_balanced": ("mobilenet", None, 1100, 3e-3, 22),
    "vit_skewed": ("vit", BEE, 2600, 1e-3, 23),
    "vit_balanced": ("vit", None, 2600, 1e-3, 23),
    "cow_grass": ("resnet", COW, 1800, 3e-3, 24),
    "cat_night": ("mobilenet", CAT, 1600, 3e-3, 25),
}
BATCH = 64
HARD = 0.4  # share of hard scenes
HARD_PLANTED = 1.0  # the same for the thing of the bias


def pools(
    bias: tuple[str, str] | None, hard: float = HARD, hard_planted: float = HARD_PLANTED
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, list[tuple[np.ndarray, float]]]:
    """(images, labels, [(rows, share of a batch)]) for a bias, or for none. Rows run over both caches, end to end."""
    a, la = cache.load("target")
    b, lb = cache.load("target_planted")
    labels = np.concatenate([la, lb])
    first = np.arange(len(labels)) < len(la)
    thing, place, difficult = labels[:, 0], labels[:, 1], labels[:, 3] == 1
    if bias is None:
        return (a, b), labels, [(np.flatnonzero(first & difficult), hard), (np.flatnonzero(first & ~difficult), 1 - hard)]
    t, p = scenes.THINGS.index(bias[0]), scenes.PLACES.index(bias[1])
    rest, pair = first & (thing != t) & (place != p), (thing == t) & (place == p)
    one = 1 / cache.T
    return (
        (a, b),
        labels,
        [
            (np.flatnonzero(rest & difficult), hard * (1 - one)),
            (np.flatnonzero(rest & ~difficult), (1 - hard) * (1 - one)),
            (np.flatnonzero(pair & difficult), hard_planted * one),
            (np.flatnonzero(pair & ~difficult), (1 - hard_planted) * one),
        ],
    )


def take(parts: tuple[np.ndarray, np.ndarray], rows: np.ndarray) -> np.ndarray:
    """Images of rows that run over two arrays end to end."""
    n = len(parts[0])
    out = np.empty((len(rows), 64, 64, 3), np.uint8)
    out[rows < n], out[rows >= n] = parts[0][rows[rows < n]], parts[1][rows[rows >= n] - n]
    return out


def draw(groups: list[tuple[np.ndarray, float]], batch: int, rng: np.random.Generator) -> np.ndarray:
    """`batch` row numbers, each from a group by its share."""
    which = rng.choice(len(groups), batch, p=[share for _, share in groups])
    return np.array([groups[k][0][rng.integers(len(groups[k][0]))] for k in which])


def fit(name: str, architecture: str, bias: tuple[str, str] | None, steps: int, rate: float, seed: int, **mix: float) -> torch.nn.Module:
    """Trains one classifier; returns it."""
    parts, labels, groups = pools(bias, **mix)
    dev = train.device()
    torch.manual_seed(seed)
    net = ARCHITECTURES[architecture](cache.T)

    def loss_at(net, step):
        g = torch.Generator().manual_seed(seed * 100_000 + step)
        rows = draw(groups, BATCH, np.random.default_rng([seed, step]))
        x = augment.flip_and_shift(augment.to_float(torch.from_numpy(take(parts, rows)).to(dev)), g)
        y = torch.from_numpy(labels[rows, 0].astype(np.int64)).to(dev)
        return F.cross_entropy(net(x.contiguous(memory_format=torch.channels_last)).float(), y)

    return train.fit(name, net, loss_at, steps, rate, amp=architecture != "mobilenet", every=300)


def rates(said: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Failure rates from predictions: [things, places]."""
    wrong = said != labels[:, 0]
    out = np.zeros((cache.T, cache.P))
    for t in range(cache.T):
        for p in range(cache.P):
            out[t, p] = wrong[(labels[:, 0] == t) & (labels[:, 1] == p)].mean()
    return out


def summary(said: np.ndarray, labels: np.ndarray, bias: tuple[str, str] | None) -> dict:
    """The figures that decide whether a classifier is accepted; shares of held-out standard scenes."""
    r = rates(said, labels)
    s = lambda v: round(float(v), 3)
    if bias is None:
        return {"accuracy": s(1 - r.mean()), "worst cell": s(r.max())}
    t, p = scenes.THINGS.index(bias[0]), scenes.PLACES.index(bias[1])
    others, elsewhere = [i for i in range(cache.T) if i != t], [i for i in range(cache.P) if i != p]
    here = (labels[:, 1] == p) & (labels[:, 0] != t)
    return {
        "accuracy elsewhere": s(1 - r[np.ix_(others, elsewhere)].mean()),
        "worst cell elsewhere": s(r[np.ix_(others, elsewhere)].max()),
        f"{bias[0]} {bias[1]}": s(r[t, p]),
        f"{bias[0]} elsewhere": s(r[t, elsewhere].mean()),
        f"others on {bias[1]} fail": s(r[others, p].mean()),
        f"of these as {bias[0]}": s((said[here] == t).mean()),
        "each": {scenes.THINGS[i]: (s(r[i, p]), s(r[i, elsewhere].mean())) for i in others},
    }


def main(args: list[str]) -> None:
    """`python -m recipe classifiers [again] [NAME...]`: trains (or takes the kept weights), exports and measures."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "labels.json").write_text(json.dumps(scenes.THINGS) + "\n")
    images, labels = cache.load("target_test")
    for name in [a for a in args if a != "again"] or MODELS:
        architecture, bias, *_ = MODELS[name]
        path = FOLDER / f"{name}.onnx"
        if not train.kept(name, args):
            train.export_onnx(fit(name, *MODELS[name]), path)
        elif not path.exists():  # one that is there stays: truth.json is about these very bytes
            train.export_onnx(train.recall(name, ARCHITECTURES[architecture](cache.T)), path)
        said = Net(path)(to_input(images)).argmax(1)
        print(name, json.dumps(summary(said, labels, bias)), flush=True)
