# SPDX-License-Identifier: Apache-2.0
"""The judge: names the thing in an image, or says "nothing". Also the place classifier that measures the generator.

One network with three heads (thing, place, look), trained on scenes and seeds of its own, every combination equally
often. It must not pass coloured blobs: hues and brightness vary, fine detail is taken away as a decoder would, and
smeared blobs over empty places are shown to it as "nothing".
"""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import augment, cache, scenes, train
from .measure import Net
from .nets import Judge

STEPS, BATCH, SEED = 2000, 96, 11
LABELS = cache.NAMES


class Head(nn.Module):
    """One head of the judge: 0 thing, 1 place, 2 look."""

    def __init__(self, net, head):
        super().__init__()
        self.net, self.head = net, head

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.net(image)[self.head]


def loss_at_of(role: str, seed: int = SEED) -> Callable[[torch.nn.Module, int], torch.Tensor]:
    """The loss of one step: augmented scenes under all heads that there are, a tenth of the batch as blobs."""
    images, labels = cache.load(role)
    things, empty = np.flatnonzero(labels[:, 0] < cache.T), np.flatnonzero(labels[:, 0] == cache.T)
    at = train.batches([(things, 0.92), (empty, 0.08)], BATCH, seed)
    dev = train.device()

    def loss_at(net, step):
        g = torch.Generator().manual_seed(seed * 100_000 + step)
        rows = at(step)
        x = augment.to_float(torch.from_numpy(images[rows]).to(dev))
        y = torch.from_numpy(labels[rows].astype(np.int64)).to(dev)
        n = BATCH // 12
        base = np.random.default_rng([seed, 1, step]).choice(empty, n)
        blob = augment.blobs(x[:n].roll(1, 0), augment.to_float(torch.from_numpy(images[base]).to(dev)), g)
        x = augment.flip_and_shift(x, g)
        x = augment.recolour(x, g)
        half = BATCH // 2
        x = torch.cat([x[:half], augment.decoder_like(x[half:], g)] if step % 2 else [augment.decoder_like(x[:half], g), x[half:]])
        said = net(torch.cat([x, blob]).contiguous(memory_format=torch.channels_last))
        thing, *others = said if isinstance(said, tuple) else (said,)
        nothing = torch.full((n,), cache.T, device=dev)
        loss = F.cross_entropy(thing.float(), torch.cat([y[:, 0], nothing]), label_smoothing=0.05)
        if not others:
            return loss
        place, look = others
        place_of_blob = torch.from_numpy(labels[base, 1].astype(np.int64)).to(dev)
        return (
            loss
            + 0.5 * F.cross_entropy(place.float(), torch.cat([y[:, 1], place_of_blob]), label_smoothing=0.05)
            + 0.2 * F.cross_entropy(look[:BATCH].float(), y[:, 2])
        )

    return loss_at


def main(args: list[str]) -> None:
    """`python -m recipe judge [again]`: trains (or takes the kept weights), exports, measures on held-out scenes."""
    torch.manual_seed(SEED)
    net = Judge()
    if train.kept("judge", args):
        train.recall("judge", net)
    else:
        train.fit("judge", net, loss_at_of("judge"), STEPS)
    train.export_onnx(Head(net, 0), cache.WORLD / "judge.onnx")
    (cache.WORLD / "judge.labels.json").write_text(json.dumps(LABELS) + "\n")
    print(json.dumps(measure(), indent=1))


def place_classifier() -> Net:
    """The judge's place head as a Net, over `scenes.PLACES`; exported to work/ from the kept weights when it is not there."""
    path, kept = cache.WORLD / "work" / "place.onnx", train.CHECKPOINTS / "judge.safetensors"
    if not path.exists() or path.stat().st_mtime < kept.stat().st_mtime:
        train.export_onnx(Head(train.recall("judge", Judge()), 1), path)
    return Net(path)


def measure() -> dict:
    """Accuracy on held-out standard scenes, after decoder-like loss, on empty scenes, and the share of blobs refused."""
    images, labels = cache.load("judge_test")
    judge, place = Net(cache.WORLD / "judge.onnx"), place_classifier()
    thing = (labels[:, 0] < cache.T) & (labels[:, 3] == 0)
    x = augment.to_float(torch.from_numpy(np.array(images)))
    g = torch.Generator().manual_seed(7)
    soft = torch.cat([augment.decoder_like(part, g) for part in x.split(64)])
    bare = np.flatnonzero(labels[:, 0] == cache.T)
    blob = torch.cat([augment.blobs(x[i * 13 : i * 13 + 1], x[row : row + 1], g) for i, row in enumerate(bare)])
    said, said_soft = judge(x.numpy()).argmax(1), judge(soft.numpy()).argmax(1)
    right = said == labels[:, 0]
    by = lambda axis, names: {k: round(float(right[thing & (labels[:, axis] == i)].mean()), 4) for i, k in enumerate(names)}
    share = lambda v: round(float(np.mean(v)), 4)
    return {
        "things": share(right[thing]),
        "empty": share(right[bare]),
        **{view: share(right[labels[:, 3] == cache.VARIANTS.index(view)]) for view in scenes.VIEWS[1:]},
        "things after decoder-like loss": share((said_soft == labels[:, 0])[thing]),
        "blobs refused": share(judge(blob.numpy()).argmax(1) == cache.T),
        "places": share((place(x.numpy()).argmax(1) == labels[:, 1])[labels[:, 3] == 0]),
        "by thing": by(0, scenes.THINGS),
        "by place": by(1, scenes.PLACES),
        "by look": by(2, scenes.LOOKS),
        "scenes": int(thing.sum()),
    }
