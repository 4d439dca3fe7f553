# SPDX-License-Identifier: Apache-2.0
"""Runs of the program, some at a time. Standard library only."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Callable, Sequence


def run_each(todo: Sequence, run: Callable[..., str | None], processes: int) -> list[str]:
    """run(*one) for each of `todo`, with a line on what ended; the errors that it returned."""
    errors, begin = [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(processes) as pool:
        waiting = {pool.submit(run, *one): one for one in todo}
        try:
            for count, future in enumerate(concurrent.futures.as_completed(waiting), 1):
                if future.result():
                    errors.append(future.result())
                words = " ".join(map(str, waiting[future]))
                print(f"{count}/{len(todo)} {time.monotonic() - begin:.0f} s {words}{' FAILED' if future.result() else ''}", flush=True)
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return errors
