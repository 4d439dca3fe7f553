# SPDX-License-Identifier: Apache-2.0
"""A worker of a Ray cluster: it loads a study's models, and answers batches. Whatever goes wrong comes back as a value, with the words
that a run without Ray would have for it."""

from __future__ import annotations

import dataclasses
import os
import pickle
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from scotoma import _answers, _native
from scotoma.errors import Error, InputError


@dataclasses.dataclass(frozen=True)
class Place:
    """Where a worker is."""

    node: str
    """Ray's id of it."""
    host: str
    pid: int


@dataclasses.dataclass(frozen=True)
class Loaded:
    """A worker has its models."""

    record: str
    version: str
    """Of Scotoma there."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """An error that would be the same anywhere."""

    message: str
    input: bool
    """Whether what was given is at fault."""


@dataclasses.dataclass(frozen=True)
class Lacks:
    """Images that a batch is about, and that are not at hand there."""

    images: list[str]


@dataclasses.dataclass(frozen=True)
class OutOfMemory:
    """The worker could not get memory; what it holds is not to be relied on."""

    message: str


Answer: TypeAlias = "_native.Answers | Lacks | Failure | OutOfMemory"
Pngs: TypeAlias = list[tuple[str, bytes]]


def _failure(error: Exception) -> Failure | OutOfMemory:
    if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
        return OutOfMemory(str(error) or "out of memory")
    if isinstance(error, Error):
        return Failure(str(error), isinstance(error, InputError))
    return Failure(f"{type(error).__name__}: {error}", False)


class Worker:
    """Made into an actor by scotoma._ray_crew. ``study``: a pickled ``_native.Study``. ``stranger``: what roles without a fingerprint
    are known under, in this run alone. ``folders``: where the driver finds modules of its own; those that are there, as on a shared
    file system, are looked in last."""

    def __init__(self, study: bytes, threads: int, stranger: str, folders: Sequence[str] = ()) -> None:
        sys.path += [folder for folder in folders if folder not in sys.path and Path(folder).is_dir()]
        self._study = study
        self._threads = threads
        self._models: _native.Worker | None = None
        _answers.stranger = lambda: stranger  # the process is this worker's alone

    def place(self) -> tuple[Place, float]:
        """Answers as soon as the worker has a place in the cluster."""
        import ray

        return Place(ray.get_runtime_context().get_node_id(), socket.gethostname(), os.getpid()), 0

    def load(self) -> tuple[Loaded | Failure | OutOfMemory, float]:
        """Loads the models."""
        began = time.monotonic()
        try:
            self._models = _native.Worker(self._unpickled(), self._threads)
        except Exception as error:
            return _failure(error), 0
        self._study = b""
        return Loaded(self._models.record, _native.version()), time.monotonic() - began

    def answer(self, batch: _native.Batch, pngs: Pngs) -> tuple[Answer, float]:
        """Called by as many threads at once as the driver lets. Also gives the seconds that it took."""
        assert self._models is not None
        given = {image for image, _ in pngs}
        missing = self._models.lacks([image for image in batch.images if image not in given])
        if missing:
            return Lacks(missing), 0
        began = time.monotonic()
        try:
            return self._models.answer(batch, pngs), time.monotonic() - began
        except Exception as error:
            return _failure(error), 0

    def _unpickled(self) -> _native.Study:
        try:
            study: _native.Study = pickle.loads(self._study)
            return study
        except MemoryError:
            raise
        except Exception as error:
            raise InputError(
                f"the study cannot be unpickled there ({type(error).__name__}: {error}); modules of your own must be where this one "
                "finds them, or be sent with runtime_env"
            ) from error
