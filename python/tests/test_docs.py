# SPDX-License-Identifier: Apache-2.0
"""What the docs of the package show runs."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from conftest import Reader, World

import scotoma
import scotoma.world
from scotoma.study import Study

ROOT = Path(__file__).parents[2]


def blocks(page: str, language: str) -> list[str]:
    """Code blocks of a page."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first, stored, second = blocks("docs/python.md", "python")
    found: dict[str, object] = {}
    exec(compile(first, "docs/python.md", "exec"), found)
    assert "on a flower is misclassified as a bee" in capsys.readouterr().out
    exec(compile(stored.replace("s3://", "memory://"), "docs/python.md", "exec"), found)
    assert len(capsys.readouterr().out.splitlines()) >= 4, "images of an audit"
    names: dict[str, object] = {}
    exec(compile(second, "docs/python.md", "exec"), names)
    mine = names["MyClassifier"]
    assert callable(mine)
    role = mine()
    assert isinstance(role, scotoma.roles.Classifier)
    (table,) = blocks("docs/python.md", "toml")
    assert tomllib.loads(table)["classifier"]["object"] == "mymodels:classifier"


def test_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    roles = scotoma.world.roles()
    for name, model in (("captioner", roles["captioner"]["model"]), ("clip", roles["embedder"]["model"])):
        Path(name).symlink_to(model)
    (block,) = blocks("README.md", "python")
    names: dict[str, object] = {"my_model": Reader(), "my_pipeline": World(fails_on="sofa")}
    exec(compile(block, "README.md", "exec"), names)
    assert isinstance(names["result"], scotoma.Results)
    assert [label.label for label in names["result"].labels] == ["cat", "dog"]


def test_the_page_names_what_there_is() -> None:
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    for name in re.findall(r"`(?:study|Study)\.(\w+)\(", page):
        assert hasattr(Study, name), name
    for name in re.findall(r"\| `(\w+)\(", page) + re.findall(r"`(plot_\w+)\(\)`", page):
        assert hasattr(scotoma.Results, name), name
    project = tomllib.loads((ROOT / "python/pyproject.toml").read_text(encoding="utf-8"))["project"]
    sentence = re.search(r"`pip install \"\./python\[notebook\]\"` adds.*?the other extras\.", page, re.DOTALL)
    assert sentence is not None
    named = set(re.findall(r"`([a-z-]+)`", sentence[0]))
    assert named | {"notebook"} == set(project["optional-dependencies"]), "the extras of the page are those of the package"


def test_the_package_is_the_programs_version() -> None:
    version = re.search(r"project\(scotoma VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
    assert version is not None and scotoma.__version__ == version[1]
