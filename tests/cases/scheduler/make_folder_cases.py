# SPDX-License-Identifier: Apache-2.0
"""What diffusers' StableDiffusionPipeline makes of the scheduler_config.json files in folders/, written to
folder_cases.json: timesteps, scale of the first sample and the trajectory of a toy network, or a refusal.

NAME.json is sampled by its own class, NAME_as_SAMPLER.json by another, as diffusers builds it from the same file and
hands it to the pipeline. (`pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)` is no measure: it undoes
what the pipeline mended.)

Needs torch and diffusers 0.39: python make_folder_cases.py
"""

import json

import diffusers
from diffusers import StableDiffusionPipeline
from make_cases import CLASSES, HERE, trajectory

OURS = {"ddim": "ddim", "euler": "euler", "dpm": "dpmsolver++"}
REFUSED = {"dpm_order3": "of order 3", "dpm_sde_karras": "sde-dpmsolver++"}  # other samplers than ours; what a message names
ALGORITHMS = {"deis": "dpmsolver++"}  # as the class itself means to read it, but for a check that stands before


def scheduler_of(config, sampler):
    """The scheduler of a pipeline that was loaded with it."""
    kind = CLASSES[sampler] if sampler else getattr(diffusers, config["_class_name"])
    algorithm = config.get("algorithm_type")
    changes = {"algorithm_type": ALGORITHMS[algorithm]} if sampler and algorithm in ALGORITHMS else {}
    scheduler = kind.from_config(dict(config), **changes)
    pipeline = StableDiffusionPipeline(
        vae=None,
        text_encoder=None,
        tokenizer=None,
        unet=None,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return pipeline.scheduler


def case(path, steps):
    config = json.loads(path.read_text())
    sampler = OURS[path.stem.rsplit("_as_", 1)[1]] if "_as_" in path.stem else ""
    if path.stem in REFUSED:
        return {"file": path.name, "sampler": sampler, "steps": steps, "refused": REFUSED[path.stem]}
    return {"file": path.name, "sampler": sampler, "steps": steps, **trajectory(scheduler_of(config, sampler), steps)}


if __name__ == "__main__":
    cases = [case(path, steps) for path in sorted((HERE / "folders").glob("*.json")) for steps in (4, 48)]
    text = "[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n"
    (HERE / "folder_cases.json").write_text(text)
    print(len(cases), "cases,", len(text), "bytes")
