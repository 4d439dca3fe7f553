# SPDX-License-Identifier: Apache-2.0
"""Answers of transformers' vision-language models, for the tests of the captioner that asks such models.

    ./dev parity vision-language [--record]        (or: python tests/parity/vision_language.py WORK [--older PYTHON] [--record])

Of each family a tiny model of random weights is saved by transformers, exported by optimum-cli as users export theirs, and asked by
transformers for a sentence on each of some images, greedily and with beams, in f32. Images are resized by Pillow, as transformers'
processors do it with backend="pil". --record writes the exports and the ids of the answers into tests/cases/captioners, where
tests/backend/openvino/captioner/vision_language_test.cpp compares them with ours, token for token; without it they are compared with
those that stand there.

optimum-intel 2.2.0 exports SmolVLM and Idefics 3 with transformers before 5 alone: --older names a Python that has
requirements-older.txt, which saves and exports these; without it they are left out. Their answers are those of the newer one all the
same: versions 4.55 to 4.57 have the patches of an image in f32 one place beside where the models were trained to see them.
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
from PIL import Image
from transformers import AutoImageProcessor, AutoModelForImageTextToText, AutoProcessor
from transformers.utils.chat_template_utils import render_jinja_template
from vision_models import CONVERSATIONS, FAMILIES, make

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "tests" / "cases" / "captioners"
OLDER = ("smolvlm", "idefics3")  # exported by the older transformers only
PROMPTS = ("Describe this image in one short sentence.", "what is next to the table?")
BEAMS = (1, 3)
LONGEST = 16  # ids of an answer
SIZES = ((20, 20), (32, 32), (64, 64), (33, 57), (90, 31), (18, 40), (200, 120), (47, 46), (21, 80), (128, 128))


def image(width: int, height: int, seed: int) -> Image.Image:
    """A pattern of whole numbers, which the test makes too."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(3), indexing="ij")
    slope = (x * (seed * 7 % 11 + 1) * (c + 1) + y * (seed * 5 % 13 + 1) * (3 - c)) // 4
    blocks = (x // (seed % 5 + 3) + y // (seed % 3 + 4)) % 3 * (40 + 20 * c)
    return Image.fromarray(((seed * 53 + c * 71 + slope + blocks) % 256).astype(np.uint8))


def export(python: str, checkpoint: Path, folder: Path, weights: str) -> None:
    """As users export, with the converter beside that Python."""
    command = ["export", "openvino", "--model", str(checkpoint), "--task", "image-text-to-text", "--weight-format", weights]
    if weights == "int4":
        command += ["--group-size", "8", "--ratio", "1.0"]  # the widths are no multiples of the usual 128
    main = "from optimum.commands.optimum_cli import main; main()"
    done = subprocess.run([python, "-c", main, *command, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"optimum-cli failed: {done.stderr[-2000:]}")


def answers(checkpoint: Path) -> list[dict]:
    """The ids of all answers, without the prompt and what ends them."""
    processor = AutoProcessor.from_pretrained(checkpoint)
    processor.image_processor = AutoImageProcessor.from_pretrained(checkpoint, backend="pil")
    model = AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=torch.float32).eval()
    ends = model.generation_config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    out = []
    for prompt in PROMPTS:
        chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": prompt}]}]
        text = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        for beams in BEAMS:
            rows, captions = [], []
            for seed, size in enumerate(SIZES):
                begun = text.startswith(processor.tokenizer.bos_token)
                inputs = processor(images=image(*size, seed), text=text, return_tensors="pt", add_special_tokens=not begun)
                with torch.no_grad():
                    ids = model.generate(**inputs, do_sample=False, num_beams=beams, max_new_tokens=LONGEST)
                ids = ids[0, inputs["input_ids"].shape[1] :].tolist()
                rows.append([one for one in ids if one not in ends and one != processor.tokenizer.pad_token_id])
                captions.append(processor.tokenizer.decode(ids, skip_special_tokens=True))
            prompt_ids = inputs["input_ids"][0].tolist()
            out.append({"prompt": prompt, "prompt_ids": prompt_ids, "beams": beams, "longest": LONGEST, "ids": rows, "captions": captions})
    return out


def keep(name: str, folder: Path) -> None:
    """The export as an archive, without what the program does not read."""

    def wanted(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
        if entry.name.endswith(("/tokenizer.json", "/openvino_config.json", "/video_preprocessor_config.json")):
            return None
        entry.uid = entry.gid = entry.mtime = 0
        entry.uname = entry.gname = ""
        return entry

    with gzip.GzipFile(RECORDED / f"{name}.tar.gz", "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        archive.add(folder, name, filter=wanted)


def record(family: str, work: Path, rows: list[dict], python: str) -> None:
    """The export and the answers; of LLaVA compressed weights too. In f16 the angles of rotary positions are other numbers."""
    keep(family, work / "fp32")
    images = [{"width": width, "height": height, "seed": seed} for seed, (width, height) in enumerate(SIZES)]
    lines = ",\n ".join(json.dumps(row) for row in rows)
    (RECORDED / f"{family}.json").write_text(f'{{"images": {json.dumps(images)},\n"answers": [\n {lines}]}}\n')
    if family != "llava":
        return
    for weights in ("int8", "int4"):
        export(python, work / "checkpoint", work / weights, weights)
        keep(f"{family}-{weights}", work / weights)


def record_conversations() -> None:
    """What transformers makes of the templates of released models."""
    chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "{prompt}"}]}]
    rows = []
    for name, (template, begin) in CONVERSATIONS.items():
        texts, _ = render_jinja_template([chat], chat_template=template, add_generation_prompt=True, bos_token=begin)
        rows.append(json.dumps({"name": name, "bos": begin, "template": template, "text": texts[0]}))
    (RECORDED / "conversations.json").write_text('{"conversations": [\n ' + ",\n ".join(rows) + "]}\n")


def main() -> int:
    """Makes every family; gives an exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path)
    parser.add_argument("--older")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--families", nargs="+", choices=FAMILIES, default=list(FAMILIES))
    arguments = parser.parse_args()
    RECORDED.mkdir(parents=True, exist_ok=True)
    if arguments.record:
        record_conversations()
    older = arguments.older and str(Path(arguments.older).absolute())
    well = True
    for family in arguments.families:
        work = arguments.work.resolve() / family
        shutil.rmtree(work, ignore_errors=True)
        python = older if family in OLDER else sys.executable
        if python is None:
            print(f"{family}: left out, for want of --older", flush=True)
            continue
        if family in OLDER:
            script = f"from vision_models import make; from pathlib import Path; make({family!r}, Path({str(work / 'checkpoint')!r}))"
            subprocess.run([python, "-c", script], check=True, cwd=Path(__file__).parent)
        else:
            make(family, work / "checkpoint")
        rows = answers(work / "checkpoint")
        export(python, work / "checkpoint", work / "fp32", "fp32")
        lengths = [len(ids) for row in rows for ids in row["ids"]]
        different = len({tuple(ids) for row in rows for ids in row["ids"]})
        print(f"{family}: {len(lengths)} answers, {different} different, of {min(lengths)} to {max(lengths)} ids", flush=True)
        if arguments.record:
            record(family, work, rows, python)
        elif rows != json.loads((RECORDED / f"{family}.json").read_text())["answers"]:
            print(f"{family}: other answers than those recorded", flush=True)
            well = False
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
