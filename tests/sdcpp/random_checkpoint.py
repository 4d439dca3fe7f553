# SPDX-License-Identifier: Apache-2.0
"""Writes checkpoints of random weights that stable-diffusion.cpp loads. Python alone is enough.

    random_checkpoint.py FOLDER

FOLDER/whole.safetensors: a Stable Diffusion 1.x checkpoint in one file (text encoder CLIP-L and the smallest U-Net that
the library knows: one layer a block, no middle block, 323 M weights), 0.9 GB of float16, with FOLDER/tiny_decoder.safetensors
for a VAE. FOLDER/parts/: a transformer in FLUX.1's layout, one head wide and two blocks deep, CLIP-L, a tiny decoder and
a LoRA, a file each, 0.25 GB. The images are noise that depends on prompt and seed, which is all that tests ask of them.
"""

import json
import math
import random
import struct
import sys
from pathlib import Path
from statistics import NormalDist

CHANNELS = (320, 640, 1280)
EMBEDDING = 1280  # of the time
CONTEXT = 768  # of the text encoder


class Weights:
    """Tensors by name, each with the law by which its values are made."""

    def __init__(self):
        self.shapes = {}

    def add(self, name, *shape, ones=False):
        self.shapes[name] = (shape, ones)

    def linear(self, name, into, out, bias=True):
        self.add(f"{name}.weight", out, into)
        if bias:
            self.add(f"{name}.bias", out)

    def conv(self, name, into, out, size=3, bias=True):
        self.add(f"{name}.weight", out, into, size, size)
        if bias:
            self.add(f"{name}.bias", out)

    def norm(self, name, width):
        self.add(f"{name}.weight", width, ones=True)
        self.add(f"{name}.bias", width)

    def write(self, path):
        """As safetensors: length of the header, header, bytes."""
        header, offset = {}, 0
        for name, (shape, _) in self.shapes.items():
            size = 2 * math.prod(shape)
            header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [offset, offset + size]}
            offset += size
        text = json.dumps(header).encode()
        generator = random.Random(7)
        with path.open("wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            for shape, ones in self.shapes.values():
                file.write(self.values(generator, shape, ones))

    @staticmethod
    def values(generator, shape, ones):
        """A weight is one of 256 quantiles of the normal distribution: chosen by a random byte, which is quick."""
        count = math.prod(shape)
        if ones or len(shape) == 1:
            return struct.pack("<e", 1.0 if ones else 0.0) * count
        scale = 1 / math.sqrt(math.prod(shape[1:]))
        levels = [struct.pack("<e", scale * NormalDist().inv_cdf((i + 0.5) / 256)) for i in range(256)]
        chosen = generator.randbytes(count)
        values = bytearray(2 * count)
        values[0::2] = chosen.translate(bytes(level[0] for level in levels))
        values[1::2] = chosen.translate(bytes(level[1] for level in levels))
        return values


def add_text_encoder(weights, prefix, layers=12, words=49408, length=77):
    weights.add(f"{prefix}.embeddings.token_embedding.weight", words, CONTEXT)
    weights.add(f"{prefix}.embeddings.position_embedding.weight", length, CONTEXT)
    for i in range(layers):
        layer = f"{prefix}.encoder.layers.{i}"
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            weights.linear(f"{layer}.self_attn.{part}", CONTEXT, CONTEXT)
        weights.norm(f"{layer}.layer_norm1", CONTEXT)
        weights.norm(f"{layer}.layer_norm2", CONTEXT)
        weights.linear(f"{layer}.mlp.fc1", CONTEXT, 4 * CONTEXT)
        weights.linear(f"{layer}.mlp.fc2", 4 * CONTEXT, CONTEXT)
    weights.norm(f"{prefix}.final_layer_norm", CONTEXT)


def add_residual(weights, name, into, out):
    weights.norm(f"{name}.in_layers.0", into)
    weights.conv(f"{name}.in_layers.2", into, out)
    weights.linear(f"{name}.emb_layers.1", EMBEDDING, out)
    weights.norm(f"{name}.out_layers.0", out)
    weights.conv(f"{name}.out_layers.3", out, out)
    if into != out:
        weights.conv(f"{name}.skip_connection", into, out, 1)


def add_transformer(weights, name, width):
    weights.norm(f"{name}.norm", width)
    weights.conv(f"{name}.proj_in", width, width, 1)
    weights.conv(f"{name}.proj_out", width, width, 1)
    block = f"{name}.transformer_blocks.0"
    for attention, context in (("attn1", width), ("attn2", CONTEXT)):
        weights.linear(f"{block}.{attention}.to_q", width, width, bias=False)
        weights.linear(f"{block}.{attention}.to_k", context, width, bias=False)
        weights.linear(f"{block}.{attention}.to_v", context, width, bias=False)
        weights.linear(f"{block}.{attention}.to_out.0", width, width)
    weights.linear(f"{block}.ff.net.0.proj", width, 8 * width)
    weights.linear(f"{block}.ff.net.2", 4 * width, width)
    for i in (1, 2, 3):
        weights.norm(f"{block}.norm{i}", width)


def add_unet(weights):
    """The indices of blocks leave gaps where larger U-Nets have a second layer."""
    prefix = "model.diffusion_model"
    weights.linear(f"{prefix}.time_embed.0", CHANNELS[0], EMBEDDING)
    weights.linear(f"{prefix}.time_embed.2", EMBEDDING, EMBEDDING)
    weights.conv(f"{prefix}.input_blocks.0.0", 4, CHANNELS[0])
    skips, width, index = [CHANNELS[0]], CHANNELS[0], 0
    for level, channels in enumerate(CHANNELS):
        index += 1
        add_residual(weights, f"{prefix}.input_blocks.{index}.0", width, channels)
        add_transformer(weights, f"{prefix}.input_blocks.{index}.1", channels)
        width = channels
        skips.append(width)
        index += 1
        if level + 1 < len(CHANNELS):
            index += 1
            weights.conv(f"{prefix}.input_blocks.{index}.0.op", width, width)
            skips.append(width)
    index = 0
    for level in reversed(range(len(CHANNELS))):
        for layer in range(2):
            add_residual(weights, f"{prefix}.output_blocks.{index}.0", width + skips.pop(), CHANNELS[level])
            width = CHANNELS[level]
            add_transformer(weights, f"{prefix}.output_blocks.{index}.1", width)
            if level > 0 and layer == 1:
                index += 1
                place = 1 if index == 2 else 2
                weights.conv(f"{prefix}.output_blocks.{index}.{place}.conv", width, width)
            index += 1
    weights.norm(f"{prefix}.out.0", width)
    weights.conv(f"{prefix}.out.2", width, 4)


def add_transformer_of_flux(weights, width=128, latents=64, words=4096):
    """`width`: of one head; its positions are 16 + 56 + 56 wide."""
    weights.linear("img_in", latents, width)
    weights.linear("txt_in", words, width)
    for name, into in (("time_in", 256), ("vector_in", CONTEXT), ("guidance_in", 256)):
        weights.linear(f"{name}.in_layer", into, width)
        weights.linear(f"{name}.out_layer", width, width)
    for side in ("img", "txt"):
        block = f"double_blocks.0.{side}"
        weights.linear(f"{block}_mod.lin", width, 6 * width)
        weights.linear(f"{block}_attn.qkv", width, 3 * width)
        weights.linear(f"{block}_attn.proj", width, width)
        weights.linear(f"{block}_mlp.0", width, 4 * width)
        weights.linear(f"{block}_mlp.2", 4 * width, width)
    weights.linear("single_blocks.0.linear1", width, 7 * width)
    weights.linear("single_blocks.0.linear2", 5 * width, width)
    weights.linear("single_blocks.0.modulation.lin", width, 3 * width)
    for norm in ("double_blocks.0.img_attn.norm", "double_blocks.0.txt_attn.norm", "single_blocks.0.norm"):
        for part in ("query_norm", "key_norm"):
            weights.add(f"{norm}.{part}.scale", width, ones=True)
    weights.linear("final_layer.linear", width, latents)
    weights.linear("final_layer.adaLN_modulation.1", width, 2 * width)


def add_lora_of_flux(weights, width=128, rank=4):
    name = "lora_unet_double_blocks_0_img_attn_qkv"
    weights.add(f"{name}.lora_down.weight", rank, width)
    weights.add(f"{name}.lora_up.weight", 3 * width, rank)


def add_tiny_decoder(weights, latents, width=64):
    weights.conv("decoder.layers.0", latents, width)
    index = 2
    for _ in range(3):
        for _ in range(3):
            add_tiny_block(weights, f"decoder.layers.{index}", width)
            index += 1
        weights.conv(f"decoder.layers.{index + 1}", width, width, bias=False)
        index += 2
    add_tiny_block(weights, f"decoder.layers.{index}", width)
    weights.conv(f"decoder.layers.{index + 1}", width, 3)


def add_tiny_block(weights, name, width):
    for i in (0, 2, 4):
        weights.conv(f"{name}.conv.{i}", width, width)


def write(path, *adders):
    weights = Weights()
    for add, *arguments in adders:
        add(weights, *arguments)
    path.parent.mkdir(parents=True, exist_ok=True)
    weights.write(path)


def main():
    folder = Path(sys.argv[1])
    write(folder / "whole.safetensors", (add_text_encoder, "cond_stage_model.transformer.text_model"), (add_unet,))
    write(folder / "tiny_decoder.safetensors", (add_tiny_decoder, 4))
    write(folder / "parts/transformer.safetensors", (add_transformer_of_flux,))
    write(folder / "parts/clip_l.safetensors", (add_text_encoder, "text_model"))
    write(folder / "parts/lora.safetensors", (add_lora_of_flux,))
    write(folder / "parts/tiny_decoder.safetensors", (add_tiny_decoder, 16))


if __name__ == "__main__":
    main()
