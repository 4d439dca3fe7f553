# SPDX-License-Identifier: Apache-2.0
"""A long training that can be stopped and goes on: the U-Net's and the decoder's.

The learning rate and every random number are functions of the step, so a run that was stopped goes on as it would
have, and the seeds in the code say what comes out. The state of an unfinished run is in work/; checkpoints/ is
written when the run is finished, and only then.
"""

from __future__ import annotations

import copy
import math
import time

import numpy as np
import torch

from . import train


class Run:
    """A network, its running average `ema`, its optimizer and its step.

    path: where the state of an unfinished run lies; what is there is the start. Otherwise the start is `start`
    (weights that have had `first` steps) or, without it, the weights that `net` has.
    """

    seed, batch, warmup, low = 0, 32, 300, 0.05  # low: share of the learning rate that is left at the end
    decay, clip = 0.01, 1.0

    def __init__(self, path, net, lr, device="cpu", start=None, first=0):
        if start is not None:
            net.load_state_dict(start)
        self.path, self.lr, self.device = path, lr, device
        self.net = net.to(device, memory_format=torch.channels_last)
        self.ema = copy.deepcopy(self.net).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(self.net.parameters(), lr, betas=(0.9, 0.99), weight_decay=self.decay, fused=True)
        self.step = self.first = first
        if path.exists():
            self._load(torch.load(path, weights_only=True, map_location=device))

    def loss(self, rng: np.random.Generator) -> torch.Tensor:
        """The loss of one batch. rng: np.random.Generator of this step; torch's own generator is seeded too."""
        raise NotImplementedError

    def average(self) -> float:
        """The share of the old running average that is kept in this step."""
        raise NotImplementedError

    def report(self) -> str:
        """What the minutely line adds."""
        return ""

    def rate(self, steps: int) -> float:
        """The learning rate: a rise over `warmup` steps (the optimizer begins empty), a cosine over all `steps`."""
        share = self.step / steps
        rise = min(1, (self.step - self.first + 1) / self.warmup)
        return self.lr * rise * (self.low + (1 - self.low) * 0.5 * (1 + math.cos(math.pi * share)))

    def one(self, rate: float) -> torch.Tensor:
        """One step; the loss, still on the device: nobody waits for it."""
        torch.manual_seed(self.seed * 1_000_000 + self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        loss = self.loss(np.random.default_rng([self.seed, self.step]))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), self.clip)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(self.ema.parameters()), list(self.net.parameters()), 1 - self.average())
        return loss.detach()

    def run(self, steps: int, until: float | None = None) -> bool:
        """Trains up to step `steps`: True. False if the time `until` (seconds of the epoch) came first: the state is kept."""
        last, recent = time.time(), []
        while self.step < steps:
            if until and time.time() >= until:
                self.save()
                print(f"stopped at step {self.step} of {steps}; the same command goes on", flush=True)
                return False
            recent.append(self.one(self.rate(steps)))
            if time.time() - last > 60:
                each = (time.time() - last) / len(recent)
                loss, now = torch.stack(recent).mean(), time.strftime("%H:%M:%S")
                print(f"{now} step {self.step} of {steps} loss {loss:.4f} {1000 * each:.0f} ms a step {self.report()}", flush=True)
                self.save()
                last, recent = time.time(), []
        return True

    def finish(self, name: str) -> bool:
        """The averaged weights become checkpoints/name; the state in work/ has served. True."""
        train.keep(name, self.ema, self.step)
        self.path.unlink(missing_ok=True)
        return True

    def save(self) -> None:
        self.path.parent.mkdir(exist_ok=True)
        train.save_whole(
            self.path,
            dict(
                net=self.net.state_dict(),
                ema=self.ema.state_dict(),
                optimizer=self.optimizer.state_dict(),
                step=self.step,
                first=self.first,
            ),
        )

    def _load(self, state):
        self.net.load_state_dict(state["net"])
        self.ema.load_state_dict(state["ema"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.first = state["step"], state.get("first", 0)
        print(f"goes on with {self.path.name} from step {self.step}", flush=True)
