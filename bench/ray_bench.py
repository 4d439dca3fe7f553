# SPDX-License-Identifier: Apache-2.0
"""What Ray costs and brings, on a cluster of nodes of one core each on this machine. Wants two quiet cores, and the tools of `./dev ray`:

    build/ray/bin/python bench/ray_bench.py                     # all of it: half an hour at full budget
    build/ray/bin/python bench/ray_bench.py --images 600 nodes  # a part

nodes   the embedded world (examples/world-skewed.toml) on one node and on two
one     the same in this process on one thread, and with Ray and one worker
driver  the driver's processor time an image, for images of 512 x 512 that workers make in no time

Run times are those from the first event of a run to its last: without the start of Ray, the loading of models and the report.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ray.cluster_utils import Cluster

import scotoma
import scotoma.ray

WORLD = Path(__file__).parent.parent / "examples/world-skewed.toml"
LABELS = ["fly", "bee", "cat", "dog"]


def cpu() -> float:
    """Seconds of processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(find: Callable[..., scotoma.Results], **options: Any) -> dict[str, Any]:
    """Of a run: seconds, those from its first event to its last, processor seconds between these, and images."""
    marks: list[tuple[float, float]] = []
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        images = 0

        def hear(event: scotoma.Event) -> None:
            nonlocal images
            marks.append((time.monotonic(), cpu()))
            if event.kind == "finished":
                images = event.images_generated

        result = find(out=folder, progress=hear, **options)
        findings = (result.folder / "bugs.json").read_bytes()
        pngs = [file.stat().st_size for file in result.folder.glob("images/*/*.png")]
    (first, cpu_first), (last, cpu_last) = marks[0], marks[-1]
    return {
        "whole": round(time.monotonic() - began, 2),
        "run": round(last - first, 2),
        "cpu": round(cpu_last - cpu_first, 3),
        "images": images,
        "kilobytes": round(sum(pngs) / max(1, len(pngs)) / 1000),
        "findings": findings,
    }


def shown(name: str, figures: dict[str, Any]) -> dict[str, Any]:
    print(name, json.dumps({key: value for key, value in figures.items() if key != "findings"}), flush=True)
    return figures


def on_nodes(count: int, find: Callable[..., scotoma.Results]) -> dict[str, Any]:
    """With Ray, on so many nodes of one core."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    try:
        for _ in range(count):
            cluster.add_node(num_cpus=1)
        return measured(find, executor=scotoma.ray.Executor(str(cluster.address)))
    finally:
        cluster.shutdown()


def world(images: int | None) -> Callable[..., scotoma.Results]:
    """Runs of the embedded world's study; of another budget also with fewer baseline images."""
    tables = tomllib.loads(WORLD.read_text())
    if images is not None:
        tables["budget"] |= {"images": images, "base": max(8, images // 32), "audit": 16, "cross": 4}
    return scotoma.Study(**tables, folder=WORLD.parent).find


def compare_nodes(images: int | None) -> None:
    find = world(images)
    one = shown("nodes: one", on_nodes(1, find))
    two = shown("nodes: two", on_nodes(2, find))
    assert one["findings"] == two["findings"]
    print(f"nodes: two are {one['run'] / two['run']:.2f} times as fast as one", flush=True)


def compare_with_plain(images: int | None) -> None:
    find = world(images)
    plain = shown("one: plain", measured(find, threads=1))
    worker = shown("one: Ray", on_nodes(1, find))
    assert plain["findings"] == worker["findings"]
    print(f"one: Ray takes {100 * (worker['run'] / plain['run'] - 1):+.1f} % more", flush=True)


class Painter:
    """Large images that compress as photographs do: a smooth picture, and grain. Made beforehand; the seed is written into each."""

    fingerprint = "painter"
    batch = 8
    class_names = LABELS
    side = 512

    def __init__(self) -> None:
        self._picture: np.ndarray | None = None

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
        if self._picture is None:
            random = np.random.default_rng(1)
            y, x = np.mgrid[0 : self.side, 0 : self.side] / self.side
            waves = sum(a * np.sin(6.28 * (fx * x + fy * y + p)) for a, fx, fy, p in random.uniform(0, 4, (12, 4)) * [8, 1, 1, 1])
            grain = random.normal(0, 2.0, (self.side, self.side, 3))
            self._picture = np.clip(128 + waves[..., None] + grain, 0, 255).astype(np.uint8)
        images = np.repeat(self._picture[None], len(prompts), axis=0)
        for image, prompt, seed in zip(images, prompts, seeds, strict=True):
            image[0, :8, 0] = np.frombuffer(int(seed).to_bytes(8, "little"), np.uint8)
            image[0, :8, 1] = next((i for i, label in enumerate(LABELS) if label in prompt), 0)
        return images

    def classify(self, images: np.ndarray) -> np.ndarray:
        rows = np.full((len(images), 4), 0.1, np.float32)
        said = images[:, 0, 0, 1]
        rows[np.arange(len(images)), np.where(said < 4, said, said // 64)] = 0.7
        rows[:, 3] += images[:, ::32, ::32].mean(axis=(1, 2, 3)) * 1e-3
        return rows

    def caption(self, images: np.ndarray) -> list[str]:
        return ["a thing"] * len(images)

    def embed_images(self, images: np.ndarray) -> np.ndarray:
        vectors = np.ones((len(images), 4), np.float32)
        vectors[:, :3] += images[:, 0, :3, 0] / 255 + images[:, ::32, ::32].mean(axis=(1, 2))
        return vectors

    def embed_texts(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([[1, len(text), ord(text[-1]), ord(text[0])] for text in (text or " " for text in texts)], np.float32)


def measure_driver(images: int | None) -> None:
    painter = Painter()
    roles = dict.fromkeys(("classifier", "generator", "captioner", "embedder"), painter)
    study = scotoma.Study(LABELS, **roles, budget={"images": images or 4000, "base": 400}, name="driver")
    figures = shown("driver", on_nodes(2, study.find))
    each = figures["cpu"] / figures["images"]
    rate = figures["images"] / figures["run"]
    print(f"driver: {1000 * each:.2f} ms an image of {figures['kilobytes']} kB: {10000 * each:.1f} % of a core at 100 images/s")
    print(f"driver: {rate:.0f} images/s here, {painter.batch} a batch", flush=True)


def main() -> None:
    parts = {"nodes": compare_nodes, "one": compare_with_plain, "driver": measure_driver}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="of: " + ", ".join(parts))
    parser.add_argument("--images", type=int, help="budget of each run; unless given the study's")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(parts)
    if unknown:
        parser.error(f"no part {', '.join(unknown)}")
    for name, part in parts.items():
        if not arguments.parts or name in arguments.parts:
            part(arguments.images)


if __name__ == "__main__":
    main()
