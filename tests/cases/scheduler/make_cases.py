# SPDX-License-Identifier: Apache-2.0
"""What diffusers' schedulers do, written to cases.json: for each config, scheduler and number of steps the timesteps,
the scale of the first sample and the trajectory of a toy network, two images of four values each.

Needs torch, scipy and diffusers 0.39: python make_cases.py
"""

import importlib
import itertools
import json
import math
import pathlib
import warnings

import diffusers
import torch

HERE = pathlib.Path(__file__).parent
# The words of a study, the class of each, and what from_config is told beside the file.
KINDS = {
    "ddim": ("DDIMScheduler", {}),
    "ddpm": ("DDPMScheduler", {}),
    "pndm": ("PNDMScheduler", {}),
    "lms": ("LMSDiscreteScheduler", {}),
    "euler": ("EulerDiscreteScheduler", {}),
    "euler-ancestral": ("EulerAncestralDiscreteScheduler", {}),
    "heun": ("HeunDiscreteScheduler", {}),
    "dpm2": ("KDPM2DiscreteScheduler", {}),
    "dpm2-ancestral": ("KDPM2AncestralDiscreteScheduler", {}),
    "dpmsolver++": ("DPMSolverMultistepScheduler", {}),
    "dpmsolver++3m": ("DPMSolverMultistepScheduler", {"algorithm_type": "dpmsolver++", "solver_order": 3}),
    "sde-dpmsolver++": ("DPMSolverMultistepScheduler", {"algorithm_type": "sde-dpmsolver++"}),
    "dpmsolver-singlestep": ("DPMSolverSinglestepScheduler", {}),
    "unipc": ("UniPCMultistepScheduler", {}),
    "deis": ("DEISMultistepScheduler", {}),
    "lcm": ("LCMScheduler", {}),
    "tcd": ("TCDScheduler", {}),
}
SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012}
NO_CLIP = {"clip_sample": False}
TRAILING_V = {"timestep_spacing": "trailing", "prediction_type": "v_prediction"}
NO_SAMPLE = ("pndm", "euler-ancestral", "dpm2", "dpm2-ancestral")  # classes that cannot predict the clean image
LEADING_V = {"timestep_spacing": "leading", "prediction_type": "v_prediction"}
ON_LEVELS = ("lms", "euler", "heun", "dpm2", "dpm2-ancestral")
ON_LOG_SNR = ("dpmsolver++", "dpmsolver++3m", "sde-dpmsolver++", "dpmsolver-singlestep", "unipc", "deis")
START = torch.tensor([-2.0, -0.7, 0.1, 1.4, 2.0, 0.9, -0.3, -1.2]).reshape(2, 2, 2)  # the tests have the same
THRESHOLD = {"thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 1.7}
# As folders have them, to be sampled by every class.
FOLDERS = {
    "PNDMScheduler": {**SD, **NO_CLIP, "set_alpha_to_one": False, "skip_prk_steps": True, "steps_offset": 1},
    "EulerDiscreteScheduler": {
        **SD,
        **NO_CLIP,
        "interpolation_type": "linear",
        "sample_max_value": 1.0,
        "set_alpha_to_one": False,
        "steps_offset": 1,
        "timestep_spacing": "leading",
        "use_karras_sigmas": False,
    },
    "DPMSolverMultistepScheduler": {**SD, "use_karras_sigmas": True, "sigma_min": 0.05, "sigma_max": 12.0, "steps_offset": 1},
    "DDIMScheduler": {**SD, **NO_CLIP, **TRAILING_V, "rescale_betas_zero_snr": True},
    "DDPMScheduler": {"variance_type": "fixed_small", "clip_sample": False, "timestep_spacing": "trailing"},
    "UniPCMultistepScheduler": {**SD, "solver_order": 3, "solver_type": "bh1", "final_sigmas_type": "sigma_min"},
}


def network(x, t):
    """Any smooth function will do; the tests evaluate the same one."""
    return torch.sin(x * 0.7 + float(t) / 1000)


def noise(call, shape):
    """As random as the tests need it; they evaluate the same."""
    return torch.tensor([1.5 * math.sin(2.3 * call + 1.1 * k + 0.5) for k in range(math.prod(shape))]).reshape(shape)


def shared():
    """What most classes have."""
    for kind in KINDS:
        predictions = ["epsilon", "v_prediction"] + ([] if kind in NO_SAMPLE else ["sample"])
        for prediction in predictions:
            p = {**SD, **NO_CLIP, "prediction_type": prediction}
            few = kind in ("lcm", "tcd")
            yield kind, {**p, "steps_offset": 1}, (1, 4, 8) if few else (4, 9, 16)
        spaced = kind not in ("lcm", "tcd", "dpmsolver-singlestep")
        for spacing in ("linspace", "leading", "trailing") if spaced else ():
            yield kind, {**SD, **NO_CLIP, "timestep_spacing": spacing}, (7,)
    for kind, levels in itertools.product(ON_LEVELS + ON_LOG_SNR, ("karras", "exponential", "beta")):
        on = {**SD, f"use_{levels}_sigmas": True}
        yield kind, on, (6,)
        yield kind, {**on, "sigma_min": 0.1, "sigma_max": 9.0}, (5,)
    for kind in ("euler", *ON_LOG_SNR):
        if kind == "deis":
            continue
        yield kind, {**SD, "final_sigmas_type": "sigma_min"}, (5, 8, 20)
        yield kind, {**SD, "final_sigmas_type": "sigma_min", "use_karras_sigmas": True}, (8,)
    for kind, levels in itertools.product(("euler", "dpmsolver++", "unipc"), ("karras", "exponential")):
        # The last level, 4096, is below those before it.
        yield kind, {**SD, **TRAILING_V, "rescale_betas_zero_snr": True, f"use_{levels}_sigmas": True}, (5,)
    for kind in ("ddim", "ddpm", "euler", "euler-ancestral", "dpmsolver++", "sde-dpmsolver++", "unipc", "lcm", "tcd"):
        yield kind, {**SD, **NO_CLIP, **TRAILING_V, "rescale_betas_zero_snr": True}, (4, 10)
    for kind in ("ddim", "ddpm", "lcm", *ON_LOG_SNR):
        yield kind, {**SD, **THRESHOLD}, (6,)
        yield kind, {**SD, **THRESHOLD, "prediction_type": "v_prediction"}, (6,)
        yield kind, {**SD, "thresholding": True}, (4,)
    for kind in KINDS:
        # Its first level is 40,000: linspace would compare rounding alone.
        yield kind, {**NO_CLIP, "beta_schedule": "squaredcos_cap_v2", **LEADING_V}, (8,)
        yield kind, {**NO_CLIP, "trained_betas": [0.002 + 0.0002 * i for i in range(100)], "num_train_timesteps": 100}, (5,)
        yield kind, NO_CLIP, (5,)  # the class's own schedule
    for folder, config in FOLDERS.items():
        for kind in KINDS:
            yield kind, {"_class_name": folder, **config}, (6,)


def own():
    """What one class alone has, or one of two."""
    yield "ddim", {**SD, **NO_CLIP, "steps_offset": 1, "set_alpha_to_one": False}, (1, 4, 20)
    yield "ddim", {"clip_sample_range": 1.5}, (10,)
    yield "ddpm", {"clip_sample_range": 1.5}, (10,)
    for variance in ("fixed_small_log", "fixed_large"):
        yield "ddpm", {**SD, **NO_CLIP, "variance_type": variance, "steps_offset": 1}, (10,)
    for schedule in ("sigmoid", "laplace"):
        yield "ddpm", {**NO_CLIP, "beta_schedule": schedule}, (6,)
    yield "heun", {**SD, "clip_sample": True, "clip_sample_range": 1.5}, (6,)
    yield "heun", {"beta_schedule": "exp"}, (6,)
    yield "lcm", {"clip_sample": True, "clip_sample_range": 1.5}, (4,)
    for kind in ("lcm", "tcd"):
        yield kind, {**SD, "original_inference_steps": 100, "timestep_scaling": 7.0}, (1, 3, 7, 64)
    for skip, alpha in itertools.product((True, False), (True, False)):
        config = {**SD, "skip_prk_steps": skip, "set_alpha_to_one": alpha, "steps_offset": 1}
        yield "pndm", config, (4, 5, 20)
        yield "pndm", {**config, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}, (6,)
    yield "pndm", {**SD, "skip_prk_steps": True}, (1, 2, 3)
    yield "euler", {**SD, "interpolation_type": "log_linear"}, (5,)
    yield "euler", {**SD, "interpolation_type": "log_linear", "use_karras_sigmas": True}, (5,)
    yield "euler", {**SD, "timestep_type": "continuous", "prediction_type": "v_prediction"}, (5,)
    yield "euler", {**SD, "timestep_type": "continuous"}, (5,)
    # numpy.arange's rounding shows at these numbers of steps.
    for steps in (48, 96, 112, 144):
        yield "ddim", {**SD, **NO_CLIP, "timestep_spacing": "trailing"}, (steps,)
        yield "euler", {**SD, "timestep_spacing": "trailing"}, (steps,)
        yield "dpmsolver++", {**SD, "timestep_spacing": "trailing"}, (steps,)


def solvers():
    """Orders and forms of the solvers on log SNR."""
    cosine = {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"}
    # From 15 steps on dpmsolver++ lowers no order at its end.
    for kind, all_steps in (("dpmsolver++", (1, 2, 8, 9, 16)), ("dpmsolver-singlestep", (1, 2, 7, 8, 9))):
        yield kind, {**cosine, "lambda_min_clipped": -5.1}, (8, 20)
        yield kind, {**cosine, "use_karras_sigmas": True, "sigma_max": 20.0}, (8,)
        for order, solver in itertools.product((1, 2, 3), ("midpoint", "heun")):
            config = {**SD, "solver_order": order, "solver_type": solver}
            for algorithm in ("dpmsolver++", "sde-dpmsolver++"):
                yield kind, {**config, "algorithm_type": algorithm}, all_steps
                above = {"algorithm_type": algorithm, "final_sigmas_type": "sigma_min", "lower_order_final": False}
                yield kind, {**config, **above}, (6, 8)
            for algorithm, prediction in itertools.product(("dpmsolver", "sde-dpmsolver"), ("epsilon", "v_prediction", "sample")):
                if algorithm == "dpmsolver" or (kind == "dpmsolver++" and order < 3):
                    above = {"algorithm_type": algorithm, "final_sigmas_type": "sigma_min", "prediction_type": prediction}
                    yield kind, {**config, **above}, (6,)
    yield "dpmsolver++", {**SD, **THRESHOLD, "algorithm_type": "dpmsolver", "final_sigmas_type": "sigma_min"}, (6,)
    yield "dpmsolver++", {**SD, "euler_at_final": True, "final_sigmas_type": "sigma_min"}, (8, 16)
    yield "dpmsolver++", {**SD, "use_lu_lambdas": True, "sigma_min": 0.2}, (8,)
    yield "dpmsolver++", {**cosine, "use_lu_lambdas": True}, (8,)
    yield "dpmsolver++", {**SD, **TRAILING_V, "use_lu_lambdas": True, "rescale_betas_zero_snr": True}, (8,)
    yield "dpmsolver++", {**SD, "use_lu_lambdas": True, "use_karras_sigmas": True}, (8,)
    for order, lower in itertools.product((1, 2, 3), (True, False)):
        yield "deis", {**SD, "solver_order": order, "lower_order_final": lower}, (1, 2, 8, 16)
        for solver, x0 in itertools.product(("bh1", "bh2"), (True, False)):
            config = {"solver_order": order, "solver_type": solver, "predict_x0": x0, "lower_order_final": lower}
            ends = {} if lower and x0 and solver == "bh2" else {"final_sigmas_type": "sigma_min"}
            yield "unipc", {**SD, **config, **ends}, (1, 2, 8)
    yield "unipc", {**SD, "solver_order": 4}, (9,)
    yield "unipc", {**SD, "disable_corrector": [0, 3]}, (8,)
    for prediction in ("v_prediction", "sample"):
        yield "unipc", {**SD, "predict_x0": False, "final_sigmas_type": "sigma_min", "prediction_type": prediction}, (8,)


def configs():
    """Each with the eta that a step is told; where none is, its default in pipelines."""
    for kind, config, steps in itertools.chain(shared(), own(), solvers()):
        yield kind, config, steps, 0
    for kind in ("ddim", "tcd"):
        for prediction in ("epsilon", "v_prediction", "sample"):
            yield kind, {**SD, **NO_CLIP, "prediction_type": prediction}, (4, 7), 0.3
        yield kind, {**SD, **NO_CLIP}, (4,), 1.0


def digits(values):
    """Numbers of a tensor, with as many digits as a test may ask for."""
    return [int(v) if v == int(v) else float(f"{v:.6g}") for v in values.flatten().tolist()]


def trajectory(scheduler, steps, eta=0):
    """What the toy network generates with `scheduler` in `steps` steps."""
    scheduler.set_timesteps(steps)
    told = {"eta": eta} if type(scheduler).__name__ in ("DDIMScheduler", "TCDScheduler") else {}
    x = START * scheduler.init_noise_sigma
    module = importlib.import_module(type(scheduler).__module__)
    samples = []
    for call, t in enumerate(scheduler.timesteps):
        module.randn_tensor = lambda shape, call=call, **_: noise(call, shape)
        x = scheduler.step(network(scheduler.scale_model_input(x, t), t), t, x, **told).prev_sample
        samples.append(digits(x))
    return {
        "initial_scale": float(scheduler.init_noise_sigma),
        "timesteps": digits(scheduler.timesteps),
        # Of long ones only the end.
        "trajectory": samples if len(samples) < 40 else [None] * (len(samples) - 1) + samples[-1:],
    }


def run(kind, config, steps, eta):
    name, changes = KINDS[kind]
    config = {"_class_name": name, **config}
    scheduler = getattr(diffusers, name).from_config(dict(config), **changes)
    return {"scheduler": kind, "steps": steps, "eta": eta, "config": config, **trajectory(scheduler, steps, eta)}


def record(cases, path):
    text = "[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]\n"
    (HERE / path).write_text(text)
    print(len(cases), "cases,", len(text), "bytes")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    diffusers.utils.logging.set_verbosity_error()
    cases = []
    for kind, config, all_steps, eta in configs():
        for steps in all_steps:
            try:
                case = run(kind, config, steps, eta)
            except Exception as error:  # what diffusers refuses, or fails at
                print("no case:", kind, config, steps, type(error).__name__, str(error)[:100])
                continue
            cases.append(case)
    record(cases, "cases.json")
