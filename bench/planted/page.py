# SPDX-License-Identifier: Apache-2.0
"""docs/planted.md and docs/planted.json from scores; of the committed subset docs/planted-shipped.md and .json. Standard library only."""

from __future__ import annotations

import collections
import json
import math
from pathlib import Path

from . import gap, plan, score, settings

HEAD = """# The benchmark of planted bugs

{planted} small classifiers with bugs that are known, and {controls} without any, of {shapes} shapes. What Scotoma says of each is compared with
what rendered scenes show; no image of the generator decides what is true. Written by `./dev planted`, which runs what is not finished yet.

{table}

- **found**: planted bugs of which a right claim names label and all attributes.
- **right**: on rendered scenes of exactly what the claim says (its label and the attributes it names, all others equally frequent) the failure rate
  is more than {delta:.0%} above that of the label in standard scenes. Anything else is **wrong**, so is a claim that names no attribute or two places at once.
- **controls**: claims on classifiers without bugs, and how many of these have any wrong one.
- **images a bug**: images spent on classifiers with bugs, by bugs found. Seconds: of all runs, one thread each, other runs beside; what another
  run has generated or asked already costs none.

{costs}

## The schemes

By settings only (bench/planted/settings.py): the same models, judges and number of images at most. Lists: {places} places, {looks} looks, and as
views distance and odd colours. {judges} networks judge together, none of them a classifier under test.

{schemes}

{chosen}

[The committed subset](planted-shipped.md), and where the images go.

## Recall by kind

{kinds}

An OR is two bugs of one classifier, each counted. A shortcut has as many as labels that rendered scenes show to fail at its place. Of AND bugs, "partly" are
those of which claims name one attribute and are right, but none names both.

## What it misses

{missed}

## Wrong claims

{wrong}

## How far generated images are from rendered scenes

{gaps}

## The classifiers

{made}

`cd bench && ../world/.venv/bin/python -m planted` makes them all ([world/README.md](../world/README.md) says how to get that Python and the things; about an hour of one core), accepts them by rendered scenes,
and trains those that are refused again from other seeds. A planted bug is accepted where the subgroup fails at least 50 %, everything else of the label and every other
label at most 10 % of standard scenes; a control where no label at a place, under a look, or both fails 10 points more often than the label, and in the distance and in odd colours 20. (A claim about such a weakness of a control is right where it is above {delta:.0%}.) 24 of them are in world/planted
([card](../world/cards/planted.md)), with the truth about all (truth.json). `./dev planted --shipped` runs those.
"""

CHOSEN = """Settings were chosen by results with seed {tuned}, and the program was improved after results with it, with seed 577215 and, of the committed classifiers, with seeds 314159, 271828 and 161803. No image of these is among those of seed {seed},
which was run when all had been decided; by how many images at a time a baseline sample grows changed after a first run with it, for the sake of speed: 76 and 93 bugs were found then. The classifiers are of the plan by which the threshold of the judges was raised from 0.88 to 0.9 long before, after a first table: at 0.88 scotoma found as many, and claimed 1 wrong thing of controls with 2,000 images
and 4 with 8,000. All but the committed ones were trained anew."""

SUBSET = """# The benchmark of planted bugs: the committed subset

{planted} classifiers with bugs and {controls} without: those in world/planted, which everybody has. Seed {seed}. [The page about all {all}](planted.md) says what is
planted, what counts as found and as right, and what the columns are. Written by

    ./dev planted --shipped{given_seed}

{table}
{caveat}
{costs}

The schemes, by settings only (bench/planted/settings.py); judges and number of images at most are the same for all:

{schemes}

## Where the images go

Means over classifiers. Searching is screening lists and exploring phrases.

{spent}

A bug that takes a place and a look shows only in images of its own label, place and look, one of {labels} x {places} x {looks} = {pairs} combinations, where it gives no sign elsewhere; the rules of the
whole benchmark plant such bugs. Whoever wants all of them has to generate all {pairs}. scotoma and plain generate each once with 2,000 images, with 8,000 plain generates each four times and scotoma still once. With
500 nobody generates pairs.

## Recall by kind

{kinds}

## What it misses

{missed}

## Wrong claims

{wrong}

## How far generated images are from rendered scenes

{gaps}
"""

