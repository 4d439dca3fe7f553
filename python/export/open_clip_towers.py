# SPDX-License-Identifier: Apache-2.0
"""A model of OpenCLIP as an embedder for Scotoma: both towers as OpenVINO IR, the tokenizer, and the preprocessing.

    open_clip_towers.py MODEL OUT [--pretrained TAG_OR_FILE] [--images FOLDER]

MODEL: a name that open_clip lists ("ViT-B-32"), or a JSON file of its configuration. --pretrained: a tag of open_clip's
("laion2b_s34b_b79k"; needs the hub), or a checkpoint file. Ends with a comparison of vectors with torch's, on images of a folder (else on
noise) and a few texts.

Models whose text tower takes CLIP's byte pairs are exported. Those with a tokenizer of the hub (SigLIP, XLM-RoBERTa) are not: most are
there for transformers, too, and optimum exports them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import open_clip
import open_clip.transform
import openvino as ov
import torch
from open_clip.tokenizer import SimpleTokenizer
from openvino_tokenizers import convert_tokenizer
from PIL import Image
from transformers import CLIPTokenizer

TEXTS = ["a photo of a fly on a flower", "dark, out of focus!", "two people in the snow at night", "", "Æther 123 " * 40]
BEGIN, END = "<|startoftext|>", "<|endoftext|>"
FILTERS = {"bilinear": 2, "bicubic": 3}
MOST = 1e-4  # between unit vectors, in f32


class ImageTower(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model.encode_image(pixel_values)


class TextTower(torch.nn.Module):
    """Takes texts that are filled up with ids of the end, as CLIP's tokenizers do; open_clip fills up with 0."""

    def __init__(self, model, end: int):
        super().__init__()
        self.model = model
        self.end = end

    def forward(self, input_ids):
        ends = input_ids == self.end
        behind = ends & (torch.cumsum(ends.int(), dim=1) > 1)
        return self.model.encode_text(torch.where(behind, torch.zeros_like(input_ids), input_ids))


def tokenizer_of(tokens: SimpleTokenizer, folder: Path) -> CLIPTokenizer:
    """transformers' tokenizer of the same vocabulary."""
    special = {"<start_of_text>": BEGIN, "<end_of_text>": END}
    vocabulary = {special.get(word, word): number for word, number in tokens.encoder.items()}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    merges = sorted(tokens.bpe_ranks, key=tokens.bpe_ranks.get)
    (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(f"{' '.join(pair)}\n" for pair in merges if len(pair) == 2))
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=tokens.context_length)


def preprocessor(config: dict) -> dict:
    """preprocessor_config.json that says what open_clip's transform does."""
    size = config["size"]
    height, width = (size, size) if isinstance(size, int) else size
    if config["resize_mode"] not in ("shortest", "squash") or (config["resize_mode"] == "shortest" and height != width):
        sys.exit(f"open_clip_towers: images are resized by '{config['resize_mode']}' to {size}, which Scotoma does not do")
    out = {
        "image_processor_type": "CLIPImageProcessor",
        "do_convert_rgb": True,
        "do_rescale": True,
        "rescale_factor": 1 / 255,
        "do_normalize": True,
        "image_mean": list(config["mean"]),
        "image_std": list(config["std"]),
        "do_resize": True,
        "resample": FILTERS[config["interpolation"]],
    }
    if config["resize_mode"] == "squash":
        return out | {"size": {"height": height, "width": width}, "do_center_crop": False}
    return out | {"size": {"shortest_edge": height}, "do_center_crop": True, "crop_size": {"height": height, "width": width}}


