# SPDX-License-Identifier: Apache-2.0
"""The reference is written for every public module, whichever of the adapted libraries are installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parent.parent / "reference/write.py"
PACKAGE = Path(__file__).parent.parent / "scotoma"


def test_every_public_module_has_a_page(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, SCRIPT, tmp_path / "pages"], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    public = sorted(file.stem for file in PACKAGE.glob("[a-z]*.py"))
    assert "torch" in public and "ray" in public
    for name in public:
        page = (tmp_path / "pages/scotoma" / f"{name}.html").read_text()
        assert f"scotoma.{name}" in page, name
    assert "Stable Diffusion" in (tmp_path / "pages/scotoma/diffusers.html").read_text(), "its docstrings"
    assert (tmp_path / "pages/index.html").exists()
