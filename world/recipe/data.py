# SPDX-License-Identifier: Apache-2.0
"""Rendered scenes on disk, ready for training: shards of latents and, for the decoder, a few thousand images.

work/latents/NNN.npz: latents float16 [8192, C, 16, 16], labels uint8 [8192, 4] (thing, place, look, view; 16 = nothing)
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch

from . import captions, latents
from .scenes import LOOKS, NOTHING, PLACES, THINGS, VIEWS, Scene, render, sample, seen

WORK = Path(__file__).resolve().parent.parent / "work"
SHARD, SHARDS = 8192, 48
KINDS = THINGS + [NOTHING]


def draw(rng: np.random.Generator) -> Scene:
    """A training scene: every thing in every place equally often, 60 % plain, 4 % without a thing, 64 % close up.

    Nothing is mirrored: a net that is not sure yet which way a thing faces draws both at once.
    """
    thing = NOTHING if rng.random() < 0.04 else None
    look = "plain" if rng.random() < 0.6 else LOOKS[1 + rng.integers(len(LOOKS) - 1)]
    view = VIEWS[rng.choice(len(VIEWS), p=(0.64, 0.18, 0.18))]
    return seen(dataclasses.replace(sample(rng, thing=thing, look=look), flip=False), view, rng)


def write_shard(index: int, code: latents.Code) -> Path:
    """Renders and encodes one shard (about 15 s); one that exists is left alone. index is also the seed. Returns its path."""
    path = WORK / "latents" / f"{index:03d}.npz"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([2024, index])
    scenes = [draw(rng) for _ in range(SHARD)]
    parts = [code.encode(latents.to_float(np.stack([render(s) for s in scenes[i : i + 256]]))).half().numpy() for i in range(0, SHARD, 256)]
    labels = np.array([[KINDS.index(s.thing), PLACES.index(s.place), LOOKS.index(s.look), VIEWS.index(s.view)] for s in scenes], np.uint8)
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        np.savez(file, latents=np.concatenate(parts), labels=labels)
    part.rename(path)
    return path


class Pool:
    """The first `shards` shards in memory, on `device`; those that are not there yet are rendered."""

    def __init__(self, shards: int = SHARDS, device: str = "cpu"):
        code = latents.Code(WORK.parent / "checkpoints" / "latent_code.safetensors")
        parts, labels = [], []
        for index in range(shards):
            with np.load(write_shard(index, code)) as shard:
                parts.append(torch.from_numpy(shard["latents"]))
                labels.append(torch.from_numpy(shard["labels"]).long())
        self.latents, labels = torch.cat(parts).to(device), torch.cat(labels)
        self.kinds = torch.from_numpy(np.ravel_multi_index(labels.T.numpy(), captions.KINDS)).to(device)
        self.channels = self.latents.shape[1]

    def batch(self, size: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Latents float32 [size, C, 16, 16] and the kinds of their scenes [size], drawn by torch's own generator."""
        rows = torch.randint(len(self.latents), (size,), device=self.latents.device)
        return self.latents[rows].float(), self.kinds[rows]