CAVEAT = """
No setting was chosen by results with this seed, nor anything of the program. The classifiers are not new: they are among those by which the threshold of the judges was chosen. {most} of the {bugs} bugs are of one
classifier, a shortcut.
"""

SCHEMES = {
    "scotoma": "phrases from captions and lists, e-values decide; it stops where nothing is promising any more, whatever the budget.",
    "plain": "the same sources of phrases, fixed numbers of images for each label, each screened combination and each finalist, as many as the budget has room for, "
    "and what fails more often than the base prompt is called a bug.",
    "paper": "plain without the lists, in the manner of Wiles et al. (arXiv 2208.08831): phrases come only from captions of what failed under the base prompt, so most of its images are of that ({base}). "
    "Clusters, judges, shrinking and audit are those of this program.",
    "captions": "scotoma without the lists: phrases from captions, and what it tries by itself with the images that they leave.",
    "random": "combinations of the lists in random order, with scotoma's settings, e-values decide.",
}

WRONG = """

"Different" counts label and phrase once. Plain and paper hold no error rate, so much of what they claim wrongly may be chance. Where e-values decide, the classifiers do fail
on what was generated, but rendered scenes of the same words are hardly harder than others. That points to the images. With one judge instead of several, and an earlier generator, scotoma claimed
38 wrong things of all 91 with 8,000 images, and the same 14 came back on unrelated classifiers: a black and white cat on the beach, for one, was generated as a grey blob with eyes, and that judge let it
pass. No test on generated images can see that, and more images make it surer. What helps is a better generator, more judges, or a person's look (`scotoma review`)."""


GAPS = """Of every claim, right or wrong, that was audited and names one thing: the failure rate of the audit's images, which nothing was chosen by, beside that of rendered scenes of what it names.
Points: means over claims of the rates' difference, with and without its sign. "Covers": how often the 95 % interval of the audit holds the rendered rate. A classifier is asked under several schemes and budgets; each claim counts.
What an audit says is true of the generator's images. What separates them from others is a figure of this generator, these judges and these phrases; for a generator of your own nobody knows it but by
photographs ([method](method.md))."""


Run = tuple[str, int]  # a scheme, at a budget


def _percent(value):
    return "" if value is None else f"{100 * value:.0f} %"


def _grid(head, rows):
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [head, ["---"] * len(head), *rows])


def _order(run):
    """Budgets together, schemes in their order."""
    scheme, budget = run
    return budget, list(settings.SCHEMES).index(scheme)


def table(figures: dict[Run, dict]) -> str:
    """figures: (scheme, budget) -> summary. One row each, budgets together."""
    head = [
        "images",
        "scheme",
        "classifiers",
        "found",
        "recall",
        "claims",
        "precision",
        "precision at 10",
        "wrong on controls",
        "images a bug",
        "seconds",
    ]
    rows = []
    for scheme, budget in sorted(figures, key=_order):
        f = figures[scheme, budget]
        rows.append(
            [
                f"{budget:,}",
                scheme,
                f["classifiers"],
                f"{f['found']} of {f['bugs']}",
                _percent(f["recall"]),
                f["claims"],
                _percent(f["precision"]),
                _percent(f["precision_at_10"]),
                f"{f['wrong_on_controls']} on {f['controls_with_wrong']} of {f['controls']}",
                "" if f["images_per_bug"] is None else f"{f['images_per_bug']:,}",
                f"{f['seconds']:,.0f}",
            ]
        )
    return _grid(head, rows)


def kinds(results: dict[Run, list[score.Score]]) -> str:
    """Found and planted, kind by kind."""
    runs = sorted(results, key=_order)
    figures = {k: score.summary(v)["kinds"] for k, v in results.items()}
    rows = []
    for kind in dict.fromkeys(c.kind for c in plan.CLASSIFIERS if c.kind != "control"):
        cells = []
        for run in runs:
            found, partly, total = figures[run].get(kind, (0, 0, 0))
            cells.append(f"{found} of {total}" + (f", partly {partly}" if partly else ""))
        rows.append([kind, *cells])
    return _grid(["kind", *(f"{s} {b:,}" for s, b in runs)], rows)


