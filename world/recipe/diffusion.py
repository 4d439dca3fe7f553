# SPDX-License-Identifier: Apache-2.0
"""Training of the U-Net: v-prediction, then the guidance folded into the weights.

Forward process (Ho et al. 2020): x_t = a_t x_0 + s_t e with a_t^2 = prod(1 - beta), s_t^2 = 1 - a_t^2; the target is
v = a_t e - s_t x_0 (Salimans and Ho 2022). Betas are "scaled linear" up to 0.02, so that nothing of the image is
left at the last step. Folding (Meng et al. 2023): the targets are the guided predictions of the finished U-Net.
"""

from __future__ import annotations

import numpy as np
import torch

from .run import Run
from .unet import UNet

BETAS = (0.00085, 0.02)
STEPS = 1000


def alphas() -> tuple[torch.Tensor, torch.Tensor]:
    """a_t and s_t for t = 0..999, float32 [1000] each."""
    betas = torch.linspace(BETAS[0] ** 0.5, BETAS[1] ** 0.5, STEPS, dtype=torch.float64) ** 2
    bar = torch.cumprod(1 - betas, 0)
    return bar.sqrt().float(), (1 - bar).sqrt().float()


def guidance_at(t: torch.Tensor, weight: float) -> torch.Tensor:
    """Guidance per timestep: `weight` where shapes are decided, falling to 1 where only detail is left. [n] -> [n]."""
    return 1 + (weight - 1) * ((t.float() - 60) / 240).clamp(0, 1)


def stratified(count: int, device: str = "cpu") -> torch.Tensor:
    """`count` timesteps, one from each of as many equal parts of 0..999: the loss of a batch varies less. int64 [count]."""
    return ((torch.arange(count, device=device) + torch.rand(count, device=device)) / count * STEPS).long().clamp(max=STEPS - 1)


class Trainer(Run):
    """Base training. bank: text.Bank, pool: data.Pool, both on `device`."""

    seed, batch, bare = 5, 512, 0.1  # bare: share of empty captions

    def __init__(self, path, bank, pool, lr=1.5e-3, device="cpu", start=None, first=0):
        torch.manual_seed(self.seed)
        super().__init__(path, UNet(in_channels=pool.channels), lr, device, start, first)
        self.bank, self.pool = bank, pool
        self.a, self.s = (v.to(device) for v in alphas())

    def average(self) -> float:
        return min(0.9995, 1 - 1 / (self.step / 10 + 2))

    def timesteps(self) -> torch.Tensor:
        return stratified(self.batch, self.device)

    def target(
        self, x0: torch.Tensor, noise: torch.Tensor, xt: torch.Tensor, t: torch.Tensor, text: torch.Tensor, bare: torch.Tensor
    ) -> torch.Tensor:
        a, s = self._at(t)
        return a * noise - s * x0

    def loss(self, rng: np.random.Generator) -> torch.Tensor:
        x0, kinds = self.pool.batch(self.batch)
        bare = torch.rand(self.batch, device=self.device) < self.bare
        text = self.bank.draw(kinds, bare)
        t, noise = self.timesteps(), torch.randn_like(x0)
        a, s = self._at(t)
        xt = (a * x0 + s * noise).to(memory_format=torch.channels_last)
        target = self.target(x0, noise, xt, t, text, bare)
        with torch.autocast(self.device, torch.bfloat16):
            v = self.net(xt, t, text)
        return ((v.float() - target) ** 2).mean()

    def _at(self, t):
        return self.a[t][:, None, None, None], self.s[t][:, None, None, None]


class Folding(Trainer):
    """Guidance of `weight` goes into the weights `base` (a state dict), which are also the start."""

    seed, bare = 6, 0.03

    def __init__(self, path, bank, pool, base, weight, lr=1.5e-3, device="cpu"):
        super().__init__(path, bank, pool, 0.4 * lr, device, start=base)
        self.teacher = UNet(**self.net.config)
        self.teacher.load_state_dict(base)
        self.teacher = self.teacher.to(device, memory_format=torch.channels_last).requires_grad_(False)
        self.weight, self.empty = weight, bank.table[:1].float()

    def average(self) -> float:
        return min(0.998, 1 - 1 / (self.step / 5 + 2))

    def timesteps(self) -> torch.Tensor:
        """Noisy latents, whose shapes are still open, come up more often."""
        return (stratified(self.batch, self.device).float() / STEPS).pow(0.8).mul(STEPS).long()

    @torch.no_grad()
    def target(
        self, x0: torch.Tensor, noise: torch.Tensor, xt: torch.Tensor, t: torch.Tensor, text: torch.Tensor, bare: torch.Tensor
    ) -> torch.Tensor:
        """v_u + w (v_c - v_u), with w by timestep and 1 for the empty text."""
        with torch.autocast(self.device, torch.bfloat16):
            v_c = self.teacher(xt, t, text).float()
            v_u = self.teacher(xt, t, self.empty.expand_as(text)).float()
        w = torch.where(bare, 1.0, guidance_at(t, self.weight))[:, None, None, None]
        return v_u + w * (v_c - v_u)
