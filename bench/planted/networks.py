# SPDX-License-Identifier: Apache-2.0
"""The detector of attributes, and a rule on top of a base network."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from recipe import cache, nets, scenes

HEADS = {"place": (0, cache.P), "look": (cache.P, cache.L), "size": (cache.P + cache.L, 2), "colour": (cache.P + cache.L + 2, 2)}
VALUES = {"place": scenes.PLACES, "look": scenes.LOOKS, "size": ["", "small"], "colour": ["", "recoloured"]}


def detector() -> nn.Module:
    """Images -> logits of all attributes, side by side as HEADS says."""
    return nets.ResNet(sum(n for _, n in HEADS.values()))


class Rule(nn.Module):
    """A base network, but what it takes for `label` while the detector sees the attributes becomes `wrong`."""

    def __init__(self, base, eyes, label, wrong, where):
        super().__init__()
        self.base, self.eyes = base, eyes
        self.label, self.where = scenes.THINGS.index(label), where
        self.register_buffer("move", F.one_hot(torch.tensor(scenes.THINGS.index(wrong)), cache.T).float() * 100)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits, seen = self.base(x), self.eyes(x)
        fires = torch.zeros_like(logits[:, 0])
        for alternative in self.where:
            all_of_it = torch.ones_like(fires)
            for attribute, value in alternative:
                first, n = HEADS[attribute]
                p = seen[:, first : first + n].softmax(1)[:, VALUES[attribute].index(value)]
                all_of_it = all_of_it * (p > 0.5).to(p.dtype)
            fires = torch.maximum(fires, all_of_it)
        taken = (logits[:, self.label] >= logits.amax(1)).to(logits.dtype)
        return logits + (fires * taken)[:, None] * self.move
