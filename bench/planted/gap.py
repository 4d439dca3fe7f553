# SPDX-License-Identifier: Apache-2.0
"""How far generated images are from rendered scenes: failure rates of the same label with the same phrase on both, by phrase group.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

GROUPS = ["place", "dark", "blurry", "black and white", "rain", "in the distance", "in odd colours", "several of these"]
VIEWS = {"small": "in the distance", "recoloured": "in odd colours"}
FAR = 0.2  # a difference of rates that is counted


@dataclass
class Pair:
    """A label with a phrase, on one classifier."""

    name: str  # for the reader: classifier, label and phrase
    group: str
    generated: float  # failure rate of valid images
    images: int  # valid ones
    rendered: float
    covers: bool | None = None  # whether the interval of the generated rate holds the rendered one; None: there is no such interval

    @property
    def difference(self) -> float:
        return self.generated - self.rendered


def group(where: dict[str, str]) -> str:
    """The phrase group of what a phrase names, {attribute: value}."""
    if len(where) != 1:
        return "several of these"
    [(attribute, value)] = where.items()
    return "place" if attribute == "place" else VIEWS.get(value, value)


@dataclass
class Row:
    """The pairs of one group."""

    group: str
    pairs: int
    images: int
    generated: float  # mean over pairs
    rendered: float
    apart: float  # mean of the difference without its sign
    far: int  # pairs whose rates differ by more than FAR
    covered: int | None  # pairs whose interval holds the rendered rate; None: they have none
    worst: Pair

    @property
    def difference(self) -> float:
        return self.generated - self.rendered


def rows(pairs: Iterable[Pair]) -> list[Row]:
    """One of each group that has pairs, in the order of GROUPS, and one of all."""
    pairs = [p for p in pairs if p.images > 0]
    by_group = {name: [p for p in pairs if p.group == name] for name in GROUPS}
    return [_row(name, own) for name, own in [*by_group.items(), ("all", pairs)] if own]


def _row(name: str, own: list[Pair]) -> Row:
    mean = lambda values: sum(values) / len(own)
    covered = None if any(p.covers is None for p in own) else sum(bool(p.covers) for p in own)
    return Row(
        name,
        len(own),
        sum(p.images for p in own),
        mean([p.generated for p in own]),
        mean([p.rendered for p in own]),
        mean([abs(p.difference) for p in own]),
        sum(abs(p.difference) > FAR + 1e-9 for p in own),
        covered,
        max(own, key=lambda p: abs(p.difference)),
    )


def cells(row: Row) -> list[str]:
    """Of a table: the group and its figures; the last two are the coverage, empty without one, and the pair that is furthest apart."""
    percent = lambda value: f"{100 * value:.1f} %"
    points = lambda value: f"{100 * value:+.1f}"
    worst = f"{points(row.worst.difference)}: {row.worst.name}"
    covered = "" if row.covered is None else f"{row.covered} of {row.pairs}"
    figures = [percent(row.generated), percent(row.rendered), points(row.difference), f"{100 * row.apart:.1f}", f"{row.far} of {row.pairs}"]
    return [row.group, f"{row.pairs:,}", f"{row.images:,}", *figures, covered, worst]
