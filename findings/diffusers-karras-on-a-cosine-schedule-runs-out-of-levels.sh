#!/usr/bin/env bash
# diffusers 0.39.0: DPMSolverMultistepScheduler and its relatives with use_karras_sigmas on the cosine schedule (beta_schedule
# "squaredcos_cap_v2") stop with an error that names no setting, in their last step, after all network evaluations. The first two of
# Karras's noise levels lie so close in time that both timesteps become the same whole number; the first call of step() looks its
# timestep up in the list, takes the second of two equal ones, and so the walk is one level short at its end.
#
# Seen, 20 steps: the first timestep stands twice, step() works 19 times, and the 20th raises IndexError (UniPC: AssertionError
# without a text). With the scaled_linear schedule all 20 steps work.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check diffusers==0.39.0 torch==2.15.0
cd "$folder"
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import diffusers
import torch

diffusers.utils.logging.set_verbosity_error()
print("diffusers", diffusers.__version__, "torch", torch.__version__)
classes = ("DPMSolverMultistepScheduler", "DPMSolverSinglestepScheduler", "DEISMultistepScheduler", "UniPCMultistepScheduler")


def steps_taken(name, schedule, steps=20):
    """How many steps work, what stops the next one, and whether the first two timesteps are one."""
    scheduler = getattr(diffusers, name)(beta_schedule=schedule, use_karras_sigmas=True)
    scheduler.set_timesteps(steps)
    latents = torch.ones(1, 4, 8, 8)
    first, second = scheduler.timesteps[:2].tolist()
    for taken, t in enumerate(scheduler.timesteps):
        try:
            latents = scheduler.step(0.1 * latents, t, latents).prev_sample
        except (IndexError, AssertionError) as error:
            return taken, type(error).__name__, first == second
    return steps, "", first == second


seen = {(name, schedule): steps_taken(name, schedule) for name in classes for schedule in ("scaled_linear", "squaredcos_cap_v2")}
for (name, schedule), result in seen.items():
    print(f"{name}, {schedule}: {result[0]} steps of 20 {result[1]}")
expected = {(name, "scaled_linear"): (20, "", False) for name in classes}
expected |= {(name, "squaredcos_cap_v2"): (19, "IndexError", True) for name in classes[:3]}
expected |= {(classes[3], "squaredcos_cap_v2"): (19, "AssertionError", True)}
raise SystemExit(0 if seen == expected else "the behaviour has changed")
PYTHON
