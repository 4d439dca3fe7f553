#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The paper's scheme in Python, and Scotoma, on the same study and weights: which of them finds what, on how many images, in what time.

    bench/paper_scheme.py build/release/bin/scotoma        (with the tools of ./dev bench --peers; wants two quiet cores, 10 minutes)

The scheme of Wiles, Albuquerque and Gowal (arXiv 2208.08831), each step with fixed numbers, as scheme "plain" of planted/settings.py has
them: BASE images of each label; those that fail, grouped by label and wrong answer, are captioned; the most frequent endings of captions
are phrases; CONFIRM images of each, and what fails more often than the base prompt is a failure; AUDIT more of these, with and without
the phrase, say how often. OpenVINO runs the networks, diffusers' scheduler the steps (peers.py, "loop"), THREADS threads, f32.

The study is examples/world-skewed.toml. Each runs alone, in a process of its own, with no cache; seconds are of the whole process.
"""

from __future__ import annotations

import collections
import json
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np

import peers

WORLD = peers.ROOT / "world"
STUDY = peers.ROOT / "examples/world-skewed.toml"
BASE, CONFIRM, AUDIT, PHRASES = 64, 48, 32, 2  # images of a label, of a phrase, pairs of a claim; phrases of a group
LONGEST = 24  # tokens of a caption


class Models:
    """The study's networks by OpenVINO. Images are float32 [n, 3, 64, 64] in [-1, 1], rounded to bytes as a file would hold them."""

    def __init__(self) -> None:
        import openvino
        import openvino_tokenizers  # noqa: F401  (registers the tokenizers' operations)

        core = openvino.Core()
        settings = {"INFERENCE_NUM_THREADS": peers.THREADS, "INFERENCE_PRECISION_HINT": "f32"}
        self._draw = peers.loop(peers.CASES["world"], WORLD / "generator", Path())
        self._classifier, self._judge = (
            core.compile_model(WORLD / name, "CPU", settings) for name in ("classifiers/resnet_skewed.onnx", "judge.onnx")
        )
        self._encoder, self._decoder = (
            core.compile_model(WORLD / f"captioner/openvino_{part}_model.xml", "CPU", settings) for part in ("encoder", "decoder")
        )
        self._words = core.compile_model(WORLD / "captioner/openvino_detokenizer.xml", "CPU")
        config = json.loads((WORLD / "captioner/generation_config.json").read_text())
        self._start, self._end = config["decoder_start_token_id"], config["eos_token_id"]
        self.images = 0

    def generate(self, prompts: list[str]) -> np.ndarray:
        batch, parts = peers.CASES["world"].batch, []
        for at in range(0, len(prompts), batch):
            texts = prompts[at : at + batch]
            parts.append(self._draw(texts + texts[-1:] * (batch - len(texts)))[: len(texts)])
        self.images += len(prompts)
        return np.clip(np.round((np.concatenate(parts) + 1) * 127.5), 0, 255).astype(np.float32) / 127.5 - 1

    def answers(self, images: np.ndarray, label: int) -> np.ndarray:
        """The classifier's classes, int [n]; -1 where the judge sees less than half of the label in an image."""
        said = self._classifier(images)[0].argmax(1)
        scores = self._judge(images)[0]
        scores = np.exp(scores - scores.max(1, keepdims=True))
        return np.where(scores[:, label] / scores.sum(1) >= 0.5, said, -1)

    def captions(self, images: np.ndarray) -> list[str]:
        seen = self._encoder(images)[0]
        ids = np.full((len(images), 1), self._start, np.int64)
        while ids.shape[1] < LONGEST and not (ids == self._end).any(1).all():
            following = self._decoder({"input_ids": ids, "encoder_hidden_states": seen})[0][:, -1].argmax(1)
            ids = np.concatenate([ids, following[:, None]], 1)
        rows = np.where(np.cumsum(ids == self._end, 1) > 0, self._end, ids)
        return [str(text) for text in self._words(rows)[0]]


def rate(answers: np.ndarray, label: int) -> float:
    """Of valid images that fail; 0 without one."""
    valid = answers[answers >= 0]
    return float((valid != label).mean()) if len(valid) else 0.0


def phrases(captions: list[str], word: str) -> list[str]:
    """What stands behind the label's word most often."""
    endings = collections.Counter(text.split(word, 1)[1].strip(" .") for text in captions if word in text)
    endings.pop("", None)
    return [ending for ending, _ in endings.most_common(PHRASES)]


def paper(labels: list[str]) -> dict:
    """Runs the scheme; what it found: phrase -> labels, by audited rate over one half."""
    models = Models()
    draw: Callable[[int, str], tuple[np.ndarray, np.ndarray]] = lambda label, ending: (
        images := models.generate([f"a photo of a {labels[label]}{ending}"] * (CONFIRM if ending else BASE)),
        models.answers(images, label),
    )
    base, candidates = [], []
    for label, word in enumerate(labels):
        images, said = draw(label, "")
        base.append(rate(said, label))
        for wrong in sorted(set(said.tolist()) - {-1, label}):
            candidates += [(label, phrase) for phrase in phrases(models.captions(images[said == wrong]), word)]
    failures = [(label, phrase) for label, phrase in dict.fromkeys(candidates) if rate(draw(label, f" {phrase}")[1], label) > base[label]]
    found: dict[str, list[str]] = {}
    for label, phrase in failures:
        prompts = [f"a photo of a {labels[label]} {phrase}"] * AUDIT
        audited = rate(models.answers(models.generate(prompts), label), label)
        models.answers(models.generate([f"a photo of a {labels[label]}"] * AUDIT), label)
        if audited > 0.5:
            found.setdefault(phrase, []).append(labels[label])
    return {"images": models.images, "failures": len(failures), "found": found}


def scotoma(program: str) -> dict:
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([program, "find", STUDY, "--out", out, "--threads", str(peers.THREADS), "--quiet"], check=True, capture_output=True)
        bugs = json.loads((Path(out) / "bugs.json").read_text())
    found: dict[str, list[str]] = {}
    for bug in bugs["bugs"]:
        if bug["status"] == "confirmed" and bug["audit"]["rate"] > 0.5:
            found.setdefault(bug["phrase"], []).append(bug["label"])
    return {"images": bugs["images_spent"]["total"], "failures": len(bugs["bugs"]), "found": found}


def main(args: list[str]) -> None:
    if args[:1] == ["--paper"]:
        print(json.dumps(paper(tomllib.loads(STUDY.read_text())["labels"])))
        return
    seconds = {}
    for name, command in (("paper", [sys.executable, __file__, "--paper"]), ("scotoma", None)):
        begin = time.monotonic()
        done = (
            scotoma(args[0]) if command is None else json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        )
        seconds[name] = time.monotonic() - begin
        print(f"{name}: {done['images']} images, {seconds[name]:.0f} s, {done['failures']} claims")
        for phrase, labels in done["found"].items():
            print(f"  {phrase}: {len(labels)} labels, {', '.join(labels)}")
    print(f"paper's scheme / scotoma: {seconds['paper'] / seconds['scotoma']:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
