# SPDX-License-Identifier: Apache-2.0
"""Writes the generator in the Stable Diffusion folder layout, as OpenVINO IR in fp16, with a dynamic batch.

    model_index.json  scheduler/  tokenizer/  text_encoder/  unet/  vae_decoder/

The parts keep the interfaces of diffusers' classes; the latent code's mean and scale are inside the decoder, so
scaling_factor is 1. A folder appears whole or not at all: each part is written beside its place, then moved.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import openvino as ov
import torch
from openvino_tokenizers import convert_tokenizer
from safetensors.torch import load_file
from torch import nn

from . import diffusion, latents, text
from .decoder import Decoder
from .unet import UNet

VERSION = "0.39.0"


class TextEncoder(nn.Module):
    """CLIPTextModel with the causal mask spelled out, since the library's own cannot be traced."""

    def __init__(self, model):
        super().__init__()
        self.m = getattr(model, "text_model", model)

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        n, length = input_ids.shape
        x = self.m.embeddings(input_ids=input_ids)
        mask = torch.full((length, length), -1e4).triu(1)[None, None]
        for layer in self.m.encoder.layers:
            x = layer(x, mask)
            x = x[0] if isinstance(x, tuple) else x
        x = self.m.final_layer_norm(x)
        end = (input_ids == self.m.config.eos_token_id).int().argmax(1)
        return x, x[torch.arange(n), end]


def load_unet(path: Path, text_width: int = text.WIDTH) -> UNet:
    weights = {k: v.float() for k, v in load_file(path).items()}
    net = UNet(in_channels=weights["conv_in.weight"].shape[1], text=text_width)
    net.load_state_dict(weights)
    return net.eval().requires_grad_(False)


def load_decoder(path: Path, code_path: Path) -> Decoder:
    net = Decoder(latents.Code(code_path))
    net.load_state_dict({k: v.float() for k, v in load_file(path).items()})
    return net.eval().requires_grad_(False)


def _write(folder, config, net, inputs, outputs, example):
    """Converts one part. inputs: {name: shape with -1}, in the order of forward's arguments; outputs: names."""
    model = ov.convert_model(net, example_input=example, input=[shape for shape, _ in inputs.values()])
    for port, (name, (shape, kind)) in zip(model.inputs, inputs.items()):
        port.get_tensor().set_names({name})
        port.get_node().set_friendly_name(name)
        port.get_node().set_partial_shape(ov.PartialShape(shape))
        port.get_node().set_element_type(kind)
    for port, name in zip(model.outputs, outputs):
        port.get_tensor().set_names({name})
    model.validate_nodes_and_infer_types()
    fresh = folder.with_name(folder.name + ".part")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    ov.save_model(model, fresh / "openvino_model.xml", compress_to_fp16=True)
    _json(fresh / "config.json", config)
    _swap(fresh, folder)


