# SPDX-License-Identifier: Apache-2.0
"""The embedded world's five roles, each by torch through an adaptor: the same weights and noise give the findings that the program gives
by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import openvino
import pytest
import torch
from ir_in_torch import Network, is_close

import scotoma
import scotoma.judges
import scotoma.torch
from scotoma import world

pytestmark = pytest.mark.skipif(not world.FOLDER.is_dir(), reason="the world's models come with the built package")

THREE = ["fly", "bee", "cat"]


class Words:
    """A tokenizer or detokenizer of OpenVINO's: texts are not torch's business."""

    def __init__(self, file: Path) -> None:
        import openvino_tokenizers  # noqa: F401  (registers its operations)

        self._network = openvino.Core().compile_model(file, "CPU")

    def ids(self, texts: list[str]) -> torch.Tensor:
        return torch.from_numpy(self._network(texts)["input_ids"].astype(np.int64))

    def texts(self, ids: torch.Tensor) -> list[str]:
        return [str(text) for text in self._network(ids.numpy())[0]]


def pixels(images: torch.Tensor) -> torch.Tensor:
    """uint8 to [-1, 1]."""
    return (images.float() - 127.5) / 127.5


class Painter:
    """Prompts and noise to images, as the program's generator does it."""

    def __init__(self, folder: Path) -> None:
        from diffusers import DPMSolverMultistepScheduler

        self.words = Words(folder / "tokenizer" / "openvino_tokenizer.xml")
        self.text, self.unet, self.vae = (Network(folder / part / "openvino_model.xml") for part in ("text_encoder", "unet", "vae_decoder"))
        self.scheduler = DPMSolverMultistepScheduler.from_pretrained(folder / "scheduler")

    def __call__(self, prompts: list[str], noise: torch.Tensor) -> torch.Tensor:
        ids = self.words.ids(prompts)
        ids = torch.nn.functional.pad(ids[:, :32], (0, 32 - min(32, ids.shape[1])), value=822)
        states = self.text(ids)
        self.scheduler.set_timesteps(6)
        latents = noise * self.scheduler.init_noise_sigma
        for t in self.scheduler.timesteps:
            prediction = self.unet(latents, t.reshape(1).expand(len(prompts)).long(), states)
            latents = self.scheduler.step(prediction, t, latents).prev_sample
        return self.vae(latents)


class Captioner:
    """Greedy, a word at a time."""

    fingerprint, batch = "the world's captioner in torch", 16

    def __init__(self, folder: Path) -> None:
        self.encoder, self.decoder = (Network(folder / f"openvino_{part}_model.xml") for part in ("encoder", "decoder"))
        self.words = Words(folder / "openvino_detokenizer.xml")

    @torch.inference_mode()
    def caption(self, images: np.ndarray) -> list[str]:
        states = self.encoder(pixels(torch.from_numpy(images.transpose(0, 3, 1, 2).copy())))
        ids = torch.full((len(images), 1), 821)
        for _ in range(24):
            following = self.decoder(ids, states)[:, -1].argmax(-1, keepdim=True)
            ended = (ids[:, 1:] == 822).any(1, keepdim=True)
            ids = torch.cat([ids, torch.where(ended, 822, following)], 1)
            if bool((ids[:, 1:] == 822).any(1).all()):
                break
        return self.words.texts(ids)


def roles() -> dict[str, Any]:
    folder = world.FOLDER
    names = json.loads((folder / "classifiers" / "labels.json").read_text())
    judges = json.loads((folder / "judge.labels.json").read_text())
    settings: dict[str, Any] = {"inputs": "tensor"}
    judge = scotoma.torch.Classifier(Network(folder / "judge.onnx"), pixels, judges, fingerprint="judge", **settings)
    embed = Words(folder / "embedder" / "openvino_tokenizer.xml")
    towers = [Network(folder / "embedder" / f"{part}_encoder.xml") for part in ("image", "text")]
    return {
        "classifier": scotoma.torch.Classifier(
            Network(folder / "classifiers" / "resnet_skewed.onnx"), pixels, names, fingerprint="resnet_skewed", **settings
        ),
        "generator": scotoma.torch.Generator(
            Painter(folder / "generator"), (16, 16, 16), values=(-1.0, 1.0), batch=8, fingerprint="the world's generator in torch"
        ),
        "captioner": Captioner(folder / "captioner"),
        "embedder": scotoma.torch.Embedder(
            towers[0], lambda texts: towers[1](embed.ids(texts)), pixels, fingerprint="the world's embedder in torch", **settings
        ),
        "judge": scotoma.judges.ClassifierJudge(judge),
    }


@pytest.mark.parametrize("file", ["classifiers/resnet_skewed.onnx", "judge.onnx", "embedder/image_encoder.xml"])
def test_a_network_says_the_same_in_torch(file: str) -> None:
    images = np.random.default_rng(1).uniform(-1, 1, (3, 3, 64, 64)).astype(np.float32)
    theirs = openvino.Core().compile_model(world.FOLDER / file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(images)[0]
    with torch.inference_mode():
        assert is_close(Network(world.FOLDER / file)(torch.from_numpy(images)), theirs, 1e-3)


def test_five_roles_by_torch_find_what_the_program_finds(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    budget = {"images": 700, "base": 32, "confirm": 32, "audit": 16, "cross": 0}
    search = {"attributes": "none"}  # those are ordered by the classifier's scores, whose last bits are not the same
    own = scotoma.Study(THREE, **world.roles(), budget=budget, search=search, name="own").find(out=tmp_path / "own")
    theirs = scotoma.Study(THREE, **roles(), budget=budget, search=search, name="torch").find(out=tmp_path / "torch")
    assert [(h.label, h.phrase, h.status) for h in theirs.hypotheses] == [(h.label, h.phrase, h.status) for h in own.hypotheses]
    assert [h.id for h in theirs.bugs] == [h.id for h in own.bugs] and own.bugs
    assert [f.label for f in theirs.systematic_failures] == [f.label for f in own.systematic_failures]
    assert theirs.json["images_spent"] == own.json["images_spent"]
    apart = []
    for label in THREE:
        for a, b in zip(own.images(label), theirs.images(label), strict=True):
            apart.append(np.abs(np.asarray(a.image, np.int16) - np.asarray(b.image, np.int16)).max())
    assert max(apart) <= 2, f"grey levels: {max(apart)}"
