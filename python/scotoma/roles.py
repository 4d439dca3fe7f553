# SPDX-License-Identifier: Apache-2.0
"""The five roles of a study as Python sees them. Any object that has these methods will do; none need inherit from here.

Beside its methods a role may have, as plain attributes or properties:

- ``fingerprint: str``: a hash of its weights and of every option that changes its answers. Answers are remembered under it, so that
  a run resumes for free. A role without one is a stranger in every run: its answers serve that run alone, and the results say so.
- ``batch: int``: how many inputs it likes at once; 32 unless it says so.
- ``concurrency: int``: how many calls it takes at once, each from a thread of its own; 1 unless it says so.
- ``description: str``: one line for people; the name of its class unless it says so.

An answer must belong to its input alone: not to the others of its batch, and not to chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Images: TypeAlias = NDArray[np.uint8]
"""[n, height, width, 3]: RGB, rows from the top, contiguous. Those that a role is given are read-only."""


Floats: TypeAlias = NDArray[np.floating[Any]]
"""Of any precision; it is float32 that counts."""


@runtime_checkable
class Generator(Protocol):
    """Text to image."""

    def generate(self, prompts: list[str], seeds: list[int]) -> Images:
        """One image for each prompt and seed (0 .. 2**64 - 1), all of one size. The noise must be a function of the seed alone, so
        that two prompts with one seed make a pair; ``scotoma.noise(seed, shape)`` is what the native generator takes."""
        ...


@runtime_checkable
class Classifier(Protocol):
    """The model under test."""

    @property
    def class_names(self) -> Sequence[str]:
        """In the order of the columns that ``classify`` gives."""
        ...

    def classify(self, images: Images) -> Floats:
        """[n, classes]: a probability for each class, in [0, 1]."""
        ...


@runtime_checkable
class Captioner(Protocol):
    """Image to one English sentence."""

    def caption(self, images: Images) -> Sequence[str]:
        """One a image."""
        ...


@runtime_checkable
class Embedder(Protocol):
    """Images and texts to vectors of one space, in which the cosine says how alike they are."""

    def embed_images(self, images: Images) -> Floats:
        """[n, d], none of them zero. Scotoma scales them to unit length."""
        ...

    def embed_texts(self, texts: list[str]) -> Floats:
        """[n, d], likewise."""
        ...


@runtime_checkable
class Judge(Protocol):
    """Says whether the label's thing really is in the image."""

    def judge(self, images: Images, labels: list[str]) -> Floats:
        """[n]: the probability in [0, 1] that ``labels[i]`` is in ``images[i]``. Valid from ``judge.threshold`` of the study on."""
        ...


Role: TypeAlias = Generator | Classifier | Captioner | Embedder | Judge
