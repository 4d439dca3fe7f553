# SPDX-License-Identifier: Apache-2.0
"""Text-to-image checkpoints with the widths of real ones and random weights, exported as users export theirs.

    python bench/shapes.py SHAPE FOLDER     writes FOLDER/checkpoint (diffusers) and FOLDER/openvino (optimum-cli, f32)

stable-diffusion: Stable Diffusion 1.5 as it is, every layer. sdxl: SDXL's widths, two text encoders and time ids, with one layer a
block, two transformer layers where it has ten, and a quarter of the text layers: what fits into 24 GB beside its peers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

sys.path.append(str(Path(__file__).resolve().parent.parent / "tests" / "parity"))

_BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}


def _text_encoder(words, width: int, layers: int, heads: int, projected: bool, activation: str):
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=49408,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        projection_dim=width,
        hidden_act=activation,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return (CLIPTextModelWithProjection if projected else CLIPTextModel)(config).eval()


def _vae(scaling: float):
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        layers_per_block=2,
        sample_size=512,
        scaling_factor=scaling,
    ).eval()


def stable_diffusion(scratch: Path):
    from diffusers import DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from pipelines import END, tokenizer

    words = tokenizer(scratch / "tokenizer", END)
    return StableDiffusionPipeline(
        vae=_vae(0.18215),
        text_encoder=_text_encoder(words, 768, 12, 12, False, "quick_gelu"),
        tokenizer=words,
        unet=UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8).eval(),
        scheduler=DDIMScheduler(**_BETAS, clip_sample=False, set_alpha_to_one=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def sdxl(scratch: Path):
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from pipelines import END, tokenizer

    first, second = tokenizer(scratch / "tokenizer", END), tokenizer(scratch / "tokenizer_2", "!")
    unet = UNet2DConditionModel(
        sample_size=128,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(320, 640, 1280),
        layers_per_block=1,
        transformer_layers_per_block=(1, 2, 2),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )
    return StableDiffusionXLPipeline(
        vae=_vae(0.13025),
        text_encoder=_text_encoder(first, 768, 3, 12, False, "quick_gelu"),
        text_encoder_2=_text_encoder(second, 1280, 8, 20, True, "gelu"),
        tokenizer=first,
        tokenizer_2=second,
        unet=unet.eval(),
        scheduler=EulerDiscreteScheduler(**_BETAS, timestep_spacing="leading", steps_offset=1),
    )


SHAPES = {"stable-diffusion": stable_diffusion, "sdxl": sdxl}


def make(shape: str, folder: Path) -> None:
    """Writes checkpoint and export, unless both are there."""
    if (folder / "openvino" / "made").exists():
        return
    import torch

    torch.manual_seed(7)
    if not (folder / "checkpoint" / "model_index.json").exists():
        SHAPES[shape](folder / "words").save_pretrained(folder / "checkpoint")
    command = ["optimum-cli", "export", "openvino", "--model", str(folder / "checkpoint"), "--task", "text-to-image"]
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run([*command, "--weight-format", "fp32", str(folder / "openvino")], check=True, env=environment)
    (folder / "openvino" / "made").touch()


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]))
