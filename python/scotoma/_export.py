# SPDX-License-Identifier: Apache-2.0
"""The formats of ``scotoma export`` that the package has beyond the program's: parquet and mlflow."""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from scotoma.errors import Error, InputError
from scotoma.results import Results, open_results

FORMATS = ("parquet", "mlflow")


def is_ours(arguments: Sequence[str]) -> bool:
    """Whether the command line (without the program's name) asks for one of them."""
    if not arguments or arguments[0] != "export" or "-h" in arguments or "--help" in arguments:
        return False
    formats = {f"--format={name}" for name in FORMATS}
    return any(word in formats for word in arguments) or any(
        word == "--format" and value in FORMATS for word, value in itertools.pairwise(arguments)
    )


def run(arguments: Sequence[str]) -> int:
    """Does it; gives the exit code."""
    parser = argparse.ArgumentParser(prog="scotoma export", description="Formats of the Python package: parquet, mlflow.")
    parser.add_argument("study", metavar="STUDY", help="study file, or the folder of its results")
    parser.add_argument("--out", help="folder of the results; default: the study file's stem with .out")
    parser.add_argument("--cache", default="", help="folder of the answers, if another")
    parser.add_argument("--format", choices=FORMATS, required=True)
    parser.add_argument("--to", help="parquet: the dataset's folder, new or empty; mlflow: the tracking URI, else MLFLOW_TRACKING_URI")
    parser.add_argument("--bug", action="append", default=[], help="parquet: id of a bug, a cause or a systematic failure")
    parser.add_argument("--per-bug", type=int, help="images of a bug, at most")
    parser.add_argument("--images", choices=("failing", "valid"), help="parquet: which images; default: failing")
    parser.add_argument("--test", type=float, help="parquet: share of the images that are for testing; default: 0.2")
    parser.add_argument("--shard-size", type=int, default=256, help="parquet: megabytes of a file, at most")
    parser.add_argument("--quiet", action="store_true")
    given = parser.parse_args(arguments[1:])
    try:
        results = open_results(_folder(given.study, given.out), given.cache)
        sentence = _parquet(results, given) if given.format == "parquet" else _mlflow(results, given)
    except ImportError as error:
        print(f"scotoma: {error}", file=sys.stderr)
        return 2
    except Error as error:
        print(f"scotoma: {error}", file=sys.stderr)
        return 2 if isinstance(error, InputError) else 1
    print(sentence)
    return 0


def _folder(study: str, out: str | None) -> Path:
    if out:
        return Path(out)
    place = Path(study)
    return place if place.is_dir() else Path(f"{place.stem}.out")


def _parquet(results: Results, given: argparse.Namespace) -> str:
    from scotoma import parquet

    if not given.to:
        raise InputError("--to is required: the dataset's folder")
    options = {"bug": given.bug or None, "per_bug": given.per_bug, "images": given.images, "test": given.test}
    chosen = {key: value for key, value in options.items() if value is not None}
    folder = parquet.export(results, given.to, shard_size=given.shard_size, **chosen)
    return f"{len(list((folder / 'data').iterdir()))} files: {folder}"


def _mlflow(results: Results, given: argparse.Namespace) -> str:
    from scotoma import mlflow

    if given.to:
        import mlflow as theirs

        theirs.set_tracking_uri(given.to)
    return f"run {mlflow.log(results, images=given.per_bug or mlflow.SHOWN)}"
