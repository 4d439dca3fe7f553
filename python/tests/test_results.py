# SPDX-License-Identifier: Apache-2.0
"""Results: what they give, and that they stand without the study."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
from conftest import small_study

import scotoma


def test_images_are_read_when_they_are_looked_at(finished: scotoma.Results) -> None:
    bug = finished.bugs[0]
    images = finished.images(bug)
    assert len(images) == bug.rate.valid + bug.rate.invalid == len(finished.images(bug.id, "audit"))
    assert len(images.failing()) == bug.rate.failures and len(images.passing()) == bug.rate.valid - bug.rate.failures
    first = images[0]
    assert first.prompt == bug.prompt and first.image.size == (16, 16) and first.predicted == "bee" and 0 < first.probability <= 1
    assert len(images[:3]) == 3 and isinstance(images[:3], scotoma.Examples)
    base = finished.images(bug, "audit_base")
    assert {example.seed for example in base} == {example.seed for example in images}
    label = finished.images(finished.labels[0])
    assert len(label) == finished.labels[0].base.valid + finished.labels[0].base.invalid


@pytest.mark.parametrize(
    ("of", "part", "words"),
    [
        ("fly-in-space", None, "no hypothesis and no label"),
        ("fly-on-a-flower", "x", "no part"),
        ("fly-on-a-flower", 3, "part is 3; these are: audit"),
    ],
)
def test_what_is_not_there_is_named(finished: scotoma.Results, of: str, part: object, words: str) -> None:
    with pytest.raises(scotoma.InputError, match=words):
        finished.images(of, part)  # type: ignore[arg-type]


def test_tables(finished: scotoma.Results) -> None:
    bugs = finished.to_pandas("bugs")
    assert list(bugs["id"]) == ["fly-on-a-flower"] and bugs["audit_rate"][0] == finished.bugs[0].rate.rate
    assert len(finished.to_pandas()) == len(finished.hypotheses)
    assert list(finished.to_pandas("labels")["label"]) == [label.label for label in finished.labels]
    images = finished.to_pandas("images")
    assert len(images) == len(finished.images(finished.bugs[0])) and images["failed"].sum() == finished.bugs[0].rate.failures


def test_pages_of_a_notebook(finished: scotoma.Results) -> None:
    bug = finished.bugs[0]
    for shown in (finished, bug, finished.images(bug)):
        page = shown._repr_html_()
        assert page.count("<") == page.count(">") and "<script" not in page
    assert "data:image/png;base64" in finished.images(bug)._repr_html_() and "on a flower" in finished._repr_html_()


def test_others_texts_are_escaped_in_pages(finished: scotoma.Results, tmp_path: Path) -> None:
    evil = json.loads((finished.folder / "bugs.json").read_text())
    results = scotoma.open(finished.folder)
    results.json = evil | {"study": "<script>alert(1)</script>", "doubts": ["<img src=x onerror=y>"]}
    assert "<script" not in results._repr_html_() and "<img src=x" not in results._repr_html_()


def test_plots(finished: scotoma.Results) -> None:
    import matplotlib

    matplotlib.use("agg")
    rates = finished.plot_rates()
    assert [tick.get_text() for tick in rates.axes[0].get_yticklabels()] == ["fly on a flower"]
    evidence = finished.plot_evidence(finished.bugs[0])
    path = evidence.axes[0].lines[0].get_ydata()
    assert len(path) == finished.bugs[0].confirm.valid + 1 and path[-1] * 2.302585 == pytest.approx(finished.bugs[0].log_e_value)
    cross = finished.plot_cross_check()
    assert len(cross.axes[0].get_xticklabels()) == len(finished.labels)
    with pytest.raises(scotoma.InputError, match="no hypothesis"):
        finished.plot_evidence("fly-in-space")


def test_saved_results_stand_alone(finished: scotoma.Results, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    finished.save(copy)
    with pytest.raises(scotoma.InputError, match="not empty"):
        finished.save(copy)
    moved = tmp_path / "moved"
    shutil.move(copy, moved)
    again = scotoma.open(moved)
    assert again.bugs == finished.bugs and again.report().read_bytes() == finished.report().read_bytes()
    assert all(example.path.is_file() and moved in example.path.parents for example in again.images(again.bugs[0]))


def test_a_study_that_asks_for_a_certificate_gives_one(finished: scotoma.Results, tmp_path: Path) -> None:
    assert finished.certificate is None
    study = small_study(certify={"size": 0.4, "each": 200, "phrases": ["on a flower", "in space"]})
    result = study.find(out=tmp_path / "out")
    certificate = result.certificate
    assert certificate is not None and certificate.size == 0.4 and not certificate.absolute and not certificate.certified
    flower, space = certificate.of("fly")
    assert (flower.phrase, flower.verdict, flower.confirmed_bug, flower.hypothesis) == ("on a flower", "bug", True, "fly-on-a-flower")
    assert (space.verdict, space.confirmed_bug, space.hypothesis) == ("certified", False, None) and space.at_most is not None
    assert certificate.labels == {"fly": False, "bee": True, "cat": True, "dog": True} and len(certificate.sentences) == 4
    assert certificate.warnings == [] and "Certificate: 7 of 8" in result._repr_html_()
    assert result.bugs == finished.bugs, "the search does not know of the certificate"
    saved = scotoma.open(result.save(tmp_path / "copy"))
    assert saved.certificate == certificate and all((saved.folder / name).is_file() for name in flower.fields["examples"])
    assert flower.fields["examples"]


def test_no_results_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(scotoma.InputError, match="no results of a study there"):
        scotoma.open(tmp_path)


def test_exports_as_the_command_line_does(finished: scotoma.Results, tmp_path: Path) -> None:
    folder = finished.export(tmp_path / "dataset", test=0.3)
    assert any(folder.rglob("*.png"))
    with pytest.raises(scotoma.InputError, match="not empty"):
        finished.export(tmp_path / "dataset")


def test_errors_can_be_pickled() -> None:
    error = pickle.loads(pickle.dumps(scotoma.InputError("words")))
    assert isinstance(error, scotoma.InputError) and isinstance(error, ValueError) and str(error) == "words"


def test_results_do_not_depend_on_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    results = small_study().find(out="here.out", cache="there")
    monkeypatch.chdir("/")
    assert results.images(results.bugs[0])[0].image.size == (16, 16)
    assert any(results.export(tmp_path / "dataset", bug=results.bugs[0]).rglob("*.png"))
    results.save(tmp_path / "copy")
    copy = scotoma.open(tmp_path / "copy")
    for part in ("audit", "audit_base", "confirm"):
        assert all(example.path.is_file() for example in copy.images(copy.bugs[0], part))


def test_a_label_called_like_a_bug_has_its_own_images(out: Path) -> None:
    results = small_study(labels=["fly", "bee", {"name": "fly-on-a-flower", "class": "cat"}]).find(out=out)
    label = results.labels[2]
    assert len(results.images(label)) == label.base.valid + label.base.invalid
    with pytest.raises(scotoma.InputError, match="there are tables of"):
        results.to_pandas("bug")  # type: ignore[call-overload]
    with pytest.raises(scotoma.InputError, match="not of a NoneType"):
        results.images(None)  # type: ignore[arg-type]


def test_damaged_results_are_an_input_error(out: Path) -> None:
    small_study().find(out=out)
    (out / "bugs.json").unlink()
    with pytest.raises(scotoma.InputError, match=r"bugs\.json"):
        scotoma.open(out)
