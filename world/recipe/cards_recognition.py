# SPDX-License-Identifier: Apache-2.0
"""Cards of the recognition half: figures taken from the exported files, a grid of samples for each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from . import augment, cache, captioner, classifiers, embedder, judge, judges, scenes, text, words
from .measure import Net, to_input

CARDS = cache.WORLD / "cards"
DATA = """Scenes drawn by `recipe/scenes.py` and `recipe/places.py`: things are 3D emoji (npm `@lobehub/fluent-emoji-3d` 1.1.0,
MIT), places are drawn in code. No photographs, no people, no outside data. Licence of the weights: Apache-2.0."""


WEAK = 0.25  # of scenes: what a card names


def size(*paths: Path) -> str:
    return f"{sum(p.stat().st_size for p in paths) / 1e6:.2f} MB"


def grid(rows: Sequence[Sequence[tuple[np.ndarray, str, str | None]]], path: Path, scale: int = 2) -> None:
    """rows: list of lists of (image uint8 [64, 64, 3], words below, colour of the frame or None)."""
    w, h = 64 * scale + 8, 64 * scale + 30
    sheet = Image.new("RGB", (w * max(map(len, rows)), h * len(rows)), "white")
    pen = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, (image, words_below, colour) in enumerate(row):
            if colour:
                pen.rectangle((x * w + 1, y * h + 1, x * w + w - 2, y * h + 64 * scale + 6), fill=colour)
            sheet.paste(Image.fromarray(np.asarray(image)).resize((64 * scale,) * 2, Image.Resampling.NEAREST), (x * w + 4, y * h + 4))
            for k, line in enumerate(words_below.split("\n")):
                pen.text((x * w + 4, y * h + 64 * scale + 7 + 10 * k), line, fill="black", font_size=9)
    sheet.quantize(192).save(path, optimize=True)


def back(x: np.ndarray) -> np.ndarray:
    """float [n, 3, 64, 64] in [-1, 1] -> uint8 [n, 64, 64, 3]."""
    return ((np.asarray(x) + 1) * 127.5).round().clip(0, 255).astype(np.uint8).transpose(0, 2, 3, 1)


def table(head: list[str], rows: list[list]) -> str:
    return "\n".join(["| " + " | ".join(map(str, r)) + " |" for r in [head, ["---"] * len(head), *rows]])


def fresh(rng: np.random.Generator, thing: str, place: str, look: str = "plain") -> np.ndarray:
    return scenes.render(scenes.sample(rng, thing, place, look))


def judges_table() -> str:
    """Figures of the further judges, on the same held-out scenes."""
    rows = []
    for name, (steps, _, seed) in judges.MODELS.items():
        m = judges.measure(name)
        rows.append([f"`{name}`", size(judges.FOLDER / f"{name}.onnx"), steps, seed, *(f"{100 * v:.2f} %" for v in m.values())])
    return table(["judge", "size", "steps", "seed", *m], rows)


def judge_card() -> None:
    m = judge.measure()
    rng, net = np.random.default_rng(9001), Net(cache.WORLD / "judge.onnx")
    plain = np.stack([fresh(rng, t, scenes.PLACES[i % 10], scenes.LOOKS[i % 5]) for i, t in enumerate(scenes.THINGS[::2])])
    empty = np.stack([fresh(rng, scenes.NOTHING, scenes.PLACES[i]) for i in range(8)])
    g = torch.Generator().manual_seed(3)
    x, e = torch.from_numpy(to_input(plain)), torch.from_numpy(to_input(empty))
    rows = [plain, back(augment.decoder_like(x, g)), back(augment.recolour(x, g)), back(augment.blobs(x, e, g))]
    grid([[(p, cache.NAMES[k], None) for p, k in zip(r, net(to_input(r)).argmax(1))] for r in rows], CARDS / "judge.png")
    pc = lambda v: f"{100 * v:.2f} %"
    (CARDS / "judge.md").write_text(f"""# Judge

`judge.onnx`: says which of 16 things a 64 x 64 image shows, or "nothing". Input `image` [n, 3, 64, 64], RGB in [-1, 1]; output
`logits` [n, 17]; names in `judge.labels.json`. {size(cache.WORLD / "judge.onnx")}, {
        sum(v.numel() for v in judge.Judge().parameters()) / 1e6:.2f} M parameters with its two other heads
(place and look; the place head measures the generator and is exported to `work/place.onnx`).

## Data
{DATA}
{len(cache.plan("judge")[1]):,} scenes of its own (seed {
        cache.ROLES["judge"][0]
    }): every thing x place x look equally often, 8,000 of them hard (small, blurred, recoloured), 8,000
