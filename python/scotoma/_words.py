# SPDX-License-Identifier: Apache-2.0
"""What the library advises, in Python's words: its messages are the command line's, which has the same verbs and options."""

from __future__ import annotations

import itertools
import json
import re
import shlex

OPTIONS = ("out", "cache", "threads", "seed", "budget", "to", "test", "images", "format", "bug", "failing")
"""Those that arguments of find(), open() and export() are called after."""

CALLS = {"find": "Study.find", "doctor": "Study.doctor", "report": "Results.report", "export": "Results.export"}
"""Methods by the verb that they are. Other verbs have none: the package's own command has them."""

COMMAND = re.compile(rf"`scotoma ({'|'.join(CALLS)})((?: (?:'[^']*'|\\'|[^`' ])+)*)`")
OPTION = re.compile(rf"(?<![\w-])--({'|'.join(OPTIONS)})(?![\w-])(?: (valid|failing|[0-9][0-9.]*[0-9]|[0-9])(?![\w-]))?")


def in_python(message: str) -> str:
    """`` `scotoma find s.toml --out a` `` becomes `` `Study.find(out="a")` ``, and ``--out`` ``out=``."""
    return OPTION.sub(_argument, COMMAND.sub(_call, message))


def _call(command: re.Match[str]) -> str:
    verb, rest = command.groups()
    try:
        words = shlex.split(rest)
    except ValueError:
        return command[0]
    given = [
        f"{name[2:]}={value if value.isdigit() else json.dumps(value, ensure_ascii=False)}"
        for name, value in itertools.pairwise(words)
        if name.startswith("--") and verb == "find"
    ]
    return f"`{CALLS[verb]}({'anew=True' if verb == 'report' else ', '.join(given)})`"


def _argument(option: re.Match[str]) -> str:
    name, value = option.groups()
    if value is None:
        return f"{name}="
    return f"{name}={value}" if value[0].isdigit() else f'{name}="{value}"'
