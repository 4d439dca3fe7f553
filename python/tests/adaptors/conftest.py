# SPDX-License-Identifier: Apache-2.0
"""What the tests of the adaptors share: the package under test, images, and others' makers of tiny models.

SCOTOMA_PYTHON names the folder that holds the built package (scotoma/ with its native module); build/python/package unless given.
Where there is none, the sources are tested with a stand-in for scotoma.noise.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILT = Path(os.environ.get("SCOTOMA_PYTHON") or ROOT / "build" / "python" / "package")


def _stand_in(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    key = int.from_bytes(hashlib.sha256(seed.to_bytes(8, "little")).digest()[:16], "little")
    return np.random.Generator(np.random.Philox(key=key)).standard_normal(shape, np.float32)


if (BUILT / "scotoma" / "__init__.py").is_file():
    sys.path.insert(0, str(BUILT))
elif os.environ.get("SCOTOMA_PYTHON"):
    raise RuntimeError(f"SCOTOMA_PYTHON: there is no scotoma/__init__.py in {BUILT}")
else:
    package = types.ModuleType("scotoma")
    package.__path__ = [str(ROOT / "python" / "scotoma")]
    package.noise = _stand_in  # type: ignore[attr-defined]
    sys.modules["scotoma"] = package

sys.path.insert(0, str(ROOT / "tests" / "parity"))


def pictures(count: int, height: int, width: int, seed: int = 0) -> np.ndarray:
    """Smooth patterns, no two alike, read-only as roles get them."""
    y, x = np.meshgrid(np.linspace(0, 1, height), np.linspace(0, 1, width), indexing="ij")
    out = np.empty((count, height, width, 3), np.uint8)
    for at in range(count):
        rng = np.random.default_rng((seed, at))
        for channel in range(3):
            a, b, c, d = rng.uniform(1, 9, 4)
            out[at, :, :, channel] = np.round(127.5 + 127.5 * np.sin(a * x + b * y + c) * np.cos(d * x * y))
    out.flags.writeable = False
    return out


@pytest.fixture
def images() -> np.ndarray:
    """[5, 48, 64, 3]"""
    return pictures(5, 48, 64)


@pytest.fixture
def in_another_process() -> Callable[[str], str]:
    """Runs lines of Python with the same package, under another hash seed; gives what they print last."""

    def run(code: str) -> str:
        start = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import conftest\n"
        environment = {**os.environ, "PYTHONHASHSEED": "4242"}
        done = subprocess.run([sys.executable, "-c", start + code], capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().splitlines()[-1]

    return run


def batch_does_not_matter(answer: Callable[[np.ndarray], np.ndarray], images: np.ndarray, close: float = 1e-5) -> None:
    """Each row is the same alone, and in another order."""
    together = answer(images)
    alone = np.concatenate([answer(images[at : at + 1]) for at in range(len(images))])
    np.testing.assert_allclose(together, alone, atol=close)
    np.testing.assert_allclose(answer(images[::-1])[::-1], together, atol=close)
