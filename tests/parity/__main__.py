# SPDX-License-Identifier: Apache-2.0
"""Images of diffusers' pipelines and of `scotoma generate`, side by side, for every family of text-to-image models.

    ./dev parity        (or: python tests/parity build/release/bin/scotoma WORK [--record] [--family NAME])

Of each family a tiny pipeline of random weights is saved by diffusers, exported by optimum-cli as users export theirs, and asked for
the same images with the same noise by both programs, in f32. Prints the largest difference in grey levels; more than 1 fails. Exports
with weights in f16, int8 and int4 are other networks: how far their images are from those in f32 is only printed.
--record writes the exports and diffusers' images into tests/cases/families, where tests/backend/openvino/diffusion/family_test.cpp
reads them: then no torch is needed.
"""

from __future__ import annotations

import argparse
import dataclasses
import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from unittest import mock

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

import numpy as np
import torch
from diffusers import DDIMScheduler, LatentConsistencyModelPipeline, LCMScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from noise import normal
from PIL import Image
from pipelines import FAMILIES, make

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "cases" / "families"
MOST = 1  # grey levels
CLASSES = {
    "stable-diffusion": StableDiffusionPipeline,
    "lcm": LatentConsistencyModelPipeline,
    "lcm-own": LatentConsistencyModelPipeline,
}
SAME_NETWORKS = ("sdxl-turbo", "lcm-own")  # as sdxl and lcm: recorded as the scheduler that they have in the place of that one's


@dataclasses.dataclass
class Case:
    """What is asked for; a size of 0 is the folder's."""

    prompt: str
    seed: int
    guidance: float = 3.0
    steps: int = 4
    negative: str = ""
    width: int = 0
    height: int = 0


CASES = (
    Case("a photo of a cat", 1),
    Case("a dog! of a photo!!", 2),
    Case("", 3),
    Case("a fly", 2**63 + 5, guidance=1.0, steps=1),
    Case("a photo of a fly", 4, negative="cat!", steps=3, guidance=7.5),
    Case("a photo of a dog", 5, width=24, height=16),
)


class StepsOfLcm(DDIMScheduler):
    """DDIM under the arguments that LCM's pipeline passes to its scheduler."""

    def set_timesteps(self, num_inference_steps, device=None, original_inference_steps=None):
        super().set_timesteps(num_inference_steps, device)

    def step(self, model_output, timestep, sample, eta=None, generator=None, return_dict=True):
        previous = super().step(model_output, timestep, sample).prev_sample
        return previous, previous  # the pipeline decodes the second


class OwnNoise(LCMScheduler):
    """LCM's scheduler with the noise of a step that Scotoma draws for it."""

    seed = 0

    def step(self, model_output, timestep, sample, generator=None, return_dict=True):
        def drawn(shape, **_):
            stream = self.step_index + 1
            return torch.from_numpy(normal(self.seed, int(np.prod(shape)), stream).reshape(shape))

        with mock.patch("diffusers.schedulers.scheduling_lcm.randn_tensor", drawn):
            return super().step(model_output, timestep, sample, generator, return_dict)


