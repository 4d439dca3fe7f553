# SPDX-License-Identifier: Apache-2.0
import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "world"))
from planted import make

sys.exit(make.main(sys.argv[1:]))
