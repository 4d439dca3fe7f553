#!/usr/bin/env bash
# diffusers 0.39.0: UniPCMultistepScheduler with solver_type "bh1", one of its two documented types, ends in NaN whatever the model and
# the number of steps, with all other settings at their defaults. The last step goes to noise level 0, where its length in log SNR is
# infinite; B(h) of bh1 is that length (of bh2 it is -1), and it is multiplied by a sum of no terms: infinity times 0. No error, no
# warning: the latents are NaN, and the image black. With final_sigmas_type "sigma_min" all is well.
#
# Seen: bh1 is finite before the last step and NaN after it for 5, 20 and 50 steps; bh2, and bh1 with sigma_min, stay finite.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check diffusers==0.39.0 torch==2.15.0
cd "$folder"
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import diffusers
import torch
from diffusers import UniPCMultistepScheduler

print("diffusers", diffusers.__version__, "torch", torch.__version__)
# Stable Diffusion's schedule.
sd = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def last_two(steps, **settings):
    """Whether the latents are finite before and after the last step, when the network predicts a little noise."""
    scheduler = UniPCMultistepScheduler(**sd, **settings)
    scheduler.set_timesteps(steps)
    latents = [torch.ones(1, 4, 8, 8)]
    for t in scheduler.timesteps:
        latents.append(scheduler.step(0.1 * latents[-1], t, latents[-1]).prev_sample)
    return [bool(each.isfinite().all()) for each in latents[-2:]]


seen = {
    "bh2": [last_two(n, solver_type="bh2") for n in (5, 20, 50)],
    "bh1": [last_two(n, solver_type="bh1") for n in (5, 20, 50)],
    "bh1, sigma_min": [last_two(n, solver_type="bh1", final_sigmas_type="sigma_min") for n in (5, 20, 50)],
}
for name, finite in seen.items():
    print(f"{name}: finite before and after the last step of 5, 20 and 50:", finite)
good = [[True, True]] * 3
expected = {"bh2": good, "bh1": [[True, False]] * 3, "bh1, sigma_min": good}
raise SystemExit(0 if seen == expected else "the behaviour has changed")
PYTHON
