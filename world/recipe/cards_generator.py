# SPDX-License-Identifier: Apache-2.0
"""The generator's card: figures of the exported folder, and what a person saw, from cards/generator.by_eye.toml."""

from __future__ import annotations

import hashlib
import json
import tomllib
from pathlib import Path

import numpy as np
import openvino as ov

from . import cache, captions, data, decoder, diffusion, generator, latents, measure_generator, scenes, text, train
from .cards_recognition import CARDS, DATA, table
from .measure import Net

FOLDER, MEASURED, BY_EYE = cache.WORLD / "generator", cache.WORLD / "work" / "generator.measured.json", CARDS / "generator.by_eye.toml"
UNET = FOLDER / "unet" / "openvino_model.bin"
PARTS = {
    "text_encoder": "CLIPTextModel, 2 layers of 128, taught to name thing, place, look and view, then frozen",
    "unet": "U-Net over latents of 16 x 16 x {channels}, FiLM and cross-attention; v-prediction; guidance of {guidance:g} folded in by distillation",
    "vae_decoder": "latents of a fixed linear code (principal components of 4 x 4 patches) to images",
}


def measured() -> dict:
    """What `measure` found for this export; measured now where that is missing or older than the export."""
    if not MEASURED.exists() or MEASURED.stat().st_mtime < UNET.stat().st_mtime:
        measure_generator.measure_all(FOLDER, cache.WORLD)
    return json.loads(MEASURED.read_text())


def decoder_psnr(sigma: float, count: int = 256) -> float:
    """Mean PSNR in dB of the exported decoder on scenes that no training saw, with noise of `sigma` on the latents."""
    x = latents.to_float(decoder.images(count, decoder.HELD_OUT))
    z = latents.Code(train.CHECKPOINTS / "latent_code.safetensors").encode(x).numpy()
    z += np.float32(sigma) * np.random.default_rng(7).standard_normal(z.shape, np.float32)
    y = Net(FOLDER / "vae_decoder" / "openvino_model.xml")(z).clip(-1, 1)
    return float(10 * np.log10(4 / ((y - x.numpy()) ** 2).mean((1, 2, 3))).mean())


def parameters(part: str) -> int:
    """Numbers in the floating-point tensors of an exported part."""
    model = ov.Core().read_model(FOLDER / part / "openvino_model.xml")
    return sum(
        int(np.prod(op.get_output_shape(0)))
        for op in model.get_ops()
        if op.get_type_name() == "Constant" and op.get_element_type().is_real()
    )


def megabytes(folder: Path) -> str:
    return f"{sum(f.stat().st_size for f in folder.rglob('*') if f.is_file()) / 1e6:.2f} MB"


def parts() -> str:
    channels = json.loads((FOLDER / "unet" / "config.json").read_text())["in_channels"]
    rows = [
        ["tokenizer", f"byte-level BPE, {len(text.build_tokenizer())} tokens, {text.LENGTH} a prompt", "", megabytes(FOLDER / "tokenizer")]
    ]
    rows += [
        [part, what.format(channels=channels, guidance=generator.GUIDANCE), f"{parameters(part) / 1e6:.2f} M", megabytes(FOLDER / part)]
        for part, what in PARTS.items()
    ]
    return table(["part", "what it is", "parameters", "size"], [*rows, ["scheduler", "DPM-Solver++ 2M", "", ""]])


def trained() -> str:
    """What steps.json knows of the training."""
    steps = lambda name, scenes: f"{train.had(name):,} steps of {scenes} scenes" if train.had(name) else "length not noted"
    return (
        f"U-Net: {steps('unet_base', diffusion.Trainer.batch)}. Folding of the guidance: {steps('unet', diffusion.Folding.batch)}. "
        f"Decoder: {steps('decoder', decoder.Trainer.batch)}."
    )


def seen() -> tuple[str, str]:
    """The person's part of the card; what was said of other weights is left out."""
    eye, now = tomllib.loads(BY_EYE.read_text()), hashlib.sha256(UNET.read_bytes()).hexdigest()[:12]
    print(f'unet = "{now}"  # for {BY_EYE.name}', flush=True)
    if eye["unet"] != now:
        return "", "Nobody has looked at the images of these weights yet."
    return f"\n- The C++ program drew {eye['images_per_second']:g} images a second: {eye['how']}.", eye["by_eye"].strip()


def main(args: list[str]) -> None:
    """`python -m recipe cards_generator`: writes cards/generator.md."""
    m, (speed, by_eye) = measured(), seen()
    pc = lambda v: f"{100 * v:.1f} %"
    missed = lambda worst: "; ".join(f"{thing}, {place}: {n} of {measure_generator.EACH}" for n, thing, place, _ in worst[:3])
    figures = table(
        ["steps", "thing recognised", "place recognised", "most often missed"],
        [[s, pc(r["thing"]), pc(r["place"]), missed(r["worst"])] for s, r in m.items() if s.isdigit()],
    )
    (CARDS / "generator.md").write_text(f"""# The generator

Text to image, 64 x 64, in the Stable Diffusion folder layout (`world/generator`), OpenVINO IR in half precision, {megabytes(FOLDER)}.

![16 things x 10 places, one seed, 8 steps](generator.png)

{parts()}

## Data
{DATA}
{data.SHARD * data.SHARDS:,} scenes, none mirrored, 18 % in the distance, 18 % in odd colours; the seeds are in the code.

## Training
{trained()}
The U-Net was trained on a GPU, base and folding in 8 minutes; the folding saw the first half of the scenes.
`checkpoints/unet_base.safetensors` is the U-Net before folding, from which training can go on; `checkpoints/unet.safetensors` is what ships.

## Measured
On fresh seeds, by the judge and a place classifier that were trained on other seeds:

{figures}

- {measure_generator.EACH} images of each of the 160 thing-and-place prompts. Prompts without a place, 8 steps: {pc(m["no place"])} of things.
- With a view, 6 steps, one image of each: {"; ".join(f"{captions.SHOWN[v][0]} {pc(m[v]['thing'])} of things and {pc(m[v]['place'])} of places" for v in scenes.VIEWS[1:])}.
- Decoder on 256 held-out scenes: {decoder_psnr(0):.1f} dB PSNR, {decoder_psnr(0.1):.1f} dB with noise of 0.1 on the latents.{speed}

## By eye
{by_eye}
""")
