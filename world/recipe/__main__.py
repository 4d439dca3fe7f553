"""Entry point: python -m recipe STEP [options or names]; `python -m recipe --help` lists the steps.

The generator's steps are the functions below and take options; every other step is the module of that name, whose
`main` takes the names that follow (`python -m recipe classifiers resnet_skewed`).
"""

from __future__ import annotations

import argparse
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

WORLD = Path(__file__).resolve().parent.parent
CHECKPOINTS, WORK, OUT = WORLD / "checkpoints", WORLD / "work", WORLD / "generator"


def clock(text):
    """"HH:MM" of today (tomorrow when that is more than 12 hours past) as seconds of the epoch."""
    now = time.localtime()
    hours, minutes = map(int, text.split(":"))
    at = time.mktime((now.tm_year, now.tm_mon, now.tm_mday, hours, minutes, 0, 0, 0, -1))
    return at + 86400 if at < time.time() - 43200 else at


def text(args):
    from . import text as module
    module.train_encoder(CHECKPOINTS / "text_encoder.safetensors")


def code(args):
    from . import latents
    latents.save(CHECKPOINTS / "latent_code.safetensors")


def render(args):
    from . import data, latents
    encoder = latents.Code(CHECKPOINTS / "latent_code.safetensors")
    for index in range(args.first, args.shards, args.stride):
        data.write_shard(index, encoder)


def generator(args):
    from . import data, diffusion
    from . import text as module
    os.makedirs(WORK, exist_ok=True)
    trainer = diffusion.Trainer(WORK / "unet.pt", module.Embedder(CHECKPOINTS / "text_encoder.safetensors"), data.Pool(), args.device,
                                shipped=CHECKPOINTS / "unet_base.safetensors", lr=args.lr)
    exports = sorted(clock(t) for t in args.export_at.split(",") if t)

    def on_minute(trainer):
        if int(time.time() / 60) % 3 == 0:
            trainer.save()
        if exports and time.time() >= exports[0]:
            exports.pop(0)
            save_ema(trainer)
            subprocess.Popen(["nice", "-n", "3", sys.executable, "-m", "recipe", "export"], cwd=WORLD)

    trainer.run(clock(args.base_until), on_minute=on_minute)
    save_ema(trainer, "unet_base")
    trainer.path = WORK / "unet_folded.pt"
    trainer.start_folding()
    trainer.run(clock(args.until), weight=args.guidance, on_minute=on_minute)
    save_ema(trainer)
    subprocess.run([sys.executable, "-m", "recipe", "export"], cwd=WORLD, check=True)
    subprocess.run([sys.executable, "-m", "recipe", "measure"], cwd=WORLD)


def save_ema(trainer, name="unet"):
    from safetensors.torch import save_file
    save_file({k: v.half().contiguous() for k, v in trainer.ema.state_dict().items()}, CHECKPOINTS / f"{name}.safetensors")


def decoder(args):
    from . import decoder as module
    module.train(CHECKPOINTS / "decoder.safetensors", CHECKPOINTS / "latent_code.safetensors", WORK / "decoder.pt", clock(args.until), args.device)


def export(args):
    from . import export as module
    module.export_all(CHECKPOINTS, OUT)


def measure(args):
    from . import measure_generator as module
    module.measure_all(OUT, WORLD)


MODULES = ("cache", "judge", "embedder", "captioner", "classifiers", "truth", "cards_recognition", "measure_generated")
STEPS = {f.__name__: f for f in (text, code, render, decoder, generator, export, measure)}


def main():
    if len(sys.argv) > 1 and sys.argv[1] in MODULES:
        return importlib.import_module(f"{__package__}.{sys.argv[1]}").main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m recipe", description=__doc__,
                                     epilog=f"steps that take names instead: {', '.join(MODULES)}")
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--until", default="02:25", help="when the step must end, HH:MM (decoder, generator)")
    parser.add_argument("--base-until", default="02:05", help="generator: when guidance folding starts")
    parser.add_argument("--guidance", type=float, default=3.0, help="generator: guidance to fold in")
    parser.add_argument("--export-at", default="", help="generator: times of interim exports, HH:MM,HH:MM")
    parser.add_argument("--shards", type=int, default=20, help="render: shards of 8,192 scenes in all")
    parser.add_argument("--first", type=int, default=0, help="render: first shard of this process")
    parser.add_argument("--stride", type=int, default=1, help="render: processes that share the work")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--lr", type=float, default=1.5e-3, help="generator: learning rate at its highest")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    import torch
    torch.set_num_threads(args.threads)
    STEPS[args.step](args)


if __name__ == "__main__":
    main()
