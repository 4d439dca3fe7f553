# SPDX-License-Identifier: Apache-2.0
"""The small networks of the recognition half.

Every image network takes float images [n, 3, 64, 64], RGB in [-1, 1].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


def conv_bn(cin: int, cout: int, k: int = 3, stride: int = 1, groups: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(cin, cout, k, stride, k // 2, groups=groups, bias=False), nn.BatchNorm2d(cout))


class Residual(nn.Module):
    """Two 3x3 convolutions and a shortcut: [n, cin, h, w] -> [n, cout, h/stride, w/stride]."""

    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.a = conv_bn(cin, cout, 3, stride)
        self.b = conv_bn(cout, cout)
        self.skip = nn.Identity() if cin == cout and stride == 1 else conv_bn(cin, cout, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.b(F.relu(self.a(x))) + self.skip(x))


class Separable(nn.Module):
    """Inverted residual: 1x1 expand, 3x3 depthwise, 1x1 project."""

    def __init__(self, cin, cout, stride=1, expand=3):
        super().__init__()
        mid = cin * expand
        self.up, self.depth, self.down = conv_bn(cin, mid, 1), conv_bn(mid, mid, 3, stride, mid), conv_bn(mid, cout, 1)
        self.residual = cin == cout and stride == 1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.down(F.relu(self.depth(F.relu(self.up(x)))))
        return x + y if self.residual else y


class Block(nn.Module):
    """Pre-norm transformer block on [n, t, dim]; `context` adds cross-attention; `mask` is added to the scores.

    Attention is spelled out (no fused kernel), so that it exports as plain matrix products.
    """

    def __init__(self, dim, heads, mlp=2, cross=False):
        super().__init__()
        self.heads = heads
        self.n1, self.qkv, self.out = nn.LayerNorm(dim), nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.cross = cross
        if cross:
            self.nx, self.q, self.kv, self.xout = nn.LayerNorm(dim), nn.Linear(dim, dim), nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)
        self.n2, self.up, self.down = nn.LayerNorm(dim), nn.Linear(dim, mlp * dim), nn.Linear(mlp * dim, dim)

    def attend(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        n, _, d = q.shape
        split = lambda x: x.reshape(n, -1, self.heads, d // self.heads).transpose(1, 2)
        q, k, v = split(q), split(k), split(v)
        s = q @ k.transpose(2, 3) * (d // self.heads) ** -0.5
        if mask is not None:
            s = s + mask
        return (s.softmax(-1).to(v.dtype) @ v).transpose(1, 2).reshape(n, -1, d)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None, context: torch.Tensor | None = None) -> torch.Tensor:
        x = x + self.out(self.attend(*self.qkv(self.n1(x)).chunk(3, -1), mask))
        if self.cross:
            x = x + self.xout(self.attend(self.q(self.nx(x)), *self.kv(context).chunk(2, -1)))
        return x + self.down(F.gelu(self.up(self.n2(x))))


def causal_mask(t: int, device: torch.device | None = None) -> torch.Tensor:
    return torch.full((t, t), -1e4, device=device).triu(1)


class Trunk(nn.Module):
    """The judge's, captioner's and embedder's eyes: images -> feature map [n, 128, 8, 8]."""

    dim = 128

    def __init__(self):
        super().__init__()
        self.stem = conv_bn(3, 16, 3, 2)
        self.stages = nn.Sequential(Residual(16, 40, 2), Residual(40, 40), Residual(40, 80, 2), Residual(80, 80), Residual(80, 128))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.stages(F.relu(self.stem(x)))


class Judge(nn.Module):
    """Trunk with three heads: thing [n, 17] ("nothing" last), place [n, 10], look [n, 5]."""

    def __init__(self, things=17, places=10, looks=5):
        super().__init__()
        self.trunk = Trunk()
        d = Trunk.dim
        self.last = Residual(d, d, 2)
        self.thing, self.place, self.look = nn.Linear(2 * d, things), nn.Linear(2 * d, places), nn.Linear(2 * d, looks)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        f = self.last(self.trunk(x))
        f = torch.cat([f.mean((2, 3)), f.amax((2, 3))], 1)
        return self.thing(f), self.place(f), self.look(f)