def costs(figures: dict[Run, dict]) -> str:
    """Images a bug of scotoma beside those of the others. figures: (scheme, budget) -> summary."""
    rows = []
    for budget in settings.BUDGETS:
        own = figures.get(("scotoma", budget))
        for other in (s for s in settings.SCHEMES if s != "scotoma"):
            theirs = figures.get((other, budget))
            if own and theirs and own["images_per_bug"] and theirs["images_per_bug"]:
                rows.append(
                    [
                        f"{budget:,}",
                        other,
                        _percent(own["images_per_bug"] / theirs["images_per_bug"]),
                        f"{own['found']} and {theirs['found']}",
                    ]
                )
    return _grid(["images", "beside", "what a bug costs scotoma, of what it costs the other", "found by scotoma and by the other"], rows)


def each(results: dict[Run, list[score.Score]]) -> str:
    """A row for each run of each classifier: what was found, claimed and spent."""
    rows = []
    for run in sorted(results, key=_order):
        for s in results[run]:
            right = [f"{c.label} {c.phrase} ({c.direction})" for c in s.right]
            wrong = [f"{c.label} {c.phrase} ({c.direction})" for c in s.wrong]
            found = f"{len(s.found)} of {len(s.found) + len(s.missed)}"
            ended = "; ".join(s.reasons)
            rows.append([s.name, run[0], f"{run[1]:,}", found, ended, "; ".join(right), "; ".join(wrong), s.images])
    return _grid(["classifier", "scheme", "images", "found", "missed", "right claims", "wrong claims", "spent"], rows)


def missed(results: dict[Run, list[score.Score]]) -> str:
    """Of scheme scotoma: how many bugs of a kind ended how, budget by budget."""
    rows = []
    for (scheme, budget), scores in sorted(results.items(), key=lambda item: item[0][1]):
        if scheme == "scotoma":
            ends = collections.Counter((s.kind, why) for s in scores for why in s.reasons)
            rows += [[f"{budget:,}", kind, count, why] for (kind, why), count in sorted(ends.items())]
    return (
        "Of scheme scotoma; where the hypotheses ended that name all of the bug.\n\n" + _grid(["images", "kind", "missed", "why"], rows)
        if rows
        else "Nothing."
    )


def wrong(results: dict[Run, list[score.Score]]) -> str:
    """The phrases of wrong claims, most frequent first."""
    rows = []
    for (scheme, budget), scores in sorted(results.items(), key=lambda item: _order(item[0])):
        phrases = collections.Counter(c.phrase for s in scores for c in s.wrong)
        if phrases:
            different = len({(c.label, c.phrase) for s in scores for c in s.wrong})
            rows.append(
                [f"{budget:,}", scheme, sum(phrases.values()), different, "; ".join(f"{p} ({n})" for p, n in phrases.most_common(6))]
            )
    return _grid(["images", "scheme", "wrong", "different", "phrases (how often), the most frequent"], rows) + WRONG if rows else "None."


def gaps(results: dict[Run, list[score.Score]]) -> str:
    """Audits of all claims that name one thing beside rendered scenes, by phrase group."""
    pairs = []
    for scores in results.values():
        for s in scores:
            for c in s.claims:
                if len(c.named) != 1 or not c.audit or math.isnan(c.rate):
                    continue
                covers = c.audit["low"] <= c.rate <= c.audit["high"]
                name = f"{c.label} {c.phrase}, {s.name}"
                pairs.append(gap.Pair(name, gap.group(c.named[0]), c.audit["rate"], c.audit["valid"], c.rate, covers))
    if not pairs:
        return "Nothing was audited."
    head = ["phrases", "claims", "images", "fail, generated", "fail, rendered", "points apart", "without sign"]
    head += [f"more than {100 * gap.FAR:.0f} apart", "covers", "furthest apart"]
    return GAPS + "\n\n" + _grid(head, [gap.cells(row) for row in gap.rows(pairs)])


def made(truth: score.Truth) -> str:
    """How many classifiers there are of each kind, how they were made, how strong the bugs are."""
    rows = []
    for kind in dict.fromkeys(c.kind for c in plan.CLASSIFIERS):
        entries = [truth.classifiers[c.name] for c in plan.CLASSIFIERS if c.kind == kind and c.name in truth.classifiers]
        rates = [b["rate"] for e in entries for b in e["bugs"]]
        ways = collections.Counter(e["how"] for e in entries)
        rows.append(
            [
                kind,
                len(entries),
                ", ".join(f"{n} {way}" for way, n in sorted(ways.items())),
                ", ".join(sorted({e["architecture"] for e in entries})),
                len(rates) or "",
                f"{_percent(min(rates))} to {_percent(max(rates))}" if rates else "",
                sum(e["refused"] for e in entries),
            ]
        )
    return _grid(["kind", "classifiers", "made by", "shapes", "bugs", "fail, rendered", "refused before"], rows)


