# SPDX-License-Identifier: Apache-2.0
"""How a study would scale over 1 to 256 workers, in simulated time, without Ray: the real run, the real choice of who gets which batch
(scotoma._dispatch), and workers whose answers take as long as they are told. One process computes all answers at once; a clock of its own
says when they would be there: SECONDS a question, a tenth more or less. The network takes --latency a message, the driver --driver an
answer, one after the other.

    python bench/ray_simulation.py                # needs the Python package, no Ray
"""

from __future__ import annotations

import argparse
import hashlib
import heapq
import itertools
import json
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

import scotoma
from scotoma import _native
from scotoma._dispatch import Dispatch, Done, Seat

SIDE = 8
PLACES = ["on a flower", "on the grass", "at night", "in the snow", "under water", "on a table"]
# Seconds a question: a text-to-image model of 0.5 s an image, and what looks at its images.
SECONDS = {"generator": 0.5, "classifier": 0.005, "judge": 0.01, "captioner": 0.1, "embedder": 0.02}

PROMPT = 0.0001
"""Seconds until a generator knows whether it reads a prompt to its end."""


def is_about_prompts(batch: _native.Batch) -> bool:
    """Of the generator: whether they are read whole; no image is wanted."""
    _, requests, *_ = batch.__getstate__()
    return batch.role == "generator" and not requests


class World:
    """An image says its label and its place in its colours; label 0 fails on place 0."""

    fingerprint = "world"

    def __init__(self, labels: list[str], batch: int) -> None:
        self.labels = labels
        self.class_names = labels
        self.batch = batch

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
        images = np.empty((len(prompts), SIDE, SIDE, 3), np.uint8)
        for image, prompt, seed in zip(images, prompts, seeds, strict=True):
            label = next((i for i, label in enumerate(self.labels) if label in prompt), 0)
            place = next((i for i, place in enumerate(PLACES) if place in prompt), seed % len(PLACES))
            image[..., 2] = np.frombuffer(hashlib.shake_128(seed.to_bytes(8, "little")).digest(SIDE * SIDE), np.uint8).reshape(SIDE, SIDE)
            image[..., 0], image[..., 1], image[0, 0, 2] = label % 256, place, label // 256
        return images

    def _number(self, image: np.ndarray) -> int:
        return (int(image[0, 0, 0]) + 256 * int(image[0, 0, 2])) % len(self.labels)

    def _label(self, image: np.ndarray) -> str:
        return self.labels[self._number(image)]

    def classify(self, images: np.ndarray) -> np.ndarray:
        labels = np.array([self._number(image) for image in images])
        places = images[:, 0, 0, 1] % len(PLACES)
        rows = np.full((len(images), len(self.labels)), 0.1 / len(self.labels), np.float32)
        rows[np.arange(len(images)), np.where((labels == 0) & (places == 0), 1, labels)] = 0.9
        return rows

    def caption(self, images: np.ndarray) -> list[str]:
        return [f"a {self._label(image)} {PLACES[image[0, 0, 1] % len(PLACES)]}" for image in images]

    def embed_images(self, images: np.ndarray) -> np.ndarray:
        return self.embed_texts(self.caption(images))

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), 64), np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            for word in text.split() or [""]:
                vector[int(hashlib.sha256(word.encode()).hexdigest(), 16) % 64] += 1
        return vectors

    def judge(self, images: np.ndarray, labels: Sequence[str]) -> np.ndarray:
        return np.array([0.9 if self._label(i) == label else 0.1 for i, label in zip(images, labels, strict=True)], np.float32)


