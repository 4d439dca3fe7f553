# SPDX-License-Identifier: Apache-2.0
"""What the scripts here share: their arguments EXPORTS and STUDY, an environment in which readers keep to this machine, checks.

To be imported before any reader is.
"""

import json
import os
import shutil
import socket
import sys

exports, cache = sys.argv[1:]
scratch = os.path.join(exports, "scratch-" + os.path.basename(sys.argv[0]))  # where readers keep what they like
shutil.rmtree(scratch, ignore_errors=True)  # no answer of an earlier export
os.environ.update(
    {
        "HF_HUB_OFFLINE": "1",  # whatever is missing must be an error, not a download
        "HF_HOME": os.path.join(scratch, "huggingface"),
        "FIFTYONE_DATABASE_DIR": os.path.join(scratch, "mongo"),
        "FIFTYONE_CONFIG_PATH": os.path.join(scratch, "fiftyone.json"),
        "FIFTYONE_DEFAULT_DATASET_DIR": os.path.join(scratch, "fiftyone"),
        "FIFTYONE_DATABASE_VALIDATION": "false",  # it complains of the database that its own wheel brings
        "FIFTYONE_DO_NOT_TRACK": "true",
        "FIFTYONE_SHOW_PROGRESS_BARS": "false",
    }
)

abroad = []  # addresses that somebody wanted to talk to
connect = socket.socket.connect


def connect_at_home(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        abroad.append(address)
        raise OSError(f"{address}: not this machine")
    return connect(self, address)


socket.socket.connect = connect_at_home

import numpy
from PIL import Image

SIDES = ("train", "test")
SIDES_IN = {"imagefolder": "", "huggingface": "data", "jsonl": "images"}  # where each format has its sides
failed = []


def check(name, holds, detail=""):
    print(f"{'ok   ' if holds else 'WRONG'} {name}{f': {detail}' if detail else ''}", flush=True)
    if not holds:
        failed.append(name)


def outcome(call):
    """What it gives, or why it gives nothing."""
    try:
        return call(), None
    except Exception as error:
        return None, error


def pixels(image):
    return numpy.asarray(image.convert("RGB"))


def generated(image_id):
    """The image as the cache keeps it."""
    return pixels(Image.open(os.path.join(cache, "images", image_id[:2], image_id + ".png")))


def same_pixels(pairs):
    pairs = list(pairs)
    return bool(pairs) and all(numpy.array_equal(pixels(image), generated(image_id)) for image, image_id in pairs)


def about(form):
    with open(os.path.join(exports, form, "dataset.json")) as file:
        return json.load(file)


def folders(form):
    """The folder of each label."""
    return {label["name"]: label["folder"] for label in about(form)["labels"]}


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def rows_of(form, side):
    """What is known of each image of a side, by its absolute path."""
    folder = os.path.join(exports, form, SIDES_IN[form], side)
    return {os.path.abspath(os.path.join(folder, row["file_name"])): row for row in lines(os.path.join(folder, "metadata.jsonl"))}


def finish():
    """The last check, and the exit code."""
    check("nobody talked to another machine", not abroad, str(abroad) if abroad else "")
    print(f"{len(failed)} checks failed: {'; '.join(failed)}" if failed else "all checks hold")
    sys.exit(1 if failed else 0)
