# SPDX-License-Identifier: Apache-2.0
"""A run under way, and what it says of itself."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from scotoma import _native
from scotoma.results import Results, open_results

if TYPE_CHECKING:
    from scotoma.executor import Executor


@dataclasses.dataclass(frozen=True)
class Event:
    """Something that happened in a run. ``kind`` and ``fields`` are those of docs/progress.md: "stage", "step", "progress", "images",
    "recalled", "hypothesis", "bug", "finished"."""

    kind: str
    fields: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        fields: dict[str, Any] = object.__getattribute__(self, "fields")
        if name in fields:
            return fields[name]
        raise AttributeError(f"an event {self.kind!r} has no {name}; it has: {', '.join(fields)}")


def _event(text: str) -> Event:
    fields = json.loads(text)
    return Event(fields.pop("event"), fields)


class Run(AsyncIterator[Event]):
    """A run of a study, to be waited for or iterated over, once."""

    def __init__(self, study: _native.Study, options: _native.FindOptions, executor: Executor | None) -> None:
        self._study = study
        self._options = options
        self._executor = executor
        self._cancel = _native.CancelToken()
        self._thread: threading.Thread | None = None
        self._queue: asyncio.Queue[Event | BaseException | None] | None = None
        self._result: Results | None = None

    @property
    def result(self) -> Results:
        """Once the run has ended."""
        if self._result is None:
            raise RuntimeError("the run has not ended")
        return self._result

    def cancel(self) -> None:
        """Stops after the batches under way; the same study resumes there. May be called on any thread."""
        self._cancel.cancel()

    def wait(self, listener: Callable[[Event], None] | None = None) -> Results:
        """Runs it here. Raises what ``Study.find`` raises."""
        hears = None if listener is None else lambda text: listener(_event(text))
        if self._executor is None:
            _native.find(self._study, self._options, hears, self._cancel, None)
        else:
            with self._executor.started(self._study, self._options) as carries:
                _native.find(self._study, self._options, hears, self._cancel, carries)
        self._result = open_results(self._options.out, self._options.cache)
        return self._result

    def __aiter__(self) -> Run:
        return self

    async def __anext__(self) -> Event:
        if self._queue is None:
            self._start()
        assert self._queue is not None
        try:
            item = await self._queue.get()
        except asyncio.CancelledError:
            self.cancel()
            raise
        if isinstance(item, Event):
            return item
        if item is None:
            raise StopAsyncIteration
        raise item

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | BaseException | None] = asyncio.Queue()
        self._queue = queue

        def put(item: Event | BaseException | None) -> None:
            if loop.is_closed():
                self.cancel()
            else:
                loop.call_soon_threadsafe(queue.put_nowait, item)

        def work() -> None:
            try:
                self.wait(put)
            except BaseException as error:
                put(error)
            else:
                put(None)

        self._thread = threading.Thread(target=work, name="scotoma", daemon=True)
        self._thread.start()

    def __del__(self) -> None:
        if self._thread is not None:
            self._cancel.cancel()
