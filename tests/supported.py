# SPDX-License-Identifier: Apache-2.0
"""docs/supported.md: what loads, and how far its answers are from those of the library it comes from, by the tests that compare them.

    python3 tests/supported.py SCOTOMA_TESTS [--write]

Runs those tests and makes the page's tables of what they leave (tests/fake/supported.h). Without --write it fails where the page is
behind. Differences are shown to one figure; since they depend on the processor a little, the check leaves them out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs" / "supported.md"
TESTS = ":".join(
    (
        "*EveryFamily.*",
        "*EveryExport.*",
        "Scheduler.TakesTheSteps*",
        "*ExportedEmbedder.*",
        "*Tensorflow.*",
        "*RecordedCaptioner.*",
        "*VisionFamilies.*",
    )
)
FAMILIES = {
    "stable-diffusion": "Stable Diffusion 1.x, 2.x, SD-Turbo",
    "lcm": "LCM, under DDIM",
    "lcm-own": "LCM, under its own scheduler",
    "sdxl": "SDXL",
    "sdxl-turbo": "SDXL-Turbo",
    "sdxl-lcm": "LCM of SDXL",
}
OWN = "python/export/captioner.py"
CAPTIONERS = {
    "vit-gpt2": ("ViT with GPT-2", OWN),
    "vit-gpt2-optimum": ("ViT with GPT-2", "optimum-intel"),
    "trocr": ("TrOCR", OWN),
    "trocr-optimum": ("TrOCR", "optimum-intel"),
    "blip": ("BLIP", OWN),
    "git": ("GIT", OWN),
    "llava": ("LLaVA 1.5", "optimum-intel"),
    "gemma3": ("Gemma 3", "optimum-intel"),
    "smolvlm": ("SmolVLM", "optimum-intel with transformers 4.57"),
    "idefics3": ("Idefics 3", "optimum-intel with transformers 4.57"),
}
SAME_NETWORKS = {"sdxl-turbo": "sdxl", "lcm-own": "lcm"}
CLASSIFIERS = {
    "saved": "SavedModel of Keras",
    "floats.tflite": "TensorFlow Lite, f32",
    "half.tflite": "TensorFlow Lite, weights in f16",
    "inside.tflite": "TensorFlow Lite, whole numbers inside",
}


def rows_of(program: str) -> dict[str, list[list[str]]]:
    """The rows of each table, of tests that passed."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([program, f"--gtest_filter={TESTS}", f"--gtest_output=json:{out.name}"], check=True, stdout=subprocess.DEVNULL)
        result = json.loads(Path(out.name).read_text())
    rows: dict[str, list[list[str]]] = {}
    for suite in result["testsuites"]:
        for test in suite["testsuite"]:
            for key, value in test.items():
                if key.startswith("supported_") and "failures" not in test:
                    rows.setdefault(key.split("_", 1)[1].rsplit("_", 1)[0], []).append(value.split("\t"))
    return rows


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def tables(rows: dict[str, list[list[str]]]) -> dict[str, str]:
    exports: dict[str, list[str]] = {}
    for (name,) in rows["exports"]:
        family, _, weights = name.rpartition("-")
        known = family in FAMILIES and weights in ("int8", "int4")
        exports.setdefault(family if known else name, []).append(weights if known else "f32")
    out = {
        "families": table(
            ["family", "images compared with diffusers 0.39", "largest difference, grey levels", "weights run"],
            [
                [FAMILIES[name], images, most, ", ".join(exports.get(name) or exports[SAME_NETWORKS[name]])]
                for name, images, most in rows["families"]
            ],
        ),
        "schedulers": table(
            [
                "`generator.scheduler`",
                "cases",
                "spacing",
                "prediction",
                "noise levels that files ask for",
                "further",
                "largest difference at any step",
            ],
            [[f"`{name}`", *cells] for name, *cells in rows["schedulers"]],
        ),
        "scheduler files": table(["scheduler files as folders have them", "largest difference at any step"], rows["scheduler_files"]),
        "captioners": table(
            [
                "captioner",
                "exported by",
                "cache",
                "sets of rules, or prompts and beams",
                "captions equal to transformers', token for token",
                "left out",
            ],
            [[*CAPTIONERS[name], *cells] for name, *cells in rows["captioners"]],
        ),
        "embedders": table(["embedder", "compared within 1e-4 with transformers 5.5, or open_clip 3.3"], rows["embedders"]),
        "classifiers": table(
            ["classifier", "images compared with TensorFlow 2.21", "within"],
            [[CLASSIFIERS[name], *cells] for name, *cells in rows["classifiers"]],
        ),
    }
    return out


def main() -> None:
    page = PAGE.read_text()
    made = tables(rows_of(sys.argv[1]))
    fresh = page
    for name, text in made.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if begin not in fresh:
            sys.exit(f"docs/supported.md has no place for the table '{name}'")
        head, rest = fresh.split(begin)
        fresh = head + begin + text + rest[rest.index(end) :]
    if "--write" in sys.argv:
        PAGE.write_text(fresh)
        return
    differences = re.compile(r"\d+e-\d+")
    if differences.sub("", fresh) != differences.sub("", page):
        sys.exit(f"docs/supported.md is behind: run python3 tests/supported.py {sys.argv[1]} --write")


if __name__ == "__main__":
    main()
