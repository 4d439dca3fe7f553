# SPDX-License-Identifier: Apache-2.0
"""How often every classifier really fails, on rendered scenes; which of them are accepted; truth.json.

Rates are over standard scenes (20 of each of 800 combinations of thing, place and look), and over small and recoloured ones (8 of each).
A cell of a control that looks bad on 20 scenes is measured again on 80 further ones before it is called bad.

Form of truth.json (places, looks, labels by index; a count is [failures, most frequent wrong label, its failures]):
    words        attribute -> value -> words that name it in a claim
    scenes       variant -> scenes of each combination
    classifiers  name -> {kind, how, architecture, refused (how often, before it was accepted),
        bugs     [{label, where {attribute: value}, wrong, rate, outside}]: what is planted; of a shortcut, what the truth shows;
                 with passes: true, it fails everywhere else
        cells    {(label * places + place) * looks + look: count} of standard scenes, only cells with failures
        again    {cell: [scenes, failures]} of cells measured again
        small, recoloured   {cell: failures} of these scenes, only cells with failures}
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from recipe import cache, captions, scenes
from recipe.measure import Net, to_input

from . import plan, pools

OUT = cache.WORLD / "planted" / "truth.json"
FAILS, PASSES = 0.5, 0.1  # a planted bug fails at least, and everything else of its classifier at most so often
MARGIN = 0.1  # a control's cell fails at most so much more often than its label
VIEW_MARGIN = 0.2  # the same of a label in the distance or in odd colours, at all places and under all looks
SHOWN = 3  # a shortcut is accepted if it deceives that many labels
CELLS = (cache.T, cache.P, cache.L)


def measured(name: str, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """{"said": ...}: predictions on the truth's scenes, remembered beside the network."""
    onnx, kept = pools.WORK / f"{name}.onnx", pools.WORK / f"{name}.said.npy"
    if not kept.exists() or kept.stat().st_mtime < onnx.stat().st_mtime:
        net = Net(onnx)
        said = np.concatenate([net(to_input(images[i : i + 1600])).argmax(1).astype(np.int8) for i in range(0, len(images), 1600)])
        np.save(kept, said)
    return np.load(kept)


class Tally:
    """Predictions counted by cell: `wrong[variant]` failures and `n[variant]` scenes, both [things, places, looks]."""

    def __init__(self, said: np.ndarray, labels: np.ndarray):
        self.said, self.labels, self.wrong, self.n = said, labels, {}, {}
        for v, name in enumerate(pools.VARIANTS):
            if name == "hard":
                continue
            rows = labels[:, 3] == v
            at = np.ravel_multi_index(labels[rows, :3].T, CELLS)
            fails = said[rows] != labels[rows, 0]
            self.wrong[name] = np.bincount(at[fails], minlength=np.prod(CELLS)).reshape(CELLS)
            self.n[name] = np.bincount(at, minlength=np.prod(CELLS)).reshape(CELLS)

    def rate(self, rows: np.ndarray) -> float:
        """Failure rate over rows of the truth's scenes."""
        return float((self.said[rows] != self.labels[rows, 0]).mean())

    def counts(self) -> dict[str, list[int]]:
        """{cell: count} of standard cells with failures."""
        found = {}
        rows = np.flatnonzero((self.labels[:, 3] == pools.STANDARD) & (self.said != self.labels[:, 0]))
        at = np.ravel_multi_index(self.labels[rows, :3].T, CELLS)
        for cell in np.unique(at):
            tally = np.bincount(self.said[rows[at == cell]], minlength=cache.T)
            found[str(cell)] = [int(tally.sum()), int(tally.argmax()), int(tally.max())]
        return found


def again(name: str, cell: int, n: int = 80) -> int:
    """Failures among n fresh standard scenes of one cell."""
    thing, place, look = np.unravel_index(cell, CELLS)
    row = (thing, place, look, pools.STANDARD, 0)
    images = np.stack([pools.render(row, np.random.default_rng([703, int(cell), i])) for i in range(n)])
    return int((Net(pools.WORK / f"{name}.onnx")(to_input(images)).argmax(1) != thing).sum())


def bad_cells(name: str, tally: Tally) -> tuple[str, dict[str, list[int]]]:
    """(what is wrong with a control, {cell: [scenes, failures]} of cells measured again)."""
    wrong, n, more = tally.wrong["standard"], tally.n["standard"], {}
    base = wrong.sum((1, 2)) / n.sum((1, 2))
    for axis, names in ((2, scenes.PLACES), (1, scenes.LOOKS)):
        rate = wrong.sum(axis) / n.sum(axis)
        if (rate > base[:, None] + MARGIN).any():
            t, i = np.unravel_index((rate - base[:, None]).argmax(), rate.shape)
            return f"{scenes.THINGS[t]} {names[i]} fails {rate[t, i]:.2f}", more
    for variant in pools.VIEWS:
        rate = tally.wrong[variant].sum((1, 2)) / tally.n[variant].sum((1, 2))
        if (rate > base + VIEW_MARGIN).any():
            t = (rate - base).argmax()
            return f"{variant} {scenes.THINGS[t]} fails {rate[t]:.2f}", more
    for cell in np.flatnonzero((wrong / n > base[:, None, None] + MARGIN).ravel()):
        t, p, look = np.unravel_index(cell, CELLS)
        more[str(cell)] = [80, again(name, cell)]
        rate = (wrong[t, p, look] + more[str(cell)][1]) / (n[t, p, look] + 80)
        if rate > base[t] + MARGIN:
            return f"{scenes.THINGS[t]} {scenes.PLACES[p]} {scenes.LOOKS[look]} fails {rate:.2f}", more
    return "", more


