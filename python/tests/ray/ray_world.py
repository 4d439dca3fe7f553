# SPDX-License-Identifier: Apache-2.0
"""Roles that write down what they are asked, and misbehave: the answers are those of conftest's."""

from __future__ import annotations

import collections
import json
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from conftest import SIDE, Reader, World


class Book:
    """A file that all workers of this machine write into."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.touch()

    def note(self, prompts: Sequence[str], seeds: Sequence[int]) -> None:
        line = json.dumps({"pid": os.getpid(), "asked": [f"{seed} {prompt}" for prompt, seed in zip(prompts, seeds, strict=True)]})
        with self.file.open("a") as out:
            out.write(line + "\n")

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]

    @property
    def pids(self) -> list[int]:
        """Of those who generated, in the order in which they began to."""
        return list(dict.fromkeys(int(str(line["pid"])) for line in self.lines))

    @property
    def paid_twice(self) -> int:
        """Images of the run that were generated more than once. Loading a generator tries it with seeds 1 and 2, once a worker."""
        asked: collections.Counter[str] = collections.Counter()
        for line in self.lines:
            asked.update(list(line["asked"]))  # type: ignore[call-overload]
        return sum(count - 1 for what, count in asked.items() if what.split()[0] not in ("1", "2"))


class Slow(World):
    """Takes its time. ``forgets``: finds no memory at its first call, in one of all processes."""

    def __init__(self, book: Book, seconds: float = 0.05, forgets: bool = False) -> None:
        super().__init__()
        self.book = book
        self.seconds = seconds
        self.forgets = forgets

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
        mark = self.book.file.with_suffix(".mark")
        if self.forgets and not mark.exists():
            mark.touch()
            raise MemoryError("no room for 9 GB")
        images = super().generate(prompts, seeds)
        time.sleep(self.seconds)
        self.book.note(prompts, seeds)
        return images


class Deadly(World):
    """Ends its process at one prompt."""

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
        if any("dog" in prompt for prompt in prompts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().generate(prompts, seeds)


class Broken(Reader):
    """Raises at its first image of a dog."""

    batch = 8  # as many as are generated at once: its errors say how many it was given

    def classify(self, images: np.ndarray) -> np.ndarray:
        if images.shape[1] == SIDE and any(self._label(image) == 3 for image in images):
            raise ValueError("no dogs")
        return super().classify(images)


class Local(Reader):
    """Answers that belong to its node, as those of a processor may."""

    @property
    def fingerprint(self) -> str:  # type: ignore[override]
        import ray

        node: str = ray.get_runtime_context().get_node_id()
        return node


class Nameless(Reader):
    """Has no fingerprint."""

    fingerprint = None  # type: ignore[assignment]


class Locked(Reader):
    """Cannot be pickled."""

    def __reduce__(self) -> str:
        raise TypeError("holds a lock")


def plain_world() -> World:
    """For study files."""
    return World()


def plain_reader() -> Reader:
    """For study files."""
    return Reader()


def broken_reader() -> Broken:
    """For study files."""
    return Broken()
