# SPDX-License-Identifier: Apache-2.0
"""Progress as a bar, in a terminal and in a notebook."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from scotoma.events import Event


class Bar:
    """Images of the whole run, by tqdm where it is installed, else a line a stage on standard error."""

    def __init__(self) -> None:
        self._bar: Any = None
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return
        self._bar = tqdm(total=None, unit="image", dynamic_ncols=True)

    def __call__(self, event: Event) -> None:
        if event.kind == "stage":
            self._say(event.fields["sentence"])
        elif event.kind == "bug":
            self._note(
                f"confirmed: {event.fields['label']} {event.fields['phrase']} {event.fields['direction']}, {event.fields['rate']:.0%}"
            )
        elif event.kind in ("images", "progress") and event.fields.get("budget"):
            self._count(event.fields["images"], event.fields["budget"])

    def _say(self, sentence: str) -> None:
        if self._bar is None:
            print(sentence, file=sys.stderr)
        else:
            self._bar.set_description_str(sentence)

    def _note(self, sentence: str) -> None:
        if self._bar is None:
            print(sentence, file=sys.stderr)
        else:
            self._bar.write(sentence, file=sys.stderr)

    def _count(self, images: int, budget: int) -> None:
        if self._bar is not None and images >= self._bar.n:
            self._bar.total = budget
            self._bar.update(images - self._bar.n)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar is not None:
            self._bar.close()