def export(model, tokens: SimpleTokenizer, out: Path, half: bool = False) -> None:
    """Writes the folder; `half`: weights in f16."""
    out.mkdir(parents=True, exist_ok=True)
    config = open_clip.get_model_preprocess_cfg(model)
    processor = preprocessor(config)
    side = config["size"] if isinstance(config["size"], int) else config["size"][0]
    torch.backends.mha.set_fastpath_enabled(False)  # what it calls cannot be traced
    with torch.no_grad():
        pixels = torch.zeros(2, 3, side, side if isinstance(config["size"], int) else config["size"][1])
        ids = tokens(["a fly", "a photo"])
        for name, tower, example, taken, given in (
            ("image", ImageTower(model), pixels, "pixel_values", "image_embeds"),
            ("text", TextTower(model, tokens.eot_token_id), ids, "input_ids", "text_embeds"),
        ):
            network = ov.convert_model(tower.eval(), example_input=example)
            network.inputs[0].get_tensor().set_names({taken})
            network.outputs[0].get_tensor().set_names({given})
            network.reshape([-1, *example.shape[1:]])
            ov.save_model(network, out / f"{name}_encoder.xml", compress_to_fp16=half)
    with tempfile.TemporaryDirectory() as scratch:
        ov.save_model(convert_tokenizer(tokenizer_of(tokens, Path(scratch))), out / "openvino_tokenizer.xml")
    (out / "preprocessor_config.json").write_text(json.dumps(processor, indent=2) + "\n")
    text = {"max_position_embeddings": tokens.context_length}
    (out / "config.json").write_text(json.dumps({"model_type": "clip", "text_config": text}, indent=2) + "\n")


def largest_difference(model, tokens: SimpleTokenizer, images: torch.Tensor, out: Path) -> float:
    """Between the towers' unit vectors and torch's. Fails where the tokenizer gives other ids."""
    core = ov.Core()
    core.set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    convert = core.compile_model(core.read_model(out / "openvino_tokenizer.xml"), "CPU")
    ids = tokens(TEXTS).numpy()
    for text, wanted in zip(TEXTS, ids, strict=True):
        given = convert([text])["input_ids"][0][: tokens.context_length]
        given[-1] = tokens.eot_token_id  # cut, as Scotoma does
        if not np.array_equal(given, wanted[: len(given)]) or wanted[len(given) :].any():
            sys.exit(f"open_clip_towers: the tokenizer reads {text[:40]!r} as {given.tolist()}, and open_clip as {wanted.tolist()}")
    most = 0.0
    filled = np.where(np.cumsum(ids == tokens.eot_token_id, axis=1) > 0, tokens.eot_token_id, ids)
    with torch.no_grad():
        for name, inputs, wanted in (
            ("image", images.numpy(), model.encode_image(images)),
            ("text", filled, model.encode_text(torch.tensor(ids))),
        ):
            ours = torch.tensor(core.compile_model(out / f"{name}_encoder.xml", "CPU")(inputs)[0])
            apart = (torch.nn.functional.normalize(ours) - torch.nn.functional.normalize(wanted)).abs().max()
            most = max(most, float(apart))
    return most


def main() -> None:
    parser = argparse.ArgumentParser(description="OpenCLIP's towers as OpenVINO IR")
    parser.add_argument("model")
    parser.add_argument("out", type=Path)
    parser.add_argument("--pretrained")
    parser.add_argument("--images", type=Path)
    asked = parser.parse_args()
    name = asked.model
    if name.endswith(".json"):
        open_clip.add_model_config(name)
        name = Path(name).stem
    config = open_clip.get_model_config(name)
    if config is None:
        sys.exit(f"open_clip_towers: open_clip knows no model '{name}'; it lists them with open_clip.list_models()")
    if {"hf_tokenizer_name", "hf_model_name"} & config["text_cfg"].keys():
        sys.exit(f"open_clip_towers: {name} has a tokenizer of the hub; export its form for transformers with optimum-cli")
    tokens = open_clip.get_tokenizer(name)
    model = open_clip.create_model(name, pretrained=asked.pretrained).eval()
    export(model, tokens, asked.out)
    transform = open_clip.transform.image_transform_v2(
        open_clip.transform.PreprocessCfg(**open_clip.get_model_preprocess_cfg(model)), is_train=False
    )
    if asked.images:
        files = sorted(file for file in asked.images.iterdir() if file.suffix.lower() in (".png", ".jpg", ".jpeg"))
        pictures = [Image.open(file).convert("RGB") for file in files]
    else:
        noise = np.random.default_rng(1)
        pictures = [Image.fromarray(noise.integers(0, 256, (200 + 40 * i, 300, 3), dtype=np.uint8)) for i in range(3)]
    most = largest_difference(model, tokens, torch.stack([transform(picture) for picture in pictures]), asked.out)
    print(
        f"{asked.out}: {len(pictures)} images and {len(TEXTS)} texts, largest difference of a unit vector's number from torch's: {most:.1e}"
    )
    if most > MOST:
        sys.exit(f"open_clip_towers: more than {MOST}")


if __name__ == "__main__":
    main()
