# SPDX-License-Identifier: Apache-2.0
"""Errors speak of arguments and methods, not of options and verbs."""

from __future__ import annotations

import inspect
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import World, small_study

import scotoma
from scotoma import _words


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("a: cannot be written; choose another folder with --out", "a: cannot be written; choose another folder with out="),
        ("run `scotoma find 'a b.toml' --budget 12 --out 'x y'` first", 'run `Study.find(budget=12, out="x y")` first'),
        (r"run `scotoma find s.toml --out 'it'\''s'`", 'run `Study.find(out="it\'s")`'),
        ("say with --out (or --cache) where", "say with out= (or cache=) where"),
        ("`scotoma doctor STUDY` shows", "`Study.doctor()` shows"),
        ("`scotoma report out` writes", "`Results.report(anew=True)` writes"),
        ("--test 1.5: must be a share", "test=1.5: must be a share"),
        ("--images valid exports those", 'images="valid" exports those'),
        ("or the number of threads (--threads)", "or the number of threads (threads=)"),
        (
            "optimum-cli export openvino --model M --task image-to-text OUT",
            "optimum-cli export openvino --model M --task image-to-text OUT",
        ),
        ("export it again, without --disable-stateful", "export it again, without --disable-stateful"),
        ("`scotoma merge --into x`, which puts it in order", "`scotoma merge --into x`, which puts it in order"),
    ],
)
def test_options_and_verbs_become_arguments_and_methods(said: str, words: str) -> None:
    assert _words.in_python(said) == words


def test_they_are_there() -> None:
    arguments = {name for call in (scotoma.Study.find, scotoma.open, scotoma.Results.export) for name in inspect.signature(call).parameters}
    assert {"out", "cache", "threads", "seed", "budget", "to", "format"} <= arguments & set(_words.OPTIONS)
    for call in _words.CALLS.values():
        owner, method = call.split(".")
        assert callable(getattr(getattr(scotoma, owner), method))


def another_study(results: scotoma.Results, tmp_path: Path) -> None:
    small_study(name="another").find(out=results.folder)


def a_file(results: scotoma.Results, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    small_study().find(out=tmp_path / "file" / "out")


def no_cache(results: scotoma.Results, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    scotoma.open(tmp_path / "empty")


def lost_answers(results: scotoma.Results, tmp_path: Path) -> None:
    shutil.copytree(results.folder, tmp_path / "lost", ignore=shutil.ignore_patterns("cache.sqlite*", "findings.sqlite"))
    scotoma.open(tmp_path / "lost")


def a_damaged_cache(results: scotoma.Results, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "cache.sqlite").write_text("no database" * 100)
    small_study().find(out=tmp_path / "out")


def an_export_over_another(results: scotoma.Results, tmp_path: Path) -> None:
    results.export(tmp_path)


def an_odd_share(results: scotoma.Results, tmp_path: Path) -> None:
    results.export(tmp_path / "dataset", test=7)


@pytest.mark.parametrize("wrong", [another_study, a_file, no_cache, lost_answers, a_damaged_cache, an_export_over_another, an_odd_share])
def test_no_error_speaks_of_the_command_line(wrong: Callable[..., Any], finished: scotoma.Results, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("")
    with pytest.raises(scotoma.Error) as caught:
        wrong(finished, tmp_path)
    assert not re.search(r"(?<!\w)--[a-z]|scotoma find |`scotoma", str(caught.value)), caught.value


def test_what_a_role_raises_keeps_its_words(tmp_path: Path) -> None:
    class Speaks(World):
        def generate(self, prompts: Any, seeds: Any) -> Any:
            raise scotoma.RunError("my server was started without --out")

    with pytest.raises(scotoma.RunError, match="my server was started without --out"):
        small_study(generator=Speaks()).find(out=tmp_path / "out")
