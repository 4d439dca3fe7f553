# SPDX-License-Identifier: Apache-2.0
"""Draws images with the exported generator, as the program does, and measures them with judges of their own data.

Sampling: DPM-Solver++ 2M as scheduler_config.json says, guidance 1 (it is folded into the U-Net).
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import openvino as ov
import openvino_tokenizers  # noqa: F401  (registers the tokenizer's operations)
import torch
from diffusers import DPMSolverMultistepScheduler

from . import captions
from .scenes import PLACES, THINGS, VIEWS, montage

EACH = 3  # images of every thing in every place


class Generator:
    """An exported folder. Call: texts -> uint8 [n, 64, 64, 3]."""

    def __init__(self, folder, threads=1, precision="f32"):
        core, folder = ov.Core(), Path(folder)
        options = {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": precision}
        part = lambda name: core.compile_model(folder / name / "openvino_model.xml", "CPU", options)
        self.tokenizer = core.compile_model(folder / "tokenizer" / "openvino_tokenizer.xml", "CPU")
        self.encoder, self.unet, self.decoder = part("text_encoder"), part("unet"), part("vae_decoder")
        self.scheduler = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
        self.channels = json.loads((folder / "unet" / "config.json").read_text())["in_channels"]

    def embed(self, texts: list[str]) -> np.ndarray:
        ids = self.tokenizer(list(texts))["input_ids"]
        return self.encoder([ids])[0]

    def __call__(self, texts: list[str], steps: int = 8, seed: int = 0, guidance: float = 1.0, batch: int = 32) -> np.ndarray:
        return np.concatenate([self._batch(texts[i : i + batch], steps, seed + i, guidance) for i in range(0, len(texts), batch)])

    def _batch(self, texts, steps, seed, guidance):
        text = self.embed(texts)
        bare = np.repeat(self.embed([""]), len(texts), 0) if guidance != 1 else None
        scheduler = DPMSolverMultistepScheduler.from_config(self.scheduler)
        scheduler.set_timesteps(steps)
        x = torch.from_numpy(np.random.default_rng(seed).standard_normal((len(texts), self.channels, 16, 16)).astype(np.float32))
        for t in scheduler.timesteps:
            at = np.full(len(texts), int(t), np.int64)
            v = self.unet([x.numpy(), at, text])[0]
            if bare is not None:
                u = self.unet([x.numpy(), at, bare])[0]
                v = u + guidance * (v - u)
            x = scheduler.step(torch.from_numpy(v.copy()), t, x).prev_sample
        images = self.decoder([x.numpy()])[0]
        return ((images.transpose(0, 2, 3, 1) + 1) * 127.5).round().clip(0, 255).astype(np.uint8)


def grid(generator: Generator, path: Path, steps: int, seed: int = 1, **options: float) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """The 16 x 10 sheet of things (columns) and places (rows), written to `path`; the images and their names."""
    pairs = [(t, p) for p in PLACES for t in THINGS]
    images = generator([captions.prompt(t, p) for t, p in pairs], steps, seed, **options)
    montage(images, len(THINGS), scale=1).save(path)
    return images, pairs


def share(generator: Generator, steps: int, each: int = EACH, seed: int = 100, **options: float) -> dict:
    """Shares of things and of places recognised over all thing x place prompts, and those recognised least."""
    from .measure import recognised

    pairs = [(t, p) for p in PLACES for t in THINGS] * each
    images = generator([captions.prompt(t, p) for t, p in pairs], steps, seed, **options)
    return recognised(images, [t for t, _ in pairs], [p for _, p in pairs])


def measure_all(folder: Path, world: Path) -> None:
    """Prints and stores the figures of the card: work/generator.measured.json, cards/generator.png."""
    from .measure import recognised

    result = {}
    generator = Generator(folder)
    for steps in (4, 6, 8):
        r = share(generator, steps)
        worst = sorted(((len(v), *k, v) for k, v in r["missed"].items()), reverse=True)[:10]
        result[steps] = dict(thing=r["thing"], place=r["place"], worst=worst)
        print(steps, "steps: thing", r["thing"], "place", r["place"], worst, flush=True)
    grid(generator, world / "cards" / "generator.png", 8)
    for view in VIEWS[1:]:
        pairs = [(t, p) for p in PLACES for t in THINGS]
        images = generator([captions.prompt(t, p, "plain", view) for t, p in pairs], 6, 9)
        r = recognised(images, [t for t, _ in pairs], [p for _, p in pairs])
        result[view] = dict(thing=r["thing"], place=r["place"])
        print(view, result[view], flush=True)
    bare = [captions.prompt(t) for t in THINGS for _ in range(10)]
    result["no place"] = recognised(generator(bare, 8, 7), [t for t in THINGS for _ in range(10)], [None] * len(bare))["thing"]
    fast = Generator(folder, precision="bf16")
    fast(bare[:32], 8)
    start = time.time()
    fast(bare[:128], 8)
    result["images per second, one core, 8 steps, bf16"] = 128 / (time.time() - start)
    print(result["no place"], result["images per second, one core, 8 steps, bf16"])
    (world / "work" / "generator.measured.json").write_text(json.dumps(result, indent=1))