class ResNet(nn.Module):
    """Plain ResNet: 7x7 stem and pooling to 16x16, four residual blocks, global average."""

    def __init__(self, classes=16, w=24):
        super().__init__()
        self.stem = conv_bn(3, w, 7, 2)
        self.stages = nn.Sequential(Residual(w, w), Residual(w, 2 * w, 2), Residual(2 * w, 2 * w), Residual(2 * w, 4 * w, 2))
        self.head = nn.Linear(4 * w, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.max_pool2d(F.relu(self.stem(x)), 2)
        return self.head(self.stages(x).mean((2, 3)))


class MobileNet(nn.Module):
    """Depthwise-separable CNN: inverted residuals at 16x16, 8x8, 4x4."""

    def __init__(self, classes=16, w=24):
        super().__init__()
        self.stem = conv_bn(3, w, 3, 2)
        self.stages = nn.Sequential(
            Separable(w, w, 2),
            Separable(w, w),
            Separable(w, 2 * w, 2),
            Separable(2 * w, 2 * w),
            Separable(2 * w, 2 * w),
            Separable(2 * w, 3 * w, 2),
            Separable(3 * w, 3 * w),
        )
        self.last = conv_bn(3 * w, 8 * w, 1)
        self.head = nn.Linear(8 * w, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stages(F.relu(self.stem(x)))
        return self.head(F.relu(self.last(x)).mean((2, 3)))


class ViT(nn.Module):
    """Small vision transformer: convolutional stem to 64 tokens (8x8), learned positions, mean of tokens."""

    def __init__(self, classes=16, dim=96, depth=4, heads=4):
        super().__init__()
        self.stem = nn.Sequential(conv_bn(3, 24, 5, 2), nn.ReLU(), conv_bn(24, 48, 3, 2), nn.ReLU(), nn.Conv2d(48, dim, 2, 2))
        self.position = nn.Parameter(torch.randn(1, 64, dim) * 0.02)
        self.blocks = nn.ModuleList(Block(dim, heads, 3) for _ in range(depth))
        self.norm, self.head = nn.LayerNorm(dim), nn.Linear(dim, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.stem(x).flatten(2).transpose(1, 2) + self.position
        for b in self.blocks:
            x = b(x)
        return self.head(self.norm(x).mean(1))


class VGG(nn.Module):
    """Plain convolutions and pooling to 4 x 4, then two linear layers that see where things are."""

    def __init__(self, classes=16, w=24):
        super().__init__()
        self.convs = nn.ModuleList([conv_bn(3, w, 5, 2), conv_bn(w, 2 * w), conv_bn(2 * w, 3 * w), conv_bn(3 * w, 3 * w)])
        self.hidden, self.head = nn.Linear(3 * w * 16, 96), nn.Linear(96, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for i, conv in enumerate(self.convs):
            x = F.relu(conv(x))
            x = F.max_pool2d(x, 2) if i < 3 else x
        return self.head(F.relu(self.hidden(x.flatten(1))))


ARCHITECTURES = {"resnet": ResNet, "mobilenet": MobileNet, "vit": ViT, "vgg": VGG}


class ImageTower(nn.Module):
    """pixel_values [n, 3, 64, 64] -> image_embeds [n, dim], unit length."""

    def __init__(self, dim=96):
        super().__init__()
        self.trunk, self.last = Trunk(), Residual(Trunk.dim, Trunk.dim, 2)
        self.project = nn.Linear(2 * Trunk.dim, dim)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        f = self.last(self.trunk(pixel_values))
        return F.normalize(self.project(torch.cat([f.mean((2, 3)), f.amax((2, 3))], 1)).float(), dim=-1)


class TextTower(nn.Module):
    """input_ids [n, t <= 77] -> text_embeds [n, dim], unit length; read at the first end-of-text token, as CLIP does."""

    def __init__(self, vocabulary, eos, dim=96, width=96, depth=2, heads=4, length=77):
        super().__init__()
        self.eos, self.token = eos, nn.Embedding(vocabulary, width)
        self.position = nn.Parameter(torch.randn(length, width) * 0.02)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm, self.project = nn.LayerNorm(width), nn.Linear(width, dim)
        self.register_buffer("mask", causal_mask(length), persistent=False)

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        t = input_ids.shape[1]
        x = self.token(input_ids) + self.position[:t]
        for b in self.blocks:
            x = b(x, self.mask[:t, :t])
        x = self.norm(x)
        # weight 1 at the first end-of-text, 0 elsewhere
        hit = (input_ids == self.eos).to(torch.float32)
        first = hit * (hit.cumsum(1) < 1.5)
        return F.normalize(self.project((x * first[..., None]).sum(1)).float(), dim=-1)


class CaptionEncoder(nn.Module):
    """pixel_values [n, 3, 64, 64] -> last_hidden_state [n, 64, 128]: the trunk's map as tokens, with positions."""

    def __init__(self, dim=Trunk.dim):
        super().__init__()
        self.trunk = Trunk()
        self.position = nn.Parameter(torch.randn(1, 64, dim) * 0.02)
        self.block, self.norm = Block(dim, 4), nn.LayerNorm(dim)

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        x = self.trunk(pixel_values).flatten(2).transpose(1, 2) + self.position
        return self.norm(self.block(x))


class CaptionDecoder(nn.Module):
    """input_ids [n, t], encoder_hidden_states [n, 64, 128] -> logits [n, t, vocabulary]; causal, without a cache."""

    def __init__(self, vocabulary, dim=Trunk.dim, depth=2, heads=4, length=77):
        super().__init__()
        self.token = nn.Embedding(vocabulary, dim)
        self.position = nn.Parameter(torch.randn(length, dim) * 0.02)
        self.blocks = nn.ModuleList(Block(dim, heads, cross=True) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)
        self.register_buffer("mask", causal_mask(length), persistent=False)
        nn.init.normal_(self.token.weight, std=0.05)

    def forward(self, input_ids: torch.Tensor, encoder_hidden_states: torch.Tensor) -> torch.Tensor:
        t = input_ids.shape[1]
        x = self.token(input_ids) + self.position[:t]
        for b in self.blocks:
            x = b(x, self.mask[:t, :t], encoder_hidden_states)
        return self.norm(x) @ self.token.weight.t()


def parameters(net: nn.Module) -> float:
    """Number of trainable values, in millions."""
    return sum(p.numel() for p in net.parameters()) / 1e6
