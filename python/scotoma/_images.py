# SPDX-License-Identifier: Apache-2.0
"""Images between scotoma and others' libraries, and the checks of arguments that all adaptors share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import PIL.Image

Images = NDArray[np.uint8]  # [n, height, width, 3], RGB, rows from the top


def check_images(role: str, images: object) -> Images:
    """`images` if they are what roles are given; ValueError otherwise, which says what they are."""
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3:
        given = f"{images.dtype} {list(images.shape)}" if isinstance(images, np.ndarray) else type(images).__name__
        raise ValueError(f"{role}: images: expected a uint8 array [n, height, width, 3], RGB; this is {given}")
    return images


def as_pil(images: Images) -> list[PIL.Image.Image]:
    """Each of them as Pillow's, mode RGB."""
    from PIL import Image

    return [Image.fromarray(np.ascontiguousarray(image)) for image in images]


def chunks(count: int, size: int) -> Iterator[slice]:
    """0..count in slices of at most `size`."""
    for begin in range(0, count, size):
        yield slice(begin, min(begin + size, count))


def check_batch(role: str, batch: object) -> int:
    if isinstance(batch, bool) or not isinstance(batch, int) or batch < 1:
        raise ValueError(f"{role}: batch: expected a whole number from 1 on, this is {batch!r}")
    return batch


def check_names(role: str, argument: str, names: object) -> tuple[str, ...]:
    """A sequence of one or more texts, none of them empty, as a tuple."""
    if isinstance(names, str) or not isinstance(names, Sequence) or not names:
        raise ValueError(f"{role}: {argument}: expected a list of one or more names, this is {names!r}")
    for at, name in enumerate(names):
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"{role}: {argument}: name {at} is {name!r}, expected a text that is not empty")
    return tuple(names)


def check_choice(role: str, argument: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        raise ValueError(f"{role}: {argument}: expected one of {', '.join(choices)}; this is {value!r}")
