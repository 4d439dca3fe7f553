# SPDX-License-Identifier: Apache-2.0
"""A world in which a label and a phrase decide whether an image fails: roles of a few lines, for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scotoma

LABELS = ["fly", "bee", "cat", "dog"]
SIDE = 16


class World:
    """Paints a label's number and whether the prompt says "on a flower" into an image; flies on flowers are called bees."""

    fingerprint = "world 1"
    batch = 8

    def __init__(self, fails_on: str = "flower") -> None:
        self.fails_on = fails_on
        self.calls = 0

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
        self.calls += 1
        images = np.zeros((len(prompts), SIDE, SIDE, 3), np.uint8)
        for image, prompt, seed in zip(images, prompts, seeds, strict=True):
            noise = scotoma.noise(seed, (SIDE, SIDE))
            flower = self.fails_on in prompt or ("a photo of" in prompt and "on" not in prompt and noise[0, 0] > 0.7)
            image[..., 0] = 40 * next((i + 1 for i, label in enumerate(LABELS) if label in prompt), 0)
            image[..., 1] = 200 if flower else 20
            image[..., 2] = np.clip(128 + 40 * noise, 0, 255)
        return images


class Reader:
    """Classifier, captioner, embedder and judge of that world, by its colours."""

    fingerprint = "reader 1"
    class_names = LABELS
    batch = 16

    def _label(self, image: np.ndarray) -> int:
        return int(np.clip(round(float(image[..., 0].mean()) / 40) - 1, 0, 3))

    def _flower(self, image: np.ndarray) -> bool:
        return bool(image[..., 1].mean() > 100)

    def classify(self, images: np.ndarray) -> np.ndarray:
        rows = np.full((len(images), 4), 0.02, np.float32)
        for row, image in zip(rows, images, strict=True):
            label = self._label(image)
            row[1 if label == 0 and self._flower(image) else label] = 0.94
            row[0] += image[..., 2].mean() * 1e-5
        return rows

    def caption(self, images: np.ndarray) -> list[str]:
        return [f"a {LABELS[self._label(image)]} {'on a flower' if self._flower(image) else 'on the grass'}" for image in images]

    def embed_images(self, images: np.ndarray) -> np.ndarray:
        return np.stack([self._vector(self.caption(image[None])[0]) + 1e-3 * image[0, 0, 2] / 255 for image in images])

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([self._vector(text) for text in texts])

    def _vector(self, text: str) -> np.ndarray:
        vector = np.zeros(64, np.float32)
        for word in text.split():
            vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        return vector

    def judge(self, images: np.ndarray, labels: Sequence[str]) -> np.ndarray:
        return np.array(
            [0.9 - i[..., 2].mean() * 1e-3 if LABELS[self._label(i)] == label else 0.1 for i, label in zip(images, labels, strict=True)],
            np.float32,
        )


def small_study(**changes: Any) -> scotoma.Study:
    """Finds "fly on a flower" in a second or two."""
    reader = Reader()
    roles: dict[str, Any] = {"classifier": reader, "generator": World(), "captioner": reader, "embedder": reader, "judge": reader}
    budget = {"images": 1200, "base": 48, "confirm": 64, "audit": 32, "cross": 8}
    labels = changes.pop("labels", LABELS)
    search = {"attributes": "none"} | changes.pop("search", {})  # what is compared here is not what is searched for
    return scotoma.Study(labels, **(roles | {"budget": budget, "name": "small", "search": search} | changes))


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> scotoma.Results:
    """The small study's results."""
    return small_study().find(out=tmp_path_factory.mktemp("small") / "out")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder for results, not there yet."""
    return tmp_path / "out"
