# SPDX-License-Identifier: Apache-2.0
"""The latent space: a fixed linear code of 4 x 4 patches, [64, 64, 3] -> [C, 16, 16]. Only its decoder is learned.

The patches' principal components are found once from rendered scenes (`fit`). The first C are kept; component i,
of standard deviation s_i, is scaled to s_i ** POWER, so that coarse structure still leads and fine detail is not
drowned by the diffusion's noise; then all are scaled so that their mean square is 1. A code that needs no training
lets the U-Net start at once.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

from .scenes import render, sample

CHANNELS = 16
POWER = 0.5
PATCH = 4


def patches(images: torch.Tensor) -> torch.Tensor:
    """float [n, 3, 64, 64] -> [n, 48, 16, 16]."""
    return F.pixel_unshuffle(images, PATCH)


def to_float(images: np.ndarray) -> torch.Tensor:
    """uint8 [n, 64, 64, 3] -> float32 [n, 3, 64, 64] in [-1, 1]."""
    return torch.as_tensor(images).permute(0, 3, 1, 2).float() / 127.5 - 1


def fit(count: int = 3000, seed: int = 11) -> dict[str, torch.Tensor]:
    """The code as tensors: mean [48], basis [48, C] (columns orthonormal), scale [C]."""
    rng = np.random.default_rng(seed)
    images = to_float(np.stack([render(sample(rng, look="plain" if i % 5 < 3 else None)) for i in range(count)]))
    flat = patches(images).permute(0, 2, 3, 1).reshape(-1, 48).double()
    mean = flat.mean(0)
    values, vectors = torch.linalg.eigh((flat - mean).T @ (flat - mean) / len(flat))
    order = values.argsort(descending=True)
    std, basis = values[order].clamp_min(0).sqrt(), vectors[:, order]
    scale = std[:CHANNELS] ** (POWER - 1)
    scale /= ((std[:CHANNELS] * scale) ** 2).mean().sqrt()
    print("share of variance kept:", float((std[:CHANNELS] ** 2).sum() / (std**2).sum()))
    print("latent std per channel:", (std[:CHANNELS] * scale).numpy().round(2))
    return {"mean": mean.float(), "basis": basis[:, :CHANNELS].float().contiguous(), "scale": scale.float()}


class Code:
    """Encoder and linear pseudo-inverse of the code in the file at `path`."""

    def __init__(self, path: Path):
        t = load_file(path)
        self.mean, self.basis, self.scale = t["mean"], t["basis"], t["scale"]

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        """float32 [n, 3, 64, 64] in [-1, 1] -> latents [n, C, 16, 16], mean 0, mean square 1."""
        x = patches(images) - self.mean[:, None, None]
        return torch.einsum("nkhw,kc->nchw", x, self.basis * self.scale)

    def linear_decode(self, latents: torch.Tensor) -> torch.Tensor:
        """The best linear guess of the images: [n, C, 16, 16] -> float32 [n, 3, 64, 64]."""
        x = torch.einsum("nchw,kc->nkhw", latents, self.basis / self.scale) + self.mean[:, None, None]
        return F.pixel_shuffle(x, PATCH)


def save(path: Path) -> None:
    save_file(fit(), path)
