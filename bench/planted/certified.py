# SPDX-License-Identifier: Apache-2.0
"""What certificates are worth: each cell, a label with a phrase, compared with rendered scenes. Standard library only.

The rise of a cell is what rendered scenes show: the failure rate of the label's scenes with what the phrase names, all other attributes
being equally frequent, less that of all its standard scenes.

wrong certificate   certified, and the rise is the certificate's size or more: what it says to have refuted
right bug           called a bug, and the rise is the size or more
"""

from __future__ import annotations

import collections
from dataclasses import dataclass, field

from . import score

VERDICTS = ["certified", "bug", "undecided", "not_generatable"]


@dataclass
class Cell:
    """A label with a phrase."""

    label: str
    phrase: str
    verdict: str
    end: str
    failures: int
    valid: int
    invalid: int
    at_most: float | None
    rise: float  # of rendered scenes
    where: dict = field(default_factory=dict)  # what the phrase names
    rendered: float = 0.0  # failure rate of these scenes

    def rises_by(self, size: float) -> bool:
        """Whether rendered scenes show so much; a rate over 400 scenes is a sum of fractions, 20 points may be 0.19999."""
        return self.rise > size - 1e-9


@dataclass
class Certified:
    """The certificate of one classifier."""

    name: str
    kind: str
    size: float
    cells: list[Cell]
    labels: dict[str, bool]  # label -> certified
    levels: dict[str, float]
    planted: list[dict]  # as truth.json has them
    images: dict[str, int]  # with_phrase, baseline
    baseline: dict[str, int]  # label -> images
    seconds: float = 0.0

    @property
    def wrong(self) -> list[Cell]:
        return [c for c in self.cells if c.verdict == "certified" and c.rises_by(self.size)]

    @property
    def wrong_labels(self) -> list[str]:
        return [label for label, certified in self.labels.items() if certified and any(c.label == label for c in self.wrong)]

    def of_planted(self, bug: dict) -> Cell | None:
        """The cell that asks for a planted bug: the one whose phrase names all of it. None of a conjunction."""
        return next((c for c in self.cells if c.label == bug["label"] and c.where == bug["where"]), None)


def compared(name: str, certificate: dict, truth: score.Truth, seconds: float = 0.0) -> Certified:
    """One certificate beside the truth. certificate: what certificate.json holds."""
    cells = []
    for c in certificate["cells"]:
        where = score.attributes(c["phrase"], truth.all["words"])
        rendered = truth.rate(name, c["label"], where)
        rise = rendered - truth.rate(name, c["label"])
        figures = [c[key] for key in ("label", "phrase", "verdict", "end", "failures", "valid", "invalid", "at_most")]
        cells.append(Cell(*figures, rise, where, rendered))
    labels = {one["label"]: one["certified"] for one in certificate["labels"]}
    baseline = {one["label"]: one["baseline"]["valid"] + one["baseline"]["invalid"] for one in certificate["labels"]}
    images = {key: certificate["images"][key] for key in ("with_phrase", "baseline")}
    entry = truth.classifiers[name]
    return Certified(
        name, entry["kind"], certificate["size"], cells, labels, certificate["levels"], entry["bugs"], images, baseline, seconds
    )


def generated(results: list[Certified]) -> int:
    """Different images of all certificates: those of a label with a phrase have the same seeds for every classifier."""
    most: dict[tuple, int] = collections.Counter()
    for one in results:
        for c in one.cells:
            most[c.label, c.phrase] = max(most[c.label, c.phrase], c.valid + c.invalid)
        for label, images in one.baseline.items():
            most[label, None] = max(most[label, None], images)
    return sum(most.values())


def summary(results: list[Certified]) -> dict:
    """The figures of some certificates."""
    cells = [(one, c) for one in results for c in one.cells]
    harmful = collections.Counter(c.verdict for one, c in cells if c.rises_by(one.size))
    harmless = collections.Counter(c.verdict for one, c in cells if not c.rises_by(one.size))
    single = [one.of_planted(bug) for one in results for bug in one.planted]
    planted = collections.Counter(c.verdict for c in single if c is not None)
    return {
        "classifiers": len(results),
        "cells": len(cells),
        "rise_more": {v: harmful[v] for v in VERDICTS},
        "rise_less": {v: harmless[v] for v in VERDICTS},
        "bugs_above_delta": sum(c.verdict == "bug" and c.rise > score.DELTA and not c.rises_by(one.size) for one, c in cells),
        "labels": sum(len(one.labels) for one in results),
        "labels_certified": sum(sum(one.labels.values()) for one in results),
        "labels_wrong": sum(len(one.wrong_labels) for one in results),
        "whole": sum(all(one.labels.values()) for one in results),
        "planted": {v: planted[v] for v in VERDICTS},
        "planted_not_asked": sum(c is None for c in single),
        "images": {key: sum(one.images[key] for one in results) for key in ("with_phrase", "baseline")},
        "generated": generated(results),
        "seconds": round(sum(one.seconds for one in results), 1),
    }
