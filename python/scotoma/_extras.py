# SPDX-License-Identifier: Apache-2.0
"""What an adaptor says where its package is not installed."""

from __future__ import annotations


def missing(extra: str, error: ImportError) -> ImportError:
    """The error of scotoma's adaptor of that name: what failed to import, and the command that installs it."""
    module = "scotoma." + extra.replace("-", "_")
    return ImportError(f"{module} cannot be used: {error}. Install what it needs: pip install 'scotoma[{extra}]'", name=error.name)
