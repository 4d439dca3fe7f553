# SPDX-License-Identifier: Apache-2.0
"""The generator's training: the U-Net first, then guidance folded into it."""

from __future__ import annotations

import argparse

from . import data, diffusion, text, train
from .cache import WORLD

BASE_STEPS, FOLD_STEPS, GUIDANCE = 11_000, 1_300, 3.0  # steps of 512 scenes
WORK = WORLD / "work"


def base(args: argparse.Namespace, shared: tuple[text.Bank, data.Pool], **options: float | str) -> bool:
    """Trains unet_base up to step `args.steps`; False if it was stopped before. `more` goes on from the weights that are kept."""
    path, start, first = WORK / "unet.pt", None, 0
    if "more" in args.words and train.known("unet_base"):
        start, first = train.weights("unet_base"), train.had("unet_base", BASE_STEPS)
    steps = args.steps or BASE_STEPS
    if first >= steps and not path.exists():
        return True  # nothing to train: what is kept stays as it is
    run = diffusion.Trainer(path, *shared, start=start, first=first, **options)
    return run.run(steps, args.until) and run.finish("unet_base")


def fold(args: argparse.Namespace, shared: tuple[text.Bank, data.Pool], **options: float | str) -> bool:
    """Folds the guidance into unet_base: unet; False if it was stopped before."""
    run = diffusion.Folding(WORK / "unet_folded.pt", *shared, train.weights("unet_base"), args.guidance or GUIDANCE, **options)
    run.save()  # from here on the base is not trained again
    return run.run(args.fold_steps or FOLD_STEPS, args.until) and run.finish("unet")


def main(args: argparse.Namespace) -> bool:
    """True if checkpoints/unet.safetensors stands; False if training was stopped. An unfinished folding goes first."""
    if train.kept("unet", args.words):
        return True
    bank = text.Bank(text.Embedder(train.CHECKPOINTS / "text_encoder.safetensors", args.device))
    shared = bank, data.Pool(args.shards, args.device)
    options = dict(lr=args.lr, device=args.device)
    folding = (WORK / "unet_folded.pt").exists()
    return (folding or base(args, shared, **options)) and fold(args, shared, **options)
