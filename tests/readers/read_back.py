"""Exports read by the programs they are made for: torchvision, Hugging Face datasets, webdataset.

    read_back.py EXPORTS STUDY

EXPORTS holds one folder a format, all with the valid pictures of all that was confirmed in one study; STUDY is its folder, with
bugs.json and the catalogue. What each reader gives is compared with these. One line a check; exit code 1 if one fails.
"""

import glob
import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"  # whatever is missing must be an error, not a download
os.environ["HF_HOME"] = tempfile.mkdtemp(prefix="scotoma-readers-")  # no answer of an earlier export

import datasets
import numpy
import webdataset
from PIL import Image
from torchvision.datasets import ImageFolder

SIDES = ("train", "test")
exports, catalogue = sys.argv[1:]
failed = []


def check(name, holds, detail=""):
    print(f"{'ok   ' if holds else 'WRONG'} {name}{f': {detail}' if detail else ''}")
    if not holds:
        failed.append(name)


def pixels(image):
    return numpy.asarray(image.convert("RGB"))


def drawn(image_id):
    """The picture as the catalogue keeps it."""
    return pixels(Image.open(os.path.join(catalogue, "images", image_id[:2], image_id + ".png")))


def same_pixels(pairs):
    pairs = list(pairs)
    return bool(pairs) and all(numpy.array_equal(pixels(image), drawn(image_id)) for image, image_id in pairs)


def about(form):
    with open(os.path.join(exports, form, "dataset.json")) as file:
        return json.load(file)


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


with open(os.path.join(catalogue, "bugs.json")) as file:
    bugs = [bug for bug in json.load(file)["bugs"] if bug["status"] == "confirmed"]
truth = {row["image_id"]: row for row in lines(os.path.join(exports, "jsonl", "images.jsonl"))}
by_side = {side: {i for i, row in truth.items() if row["split"] == side} for side in SIDES}

# jsonl, with nothing but Python: what the others are compared with, so it is compared with bugs.json.
wanted = sum(bug["audit"]["valid"] for bug in bugs)
check("jsonl: as many pictures as the audits have valid ones", len(truth) == wanted > 0, f"{len(truth)} of {wanted}")
wanted = sum(bug["audit"]["failures"] for bug in bugs)
check("jsonl: as many failures as bugs.json counts", sum(row["failed"] for row in truth.values()) == wanted, str(wanted))
check("jsonl: its pixels are the catalogue's",
      same_pixels((Image.open(os.path.join(exports, "jsonl", row["file_name"])), i) for i, row in truth.items()))
check("jsonl: it has pictures of both labels", len({row["label"] for row in truth.values()}) == 2)
check("jsonl: neither side is empty", all(by_side.values()), ", ".join(f"{s} {len(by_side[s])}" for s in SIDES))
rows = datasets.load_dataset("json", data_files=os.path.join(exports, "jsonl", "images.jsonl"), split="train")
check("jsonl: datasets' reader gives the same values", [dict(row) for row in rows] == list(truth.values()),
      f"{len(rows)} rows, {len(rows.features)} columns")

# torchvision
for side in SIDES:
    folder = os.path.join(exports, "imagefolder", side)
    pictures = ImageFolder(folder)
    rows = {row["file_name"]: row for row in lines(os.path.join(folder, "metadata.jsonl"))}
    known = [rows[os.path.relpath(path, folder)] for path, _ in pictures.samples]
    check(f"imagefolder {side}: torchvision finds every picture and no other",
          {row["image_id"] for row in known} == by_side[side] and len(known) == len(by_side[side]), f"{len(known)}")
    folders = {label["name"]: label["folder"] for label in about("imagefolder")["labels"]}
    check(f"imagefolder {side}: its classes are the labels",
          all(pictures.classes[number] == folders[row["label"]] for (_, number), row in zip(pictures.samples, known)),
          ", ".join(pictures.classes))
    check(f"imagefolder {side}: its pixels are the catalogue's",
          same_pixels((image, row["image_id"]) for (image, _), row in zip(pictures, known)))

# Hugging Face datasets: by the card, and by its reader of folders
found = datasets.load_dataset(os.path.join(exports, "huggingface"))
check("huggingface: the card names the sides", sorted(found) == sorted(SIDES), ", ".join(found))
for side in SIDES:
    rows = found[side]
    check(f"huggingface {side}: datasets finds every picture and no other",
          set(rows["image_id"]) == by_side[side] and len(rows) == len(by_side[side]), f"{len(rows)}")
    check(f"huggingface {side}: its columns hold what is known of each",
          all(row[key] == truth[row["image_id"]][key] for row in rows for key in row if key != "image"),
          ", ".join(rows.column_names))
    check(f"huggingface {side}: its pixels are the catalogue's",
          same_pixels((row["image"], row["image_id"]) for row in rows))
found = datasets.load_dataset("imagefolder", data_dir=os.path.join(exports, "imagefolder"))
check("imagefolder: datasets reads it too", {s: set(found[s]["image_id"]) for s in found} == by_side)

# webdataset
for side in SIDES:
    shards = sorted(glob.glob(os.path.join(exports, "webdataset", side + "-*.tar")))
    samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("pil").to_tuple("png", "cls", "json"))
    check(f"webdataset {side}: it finds every picture and no other",
          {row["image_id"] for _, _, row in samples} == by_side[side] and len(samples) == len(by_side[side]),
          f"{len(samples)} in {len(shards)} shards")
    classes = {label["class_index"]: label["name"] for label in about("webdataset")["labels"]}
    check(f"webdataset {side}: cls is the label's class, json what is known of it",
          all(classes[number] == row["label"] and {**row, "file_name": ""} == {**truth[row["image_id"]], "file_name": ""}
              for _, number, row in samples))
    check(f"webdataset {side}: its pixels are the catalogue's",
          same_pixels((image, row["image_id"]) for image, _, row in samples))

print(f"{len(failed)} checks failed: {'; '.join(failed)}" if failed else "all checks hold")
sys.exit(1 if failed else 0)