def _swap(fresh, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.rename(fresh, folder)


def _json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def export_text(checkpoints: Path, out: Path) -> None:
    embed = text.Embedder(checkpoints / "text_encoder.safetensors")
    net = TextEncoder(embed.encoder).eval()
    ids = text.tokenize(embed.tokenizer, ["a photo of a fly on a flower", "a dark photo of a cat", ""])
    ours, theirs = net(ids)[0], embed.encoder(ids).last_hidden_state
    assert (ours - theirs).abs().max() < 1e-4, "the spelled-out mask changes the text encoder"
    c = embed.encoder.config
    config = dict(
        architectures=["CLIPTextModel"],
        model_type="clip_text_model",
        vocab_size=c.vocab_size,
        hidden_size=c.hidden_size,
        intermediate_size=c.intermediate_size,
        num_hidden_layers=c.num_hidden_layers,
        num_attention_heads=c.num_attention_heads,
        max_position_embeddings=text.LENGTH,
        projection_dim=c.projection_dim,
        hidden_act=c.hidden_act,
        layer_norm_eps=c.layer_norm_eps,
        bos_token_id=c.bos_token_id,
        eos_token_id=c.eos_token_id,
        pad_token_id=c.pad_token_id,
    )
    _write(out / "text_encoder", config, net, {"input_ids": ([-1, text.LENGTH], ov.Type.i64)}, ["last_hidden_state", "pooler_output"], ids)
    fresh = out / "tokenizer.part"
    shutil.rmtree(fresh, ignore_errors=True)
    embed.tokenizer.save_pretrained(fresh)
    encode, decode = convert_tokenizer(embed.tokenizer, with_detokenizer=True, use_max_padding=True)
    ov.save_model(encode, fresh / "openvino_tokenizer.xml")
    ov.save_model(decode, fresh / "openvino_detokenizer.xml")
    _swap(fresh, out / "tokenizer")


def export_unet(checkpoints: Path, out: Path) -> None:
    net = load_unet(checkpoints / "unet.safetensors")
    channels, widths = net.config["in_channels"], net.config["widths"]
    config = dict(
        _class_name="UNet2DConditionModel",
        _diffusers_version=VERSION,
        in_channels=channels,
        out_channels=channels,
        sample_size=16,
        cross_attention_dim=text.WIDTH,
        block_out_channels=widths,
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        time_cond_proj_dim=None,
    )
    _write(
        out / "unet",
        config,
        net,
        {
            "sample": ([-1, channels, 16, 16], ov.Type.f32),
            "timestep": ([-1], ov.Type.i64),
            "encoder_hidden_states": ([-1, text.LENGTH, text.WIDTH], ov.Type.f32),
        },
        ["out_sample"],
        (torch.randn(2, channels, 16, 16), torch.tensor([999, 5]), torch.randn(2, text.LENGTH, text.WIDTH)),
    )


def export_decoder(checkpoints: Path, out: Path) -> None:
    net = load_decoder(checkpoints / "decoder.safetensors", checkpoints / "latent_code.safetensors")
    channels = net.first.in_channels
    config = dict(
        _class_name="AutoencoderKL",
        _diffusers_version=VERSION,
        in_channels=3,
        out_channels=3,
        latent_channels=channels,
        sample_size=64,
        scaling_factor=1.0,
        shift_factor=None,
        block_out_channels=[64, 40, 40],
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=["DownEncoderBlock2D"] * 3,
        up_block_types=["UpDecoderBlock2D"] * 3,
    )
    _write(
        out / "vae_decoder",
        config,
        net,
        {"latent_sample": ([-1, channels, 16, 16], ov.Type.f32)},
        ["sample"],
        torch.randn(2, channels, 16, 16),
    )


def scheduler_config() -> dict:
    start, end = diffusion.BETAS
    return dict(
        _class_name="DPMSolverMultistepScheduler",
        _diffusers_version=VERSION,
        algorithm_type="dpmsolver++",
        beta_start=start,
        beta_end=end,
        beta_schedule="scaled_linear",
        num_train_timesteps=diffusion.STEPS,
        prediction_type="v_prediction",
        solver_order=2,
        solver_type="midpoint",
        lower_order_final=True,
        final_sigmas_type="zero",
        timestep_spacing="trailing",
        steps_offset=0,
        thresholding=False,
        use_karras_sigmas=False,
        rescale_betas_zero_snr=False,
        trained_betas=None,
        variance_type=None,
    )


def export_all(checkpoints: Path, out: Path) -> None:
    """checkpoints/*.safetensors -> out/; prints the size."""
    checkpoints, out = Path(checkpoints), Path(out)
    export_text(checkpoints, out)
    export_unet(checkpoints, out)
    export_decoder(checkpoints, out)
    _json(out / "scheduler" / "scheduler_config.json", scheduler_config())
    _json(
        out / "model_index.json",
        dict(
            _class_name="StableDiffusionPipeline",
            _diffusers_version=VERSION,
            requires_safety_checker=False,
            safety_checker=[None, None],
            feature_extractor=[None, None],
            image_encoder=[None, None],
            scheduler=["diffusers", "DPMSolverMultistepScheduler"],
            text_encoder=["transformers", "CLIPTextModel"],
            tokenizer=["transformers", "CLIPTokenizer"],
            unet=["diffusers", "UNet2DConditionModel"],
            vae=["diffusers", "AutoencoderKL"],
        ),
    )
    print(f"generator: {sum(f.stat().st_size for f in out.rglob('*') if f.is_file()) / 1e6:.1f} MB")
