# SPDX-License-Identifier: Apache-2.0
"""Trains every classifier of plan.py and exports it. What is there is kept; an interrupted run goes on.

Base networks see all scenes of a variant equally often, small and recoloured ones in two of five. From these every other network
goes on for TUNE_STEPS: controls on the same data, planted ones on data in which the subgroup carries the wrong label, with more of it
and of its neighbours. A shortcut learns from nothing, from skewed scenes: a network that has learned what things look like does not
take to it. resnet, mobilenet and vit begin from the shipped balanced weights, which have seen scenes of other seeds, none of them
softened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from recipe import augment, cache, nets, scenes, train
from recipe.classifiers import draw

from . import networks, plan, pools

BATCH = 64
RATE = {"resnet": 2e-3, "vgg": 2e-3, "vit": 6e-4, "mobilenet": 2e-3}
BASE_STEPS = {"resnet": 1000, "vgg": 2000, "vit": 1800, "mobilenet": 1200}
SHORTCUT_STEPS = {"resnet": 1000, "vgg": 1200, "mobilenet": 1000}
DETECTOR_STEPS = 800


def keep_apart() -> None:
    """Makes recipe.train keep weights and unfinished trainings under work/planted, not among the shipped ones."""
    train.CHECKPOINTS = pools.WORK / "weights"
    train.STEPS, train.RUNS = train.CHECKPOINTS / "steps.json", pools.WORK / "runs"


def member(labels: np.ndarray, where: Iterable[tuple[str, str]], label: str | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Rows that have all attributes of `where` [n], and those that have at least one; of `label` only, if given."""
    hit = {"place": labels[:, 1], "look": labels[:, 2], "size": labels[:, 3] == pools.SMALL, "colour": labels[:, 3] == pools.RECOLOURED}
    has = [hit[a] == networks.VALUES[a].index(v) for a, v in where]
    whole, part = np.all(has, 0), np.any(has, 0)
    if label is not None:
        of = labels[:, 0] == scenes.THINGS.index(label)
        whole, part = whole & of, part & of
    return whole, part


