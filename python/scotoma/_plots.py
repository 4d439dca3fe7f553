# SPDX-License-Identifier: Apache-2.0
"""Figures of results, by matplotlib."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from scotoma.errors import InputError

if TYPE_CHECKING:
    from scotoma.records import Hypothesis
    from scotoma.results import Results

FAILS = "#c83c28"
BASE = "#8a8a8a"


def _axes(width: float, height: float, options: dict[str, Any]) -> tuple[Any, Any]:
    """A figure, or the axes that were given."""
    axes = options.pop("ax", None)
    size = options.pop("figsize", (width, height))
    if options:
        raise TypeError(f"plots take ax and figsize, not {', '.join(options)}")
    if axes is not None:
        return axes.figure, axes
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("plots need matplotlib: pip install scotoma[notebook]") from error
    return plt.subplots(figsize=size, layout="constrained")


def _confirmed(results: Results) -> list[Hypothesis]:
    found = results.bugs + results.exceptions
    if not found:
        raise InputError(f"{results.folder}: nothing was confirmed, so there is nothing to plot: {results.summary}")
    return found


def plot_rates(results: Results, **options: Any) -> Any:
    """A line a hypothesis: its failure rate and the base prompt's, each with its interval."""
    found = _confirmed(results)
    figure, axes = _axes(7, 1 + 0.4 * len(found), options)
    for row, hypothesis in enumerate(found):
        for rate, shift, colour in ((hypothesis.rate, 0.12, FAILS), (hypothesis.audit_base or hypothesis.base, -0.12, BASE)):
            axes.plot([rate.low, rate.high], [row + shift] * 2, color=colour, lw=2, solid_capstyle="round")
            axes.plot([rate.rate], [row + shift], "o", color=colour, ms=5)
    axes.set_yticks(range(len(found)), [f"{h.label} {h.phrase}" for h in found])
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("failure rate, 95 % interval")
    axes.plot([], [], "o-", color=FAILS, label="with the phrase")
    axes.plot([], [], "o-", color=BASE, label="base prompt")
    axes.legend(loc="best", frameon=False)
    return figure


def plot_evidence(results: Results, of: Hypothesis | str | None = None, **options: Any) -> Any:
    """log10 of the e-value after each image of confirmation, and what e-BH asked for."""
    key = of if isinstance(of, str) or of is None else of.id
    found = _confirmed(results) if key is None else [h for h in results.hypotheses if h.id == key]
    if not found:
        raise InputError(f"'{key}': no hypothesis of this study is called so")
    figure, axes = _axes(7, 4, options)
    for hypothesis in found:
        path = [0.0, *results._finished.evidence(hypothesis.id)]
        axes.plot([value / math.log(10) for value in path], label=f"{hypothesis.label} {hypothesis.phrase}")
    axes.axhline(results._finished.log_e_threshold / math.log(10), color=BASE, ls="--", label="confirmed from here on")
    axes.set_xlabel("valid images of confirmation")
    axes.set_ylabel("log10 of the e-value")
    axes.legend(loc="best", frameon=False)
    return figure


def plot_cross_check(results: Results, **options: Any) -> Any:
    """Phrases by labels: the share that is misclassified as the phrase's wrong answer. A star: it spreads."""
    rows = results.json.get("spurious_correlations", [])
    if not rows:
        raise InputError(f"{results.folder}: the study has no cross-check: no bug was confirmed, or budget.cross is 0")
    labels = [label.label for label in results.labels]
    figure, axes = _axes(2.5 + 0.6 * len(labels), 2.4 + 0.5 * len(rows), options)
    cells = [[math.nan] * len(labels) for _ in rows]
    for r, row in enumerate(rows):
        for cell in row["cells"]:
            column = labels.index(cell["label"])
            cells[r][column] = cell["with"]["rate"]
            if cell["spreads"]:
                axes.text(column, r, "*", ha="center", va="center", color="white", fontsize=14)
    drawn = axes.imshow(cells, vmin=0, vmax=1, cmap="Reds", aspect="auto")
    axes.set_xticks(range(len(labels)), labels, rotation=60, ha="right")
    axes.set_yticks(range(len(rows)), [f"{row['phrase']} -> {row['answer']}" for row in rows])
    figure.colorbar(drawn, ax=axes, label="misclassified as the answer")
    return figure
