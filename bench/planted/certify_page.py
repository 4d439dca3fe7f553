# SPDX-License-Identifier: Apache-2.0
"""docs/planted-certify.md and .json from certificates beside the truth. Standard library only."""

from __future__ import annotations

import collections
import json
from pathlib import Path

from . import certified, gap, score, settings
from .page import _grid

PAGE = """# Certificates beside the truth

`scotoma certify` on the {classifiers} classifiers of world/planted, {planted} with planted bugs and {controls} without: each of {labels} labels with each of {phrases} phrases (places, looks, distance and odd
colours), {cells} cells a classifier, of a rise of {size:.0f} points, alpha 5 %, at most {each} images a cell and {images:,} in all. Every verdict is compared with what rendered scenes show. Seed {seed}. Written by

    ./dev planted --shipped --certify

{verdicts}

- **rise**: on rendered scenes, the failure rate of the label with what the phrase names (a place at all looks, a look at all places) less that of all its standard scenes.
- A certificate of a cell with a rise of {size:.0f} points or more is **wrong by rendered truth**, and so is that of its label.

{labels_table}

## Wrong certificates

{wrong}

## Bugs that it names

{bugs}

{planted_table}

## What it leaves open

{left_open}

## How far generated images are from rendered scenes

{gaps}

## What it took

{cost}

## What this shows, and what not

{reading}
"""

GAPS = """Every cell, whatever became of it: the share of its valid generated images that fail beside that of rendered scenes of what it names. No search has chosen the cells. But a cell ends as soon as it is decided, so
that rates of certified ones are a little low and those of bugs a little high; with 17 images, where most end, one failure is 6 points. Points: means over cells of the rates' difference, with and without its sign.
The audits of claims, which have no such end, are compared in [the page about all 91](planted.md)."""

LISTED = 12  # rows of what is left open

READING = """- Certificates hold up: {wrong} of {certified} certified cells are wrong by rendered scenes ({share}); alpha is 5 %. Their rises are {rises}: at the size itself, and within what rendered rates are uncertain by
  (100 scenes of a place, 200 of a look, 400 of a view: 8, 6 and 4 points at 20 %). Of the cells that rise by the size or more, {named} of {harmful} are named as bugs.
- A certificate is about images that this generator makes and these judges accept. Rendered scenes are what the generator was trained on, and still something else. Where the judges refuse many of its images, as of fish in
  black and white and butterflies in odd colours, a few of those that pass are misclassified although rendered scenes are not: such cells stay open, and cost their label its certificate. That is why {whole} of {classifiers} classifiers are certified as a whole, although {controls} have no
  bug: a certificate over everything needs a generator that can show everything.
- The rendered rate of a place is the mean over five looks, that of a look the mean over ten places; "in the forest" is generated with the plain look mostly. A bug that takes a place and a look together shows in neither prompt. Pairs were not asked, so nothing is
  certified of them: {pairs} such bug is not named, and its label's certificate does not speak of it.
- Alpha is 5 % of a label's certificate that was chosen beforehand, whatever its number of phrases, and the false discovery rate of the cells that passed (e-BH)."""


def _reading(results: list[certified.Certified]) -> str:
    figures = certified.summary(results)
    wrong = figures["rise_more"]["certified"]
    passed = wrong + figures["rise_less"]["certified"]
    rises = sorted(100 * c.rise for r in results for c in r.wrong)
    return READING.format(
        wrong=wrong,
        certified=f"{passed:,}",
        share=_share(wrong / passed if passed else None),
        rises=f"{rises[0]:.1f} to {rises[-1]:.1f} points" if rises else "none",
        named=figures["rise_more"]["bug"],
        harmful=sum(figures["rise_more"].values()),
        whole=figures["whole"],
        classifiers=len(results),
        controls=sum(r.kind == "control" for r in results),
        pairs=figures["planted_not_asked"],
    )


def _where(one: certified.Certified, c: certified.Cell) -> list:
    limit = "" if c.at_most is None else f"{100 * c.at_most:.1f}"
    return [one.name, c.label, c.phrase, f"{100 * c.rise:+.1f}", f"{c.failures} of {c.valid}", limit]


