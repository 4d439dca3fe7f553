# SPDX-License-Identifier: Apache-2.0
"""What is kept of every training, when it may be replaced, and the training loop of the recognition half.

One rule for all steps: weights that are in checkpoints/ stay as they are unless `again` is said (or `more`, where a
step has it), and are replaced only when the training is finished. The state of an unfinished one is in work/.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from .cache import WORLD

CHECKPOINTS = WORLD / "checkpoints"  # last good weights, fp16, small enough to commit
STEPS = CHECKPOINTS / "steps.json"  # how many steps they have had, where that is known
RUNS = WORLD / "work" / "runs"  # full state of unfinished trainings


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def batches(pools: list[tuple[np.ndarray, float]], batch: int, seed: int) -> Callable[[int], np.ndarray]:
    """Endless batches of row numbers. pools: list of (row numbers, share of a batch); generator state is the step."""

    def at(step):
        rng = np.random.default_rng([seed, step])
        rows = [rng.choice(rows, max(1, round(batch * share))) for rows, share in pools]
        return np.concatenate(rows)

    return at


def fit(
    name: str,
    net: torch.nn.Module,
    loss_at: Callable[[torch.nn.Module, int], torch.Tensor],
    steps: int,
    lr: float = 2e-3,
    decay: float = 0.05,
    warmup: int = 60,
    ema: float = 0.99,
    amp: bool = True,
    every: int = 100,
) -> torch.nn.Module:
    """Trains `net` for `steps` steps of AdamW, cosine rate, averaged weights (`ema`); an unfinished RUNS/name.pt goes on.

    loss_at(net, step) -> scalar loss; it must depend on nothing but its arguments, so that a resumed run goes on as
    it would have. Leaves the averaged weights in CHECKPOINTS/name.safetensors and, rounded like these, in `net`.
    """
    dev = device()
    net.to(dev, memory_format=torch.channels_last)
    params = [p for p in net.parameters() if p.requires_grad]
    opt = torch.optim.AdamW(params, lr, weight_decay=decay, betas=(0.9, 0.98))
    mean = {k: v.detach().clone() for k, v in net.state_dict().items()}
    RUNS.mkdir(parents=True, exist_ok=True)
    run, first = RUNS / f"{name}.pt", 0
    state = torch.load(run, map_location=dev) if run.exists() else {"step": steps}
    if state["step"] < steps:
        net.load_state_dict(state["net"]), opt.load_state_dict(state["opt"])
        mean, first = state["mean"], state["step"]
    began, kept = time.time(), []
    net.train()
    for step in range(first, steps):
        for group in opt.param_groups:
            group["lr"] = lr * min(1, (step + 1) / warmup) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * step / steps)))
        torch.manual_seed(step)
        with torch.autocast(dev.type, torch.bfloat16, enabled=amp):
            loss = loss_at(net, step)
        opt.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(params, 2.0)
        opt.step()
        w = min(ema, (step + 1) / (step + 10))
        with torch.no_grad():
            for k, v in net.state_dict().items():
                mean[k].lerp_(v, 1 - w) if v.is_floating_point() else mean[k].copy_(v)
        kept.append(loss.item())
        if (step + 1) % every == 0 or step + 1 == steps:
            print(f"{name} {step + 1}/{steps} loss {np.mean(kept[-every:]):.4f} {time.time() - began:.0f} s", flush=True)
        if (step + 1) % 500 == 0 and step + 1 < steps:
            save_whole(run, {"net": net.state_dict(), "opt": opt.state_dict(), "mean": mean, "step": step + 1})
    net.load_state_dict(mean)
    keep(name, net, steps)
    run.unlink(missing_ok=True)
    return recall(name, net)  # what is exported now is what any later export takes


def save_whole(path: Path, state: dict) -> None:
    """torch.save, but a run that is killed meanwhile leaves the old file."""
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def keep(name: str, net: torch.nn.Module, steps: int) -> None:
    """Writes CHECKPOINTS/name.safetensors, the weights in half precision, and notes the `steps` they have had."""
    CHECKPOINTS.mkdir(parents=True, exist_ok=True)
    half = lambda v: v.detach().cpu().contiguous().to(torch.float16) if v.is_floating_point() else v.detach().cpu().contiguous()
    part = CHECKPOINTS / f"{name}.part"
    save_file({k: half(v) for k, v in net.state_dict().items()}, part)
    part.replace(CHECKPOINTS / f"{name}.safetensors")
    noted = json.loads(STEPS.read_text()) if STEPS.exists() else {}
    STEPS.write_text(json.dumps({**noted, name: steps}, indent=1, sort_keys=True) + "\n")


def had(name: str, default: int | None = None) -> int | None:
    """How many steps CHECKPOINTS/name.safetensors has had; `default` where nobody noted it."""
    return json.loads(STEPS.read_text()).get(name, default) if STEPS.exists() else default


def known(name: str) -> bool:
    return (CHECKPOINTS / f"{name}.safetensors").exists()


def kept(name: str, words: Iterable[str]) -> bool:
    """Whether a step leaves the weights `name` as they are: there are some, and nobody said `again` or `more`."""
    stay = known(name) and not {"again", "more"} & set(words)
    if stay:
        print(f"checkpoints/{name}.safetensors is kept; `again` trains it anew", flush=True)
    return stay


def weights(name: str) -> dict[str, torch.Tensor]:
    """CHECKPOINTS/name.safetensors in single precision, by parameter."""
    state = load_file(CHECKPOINTS / f"{name}.safetensors")
    return {k: v.float() if v.is_floating_point() else v for k, v in state.items()}


def recall(name: str, net: torch.nn.Module) -> torch.nn.Module:
    """Loads CHECKPOINTS/name.safetensors into `net`, ready for use."""
    net.load_state_dict(weights(name))
    return net.eval()


def export_onnx(net: torch.nn.Module, path: Path, output: str = "logits") -> None:
    """ONNX, opset 17, dynamic batch: `image` float [n, 3, 64, 64] -> `output`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    net = net.cpu().float().eval().to(memory_format=torch.contiguous_format)
    torch.onnx.export(
        net,
        (torch.zeros(2, 3, 64, 64),),
        str(path),
        input_names=["image"],
        output_names=[output],
        dynamic_axes={"image": {0: "n"}, output: {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
