# SPDX-License-Identifier: Apache-2.0
"""Objects that a study names: ``object = "module:name"``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path

from scotoma._answers import ASKED, METHODS, Asked
from scotoma.errors import Error, InputError


def load(role: str, spec: str, live: Mapping[str, object], folder: str) -> Asked:
    """The object in its role: of ``live`` by the role's name, else what ``spec`` names. ``folder``: the study's, whose modules may be
    imported as those of the working folder are. Errors: InputError."""
    if role in live:
        value = live[role]
        return ASKED[role](value, f"the {role} ({type(value).__module__}.{type(value).__qualname__})")
    return ASKED[role](resolve(role, spec, folder), f"the {role} ({spec})")


def resolve(role: str, spec: str, folder: str) -> object:
    """What "module:name" names; a class or a function that makes one is called without arguments."""
    module_name, _, name = spec.partition(":")
    if not module_name or not name:
        raise InputError(
            f'{role}.object is "{spec}"; name an object as "module:name": mymodels.py with `classifier = ...` is "mymodels:classifier"'
        )
    for place in (folder, str(Path.cwd())):
        if place not in sys.path and "" not in sys.path:
            sys.path.insert(0, place)
    try:
        module = importlib.import_module(module_name)
    except Error:
        raise
    except Exception as error:
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
        except Exception as error:
            raise InputError(f'{role}.object is "{spec}": calling {name}() raised {type(error).__name__}: {error}') from error
    return value
