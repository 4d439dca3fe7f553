# SPDX-License-Identifier: Apache-2.0
"""A study: what is asked of which models. The same as a study file (docs/study.md), and read by the same reader."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import tomli_w

from scotoma import _native
from scotoma._arguments import whole
from scotoma._native import Examined
from scotoma.errors import InputError
from scotoma.events import Event, Run
from scotoma.image_store import ImagesPlace, store_of
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
    if type(value).__module__.split(".")[0] == "numpy":
        return value.tolist()
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
        labels: str | Iterable[str | Table],
        classifier: Classifier | Pathlike | Table,
        generator: Generator | Pathlike | Table,
        captioner: Captioner | Pathlike | Table | None = None,
        embedder: Embedder | Pathlike | Table | None = None,
        judge: Judge | Pathlike | Table | None = None,
        budget: int | Table | None = None,
        *,
        name: str | None = None,
        folder: Pathlike | None = None,
        **tables: Any,
    ) -> None:
        name = name or "study"
        if not isinstance(name, str):
            raise InputError(f"name is {name!r}; it must be a text")
        document: dict[str, Any] = {"name": name}
        live: dict[str, object] = {}
        document |= _labels(labels)
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
            document["budget"] = _plain(budget) if isinstance(budget, Mapping) else {"images": _whole("budget", budget, 1, 2**31 - 1)}
        document |= {key: _plain(value) for key, value in tables.items() if key not in simple and value is not None}
        place = Path.cwd() if folder is None else Path(_folder("folder", folder))
        try:
            text = tomli_w.dumps(document)
        except TypeError as error:
            raise InputError(f"a study holds texts, numbers, yes or no, lists and tables of these: {error}") from error
        self._native = _native.Study(text, str(place / f"{_stem(name)}.toml"), live)

    @classmethod
    def load(cls, file: Pathlike, **roles: object) -> Study:
        """Reads a study file. ``roles``: objects that take the place of what its ``object`` keys name: ``classifier=...``."""
        unknown = set(roles) - set(ROLES)
        if unknown:
            raise TypeError(f"Study.load() takes objects for {', '.join(ROLES)}, not for {', '.join(sorted(unknown))}")
        study = cls.__new__(cls)
        study._native = _native.Study.load(os.fspath(file), {role: _instance(value) for role, value in roles.items()})
        unused = sorted(set(roles) - set(study._native.python_roles))
        if unused:
            raise InputError(f'{os.fspath(file)}: its {unused[0]} is not of the kind "python": the object given for it would not be asked')
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
        images: ImagesPlace | None = None,
        executor: Executor | None = None,
    ) -> Results:
        """Runs the study, as ``scotoma find`` does, and writes its results into ``out`` (the study's name with ``.out``).

        Stopped or killed, the same call resumes where it left off: Ctrl-C stops after the batches under way. ``progress``: a bar, or
        a function that is given each event, on some thread; what it raises ends the run. ``images``: where the images are kept, a URL
        that fsspec knows (``s3://bucket/prefix``), a filesystem with a path of it, or a ``scotoma.ImageStore``; the cache's folder
        unless given. ``executor``: who carries batches to models, such as ``scotoma.ray.Executor``; threads of this process unless
        given.

        Raises InputError, RunError, KeyboardInterrupt: a second Ctrl-C at once, which leaves the batches under way behind.
        """
        run = self.events(out, budget=budget, seed=seed, threads=threads, cache=cache, images=images, executor=executor)
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
        images: ImagesPlace | None = None,
        executor: Executor | None = None,
    ) -> Run:
        """The same run, event by event: ``async for event in study.events(): ...``. The run goes on in a thread of its own; leaving
        the loop cancels it. Afterwards ``result`` of what this gives has the results."""
        if executor is not None and not callable(getattr(executor, "started", None)):
            raise InputError(f"executor is {executor!r}; it must be an Executor, such as scotoma.ray.Executor()")
        return Run(self._native, _options(self, out, cache, threads, budget, seed), executor, store_of(images))

    def doctor(self) -> list[Examined]:
        """Loads every model and sends images through all of them, as ``scotoma doctor`` does: what works, what is suspicious, what is
        wrong."""
        return self._native.doctor()


def _options(
    study: Study, out: Pathlike | None, cache: Pathlike | None, threads: int | None, budget: int | None, seed: int | None
) -> _native.FindOptions:
    options = _native.FindOptions()
    options.out = _folder("out", out if out is not None else f"{_stem(study.name)}.out")
    options.cache = _folder("cache", cache) if cache is not None else ""
    options.threads = _whole("threads", threads, 1, 1024)
    options.images = _whole("budget", budget, 1, 2**31 - 1)
    options.seed = _whole("seed", seed, 0, 9 * 10**15)
    return options


def _folder(name: str, value: Pathlike) -> str:
    """Absolute: the working folder may change while the study runs."""
    place = os.fspath(value) if isinstance(value, str | os.PathLike) else value
    if not isinstance(place, str) or not place or "\0" in place:
        raise InputError(f"{name} is {value!r}; it must name a folder")
    return os.path.abspath(place)


def _whole(name: str, value: int | None, low: int, high: int) -> int | None:
    return None if value is None else whole(name, value, low, high)


def _labels(labels: str | Iterable[str | Table]) -> dict[str, Any]:
    """Names as a list; where some are tables, all as tables, in their order."""
    if isinstance(labels, str):
        return {"labels": labels}
    if not isinstance(labels, Iterable):
        raise InputError(f"labels is {labels!r}; it must be a list of names, or of tables")
    given = list(labels)
    if all(isinstance(label, str) for label in given):
        return {"labels": given} if given else {}
    return {"label": [{"name": label} if isinstance(label, str) else _plain(label) for label in given]}


def _instance(value: object) -> object:
    """An object; a class is called for one."""
    return value() if isinstance(value, type) else value


def _stem(name: str) -> str:
    """A name for files."""
    return "".join(c if c.isalnum() or c in " ._-()" else "-" for c in name).strip(" .") or "study"


def _role_table(role: str, value: object, live: dict[str, object]) -> dict[str, Any]:
    """What the study file would say. Objects are kept in ``live``."""
    if isinstance(value, Mapping):
        return dict(_plain(value))
    if isinstance(value, str | os.PathLike):
        return {"model": os.fspath(value)} | ({"kind": "classifier"} if role == "judge" else {})
    live[role] = value = _instance(value)
    kind = type(value)
    return {"kind": "python", "object": f"{kind.__module__}:{kind.__qualname__}"}
