#!/usr/bin/env bash
# datasets 5.2.0, load_dataset("imagefolder"): a word such as "test", "train" or "val" anywhere in a path makes a split, also where it is
# part of a class's name. ImageNet has "test tube" and "bullet train". Three things follow, none with a word:
#   1. folders cat, "test tube" and "bullet train": the cats are in no split, and the labels of the images that are left in "train"
#      are all None;
#   2. folders train/cat, train/dog, "train/test tube": the images of test tubes are in "train" and, once more, in a split "test";
#   3. train holds one class, test holds two: the labels of "train" are all None, although its feature names both classes.
#
# Seen: 1. train 3 of 9 (labels None), test 3; 2. train 9, test 3 (of 9 files); 3. train labels None, None, None.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datasets==5.2.0 pillow==13.0.0
cd "$folder"
HF_HOME="$folder/home" HF_HUB_OFFLINE=1 "$folder/venv/bin/python" - <<'PYTHON'
from pathlib import Path

import datasets
from PIL import Image

datasets.disable_progress_bars()
print("datasets", datasets.__version__)


def load(name, folders):
    """Three images in each folder -> {split: labels}."""
    for number, folder in enumerate(folders):
        (Path(name) / folder).mkdir(parents=True)
        for i in range(3):
            Image.new("RGB", (4, 4), (number, i, 0)).save(Path(name) / folder / f"{i}.png")
    loaded = datasets.load_dataset("imagefolder", data_dir=name)
    return {split: list(rows["label"]) for split, rows in loaded.items()}


words = load("words", ["cat", "test tube", "bullet train"])
twice = load("twice", ["train/cat", "train/dog", "train/test tube"])
alone = load("alone", ["train/cat", "test/cat", "test/dog"])
for seen in (words, twice, alone):
    print(seen)
same = (
    words["train"] == [None] * 3
    and len(words["test"]) == 3
    and len(twice["train"]) == 9
    and len(twice["test"]) == 3
    and alone["train"] == [None] * 3
    and alone["test"] == [0, 0, 0, 1, 1, 1]
)
raise SystemExit(0 if same else "the behaviour has changed")
PYTHON
