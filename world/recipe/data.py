"""Rendered scenes on disk, ready for training: shards of latents and, for the decoder, a few thousand pictures.

    work/latents/NNN.npz: latents float16 [8192, C, 16, 16], labels uint8 [8192, 3] (thing, place, look; 16 = nothing)
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from . import latents
from .scenes import LOOKS, NOTHING, PLACES, THINGS, Scene, render, sample

WORK = Path(__file__).resolve().parent.parent / "work"
SHARD, SHARDS = 8192, 20
KINDS = THINGS + [NOTHING]


def draw(rng):
    """A training scene: every thing in every place equally often, 60 % plain, 4 % without a thing."""
    thing = NOTHING if rng.random() < 0.04 else None
    look = "plain" if rng.random() < 0.6 else LOOKS[1 + rng.integers(len(LOOKS) - 1)]
    return sample(rng, thing=thing, look=look)


def write_shard(index, code):
    """Renders and encodes one shard (about 15 s); one that exists is left alone. index is also the seed. Returns its path."""
    path = WORK / "latents" / f"{index:03d}.npz"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng([2024, index])
    scenes = [draw(rng) for _ in range(SHARD)]
    parts = [code.encode(latents.to_float(np.stack([render(s) for s in scenes[i:i + 256]]))).half().numpy() for i in range(0, SHARD, 256)]
    labels = np.array([[KINDS.index(s.thing), PLACES.index(s.place), LOOKS.index(s.look)] for s in scenes], np.uint8)
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        np.savez(file, latents=np.concatenate(parts), labels=labels)
    part.rename(path)
    return path


class Pool:
    """The first `shards` shards in memory; those that are not there yet are rendered."""

    def __init__(self, shards=SHARDS):
        code = latents.Code(WORK.parent / "checkpoints" / "latent_code.safetensors")
        self.latents, self.labels = [], []
        for index in range(shards):
            with np.load(write_shard(index, code)) as shard:
                self.latents.append(torch.from_numpy(shard["latents"]))
                self.labels.append(shard["labels"])

    def batch(self, rng, size):
        """Latents float32 [size, C, 16, 16] and their scenes (thing, place and look only)."""
        picks = [(s, rng.integers(SHARD)) for s in rng.integers(len(self.latents), size=size)]
        scenes = [Scene(KINDS[t], PLACES[p], LOOKS[l], 0) for t, p, l in (self.labels[s][i] for s, i in picks)]
        return torch.stack([self.latents[s][i] for s, i in picks]).float(), scenes
