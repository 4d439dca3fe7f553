# SPDX-License-Identifier: Apache-2.0
"""Tiny text-to-image pipelines of random weights, one of each family that the OpenVINO backend runs.

Their layouts are those of the real models; only widths, depths and the vocabulary are small. All weights are numbers that f16 can
hold, so that an export in f16 computes the same. Gains are larger than those of fresh layers: text, time and guidance must show in
the image, or a comparison of images would say nothing about them.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    EulerDiscreteScheduler,
    LatentConsistencyModelPipeline,
    LCMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

BEGIN, END = "<|startoftext|>", "<|endoftext|>"
WORDS = ("cat", "dog", "photo", "of", "fly")
LENGTH = 77


def _letters() -> list[str]:
    """A letter for each of the 256 bytes, in the order of CLIP's vocabulary: "!" is the first."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    return [chr(byte) for byte in shown] + [chr(256 + i) for i in range(256 - len(shown))]


def tokenizer(folder: Path, pad: str) -> CLIPTokenizer:
    """CLIP's tokenizer with a handful of words; `pad` fills texts up."""
    letters = _letters()
    tokens = letters + [letter + "</w>" for letter in letters]
    merges = []
    for word in WORDS:
        parts = [*word[:-1], word[-1] + "</w>"]
        while len(parts) > 1:
            merge = (parts[-2], parts[-1])
            parts[-2:] = ["".join(merge)]
            if merge not in merges:
                merges.append(merge)
                tokens.append(parts[-1])
    tokens += [BEGIN, END]
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges))
    out = CLIPTokenizer.from_pretrained(folder, model_max_length=LENGTH, pad_token=pad)
    assert out.convert_tokens_to_ids("!") == 0 and out.convert_tokens_to_ids("!</w>") == 256
    return out


def _shaped(model: torch.nn.Module, gain: float) -> torch.nn.Module:
    """Larger weights, that f16 can hold."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(gain)
            parameter.copy_(parameter.half().float())
    return model.eval()


def _text_encoder(words: CLIPTokenizer, width: int, projection: int = 0):
    config = CLIPTextConfig(
        vocab_size=len(words),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=LENGTH,
        projection_dim=projection or width,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        initializer_range=1.0,
        initializer_factor=1.0,
    )
    return _shaped((CLIPTextModelWithProjection if projection else CLIPTextModel)(config), 6.0)


def _unet(cross: int, side: int, **more) -> UNet2DConditionModel:
    return _shaped(
        UNet2DConditionModel(
            sample_size=side,
            in_channels=4,
            out_channels=4,
            layers_per_block=1,
            block_out_channels=(4, 8),
            norm_num_groups=2,
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            cross_attention_dim=cross,
            attention_head_dim=2,
            **more,
        ),
        1.6,
    )


def _vae(scaling: float) -> AutoencoderKL:
    return _shaped(
        AutoencoderKL(
            block_out_channels=(4, 4),
            norm_num_groups=2,
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4,
            layers_per_block=1,
            sample_size=16,
            scaling_factor=scaling,
        ),
        1.6,
    )


_BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def _ddim() -> DDIMScheduler:
    return DDIMScheduler(**_BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1)


def _euler(**more) -> EulerDiscreteScheduler:
    return EulerDiscreteScheduler(**_BETAS, **more)


def stable_diffusion(scratch: Path) -> StableDiffusionPipeline:
    words = tokenizer(scratch / "tokenizer", END)
    return StableDiffusionPipeline(
        vae=_vae(0.18215),
        text_encoder=_text_encoder(words, 16),
        tokenizer=words,
        unet=_unet(16, 8),
        scheduler=_ddim(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def lcm(scratch: Path, scheduler=None) -> LatentConsistencyModelPipeline:
    """Under DDIM unless another scheduler is given, as no step of it draws noise."""
    words = tokenizer(scratch / "tokenizer", END)
    return LatentConsistencyModelPipeline(
        vae=_vae(0.18215),
        text_encoder=_text_encoder(words, 16),
        tokenizer=words,
        unet=_unet(16, 8, time_cond_proj_dim=12),
        scheduler=scheduler or _ddim(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def lcm_own(scratch: Path) -> LatentConsistencyModelPipeline:
    """Under its own scheduler."""
    return lcm(scratch, LCMScheduler(**_BETAS, original_inference_steps=50))


def _xl(scratch: Path, scheduler: EulerDiscreteScheduler, **unet) -> StableDiffusionXLPipeline:
    first, second = tokenizer(scratch / "tokenizer", END), tokenizer(scratch / "tokenizer_2", "!")
    return StableDiffusionXLPipeline(
        vae=_vae(0.13025),
        text_encoder=_text_encoder(first, 16),
        text_encoder_2=_text_encoder(second, 8, projection=12),
        tokenizer=first,
        tokenizer_2=second,
        unet=_unet(
            16 + 8,
            8,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=12 + 6 * 8,
            transformer_layers_per_block=1,
            **unet,
        ),
        scheduler=scheduler,
    )


def sdxl(scratch: Path) -> StableDiffusionXLPipeline:
    return _xl(scratch, _euler(timestep_spacing="leading", steps_offset=1))


def sdxl_turbo(scratch: Path) -> StableDiffusionXLPipeline:
    return _xl(scratch, _euler(timestep_spacing="trailing"))


def sdxl_lcm(scratch: Path) -> StableDiffusionXLPipeline:
    """SDXL's text with LCM's guidance, as the full LCM of SDXL has them."""
    return _xl(scratch, _euler(timestep_spacing="trailing"), time_cond_proj_dim=12)


FAMILIES = {
    "stable-diffusion": stable_diffusion,
    "lcm": lcm,
    "lcm-own": lcm_own,
    "sdxl": sdxl,
    "sdxl-turbo": sdxl_turbo,
    "sdxl-lcm": sdxl_lcm,
}


def make(family: str, folder: Path) -> None:
    """Saves the pipeline of a family as diffusers saves checkpoints."""
    torch.manual_seed(7)
    FAMILIES[family](folder / "words").save_pretrained(folder / "checkpoint")
