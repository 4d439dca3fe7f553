# SPDX-License-Identifier: Apache-2.0
"""Makes all classifiers of the benchmark: python -m planted [train | judge | ship] from bench/, with the recipe's Python.

    train [NAME...]  trains and exports what is missing; several processes may share the work, by different names (base networks first)
    judge            measures what is there on rendered scenes, refuses what is not as planned, writes truth.json
    unseen           trains and measures the six of plan.UNSEEN, as (nothing) does; writes unseen.json
    ship             copies the subset to world/planted and writes its card
    (nothing)        train and judge in turn until all are accepted, then ship

Everything is kept under world/work/planted; an interrupted run goes on. A refused classifier is trained again from another seed;
refused.json counts it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from . import card, plan, pools, training, truth

REFUSED = pools.WORK / "refused.json"
UNSEEN = pools.WORK / "unseen.json"
ROUNDS = 4
NEVER = f"planted: some classifiers were refused again and again, see {REFUSED}"


def refused() -> dict[str, list[list[str]]]:
    return json.loads(REFUSED.read_text()) if REFUSED.exists() else {}


def judge(classifiers: list[plan.Classifier] = plan.CLASSIFIERS, out: Path = truth.OUT) -> list[str]:
    """Accepts or removes what is trained; returns the names that are not accepted (yet). out: where the truth about them goes."""
    images, labels = pools.load("truth")
    entries, history = {}, refused()
    for c in classifiers:
        path = pools.WORK / f"{c.name}.onnx"
        if not path.exists():
            continue
        kept = pools.WORK / f"{c.name}.json"
        if kept.exists() and kept.stat().st_mtime > path.stat().st_mtime:
            entries[c.name] = json.loads(kept.read_text())
            continue
        entry, why = truth.judge(c, truth.measured(c.name, images, labels), labels)
        print("refused" if why else "accepted", c.name, why or [(b["label"], b["rate"], b["outside"]) for b in entry["bugs"]], flush=True)
        if why:
            history.setdefault(c.name, []).append(why)
            REFUSED.write_text(json.dumps(history, indent=1, sort_keys=True) + "\n")
            path.rename(path.with_suffix(".refused"))
            (training.train.CHECKPOINTS / f"{c.name}.safetensors").unlink(missing_ok=True)
        else:
            entries[c.name] = {**entry, "refused": len(history.get(c.name, []))}
            kept.write_text(json.dumps(entries[c.name]) + "\n")
    truth.write(entries, out)
    return [c.name for c in classifiers if c.name not in entries]


def until_accepted(attempts: Callable[[], dict[str, int]], names: list[str], **what) -> bool:
    """Trains these (nothing: all) and judges in turn until all are accepted; whether they were."""
    for _ in range(ROUNDS):
        training.run(attempts(), names)
        if not judge(**what):
            return True
    return False


def ship() -> None:
    folder = truth.OUT.parent
    for name in plan.SHIPPED:
        shutil.copyfile(pools.WORK / f"{name}.onnx", folder / f"{name}.onnx")
    card.write(json.loads(truth.OUT.read_text())["classifiers"])


def main(args: list[str]) -> int | str:
    training.keep_apart()
    verb = args[0] if args else ""
    attempts = lambda: {name: len(v) for name, v in refused().items()}
    if verb == "train":
        training.run(attempts(), args[1:])
    elif verb == "judge":
        missing = judge()
        print(len(missing), "not accepted:", *missing)
    elif verb == "unseen":
        bases = {training.base_name(c.architecture, c.base) for c in plan.UNSEEN}
        names = sorted(bases) + [c.name for c in plan.UNSEEN]
        if not until_accepted(attempts, names, classifiers=plan.UNSEEN, out=UNSEEN):
            return NEVER
    elif verb == "ship":
        ship()
    elif verb in ("-h", "--help"):
        print(__doc__)
    elif verb:
        return f"planted: no step {verb!r}\n{__doc__}"
    else:
        if not until_accepted(attempts, []):
            return NEVER
        ship()
    return 0
