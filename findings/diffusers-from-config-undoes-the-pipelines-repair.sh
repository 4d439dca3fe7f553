#!/usr/bin/env bash
# diffusers 0.39.0: StableDiffusionPipeline repairs old scheduler files when it is made (clip_sample false, steps_offset 1), and
# pipe.scheduler.config shows the repaired values. The documented way to take another scheduler, Scheduler.from_config(pipe.scheduler.config),
# undoes it: the file did not name these keys, so they are listed in _use_default_values, and from_config puts the class's own defaults
# in place of what the config shows. Latents are then clipped to +-1 and timesteps begin at 0: other, ruined images, without a word.
#
# Seen: the pipeline's config says clip_sample False, steps_offset 1; from_config of that very config gives True, 0; the last step from a
# latent of 3 gives 3.0 with the first and 1.0 with the second.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check diffusers==0.39.0 torch==2.15.0 transformers==5.24.0
cd "$folder"
HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import diffusers
import torch
from diffusers import DDIMScheduler, StableDiffusionPipeline

diffusers.utils.logging.set_verbosity_error()
print("diffusers", diffusers.__version__, "torch", torch.__version__)
# What folders of 2022 say.
old = {"num_train_timesteps": 1000, "beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
pipe = StableDiffusionPipeline(
    vae=None, text_encoder=None, tokenizer=None, unet=None, safety_checker=None, feature_extractor=None,
    scheduler=DDIMScheduler.from_config(old), requires_safety_checker=False,
)
again = DDIMScheduler.from_config(pipe.scheduler.config)


def last_step(scheduler):
    """What becomes of a latent of 3 when the network predicts no noise."""
    scheduler.set_timesteps(20)
    latent = torch.full((1, 4, 8, 8), 3.0)
    return round(scheduler.step(torch.zeros_like(latent), scheduler.timesteps[-1], latent).prev_sample.max().item(), 1)


seen = [(s.config.clip_sample, s.config.steps_offset, last_step(s)) for s in (pipe.scheduler, again)]
print("the pipeline's scheduler:", seen[0])
print("from_config of its config:", seen[1])
raise SystemExit(0 if seen == [(False, 1, 3.0), (True, 0, 1.0)] else "the behaviour has changed")
PYTHON
