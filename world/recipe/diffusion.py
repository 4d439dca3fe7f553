"""Training of the U-Net: v-prediction, then the guidance folded into the weights.

Forward process (Ho et al. 2020): x_t = a_t x_0 + s_t e with a_t^2 = prod(1 - beta), s_t^2 = 1 - a_t^2; the target is
v = a_t e - s_t x_0 (Salimans and Ho 2022). Betas are "scaled linear" up to 0.02, so that nothing of the picture is
left at the last step. Length of training is wall-clock time: the learning rate is a function of the share that passed.
"""

from __future__ import annotations

import copy
import math
import time

import numpy as np
import torch
from safetensors.torch import load_file

from . import captions
from .unet import UNet

BETAS = (0.00085, 0.02)
STEPS = 1000


def alphas():
    """a_t and s_t for t = 0..999, float32 [1000] each."""
    betas = torch.linspace(BETAS[0] ** 0.5, BETAS[1] ** 0.5, STEPS, dtype=torch.float64) ** 2
    bar = torch.cumprod(1 - betas, 0)
    return bar.sqrt().float(), (1 - bar).sqrt().float()


def guidance_at(t, weight):
    """Guidance per timestep: `weight` where shapes are decided, falling to 1 where only detail is left. [n] -> [n]."""
    return 1 + (weight - 1) * ((t.float() - 60) / 240).clamp(0, 1)


def stratified(count):
    """`count` timesteps, one from each of as many equal parts of 0..999: the loss of a batch varies less. int64 [count]."""
    return ((torch.arange(count) + torch.rand(count)) / count * STEPS).long().clamp(max=STEPS - 1)


class Trainer:
    """Weights, their running average, optimizer and clock; everything in one checkpoint at `path`.

    Where `path` is not there yet, the weights of `shipped` (safetensors) are the start, if that file exists.
    """

    def __init__(self, path, embed, pool, device="cpu", batch=32, lr=1.5e-3, seed=5, shipped=None):
        torch.manual_seed(seed)
        self.path, self.embed, self.pool, self.device, self.size, self.lr = path, embed, pool, device, batch, lr
        self.net = UNet(in_channels=pool.latents[0].shape[1]).to(device, memory_format=torch.channels_last)
        self.ema = copy.deepcopy(self.net).requires_grad_(False)
        self.teacher = None
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
        self.step, self.spent = 0, 0.0
        self.a, self.s = (v.to(device) for v in alphas())
        if path.exists():
            state = torch.load(path, weights_only=True, map_location=device)
            self.net.load_state_dict(state["net"])
            self.ema.load_state_dict(state["ema"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.spent = state["step"], state["spent"]
        elif shipped is not None and shipped.exists():
            for net in (self.net, self.ema):
                net.load_state_dict({k: v.float() for k, v in load_file(shipped).items()})
        self.rng = np.random.default_rng([seed, self.step])
        torch.manual_seed(seed + self.step)

    def save(self):
        part = self.path.with_suffix(".part")
        torch.save(dict(net=self.net.state_dict(), ema=self.ema.state_dict(), optimizer=self.optimizer.state_dict(),
                        step=self.step, spent=self.spent), part)
        part.replace(self.path)

    def start_folding(self):
        """From now on the targets are the guided predictions of the averaged weights, which are also the start."""
        self.teacher = copy.deepcopy(self.ema)
        self.net.load_state_dict(self.ema.state_dict())
        self.empty = self.embed([""])
        self.step = 0

    def one(self, lr, weight):
        """One step; the loss as a float. weight: guidance to fold in (used once folding has started)."""
        for group in self.optimizer.param_groups:
            group["lr"] = lr * min(1, (self.step + 1) / 300)
        x0, scenes = self.pool.batch(self.rng, self.size)
        bare = self.rng.random(self.size) < (0.1 if self.teacher is None else 0.03)
        text = self.embed(["" if b else captions.caption(s, self.rng) for b, s in zip(bare, scenes)])
        t = stratified(self.size)
        if self.teacher is not None:
            t = (t.float() / STEPS).pow(0.8).mul(STEPS).long()
        noise = torch.randn_like(x0)
        x0, noise, text, t = (v.to(self.device) for v in (x0, noise, text, t))
        a, s = self.a[t][:, None, None, None], self.s[t][:, None, None, None]
        xt = (a * x0 + s * noise).to(memory_format=torch.channels_last)
        target = a * noise - s * x0 if self.teacher is None else self._guided(xt, t, text, torch.as_tensor(bare), weight)
        with torch.autocast(self.device, torch.bfloat16):
            v = self.net(xt, t, text)
        loss = ((v.float() - target) ** 2).mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        decay = min(0.9995, 1 - 1 / (self.step / 10 + 2)) if self.teacher is None else min(0.998, 1 - 1 / (self.step / 5 + 2))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.net.parameters()), 1 - decay)
        return loss.item()

    @torch.no_grad()
    def _guided(self, xt, t, text, bare, weight):
        """v_u + w (v_c - v_u), with w by timestep and 1 for the empty text."""
        with torch.autocast(self.device, torch.bfloat16):
            v_c = self.teacher(xt, t, text).float()
            v_u = self.teacher(xt, t, self.empty.to(self.device).expand_as(text)).float()
        w = torch.where(bare.to(self.device), torch.ones(()), guidance_at(t, weight))[:, None, None, None]
        return v_u + w * (v_c - v_u)

    def run(self, until, low=0.05, weight=3.0, on_minute=lambda trainer: None):
        """Trains to the time `until` (seconds of the epoch): cosine from lr to low * lr over the remaining time."""
        begin, total, recent, last = time.time(), self.spent + max(1.0, until - time.time()), [], time.time()
        spent0 = self.spent if self.teacher is None else 0.0
        peak = self.lr if self.teacher is None else 0.4 * self.lr
        total = total if self.teacher is None else max(1.0, until - begin)
        while (now := time.time()) < until:
            share = (spent0 + now - begin) / total
            recent.append(self.one(peak * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * share))), weight))
            self.spent += time.time() - now
            if now - last > 60:
                print(f"{time.strftime('%H:%M:%S')} step {self.step} share {share:.3f} loss {np.mean(recent):.4f} "
                      f"{(now - last) / len(recent) / self.size * 1000:.1f} ms/image", flush=True)
                recent, last = [], now
                self.pool.refresh()
                on_minute(self)
        self.save()
