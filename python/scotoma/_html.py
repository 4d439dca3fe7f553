# SPDX-License-Identifier: Apache-2.0
"""What notebooks show. Texts of others are escaped; images are shown small, inline, few."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable
from typing import TYPE_CHECKING

from scotoma.errors import Error

if TYPE_CHECKING:
    from scotoma.records import Hypothesis, Rate
    from scotoma.results import Example, Examples, Results

SHOWN = 12  # images of a strip
ROWS = 40  # of a table


def _text(value: object) -> str:
    return html.escape(str(value))


def _bar(rate: Rate) -> str:
    """A rate with its interval, as a bar."""
    low, high, at = (100 * value for value in (rate.low, rate.high, rate.rate))
    return (
        '<div style="position:relative;width:120px;height:10px;background:rgba(128,128,128,.2);display:inline-block;margin-right:6px">'
        f'<div style="position:absolute;left:{low:.1f}%;width:{high - low:.1f}%;height:100%;background:rgba(200,60,40,.4)"></div>'
        f'<div style="position:absolute;left:{at:.1f}%;width:2px;height:100%;background:rgb(200,60,40)"></div></div>'
        f"{rate.rate:.0%} of {rate.valid}"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = ["".join(f'<td style="text-align:left">{cell}</td>' for cell in row) for row in rows]
    top = "".join(f'<th style="text-align:left">{_text(name)}</th>' for name in head)
    more = f"<p>and {len(lines) - ROWS} more</p>" if len(lines) > ROWS else ""
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(f'<tr>{line}</tr>' for line in lines[:ROWS])}</tbody></table>{more}"


def _strip(examples: Iterable[Example]) -> str:
    images = []
    for example in examples:
        try:
            data = base64.b64encode(example.png).decode()
        except Error:
            continue
        title = _text(f"{example.prompt}, seed {example.seed}: {example.predicted} ({example.probability:.0%})")
        images.append(
            f'<figure style="display:inline-block;margin:2px"><img src="data:image/png;base64,{data}" title="{title}" width="96"/>'
            f'<figcaption style="font-size:80%">{_text(example.predicted)}</figcaption></figure>'
        )
    return f"<div>{''.join(images)}</div>"


def examples_html(examples: Examples) -> str:
    """A strip of the first images."""
    more = f"<p>the first {SHOWN} of {len(examples)} images</p>" if len(examples) > SHOWN else ""
    return _strip(examples[:SHOWN]) + more


def hypothesis_html(hypothesis: Hypothesis) -> str:
    """What is claimed, and how sure it is."""
    rows = [("with the phrase", hypothesis.rate), ("base prompts", hypothesis.audit_base or hypothesis.base)]
    return (
        f"<p><b>{_text(hypothesis.sentence)}</b> ({_text(hypothesis.status)})</p>"
        + _table(("images", "failures"), ((name, _bar(rate)) for name, rate in rows))
        + f"<p>prompt: <code>{_text(hypothesis.prompt)}</code>; log e-value {hypothesis.log_e_value:.1f}</p>"
    )


def results_html(results: Results) -> str:
    """The causes, then the labels that fail systematically, and what is certified."""
    parts = [f"<p><b>{_text(results.name)}</b>: {_text(results.summary)}</p>"]
    parts += [f"<p>? {_text(doubt)}</p>" for doubt in results.doubts]
    if results.causes:
        rows = ((_text(c.sentence), ", ".join(_text(label) for label in c.labels), _bar(c.bugs[0].rate)) for c in results.causes)
        parts.append(_table(("cause", "labels", "failures"), rows))
    if results.systematic_failures:
        rows = ((_text(label.label), _text(label.predicted), _bar(label.base)) for label in results.systematic_failures)
        parts.append(_table(("fails systematically", "predicted", "failures"), rows))
    if results.certificate:
        cells = results.certificate.cells
        parts.append(f"<p>Certificate: {sum(c.verdict == 'certified' for c in cells)} of {len(cells)} phrases and labels are certified</p>")
        parts += [f"<p>! {_text(warning)}</p>" for warning in results.certificate.warnings]
    return "".join(parts)
