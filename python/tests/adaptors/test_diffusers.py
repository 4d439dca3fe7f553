# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pipelines
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FluxPipeline,
    FluxTransformer2DModel,
    LCMScheduler,
)
from transformers import CLIPTextConfig, CLIPTextModel, T5Config, T5EncoderModel

import scotoma
import scotoma.diffusers

PROMPTS = ["a photo of a cat", "a dog", "a fly of a fly of a fly", "dog photo"]
SEEDS = [1, 2, 2**32 + 1, 2**64 - 1]
SIDE = 16  # pixels of the tiny pipelines


def made(family: str, folder: Path, scheduler: object = None) -> object:
    torch.manual_seed(7)
    pipeline = pipelines.FAMILIES[family](folder / family)
    if scheduler is not None:
        pipeline.scheduler = scheduler.from_config(pipeline.scheduler.config)
    return pipeline


def latents(pipeline: object, seed: int) -> torch.Tensor:
    scale = pipeline.vae_scale_factor
    return torch.from_numpy(scotoma.noise(seed, (4, SIDE // scale, SIDE // scale)))[None]


def by_hand(pipeline: object, seed: int, **arguments: object) -> np.ndarray:
    """As diffusers' users pass latents, one image at a time."""
    pipeline.set_progress_bar_config(disable=True)
    generator = scotoma.diffusers._step_noise(seed)
    image = pipeline(height=SIDE, width=SIDE, latents=latents(pipeline, seed), generator=generator, **arguments).images[0]
    return np.asarray(image)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a.astype(int) - b).max())


@pytest.mark.parametrize("family", ["stable-diffusion", "lcm-own", "sdxl", "sdxl-turbo"])
def test_images_are_those_of_the_pipeline_by_hand(family: str, tmp_path: Path) -> None:
    pipeline = made(family, tmp_path)
    generator = scotoma.diffusers.Generator(pipeline, steps=3, guidance=3.0, width=SIDE, height=SIDE, batch=3)
    images = generator.generate(PROMPTS, SEEDS)
    assert images.shape == (4, SIDE, SIDE, 3) and images.dtype == np.uint8 and images.flags.c_contiguous
    for at, (prompt, seed) in enumerate(zip(PROMPTS, SEEDS, strict=True)):
        assert apart(images[at], by_hand(pipeline, seed, prompt=prompt, num_inference_steps=3, guidance_scale=3.0)) <= 1
    assert apart(images[0], images[2]) > 10  # seeds that have their lower 32 bits in common


@pytest.mark.parametrize(
    "scheduler", [DDIMScheduler, EulerDiscreteScheduler, EulerAncestralDiscreteScheduler, LCMScheduler, DPMSolverMultistepScheduler]
)
def test_an_image_is_a_function_of_its_prompt_and_seed(scheduler: type, tmp_path: Path) -> None:
    generator = scotoma.diffusers.Generator(made("stable-diffusion", tmp_path, scheduler), steps=4, width=SIDE, height=SIDE, batch=4)
    together = generator.generate(PROMPTS, SEEDS)
    again = generator.generate([*PROMPTS[::-1], PROMPTS[0]], [*SEEDS[::-1], 77])
    assert apart(together[::-1], again[:4]) <= 1
    assert apart(together[0], again[4]) > 10
    assert apart(together[1], generator.generate(PROMPTS[1:2], SEEDS[1:2])[0]) <= 1


def test_noise_of_every_step_differs_in_seeds_that_torch_takes_for_one(tmp_path: Path) -> None:
    draws = {tuple(torch.randn(2, generator=scotoma.diffusers._step_noise(seed)).tolist()) for seed in (1, 1 + 2**32, 1 + 2**63)}
    assert len(draws) == 3


def test_a_negative_prompt(tmp_path: Path) -> None:
    pipeline = made("stable-diffusion", tmp_path)
    given = {"steps": 3, "guidance": 4.0, "width": SIDE, "height": SIDE}
    with_it = scotoma.diffusers.Generator(pipeline, **given, negative_prompt="a dog photo").generate(PROMPTS, SEEDS)
    expected = by_hand(pipeline, SEEDS[1], prompt=PROMPTS[1], negative_prompt="a dog photo", num_inference_steps=3, guidance_scale=4.0)
    assert apart(with_it[1], expected) <= 1
    assert apart(with_it, scotoma.diffusers.Generator(pipeline, **given).generate(PROMPTS, SEEDS)) > 1


def test_the_pipelines_own_size_unless_one_is_given(tmp_path: Path) -> None:
    pipeline = made("stable-diffusion", tmp_path)
    assert scotoma.diffusers.Generator(pipeline, steps=1).generate(["a"], [1]).shape == (1, 16, 16, 3)
    assert scotoma.diffusers.Generator(pipeline, steps=1, width=24, height=8).generate(["a"], [1]).shape == (1, 8, 24, 3)


def test_flux_packs_its_latents(tmp_path: Path) -> None:
    pipeline = flux(tmp_path)
    generator = scotoma.diffusers.Generator(
        pipeline, steps=2, guidance=2.0, width=32, height=16, batch=2, options={"max_sequence_length": 16}
    )
    images = generator.generate(PROMPTS[:3], [5, 6, 5])
    assert images.shape == (3, 16, 32, 3)
    assert apart(images[0], images[2]) > 1
    noise = torch.from_numpy(scotoma.noise(6, (4, 8, 16)))[None]
    packed = FluxPipeline._pack_latents(noise, 1, 4, 8, 16)
    alone = pipeline(PROMPTS[1], num_inference_steps=2, guidance_scale=2.0, width=32, height=16, latents=packed, max_sequence_length=16)
    assert apart(images[1], np.asarray(alone.images[0])) <= 1


def flux(folder: Path) -> FluxPipeline:
    torch.manual_seed(3)
    words = pipelines.tokenizer(folder / "words", pipelines.END)
    clip = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKL(
            block_out_channels=(4, 4),
            norm_num_groups=2,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4,
            layers_per_block=1,
            sample_size=16,
            shift_factor=0.1,
            scaling_factor=0.3,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        text_encoder=CLIPTextModel(clip).eval(),
        tokenizer=words,
        text_encoder_2=T5EncoderModel(T5Config(vocab_size=len(words), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2)).eval(),
        tokenizer_2=words,
        transformer=FluxTransformer2DModel(
            patch_size=1,
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=8,
            num_attention_heads=2,
            joint_attention_dim=16,
            pooled_projection_dim=16,
            axes_dims_rope=(4, 2, 2),
            guidance_embeds=True,
        ).eval(),
    )


class Mixes(torch.nn.Module):
    """A denoiser whose answers depend on the others of a batch."""

    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.config, self.dtype, self.add_embedding = inner.config, inner.dtype, None

    def forward(self, sample: torch.Tensor, *others: object, **more: object) -> object:
        out = self.inner(sample, *others, **more)
        return (out[0] + 3 * out[0].mean(0, keepdim=True) * (len(sample) > 2),)


def test_a_pipeline_whose_images_depend_on_each_other_is_refused(tmp_path: Path) -> None:
    pipeline = made("stable-diffusion", tmp_path)
    pipeline.unet = Mixes(pipeline.unet)
    with pytest.raises(RuntimeError, match="another one alone than among others: say batch=1"):
        scotoma.diffusers.Generator(pipeline, steps=3, width=SIDE, height=SIDE).generate(PROMPTS, SEEDS)
    alone = scotoma.diffusers.Generator(pipeline, steps=3, width=SIDE, height=SIDE, batch=1).generate(PROMPTS, SEEDS)
    assert apart(alone[0], by_hand(pipeline, SEEDS[0], prompt=PROMPTS[0], num_inference_steps=3)) <= 1


class DrawsItsOwn(EulerAncestralDiscreteScheduler):
    def step(self, *given: object, generator: object = None, **more: object) -> object:
        return super().step(*given, generator=None, **more)


@pytest.mark.parametrize("batch", [1, 4])
def test_a_scheduler_that_draws_noise_of_its_own_is_refused(batch: int, tmp_path: Path) -> None:
    generator = scotoma.diffusers.Generator(made("stable-diffusion", tmp_path, DrawsItsOwn), steps=4, width=SIDE, height=SIDE, batch=batch)
    with pytest.raises(RuntimeError, match="DrawsItsOwn may draw noise" if batch == 1 else "say batch=1"):
        generator.generate(PROMPTS, SEEDS)


def test_a_safety_checker_is_refused(tmp_path: Path) -> None:
    pipeline = made("stable-diffusion", tmp_path)
    pipeline.safety_checker = torch.nn.Identity()
    with pytest.raises(ValueError, match="safety_checker=None"):
        scotoma.diffusers.Generator(pipeline)


def test_black_images_of_a_pipeline_are_named(tmp_path: Path) -> None:
    pipeline = made("stable-diffusion", tmp_path)
    generator = scotoma.diffusers.Generator(pipeline, steps=1, width=SIDE, height=SIDE)
    run = pipeline.run_safety_checker
    pipeline.run_safety_checker = lambda image, *rest: (run(image, *rest)[0], [False, True])
    with pytest.raises(RuntimeError, match="blackened the image of the prompt 'a dog'"):
        generator.generate(PROMPTS[:2], SEEDS[:2])


def test_nan_is_no_black_image(tmp_path: Path) -> None:
    pipeline = made("stable-diffusion", tmp_path)
    with torch.no_grad():
        pipeline.vae.decoder.conv_out.bias += float("nan")
    with pytest.raises(RuntimeError, match="gave NaN"):
        scotoma.diffusers.Generator(pipeline, steps=1, width=SIDE, height=SIDE).generate(["a"], [1])


def test_the_fingerprint_changes_with_what_changes_images(tmp_path: Path, in_another_process) -> None:
    def mark(change=lambda pipeline: None, **more: object) -> str | None:
        pipeline = made("stable-diffusion", tmp_path / str(len(list(tmp_path.iterdir()))))
        change(pipeline)
        return scotoma.diffusers.Generator(pipeline, **{"steps": 3, "guidance": 2.0, **more}).fingerprint

    def nudge(part: str):
        def change(pipeline: object) -> None:
            with torch.no_grad():
                next(getattr(pipeline, part).parameters()).view(-1)[0] += 1e-3

        return change

    def other_scheduler(pipeline: object) -> None:
        pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config)

    def other_spacing(pipeline: object) -> None:
        pipeline.scheduler = DDIMScheduler.from_config(pipeline.scheduler.config, timestep_spacing="trailing")

    def other_padding(pipeline: object) -> None:
        pipeline.tokenizer.pad_token = "!"

    changes = [nudge("unet"), nudge("vae"), nudge("text_encoder"), other_scheduler, other_spacing, other_padding]
    marks = [mark(), *(mark(change) for change in changes)]
    marks += [
        mark(**more) for more in ({"steps": 4}, {"guidance": 2.5}, {"negative_prompt": "a"}, {"width": 24}, {"options": {"eta": 0.5}})
    ]
    assert None not in marks and len(set(marks)) == len(marks)
    assert mark(batch=7) == marks[0]
    code = f"import test_diffusers as t; from pathlib import Path\np = t.made('stable-diffusion', Path({str(tmp_path / 'again')!r}))\n"
    assert in_another_process(code + "print(t.scotoma.diffusers.Generator(p, steps=3, guidance=2.0).fingerprint)") == marks[0]