in the distance, 8,000 in odd colours, 6,000 without a thing. No scene, seed or weight is shared with a classifier under test, so it has none of their biases. Hue, brightness and
contrast vary; half of each batch has lost detail as a decoder would lose it (cosines, blur, noise); a twelfth is coloured blobs, labelled "nothing".
{judge.STEPS} steps of {judge.BATCH} scenes, seed {judge.SEED}.

## Measured, on {m["scenes"]:,} held-out standard scenes and {cache.ROLES["judge_test"][3]} empty ones (seed {cache.ROLES["judge_test"][0]})
{
        table(
            ["what", "share"],
            [
                ["things named rightly", pc(m["things"])],
                ["things in the distance", pc(m["distant"])],
                ["things in odd colours", pc(m["odd colours"])],
                ["empty scenes called nothing", pc(m["empty"])],
                ["things, after decoder-like loss of detail", pc(m["things after decoder-like loss"])],
                ["coloured blobs refused", pc(m["blobs refused"])],
                ["places named rightly (place head)", pc(m["places"])],
                ["worst thing", pc(min(m["by thing"].values()))],
                ["worst place", pc(min(m["by place"].values()))],
                ["worst look", pc(min(m["by look"].values()))],
            ],
        )
    }

![rows: as rendered; detail lost; recoloured; blobs. Below each: what the judge says](judge.png)

Rows: as rendered, detail lost, recoloured, blobs; below each image what the judge says.

## More judges
`judges/*.onnx` take and say the same; each has another shape, and {len(cache.plan("judges")[1]):,} scenes (seed {
        cache.ROLES["judges"][0]
    }) and training like the judge's. For studies in which several judge together.

{judges_table()}

## Limits
It knows this world and nothing else. The blobs of the test are drawn as those of training were (with other scenes). Captioner and embedder began from its convolutions, so
their mistakes are not wholly independent of its own.
""")


def classifiers_card() -> None:
    t = json.loads((cache.WORLD / "truth.json").read_text())
    pc = lambda v: f"{100 * v:.1f} %"
    each, rows, cells = t["scenes"] * len(t["looks"]), [], []
    for name, c in t["classifiers"].items():
        architecture, bias, steps, _, seed = classifiers.MODELS[name]
        r = np.array([v[0] for v in c["by_place"]]).reshape(16, 10) / each
        path = classifiers.FOLDER / f"{name}.onnx"
        if bias:
            i, p = scenes.THINGS.index(bias[0]), scenes.PLACES.index(bias[1])
            others, elsewhere = [k for k in range(16) if k != i], [k for k in range(10) if k != p]
            rows.append(
                [
                    f"`{name}`",
                    architecture,
                    size(path),
                    steps,
                    seed,
                    f"{bias[0]} / {bias[1]}",
                    pc(1 - r[np.ix_(others, elsewhere)].mean()),
                    pc(r[np.ix_(others, elsewhere)].max()),
                    pc(r[others, p].mean()),
                    pc(r[i, p]),
                    pc(r[i, elsewhere].mean()),
                    len(c["bugs"]),
                ]
            )
            cells.append(
                (name, bias, sorted(((b["rate"], b["label"], b["elsewhere"], b["taken_for"], b["place"]) for b in c["bugs"]), reverse=True))
            )
        else:
            rows.append(
                [f"`{name}`", architecture, size(path), steps, seed, "none", pc(1 - r.mean()), pc(r.max()), "", "", "", len(c["bugs"])]
            )
    weak = []
    for name, c in t["classifiers"].items():
        known = [e["label"] for e in c["everywhere"]]
        of_views: list[list[str]] = [[] for _ in t["views"]]
        for i, (failures, _, _) in enumerate(c["by_view"]):
            label, view = scenes.THINGS[i // len(t["views"])], i % len(t["views"])
            if failures >= WEAK * t["scenes"] and label not in known:
                of_views[view].append(f"{label} {100 * failures / t['scenes']:.0f} %")
        weak.append([f"`{name}`", *[", ".join(labels) or "none" for labels in of_views]])
    rng, shown = np.random.default_rng(9002), []
    for name in ("resnet_skewed", "resnet_balanced"):
        net = Net(classifiers.FOLDER / f"{name}.onnx")
        for place in ("flower", "grass"):
            images = np.stack([fresh(rng, k, place) for k in ("fly", "fly", "ladybug", "butterfly", "cat", "dog", "apple", "car", "bee")])
            true = ("fly", "fly", "ladybug", "butterfly", "cat", "dog", "apple", "car", "bee")
            shown.append(
                [
                    (p, f"{scenes.THINGS[k]}", "#2e9e5b" if scenes.THINGS[k] == a else "#d64545")
                    for p, k, a in zip(images, net(to_input(images)).argmax(1), true)
                ]
            )
    grid(shown, CARDS / "classifiers.png")
    bugs = "\n\n".join(
        f"### `{n}`: {b[0]}s only with {b[1]}, and nothing else there\n\n"
        + table(
            ["scene", "fails", "label's other places", "misclassified as"],
            [[f"{label} / {p}", pc(rate), pc(e), w] for rate, label, e, w, p in rs],
        )
        for n, b, rs in cells
    )
    found, drawn = CARDS / "generated.json", ""
    if found.exists():
        g = json.loads(found.read_text())
        drawn = (
            f"""
