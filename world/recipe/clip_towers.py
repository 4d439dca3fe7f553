# SPDX-License-Identifier: Apache-2.0
"""A CLIP checkpoint as the two towers that Scotoma's embedder loads: python -m recipe clip_towers CLIP_FOLDER OUT.

CLIP_FOLDER holds what transformers' CLIPModel, its image processor and its tokenizer were saved as; nothing is
downloaded. OUT gets image_encoder (`pixel_values` -> `image_embeds`) and text_encoder (`input_ids` -> `text_embeds`),
both of unit length and with half-precision weights, preprocessor_config.json and the tokenizer.
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read when transformers is loaded

import numpy as np
import openvino as ov
import torch
import torch.nn.functional as F
from transformers import AutoTokenizer, CLIPImageProcessor, CLIPModel
from transformers.models.clip import modeling_clip

from . import words
from .measure import Net


class Tower(torch.nn.Module):
    """One tower with its projection: input -> rows of unit length."""

    def __init__(self, body, projection):
        super().__init__()
        self.body, self.projection = body, projection

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.normalize(self.projection(self.body(x).pooler_output), dim=-1)


@torch.no_grad()
def export(tower: torch.nn.Module, example: torch.Tensor, path: Path, name: str, output: str) -> None:
    """Writes one tower, dynamic in the batch, and prints how far it is from torch."""
    model = ov.convert_model(tower, example_input=example, input=[[-1, *example.shape[1:]]])
    model.inputs[0].get_tensor().set_names({name})
    model.outputs[0].get_tensor().set_names({output})
    ov.save_model(model, path, compress_to_fp16=True)
    far = np.abs(Net(path)(example.numpy()) - tower(example).numpy()).max()
    print(f"{path.name}: {list(tower(example).shape)}, at most {far:.1e} from torch")


def main(args: list[str]) -> None:
    if len(args) != 2:
        raise SystemExit(__doc__)
    source, out = map(Path, args)
    model = CLIPModel.from_pretrained(source, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(source)
    length, side = model.config.text_config.max_position_embeddings, model.config.vision_config.image_size
    # The library's own mask cannot be traced. CLIP reads the first end of text, so what pads behind it is never seen.
    mask = torch.full((length, length), -1e4).triu(1)[None, None]
    modeling_clip.create_causal_mask = lambda *_, **__: mask
    out.mkdir(parents=True, exist_ok=True)
    ids = tokenizer(
        ["a photo of a cat", "an apple"], padding="max_length", truncation=True, max_length=length, return_tensors="pt"
    ).input_ids
    export(
        Tower(model.vision_model, model.visual_projection),
        torch.randn(2, 3, side, side),
        out / "image_encoder.xml",
        "pixel_values",
        "image_embeds",
    )
    export(Tower(model.text_model, model.text_projection), ids, out / "text_encoder.xml", "input_ids", "text_embeds")
    words.write_json(out / "preprocessor_config.json", CLIPImageProcessor.from_pretrained(source).to_dict())
    tokenizer.save_pretrained(out)
    words.export_tokenizer(tokenizer, out, False)