@pytest.mark.parametrize(
    ("family", "arguments", "message"),
    [
        ("lcm", {"negative_prompt": "a"}, "LatentConsistencyModelPipeline takes no 'negative_prompt'"),
        ("lcm", {"options": {"prompt": "a"}}, "options: 'prompt' is given by scotoma"),
        ("lcm", {"options": {"stpes": 3}}, "takes no 'stpes'"),
        ("lcm", {"steps": 0}, "steps: expected a whole number from 1 on, this is 0"),
        ("lcm", {"width": 17}, "width: expected a multiple of 2, this is 17"),
        ("lcm", {"batch": -1}, "batch: expected"),
        (None, {}, "pipeline: expected a pipeline of diffusers, this is str"),
    ],
)
def test_wrong_arguments_are_named(family: str | None, arguments: dict, message: str, tmp_path: Path) -> None:
    with pytest.raises((ValueError, TypeError), match=message) as raised:
        scotoma.diffusers.Generator(made(family, tmp_path) if family else "folder", **arguments)
    assert str(raised.value).startswith("scotoma.diffusers.Generator: ")


def test_as_many_seeds_as_prompts(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="as many seeds, these are 2 and 1"):
        scotoma.diffusers.Generator(made("lcm", tmp_path), steps=1).generate(["a", "b"], [1])
