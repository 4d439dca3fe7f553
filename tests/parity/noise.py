# SPDX-License-Identifier: Apache-2.0
"""Scotoma's noise in numpy: Philox4x32-10 (Salmon et al., SC 2011), turned into normal numbers by their quantile."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np


def _blocks(count: int, seed: int, stream: int) -> np.ndarray:
    """[count, 4] words of 32 bits: block i is a function of (seed, stream, i)."""
    low = np.uint64(0xFFFFFFFF)
    shift = np.uint64(32)
    c0 = np.arange(count, dtype=np.uint64)
    c1 = np.zeros(count, np.uint64)
    c2 = np.full(count, stream & 0xFFFFFFFF, np.uint64)
    c3 = np.full(count, stream >> 32, np.uint64)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        a = np.uint64(0xD2511F53) * c0
        b = np.uint64(0xCD9E8D57) * c2
        c0, c1, c2, c3 = (b >> shift) ^ c1 ^ np.uint64(k0), b & low, (a >> shift) ^ c3 ^ np.uint64(k1), a & low
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3], 1)


def normal(seed: int, count: int, stream: int = 0) -> np.ndarray:
    """The first `count` numbers of a seed's noise, f32, as fill_normal() of src/scotoma/core/philox.h gives them."""
    words = _blocks(-(-count // 4), seed, stream).reshape(-1)[:count]
    quantile = NormalDist().inv_cdf
    return np.array([quantile((int(word) + 0.5) / 2**32) for word in words], np.float32)
