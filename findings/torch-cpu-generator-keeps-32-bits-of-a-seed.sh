#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# torch 2.15.0: a generator on the CPU takes seeds of 64 bits, remembers all of them (initial_seed()), and draws its numbers from the lower
# 32 alone: 5, 5 + 2^32 and 5 + 2^63 give the same numbers, and every multiple of 2^32 is seed 0. manual_seed() documents the range
# [-2^63, 2^64 - 1], and Generator.manual_seed() advises large seeds. So seeds that are hashes, or (worker << 32) + index, or a time in
# nanoseconds, collide: of 100,000 random seeds of 64 bits about one pair draws the same noise. (diffusers' users seed their latents so.)
#
# Seen: the same four normal numbers for the three seeds, initial_seed() 5, 4294967301 and 9223372036854775813; random.Random and numpy
# tell them apart.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
import random

import numpy as np
import torch

print("torch", torch.__version__, "numpy", np.__version__)
seeds = [5, 5 + 2**32, 5 + 2**63]
drawn, remembered, others = [], [], []
for seed in seeds:
    generator = torch.Generator("cpu").manual_seed(seed)
    remembered.append(generator.initial_seed())
    drawn.append(torch.randn(4, generator=generator).tolist())
    others.append((random.Random(seed).random(), np.random.default_rng(seed).random()))
    print(f"seed {seed}: initial_seed() {remembered[-1]}, randn {drawn[-1]}, random {others[-1][0]:.4f}, numpy {others[-1][1]:.4f}")
zero = torch.Generator("cpu").manual_seed(0)
worker = torch.Generator("cpu").manual_seed(7 << 32)
shifted = torch.equal(torch.randn(4, generator=zero), torch.randn(4, generator=worker))
print("seed 7 << 32 draws what seed 0 draws:", shifted)
same = drawn[0] == drawn[1] == drawn[2] and remembered == seeds and shifted and len(set(others)) == 3
raise SystemExit(0 if same else "the behaviour has changed")
PYTHON
