# SPDX-License-Identifier: Apache-2.0
"""Who carries batches to models: the seam that ``scotoma.ray`` fills."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from scotoma import _native


class Carrier(Protocol):
    """Of one run. All calls come from one thread."""

    record: str
    """Who the models are, as a worker said (``_native.Worker.record``): the run asks no model of its own."""

    def at_once(self, role: str) -> int:
        """How many batches of a role it takes at once, 1 or more; asked anew after each ``wait``."""
        ...

    def submit(self, ticket: int, batch: _native.Batch, read: Callable[[str], bytes]) -> None:
        """Begins to carry out a batch. ``read``: the PNG file of an image that the batch is about, by its id, for workers that lack it;
        may be called until the run ends."""
        ...

    def wait(self, seconds: float) -> list[tuple[int, _native.Answers]]:
        """What has been answered since, by ticket; after ``seconds`` at the latest, and then perhaps nothing. Raises where a batch
        failed for good."""
        ...


class Executor(Protocol):
    """Makes a carrier for each run."""

    def started(self, study: _native.Study, options: _native.FindOptions) -> AbstractContextManager[Carrier]:
        """Ready when it is entered; lets go of all it holds when it is left."""
        ...
