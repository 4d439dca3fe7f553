# SPDX-License-Identifier: Apache-2.0
"""What results hold: typed records over bugs.json (docs/bugs-json.md)."""

from __future__ import annotations

import dataclasses
from typing import Any, cast


@dataclasses.dataclass(frozen=True)
class Rate:
    """Failures among valid images, with a 95 % Clopper-Pearson interval."""

    failures: int
    valid: int
    invalid: int  # images that the judge refused
    rate: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.failures} of {self.valid} ({self.rate:.0%}, {self.low:.0%} to {self.high:.0%})"


def _rate(fields: dict[str, Any] | None) -> Rate | None:
    return None if fields is None else Rate(**{f.name: fields[f.name] for f in dataclasses.fields(Rate)})


@dataclasses.dataclass(frozen=True)
class Hypothesis:
    """ "Images of ``label`` described by ``phrase`` fail more often than the baseline rate allows", and what became of it. ``fields``:
    all that bugs.json has of it (docs/bugs-json.md)."""

    id: str
    status: str  # only "confirmed" is a finding
    label: str
    phrase: str
    prompt: str
    direction: str  # "fails", or "passes" where the label fails systematically
    predicted: str  # most frequent wrong answer; may be empty
    sentence: str
    cause: str | None
    base: Rate
    confirm: Rate
    audit: Rate | None  # fresh images; None unless confirmed and audited
    audit_base: Rate | None  # the base prompt on the same seeds
    log_e_value: float
    fields: dict[str, Any] = dataclasses.field(repr=False, compare=False)

    @property
    def rate(self) -> Rate:
        """The rate to report: the audit's, else that of confirmation."""
        return self.audit or self.confirm

    def _repr_html_(self) -> str:
        from scotoma._html import hypothesis_html

        return hypothesis_html(self)


@dataclasses.dataclass(frozen=True)
class Cause:
    """Bugs of one phrase and one usual wrong answer, together."""

    id: str
    phrase: str
    predicted: str
    sentence: str
    labels: list[str]
    bugs: list[Hypothesis]
    reaches: list[str]  # further labels that are misclassified alike


@dataclasses.dataclass(frozen=True)
class Label:
    """What the base prompts showed of one label."""

    label: str
    class_name: str
    base: Rate
    failing: bool  # fails systematically: a finding of its own
    not_generatable: bool
    predicted: str
    fields: dict[str, Any] = dataclasses.field(repr=False, compare=False)


@dataclasses.dataclass(frozen=True)
class CertificateCell:
    """A label with a phrase: is there evidence that the phrase does not matter? ``fields``: all that bugs.json has of it."""

    label: str
    phrase: str
    prompt: str
    verdict: str  # "certified", "bug", "undecided", "not_generatable"
    failures: int
    valid: int
    invalid: int  # images that the judge refused
    at_most: float | None  # upper limit of the rise (absolute: of the rate); None where there is none
    figures: str  # the same for people
    hypothesis: str | None  # id of the search's hypothesis that is the same claim
    confirmed_bug: bool  # the search confirmed that
    contradicts_bug: bool  # ... and it is certified: one of both is wrong
    fields: dict[str, Any] = dataclasses.field(repr=False, compare=False)


@dataclasses.dataclass(frozen=True)
class Certificate:
    """Which phrases are certified not to raise a label's failure rate by ``size`` (docs/certify.md). ``fields``: all that bugs.json
    has of it."""

    size: float
    absolute: bool  # the rate itself, not its rise
    alpha: float
    certified: bool  # every cell is
    cells: list[CertificateCell]  # labels by phrases
    labels: dict[str, bool]  # label -> every phrase of it is certified
    sentences: list[str]  # a label each
    warnings: list[str]  # where certificate and search cannot both be right, and bugs that only the certificate names
    fields: dict[str, Any] = dataclasses.field(repr=False, compare=False)

    def of(self, label: str) -> list[CertificateCell]:
        """The cells of one label."""
        return [cell for cell in self.cells if cell.label == label]


def certificate_of(fields: dict[str, Any]) -> Certificate:
    """Of bugs.json's "certificate"."""
    own = [field.name for field in dataclasses.fields(CertificateCell) if field.name != "fields"]
    return Certificate(
        fields["size"],
        fields["variant"] == "absolute",
        fields["alpha"],
        fields["certified"],
        [CertificateCell(**{key: cell[key] for key in own}, fields=cell) for cell in fields["cells"]],
        {label["label"]: label["certified"] for label in fields["labels"]},
        [label["sentence"] for label in fields["labels"]],
        fields["beside_search"]["warnings"],
        fields=fields,
    )


def hypothesis_of(fields: dict[str, Any]) -> Hypothesis:
    """Of an entry of bugs.json's "bugs"."""
    words = {key: fields[key] for key in ("id", "status", "label", "phrase", "prompt", "direction", "predicted", "sentence", "cause")}
    rates = {key: _rate(fields[key]) for key in ("base", "confirm", "audit", "audit_base")}
    return Hypothesis(**words, **cast("dict[str, Any]", rates), log_e_value=fields["log_e_value"], fields=fields)


def label_of(fields: dict[str, Any]) -> Label:
    """Of an entry of its "labels"."""
    base = _rate(fields["base"])
    assert base is not None
    return Label(
        fields["label"], fields["class"], base, fields["failing_label"], fields["not_generatable"], fields["predicted"], fields=fields
    )


def columns_of(kind: type[Hypothesis] | type[Label]) -> list[str]:
    """The columns of a table of them: a rate has six."""
    names: list[str] = []
    for field in dataclasses.fields(kind):
        rate = "Rate" in str(field.type)
        names += [f"{field.name}_{each.name}" for each in dataclasses.fields(Rate)] if rate else [field.name]
    return [name for name in names if name != "fields"]


def row_of(record: Hypothesis | Label) -> dict[str, Any]:
    """A row of such a table."""
    row: dict[str, Any] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if field.name == "fields":
            continue
        if isinstance(value, Rate):
            row |= {f"{field.name}_{key}": number for key, number in dataclasses.asdict(value).items()}
        elif value is None and field.name.startswith("audit"):
            row |= {f"{field.name}_{rate.name}": None for rate in dataclasses.fields(Rate)}
        else:
            row[field.name] = value
    return row
