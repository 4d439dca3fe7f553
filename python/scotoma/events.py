# SPDX-License-Identifier: Apache-2.0
"""A run under way, and what it says of itself."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import dataclasses
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from scotoma import _native
from scotoma.image_store import ImageStore
from scotoma.results import Results, open_results

if TYPE_CHECKING:
    from scotoma.executor import Executor


INTERRUPTED = 130  # the exit code of the command line


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


_under_way: set[tuple[_native.CancelToken, threading.Event]] = set()


@atexit.register
def _stop_all() -> None:
    """Runs stop after the batches under way: their threads must not outlive the interpreter. Where a second Ctrl-C left one behind, or
    comes now, the process ends as it stands, as the command line does: nothing is ever half written."""
    with contextlib.suppress(KeyboardInterrupt):
        for cancel, ended in list(_under_way):
            cancel.cancel()
            ended.wait()
        if not _native.left_behind():
            return
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(INTERRUPTED)


def _find(
    study: _native.Study,
    options: _native.FindOptions,
    executor: Executor | None,
    cancel: _native.CancelToken,
    listener: Callable[[Event], None] | None,
    images: ImageStore | None,
) -> Results:
    hears = None if listener is None else lambda text: listener(_event(text))
    token = (cancel, threading.Event())
    _under_way.add(token)
    try:
        if executor is None:
            _native.find(study, options, hears, cancel, None, images)
        else:
            with executor.started(study, options) as carries:
                _native.find(study, options, hears, cancel, carries, images)
    finally:
        _under_way.discard(token)
        token[1].set()
    return open_results(options.out, options.cache, images)


class Run(AsyncIterator[Event]):
    """A run of a study, to be waited for or iterated over, once. Leaving the loop over its events cancels it; ``async with`` says where
    it must have stopped."""

    def __init__(
        self, study: _native.Study, options: _native.FindOptions, executor: Executor | None, images: ImageStore | None = None
    ) -> None:
        self._study = study
        self._options = options
        self._executor = executor
        self._images = images
        self._cancel = _native.CancelToken()
        self._queue: asyncio.Queue[Event | BaseException | Results] | None = None
        self._waits = False
        self._ended = False
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
        self._result = _find(self._study, self._options, self._executor, self._cancel, listener, self._images)
        return self._result

    def __aiter__(self) -> Run:
        return self

    async def __anext__(self) -> Event:
        if self._ended:
            raise StopAsyncIteration
        if self._waits:
            raise RuntimeError("the events of a run can be awaited by one task at a time")
        queue = self._queue or self._start()
        self._waits = True
        try:
            item = await queue.get()
        except asyncio.CancelledError:
            self.cancel()
            raise
        finally:
            self._waits = False
        if isinstance(item, Event):
            return item
        self._ended = True
        if isinstance(item, Results):
            self._result = item
            raise StopAsyncIteration
        raise item

    async def aclose(self) -> None:
        """Cancels the run where it has not ended, and waits until it has stopped."""
        self.cancel()
        while self._queue is not None and not self._ended:
            self._ended = not isinstance(await self._queue.get(), Event)

    async def __aenter__(self) -> Run:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _start(self) -> asyncio.Queue[Event | BaseException | Results]:
        """The thread knows no Run: one that nobody holds any more is cancelled."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | BaseException | Results] = asyncio.Queue()
        cancel, study, options, executor, images = self._cancel, self._study, self._options, self._executor, self._images

        def put(item: Event | BaseException | Results) -> None:
            try:
                loop.call_soon_threadsafe(queue.put_nowait, item)
            except RuntimeError:  # the loop is closed
                cancel.cancel()

        def work() -> None:
            try:
                put(_find(study, options, executor, cancel, put, images))
            except BaseException as error:
                put(error)

        self._queue = queue
        threading.Thread(target=work, name="scotoma", daemon=True).start()
        return queue

    def __del__(self) -> None:
        if getattr(self, "_queue", None) is not None and not self._ended:
            self._cancel.cancel()
