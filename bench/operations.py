# SPDX-License-Identifier: Apache-2.0
"""How much there is to compute for an image: the table of docs/from-a-checkpoint.md. Needs torch and diffusers (bench/requirements.txt).

    python bench/operations.py [GFLOP_A_SECOND]

Builds the networks without weights and counts the operations of one call (a multiplication and an addition are two).
"""

from __future__ import annotations

import sys

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from torch.utils.flop_counter import FlopCounterMode

RATE = float(sys.argv[1]) if len(sys.argv) > 1 else 400.0  # 10^9 operations a second
TEXT = {"sd": 123e6, "sd2": 340e6, "sdxl": 123e6 + 695e6}  # weights of the text encoders, as their cards give them


def unet(kind: str) -> UNet2DConditionModel:
    if kind == "sd":
        return UNet2DConditionModel(sample_size=64, cross_attention_dim=768, attention_head_dim=8)
    if kind == "sd2":
        heads = (5, 10, 20, 20)
        return UNet2DConditionModel(sample_size=64, cross_attention_dim=1024, attention_head_dim=heads, use_linear_projection=True)
    return UNet2DConditionModel(
        sample_size=128,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        block_out_channels=(320, 640, 1280),
        transformer_layers_per_block=(1, 2, 10),
        attention_head_dim=(5, 10, 20),
        cross_attention_dim=2048,
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=256,
        projection_class_embeddings_input_dim=2816,
    )


def decoder() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        layers_per_block=2,
    )


def counted(call) -> float:
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops()


def weights(network) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


ROWS = (  # name, kind, pixels, steps, calls of the U-Net a step
    ("Stable Diffusion 1.5, 20 steps, guidance", "sd", 512, 20, 2),
    ("LCM of it, 4 steps", "sd", 512, 4, 1),
    ("SD-Turbo, 1 step", "sd2", 512, 1, 1),
    ("SDXL, 20 steps, guidance", "sdxl", 1024, 20, 2),
    ("SDXL-Turbo, 1 step", "sdxl", 512, 1, 1),
)


def operations(kind: str, pixels: int, network: UNet2DConditionModel, vae: AutoencoderKL) -> tuple[float, float]:
    """Of one call of the U-Net, and of the decoder."""
    side = pixels // 8
    conditions = {"text_embeds": torch.empty(1, 1280), "time_ids": torch.empty(1, 6)} if kind == "sdxl" else None
    text = torch.empty(1, 77, network.config.cross_attention_dim)
    latent = torch.empty(1, 4, side, side)
    call = counted(lambda: network(latent, torch.zeros(1), text, added_cond_kwargs=conditions))
    return call, counted(lambda: vae.decode(latent))


def main() -> None:
    with torch.device("meta"):
        vae = decoder()
        for name, kind, pixels, steps, calls in ROWS:
            network = unet(kind)
            call, last = operations(kind, pixels, network, vae)
            whole = steps * calls * call + last
            all_weights = weights(network) + weights(vae.decoder) + TEXT[kind]
            print(
                f"| {name} | {pixels} | {all_weights * 4 / 1e9:.1f} GB | {all_weights * 2 / 1e9:.1f} GB | {whole / 1e12:.1f} | "
                f"{whole / RATE / 1e9:.0f} s | {2000 * whole / RATE / 1e9 / 3600:.0f} h |"
            )


if __name__ == "__main__":
    main()