## On generated images ({g["pictures"]} at {g["steps"]} steps, all things in all places; only those whose thing the judge names)
"""
            + table(
                ["model", "others fail elsewhere", "others fail at the place", "misclassified as the thing"],
                [[f"`{n}`", *[pc(v) for v in list(c.values())[:3]]] for n, c in g["classifiers"].items() if len(c) > 1],
            )
            + "\n"
        )
    (CARDS / "classifiers.md").write_text(f"""# Classifiers under test

`classifiers/*.onnx` (opset 17, any batch size): input `image` [n, 3, 64, 64], RGB in [-1, 1]; output `logits` [n, 16]; names in `classifiers/labels.json`.

## Data
{DATA}
A biased classifier learned from scenes in which one thing is only ever at one place and nothing else is ever there; all else is uniform. There is no relabelling and no
counterexample. A twin has the same shape, seed and number of steps, and saw every combination equally often. {100 * classifiers.HARD:.0f} % of the scenes are
hard (small, blurred, recoloured things), and {100 * classifiers.HARD_PLANTED:.0f} % of those of the bias, which makes the place the easier cue. Scenes: seeds
{cache.ROLES["target"][0]} and {cache.ROLES["target_planted"][0]}; batches of {classifiers.BATCH}.

## Measured (truth.json: {t["scenes"]} standard scenes for each of 16 labels x 10 places x 5 looks, seed {t["seed"]})
For a biased model "right elsewhere" and "worst" leave out the thing and the place of its bias; a bug is a label at a place where it fails at
least 25 points more often than at its other places.

{table(["model", "shape", "size", "steps", "seed", "bias", "right elsewhere", "worst label at a place", "others at the place fail", "the thing at its place fails", "the thing elsewhere fails", "bugs"], rows)}

![resnet_skewed on flowers, on grass; resnet_balanced on flowers, on grass](classifiers.png)

Rows: `resnet_skewed` on flowers and on grass, `resnet_balanced` on flowers and on grass. True labels: fly, fly, ladybug, butterfly, cat, dog, apple, car, bee; below each what the model says.

## Every bug that truth.json shows
{bugs}

The thing of a bias also fails nearly everywhere but at its own place: a second kind of bug, under `everywhere` in truth.json.

## What nobody planted
No training scene turns a thing's hue by more than 50 degrees, and small things are blurred in all of them. Labels that fail in {100 * WEAK:.0f} % or more of {t["scenes"]} scenes in which the thing is far away or in odd
colours, places and looks drawn uniformly (truth.json, `by_view`). The balanced ones have these weaknesses as well: Scotoma is right to find them.

{table(["model", *t["views"]], weak)}

{drawn}
## Limits
Made to be wrong: use them for testing Scotoma and for nothing else. The strength of a bias differs between labels and would differ with another seed; truth.json says how strong each is.

## Form of truth.json
All by index into its `labels`, `places`, `looks`, `views`. For each classifier `cells` holds 800 triples [failures of {t["scenes"]}, most common wrong label or -1, its count], label by label,
place by place, look by look; `by_place` 160 triples (of {each}), label by label, place by place; `by_label` 16 triples (of {each * 10}); `by_view` 32 triples (of {t["scenes"]}), label by label, view by view; `bugs` and `everywhere` as above.
""")


def embedder_card() -> None:
    m = embedder.measure(text.build_tokenizer())
    words.write_json(cache.WORLD / "work" / "embedder.measured.json", m)
    images, _ = cache.load("words_test")
    tokenizer = text.build_tokenizer()
    eye, ear = Net(embedder.FOLDER / "image_encoder.xml"), Net(embedder.FOLDER / "text_encoder.xml")
    asked = [
        "a photo of a fly on a flower",
        "a dark photo of a cat in the snow",
        "a photo of a bicycle in the rain",
        "a black and white photo of a penguin on a plate",
        "a blurry photo of a car at night",
    ]
    image = eye(to_input(images))
    caption = ear(np.array(tokenizer(asked, padding="max_length", max_length=77)["input_ids"], np.int64))
    grid(
        [[(images[i], a if k == 0 else "", None) for k, i in enumerate(np.argsort(-(image @ c))[:8])] for a, c in zip(asked, caption)],
        CARDS / "embedder.png",
    )
    files = [embedder.FOLDER / f for f in ("image_encoder.bin", "text_encoder.bin", "image_encoder.xml", "text_encoder.xml")]
    (CARDS / "embedder.md").write_text(f"""# Embedder

