# SPDX-License-Identifier: Apache-2.0
"""What a claim of Scotoma is worth: compared with what rendered scenes show of the classifier. Standard library only.

A claim is (label, phrase, direction). The words of the phrase name attributes (truth.json's `words`); the claim is about rendered
scenes of the label that have exactly these, all other attributes being equally frequent. "A or B" is about scenes of A, and about
scenes of B.

right    on those scenes the failure rate is above the label's over all standard scenes by more than delta (for `passes`: the rate
         of passing); of "A or B" on each of the two
wrong    it is not; also a phrase that names no attribute, or two values of one, of which no scene can be had
found    a planted bug of which some right claim names the label and all attributes (and perhaps more)
partly   a planted AND bug of which right claims name the label and some, but no claim names all attributes
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path

DELTA = 0.05
VARIANTS = {"size": "small", "colour": "recoloured"}  # attributes of which truth.json has scenes apart from the standard ones


class Truth:
    """truth.json, with failure rates over any cell."""

    def __init__(self, path: Path):
        with open(path, encoding="utf-8") as file:
            self.all = json.load(file)
        self.labels, self.places, self.looks = (self.all[k] for k in ("labels", "places", "looks"))
        self.classifiers = self.all["classifiers"]

    def rate(self, name: str, label: str, attributes: dict[str, str] | None = None) -> float:
        """Failure rate of rendered scenes of `label` with `attributes` {place, look, size, colour}, standard ones unless size or colour
        is given; nan where both are, of which there are no scenes.
        """
        attributes = attributes or {}
        t, entry = self.labels.index(label), self.classifiers[name]
        variants = [VARIANTS[a] for a in attributes if a in VARIANTS]
        if len(variants) > 1:
            return math.nan
        places = [self.places.index(attributes["place"])] if "place" in attributes else range(len(self.places))
        looks = [self.looks.index(attributes["look"])] if "look" in attributes else range(len(self.looks))
        total = 0.0
        for p in places:
            for k in looks:
                total += self._cell(entry, (t * len(self.places) + p) * len(self.looks) + k, *variants)
        return total / (len(places) * len(looks))

    def _cell(self, entry, cell, variant=None):
        """The rate of one combination, with the scenes it was measured on again."""
        if variant:
            return entry[variant].get(str(cell), 0) / self.all["scenes"][variant]
        failures, n = entry["cells"].get(str(cell), [0])[0], self.all["scenes"]["standard"]
        more, bad = entry.get("again", {}).get(str(cell), (0, 0))
        return (failures + bad) / (n + more)


def attributes(phrase: str, words: dict[str, dict[str, list[str]]]) -> dict[str, str] | None:
    """{attribute: value} that the words of a phrase name; None where it names two values of one attribute.

    words: attribute -> value -> words of it alone.
    """
    said = set(re.findall(r"[a-z]+", phrase.lower()))
    found = {}
    for attribute, values in words.items():
        named = [value for value, own in values.items() if said & set(own)]
        if len(named) > 1:
            return None
        if named:
            found[attribute] = named[0]
    return found


def alternatives(phrase: str, words: dict[str, dict[str, list[str]]]) -> list[dict[str, str]]:
    """What a phrase names, one {attribute: value} for each part of "A or B"; empty where some part names nothing or no scene."""
    named = [attributes(part, words) for part in phrase.split(" or ")]
    return named if all(named) else []


@dataclass
class Claim:
    """One confirmed hypothesis and what it is worth."""

    label: str
    phrase: str
    direction: str
    evidence: float
    named: list  # as alternatives() gives it
    rate: float = math.nan  # of failures on the rendered scenes it speaks of; of "A or B" the one that speaks less for it
    base: float = math.nan  # of the label
    right: bool = False
    audit: dict | None = None  # of generated images no search has seen, as bugs.json has it: failures, in either direction

    def names(self, where: dict[str, str]) -> bool:
        """Whether it names all of `where` (and perhaps more)."""
        return any(where.items() <= one.items() for one in self.named)


def judged(bug: dict, name: str, truth: Truth, delta: float = DELTA) -> Claim:
    """The Claim of one confirmed entry of bugs.json."""
    claim = Claim(bug["label"], bug["phrase"], bug["direction"], bug["log_e_value"], alternatives(bug["phrase"], truth.all["words"]))
    claim.audit = bug.get("audit")
    claim.base = truth.rate(name, claim.label)
    if claim.named:
        rates = [truth.rate(name, claim.label, one) for one in claim.named]
        claim.rate = min(rates) if claim.direction == "fails" else max(rates)
        rise = claim.rate - claim.base if claim.direction == "fails" else claim.base - claim.rate
        claim.right = rise > delta
    return claim


@dataclass
class Score:
    """One run of one classifier."""

    name: str
    kind: str
    claims: list = field(default_factory=list)
    found: list = field(default_factory=list)  # planted bugs, as truth.json has them
    partly: list = field(default_factory=list)
    missed: list = field(default_factory=list)  # those partly found are missed too
    reasons: list = field(default_factory=list)  # of `missed`, in the same order
    images: int = 0
    spent: dict = field(default_factory=dict)  # stage -> images, as bugs.json has them, "total" aside
    seconds: float = 0.0

    @property
    def right(self) -> list[Claim]:
        return [c for c in self.claims if c.right]

    @property
    def wrong(self) -> list[Claim]:
        return [c for c in self.claims if not c.right]


def reason(planted: dict, bugs: dict, truth: Truth) -> str:
    """Where the hypotheses ended that name all of a missed bug: their statuses; "never asked" without any."""
    ends = set()
    for bug in bugs["bugs"]:
        named = alternatives(bug["phrase"], truth.all["words"])
        if bug["label"] == planted["label"] and any(planted["where"].items() <= one.items() for one in named):
            ends.add(bug["status"].replace("_", " "))
    return ", ".join(sorted(ends)) or "never asked"


def score(name: str, bugs: dict, run: dict, truth: Truth, delta: float = DELTA) -> Score:
    """The Score of one run. bugs, run: what bugs.json and run.json hold."""
    entry = truth.classifiers[name]
    spent = {k: v for k, v in bugs["images_spent"].items() if k != "total"}
    result = Score(name, entry["kind"], images=bugs["images_spent"]["total"], spent=spent, seconds=run.get("seconds", 0.0))
    result.claims = [judged(b, name, truth, delta) for b in bugs["bugs"] if b["status"] == "confirmed"]
    for planted in entry["bugs"]:
        direction = "passes" if planted.get("passes") else "fails"
        own = [c for c in result.right if c.label == planted["label"] and c.direction == direction]
        if any(c.names(planted["where"]) for c in own):
            result.found.append(planted)
        else:
            result.missed.append(planted)
            result.reasons.append(reason(planted, bugs, truth))
            if any(planted["where"].items() & one.items() for c in own for one in c.named):
                result.partly.append(planted)
    return result


def precision_at(claims: list[Claim], k: int = 10) -> float | None:
    """Share of right ones among the k claims with the most evidence (ties in the order of bugs.json); None without claims."""
    best = sorted(claims, key=lambda c: -c.evidence)[:k]
    return sum(c.right for c in best) / len(best) if best else None


def _ratio(part, whole):
    return round(part / whole, 4) if whole else None


def mean_spent(scores: list[Score]) -> dict[str, float]:
    """stage -> images, the mean over `scores`; empty without scores."""
    stages = dict.fromkeys(stage for s in scores for stage in s.spent)
    return {stage: round(sum(s.spent.get(stage, 0) for s in scores) / len(scores), 1) for stage in stages}


def summary(scores: list[Score]) -> dict:
    """The figures of one scheme at one budget over all classifiers."""
    planted, controls = [s for s in scores if s.kind != "control"], [s for s in scores if s.kind == "control"]
    kinds = {}
    for s in planted:
        found, partly, total = kinds.get(s.kind, (0, 0, 0))
        kinds[s.kind] = (found + len(s.found), partly + len(s.partly), total + len(s.found) + len(s.missed))
    found = sum(k[0] for k in kinds.values())
    right, claims = sum(len(s.right) for s in scores), sum(len(s.claims) for s in scores)
    at_ten = [p for p in (precision_at(s.claims) for s in scores) if p is not None]
    return {
        "classifiers": len(scores),
        "planted": len(planted),
        "controls": len(controls),
        "bugs": sum(k[2] for k in kinds.values()),
        "found": found,
        "recall": _ratio(found, sum(k[2] for k in kinds.values())),
        "kinds": {k: list(v) for k, v in sorted(kinds.items())},
        "claims": claims,
        "right": right,
        "precision": _ratio(right, claims),
        "wrong_on_controls": sum(len(s.wrong) for s in controls),
        "right_on_controls": sum(len(s.right) for s in controls),
        "controls_with_wrong": sum(bool(s.wrong) for s in controls),
        "precision_at_10": round(sum(at_ten) / len(at_ten), 4) if at_ten else None,
        "images": sum(s.images for s in scores),
        "images_per_bug": round(sum(s.images for s in planted) / found) if found else None,
        "spent": {"planted": mean_spent(planted), "controls": mean_spent(controls)},
        "seconds": round(sum(s.seconds for s in scores), 1),
    }
