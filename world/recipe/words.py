# SPDX-License-Identifier: Apache-2.0
"""What captioner and embedder share: tokenized captions of every kind of scene, image changes, export to IR."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openvino as ov
import openvino_tokenizers
import torch

from . import augment, cache, captions, scenes, text, train

CONTEXT = 32  # tokens while training; the shipped text tower takes up to 77
PREPROCESSOR = {
    "image_processor_type": "ViTImageProcessor",
    "do_resize": True,
    "size": {"height": 64, "width": 64},
    "resample": 3,
    "do_center_crop": False,
    "do_rescale": True,
    "rescale_factor": 1 / 255,
    "do_normalize": True,
    "image_mean": [0.5] * 3,
    "image_std": [0.5] * 3,
}


def usual(thing: int, place: int, look: int, view: int) -> str:
    """The usual caption of a kind of scene, by index; thing 16 is a place alone."""
    if thing == cache.T:
        return captions.caption(scenes.Scene(scenes.NOTHING, scenes.PLACES[place], scenes.LOOKS[look], 0), _First())
    return captions.prompt(scenes.THINGS[thing], scenes.PLACES[place], scenes.LOOKS[look], scenes.VIEWS[view])


def views(labels: np.ndarray) -> np.ndarray:
    """The view of rows of `cache` [n]: hard things are small too, so they pass for distant ones."""
    return np.take([0, 1, 1, 2], labels[:, 3])


class _First:
    """Stands in for a generator: takes the plain wording and leaves nothing out."""

    def random(self):
        return 0.5


def said(caption: str, place: int, look: int, view: int) -> tuple[int, int, int]:
    """Which of place, look and view a caption speaks of; -1 for what it leaves out."""
    marks = {"blurry": "blur", "dark": ("dark", "dim"), "black and white": "black and white", "rain": "rain"}
    mark = marks.get(scenes.LOOKS[look], ())
    shows = any(m in caption for m in ((mark,) if isinstance(mark, str) else mark))
    where = any(w in caption for w in captions.WHERE[scenes.PLACES[place]]) or captions.ALONE[scenes.PLACES[place]] in caption
    viewed = view > 0 and any(w in caption for w in captions.SHOWN[scenes.VIEWS[view]])  # "close up" says little: true of any
    return place if where else -1, look if shows else -1, view if viewed else -1


def bank(tokenizer: text.CLIPTokenizer, each: int, seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Captions of all 17 x 10 x 5 x 3 kinds of scene: ids int64 [2550, each, CONTEXT], said int64 [2550, each, 4] (-1: unsaid).

    A third name the thing alone ("a photo of a fly"), so that such a prompt is near to every image of it.
    """
    rng = np.random.default_rng(seed)
    texts, says = [], []
    for index in range(np.prod(captions.KINDS)):
        thing, *shown = (int(i) for i in np.unravel_index(index, captions.KINDS))
        scene = captions.kind(index)
        for k in range(each):
            short = k % 3 == 0 and thing < cache.T
            caption = captions.prompt(scene.thing) if short else captions.caption(scene, rng)
            texts.append(caption)
            says.append((thing, *((-1, -1, -1) if short else said(caption, *shown))))
    ids = text.tokenize(tokenizer, texts).reshape(-1, each, CONTEXT)
    return ids, torch.tensor(says).reshape(-1, each, 4)


def kind(labels: np.ndarray) -> np.ndarray:
    """Row of `bank` for rows of `cache`."""
    return np.ravel_multi_index((*labels[:, :3].T.astype(np.int64), np.where(labels[:, 0] < cache.T, views(labels), 0)), captions.KINDS)


def images_of(images: np.ndarray, rows: np.ndarray, g: torch.Generator, step: int) -> torch.Tensor:
    """Augmented images of cached rows; half of them as a small decoder would draw them."""
    x = augment.to_float(torch.from_numpy(images[rows]).to(train.device()))
    x = augment.recolour(augment.flip_and_shift(x, g, 3), g, 8, 0.1)
    half = len(rows) // 2
    a, b = x[:half], x[half:]
    x = torch.cat([a, augment.decoder_like(b, g)] if step % 2 else [augment.decoder_like(a, g), b])
    return x.contiguous(memory_format=torch.channels_last)


def start_from_judge(trunk: torch.nn.Module) -> None:
    """The trunk begins as the judge's."""
    from .nets import Judge

    trunk.load_state_dict(train.recall("judge", Judge()).trunk.state_dict())


def export_ir(
    net: torch.nn.Module,
    example: tuple[torch.Tensor, ...],
    folder: Path,
    file: str,
    inputs: list[str],
    outputs: list[str],
    axes: dict[str, dict[int, str]],
) -> None:
    """OpenVINO IR with half-precision weights, by way of ONNX. axes: {name: {axis: label}} of what may vary."""
    folder.mkdir(parents=True, exist_ok=True)
    passing = cache.WORLD / "work" / f"{file}.onnx"
    net = net.cpu().float().eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        net, example, str(passing), input_names=inputs, output_names=outputs, dynamic_axes=axes, opset_version=17, dynamo=False
    )
    ov.save_model(ov.convert_model(str(passing)), folder / f"{file}.xml", compress_to_fp16=True)


def export_tokenizer(tokenizer: text.CLIPTokenizer, folder: Path, detokenizer: bool) -> None:
    """openvino_tokenizer.xml (string -> input_ids), and the way back for a captioner."""
    both = openvino_tokenizers.convert_tokenizer(tokenizer, with_detokenizer=detokenizer)
    for file, model in zip(("openvino_tokenizer", "openvino_detokenizer"), both if detokenizer else (both,)):
        ov.save_model(model, folder / f"{file}.xml")


def write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n")
