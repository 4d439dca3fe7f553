# SPDX-License-Identifier: Apache-2.0
"""A stream of images, each of a prompt of its own, by Scotoma's generator and by its peers: the same model folder, size, steps,
guidance, batch, threads and f32, each in a process of its own, in alternating rounds, so that whatever else the machine does meets all
alike. Prints images a second, the time from the start of the process to the first image, and the most memory beyond the weights.

    ./dev bench --peers [SHAPE...]          (or: python bench/peers.py build/release/bin/scotoma_stream WORK [SHAPE...])

world: the embedded generator. stable-diffusion, sdxl: real widths and random weights (bench/shapes.py makes them below WORK: 12 GB).
genai: OpenVINO GenAI's Text2ImagePipeline, in C++, shapes fixed before it compiles where that works. It has no DPM-Solver++, so on the
world it runs DDIM: as many calls of the U-Net.
loop: diffusers' scheduler in Python around networks that OpenVINO runs: the world has no tokenizer that pipelines read.
optimum: optimum-intel's pipeline, which is diffusers' own around networks that OpenVINO runs.
diffusers: the checkpoint that the folder was exported from, by torch.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import shapes

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

ROOT = Path(__file__).resolve().parent.parent
THREADS = 2


@dataclasses.dataclass
class Case:
    side: int
    steps: int
    guidance: float
    batch: int
    images: int  # after the first; a multiple of the threads, or the last leaves some idle
    rounds: int


CASES = {
    "world": Case(64, 6, 1.0, 8, 64, 5),
    "stable-diffusion": Case(256, 2, 7.5, 1, 4, 3),
    "sdxl": Case(256, 2, 5.0, 1, 4, 3),
}
PEERS = {"world": ("genai", "loop"), "stable-diffusion": ("genai", "optimum", "diffusers"), "sdxl": ("genai", "optimum", "diffusers")}


@dataclasses.dataclass
class Figures:
    rate: float  # images a second, after the first
    first: float  # seconds from the start of the process
    memory: float  # bytes, at the most
    work: float  # processor seconds


def run(command: list[str]) -> Figures:
    """Runs a process that prints "first" when it has an image, and images a second at its end."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        lines = [(time.monotonic() - begin, line.strip()) for line in child.stdout]
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            errors.seek(0)
            raise RuntimeError((errors.read().decode(errors="replace").strip().splitlines() or [f"ended with {status}"])[-1])
    first = next(at for at, line in lines if line == "first")
    return Figures(float(lines[-1][1]), first, usage.ru_maxrss * 1024, usage.ru_utime + usage.ru_stime)


def prompts(first: int, count: int) -> list[str]:
    return [f"a photo of a fly, number {first + i}" for i in range(count)]


def measure(peer: str, shape: str, folder: Path) -> None:
    """What a peer's process does."""
    case = CASES[shape]
    with tempfile.TemporaryDirectory() as scratch:
        generate = {"genai": genai, "loop": loop, "optimum": optimum, "diffusers": diffusers}[peer](case, folder, Path(scratch))
        generate(prompts(0, 1))
        print("first", flush=True)
        begin = time.perf_counter()
        for at in range(0, case.images, case.batch):
            generate(prompts(1 + at, min(case.batch, case.images - at)))
        print(case.images / (time.perf_counter() - begin))


def with_ddim(folder: Path, scratch: Path) -> Path:
    """The same folder under DDIM where its own scheduler is DPM-Solver++, which GenAI does not have."""
    index = json.loads((folder / "model_index.json").read_text())
    if index["scheduler"][1] != "DPMSolverMultistepScheduler":
        return folder
    for part in ("text_encoder", "tokenizer", "unet", "vae_decoder"):
        (scratch / part).symlink_to(folder / part)
    index["scheduler"] = ["diffusers", "DDIMScheduler"]
    (scratch / "model_index.json").write_text(json.dumps(index))
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    keep = ("beta_start", "beta_end", "beta_schedule", "num_train_timesteps", "prediction_type", "timestep_spacing", "steps_offset")
    (scratch / "scheduler").mkdir()
    (scratch / "scheduler" / "scheduler_config.json").write_text(
        json.dumps({"_class_name": "DDIMScheduler", "clip_sample": False, **{key: config[key] for key in keep}})
    )
    return scratch


def genai(case: Case, folder: Path, scratch: Path) -> Callable[[list[str]], object]:
    import openvino_genai

    folder = with_ddim(folder, scratch)
    pipeline = openvino_genai.Text2ImagePipeline(str(folder))
    if folder != scratch:  # with fixed shapes this version crashes on the world's folder
        pipeline.reshape(1, case.side, case.side, case.guidance)
    pipeline.compile("CPU", INFERENCE_NUM_THREADS=THREADS, INFERENCE_PRECISION_HINT="f32")
    options = {"width": case.side, "height": case.side, "num_inference_steps": case.steps, "guidance_scale": case.guidance}
    return lambda texts: [pipeline.generate(text, **options) for text in texts]