def expected(family: str, checkpoint: Path) -> list[np.ndarray]:
    """The cases' images by diffusers, u8."""
    pipeline = CLASSES.get(family, StableDiffusionXLPipeline).from_pretrained(checkpoint)
    pipeline.set_progress_bar_config(disable=True)
    if family == "lcm":
        pipeline.scheduler = StepsOfLcm.from_config(pipeline.scheduler.config)
    if family == "lcm-own":
        pipeline.scheduler = OwnNoise.from_config(pipeline.scheduler.config)
    images = []
    for case in CASES:
        width, height = case.width or 16, case.height or 16
        pipeline.scheduler.seed = case.seed
        latents = torch.from_numpy(normal(case.seed, 4 * (height // 2) * (width // 2)).reshape(1, 4, height // 2, width // 2))
        negative = {"negative_prompt": case.negative} if case.negative and "lcm" not in family.split("-")[0] else {}
        with torch.no_grad():
            image = pipeline(
                case.prompt,
                latents=latents,
                num_inference_steps=case.steps,
                guidance_scale=case.guidance,
                width=width,
                height=height,
                output_type="np",
                **negative,
            ).images[0]
        images.append((image * 255).round().astype(np.uint8))
    return images


def study(folder: Path, case: Case) -> str:
    """A study that generates as the case says. No other model of it is loaded."""
    classifier = ROOT / "world" / "classifiers"
    lines = [
        'labels = ["cat"]',
        "[[attributes]]",
        'name = "place"',
        'phrases = ["on a chair"]',
        "[prompts]",
        'base = ["a photo of {a label}"]',
        "[classifier]",
        f'model = "{classifier}/cow_grass.onnx"',
        f'labels = "{classifier}/labels.json"',
        "[search]",
        'source = "none"',
        "[judge]",
        'kind = "none"',
        "[generator]",
        f'model = "{folder}"',
        f"steps = {case.steps}",
        f"guidance = {case.guidance}",
        f"negative_prompt = {json.dumps(case.negative)}",
        "batch = 2",
    ]
    if case.width:
        lines += [f"width = {case.width}", f"height = {case.height}"]
    return "\n".join(lines) + "\n"


def generated(scotoma: str, folder: Path, work: Path) -> list[np.ndarray]:
    """The cases' images by the program."""
    images = []
    for i, case in enumerate(CASES):
        file, image = work / f"case-{i}.toml", work / f"case-{i}.png"
        file.write_text(study(folder, case))
        image.unlink(missing_ok=True)
        command = [scotoma, "generate", str(file), case.prompt, "--seed", str(case.seed), "--to", str(image), "--quiet"]
        subprocess.run(command, check=True)
        images.append(np.asarray(Image.open(image)))
    return images


def export(checkpoint: Path, folder: Path, weights: str) -> None:
    """As users export, with the converter beside this Python."""
    command = ["export", "openvino", "--model", str(checkpoint), "--task", "text-to-image", "--weight-format", weights]
    if weights == "int4":
        command += ["--group-size", "4", "--ratio", "1.0"]  # the widths are no multiples of the usual 128
    command.append(str(folder))
    done = subprocess.run([Path(sys.executable).parent / "optimum-cli", *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"optimum-cli failed: {done.stderr[-2000:]}")


def keep(name: str, folder: Path) -> None:
    """The export as an archive, without what generates no images."""

    def wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if "vae_encoder" in entry.name or "detokenizer" in entry.name or entry.name.endswith("/tokenizer.json"):
            return None
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    path = RECORDED / f"{name}.tar.gz"
    with gzip.GzipFile(path, "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, name, filter=wanted)


def record(family: str, folder: Path, images: list[np.ndarray]) -> None:
    """The export, and what diffusers made."""
    if family in SAME_NETWORKS:
        shutil.copyfile(folder / "scheduler" / "scheduler_config.json", RECORDED / f"{family}.scheduler.json")
    else:
        keep(family, folder)
    cases = [
        dataclasses.asdict(case) | {"width": image.shape[1], "height": image.shape[0], "rgb": image.tobytes().hex()}
        for case, image in zip(CASES, images, strict=True)
    ]
    (RECORDED / f"{family}.json").write_text(json.dumps(cases, indent=1) + "\n")


def differences(left: list[np.ndarray], right: list[np.ndarray]) -> tuple[int, float]:
    """The largest and the mean one, in grey levels."""
    off = [np.abs(a.astype(int) - b.astype(int)) for a, b in zip(left, right, strict=True)]
    return max(int(each.max()) for each in off), float(np.mean([each.mean() for each in off]))


def compare_compressed(scotoma: str, work: Path, right: list[np.ndarray], recording: bool) -> None:
    """Prints how far compressed weights lead."""
    for weights in ("fp16", "int8", "int4"):
        export(work / "checkpoint", work / weights, weights)
        largest, mean = differences(generated(scotoma, work / weights, work), right)
        print(f"sdxl with {weights} weights: largest difference to f32 {largest}, mean {mean:.2f}", flush=True)
        if recording and weights != "fp16":
            keep(f"sdxl-{weights}", work / weights)


def main() -> int:
    """Compares every family; gives an exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scotoma")
    parser.add_argument("work", type=Path)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--family", action="append", choices=FAMILIES, help="this one alone; may be repeated")
    arguments = parser.parse_args()
    RECORDED.mkdir(parents=True, exist_ok=True)
    well = True
    for family in arguments.family or FAMILIES:
        work = arguments.work.resolve() / family
        shutil.rmtree(work, ignore_errors=True)
        make(family, work)
        right = expected(family, work / "checkpoint")
        export(work / "checkpoint", work / "fp32", "fp32")
        largest, mean = differences(generated(arguments.scotoma, work / "fp32", work), right)
        well = well and largest <= MOST
        spread = np.mean([image.std() for image in right])
        print(
            f"{family:<17} largest difference {largest} of 255, mean {mean:.5f} ({len(right)} images, standard deviation {spread:.0f})",
            flush=True,
        )
        if arguments.record:
            record(family, work / "fp32", right)
        if family == "sdxl":
            compare_compressed(arguments.scotoma, work, right, arguments.record)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