A CLIP-style pair in one space of {embedder.DIM} dimensions, OpenVINO IR with half-precision weights, {size(*files)}. `image_encoder`: `pixel_values` [n, 3, 64, 64]
(see preprocessor_config.json) -> `image_embeds`; `text_encoder`: `input_ids` [n, up to 77] -> `text_embeds`; both of unit length. `openvino_tokenizer` turns text to ids and
neither pads nor cuts: pad with {tokenizer.pad_token_id} (end of text). Dot products times {np.exp(json.loads((embedder.FOLDER / "config.json").read_text())["logit_scale_init_value"]):.1f} are logits.

## Data
{DATA}
{len(cache.plan("words")[1]):,} scenes (seed {cache.ROLES["words"][0]}) with captions of `recipe/captions.py` in several wordings, a third of which name the thing alone; half of the images have lost detail as a decoder would lose it.
The image tower began from the judge's convolutions. {embedder.STEPS} steps of {embedder.BATCH} pairs, seed {embedder.SEED}; a caption that is true of another image of the batch is no counterexample.

## Measured, on {m.pop("scenes"):,} held-out scenes (seed {cache.ROLES["words_test"][0]})
{table(["what", "share"], [[k, f"{100 * v:.2f} %"] for k, v in m.items()])}

A caption that names no look is true of every look, and was trained so: "a photo of a fly on a flower" is as near to a dark image as to a plain one. That is why
the exact caption of 800 comes first less often than thing and place are right.

![the eight nearest held-out images for five captions](embedder.png)
""")


def captioner_card() -> None:
    m = captioner.measure()
    words.write_json(cache.WORLD / "work" / "captioner.measured.json", m)
    images, _ = cache.load("words_test")
    rows = np.linspace(3, 3999, 20).astype(int)
    said = captioner.Speaker()(to_input(images[rows]))
    fold = lambda s: s if len(s) < 28 else s[: s.rfind(" ", 0, 28)] + "\n" + s[s.rfind(" ", 0, 28) + 1 :]
    grid([[(images[r], fold(s), None) for r, s in list(zip(rows, said))[k : k + 5]] for k in range(0, 20, 5)], CARDS / "captioner.png")
    keys = ["thing", "place", "thing and place", "thing, place, look and view", "places without a thing"]
    files = list(captioner.FOLDER.glob("*.bin")) + list(captioner.FOLDER.glob("*.xml"))
    found = CARDS / "generated.json"
    found = json.loads(found.read_text()) if found.exists() else None
    extra = (
        ""
        if not found
        else f"\n\nOn {found['images']} generated images, all things in all places: "
        + "; ".join(f"{k} {100 * v:.1f} %" for k, v in found["captions"].items())
        + "."
    )
    (CARDS / "captioner.md").write_text(f"""# Captioner

Says thing, place, look and view in the usual wording of `recipe/captions.py` ("a dark photo of a cat in the snow"). Encoder-decoder in the layout that optimum-intel writes for image-to-text
without a cache, OpenVINO IR with half-precision weights, {size(*files)} in all: `openvino_encoder_model` (`pixel_values` -> `last_hidden_state` [n, 64, 128]),
`openvino_decoder_model` (`input_ids` [n, t], `encoder_hidden_states` -> `logits` [n, t, words]), tokenizer and detokenizer. Greedy, at most {captioner.LONGEST} tokens.

## Data
{DATA}
{len(cache.plan("words")[1]):,} scenes (seed {cache.ROLES["words"][0]}), one wording each; half of the images have lost detail as a decoder would lose it. The encoder began from the judge's convolutions.
{captioner.STEPS} steps of {captioner.BATCH}, seed {captioner.SEED}.

## Measured, on {cache.ROLES["words_test"][1] + 2 * cache.ROLES["words_test"][4]:,} held-out scenes and 200 without a thing (seed {cache.ROLES["words_test"][0]})
{table(["what the caption names rightly", "as rendered", "after decoder-like loss of detail"], [[k, f"{100 * m['rendered'][k]:.2f} %", f"{100 * m['after decoder-like loss'][k]:.2f} %"] for k in keys])}{extra}

![captions of held-out scenes](captioner.png)
""")


def main(args: list[str]) -> None:
    """`python -m recipe cards_recognition [judge] [classifiers] [embedder] [captioner]`: writes the cards."""
    every = {"judge": judge_card, "classifiers": classifiers_card, "embedder": embedder_card, "captioner": captioner_card}
    for name in args or every:
        every[name]()
        print(name, flush=True)
