# SPDX-License-Identifier: Apache-2.0
"""What goes wrong, with the same words as the command line has for it."""

from __future__ import annotations


class Error(Exception):
    """Any error of Scotoma's: says what is wrong, where, and what to do."""


class InputError(Error, ValueError):
    """What was given cannot be used: a study, a model, an option. The command line ends with exit code 2."""


class RunError(Error, RuntimeError):
    """The work ran and failed midway: a full disk, NaN from a model. All answers so far are kept."""


class Interrupted(Error):
    """The run was cancelled; the same call resumes it. Ctrl-C raises KeyboardInterrupt instead."""