def _groups(results: list[certified.Certified]) -> list[tuple[str, list[certified.Certified]]]:
    groups = [("with bugs", [r for r in results if r.kind != "control"]), ("controls", [r for r in results if r.kind == "control"])]
    return [(name, group) for name, group in groups if group]


def verdicts(figures: dict[str, dict]) -> str:
    """Cells by verdict. figures: group -> summary."""
    rows = []
    for name, f in figures.items():
        for rise, counts in (("below the size", f["rise_less"]), ("the size or more", f["rise_more"])):
            rows.append([name, rise, sum(counts.values()), *(counts[v] for v in certified.VERDICTS)])
    return _grid(["classifiers", "rise, rendered", "cells", "certified", "bug", "undecided", "cannot be generated"], rows)


def labels(figures: dict[str, dict]) -> str:
    """Labels and whole classifiers, and the share of certificates that are wrong."""
    rows = []
    for name, f in figures.items():
        certified_cells = f["rise_less"]["certified"] + f["rise_more"]["certified"]
        share = f["rise_more"]["certified"] / certified_cells if certified_cells else None
        wrong = f"{f['rise_more']['certified']} of {certified_cells} ({_share(share)})"
        of_labels = f"{f['labels_certified']} of {f['labels']}"
        rows.append([name, wrong, of_labels, f["labels_wrong"], f"{f['whole']} of {f['classifiers']}"])
    return _grid(["classifiers", "certified cells that are wrong", "labels certified", "of these wrong", "certified as a whole"], rows)


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f} %"


def wrong(results: list[certified.Certified]) -> str:
    """Each certificate that rendered scenes contradict."""
    cells = sorted(((r, c) for r in results for c in r.wrong), key=lambda pair: -pair[1].rise)
    if not cells:
        return "None."
    head = ["classifier", "label", "phrase", "rise, rendered (points)", "generated images that fail", "certified: at most (points)"]
    return _grid(head, [_where(r, c) for r, c in cells])


def bugs(figures: dict[str, dict], results: list[certified.Certified]) -> str:
    """Right and wrong ones."""
    rows = []
    for name, f in figures.items():
        right, other = f["rise_more"]["bug"], f["rise_less"]["bug"]
        rows.append([name, right + other, right, f["bugs_above_delta"], other - f["bugs_above_delta"]])
    delta = f"{100 * score.DELTA:.0f}"
    table = _grid(
        ["classifiers", "bugs", "rise of the size or more", f"above {delta} points, below the size", f"at most {delta} points"], rows
    )
    phrases = collections.Counter(c.phrase for r in results for c in r.cells if c.verdict == "bug" and not c.rises_by(r.size))
    listed = "; ".join(f"{phrase} ({n})" for phrase, n in phrases.most_common())
    return table + (f"\n\nPhrases of those that rendered scenes do not bear out, with how often: {listed}." if listed else "")


def planted(results: list[certified.Certified]) -> str:
    """What became of planted bugs, kind by kind."""
    rows = []
    for kind in dict.fromkeys(r.kind for r in results if r.kind != "control"):
        ends = collections.Counter()
        for r in (r for r in results if r.kind == kind):
            ends.update("not asked" if (cell := r.of_planted(bug)) is None else cell.verdict for bug in r.planted)
        rows.append([kind, sum(ends.values()), *(ends[v] for v in certified.VERDICTS), ends["not asked"]])
    head = ["planted", "bugs", "certified (wrongly)", "named as a bug", "undecided", "cannot be generated", "not asked: a pair"]
    return _grid(head, rows)


def left_open(results: list[certified.Certified]) -> str:
    """Cells that are neither certified nor a bug, by label and phrase over all classifiers."""
    counts: dict[tuple[str, str], collections.Counter] = collections.defaultdict(collections.Counter)
    for r in results:
        for c in r.cells:
            if c.verdict not in ("certified", "bug"):
                counts[c.label, c.phrase][c.end if c.verdict == "undecided" else c.verdict] += 1
    rows = sorted(counts.items(), key=lambda item: -sum(item[1].values()))
    ends = ["not_generatable", "failing_label", "hopeless", "each", "budget"]
    head = ["label", "phrase", "classifiers", "cannot be generated", "its label fails", "hopeless", "after all of `each`", "images gone"]
    table = _grid(head, [[*key, sum(n.values()), *(n[end] for end in ends)] for key, n in rows[:LISTED]])
    more = sum(sum(n.values()) for _, n in rows[LISTED:])
    return table + (f"\n\nAnd {more} cells of {len(rows) - LISTED} other labels with phrases." if more else "")