def loop(case: Case, folder: Path, _: Path) -> Callable[[list[str]], object]:
    import openvino
    import openvino_tokenizers  # noqa: F401  (registers the tokenizer's operations)
    import torch
    from diffusers import DPMSolverMultistepScheduler

    assert case.guidance == 1
    core = openvino.Core()
    settings = {"INFERENCE_NUM_THREADS": THREADS, "INFERENCE_PRECISION_HINT": "f32"}
    parts = {
        name: core.compile_model(folder / name / "openvino_model.xml", "CPU", settings) for name in ("text_encoder", "unet", "vae_decoder")
    }
    tokenizer = core.compile_model(folder / "tokenizer" / "openvino_tokenizer.xml", "CPU")
    unet, vae = (json.loads((folder / name / "config.json").read_text()) for name in ("unet", "vae_decoder"))
    scheduler = DPMSolverMultistepScheduler.from_pretrained(folder / "scheduler")
    side = case.side // 2 ** (len(vae["block_out_channels"]) - 1)

    def generate(texts):
        text = parts["text_encoder"](tokenizer(texts)["input_ids"])[0]
        latents = torch.randn(len(texts), unet["in_channels"], side, side)
        scheduler.set_timesteps(case.steps)
        for t in scheduler.timesteps:
            noise = parts["unet"]({"sample": latents.numpy(), "timestep": t.numpy(), "encoder_hidden_states": text})[0]
            latents = scheduler.step(torch.from_numpy(noise), t, latents).prev_sample
        return parts["vae_decoder"]((latents / vae["scaling_factor"]).numpy())[0]

    return generate


def optimum(case: Case, folder: Path, _: Path) -> Callable[[list[str]], object]:
    from optimum.intel import OVDiffusionPipeline

    config = {"INFERENCE_NUM_THREADS": THREADS, "INFERENCE_PRECISION_HINT": "f32"}
    pipeline = OVDiffusionPipeline.from_pretrained(folder, ov_config=config, compile=False)
    pipeline.reshape(batch_size=case.batch, height=case.side, width=case.side, num_images_per_prompt=1)
    pipeline.compile()
    return steps_of(pipeline, case)


def diffusers(case: Case, folder: Path, _: Path) -> Callable[[list[str]], object]:
    import torch
    from diffusers import DiffusionPipeline

    torch.set_num_threads(THREADS)
    return steps_of(DiffusionPipeline.from_pretrained(folder.parent / "checkpoint"), case)


def steps_of(pipeline, case: Case) -> Callable[[list[str]], object]:
    pipeline.set_progress_bar_config(disable=True)
    options = {"width": case.side, "height": case.side, "num_inference_steps": case.steps, "guidance_scale": case.guidance}

    def generate(texts):
        # shapes are fixed: a batch is filled up, as the program does
        return pipeline(texts + texts[-1:] * (case.batch - len(texts)), **options).images

    return generate


def weights(folder: Path) -> int:
    """Bytes of those that take part."""
    parts = ("text_encoder", "text_encoder_2", "unet", "vae_decoder")
    return sum((folder / part / "openvino_model.bin").stat().st_size for part in parts if (folder / part).is_dir())


def compare(stream: str, shape: str, work: Path) -> None:
    case = CASES[shape]
    folder = ROOT / "world" / "generator"
    if shape != "world":
        shapes.make(shape, work / shape)
        folder = work / shape / "openvino"
    numbers = [case.side, case.steps, case.guidance, case.batch, THREADS, case.images]
    caches = work / "caches"
    shutil.rmtree(caches, ignore_errors=True)
    contenders = {"scotoma": [stream, str(folder), *map(str, numbers), str(caches)]}
    for peer in PEERS[shape]:
        contenders[peer] = [sys.executable, __file__, "--peer", peer, shape, str(folder)]
    rounds: dict[str, list[Figures]] = {name: [] for name in contenders}
    for _ in range(case.rounds):
        for name, command in list(contenders.items()):
            try:
                rounds[name].append(run(command))
            except RuntimeError as error:
                print(f"{shape}, {name}: left out: {error}")
                del contenders[name], rounds[name]
    base = weights(folder)
    print(
        f"{shape}: {case.side} x {case.side}, {case.steps} steps, guidance {case.guidance}, batches of {case.batch}, {THREADS} threads, "
        f"f32, {base / 2**20:.0f} MiB of weights; medians of {case.rounds} rounds"
    )
    print(f"  scotoma's very first image, of a model that it had not seen before, after {rounds['scotoma'][0].first:.2f} s")
    for name, figures in rounds.items():
        rate, first, memory, work_ = (statistics.median(getattr(f, key) for f in figures) for key in ("rate", "first", "memory", "work"))
        print(
            f"  {name:<10} {rate:7.3f} images/s; first image after {first:6.2f} s; {(memory - base) / 2**20:6.0f} MiB beyond the weights; "
            f"{work_:6.1f} processor s in all"
        )
    for name in list(rounds)[1:]:
        print(f"  scotoma / {name}: {ratios(rounds['scotoma'], rounds[name], base)}", flush=True)


def ratios(ours: list[Figures], theirs: list[Figures], base: int) -> str:
    def spread(part: Callable[[Figures], float]) -> str:
        all_ = sorted(part(mine) / part(other) for mine, other in zip(ours, theirs, strict=True))
        return f"{statistics.median(all_):.2f} ({all_[0]:.2f} to {all_[-1]:.2f})"

    return (
        f"images/s {spread(lambda f: f.rate)}, first image {spread(lambda f: f.first)}, memory beyond the weights "
        f"{spread(lambda f: f.memory - base)}, processor time {spread(lambda f: f.work)}"
    )


if __name__ == "__main__":
    if sys.argv[1] == "--peer":
        measure(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    else:
        for shape in sys.argv[3:] or list(CASES):
            compare(sys.argv[1], shape, Path(sys.argv[2]))
