#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Embedders with random weights as optimum-intel exports them, both towers in one model, and what transformers says.

    python make_embedders.py embedders [--open-clip: that one alone]

Writes embedders/clip and embedders/siglip, and embedders/open_clip by python/export/open_clip_towers.py; and
embedders/expected.json: for four images of the networks' size and a few texts the vectors that transformers, or open_clip,
computes. Made with optimum-intel 2.2.0, transformers 5.5.4, torch 2.15.0, openvino 2026.4.1, openvino-tokenizers 2026.4.1.0
and open-clip-torch 3.3.0.
"""

from __future__ import annotations

import gzip
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


def rounded(rows: torch.Tensor) -> list[list[float]]:
    return [[round(v, 6) for v in row] for row in rows.tolist()]


def expected(model: torch.nn.Module, tokens: CLIPTokenizer, mean: list[float], std: list[float], masked: bool) -> dict:
    pixels = (images() / 255 - numpy.array(mean)) / numpy.array(std)
    coded = tokens(TEXTS, padding="max_length", max_length=LENGTH, truncation=True, return_tensors="pt")
    inputs = {"input_ids": coded.input_ids, **({"attention_mask": coded.attention_mask} if masked else {})}
    with torch.no_grad():
        out = model(pixel_values=torch.tensor(pixels.transpose(0, 3, 1, 2), dtype=torch.float32), **inputs)
    return {
        "images": rounded(torch.nn.functional.normalize(out.image_embeds)),
        "texts": rounded(torch.nn.functional.normalize(out.text_embeds)),
    }


def export(checkpoint: pathlib.Path, out: pathlib.Path, processor: str) -> None:
    with tempfile.TemporaryDirectory() as whole:
        task = ["--task", "zero-shot-image-classification", "--weight-format", "fp16"]
        optimum = pathlib.Path(sys.executable).parent / "optimum-cli"
        subprocess.run([optimum, "export", "openvino", "--model", checkpoint, *task, whole], check=True)
        out.mkdir(parents=True, exist_ok=True)
        for name in [*KEPT, processor]:
            (out / name).write_bytes((pathlib.Path(whole) / name).read_bytes())


def open_clip_case(work: pathlib.Path, out: pathlib.Path) -> dict:
    """A model of OpenCLIP that knows letters and one word; images are squashed into its size."""
    sys.path.append(str(pathlib.Path(__file__).resolve().parents[3] / "python/export"))
    import open_clip
    import open_clip_towers

    with gzip.open(work / "bpe.gz", "wt", encoding="utf-8") as file:
        file.write("#version: 0.2\nf l\nfl y</w>\n")
    tokens = open_clip_towers.SimpleTokenizer(str(work / "bpe.gz"), context_length=LENGTH)
    # The last lines of a real file are cut off by their number; here an empty one stays, and its word with it.
    tower = {"layers": 1, "width": 16}
    config = {
        "embed_dim": 8,
        "vision_cfg": {**tower, "head_width": 8, "patch_size": 8, "image_size": SIDE},
        "text_cfg": {**tower, "heads": 2, "context_length": LENGTH, "vocab_size": len(tokens.encoder) + 1},
    }
    (work / "tiny.json").write_text(json.dumps(config))
    open_clip.add_model_config(str(work / "tiny.json"))
    model = open_clip.create_model("tiny", force_preprocess_cfg={"resize_mode": "squash"}).eval().half().float()
    open_clip_towers.export(model, tokens, out, half=True)
    preprocess = open_clip.get_model_preprocess_cfg(model)
    pixels = (images() / 255 - numpy.array(preprocess["mean"])) / numpy.array(preprocess["std"])
    with torch.no_grad():
        seen = model.encode_image(torch.tensor(pixels.transpose(0, 3, 1, 2), dtype=torch.float32), normalize=True)
        read = model.encode_text(tokens(TEXTS), normalize=True)
    return {"images": rounded(seen), "texts": rounded(read)}


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    torch.manual_seed(1)
    recorded = json.loads((out / "expected.json").read_text()) if (out / "expected.json").exists() else {}
    with tempfile.TemporaryDirectory() as work:
        recorded["open_clip"] = open_clip_case(pathlib.Path(work), out / "open_clip")
    if "--open-clip" in sys.argv:
        (out / "expected.json").write_text(json.dumps(recorded) + "\n")
        return
    torch.manual_seed(0)
    tower = {"hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    results = {"texts": TEXTS, "open_clip": recorded["open_clip"]}
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
