# SPDX-License-Identifier: Apache-2.0
"""Objects that a study names: ``object = "module:name"``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

from scotoma._answers import ASKED, METHODS, Asked
from scotoma.errors import Error, InputError

Locks: TypeAlias = dict[int, tuple[object, AbstractContextManager[object]]]


def load(role: str, spec: str, live: Mapping[str, object], folder: str, locks: Locks) -> Asked:
    """The object in its role: of ``live`` by the role's name, else what ``spec`` names. ``folder``: the study's, whose modules may be
    imported as those of the working folder are. ``locks``: of the study's objects by their ids, each held there: an object in several roles
    still takes one call at a time. Errors: InputError."""
    if role in live:
        value = live[role]
        name = f"the {role} ({type(value).__module__}.{type(value).__qualname__})"
    else:
        value = resolve(role, spec, folder)
        name = f"the {role} ({spec})"
    asked = ASKED[role](value, name)
    asked.lock = locks.setdefault(id(value), (value, asked.lock))[1]
    return asked


def resolve(role: str, spec: str, folder: str) -> object:
    """What "module:name" names; a class or a function that makes one is called without arguments."""
    module_name, _, name = spec.partition(":")
    if not module_name or not name:
        raise InputError(
            f'{role}.object is "{spec}"; name an object as "module:name": mymodels.py with `classifier = ...` is "mymodels:classifier"'
        )
    for place in (str(Path.cwd()), folder):
        if place not in sys.path:
            sys.path.insert(0, place)
    _check_module(role, spec, module_name, folder)
    try:
        module = importlib.import_module(module_name)
    except Error:
        raise
    except (Exception, SystemExit) as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == module_name.split(".")[0]
        what = (
            f"there is no module {module_name} in {folder}, {Path.cwd()} or among the installed packages"
            if missing
            else f"importing {module_name} raised {type(error).__name__}: {error}"
        )
        raise InputError(f'{role}.object is "{spec}": {what}') from error
    value: object = module
    for part in name.split("."):
        if not hasattr(value, part):
            there = ", ".join(sorted(n for n in vars(module) if not n.startswith("_"))[:12])
            raise InputError(f'{role}.object is "{spec}": {module_name} ({module.__file__}) has no {name}; it has: {there}')
        value = getattr(value, part)
    if isinstance(value, type) or (callable(value) and not hasattr(value, METHODS[role][0])):
        try:
            return value()
        except Error:
            raise
        except (Exception, SystemExit) as error:
            raise InputError(f'{role}.object is "{spec}": calling {name}() raised {type(error).__name__}: {error}') from error
    return value


def _check_module(role: str, spec: str, name: str, folder: str) -> None:
    """A module of that name from elsewhere, that another study brought, would answer in the place of this study's."""
    loaded = getattr(sys.modules.get(name), "__file__", None)
    own = [Path(folder, f"{name}.py"), Path(folder, name, "__init__.py")]
    there = next((file for file in own if file.is_file()), None)
    if loaded and there and not there.samefile(loaded):
        raise InputError(
            f'{role}.object is "{spec}": {there} is meant, but a module of that name is loaded from {loaded}; give one of them another name'
        )
