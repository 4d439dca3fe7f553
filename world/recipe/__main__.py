# SPDX-License-Identifier: Apache-2.0
"""Entry point: python -m recipe STEP [WORD...] [options]; `python -m recipe --help` lists the steps.

Weights in checkpoints/ stay as they are unless the word `again` follows the step. The generator's steps are the
functions below and take the options; every other step is the module of that name, whose `main` takes the words
(`python -m recipe classifiers again resnet_skewed`).
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path

WORLD = Path(__file__).resolve().parent.parent
CHECKPOINTS, WORK, OUT = WORLD / "checkpoints", WORLD / "work", WORLD / "generator"


def clock(text: str) -> float:
    """ "HH:MM" of today (tomorrow when that is more than 12 hours past) as seconds of the epoch."""
    now = time.localtime()
    hours, minutes = map(int, text.split(":"))
    at = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, hours, minutes, 0, 0, 0, -1))
    return at + 86400 if at < time.time() - 43200 else at


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value


def text(args: argparse.Namespace) -> None:
    from . import text as module
    from . import train

    if not train.kept("text_encoder", args.words):
        module.train_encoder(CHECKPOINTS / "text_encoder.safetensors")


def code(args: argparse.Namespace) -> None:
    from . import latents, train

    if not train.kept("latent_code", args.words):
        latents.save(CHECKPOINTS / "latent_code.safetensors")


def render(args: argparse.Namespace) -> None:
    from . import data, latents

    encoder = latents.Code(CHECKPOINTS / "latent_code.safetensors")
    for index in range(args.first, args.shards, args.stride):
        data.write_shard(index, encoder)


def decoder(args: argparse.Namespace) -> None:
    from . import decoder as module

    module.main(args)


def generator(args: argparse.Namespace) -> None:
    from . import generator as module

    if module.main(args):
        export(args)
        measure(args)


def export(args: argparse.Namespace) -> None:
    from . import export as module

    module.export_all(CHECKPOINTS, OUT)


def measure(args: argparse.Namespace) -> None:
    from . import measure_generator as module

    module.measure_all(OUT, WORLD)


MODULES = (
    "cache",
    "judge",
    "judges",
    "embedder",
    "captioner",
    "classifiers",
    "truth",
    "measure_generated",
    "cards_recognition",
    "cards_generator",
    "clip_towers",
)
STEPS = {f.__name__: f for f in (text, code, render, decoder, generator, export, measure)}
WORDS = {  # what may follow a step; those that are not here take names
    "decoder": ["again", "more"],
    "generator": ["again", "more"],
    "render": [],
    "export": [],
    "measure": [],
    **{step: ["again"] for step in ("text", "code", "judge", "embedder", "captioner")},
}


def options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recipe", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=[*STEPS, *MODULES])
    parser.add_argument(
        "words", nargs="*", help="again: train anew from the seeds; more (decoder, generator): go on from checkpoints/; else names"
    )
    parser.add_argument("--steps", type=positive, help="decoder, generator: training steps in all, those of the start included")
    parser.add_argument("--fold-steps", type=positive, help="generator: steps in which guidance is folded in")
    parser.add_argument("--until", type=clock, help="decoder, generator: stop at HH:MM even if unfinished; the same command goes on")
    parser.add_argument("--guidance", type=float, help="generator: guidance to fold in")
    parser.add_argument("--lr", type=float, default=1.5e-3, help="generator: learning rate at its highest")
    parser.add_argument("--shards", type=positive, default=48, help="render, generator: shards of 8,192 scenes in all")
    parser.add_argument("--first", type=int, default=0, help="render: first shard of this process")
    parser.add_argument("--stride", type=int, default=1, help="render: processes that share the work")
    parser.add_argument("--device", default="cpu", help="decoder, generator: cpu or cuda")
    parser.add_argument("--threads", type=int, default=1)
    return parser


def main() -> None:
    parser = options()
    args = parser.parse_intermixed_args()
    unknown = sorted(set(args.words) - set(WORDS.get(args.step, args.words)))
    if unknown:
        parser.error(f"{args.step} does not take {', '.join(unknown)}")
    WORK.mkdir(exist_ok=True)
    import torch

    torch.set_num_threads(args.threads)
    if args.step in STEPS:
        return STEPS[args.step](args)
    importlib.import_module(f"{__package__}.{args.step}").main(args.words)


if __name__ == "__main__":
    main()
