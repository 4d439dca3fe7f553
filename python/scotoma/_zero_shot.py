# SPDX-License-Identifier: Apache-2.0
"""Zero-shot classification (Radford et al., arXiv 2103.00020): the label whose text lies nearest to the image."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images, _scores
from scotoma._images import Images

Score = Literal["softmax", "sigmoid"]
PROMPT = "a photo of a {label}"


class ScaledEmbedder(Protocol):
    """An embedder with the scale (and SigLIP's bias) that its training put on similarities."""

    batch: int
    concurrency: int
    description: str

    @property
    def fingerprint(self) -> str | None: ...
    @property
    def scale(self) -> float: ...
    @property
    def bias(self) -> float | None: ...
    def embed_images(self, images: Images) -> NDArray[np.float32]: ...
    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


def _units(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = rows.astype(np.float64)
    out: NDArray[np.float64] = wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-12)
    return out


class ZeroShot:
    """Scores of `labels` in images.

    prompts: one or more with {label}; the text of a label is the mean of their unit vectors.
    score: "softmax" over the labels, or "sigmoid" of each, which only models trained that way (SigLIP) have.
    """

    def __init__(self, role: str, embedder: ScaledEmbedder, labels: Sequence[str], prompts: str | Sequence[str], score: Score) -> None:
        self._role, self._embedder, self._score = role, embedder, score
        self.labels = _images.check_names(role, "labels", labels)
        self._prompts = _images.check_names(role, "prompts", [prompts] if isinstance(prompts, str) else prompts)
        _images.check_choice(role, "score", score, ("softmax", "sigmoid"))
        if score == "softmax" and len(set(self.labels)) < 2:
            raise ValueError(f"{role}: labels: expected two or more: softmax compares them with each other")
        if len(set(self.labels)) < len(self.labels):
            raise ValueError(f"{role}: labels: one stands there twice")
        if score == "sigmoid" and embedder.bias is None:
            raise ValueError(f"{role}: score='sigmoid': the model has no logit bias, so it was not trained that way: say 'softmax'")
        if any("{label}" not in prompt for prompt in self._prompts):
            raise ValueError(f"{role}: prompts: expected {{label}} in each, as in {PROMPT!r}")
        self._lock = threading.Lock()
        self._texts: NDArray[np.float64] | None = None

    def fingerprint(self) -> str | None:
        inner = self._embedder.fingerprint
        return inner and _fingerprint.digest("zero-shot", embedder=inner, labels=self.labels, prompts=self._prompts, score=self._score)

    def _text_rows(self) -> NDArray[np.float64]:
        """[labels, d] unit vectors, computed once."""
        with self._lock:
            if self._texts is None:
                texts = [prompt.replace("{label}", label) for label in self.labels for prompt in self._prompts]
                rows = _units(self._embedder.embed_texts(texts)).reshape(len(self.labels), len(self._prompts), -1)
                self._texts = _units(rows.mean(axis=1).astype(np.float32))
            return self._texts

    def scores(self, images: Images) -> NDArray[np.float32]:
        """[n, labels], in [0, 1]."""
        images = _images.check_images(self._role, images)
        if not len(images):
            return np.zeros((0, len(self.labels)), np.float32)
        logits = self._embedder.scale * (_units(self._embedder.embed_images(images)) @ self._text_rows().T)
        if self._score == "softmax":
            return _scores.softmax(logits)
        return _scores.sigmoid(logits + (self._embedder.bias or 0.0))


class ZeroShotClassifier:
    """The base of the libraries' zero-shot classifiers: class_names are the labels."""

    def __init__(
        self, embedder: ScaledEmbedder, labels: Sequence[str], *, prompts: str | Sequence[str] = PROMPT, score: Score = "softmax"
    ) -> None:
        self._scores = ZeroShot(_role(self), embedder, labels, prompts, score)
        self.class_names = self._scores.labels
        self.batch, self.concurrency = embedder.batch, embedder.concurrency
        self.description = f"zero-shot over {len(self.class_names)} labels: {embedder.description}"

    @property
    def fingerprint(self) -> str | None:
        return self._scores.fingerprint()

    def classify(self, images: Images) -> NDArray[np.float32]:
        """[n, labels] probabilities of uint8 images [n, height, width, 3]."""
        return self._scores.scores(images)


class ZeroShotJudge:
    """The base of the libraries' zero-shot judges: how probable a label is among the labels."""

    def __init__(
        self, embedder: ScaledEmbedder, labels: Sequence[str], *, prompts: str | Sequence[str] = PROMPT, score: Score = "softmax"
    ) -> None:
        self._scores = ZeroShot(_role(self), embedder, labels, prompts, score)
        self.batch, self.concurrency = embedder.batch, embedder.concurrency
        self.description = f"zero-shot judge over {len(self._scores.labels)} labels: {embedder.description}"

    @property
    def fingerprint(self) -> str | None:
        return self._scores.fingerprint()

    def judge(self, images: Images, labels: Sequence[str]) -> NDArray[np.float32]:
        """[n]: how probable labels[i] is in images[i]. ValueError for a label that is not among the judge's."""
        number = {label: at for at, label in enumerate(self._scores.labels)}
        unknown = next((label for label in labels if label not in number), None)
        if unknown is not None:
            raise ValueError(f"{_role(self)}: {unknown!r} is not among its labels: {', '.join(self._scores.labels)}")
        rows = self._scores.scores(images)
        return rows[np.arange(len(rows)), [number[label] for label in labels]]


def _role(thing: object) -> str:
    return f"{type(thing).__module__}.{type(thing).__qualname__}"
