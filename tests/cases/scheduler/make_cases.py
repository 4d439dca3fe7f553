# SPDX-License-Identifier: Apache-2.0
"""What diffusers' schedulers do, written to cases.json: for each config, sampler and number of steps the timesteps,
the scale of the first sample and the trajectory of a toy network.

Needs torch and diffusers 0.39: python make_cases.py
"""

import json
import pathlib

import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, EulerDiscreteScheduler

HERE = pathlib.Path(__file__).parent
CLASSES = {"ddim": DDIMScheduler, "euler": EulerDiscreteScheduler, "dpmsolver++": DPMSolverMultistepScheduler}
SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
NO_CLIP = {"clip_sample": False}


def network(x, t):
    """Any smooth function will do; the tests evaluate the same one."""
    return torch.sin(x * 0.7 + float(t) / 1000)


def configs():
    for prediction in ("epsilon", "v_prediction", "sample"):
        p = {"prediction_type": prediction}
        yield "ddim", {**SD, **p, **NO_CLIP, "steps_offset": 1, "set_alpha_to_one": False}, (1, 4, 20)
        yield "euler", {**SD, **p, "timestep_spacing": "leading", "steps_offset": 1}, (4, 20)
        yield "dpmsolver++", {**SD, **p, "timestep_spacing": "trailing", "steps_offset": 1}, (1, 2, 6, 20)
    for spacing in ("linspace", "leading", "trailing"):
        s = {"timestep_spacing": spacing}
        yield "ddim", {**SD, **s, **NO_CLIP}, (7, 25)
        yield "euler", {**SD, **s}, (7, 25)
        yield "dpmsolver++", {**SD, **s}, (7, 25)
    # numpy.arange's rounding shows at these numbers of steps.
    for steps in (48, 96, 112, 144):
        yield "ddim", {**SD, **NO_CLIP, "timestep_spacing": "trailing"}, (steps,)
        yield "euler", {**SD, "timestep_spacing": "trailing"}, (steps,)
        yield "dpmsolver++", {**SD, "timestep_spacing": "trailing"}, (steps,)
    yield "ddim", {"clip_sample_range": 1.5}, (10,)
    yield "ddim", {**NO_CLIP, "prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}, (4, 10)
    yield "euler", {**SD, "use_karras_sigmas": True}, (10,)
    yield "euler", {**SD, "final_sigmas_type": "sigma_min"}, (5,)
    yield (
        "euler",
        {"beta_schedule": "linear", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "prediction_type": "v_prediction"},
        (6,),
    )
    yield "dpmsolver++", {**SD, "use_karras_sigmas": True}, (10,)
    yield "dpmsolver++", {**SD, "final_sigmas_type": "sigma_min"}, (8, 20)
    yield "dpmsolver++", {**SD, "final_sigmas_type": "sigma_min", "lower_order_final": False}, (8,)
    yield "dpmsolver++", {**SD, "euler_at_final": True, "solver_type": "heun"}, (8,)
    yield "dpmsolver++", {**SD, "solver_order": 1}, (8,)
    yield "dpmsolver++", {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1, "prediction_type": "v_prediction"}, (8, 20)


def trajectory(scheduler, steps):
    """What the toy network generates with `scheduler` in `steps` steps."""
    scheduler.set_timesteps(steps)
    start = torch.linspace(-2, 2, 9)
    x = start * scheduler.init_noise_sigma
    samples = []
    for t in scheduler.timesteps:
        x = scheduler.step(network(scheduler.scale_model_input(x, t), t), t, x).prev_sample
        samples.append([float(v) for v in x])
    return {
        "initial_scale": float(scheduler.init_noise_sigma),
        "timesteps": [float(t) for t in scheduler.timesteps],
        "start": [float(v) for v in start],
        # Of long ones only the end.
        "trajectory": samples if steps < 40 else [None] * (steps - 1) + samples[-1:],
    }


def run(name, config, steps):
    return {
        "sampler": name,
        "steps": steps,
        "config": {"_class_name": CLASSES[name].__name__, **config},
        **trajectory(CLASSES[name](**config), steps),
    }


if __name__ == "__main__":
    cases = [run(name, config, n) for name, config, steps in configs() for n in steps]
    text = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"
    (HERE / "cases.json").write_text(text)
    print(len(cases), "cases,", len(text), "bytes")
