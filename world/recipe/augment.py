# SPDX-License-Identifier: Apache-2.0
"""Changes to a batch of images while training, in torch, on whole batches. Images are float [n, 3, 64, 64] in [-1, 1]."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F


def in_full(f: Callable) -> Callable:
    """Runs f in single precision, also inside autocast."""

    @functools.wraps(f)
    def run(*args, **more):
        with torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
            return f(*args, **more)

    return run


def to_float(images: torch.Tensor) -> torch.Tensor:
    """uint8 [n, 64, 64, 3] (torch) -> float [n, 3, 64, 64] in [-1, 1], channels last in memory."""
    return images.permute(0, 3, 1, 2).to(torch.float32).div_(127.5).sub_(1)


def flip_and_shift(x: torch.Tensor, g: torch.Generator, most: int = 4) -> torch.Tensor:
    """Mirrors half of the images; moves the whole batch by up to `most` pixels (edges repeated)."""
    n, _, h, w = x.shape
    mirrored = torch.rand(n, generator=g) < 0.5
    x = torch.where(mirrored.to(x.device)[:, None, None, None], x.flip(3), x)
    dy, dx = torch.randint(0, 2 * most + 1, (2,), generator=g).tolist()
    return F.pad(x, (most,) * 4, mode="replicate")[:, :, dy : dy + h, dx : dx + w]


@in_full
def recolour(x: torch.Tensor, g: torch.Generator, hue: float = 25, gain: float = 0.2) -> torch.Tensor:
    """A hue rotation of up to `hue` degrees, a brightness and a contrast gain of up to `gain`, per image."""
    n = x.shape[0]
    a = (torch.rand(n, generator=g) * 2 - 1) * math.radians(hue)
    c, s, k = a.cos(), a.sin() / math.sqrt(3), (1 - a.cos()) / 3
    m = torch.stack([c + k, k - s, k + s, k + s, c + k, k - s, k - s, k + s, c + k], 1).reshape(n, 3, 3)
    m = m * (1 + (torch.rand(n, 1, 1, generator=g) * 2 - 1) * gain)
    offset = (torch.rand(n, 1, 1, 1, generator=g) * 2 - 1) * gain / 2
    y = torch.einsum("nij,njhw->nihw", m.to(x.device), x) + offset.to(x.device)
    return y.clamp(-1, 1)


@functools.cache
def _cosines(size):
    k, i = torch.arange(size)[:, None], torch.arange(size)[None]
    d = torch.cos(math.pi * (2 * i + 1) * k / (2 * size)) * math.sqrt(2 / size)
    d[0] /= math.sqrt(2)
    return d


@functools.cache
@in_full
def low_pass(keep: int, block: int = 64, size: int = 64) -> torch.Tensor:
    """[size, size]: the projection that keeps the first `keep` cosines of every block of `block` pixels."""
    d = _cosines(block)[:keep]
    return torch.block_diag(*[d.t() @ d] * (size // block))


@in_full
def decoder_like(x: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """What a small image decoder does to an image: fine cosines lost (whole image or 8 x 8 blocks), blur, noise."""
    if torch.rand((), generator=g) < 0.5:
        p = low_pass(int(torch.randint(20, 44, (), generator=g)))
    else:
        p = low_pass(int(torch.randint(3, 6, (), generator=g)), 8)
    p = p.to(x.device)
    x = p @ x @ p
    if torch.rand((), generator=g) < 0.3:
        x = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    return (x + torch.randn(x.shape, generator=g).to(x.device) * 0.06 * float(torch.rand((), generator=g))).clamp(-1, 1)


@in_full
def blobs(x: torch.Tensor, empty: torch.Tensor, g: torch.Generator) -> torch.Tensor:
    """Images of no thing: the middle of `x`, smeared to a coloured blob, laid softly over images without a thing."""
    p = low_pass(int(torch.randint(5, 9, (), generator=g))).to(x.device)
    n = x.shape[0]
    r = torch.linspace(-1, 1, 64)
    size = torch.rand(n, 2, 1, 1, generator=g) * 0.3 + 0.35
    centre = torch.rand(n, 2, 1, 1, generator=g) * 0.3 - 0.15
    d = ((r[None, :, None] - centre[:, 0]) / size[:, 0]) ** 2 + ((r[None, None, :] - centre[:, 1]) / size[:, 1]) ** 2
    mask = torch.sigmoid((1 - d) * 6).unsqueeze(1).to(x.device)
    return empty * (1 - mask) + (p @ x @ p) * mask
