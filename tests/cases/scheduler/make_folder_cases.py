# SPDX-License-Identifier: Apache-2.0
"""What diffusers' StableDiffusionPipeline makes of the scheduler_config.json files in folders/, written to
folder_cases.json: timesteps, scale of the first sample and the trajectory of a toy network.

NAME.json is sampled by its own class, NAME_as_SAMPLER.json by another, and pndm_sd15.json by every one, as diffusers
builds it from the same file and hands it to the pipeline. (`DDIMScheduler.from_config(pipe.scheduler.config)` is no measure: it undoes
what the pipeline mended.)

Needs torch, scipy and diffusers 0.39: python make_folder_cases.py
"""

import json
import warnings

import diffusers
from diffusers import StableDiffusionPipeline
from make_cases import HERE, KINDS, record, trajectory

OURS = {"dpm": "dpmsolver++", "": ""}  # other than the word itself
ALGORITHMS = {"deis": "dpmsolver++"}  # as the class itself means to read it, but for a check that stands before


def scheduler_of(config, sampler):
    """The scheduler of a pipeline that was loaded with it."""
    name, changes = KINDS[sampler] if sampler else (config["_class_name"], {})
    if sampler == "dpmsolver++" and config.get("algorithm_type") in ALGORITHMS:
        changes = {"algorithm_type": ALGORITHMS[config["algorithm_type"]]}
    pipeline = StableDiffusionPipeline(
        vae=None,
        text_encoder=None,
        tokenizer=None,
        unet=None,
        scheduler=getattr(diffusers, name).from_config(dict(config), **changes),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    return pipeline.scheduler


def samplers_of(path):
    """Those that sample with this file; empty for its own class."""
    word = path.stem.rsplit("_as_", 1)[1] if "_as_" in path.stem else ""
    return ["", *KINDS] if path.stem == "pndm_sd15" else [OURS.get(word, word)]


def case(path, sampler, steps):
    config = json.loads(path.read_text())
    return {"file": path.name, "scheduler": sampler, "steps": steps, **trajectory(scheduler_of(config, sampler), steps)}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    diffusers.utils.logging.set_verbosity_error()
    paths = sorted((HERE / "folders").glob("*.json"))
    record([case(path, sampler, steps) for path in paths for sampler in samplers_of(path) for steps in (4, 48)], "folder_cases.json")
