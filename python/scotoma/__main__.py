# SPDX-License-Identifier: Apache-2.0
"""The ``scotoma`` command: the same program, in which studies may also name objects of Python's."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from scotoma import _export, _native


def main() -> int:
    """Runs the verb that the command line names; gives the exit code. Standard output is for results: what objects of the study and their
    libraries print goes elsewhere."""
    if _export.is_ours(sys.argv[1:]):
        return _export.run(sys.argv[1:])
    with contextlib.redirect_stdout(sys.stderr):
        return _native.run_program(sys.argv, str(Path(__file__).parent / "share"))


if __name__ == "__main__":
    sys.exit(main())