def spent(figures: dict[Run, dict]) -> str:
    """Mean images of each stage, classifiers with bugs and controls apart."""
    heads = {"base": "base prompt", "explore": "searching", "shrink": "shrinking", "confirm": "confirming"}
    means = [(run, name, group) for run in sorted(figures, key=_order) for name, group in figures[run]["spent"].items() if group]
    stages = [k for k in dict.fromkeys(k for *_, group in means for k in group) if any(group.get(k) for *_, group in means)]
    rows = [
        [f"{budget:,}", scheme, name, *(f"{group.get(k, 0):,.0f}" for k in stages), f"{sum(group.values()):,.0f}"]
        for (scheme, budget), name, group in means
    ]
    return _grid(["images", "scheme", "classifiers", *(heads.get(k, k) for k in stages), "all"], rows)


def _schemes(results):
    """What the schemes are, those in `results` only."""
    there = {scheme for scheme, _ in results}
    base = ", ".join(f"{len(settings.LABELS) * spent['base']:,} of {budget:,}" for budget, spent in settings.PAPER.items())
    return "\n".join(f"- **{name}**: {text.format(base=base)}" for name, text in SCHEMES.items() if name in there)


def _caveat(truth, seed):
    """What a reader of the subset's page must know of the seed that was run once."""
    if seed != settings.SEED:
        return ""
    bugs = [len(truth.classifiers[name]["bugs"]) for name in plan.SHIPPED]
    return CAVEAT.format(most=max(bugs), bugs=sum(bugs))


def _body(results, figures, seed):
    runs = {f"{scheme} {budget}": summary for (scheme, budget), summary in figures.items()}
    each = {
        f"{scheme} {budget}": {s.name: [len(s.found), len(s.found) + len(s.missed), len(s.right), len(s.wrong), s.images] for s in scores}
        for (scheme, budget), scores in results.items()
    }
    return {
        "about": "the benchmark of planted bugs; see the page of the same name",
        "seed": seed,
        "delta": score.DELTA,
        "runs": runs,
        "each": {"form": ["found", "bugs", "right", "wrong", "images"], **each},
    }


def write(folder: Path, results: dict[Run, list[score.Score]], truth: score.Truth, seed: int, shipped: bool = False) -> None:
    """planted.md and planted.json in `folder`, or planted-shipped.md and .json of the subset; no time but the seconds that were measured."""
    entries = [truth.classifiers[name] for name in (plan.SHIPPED if shipped else truth.classifiers)]
    control = sum(e["kind"] == "control" for e in entries)
    figures = {run: score.summary(scores) for run, scores in results.items()}
    text = (SUBSET if shipped else HEAD).format(
        chosen=CHOSEN.format(tuned=settings.TUNED_ON, seed=seed) if seed == settings.SEED else f"Seed {seed}.",
        caveat=_caveat(truth, seed) if shipped else "",
        planted=len(entries) - control,
        controls=control,
        all=len(truth.classifiers),
        shapes=len(plan.ARCHITECTURES),
        table=table(figures),
        schemes=_schemes(results),
        spent=spent(figures),
        kinds=kinds(results),
        missed=missed(results),
        wrong=wrong(results),
        gaps=gaps(results),
        costs=costs(figures),
        made=made(truth),
        delta=score.DELTA,
        labels=len(settings.LABELS),
        places=len(settings.PLACES),
        looks=len(settings.LOOKS),
        pairs=len(settings.LABELS) * len(settings.PLACES) * len(settings.LOOKS),
        judges=len(settings.JUDGES) + 1,
        seed=seed,
        given_seed="" if seed == settings.SEED else f" --seed {seed}",
    )
    name = "planted-shipped" if shipped else "planted"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    line = lambda v: json.dumps(v, separators=(",", ":"))
    (folder / f"{name}.json").write_text(
        "{" + ",\n".join(f"{line(k)}:{line(v)}" for k, v in _body(results, figures, seed).items()) + "}\n", encoding="utf-8"
    )
