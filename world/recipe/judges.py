# SPDX-License-Identifier: Apache-2.0
"""More judges, of other architectures, on scenes and seeds of their own: for studies that let several judge together.

What one network takes for a thing by accident the others seldom do: the mean of their probabilities is harder to mislead
(Lakshminarayanan, Pritzel and Blundell 2017). Labels and training are the judge's.
"""

from __future__ import annotations

import json

import numpy as np
import torch

from . import augment, cache, judge, train
from .measure import Net, to_input
from .nets import ARCHITECTURES

FOLDER = cache.WORLD / "judges"
MODELS = {"resnet": (2000, 3e-3, 51), "vgg": (2000, 3e-3, 52)}  # steps, learning rate, seed


def main(args: list[str]) -> None:
    """`python -m recipe judges [again] [NAME...]`: trains (or takes the kept weights), exports, measures."""
    for name in [a for a in args if a != "again"] or MODELS:
        steps, rate, seed = MODELS[name]
        torch.manual_seed(seed)
        net = ARCHITECTURES[name](len(judge.LABELS))
        if train.kept(f"judge_{name}", args):
            train.recall(f"judge_{name}", net)
        else:
            train.fit(f"judge_{name}", net, judge.loss_at_of("judges", seed), steps, rate)
        train.export_onnx(net, FOLDER / f"{name}.onnx")
        print(name, json.dumps(measure(name)), flush=True)


def measure(name: str) -> dict:
    """Shares of held-out scenes named rightly, by variant; after decoder-like loss; of empty ones called nothing."""
    images, labels = cache.load("judge_test")
    net, x = Net(FOLDER / f"{name}.onnx"), to_input(images)
    right = net(x).argmax(1) == labels[:, 0]
    g, thing = torch.Generator().manual_seed(7), labels[:, 0] < cache.T
    soft = torch.cat([augment.decoder_like(part, g) for part in torch.from_numpy(x).split(64)])
    share = lambda v: round(float(np.mean(v)), 4)
    of = {v: share(right[thing & (labels[:, 3] == i)]) for i, v in enumerate(cache.VARIANTS) if v != "hard"}
    return {
        **of,
        "empty": share(right[~thing]),
        "after decoder-like loss": share((net(soft.numpy()).argmax(1) == labels[:, 0])[thing & (labels[:, 3] == 0)]),
    }
