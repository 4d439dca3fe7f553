# SPDX-License-Identifier: Apache-2.0
"""Exports read by the programs they are made for: pandas, torchvision, Hugging Face datasets, webdataset, FiftyOne.

    read_back.py EXPORTS STUDY

EXPORTS holds one folder a format, all with the valid images of all that was confirmed in one study, and PARTED, an
imagefolder of so few that a label is on one side only; STUDY is its folder, with bugs.json and the cache. What each
reader gives is compared with these. One line a check; exit code 1 if one fails.

The labels hold words by which datasets sorts files into sides ("test fly"). Nothing but this machine is talked to.
"""

import csv
import glob
import io
import json
import math
import os

import common  # before any reader: it keeps them to this machine

# isort: split
import datasets
import fiftyone
import pandas
import webdataset
from common import SIDES, SIDES_IN, about, check, exports, folders, lines, outcome, rows_of, same_pixels
from torchvision.datasets import ImageFolder

datasets.disable_progress_bars()

with open(os.path.join(common.cache, "bugs.json")) as file:
    found = json.load(file)
rates = [bug["audit"] for bug in found["bugs"] if bug["status"] == "confirmed"]
rates += [failure["base"] for failure in found["systematic_failures"]]
truth = {row["image_id"]: row for row in lines(os.path.join(exports, "jsonl", "images.jsonl"))}
by_side = {side: {i for i, row in truth.items() if row["split"] == side} for side in SIDES}
labels = sorted({row["label"] for row in truth.values()})

# jsonl, with nothing but Python: what the others are compared with, so it is compared with bugs.json.
wanted = sum(rate["valid"] for rate in rates)
check("jsonl: as many images as audits and systematic failures have valid ones", len(truth) == wanted > 0, f"{len(truth)} of {wanted}")
wanted = sum(rate["failures"] for rate in rates)
check("jsonl: as many failures as bugs.json counts", sum(row["failed"] for row in truth.values()) == wanted, str(wanted))
check(
    "jsonl: its pixels are the cache's",
    same_pixels((common.Image.open(os.path.join(exports, "jsonl", row["file_name"])), i) for i, row in truth.items()),
)
check(
    "jsonl: it has images of both labels, whose names hold words that others take for sides",
    labels == ["bee of val-3", "test fly"],
    ", ".join(labels),
)
check("jsonl: neither side is empty", all(by_side.values()), ", ".join(f"{s} {len(by_side[s])}" for s in SIDES))
rows = datasets.load_dataset("json", data_files=os.path.join(exports, "jsonl", "images.jsonl"), split="train")
check(
    "jsonl: datasets' reader of JSON gives the same values",
    [dict(row) for row in rows] == list(truth.values()),
    f"{len(rows)} rows, {len(rows.features)} columns",
)

# pandas, and tables that are made of what it read
seeds = [row["seed"] for row in truth.values()]
table = pandas.read_json(os.path.join(exports, "jsonl", "images.jsonl"), lines=True)
check(
    "pandas: the same values in every column, fractions but for its rounding of the last digit",
    len(table) == len(truth)
    and all(
        row.keys() == told.keys()
        and all(
            type(row[key]) is type(told[key])
            and (math.isclose(row[key], told[key], rel_tol=1e-14) if isinstance(told[key], float) else row[key] == told[key])
            for key in told
        )
        for row, told in zip(table.to_dict("records"), truth.values())
    ),
    f"{len(table)} rows, {len(table.columns)} columns",
)
again = table.to_csv(index=False)
check("pandas: seeds survive a CSV file", list(pandas.read_csv(io.StringIO(again))["seed"]) == seeds)
check("pandas: seeds survive a CSV file read by Python", [row["seed"] for row in csv.DictReader(io.StringIO(again))] == seeds)
check(
    "pandas: a seed is a number again by int(seed, 0)",
    all(isinstance(seed, str) and f"{int(seed, 0):#018x}" == seed for seed in table["seed"]),
    seeds[0],
)

# torchvision
for side in SIDES:
    folder = os.path.join(exports, "imagefolder", side)
    images = ImageFolder(folder)
    rows = rows_of("imagefolder", side)
    known = [rows[os.path.abspath(path)] for path, _ in images.samples]
    check(
        f"imagefolder {side}: torchvision finds every image and no other",
        {row["image_id"] for row in known} == by_side[side] and len(known) == len(by_side[side]),
        f"{len(known)}",
    )
    check(
        f"imagefolder {side}: its classes are the labels",
        all(images.classes[number] == folders("imagefolder")[row["label"]] for (_, number), row in zip(images.samples, known)),
        ", ".join(images.classes),
    )
    check(
        f"imagefolder {side}: its pixels are the cache's", same_pixels((image, row["image_id"]) for (image, _), row in zip(images, known))
    )
