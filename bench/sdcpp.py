# SPDX-License-Identifier: Apache-2.0
"""Scotoma's generator beside stable-diffusion.cpp's own command line: the same checkpoint, prompt and seeds.

    bench/sdcpp.py SCOTOMA SD_CLI MODELS [--rounds N] [--threads N] [CASE...]

Run it by `./dev bench --with sdcpp`. Both generate few and many images in turn, in each round; what the many took beyond
the few is the time of an image, without loading. Printed are the medians, their ratio, that of processor time, the peak
memory of each, and whether the pixels are the same. Beside other work `--threads 1` and processor time are what to look
at: several threads spin while they wait for each other. sd-cli reads the prompt once for all its images, Scotoma once for
each.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

FEW, MANY = 1, 4
PROMPT = "a photo of a fly on a flower"
SEED = 7

# Name, options of sd-cli, keys of [generator], size, steps. "whole" is a U-Net of 323 M weights, on which the time goes into
# steps as it does with real models; "parts" is so small that what surrounds the network counts.
CASES = {
    "whole": ({"-m": "whole.safetensors", "--taesd": "tiny_decoder.safetensors"}, 3.0, 64, 20),
    "parts": (
        {
            "--diffusion-model": "parts/transformer.safetensors",
            "--clip_l": "parts/clip_l.safetensors",
            "--taesd": "parts/tiny_decoder.safetensors",
        },
        1.0,
        256,
        4,
    ),
}
KEYS = {"-m": "model", "--taesd": "taesd", "--diffusion-model": "diffusion_model", "--clip_l": "clip_l"}


def run(command, environment=None):
    """Seconds on the clock and of processors, and bytes of memory at the most."""
    begin = time.monotonic()
    with open(os.devnull, "w") as nowhere, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=nowhere, stderr=errors, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            errors.seek(0)
            sys.exit(f"{' '.join(map(str, command))}: ended with {status}\n{errors.read().decode(errors='replace')}")
    return time.monotonic() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def pixels(path):
    """Of an RGB PNG of 8 bits that is not interlaced."""
    data = path.read_bytes()
    at, packed, width, height = 8, b"", 0, 0
    while at < len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
            assert body[8:10] == b"\x08\x02" and body[12] == 0, f"{path}: not RGB of 8 bits"
        elif kind == b"IDAT":
            packed += body
        at += length + 12
    raw, row, rows = zlib.decompress(packed), bytearray(3 * width), []
    for y in range(height):
        start = y * (3 * width + 1)
        row = unfilter(raw[start], raw[start + 1 : start + 1 + 3 * width], row)
        rows.append(bytes(row))
    return b"".join(rows)


def unfilter(kind, line, above):
    row = bytearray(line)
    for x in range(len(row)):
        left, up, corner = (row[x - 3] if x >= 3 else 0), above[x], (above[x - 3] if x >= 3 else 0)
        guess = left + up - corner
        nearest = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))[2]
        row[x] = (row[x] + (0, left, up, (left + up) // 2, nearest)[kind]) % 256
    return row


def study(folder, models, files, guidance, size, steps):
    """A study whose classifier is not asked: `generate` needs the generator alone."""
    world = Path(__file__).resolve().parent.parent / "world"
    lines = [
        'labels = ["fly"]',
        'search.source = "none"',
        "[generator]",
        'kind = "sdcpp"',
        f"steps = {steps}",
        f"guidance = {guidance}",
        "[generator.sdcpp]",
        f"width = {size}",
        f"height = {size}",
        *(f'{KEYS[option]} = "{models / file}"' for option, file in files.items()),
        "[classifier]",
        f'model = "{world}/classifiers/resnet_balanced.onnx"',
        f'labels = "{world}/classifiers/labels.json"',
        "[[attributes]]",
        'name = "places"',
        'phrases = ["on a flower"]',
    ]
    path = folder / "study.toml"
    path.write_text("\n".join(lines) + "\n")
    return path


def compare(name, scotoma, cli, models, rounds, threads):
    files, guidance, size, steps = CASES[name]
    per_image, work, memory = ({"scotoma": [], "sd-cli": []} for _ in range(3))
    same = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        path = study(folder, models, files, guidance, size, steps)
        environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache")}

        def ours(count, to):
            command = [scotoma, "generate", path, PROMPT, "--seed", SEED, "--count", count, "--to", to]
            return run([*map(str, command), "--threads", threads, "--quiet"], environment)

        def theirs(count, to):
            to.mkdir()
            command = [cli, *(part for option, file in files.items() for part in (option, models / file))]
            command += ["-p", PROMPT, "-s", SEED, "-b", count, "-W", size, "-H", size, "--steps", steps]
            command += ["--cfg-scale", guidance, "-t", threads, "-o", to / "%d.png"]
            return run(list(map(str, command)))

        ours(1, folder / "first")  # the trial of the checkpoint, once for its files
        for round_ in range(rounds):
            for who, generate in (("scotoma", ours), ("sd-cli", theirs)):
                few, few_work, _ = generate(FEW, folder / f"{who}-few-{round_}")
                many, many_work, peak = generate(MANY, folder / f"{who}-many-{round_}")
                work[who].append((many_work - few_work) / (MANY - FEW))
                per_image[who].append((many - few) / (MANY - FEW))
                memory[who].append(peak)
            mine = [pixels(folder / f"scotoma-many-{round_}" / f"{SEED + i}.png") for i in range(MANY)]
            their_files = sorted((folder / f"sd-cli-many-{round_}").glob("*.png"), key=lambda file: int(file.stem))
            same = same and mine == [pixels(file) for file in their_files]
    speed = {who: 1 / statistics.median(seconds) for who, seconds in per_image.items()}
    ratio = speed["scotoma"] / speed["sd-cli"]
    of_work = statistics.median(work["sd-cli"]) / statistics.median(work["scotoma"])
    print(
        f"{name}: {size} x {size}, {steps} steps, guidance {guidance}, threads {threads}: scotoma {speed['scotoma']:.3f} images/s, sd-cli "
        f"{speed['sd-cli']:.3f}, ratio {ratio:.2f}, of processor time {of_work:.2f}; peak "
        f"{max(memory['scotoma']) / 2**20:.0f} and {max(memory['sd-cli']) / 2**20:.0f} MiB; pixels {'the same' if same else 'DIFFER'}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    for name in ("scotoma", "sd_cli", "models"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("cases", nargs="*", default=list(CASES))
    asked = parser.parse_intermixed_args()
    programs = (asked.scotoma.resolve(), asked.sd_cli.resolve())
    for name in asked.cases:
        compare(name, *programs, asked.models.resolve(), asked.rounds, str(asked.threads))


if __name__ == "__main__":
    main()
