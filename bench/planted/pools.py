# SPDX-License-Identifier: Apache-2.0
"""Rendered scenes for training and for truth, kept under world/work/planted/pools. No image of the generator is among them.

Training images are rendered sharp; most are then bent, and passed through the shipped decoder on noisy latents or softened like it.
So the networks are used to blur and to wrong shapes, and what they get wrong is what was planted. Truth is never softened.

labels: int16 [n, 5]: thing, place, look by index, variant (VARIANTS), 1 if it is extra (only shortcuts train on it).
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

from recipe import augment, cache, latents, scenes
from recipe.decoder import Decoder

WORK = cache.WORLD / "work" / "planted"
SHIPPED = cache.WORLD / "checkpoints"
VARIANTS = ["standard", "hard", "small", "recoloured"]
VIEWS = {"small": "distant", "recoloured": "odd colours"}  # what scenes.py calls them
STANDARD, HARD, SMALL, RECOLOURED = range(4)
# 400 hard scenes of each pair that shortcuts were tried with; to fish in the water no network took
PAIRS, EXTRA = [("bee", "flower"), ("cow", "grass"), ("cat", "night"), ("fish", "water")], 400
# role: seed, scenes of each (thing, place, look) by variant
ROLES = {"train": (701, (24, 12, 8, 8)), "truth": (702, (20, 0, 8, 8))}


def rows(role: str) -> list[tuple[int, int, int, int, int]]:
    """(thing, place, look, variant, extra) of every scene."""
    _, each = ROLES[role]
    cells = list(itertools.product(range(cache.T), range(cache.P), range(cache.L)))
    found = [(*cell, variant, 0) for variant, n in enumerate(each) for cell in cells for _ in range(n)]
    if role == "train":
        for thing, place in PAIRS:
            found += [(scenes.THINGS.index(thing), scenes.PLACES.index(place), i % cache.L, HARD, 1) for i in range(EXTRA)]
    return found


def render(row: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """One scene of a variant. Small ones are as large as hard ones but sharp; recoloured ones have their hue turned far."""
    thing, place, look, variant, _ = row
    scene = scenes.sample(rng, scenes.THINGS[thing], scenes.PLACES[place], scenes.LOOKS[look], hard=variant == HARD)
    return scenes.render(scenes.seen(scene, VIEWS.get(VARIANTS[variant]), rng))


def bend(x: torch.Tensor, g: torch.Generator, most: float = 2.5) -> torch.Tensor:
    """Pulls each image out of shape, smoothly, by up to about `most` pixels. float [n, 3, 64, 64]."""
    n = len(x)
    pull = F.interpolate(torch.randn(n, 2, 5, 5, generator=g), size=64, mode="bicubic", align_corners=True)
    pull = pull * torch.rand(n, 1, 1, 1, generator=g) * most / 32
    grid = F.affine_grid(torch.eye(2, 3).repeat(n, 1, 1), x.shape, align_corners=False) + pull.permute(0, 2, 3, 1)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


class Softener:
    """Bends half of the images; passes 45 % through the decoder on latents with noise, softens 25 % like it."""

    def __init__(self):
        self.code = latents.Code(SHIPPED / "latent_code.safetensors")
        self.net = Decoder(self.code)
        self.net.load_state_dict({k: v.float() for k, v in load_file(SHIPPED / "decoder.safetensors").items()})
        self.net.eval().to(memory_format=torch.channels_last)

    @torch.no_grad()
    def __call__(self, images: np.ndarray, g: torch.Generator) -> np.ndarray:
        x = latents.to_float(images)
        x = torch.where((torch.rand(len(x), generator=g) < 0.5)[:, None, None, None], bend(x, g), x)
        a, b = round(len(x) * 0.45), round(len(x) * 0.7)
        z = self.code.encode(x[:a])
        z = z + torch.rand(len(z), 1, 1, 1, generator=g) * 0.4 * torch.randn(z.shape, generator=g)
        with torch.autocast("cpu", torch.bfloat16):
            y = self.net(z.contiguous(memory_format=torch.channels_last))
        x = torch.cat([y.float().clamp(-1, 1), augment.decoder_like(x[a:b], g), x[b:]])
        return ((x + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()


def load(role: str) -> tuple[np.ndarray, np.ndarray]:
    """(images uint8 [n, 64, 64, 3], labels int16 [n, 5]); made where missing or of another plan, which takes some minutes."""
    folder = WORK / "pools"
    folder.mkdir(parents=True, exist_ok=True)
    done, path = folder / f"{role}.labels.npy", folder / f"{role}.npy"
    seed, found = ROLES[role][0], rows(role)
    if not cache.planned(done, found):
        done.unlink(missing_ok=True)
        out = np.stack([render(row, np.random.default_rng([seed, i])) for i, row in enumerate(found)])
        print(role, "rendered", out.shape, flush=True)
        if role == "train":
            soften, g = Softener(), torch.Generator().manual_seed(seed)
            order = np.random.default_rng(seed).permutation(len(out))
            for some in np.array_split(order, len(out) // 64):
                out[some] = soften(out[some], g)
            print(role, "softened", flush=True)
        np.save(path, out)
        np.save(done, np.array(found, np.int16))
    return np.load(path), np.load(done)