parted = [os.path.join(exports, "parted", side) for side in SIDES]
check(
    "parted: torchvision numbers no side by the labels it has, but refuses",
    any(isinstance(outcome(lambda: ImageFolder(folder))[1], FileNotFoundError) for folder in parted),
)
numbers = [ImageFolder(folder, allow_empty=True).class_to_idx for folder in parted]
check(
    "parted: with allow_empty=True a class has one number on both sides", numbers[0] == numbers[1] and len(numbers[0]) == 2, str(numbers[0])
)

# Hugging Face datasets: by the card, and by its reader of folders without it
for form, below in SIDES_IN.items():
    folder = os.path.join(exports, form)
    for how, load in (
        ("by the card", lambda: datasets.load_dataset(folder)),
        ("as a folder", lambda: datasets.load_dataset("imagefolder", data_dir=os.path.join(folder, below))),
    ):
        found, error = outcome(load)
        check(f"{form} {how}: datasets finds the two sides", sorted(found or ()) == sorted(SIDES), str(error or list(found)))
        for side in SIDES if found else ():
            rows = found[side]
            check(
                f"{form} {how}, {side}: every image and no other",
                set(rows["image_id"]) == by_side[side] and len(rows) == len(by_side[side]),
                f"{len(rows)}",
            )
            check(
                f"{form} {how}, {side}: its columns hold what is known of each",
                all(row[key] == truth[row["image_id"]][key] for row in rows for key in row if key != "image"),
                ", ".join(rows.column_names),
            )
            check(f"{form} {how}, {side}: its pixels are the cache's", same_pixels((row["image"], row["image_id"]) for row in rows))
    alone = {side: glob.glob(os.path.join(folder, below, side, "**", "*.png"), recursive=True) for side in SIDES}
    found = datasets.load_dataset("imagefolder", data_files=alone)
    for side in SIDES:
        named = found[side].features.get("label")
        told = sorted("none" if number is None else named.int2str(number) for number in found[side]["label"]) if named else []
        check(
            f"{form} {side}, images alone: datasets takes the folder for the label, and it is",
            told == sorted(folders(form)[truth[i]["label"]] for i in by_side[side]),
            ", ".join(sorted(set(told))),
        )
found = datasets.load_dataset(os.path.join(exports, "parted"))
check(
    "parted: datasets knows every label",
    all(found[side]["label"] == [r["label"] for r in lines(os.path.join(exports, "parted", side, "metadata.jsonl"))] for side in SIDES),
    str({s: len(found[s]) for s in found}),
)

# webdataset, and datasets' reader of the same shards
found = datasets.load_dataset(os.path.join(exports, "webdataset"))
for side in SIDES:
    shards = sorted(glob.glob(os.path.join(exports, "webdataset", side + "-*.tar")))
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("pil").to_tuple("png", "cls", "json"))
    check(
        f"webdataset {side}: it finds every image and no other",
        {row["image_id"] for _, _, row in samples} == by_side[side] and len(samples) == len(by_side[side]),
        f"{len(samples)} in {len(shards)} shards",
    )
    classes = {label["class_index"]: label["name"] for label in about("webdataset")["labels"]}
    check(
        f"webdataset {side}: cls is the label's class, json what is known of it",
        all(
            classes[number] == row["label"] and {**row, "file_name": ""} == {**truth[row["image_id"]], "file_name": ""}
            for _, number, row in samples
        ),
    )
    check(f"webdataset {side}: its pixels are the cache's", same_pixels((image, row["image_id"]) for image, _, row in samples))
    check(
        f"webdataset {side}: datasets finds the same",
        {row["json"]["image_id"] for row in found[side]} == by_side[side]
        and all(classes[row["cls"]] == row["json"]["label"] for row in found[side])
        and same_pixels((row["png"], row["json"]["image_id"]) for row in found[side]),
        f"{len(found[side])}",
    )

# FiftyOne: its importer of folders, and the lines of docs/export.md
for form in ("imagefolder", "parted"):
    SIDES_IN[form] = ""
    for side in SIDES:
        view = fiftyone.Dataset.from_dir(os.path.join(exports, form, side), fiftyone.types.ImageClassificationDirectoryTree)
        rows = rows_of(form, side)
        check(
            f"{form} {side}: FiftyOne finds every image, and folders are labels",
            {sample.filepath: sample.ground_truth.label for sample in view}
            == {path: folders(form)[row["label"]] for path, row in rows.items()},
            f"{len(view)}",
        )
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/export.md")) as file:
    snippet = file.read().split("```python\n")[1].split("```")[0]
home = os.getcwd()
os.chdir(os.path.join(exports, "jsonl"))
exec(snippet)
os.chdir(home)
check(
    "jsonl: the lines of docs/export.md give FiftyOne every image with its label and the wrong answer",
    {
        os.path.relpath(s.filepath, os.path.join(os.path.realpath(exports), "jsonl")): (
            s.ground_truth.label,
            s.prediction.label,
            s.prediction.confidence,
            s.tags,
            s.seed,
        )
        for s in dataset
    }
    == {row["file_name"]: (row["label"], row["predicted"], row["score"], [row["split"]], row["seed"]) for row in truth.values()},
    f"{len(dataset)}",
)

common.finish()
