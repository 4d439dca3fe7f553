#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Embedders with random weights as optimum-intel exports them, both towers in one model, and what transformers says.

    python make_embedders.py embedders

Writes embedders/clip and embedders/siglip, and embedders/expected.json: for four images of the networks' size and a few
texts the vectors that transformers computes. Made with optimum-intel 2.2.0, transformers 5.5.4, torch 2.15.0, openvino
2026.4.1 and openvino-tokenizers 2026.4.1.0.
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import torch
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    CLIPTokenizer,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
)

SIDE = 16
LENGTH = 16  # what optimum traces with
TEXTS = ["a fly", "a photo of a bee on a flower", "", "dark, out of focus, far away and more than sixteen letters"]
KEPT = ["config.json", "openvino_model.bin", "openvino_model.xml", "openvino_tokenizer.bin", "openvino_tokenizer.xml"]


def byte_letters() -> list[str]:
    """The letters by which CLIP's vocabulary writes the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in plain]
    return [chr(b) for b in plain] + [chr(256 + i) for i in range(len(others))]


def tokenizer(folder: pathlib.Path) -> CLIPTokenizer:
    """One that knows letters alone."""
    letters = byte_letters()
    words = [*letters, *(letter + "</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=LENGTH)


def images() -> numpy.ndarray:
    """[4, SIDE, SIDE, 3], which a test makes again: (7 i + 31 j) mod 256 of the i-th value of the j-th image."""
    values = numpy.arange(SIDE * SIDE * 3)
    return numpy.stack([((7 * values + 31 * j * values // 5) % 256).astype(numpy.uint8) for j in range(4)]).reshape(4, SIDE, SIDE, 3)


def expected(model: torch.nn.Module, tokens: CLIPTokenizer, mean: list[float], std: list[float], masked: bool) -> dict:
    pixels = (images() / 255 - numpy.array(mean)) / numpy.array(std)
    coded = tokens(TEXTS, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt")
    inputs = {"input_ids": coded.input_ids, **({"attention_mask": coded.attention_mask} if masked else {})}
    with torch.no_grad():
        out = model(pixel_values=torch.tensor(pixels.transpose(0, 3, 1, 2), dtype=torch.float32), **inputs)
    return {
        "images": [[round(v, 6) for v in row] for row in torch.nn.functional.normalize(out.image_embeds).tolist()],
        "texts": [[round(v, 6) for v in row] for row in torch.nn.functional.normalize(out.text_embeds).tolist()],
    }


def export(checkpoint: pathlib.Path, out: pathlib.Path, processor: str) -> None:
    with tempfile.TemporaryDirectory() as whole:
        task = ["--task", "zero-shot-image-classification", "--weight-format", "fp16"]
        optimum = pathlib.Path(sys.executable).parent / "optimum-cli"
        subprocess.run([optimum, "export", "openvino", "--model", checkpoint, *task, whole], check=True)
        out.mkdir(parents=True, exist_ok=True)
        for name in [*KEPT, processor]:
            (out / name).write_bytes((pathlib.Path(whole) / name).read_bytes())


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    torch.manual_seed(0)
    tower = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    results = {"texts": TEXTS}
    with tempfile.TemporaryDirectory() as work:
        tokens = tokenizer(pathlib.Path(work))
        end = tokens.eos_token_id
        text = {**tower, "vocab_size": len(tokens), "max_position_embeddings": LENGTH, "projection_dim": 8}
        text |= {"bos_token_id": tokens.bos_token_id, "eos_token_id": end, "pad_token_id": end}
        vision = {**tower, "image_size": SIDE, "patch_size": 8, "projection_dim": 8}
        clip = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)).eval().half().float()
        image = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
        folder = pathlib.Path(work) / "clip"
        clip.save_pretrained(folder)
        CLIPProcessor(image, tokens).save_pretrained(folder)
        results["clip"] = expected(clip, tokens, image.image_mean, image.image_std, masked=True)
        export(folder, out / "clip", "processor_config.json")
        siglip = SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).eval().half().float()
        image = SiglipImageProcessor(size={"height": SIDE, "width": SIDE})
        folder = pathlib.Path(work) / "siglip"
        siglip.save_pretrained(folder)
        tokens.save_pretrained(folder)
        image.save_pretrained(folder)
        results["siglip"] = expected(siglip, tokens, image.image_mean, image.image_std, masked=False)
        export(folder, out / "siglip", "preprocessor_config.json")
    (out / "expected.json").write_text(json.dumps(results) + "\n")


if __name__ == "__main__":
    main()
