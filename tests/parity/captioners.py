# SPDX-License-Identifier: Apache-2.0
"""Captions of transformers' generate() for tiny captioners of random weights, and the exports that must give the same.

    ./dev parity captioners        (or: python tests/parity/captioners.py WORK [--record])

Of each kind a tiny checkpoint is saved by transformers and exported, by python/export/captioner.py and, where it does, by optimum-cli.
transformers captions images of many sizes, under many rules of generation. --record writes the exports and the ids into
tests/cases/captioners, where tests/backend/openvino/captioner/recorded_test.cpp compares the program with them, token for token.
Without it the ids are compared with those that are recorded.

An answer is kept only if it stays the same when every pixel is changed by a ten-thousandth: another processor rounds otherwise, too.
GIT is asked without a cache: with one, transformers 5.5.4 puts the second word at the position of the seventh (see findings).
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

os.environ |= {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}

import numpy as np
import torch
from captioner_checkpoints import KINDS, SIDE, make
from PIL import Image
from transformers import AutoImageProcessor, AutoTokenizer, GenerationConfig, logging

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "cases" / "captioners"
SIZES = [(SIDE, SIDE), (33, 20), (20, 33), (64, 64), (47, 90), (128, 30), (9, 11), (51, 50), (17, 16), (24, 72), (100, 75), (7, 40)]

RULES = (
    {"max_length": 16},
    {"max_length": 16, "num_beams": 3},
    {"max_length": 16, "num_beams": 4, "length_penalty": 2.0, "no_repeat_ngram_size": 2},
    {"max_length": 14, "num_beams": 4, "length_penalty": 0.3, "early_stopping": True},
    {"max_length": 12, "num_beams": 3, "length_penalty": 1.5, "early_stopping": "never"},
    {"max_length": 12, "num_beams": 2, "length_penalty": -1.0},
    {"max_new_tokens": 9, "repetition_penalty": 1.6, "min_length": 5, "no_repeat_ngram_size": 3},
    {"max_new_tokens": 9, "num_beams": 3, "repetition_penalty": 1.3, "min_new_tokens": 4},
    {
        "max_length": 12,
        "num_beams": 2,
        "bad_words_ids": [[20], [9, 21], [22, 23, 24]],
        "suppress_tokens": [25, 26],
        "begin_suppress_tokens": [8, 30],
    },
    {"max_length": 10, "num_beams": 2, "forced_bos_token_id": 12, "forced_eos_token_id": 7},
    {"max_length": 16, "num_beams": 3, "eos_token_id": [7, 14, 33]},
    {"max_length": 16, "eos_token_id": [7, 14, 33]},
)


def images() -> list[Image.Image]:
    """Stripes, gradients and blocks."""
    out = []
    for i, (width, height) in enumerate(SIZES):
        y, x = np.mgrid[0:height, 0:width]
        red = (x * (3 + i) + 20 * i) % 256
        green = (y * (5 + 2 * i) + 11 * i * (x // 8)) % 256
        blue = np.where((x // 5 + y // 7) % 2 == 0, 255 - 19 * i, 19 * i)
        out.append(Image.fromarray(np.stack([red, green, blue], 2).astype(np.uint8)))
    return out


def ids_of(kind: str, model, pixels: torch.Tensor, rules: dict) -> list[int]:
    """generate()'s ids for one image, without the first."""
    rules = dict(rules)
    more = {}
    if kind == "blip":  # its generate() passes its own ids on
        more = {key: value for key, value in rules.items()}
        if "eos_token_id" in more:
            return []
        with torch.no_grad():
            return model.generate(pixel_values=pixels, **more)[0, 1:].tolist()
    base = {key: value for key, value in model.generation_config.to_dict().items() if key.endswith("token_id") and value is not None}
    with torch.no_grad():
        out = model.generate(pixel_values=pixels, generation_config=GenerationConfig(**(base | rules)), use_cache=kind != "git")
    return out[0, 1:].tolist()


def ends_of(kind: str, model, rules: dict) -> list[int]:
    if "eos_token_id" in rules:
        return rules["eos_token_id"]
    return [model.config.text_config.sep_token_id if kind == "blip" else model.generation_config.eos_token_id]