def planted_bugs(c: plan.Classifier, tally: Tally) -> tuple[list[dict], list[str]]:
    """(bugs, what is wrong) of a classifier with planted subgroups."""
    from .training import member, subgroup

    labels, standard = tally.labels, tally.labels[:, 3] == pools.STANDARD
    bugs, why = [], []
    for label, _ in c.mistaken():
        fails = subgroup(c, labels, label)[0]
        outside = tally.rate((labels[:, 0] == scenes.THINGS.index(label)) & standard & ~fails)
        for where in c.where:
            odd = {"size", "colour"} & dict(where).keys()
            rows = fails & standard if c.only else member(labels, where, label)[0] & (standard | bool(odd))
            tops = np.bincount(tally.said[rows & (tally.said != labels[:, 0])], minlength=cache.T)
            bugs.append(
                {
                    "label": label,
                    "where": dict(where),
                    **({"passes": True} if c.only else {}),
                    "wrong": scenes.THINGS[int(tops.argmax())],
                    "rate": round(tally.rate(rows), 3),
                    "outside": round(outside, 3),
                }
            )
    why += [f"{b['where']} fails only {b['rate']}" for b in bugs if b["rate"] < FAILS]
    why += [f"{b['label']} fails {b['outside']:.2f} outside" for b in bugs if b["outside"] > PASSES]
    for t, thing in enumerate(scenes.THINGS):
        rate = tally.rate((labels[:, 0] == t) & standard)
        why += [f"{thing} fails {rate:.2f}"] if thing not in dict(c.mistaken()) and rate > PASSES else []
    return bugs, why


def shortcut_bugs(c: plan.Classifier, tally: Tally) -> tuple[list[dict], list[str]]:
    """The labels that the truth shows to fail at the place, and what is wrong."""
    labels, place = tally.labels, dict(c.where[0])["place"]
    standard, here = labels[:, 3] == pools.STANDARD, labels[:, 1] == scenes.PLACES.index(place)
    bugs, why = [], []
    for t, thing in enumerate(scenes.THINGS):
        if thing == c.label:
            continue
        at, outside = (tally.rate(standard & (labels[:, 0] == t) & where) for where in (here, ~here))
        if outside > PASSES:
            why.append(f"{thing} fails {outside:.2f} elsewhere")
        if at >= FAILS:
            bugs.append({"label": thing, "where": {"place": place}, "wrong": c.label, "rate": round(at, 3), "outside": round(outside, 3)})
    return bugs, why + ([f"only {len(bugs)} labels deceived"] if len(bugs) < SHOWN else [])


def judge(c: plan.Classifier, said: np.ndarray, labels: np.ndarray) -> tuple[dict, list[str]]:
    """(entry of truth.json, reasons why it is refused)."""
    tally, more = Tally(said, labels), {}
    if c.kind == "control":
        bugs, (reason, more) = [], bad_cells(c.name, tally)
        why = [reason] if reason else []
    else:
        bugs, why = (shortcut_bugs if c.how == "shortcut" else planted_bugs)(c, tally)
    odd = {v: {str(cell): int(tally.wrong[v].flat[cell]) for cell in np.flatnonzero(tally.wrong[v])} for v in pools.VIEWS}
    return {
        "kind": c.kind,
        "how": c.how,
        "architecture": c.architecture,
        "bugs": bugs,
        "cells": tally.counts(),
        **({"again": more} if more else {}),
        **odd,
    }, why


def words() -> dict[str, dict[str, list[str]]]:
    """attribute -> value -> words that name it and nothing else, from the captions' grammar ("white" is a plate's, but a look's too)."""
    plain = {w for look in scenes.LOOKS for w in look.split()} | {
        "a",
        "an",
        "the",
        "on",
        "in",
        "at",
        "of",
        "by",
        "under",
        "front",
        "against",
        "among",
        "sitting",
    }
    wordings = {p: {w for text in [*captions.WHERE[p], captions.ALONE[p]] for w in text.split()} - plain for p in scenes.PLACES}
    own = {p: sorted(w for w in mine if not any(w in other for q, other in wordings.items() if q != p)) for p, mine in wordings.items()}
    looks = {k: sorted(set(v)) for k, v in captions._ADJECTIVE.items() if k != "black and white"}
    shown = {v: sorted({w for text in captions.SHOWN[view] for w in text.split()} - plain) for v, view in pools.VIEWS.items()}
    return {
        "place": own,
        "look": {**looks, "black and white": ["black"], "rain": ["rain"]},
        "size": {"small": shown["small"]},
        "colour": {"recoloured": shown["recoloured"]},
    }


def write(entries: dict[str, dict], path: Path = OUT) -> None:
    """truth.json, one line a classifier."""
    head = {
        "about": "failures on rendered scenes; form: see bench/planted/truth.py",
        "labels": scenes.THINGS,
        "places": scenes.PLACES,
        "looks": scenes.LOOKS,
        "words": words(),
        "scenes": dict(zip(pools.VARIANTS, pools.ROLES["truth"][1])),
    }
    line = lambda v: json.dumps(v, separators=(",", ":"))
    lines = [f" {line(k)}: {line(v)}" for k, v in sorted(entries.items())]
    path.parent.mkdir(exist_ok=True)
    path.write_text(line(head)[:-1] + ',"classifiers":{\n' + ",\n".join(lines) + "\n}}\n")
