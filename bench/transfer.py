#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Datasets aimed at each architecture of the embedded world, tried on all its classifiers.

    bench/transfer.py                      # all five studies, then docs/transfer.md
    bench/transfer.py --study world-skewed --docs /tmp/transfer.md

Needs a built scotoma and nothing but Python's own library. Runs, transfers, and writes the matrices between the marks
in the docs. Stopped, it goes on where it was: every answer is in build/transfer.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
STUDIES = ["world-skewed", "world-mobilenet-skewed", "world-vit-skewed", "world-cow-grass", "world-cat-night"]
CLASSIFIERS = [
    "resnet_skewed",
    "resnet_balanced",
    "mobilenet_skewed",
    "mobilenet_balanced",
    "vit_skewed",
    "vit_balanced",
    "cow_grass",
    "cat_night",
]
BEGIN, END = "<!-- matrices: written by bench/transfer.py -->\n", "<!-- end of the matrices -->\n"


def run(program: str, verb: str, study: str, arguments: list[str]) -> None:
    command = [program, verb, str(ROOT / "examples" / f"{study}.toml"), *arguments]
    print("+", " ".join(map(str, command)), file=sys.stderr, flush=True)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def transfer(program: str, work: pathlib.Path, study: str) -> dict:
    """The study's transfer.json with its columns in the order of CLASSIFIERS."""
    folders = ["--out", str(work / study), "--cache", str(work / "cache")]
    run(program, "find", study, folders)
    others = [
        argument
        for name in CLASSIFIERS  # the study's own is left out by the program
        for argument in ("--classifier", str(ROOT / "world" / "classifiers" / f"{name}.onnx"))
    ]
    run(program, "transfer", study, [*folders, *others])
    result = json.loads((work / study / "transfer.json").read_text())
    at = {column["name"]: i for i, column in enumerate(result["classifiers"])}
    order = [at[name] for name in CLASSIFIERS]
    result["classifiers"] = [result["classifiers"][i] for i in order]
    for row in result["bugs"] + result["systematic_failures"]:
        row["cells"] = [row["cells"][i] for i in order]
    return result


def percent(rate: float) -> str:
    return f"{100 * rate:.0f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def accuracy(column: dict, images: str) -> str:
    share = column["accuracy"][images]
    text = f"{percent(share['rate'])} [{percent(share['low'])}, {percent(share['high'])}]" if share["images"] else "–"
    return f"**{text}**" if column["aimed_at"] else text


def datasets(results: list[dict]) -> str:
    """Rows: the sets; columns: who is tried on them."""
    rows = []
    for result in results:
        aimed = next(column for column in result["classifiers"] if column["aimed_at"])
        images = aimed["accuracy"]["failing"]["images"]
        what = counted({kind: len(rows) for kind, rows in kinds(result).items()})
        rows.append([f"{aimed['name']} ({what}; {images} images)", *(accuracy(column, "failing") for column in result["classifiers"])])
    return table(["set aimed at", *CLASSIFIERS], rows)


def kinds(result: dict) -> dict[str, list[dict]]:
    """Rows by kind, as every verb counts them: an exception is no bug."""
    return {
        "bug": [row for row in result["bugs"] if row["direction"] == "fails"],
        "systematic failure": result["systematic_failures"],
        "exception": [row for row in result["bugs"] if row["direction"] == "passes"],
    }


def counted(numbers: dict[str, int]) -> str:
    parts = [f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in numbers.items() if number]
    return " and ".join([part for part in (", ".join(parts[:-1]), parts[-1]) if part])


def row_cell(cell: dict, direction: str, aimed: bool) -> str:
    if "baseline" in cell:
        text = percent(cell["baseline"]["rate"])
    else:
        rates = [percent(cell[side]["rate"]) for side in ("with", "without")]
        text = "/".join(rates if direction == "fails" else reversed(rates))
    return f"**{text}**" if aimed else text + ("!" if cell["transfers"] else "")


def bugs(result: dict) -> str:
    rows = []
    for kind, of_kind in kinds(result).items():
        for row in of_kind:
            cells = zip(row["cells"], result["classifiers"])
            name = row["id"] if kind != "exception" else f"{row['id']} (exception)"
            rows.append([name, *(row_cell(cell, row["direction"], column["aimed_at"]) for cell, column in cells)])
    for kind, of_kind in kinds(result).items():
        if of_kind:
            counts = [
                "" if column["aimed_at"] else f"{sum(row['cells'][c]['transfers'] for row in of_kind)} of {len(of_kind)}"
                for c, column in enumerate(result["classifiers"])
            ]
            rows.append([f"transfer: {kind}s", *counts])
    return table(["what fails", *CLASSIFIERS], rows)


def matrices(results: list[dict]) -> str:
    text = "Accuracy in % on the failing images of each set, with 95 % intervals:\n\n" + datasets(results)
    for result in results:
        text += (
            f"\n**{result['study']}**: % that fail, bug/control; `!`: transfers. An exception's images are those without the phrase.\n\n"
            + bugs(result)
        )
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(ROOT / "build/release/bin/scotoma"))
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/transfer", help="cache and results")
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs/transfer.md", help="the page to renew")
    parser.add_argument("--study", action="append", choices=STUDIES, help="only this one; may be given several times")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    text = matrices([transfer(arguments.program, arguments.work, study) for study in arguments.study or STUDIES])
    page = arguments.docs.read_text() if arguments.docs.exists() else BEGIN + END
    if BEGIN not in page or END not in page:
        sys.exit(f"{arguments.docs}: has no marks for the matrices")
    before, rest = page.split(BEGIN, 1)
    arguments.docs.write_text(before + BEGIN + "\n" + text + "\n" + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
