"""The decoder: latents [n, C, 16, 16] -> pictures [n, 3, 64, 64] in [-1, 1]; convolutions and ReLU only.

It trains on noisy latents, so that it also cleans up the small errors of a U-Net that takes few steps.
"""

from __future__ import annotations

import copy
import math
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from . import latents
from .data import draw
from .scenes import render


class Residual(nn.Module):
    """x + three convolutions, then ReLU; [n, c, h, w] in and out."""

    def __init__(self, c):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.ReLU(), nn.Conv2d(c, c, 3, padding=1))

    def forward(self, x):
        return F.relu(x + self.body(x))


class Decoder(nn.Module):
    """Works mostly at 16 x 16 and 32 x 32; the last layer turns 32 x 32 x 12 into 64 x 64 x 3. The linear guess is added."""

    def __init__(self, code, width=64, half=40):
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

    def forward(self, latent_sample):
        x = self.coarse(F.relu(self.first(latent_sample)))
        x = self.last(self.fine(F.relu(F.pixel_shuffle(self.grow(x), 2))))
        return F.pixel_shuffle(x, 2) + F.pixel_shuffle(self.guess(latent_sample), 4)


def pictures(count, seed):
    """Rendered training scenes, uint8 [count, 64, 64, 3]."""
    rng = np.random.default_rng([31, seed])
    return np.stack([render(draw(rng)) for _ in range(count)])


def edges(x):
    """Differences of neighbours, down and across."""
    return x[:, :, 1:] - x[:, :, :-1], x[:, :, :, 1:] - x[:, :, :, :-1]


def psnr(net, code, images, sigma=0.0):
    """Mean PSNR in dB over uint8 pictures [n, 64, 64, 3], with noise of `sigma` on the latents."""
    x = latents.to_float(images)
    with torch.no_grad():
        z = code.encode(x)
        y = net(z + sigma * torch.randn_like(z)).clamp(-1, 1)
    return float(10 * torch.log10(4 / ((y - x) ** 2).mean((1, 2, 3))).mean())


def train(path, code_path, checkpoint, until, device="cpu", batch=24, lr=2e-3, seed=9):
    """Trains until the time `until` (cosine over wall-clock time), resumable from `checkpoint`; writes weights to `path`."""
    torch.manual_seed(seed)
    code = latents.Code(code_path)
    net = Decoder(code).to(device, memory_format=torch.channels_last)
    ema = copy.deepcopy(net).requires_grad_(False)
    optimizer = torch.optim.AdamW(net.parameters(), lr, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)
    spent, step = 0.0, 0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=device)
        net.load_state_dict(state["net"])
        ema.load_state_dict(state["ema"])
        optimizer.load_state_dict(state["optimizer"])
        spent, step = state["spent"], state["step"]
    pool, held_out = pictures(6000, seed + step), pictures(256, 10**6)
    rng, begin, last = np.random.default_rng([seed, step]), time.time(), time.time()
    while (now := time.time()) < until:
        share = (spent + now - begin) / (spent + until - begin)
        for group in optimizer.param_groups:
            group["lr"] = lr * min(1, (step + 1) / 100) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))
        x = latents.to_float(pool[rng.integers(len(pool), size=batch)])
        z = code.encode(x)
        z = z + torch.rand(batch, 1, 1, 1).mul(0.15) * torch.randn_like(z)
        z, x = z.to(device, memory_format=torch.channels_last), x.to(device)
        with torch.autocast(device, torch.bfloat16):
            y = net(z)
        y = y.float()
        loss = 2 * F.mse_loss(y, x) + 0.3 * F.l1_loss(y, x) + 0.3 * sum(F.l1_loss(a, b) for a, b in zip(edges(y), edges(x)))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(ema.parameters()), list(net.parameters()), 1 - min(0.998, 1 - 1 / (step / 5 + 2)))
        if time.time() - last > 60 or time.time() >= until:
            last = time.time()
            ema.cpu()
            print(f"{time.strftime('%H:%M:%S')} decoder step {step} loss {loss.item():.4f} held-out PSNR {psnr(ema, code, held_out):.2f} dB, "
                  f"with noise 0.1 {psnr(ema, code, held_out, 0.1):.2f}", flush=True)
            save_file({k: v.half().contiguous() for k, v in ema.state_dict().items()}, path)
            torch.save(dict(net=net.state_dict(), ema=ema.state_dict(), optimizer=optimizer.state_dict(), step=step,
                            spent=spent + time.time() - begin), checkpoint)
            ema.to(device)
