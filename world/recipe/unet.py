# SPDX-License-Identifier: Apache-2.0
"""The denoiser: a small text-conditioned U-Net over latents [n, C, 16, 16].

It has the interface of diffusers' UNet2DConditionModel (sample, timestep, encoder_hidden_states -> out_sample). The
text steers it in two ways: pooled into a scale and a shift of every block (FiLM), and by cross-attention at 8 x 8
and 4 x 4. One residual block a level; few normalisations, because on a CPU they cost as much as convolutions.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn


def timestep_embedding(t: torch.Tensor, width: int) -> torch.Tensor:
    """Sinusoids of the timestep (int64 [n], 0..999): float32 [n, width]."""
    half = width // 2
    freqs = torch.exp(-math.log(10000.0) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    phase = t.float()[:, None] * freqs[None]
    return torch.cat([phase.cos(), phase.sin()], 1)


class Block(nn.Module):
    """Residual block: norm, convolution, FiLM, convolution. x [n, c_in, h, w], emb [n, e] -> [n, c_out, h, w]."""

    def __init__(self, c_in, c_out, emb):
        super().__init__()
        self.norm1 = nn.GroupNorm(8, c_in)
        self.conv1 = nn.Conv2d(c_in, c_out, 3, padding=1)
        self.film = nn.Linear(emb, 2 * c_out)
        self.norm2 = nn.GroupNorm(8, c_out, affine=False)
        self.conv2 = nn.Conv2d(c_out, c_out, 3, padding=1)
        self.skip = nn.Conv2d(c_in, c_out, 1) if c_in != c_out else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: torch.Tensor, emb: torch.Tensor) -> torch.Tensor:
        scale, shift = self.film(emb)[:, :, None, None].chunk(2, 1)
        h = self.conv1(F.silu(self.norm1(x)))
        h = F.silu(self.norm2(h) * (1 + scale) + shift)
        return self.skip(x) + self.conv2(h)


class CrossAttention(nn.Module):
    """Every place of the image looks at every place (self) and at the text (cross). x [n, c, h, w], text [n, 77, d]."""

    def __init__(self, channels, text, heads=4):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(8, channels)
        self.qkv = nn.Linear(channels, 3 * channels)
        self.text_kv = nn.Linear(text, 2 * channels)
        self.out = nn.Linear(channels, channels)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        _, _, h, w = x.shape
        tokens = self.norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.qkv(tokens).chunk(3, -1)
        tk, tv = self.text_kv(text).chunk(2, -1)
        k, v = torch.cat([k, tk], 1), torch.cat([v, tv], 1)
        q, k, v = (a.unflatten(-1, (self.heads, -1)).transpose(1, 2) for a in (q, k, v))
        y = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        return x + self.out(y).transpose(1, 2).unflatten(2, (h, w))


class UNet(nn.Module):
    """widths: channels at 16 x 16, 8 x 8 and 4 x 4. text: width of encoder_hidden_states."""

    def __init__(self, in_channels=12, widths=(64, 128, 256), text=128, emb=256):
        super().__init__()
        a, b, c = widths
        self.config = dict(in_channels=in_channels, widths=list(widths), text=text, emb=emb)
        self.time = nn.Sequential(nn.Linear(128, emb), nn.SiLU(), nn.Linear(emb, emb))
        self.pool_query = nn.Parameter(torch.randn(4, text) / math.sqrt(text))
        self.pool_out = nn.Linear(4 * text, emb)
        self.conv_in = nn.Conv2d(in_channels, a, 3, padding=1)
        self.down1, self.to2 = Block(a, a, emb), nn.Conv2d(a, b, 3, stride=2, padding=1)
        self.down2, self.to3 = Block(b, b, emb), nn.Conv2d(b, c, 3, stride=2, padding=1)
        self.mid1, self.mid2, self.mid3 = Block(c, c, emb), Block(c, c, emb), Block(c, c, emb)
        self.mid_attention, self.attention2 = CrossAttention(c, text), CrossAttention(b, text)
        self.from3, self.up2a, self.up2b = nn.Conv2d(c, b, 1), Block(2 * b, b, emb), Block(b, b, emb)
        self.from2, self.up1a, self.up1b = nn.Conv2d(b, a, 1), Block(2 * a, a, emb), Block(a, a, emb)
        self.norm_out, self.conv_out = nn.GroupNorm(8, a), nn.Conv2d(a, in_channels, 3, padding=1)
        nn.init.zeros_(self.conv_out.weight)
        nn.init.zeros_(self.conv_out.bias)

    def pool(self, text: torch.Tensor) -> torch.Tensor:
        """Four learned questions asked of the text: [n, 77, d] -> [n, emb]."""
        weight = (text @ self.pool_query.T).softmax(1)  # [n, 77, 4]
        return self.pool_out((weight.transpose(1, 2) @ text).flatten(1))

    def forward(self, sample: torch.Tensor, timestep: torch.Tensor, encoder_hidden_states: torch.Tensor) -> torch.Tensor:
        text = encoder_hidden_states
        emb = F.silu(self.time(timestep_embedding(timestep, 128)) + self.pool(text))
        h1 = self.down1(self.conv_in(sample), emb)
        h2 = self.down2(self.to2(h1), emb)
        h = self.mid1(self.to3(h2), emb)
        h = self.mid3(self.mid2(self.mid_attention(h, text), emb), emb)
        h = F.interpolate(self.from3(h), scale_factor=2.0, mode="nearest")
        h = self.attention2(self.up2a(torch.cat([h, h2], 1), emb), text)
        h = F.interpolate(self.from2(self.up2b(h, emb)), scale_factor=2.0, mode="nearest")
        h = self.up1b(self.up1a(torch.cat([h, h1], 1), emb), emb)
        return self.conv_out(F.silu(self.norm_out(h)))