def gaps(results: list[certified.Certified]) -> str:
    """Failure rates of all cells on generated images and on rendered scenes, by phrase group."""
    pairs = [
        gap.Pair(f"{c.label} {c.phrase}, {r.name}", gap.group(c.where), c.failures / c.valid, c.valid, c.rendered)
        for r in results
        for c in r.cells
        if c.valid > 0
    ]
    head = ["phrases", "cells", "images", "fail, generated", "fail, rendered", "points apart", "without sign"]
    head += [f"more than {100 * gap.FAR:.0f} apart", "furthest apart"]
    rows = [gap.cells(row) for row in gap.rows(pairs)]
    return GAPS + "\n\n" + _grid(head, [[*row[:-2], row[-1]] for row in rows])


def cost(figures: dict[str, dict], results: list[certified.Certified]) -> str:
    """Images and seconds."""
    rows = []
    for name, f in figures.items():
        n = f["classifiers"]
        rows.append([name, *(f"{f['images'][key] / n:,.0f}" for key in ("with_phrase", "baseline")), f"{f['seconds']:,.0f}"])
    table = _grid(["classifiers", "images with a phrase, mean", "baseline images, mean", "seconds, all"], rows)
    return (
        f"{table}\n\nAll certificates ask for {sum(sum(r.images.values()) for r in results):,} images; "
        f"{certified.generated(results):,} of them are different and were generated, once for all. Seconds: "
        "two certificates at a time on two cores with other work beside, the first with most of the generating."
    )


def _figures(results: list[certified.Certified]) -> dict[str, dict]:
    return {name: certified.summary(group) for name, group in _groups(results)}


def tables(results: list[certified.Certified]) -> str:
    """What the runner prints."""
    figures = _figures(results)
    parts = [
        verdicts(figures),
        labels(figures),
        wrong(results),
        bugs(figures, results),
        planted(results),
        left_open(results),
        gaps(results),
    ]
    parts.append(cost(figures, results))
    return "\n\n".join(parts)


def write(folder: Path, results: list[certified.Certified], seed: int) -> None:
    """Both files."""
    figures = _figures(results)
    each = {
        r.name: [sum(c.verdict == v for c in r.cells) for v in certified.VERDICTS]
        + [len(r.wrong), sum(r.labels.values()), r.images["with_phrase"], r.images["baseline"]]
        for r in results
    }
    form = [*certified.VERDICTS, "wrong", "labels_certified", "with_phrase", "baseline"]
    body = {
        "about": "certificates beside rendered truth; see the page of the same name",
        "seed": seed,
        "settings": settings.CERTIFICATE,
        "groups": figures,
        "wrong": [_where(r, c) for r in results for c in r.wrong],
        "each": {"form": form, **each},
    }
    text = PAGE.format(
        classifiers=len(results),
        planted=sum(r.kind != "control" for r in results),
        controls=sum(r.kind == "control" for r in results),
        labels=len(settings.LABELS),
        phrases=len(settings.PLACES + settings.LOOKS + settings.VIEWS),
        cells=len(settings.LABELS) * len(settings.PLACES + settings.LOOKS + settings.VIEWS),
        size=100 * settings.CERTIFICATE["size"],
        each=settings.CERTIFICATE["each"],
        images=settings.CERTIFICATE["images"],
        seed=seed,
        verdicts=verdicts(figures),
        labels_table=labels(figures),
        wrong=wrong(results),
        bugs=bugs(figures, results),
        planted_table=planted(results),
        left_open=left_open(results),
        gaps=gaps(results),
        cost=cost(figures, results),
        reading=_reading(results),
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "planted-certify.md").write_text(text, encoding="utf-8")
    line = lambda v: json.dumps(v, separators=(",", ":"))
    lines = ",\n".join(f"{line(k)}:{line(v)}" for k, v in body.items())
    (folder / "planted-certify.json").write_text("{" + lines + "}\n", encoding="utf-8")
