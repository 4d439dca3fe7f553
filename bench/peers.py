# SPDX-License-Identifier: Apache-2.0
"""Images a second of Scotoma's generator and of its peers, side by side: the same model folder, steps, batch, precision
and number of threads, in alternating rounds, so that whatever else the machine does meets all alike. Prints the ratios.

    ./dev bench --peers          (or: python bench/peers.py build/release/bin/scotoma_bench)

genai: OpenVINO GenAI's Text2ImagePipeline, in C++. It has no DPM-Solver++, so it runs DDIM: as many calls of the U-Net. Its
shapes stay dynamic: with reshape() this version crashes on this folder.
diffusers: the usual Python loop: diffusers' scheduler, networks compiled by OpenVINO.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "world" / "generator"
PROMPT = "a photo of a fly on a flower"
STEPS, BATCH, THREADS, SIDE, IMAGES, ROUNDS = 6, 8, 2, 64, 32, 5  # as draw_images in generator_bench.cpp


def scotoma(program: str) -> float:
    """Images a second of one run of the benchmark."""
    only = f"draw_images/batch:{BATCH}/threads:{THREADS}/bf16:0/"
    out = subprocess.run(
        [program, f"--benchmark_filter={only}", "--benchmark_format=json"], check=True, capture_output=True, text=True
    ).stdout
    (result,) = json.loads(out[out.index("{") :])["benchmarks"]
    return result["images/s"]


def peer(name: str) -> float:
    """The same of a peer, in a process of its own: what one does to the process, or to itself, meets no other."""
    done = subprocess.run([sys.executable, __file__, "--peer", name], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1])
    return float(done.stdout.split()[-1])


def measure(name: str) -> None:
    """What that process does: loads, generates a batch to warm up, then IMAGES."""
    with tempfile.TemporaryDirectory() as scratch:
        generate = {"genai": genai, "diffusers": diffusers}[name](Path(scratch))
        generate()
        begin = time.perf_counter()
        for _ in range(IMAGES // BATCH):
            generate()
        print(IMAGES / (time.perf_counter() - begin))


def genai(scratch: Path) -> Callable[[], object]:
    """Generates a batch with OpenVINO GenAI."""
    import openvino_genai

    for part in ("text_encoder", "tokenizer", "unet", "vae_decoder"):
        (scratch / part).symlink_to(FOLDER / part)
    index = json.loads((FOLDER / "model_index.json").read_text())
    index["scheduler"] = ["diffusers", "DDIMScheduler"]
    (scratch / "model_index.json").write_text(json.dumps(index))
    config = json.loads((FOLDER / "scheduler" / "scheduler_config.json").read_text())
    keep = ("beta_start", "beta_end", "beta_schedule", "num_train_timesteps", "prediction_type", "timestep_spacing", "steps_offset")
    (scratch / "scheduler").mkdir()
    (scratch / "scheduler" / "scheduler_config.json").write_text(
        json.dumps({"_class_name": "DDIMScheduler", "clip_sample": False, **{key: config[key] for key in keep}})
    )
    pipeline = openvino_genai.Text2ImagePipeline(str(scratch))
    pipeline.compile("CPU", INFERENCE_NUM_THREADS=THREADS, INFERENCE_PRECISION_HINT="f32")
    return lambda: pipeline.generate(
        PROMPT, width=SIDE, height=SIDE, num_inference_steps=STEPS, guidance_scale=1.0, num_images_per_prompt=BATCH
    )


def diffusers(_: Path) -> Callable[[], object]:
    """Generates a batch with diffusers' scheduler around networks that OpenVINO runs."""
    import openvino
    import openvino_tokenizers  # noqa: F401  (registers the tokenizer's operations)
    import torch
    from diffusers import DPMSolverMultistepScheduler

    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": THREADS, "INFERENCE_PRECISION_HINT": "f32"}
    parts = {
        name: core.compile_model(FOLDER / name / "openvino_model.xml", "CPU", settings) for name in ("text_encoder", "unet", "vae_decoder")
    }
    tokenizer = core.compile_model(FOLDER / "tokenizer" / "openvino_tokenizer.xml", "CPU")
    unet, vae = (json.loads((FOLDER / name / "config.json").read_text()) for name in ("unet", "vae_decoder"))
    scheduler = DPMSolverMultistepScheduler.from_pretrained(FOLDER / "scheduler")

    def generate():
        ids = tokenizer([PROMPT] * BATCH)["input_ids"]
        text = parts["text_encoder"](ids)[0]
        side = SIDE // 2 ** (len(vae["block_out_channels"]) - 1)
        latents = torch.randn(BATCH, unet["in_channels"], side, side)
        scheduler.set_timesteps(STEPS)
        for t in scheduler.timesteps:
            noise = parts["unet"]({"sample": latents.numpy(), "timestep": t.numpy(), "encoder_hidden_states": text})[0]
            latents = scheduler.step(torch.from_numpy(noise), t, latents).prev_sample
        return parts["vae_decoder"]((latents / vae["scaling_factor"]).numpy())[0]

    return generate


def main(program: str) -> None:
    contenders = {"scotoma": lambda: scotoma(program)}
    for name in ("genai", "diffusers"):
        try:
            peer(name)
            contenders[name] = lambda name=name: peer(name)
        except RuntimeError as error:
            print(f"{name}: left out: {error}")
    rounds = [{name: rate() for name, rate in contenders.items()} for _ in range(ROUNDS)]
    print(f"{STEPS} steps, batches of {BATCH}, {THREADS} threads, f32, medians of {ROUNDS} rounds (least to most)")
    for name in contenders:
        print(f"{name:<10} {statistics.median(r[name] for r in rounds):6.1f} images/s")
    for name in list(contenders)[1:]:
        ratios = sorted(r["scotoma"] / r[name] for r in rounds)
        print(f"scotoma / {name:<10} {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        measure(sys.argv[2])
    else:
        main(sys.argv[1])
