# SPDX-License-Identifier: Apache-2.0
"""Arguments, looked at before the native module is given them: its own words speak of C++'s types."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scotoma import _native
from scotoma.errors import InputError

MOST_NUMBERS = 2**40  # of noise: 4 TiB


def whole(name: str, value: Any, low: int, high: int) -> int:
    """A whole number. Raises InputError."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not low <= int(value) <= high:
        raise InputError(f"{name} is {value!r}; it must be a whole number from {low:,} to {high:,}")
    return int(value)


def noise(seed: int, shape: Sequence[int]) -> NDArray[np.float32]:
    """Standard normal noise of a seed (Philox4x32-10), float32 of that shape: what the native generator begins with.

    Raises InputError where the seed is no whole number from 0 to 2**64 - 1, or the shape no sequence of lengths."""
    number = whole("seed", seed, 0, 2**64 - 1)
    if isinstance(shape, str | bytes) or not isinstance(shape, Sequence | np.ndarray):
        raise InputError(f"shape is {shape!r}; it must be a sequence of lengths, such as (4, 64, 64)")
    sides = [whole(f"shape[{at}]", side, 0, 2**31 - 1) for at, side in enumerate(shape)]
    if math.prod(sides) > MOST_NUMBERS:
        raise InputError(f"shape is {shape!r}; these are more numbers than fit into memory")
    return _native.noise(number, sides)