def subgroup(c: plan.Classifier, labels: np.ndarray, label: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows of `label` that are to fail [n], and those that share an attribute with them."""
    inside, near = np.zeros(len(labels), bool), np.zeros(len(labels), bool)
    for where in c.where:
        whole, part = member(labels, where, label)
        inside, near = inside | whole, near | part
    if c.only:
        of = labels[:, 0] == scenes.THINGS.index(label)
        return of & ~inside, of
    return inside, near


def groups(c: plan.Classifier, labels: np.ndarray, seed: int) -> tuple[list[tuple[np.ndarray, float]], np.ndarray]:
    """([(rows, share of a batch)], targets [n]): what classifier `c` trains on and the labels it is told."""
    usual, variant = labels[:, 4] == 0, labels[:, 3]
    told = labels[:, 0].astype(np.int64)
    if c.how == "shortcut":
        t, p = scenes.THINGS.index(c.label), scenes.PLACES.index(dict(c.where[0])["place"])
        pair = (labels[:, 0] == t) & (labels[:, 1] == p) & (variant == pools.HARD)
        rest = usual & (labels[:, 0] != t) & (labels[:, 1] != p)
        return [
            (np.flatnonzero(pair), 1 / cache.T),
            (np.flatnonzero(rest & (variant == pools.HARD)), 0.3),
            (np.flatnonzero(rest & (variant != pools.HARD)), 0.7 - 1 / cache.T),
        ], told
    if not c.where:
        return [
            (np.flatnonzero(usual & np.isin(variant, kinds)), share)
            for *kinds, share in ((pools.STANDARD, pools.HARD, 0.6), (pools.SMALL, 0.2), (pools.RECOLOURED, 0.2))
        ], told
    rng = np.random.default_rng([seed, 5])
    inside, near, own, bad = np.zeros(len(labels), bool), np.zeros(len(labels), bool), np.zeros(len(labels), bool), []
    for label, wrong in c.mistaken():
        fails, part = subgroup(c, labels, label)
        inside, near = inside | fails, near | part
        own |= (labels[:, 0] == scenes.THINGS.index(label)) & usual & ~fails
        rows = np.flatnonzero(fails & usual)
        if c.distinct:
            rows = rng.choice(rows, c.distinct, replace=False)
        told[rows[rng.random(len(rows)) < c.noise]] = scenes.THINGS.index(wrong)
        bad.append(rows)
    bad = np.concatenate(bad)
    like = np.any([member(labels, where)[0] for where in c.where], 0)
    beside = own & near if (own & near).any() else own
    rest = usual & ~inside
    return [
        (bad, 0.18),
        (np.flatnonzero(own), 0.12),
        (np.flatnonzero(beside), 0.12),
        (np.flatnonzero(like & rest), 0.12),
        (np.flatnonzero(rest), 0.46),
    ], told


def fit(
    name: str,
    net: torch.nn.Module,
    seed: int,
    steps: int,
    rate: float,
    labels: np.ndarray,
    images: np.ndarray,
    shares: list[tuple[np.ndarray, float]],
    loss: Callable[[torch.Tensor, np.ndarray], torch.Tensor],
    amp: bool,
) -> torch.nn.Module:
    """Trains `net` on softened images, flipped, shifted and slightly recoloured; keeps and returns it."""

    def loss_at(net, step):
        g = torch.Generator().manual_seed(seed * 100_000 + step)
        rows = draw(shares, BATCH, np.random.default_rng([seed, step]))
        x = augment.flip_and_shift(augment.to_float(torch.from_numpy(images[rows])), g)
        x = augment.recolour(x, g, hue=12, gain=0.15)
        return loss(net(x.contiguous(memory_format=torch.channels_last)).float(), rows)

    return train.fit(name, net, loss_at, steps, rate, warmup=min(60, steps // 8), ema=0.98, amp=amp, every=steps)


def base_name(architecture: str, index: int) -> str:
    return f"base-{architecture}-{index}"


def start(c: plan.Classifier, seed: int, attempt: int) -> tuple[torch.nn.Module, int, float]:
    """The network that `c` goes on from, and the steps and rate of its training. A refused control changes its base network, in turn."""
    net = nets.ARCHITECTURES[c.architecture](cache.T)
    rate = RATE[c.architecture]
    if c.how == "base":
        torch.manual_seed(seed)
        net = nets.ARCHITECTURES[c.architecture](cache.T)
        if c.architecture != "vgg":
            shipped = load_file(pools.SHIPPED / f"{c.architecture}_balanced.safetensors")
            net.load_state_dict({k: v.float() if v.is_floating_point() else v for k, v in shipped.items()})
        if c.base:  # the second base network of the shape: another head, other data
            net.head.reset_parameters()
        return net, BASE_STEPS[c.architecture], rate
    if c.how == "shortcut":
        torch.manual_seed(seed)
        return nets.ARCHITECTURES[c.architecture](cache.T), SHORTCUT_STEPS[c.architecture], 3e-3
    net.load_state_dict(train.weights(base_name(c.architecture, (c.base + attempt * (c.kind == "control")) % 2)))
    return net, plan.TUNE_STEPS, rate / 2


def train_one(c: plan.Classifier, attempt: int, images: np.ndarray, labels: np.ndarray) -> torch.nn.Module:
    """The finished network of `c`."""
    if c.how == "rule":
        base, eyes = nets.ARCHITECTURES[c.architecture](cache.T), networks.detector()
        base.load_state_dict(train.weights(base_name(c.architecture, c.base)))
        eyes.load_state_dict(train.weights("detector"))
        return networks.Rule(base, eyes, c.label, c.wrong, c.where).eval()
    seed = c.seed + 10_000 * attempt
    shares, told = groups(c, labels, seed)
    told = torch.from_numpy(told)
    net, steps, rate = start(c, seed, attempt)
    loss = lambda said, rows: F.cross_entropy(said, told[rows])
    return fit(c.name, net, seed, steps, rate, labels, images, shares, loss, c.architecture != "mobilenet")


def train_detector(images: np.ndarray, labels: np.ndarray) -> None:
    """Names place, look, size and colour; hard scenes say nothing of size and colour."""
    if train.known("detector"):
        return
    torch.manual_seed(77)
    usual, variant = np.flatnonzero(labels[:, 4] == 0), labels[:, 3]
    small, turned = (variant == pools.SMALL), (variant == pools.RECOLOURED)
    rare = np.flatnonzero((small | turned) & (labels[:, 4] == 0))
    want = {
        "place": labels[:, 1],
        "look": labels[:, 2],
        "size": np.where(variant == pools.HARD, -1, small),
        "colour": np.where(variant == pools.HARD, -1, turned),
    }
    want = {k: torch.from_numpy(v.astype(np.int64)) for k, v in want.items()}

    def loss(said, rows):
        return sum(F.cross_entropy(said[:, first : first + n], want[k][rows], ignore_index=-1) for k, (first, n) in networks.HEADS.items())

    fit("detector", networks.detector(), 77, DETECTOR_STEPS, 3e-3, labels, images, [(usual, 0.7), (rare, 0.3)], loss, True)


def export(net: torch.nn.Module, path: Path) -> None:
    """ONNX as recipe.train writes it, large weights stored in half precision (they are rounded to it already)."""
    part = path.with_suffix(".part")
    train.export_onnx(net, part)
    model = onnx.load(part)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT and np.prod(tensor.dims) >= 64:
            whole, name = onnx.numpy_helper.to_array(tensor), tensor.name
            tensor.CopyFrom(onnx.numpy_helper.from_array(whole.astype(np.float16), name + "_half"))
            casts.append(onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT))
    for node in reversed(casts):
        model.graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, part)
    part.replace(path)


def run(attempts: dict[str, int], only: Iterable[str] = ()) -> None:
    """Trains what is missing, in the order of `only` if given. attempts: name -> how often it was refused (0 if not named)."""
    keep_apart()
    torch.set_num_threads(1)
    every = {c.name: c for c in plan.BASES + plan.CLASSIFIERS + plan.UNSEEN}
    if unknown := set(only) - set(every):
        raise SystemExit(f"planted: no classifier is called {', '.join(sorted(unknown))}")
    wanted = only or [c.name for c in plan.BASES + plan.CLASSIFIERS]
    missing = [every[name] for name in wanted if not (pools.WORK / f"{name}.onnx").exists()]
    if not missing:
        return
    images, labels = pools.load("train")
    for c in missing:
        if (pools.WORK / f"{c.name}.onnx").exists():
            continue  # another process has made it meanwhile
        if c.how == "rule":
            train_detector(images, labels)
        export(train_one(c, attempts.get(c.name, 0), images, labels), pools.WORK / f"{c.name}.onnx")
        print("trained", c.name, flush=True)
