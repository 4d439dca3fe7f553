# SPDX-License-Identifier: Apache-2.0
"""From what a network gives to probabilities, the same for every library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from scotoma import _images
from scotoma._images import Images

Output = Literal["logits", "probabilities", "sigmoid"]
OUTPUTS: tuple[str, ...] = get_args(Output)
_CLOSE = 1e-3  # how far a row of probabilities, perhaps computed in 16 bits, may be from adding up to 1


def softmax(logits: NDArray[Any]) -> NDArray[np.float32]:
    """Along the last axis."""
    wide = logits.astype(np.float64)
    parts = np.exp(wide - wide.max(axis=-1, keepdims=True))
    out: NDArray[np.float32] = (parts / parts.sum(axis=-1, keepdims=True)).astype(np.float32)
    return out


def sigmoid(logits: NDArray[Any]) -> NDArray[np.float32]:
    out: NDArray[np.float32] = (0.5 * (1 + np.tanh(0.5 * logits.astype(np.float64)))).astype(np.float32)
    return out


def probabilities(role: str, raw: NDArray[Any], output: Output, classes: int) -> NDArray[np.float32]:
    """[n, classes] probabilities of what the model gave, [n, classes].

    logits: softmax. sigmoid: each class by itself (multi-label). probabilities: as they are. ValueError where there is another
    number of classes, and where the values show that `output` says the wrong thing. NaN stays NaN.
    """
    if raw.ndim != 2 or raw.shape[1] != classes:
        raise ValueError(
            f"{role}: the model gives an array of shape {list(raw.shape)} for class_names of {classes} classes: expected [n, {classes}]"
        )
    if not len(raw):
        return np.zeros((0, classes), np.float32)
    in_range = bool(np.all((raw >= 0) & (raw <= 1 + _CLOSE)))
    if output == "sigmoid":
        return sigmoid(raw)
    if output == "logits":
        if classes > 1 and in_range and bool(np.all(np.abs(raw.sum(axis=1, dtype=np.float64) - 1) < _CLOSE)):
            raise ValueError(
                f"{role}: what the model gives adds up to 1 for every image, so these are probabilities: say output='probabilities'"
            )
        return softmax(raw)
    if not in_range and not bool(np.isnan(raw).any()):
        raise ValueError(
            f"{role}: output='probabilities', but the model gives values from {raw.min():.4g} to {raw.max():.4g}: say output='logits', "
            "or 'sigmoid' where several classes may be in an image"
        )
    return raw.astype(np.float32)


def classified(
    role: str, images: Images, raw_of: Callable[[Images], NDArray[Any]], *, batch: int, output: Output, classes: int
) -> NDArray[np.float32]:
    """[n, classes] probabilities of uint8 images [n, height, width, 3], by what the model gives for at most ``batch`` of them at once."""
    images = _images.check_images(role, images)
    out = [np.zeros((0, classes), np.float32)]
    for part in _images.chunks(len(images), batch):
        out.append(probabilities(role, raw_of(images[part]), output, classes))
    return np.concatenate(out)
