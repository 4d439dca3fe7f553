# SPDX-License-Identifier: Apache-2.0
"""Exports read by what they are described for: mlcroissant in every format, and FiftyOne's importer of its own datasets.

    read_described.py EXPORTS STUDY

As read_back.py, with which it shares its arguments: what each reader gives is compared with the lines of the jsonl export,
which that script has compared with the study.
"""

import contextlib
import json
import math
import os

import common  # before any reader: it keeps them to this machine

# Archives that were taken apart are kept by name alone: those of another dataset, too (findings/mlcroissant-*.sh).
os.environ["CROISSANT_CACHE"] = os.path.join(common.scratch, "croissant")

# isort: split
import fiftyone
import mlcroissant
from common import check, exports, lines, same_pixels

truth = {row["image_id"]: row for row in lines(os.path.join(exports, "jsonl", "images.jsonl"))}


def text(value):
    """Croissant's texts come as bytes."""
    return value.decode() if isinstance(value, bytes) else value


def records_of(path):
    """Each record of the one record set, without the set's name in front of its fields."""
    return [{key.removeprefix("images/"): text(value) for key, value in row.items()} for row in mlcroissant.Dataset(path).records("images")]


@contextlib.contextmanager
def inside(folder):
    home = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(home)


def same(given, told):
    """But for the last digit of a fraction, which pandas rounds when it reads lines."""
    return type(given) is type(told) and (math.isclose(given, told, rel_tol=1e-14) if isinstance(told, float) else given == told)


# mlcroissant: its warnings are those for what no study knows, and its records what the lines say
for form in ("imagefolder", "huggingface", "jsonl", "webdataset", "fiftyone"):
    folder = os.path.join(exports, form)
    dataset = mlcroissant.Dataset(os.path.join(folder, "croissant.json"))
    issues = dataset.metadata.ctx.issues
    left = [w for w in issues.warnings if not any(f"/{name}" in w for name in ("datePublished", "version"))]
    check(f"{form}: mlcroissant finds no error", not issues.errors, "; ".join(map(str, issues.errors)))
    check(
        f"{form}: it warns of the date and the version that nobody knows, and of nothing else",
        len(issues.warnings) == 2 and not left,
        str(left),
    )
    rows = records_of(os.path.join(folder, "croissant.json"))
    told = {row["image_id"]: row for row in lines(os.path.join(folder, "images.jsonl"))}
    check(
        f"{form}: mlcroissant gives every image and no other", sorted(r["image_id"] for r in rows) == sorted(truth), f"{len(rows)} records"
    )
    check(
        f"{form}: its records hold what is known of each, of the same types",
        all(
            row.keys() - {"image"} == told[row["image_id"]].keys()
            and all(same(row[key], value) for key, value in told[row["image_id"]].items())
            for row in rows
        ),
        f"{len(rows[0])} fields",
    )
    check(f"{form}: its pixels are the cache's", same_pixels((row["image"], row["image_id"]) for row in rows))
    with inside(folder):
        check(f"{form}: a path from where one stands will do", len(records_of("croissant.json")) == len(truth))

# FiftyOne, with its database
folder = os.path.join(exports, "fiftyone")
dataset = fiftyone.Dataset.from_dir(folder, fiftyone.types.FiftyOneDataset, name="findings")
told = {os.path.realpath(os.path.join(folder, row["file_name"])): row for row in lines(os.path.join(folder, "images.jsonl"))}
known = {os.path.realpath(sample.filepath): sample for sample in dataset}
check("fiftyone: it finds every image and no other", known.keys() == told.keys() and len(dataset) == len(truth), f"{len(dataset)}")
check(
    "fiftyone: right class, answer and probability, side",
    all(
        (s.ground_truth.label, s.predictions.label, s.predictions.confidence, s.tags)
        == (told[p]["class"], told[p]["predicted"], told[p]["score"], [told[p]["split"]])
        for p, s in known.items()
    ),
)
elsewhere = {"file_name", "class", "predicted", "score", "split"}
check(
    "fiftyone: the other fields hold what is known of each",
    all(s[key] == value for p, s in known.items() for key, value in told[p].items() if key not in elsewhere),
    ", ".join(dataset.get_field_schema()),
)
check(
    "fiftyone: its fields have types",
    [type(dataset.get_field(name)).__name__ for name in ("failed", "judge_score", "class_index", "phrase", "predictions")]
    == ["BooleanField", "FloatField", "IntField", "StringField", "EmbeddedDocumentField"],
)
with open(os.path.join(common.cache, "bugs.json")) as file:
    found = json.load(file)
wanted = {cause["id"]: {"bugs": set(cause["bugs"]), "sentence": cause["sentence"]} for cause in found["causes"]}
wanted |= {f["id"]: {"bugs": {f["id"], *f["exceptions"]}, "sentence": f["sentence"]} for f in found["systematic_failures"]}
views = {name: dataset.load_saved_view(name) for name in dataset.list_saved_views()}
check("fiftyone: a saved view each cause and systematic failure", views.keys() == wanted.keys(), ", ".join(views))
for name, view in views.items():
    check(
        f"fiftyone, view {name}: the images of its bugs and no other",
        sorted(view.values("image_id")) == sorted(i for i, row in truth.items() if row["bug"] in wanted[name]["bugs"]) and len(view) > 0,
        f"{len(view)}",
    )
    check(f"fiftyone, view {name}: it says what was found", dataset.get_saved_view_info(name)["description"] == wanted[name]["sentence"])
results = dataset.evaluate_classifications("predictions", gt_field="ground_truth", eval_key="check")
right = sum(row["class"] == row["predicted"] for row in truth.values())
check(
    "fiftyone: it evaluates the answers against the right classes",
    sum(dataset.values("check")) == right and 0 < right < len(truth),
    f"{right} of {len(truth)} right",
)
# What FiftyOne writes of what it read, it reads again: nothing that it needs is missing.
again = os.path.join(common.scratch, "again")
dataset.export(again, dataset_type=fiftyone.types.FiftyOneDataset)
copy = fiftyone.Dataset.from_dir(again, fiftyone.types.FiftyOneDataset, name="again")
check(
    "fiftyone: its own export of it is the same dataset",
    sorted(copy.values("image_id")) == sorted(truth) and copy.list_saved_views() == dataset.list_saved_views(),
    copy.description,
)
check("fiftyone: two imports stand beside each other", len(fiftyone.Dataset.from_dir(folder, fiftyone.types.FiftyOneDataset)) == len(truth))
common.finish()
