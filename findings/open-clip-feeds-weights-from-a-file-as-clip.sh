#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# open-clip-torch 3.3.0: create_model_and_transforms(NAME, pretrained=FILE) preprocesses images as OpenAI's CLIP, whatever the model. Mean,
# std, interpolation and resize mode belong to the tag of published weights, not to the model's configuration, and a file has no tag: a
# SigLIP whose weights were downloaded, or fine-tuned, is fed with CLIP's mean and std (its own are 0.5), and with the middle of the
# image instead of the whole. No warning; the vectors are merely worse. 51 of the names in list_models() are like this.
#
# Seen: mean (0.481, 0.458, 0.408) instead of (0.5, 0.5, 0.5), "shortest" instead of "squash"; inputs up to 3.15 apart on a wide image.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 torchvision==0.29.2 open-clip-torch==3.3.0 pillow==13.0.0 numpy==2.4.6
cd "$folder"
HF_HOME="$folder/home" HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
import io
import logging
import warnings
from importlib.metadata import version

import numpy as np
import open_clip
import torch
from PIL import Image

print("open-clip-torch", version("open-clip-torch"))
NAME, TAG = "ViT-B-16-SigLIP", "webli"
log = io.StringIO()
logging.basicConfig(stream=log, level=logging.WARNING)
torch.manual_seed(0)
torch.save(open_clip.create_model(NAME).state_dict(), "weights.pt")  # as large as the published ones
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model, _, from_file = open_clip.create_model_and_transforms(NAME, pretrained="weights.pt")
told = [str(one.message) for one in caught] + log.getvalue().splitlines()
told = [line for line in told if any(word in line.lower() for word in ("preprocess", "mean", "resize"))]
used = model.visual.preprocess_cfg
published = open_clip.get_pretrained_cfg(NAME, TAG)
for key in ("mean", "std", "interpolation", "resize_mode"):
    print(f"{key}: from the file {used[key]}, of the tag {TAG} {published[key]}")
print("warnings about it:", told)
trained = open_clip.image_transform(224, is_train=False, **{key: published[key] for key in ("mean", "std", "interpolation", "resize_mode")})
image = Image.fromarray((np.arange(300 * 600 * 3).reshape(300, 600, 3) // 7 % 256).astype(np.uint8))
apart = (from_file(image) - trained(image)).abs().max().item()
print(f"inputs are up to {apart:.2f} apart")


def fed(name, tag):
    return tuple(str((open_clip.get_pretrained_cfg(name, tag) or {}).get(key, used[key])) for key in ("mean", "std", "interpolation", "resize_mode"))


clip = tuple(str(used[key]) for key in ("mean", "std", "interpolation", "resize_mode"))
tags = {name: open_clip.list_pretrained_tags_by_model(name) for name in open_clip.list_models()}
names = [name for name, of in tags.items() if of and all(fed(name, tag) != clip for tag in of)]
print(len(names), "names of whose published weights none is fed so")
same = tuple(used["mean"]) == open_clip.OPENAI_DATASET_MEAN and used["resize_mode"] == "shortest" and published["resize_mode"] == "squash"
raise SystemExit(0 if same and not told and apart > 1 and len(names) == 51 else "the behaviour has changed")
PYTHON
