# SPDX-License-Identifier: Apache-2.0
"""A study: what is asked of which models. The same as a study file (docs/study.md), and read by the same reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import tomli_w

from scotoma import _native
from scotoma.events import Event, Run
from scotoma.results import Results
from scotoma.roles import Captioner, Classifier, Embedder, Generator, Judge

if TYPE_CHECKING:
    from scotoma.executor import Executor

Table: TypeAlias = Mapping[str, Any]
"""A table of a study file: ``{"images": 2000, "audit": 48}``."""

Pathlike: TypeAlias = str | os.PathLike[str]

ROLES = ("generator", "classifier", "captioner", "embedder", "judge")


def _plain(value: Any) -> Any:
    """As TOML knows it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


class Study:
    """What is asked of which models.

    ``classifier``, ``generator``, ``captioner``, ``embedder``, ``judge``: an object (``scotoma.roles``), a path to a model as the
    command line loads it, or the study file's table of that name. ``labels``: names, or tables (``{"name": "crane", "hypernym":
    "bird"}``). ``budget``: images of the whole run, or the table. All other tables and keys of a study file may be given by their
    names: ``attributes``, ``prompts``, ``evidence``, ``search``, ``failure``, ``engine``, ``name``, ``seed``. ``folder``: what relative
    paths are relative to; the working folder unless given.

    Raises InputError, naming key and value, as the command line does for a study file.
    """

    def __init__(
        self,
        labels: str | Sequence[str | Table],
        classifier: Classifier | Pathlike | Table,
        generator: Generator | Pathlike | Table,
        captioner: Captioner | Pathlike | Table | None = None,
        embedder: Embedder | Pathlike | Table | None = None,
        judge: Judge | Pathlike | Table | None = None,
        budget: int | Table | None = None,
        *,
        name: str = "study",
        folder: Pathlike | None = None,
        **tables: Any,
    ) -> None:
        document: dict[str, Any] = {"name": name}
        live: dict[str, object] = {}
        document["labels"] = labels if isinstance(labels, str) else [label for label in labels if isinstance(label, str)]
        whole = [] if isinstance(labels, str) else [_plain(label) for label in labels if not isinstance(label, str)]
        given: dict[str, Any] = {
            "generator": generator,
            "classifier": classifier,
            "captioner": captioner,
            "embedder": embedder,
            "judge": judge,
        }
        simple = {key: value for key, value in tables.items() if not isinstance(value, Mapping) and key != "attributes"}
        document |= {key: _plain(value) for key, value in simple.items() if value is not None}
        for role, value in given.items():
            if value is not None:
                document[role] = _role_table(role, value, live)
        if budget is not None:
            document["budget"] = {"images": budget} if isinstance(budget, int) else _plain(budget)
        document |= {key: _plain(value) for key, value in tables.items() if key not in simple and value is not None}
        if whole:
            document["label"] = whole
        if not document["labels"]:
            del document["labels"]
        place = Path.cwd() if folder is None else Path(folder)
        self._native = _native.Study(tomli_w.dumps(document), str(place / f"{_stem(name)}.toml"), live)

    @classmethod
    def load(cls, file: Pathlike, **roles: object) -> Study:
        """Reads a study file. ``roles``: objects that take the place of what its ``object`` keys name: ``classifier=...``."""
        unknown = set(roles) - set(ROLES)
        if unknown:
            raise TypeError(f"Study.load() takes objects for {', '.join(ROLES)}, not for {', '.join(sorted(unknown))}")
        study = cls.__new__(cls)
        study._native = _native.Study.load(os.fspath(file), roles)
        return study

    @property
    def name(self) -> str:
        """What reports call it."""
        return self._native.name

    @property
    def labels(self) -> list[str]:
        """Names of its labels."""
        return self._native.labels

    @property
    def notes(self) -> list[str]:
        """What whoever wrote it should know: keys without effect, and keys that have other names now."""
        return self._native.notes

    @property
    def toml(self) -> str:
        """The study file that it is."""
        return self._native.text

    def __repr__(self) -> str:
        return f"<scotoma.Study {self.name!r}: {len(self.labels)} labels>"

    def find(
        self,
        out: Pathlike | None = None,
        *,
        progress: bool | Callable[[Event], None] = False,
        budget: int | None = None,
        seed: int | None = None,
        threads: int | None = None,
        cache: Pathlike | None = None,
        executor: Executor | None = None,
    ) -> Results:
        """Runs the study, as ``scotoma find`` does, and writes its results into ``out`` (the study's name with ``.out``).

        Stopped or killed, the same call resumes where it left off: Ctrl-C stops after the batches under way. ``progress``: a bar, or
        a function that is given each event, on some thread; what it raises ends the run. ``executor``: who carries batches to models,
        such as ``scotoma.ray.Executor``; threads of this process unless given.

        Raises InputError, RunError, KeyboardInterrupt.
        """
        run = Run(self._native, _options(self, out, cache, threads, budget, seed), executor)
        if progress is True:
            from scotoma._bar import Bar

            with Bar() as bar:
                return run.wait(bar)
        return run.wait(progress if callable(progress) else None)

    def events(
        self,
        out: Pathlike | None = None,
        *,
        budget: int | None = None,
        seed: int | None = None,
        threads: int | None = None,
        cache: Pathlike | None = None,
        executor: Executor | None = None,
    ) -> Run:
        """The same run, event by event: ``async for event in study.events(): ...``. The run goes on in a thread of its own; leaving
        the loop cancels it. Afterwards ``result`` of what this gives has the results."""
        return Run(self._native, _options(self, out, cache, threads, budget, seed), executor)

    def doctor(self) -> list[_native.Examined]:
        """Loads every model and sends images through all of them, as ``scotoma doctor`` does: what works, what is suspicious, what is
        wrong."""
        return self._native.doctor()


def _options(
    study: Study, out: Pathlike | None, cache: Pathlike | None, threads: int | None, budget: int | None, seed: int | None
) -> _native.FindOptions:
    options = _native.FindOptions()
    options.out = os.fspath(out) if out is not None else f"{_stem(study.name)}.out"
    options.cache = os.fspath(cache) if cache is not None else ""
    options.threads = threads
    options.images = budget
    options.seed = seed
    return options


def _stem(name: str) -> str:
    """A name for files."""
    return "".join(c if c.isalnum() or c in " ._-()" else "-" for c in name).strip(" .") or "study"


def _role_table(role: str, value: object, live: dict[str, object]) -> dict[str, Any]:
    """What the study file would say. Objects are kept in ``live``."""
    if isinstance(value, Mapping):
        return dict(_plain(value))
    if isinstance(value, str | os.PathLike):
        return {"model": os.fspath(value)} | ({"kind": "classifier"} if role == "judge" else {})
    live[role] = value
    kind = type(value)
    return {"kind": "python", "object": f"{kind.__module__}:{kind.__qualname__}"}
