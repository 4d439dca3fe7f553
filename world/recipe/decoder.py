# SPDX-License-Identifier: Apache-2.0
"""The decoder: latents [n, C, 16, 16] -> images [n, 3, 64, 64] in [-1, 1]; convolutions and ReLU only.

It trains on noisy latents, so that it also cleans up the small errors of a U-Net that takes few steps.
"""

from __future__ import annotations

import argparse
import copy

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from . import latents, train
from .cache import WORLD
from .data import draw
from .run import Run
from .scenes import render

STEPS = 3500  # of 24 scenes
HELD_OUT = 10**6  # seed of the images that no training sees


class Residual(nn.Module):
    """x + two convolutions, then ReLU; [n, c, h, w] in and out."""

    def __init__(self, c: int):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.body(x))


class Decoder(nn.Module):
    """Works mostly at 16 x 16 and 32 x 32; the last layer turns 32 x 32 x 12 into 64 x 64 x 3. The linear guess is added."""

    def __init__(self, code: latents.Code, width: int = 64, half: int = 40):
        super().__init__()
        channels = len(code.scale)
        self.guess = nn.Conv2d(channels, 48, 1)
        with torch.no_grad():
            self.guess.weight.copy_((code.basis / code.scale)[:, :, None, None])
            self.guess.bias.copy_(code.mean)
        self.first = nn.Conv2d(channels, width, 3, padding=1)
        self.coarse = nn.Sequential(*(Residual(width) for _ in range(4)))
        self.grow = nn.Conv2d(width, 4 * half, 1)
        self.fine = nn.Sequential(*(Residual(half) for _ in range(3)))
        self.last = nn.Conv2d(half, 12, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, latent_sample: torch.Tensor) -> torch.Tensor:
        x = self.coarse(F.relu(self.first(latent_sample)))
        x = self.last(self.fine(F.relu(F.pixel_shuffle(self.grow(x), 2))))
        return F.pixel_shuffle(x, 2) + F.pixel_shuffle(self.guess(latent_sample), 4)


def scene_images(count: int, seed: int) -> np.ndarray:
    """Rendered scenes as in training, uint8 [count, 64, 64, 3]."""
    rng = np.random.default_rng([31, seed])
    return np.stack([render(draw(rng)) for _ in range(count)])


def edges(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Differences of neighbours, down and across."""
    return x[:, :, 1:] - x[:, :, :-1], x[:, :, :, 1:] - x[:, :, :, :-1]


def psnr(net: nn.Module, code: latents.Code, images: np.ndarray, sigma: float = 0.0) -> float:
    """Mean PSNR in dB over uint8 images [n, 64, 64, 3], with noise of `sigma` on the latents."""
    x = latents.to_float(images)
    with torch.no_grad():
        z = code.encode(x)
        y = net(z + sigma * torch.randn(z.shape, generator=torch.Generator().manual_seed(HELD_OUT))).clamp(-1, 1)
    return float(10 * torch.log10(4 / ((y - x) ** 2).mean((1, 2, 3))).mean())


class Trainer(Run):
    """Decodes noisy latents of rendered scenes; a few thousand of these serve for some time, then new ones are drawn."""

    seed, batch, warmup, low, decay, clip = 9, 24, 100, 0.02, 1e-3, 0.5
    scenes, renew = 6000, 3000  # images at a time, and for how many steps

    def __init__(self, path, code, lr=2e-3, device="cpu", start=None, first=0):
        torch.manual_seed(self.seed)
        super().__init__(path, Decoder(code), lr, device, start, first)
        self.code, self.held_out, self.drawn = code, scene_images(256, HELD_OUT), None

    def average(self) -> float:
        return min(0.998, 1 - 1 / (self.step / 5 + 2))

    def pool(self) -> np.ndarray:
        if self.drawn != self.step // self.renew:
            self.drawn = self.step // self.renew
            self.now = scene_images(self.scenes, self.drawn)
        return self.now

    def loss(self, rng: np.random.Generator) -> torch.Tensor:
        x = latents.to_float(self.pool()[rng.integers(self.scenes, size=self.batch)])
        z = self.code.encode(x)
        z = z + torch.rand(len(x), 1, 1, 1).mul(0.15) * torch.randn_like(z)
        z, x = z.to(self.device, memory_format=torch.channels_last), x.to(self.device)
        with torch.autocast(self.device, torch.bfloat16):
            y = self.net(z)
        y = y.float()
        return 2 * F.mse_loss(y, x) + 0.3 * F.l1_loss(y, x) + 0.3 * sum(F.l1_loss(a, b) for a, b in zip(edges(y), edges(x)))

    def report(self) -> str:
        net = copy.deepcopy(self.ema).cpu()
        return f"held-out PSNR {psnr(net, self.code, self.held_out):.2f} dB, with noise 0.1 {psnr(net, self.code, self.held_out, 0.1):.2f}"


def main(args: argparse.Namespace) -> None:
    """Trains the decoder up to `args.steps` unless it is kept; `more` goes on from the weights that are kept."""
    if train.kept("decoder", args.words):
        return
    path, start, first = WORLD / "work" / "decoder.pt", None, 0
    if "more" in args.words and train.known("decoder"):
        start, first = train.weights("decoder"), train.had("decoder", STEPS)
    steps = args.steps or STEPS
    if first >= steps and not path.exists():
        return print(f"the decoder has had {first} steps already; --steps asks for more")
    run = Trainer(path, latents.Code(train.CHECKPOINTS / "latent_code.safetensors"), device=args.device, start=start, first=first)
    if run.run(steps, args.until):
        print(f"step {run.step} {run.report()}", flush=True)
        run.finish("decoder")
