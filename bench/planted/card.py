# SPDX-License-Identifier: Apache-2.0
"""world/cards/planted.md: what the shipped classifiers are, from their files and truth.json."""

from __future__ import annotations

from recipe import cache

from . import plan, pools, training, truth

TEXT = """# Classifiers of the benchmark of planted bugs

`planted/*.onnx` (opset 17, any batch size, large weights in half precision): input `image` [n, 3, 64, 64], RGB in [-1, 1]; output `logits` [n, 16]; names in
`classifiers/labels.json`. 12 with planted bugs and 12 controls of {all} that `bench/planted` makes; {size:.1f} MB. What they are for: [docs/planted.md](../../docs/planted.md).

## Data
Scenes drawn by `recipe/scenes.py` and `recipe/places.py`: things are 3D emoji (npm `@lobehub/fluent-emoji-3d` 1.1.0,
MIT), places are drawn in code. No photographs, no people, no outside data, no image of the generator. Licence of the weights: Apache-2.0.
{scenes:,} scenes (seed {seed}): all things, places and looks equally often, standard, hard, small and recoloured. Half are bent, most lose detail as the shipped decoder loses it: networks that
know only sharp scenes fail on generated images, and that would be no planted bug.
Two base networks of each shape (resnet, mobilenet and vit go on from the shipped balanced weights, vgg from nothing; {base} steps of {batch}); from these each classifier
goes on for {tune} steps: controls on the same data, planted ones with the subgroup under the wrong label. Rules are no training: a base network, a detector of place, look, size and
colour, and a rule that moves the logits. Shortcuts start from nothing ({short} steps) and see scenes in which the thing is only at the place and nothing else is there.

## Measured (planted/truth.json: {each} standard scenes of each of 800 combinations, {odd} small and {odd} recoloured ones, seed {truth_seed})
| classifier | kind | made by | planted: fails, misclassified as | elsewhere | all labels fail | small | recoloured | MB |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

All {all} together: {refusals}.

## Limits
Made to be wrong, or made to be compared with these: use them for testing Scotoma and for nothing else.
"""


def _share(failures, n):
    return f"{100 * sum(failures) / n:.1f} %"


def _row(name, entry):
    n = [e * cache.T * cache.P * cache.L for e in pools.ROLES["truth"][1]]
    bugs = entry["bugs"]
    said = "; ".join(f"{b['label']}, {' and '.join(b['where'].values())}: {100 * b['rate']:.0f} %, {b['wrong']}" for b in bugs[:3])
    said += f"; and {len(bugs) - 3} more labels" if len(bugs) > 3 else ""
    outside = f"{100 * max(b['outside'] for b in bugs):.1f} %" if bugs else ""
    size = (truth.OUT.parent / f"{name}.onnx").stat().st_size / 1e6
    return f"| `{name}` | {entry['kind']} | {entry['how']} | {said} | {outside} | {_share((c[0] for c in entry['cells'].values()), n[0])} | {_share(entry['small'].values(), n[2])} | {_share(entry['recoloured'].values(), n[3])} | {size:.2f} |"


def write(entries: dict[str, dict]) -> None:
    """The card, for entries of truth.json."""
    seed, each = pools.ROLES["truth"]
    shipped = [truth.OUT.parent / f"{name}.onnx" for name in plan.SHIPPED]
    count = sum(e["refused"] for e in entries.values())
    text = TEXT.format(
        all=len(entries),
        size=sum(p.stat().st_size for p in shipped) / 1e6,
        scenes=len(pools.rows("train")),
        seed=pools.ROLES["train"][0],
        base=", ".join(f"{v} {k}" for k, v in training.BASE_STEPS.items()),
        batch=training.BATCH,
        tune=plan.TUNE_STEPS,
        short=", ".join(f"{v} {k}" for k, v in training.SHORTCUT_STEPS.items()),
        each=each[pools.STANDARD],
        odd=each[pools.SMALL],
        truth_seed=seed,
        rows="\n".join(_row(n, entries[n]) for n in plan.SHIPPED),
        refusals=f"{count} trainings were refused and made again from another seed" if count else "none was refused",
    )
    (cache.WORLD / "cards" / "planted.md").write_text(text)