def cut(ids: list[int], ends: list[int]) -> list[int]:
    for i, token in enumerate(ids):
        if token in ends:
            return ids[:i]
    return ids


def captions(kind: str, model, processor, tokenizer) -> list[dict]:
    """A case for each of the rules: the ids and the text of each image, or null where they hang by a thread."""
    generator = torch.Generator().manual_seed(5)
    out = []
    for rules in RULES:
        ends = ends_of(kind, model, rules)
        case = {"rules": rules, "ids": [], "texts": []}
        for image in images():
            pixels = processor(images=image, return_tensors="pt").pixel_values
            ids = cut(ids_of(kind, model, pixels, rules), ends)
            stable = True
            for _ in range(2):
                other = pixels + 1e-4 * torch.randn(pixels.shape, generator=generator)
                stable = stable and cut(ids_of(kind, model, other, rules), ends) == ids
            case["ids"].append(ids if stable else None)
            case["texts"].append(tokenizer.decode(ids, skip_special_tokens=True) if stable else None)
        if not (kind == "blip" and "eos_token_id" in rules):
            out.append(case)
    return out


def quality(cases: list[dict]) -> tuple[int, int, int]:
    """Of the greedy captions: how many differ, how many end by themselves, how many are kept."""
    ids = [tuple(each) for each in cases[0]["ids"] if each is not None]
    return len(set(ids)), sum(0 < len(each) < cases[0]["rules"]["max_length"] - 1 for each in ids), len(ids)


def run(*command: object) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stdout[-1000:]}{done.stderr[-3000:]}")
    print(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "")


def export(kind: str, checkpoint: Path, work: Path) -> dict[str, Path]:
    out = {kind: work / kind}
    run(sys.executable, ROOT / "python" / "export" / "captioner.py", checkpoint, out[kind])
    if kind in ("vit-gpt2", "trocr"):
        out[f"{kind}-optimum"] = work / f"{kind}-optimum"
        run(
            Path(sys.executable).parent / "optimum-cli",
            "export",
            "openvino",
            "--model",
            checkpoint,
            "--task",
            "image-to-text",
            out[f"{kind}-optimum"],
        )
    return out


def keep(name: str, folder: Path) -> None:
    """The export as an archive, without what captions nothing."""

    def wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        base = Path(entry.name).name
        if base.startswith("openvino_tokenizer") or base in (
            "tokenizer.json",
            "vocab.json",
            "merges.txt",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "vocab.txt",
        ):
            return None
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with gzip.GzipFile(RECORDED / f"{name}.tar.gz", "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, name, filter=wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--kind", choices=list(KINDS))
    arguments = parser.parse_args()
    logging.set_verbosity_error()
    torch.set_num_threads(1)
    seeds = json.loads((Path(__file__).parent / "captioner_seeds.json").read_text())
    wrong = 0
    for kind in [arguments.kind] if arguments.kind else list(KINDS):
        work = arguments.work / kind
        shutil.rmtree(work, ignore_errors=True)
        model = make(kind, seeds[kind], work)
        processor = AutoImageProcessor.from_pretrained(work / "checkpoint", backend="pil")
        cases = captions(kind, model, processor, AutoTokenizer.from_pretrained(work / "checkpoint"))
        different, ending, kept = quality(cases)
        print(f"{kind}: of {len(SIZES)} greedy captions {kept} are kept, {different} differ, {ending} end by themselves", flush=True)
        exports = export(kind, work / "checkpoint", work)
        if arguments.record:
            RECORDED.mkdir(exist_ok=True)
            for name, folder in exports.items():
                keep(name, folder)
            (RECORDED / f"{kind}.json").write_text(json.dumps(cases, ensure_ascii=True).replace('{"rules"', '\n{"rules"') + "\n")
            for i, image in enumerate(images()):
                image.save(RECORDED / f"image{i:02}.png", optimize=True)
        elif json.loads((RECORDED / f"{kind}.json").read_text()) != json.loads(json.dumps(cases)):
            print(f"{kind}: transformers' captions are not those that are recorded")
            wrong += 1
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
