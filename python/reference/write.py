# SPDX-License-Identifier: Apache-2.0
"""Writes the reference of the installed Python package: HTML pages by pdoc, of every public module.

    python python/reference/write.py FOLDER

Adaptors import the libraries they adapt. Those that are not installed here are stood in for, since what is written comes from docstrings
and signatures alone.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

ADAPTED = ("diffusers", "fsspec", "maite", "mlflow", "onnxruntime", "open_clip", "PIL", "pyarrow", "ray", "timm", "torch", "transformers")
"""Modules of the package's extras; of these, whatever is missing gets a stand-in."""


class Anything(type):
    """Of classes in which every name is another such class."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return made(name, cls.__module__)


def made(name: str, module: str) -> Anything:
    """An exception, since `except` takes nothing else."""
    return Anything(name, (Exception,), {"__module__": module})


class StandIn(ModuleType):
    """A module in which every name is such a class."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, made(name, self.__name__))
        return self.__dict__[name]


class StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last, for what no other finder knows."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        absent = fullname.partition(".")[0] in ADAPTED
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True) if absent else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def modules() -> list[str]:
    """The package, which leads to those that it names in ``__all__``, and its other public modules."""
    import scotoma

    names = [module.name for module in pkgutil.iter_modules(scotoma.__path__)]
    return ["scotoma", *(f"scotoma.{name}" for name in names if not name.startswith("_") and name not in scotoma.__all__)]


def main(folder: Path) -> None:
    import pdoc

    sys.meta_path.append(StandIns())
    pdoc.pdoc(*modules(), output_directory=folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]).resolve())