class SimulatedCrew:
    """A scotoma._dispatch.Crew in time of its own."""

    def __init__(self, models: _native.Worker, workers: int, latency: float, driver: float) -> None:
        self.record = models.record
        self.seats = [Seat(f"worker {i}", 1) for i in range(workers)]
        self.now = 0.0
        self.busy = 0.0
        self._models = models
        self._latency = latency
        self._driver = driver
        self._free = dict.fromkeys(map(id, self.seats), 0.0)
        self._coming: list[tuple[float, int, Any, float]] = []
        self._keys = itertools.count()
        self._random = random.Random(1)

    def ask(self, seat: Seat, batch: _native.Batch, pngs: list[tuple[str, bytes]]) -> int:
        answers = self._models.answer(batch, [(image, png) for image, png in pngs if self._models.lacks([image])])
        seconds = len(batch) * (PROMPT if is_about_prompts(batch) else SECONDS[batch.role])
        if batch.labels:
            seconds += len(batch) * (SECONDS["classifier"] + SECONDS["judge"])
        seconds *= 0.9 + 0.2 * self._random.random()
        begins = max(self.now + self._latency, self._free[id(seat)])
        self._free[id(seat)] = begins + seconds
        self.busy += seconds
        key = next(self._keys)
        heapq.heappush(self._coming, (begins + seconds + self._latency, key, answers, seconds))
        return key

    def wait(self, seconds: float) -> list[Done]:
        until = self.now + seconds
        if not self._coming or self._coming[0][0] > until:
            self.now = until
            return []
        self.now = max(self.now, self._coming[0][0])
        _, key, answers, took = heapq.heappop(self._coming)
        self.now += self._driver
        return [Done(key, answers, took)]


class Simulated:
    """A scotoma.executor.Executor."""

    def __init__(self, workers: int, latency: float, driver: float) -> None:
        self.workers, self.latency, self.driver = workers, latency, driver
        self.crew: SimulatedCrew

    @contextmanager
    def started(self, study: _native.Study, options: _native.FindOptions) -> Iterator[Dispatch]:
        self.crew = SimulatedCrew(_native.Worker(study, 1), self.workers, self.latency, self.driver)
        yield Dispatch(self.crew, lambda: self.crew.now)


class Stages:
    """Seconds of each stage, and its efficiency: the part of all workers' time in which they were busy."""

    def __init__(self, executor: Simulated) -> None:
        self.executor = executor
        self.marks: list[tuple[str, float, float]] = []

    def hear(self, event: scotoma.Event) -> None:
        if event.kind in ("stage", "finished"):
            crew = self.executor.crew
            self.marks.append((event.fields.get("stage", "end"), crew.now, crew.busy))

    def told(self) -> dict[str, str]:
        told: dict[str, str] = {}
        for (stage, began, busy), (_, ended, busier) in itertools.pairwise(self.marks):
            if ended > began:
                told[stage] = f"{ended - began:.1f} s, {100 * (busier - busy) / (ended - began) / self.executor.workers:.0f} %"
        return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4, 16, 64, 128, 256])
    parser.add_argument("--labels", type=int, default=100)
    parser.add_argument("--images", type=int, default=40000)
    parser.add_argument("--base", type=int, default=48, help="images of each label's base prompt")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--latency", type=float, default=0.002, help="seconds a message")
    parser.add_argument("--driver", type=float, default=0.005, help="seconds of the driver an answer to a batch")
    arguments = parser.parse_args()
    labels = [f"thing{i:04d}" for i in range(arguments.labels)]
    world = World(labels, arguments.batch)
    roles = dict.fromkeys(("classifier", "generator", "captioner", "embedder", "judge"), world)
    study = scotoma.Study(labels, **roles, budget={"images": arguments.images, "base": arguments.base}, name="simulated")
    for workers in arguments.workers:
        began = time.monotonic()
        executor = Simulated(workers, arguments.latency, arguments.driver)
        with tempfile.TemporaryDirectory() as folder:
            stages = Stages(executor)
            result = study.find(out=folder, executor=executor, progress=stages.hear)
            images = sum(1 for _ in result.folder.glob("images/*/*.png"))
        crew = executor.crew
        print(
            json.dumps(
                {
                    "workers": workers,
                    "images": images,
                    "seconds": round(crew.now, 1),
                    "efficiency": round(crew.busy / crew.now / workers, 3),
                    "real_seconds": round(time.monotonic() - began, 1),
                    "stages": stages.told(),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
