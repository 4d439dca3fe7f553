# SPDX-License-Identifier: Apache-2.0
"""The embedder: a CLIP-style pair of towers, images and captions in one space of 96 dimensions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, cache, captions, scenes, text, train, words
from .measure import Net, to_input
from .nets import ImageTower, TextTower

STEPS, BATCH, SEED, DIM = 1200, 128, 31, 96
FOLDER = cache.WORLD / "embedder"


class Pair(torch.nn.Module):
    """Both towers and the temperature."""

    def __init__(self, tokenizer):
        super().__init__()
        self.image, self.text = ImageTower(DIM), TextTower(len(tokenizer), tokenizer.eos_token_id, DIM)
        self.scale = torch.nn.Parameter(torch.tensor(2.6))


def loss_at_of(tokenizer: text.CLIPTokenizer) -> Callable[[torch.nn.Module, int], torch.Tensor]:
    """Contrastive loss; a caption that happens to be true of another image of the batch is no counterexample to it."""
    images, labels = cache.load("words")
    ids, says = words.bank(tokenizer, 24, SEED)
    ids = ids[..., :24]
    kinds = words.kind(labels)
    facts = torch.from_numpy(np.stack([*labels[:, :3].T.astype(np.int64), words.views(labels)], 1))

    def loss_at(net, step):
        rng, g = np.random.default_rng([SEED, step]), torch.Generator().manual_seed(SEED * 100_000 + step)
        rows, pick = rng.integers(len(labels), size=BATCH), rng.integers(ids.shape[1], size=BATCH)
        dev = train.device()
        image = net.image(words.images_of(images, rows, g, step))
        caption = net.text(ids[kinds[rows], pick].to(dev))
        score = net.scale.exp().clamp(max=60) * (caption.float() @ image.float().t())
        claim, fact = says[kinds[rows], pick], facts[rows]
        true = ((claim[:, None] == fact[None]) | (claim[:, None] < 0)).all(2) & ~torch.eye(BATCH, dtype=torch.bool)
        score = score.masked_fill(true.to(dev), -1e4)
        target = torch.arange(BATCH, device=dev)
        return (F.cross_entropy(score, target) + F.cross_entropy(score.t(), target)) / 2

    return loss_at


def main(args: list[str]) -> None:
    """`python -m recipe embedder [again]`: trains (or takes the kept weights), exports, measures."""
    tokenizer = text.build_tokenizer()
    torch.manual_seed(SEED)
    net = Pair(tokenizer)
    if train.kept("embedder", args):
        train.recall("embedder", net)
    else:
        words.start_from_judge(net.image.trunk)
        train.fit("embedder", net, loss_at_of(tokenizer), STEPS, 1.5e-3)
    words.export_ir(
        net.image,
        (torch.zeros(2, 3, 64, 64),),
        FOLDER,
        "image_encoder",
        ["pixel_values"],
        ["image_embeds"],
        {"pixel_values": {0: "n"}, "image_embeds": {0: "n"}},
    )
    words.export_ir(
        net.text,
        (torch.full((2, 77), tokenizer.eos_token_id),),
        FOLDER,
        "text_encoder",
        ["input_ids"],
        ["text_embeds"],
        {"input_ids": {0: "n", 1: "t"}, "text_embeds": {0: "n"}},
    )
    words.export_tokenizer(tokenizer, FOLDER, False)
    words.write_json(FOLDER / "preprocessor_config.json", words.PREPROCESSOR)
    words.write_json(
        FOLDER / "config.json",
        {
            "model_type": "clip",
            "architectures": ["CLIPModel"],
            "projection_dim": DIM,
            "logit_scale_init_value": net.scale.item(),
            "text_config": {
                "vocab_size": len(tokenizer),
                "max_position_embeddings": 77,
                "bos_token_id": tokenizer.bos_token_id,
                "eos_token_id": tokenizer.eos_token_id,
                "pad_token_id": tokenizer.pad_token_id,
            },
            "vision_config": {"image_size": 64, "num_channels": 3},
        },
    )
    words.write_json(
        FOLDER / "tokenizer_config.json",
        {
            "tokenizer_class": "CLIPTokenizer",
            "model_max_length": 77,
            "bos_token": "<|startoftext|>",
            "eos_token": "<|endoftext|>",
            "pad_token": "<|endoftext|>",
            "unk_token": "<|endoftext|>",
        },
    )
    words.write_json(cache.WORLD / "work" / "embedder.measured.json", measure(tokenizer))
    print((cache.WORLD / "work" / "embedder.measured.json").read_text())


def measure(tokenizer: text.CLIPTokenizer) -> dict:
    """Retrieval with the exported files on held-out scenes; shares."""
    images, labels = cache.load("words_test")
    keep = (labels[:, 0] < cache.T) & (labels[:, 3] == 0)
    images, labels = images[keep], labels[keep].astype(np.int64)
    eye, ear = Net(FOLDER / "image_encoder.xml"), Net(FOLDER / "text_encoder.xml")

    def read(texts):
        out = tokenizer(texts, padding="max_length", truncation=True, max_length=77)["input_ids"]
        return ear(np.array(out, np.int64))

    image = eye(to_input(images))
    kinds = [(t, p, k) for t in range(cache.T) for p in range(cache.P) for k in range(cache.L)]
    full = read([words.usual(*k, 0) for k in kinds])
    score = image @ full.T
    best = np.array(kinds)[score.argmax(1)]
    top = np.argsort(-score, 1)[:, :5]
    own = np.array([kinds.index(tuple(r)) for r in labels[:, :3]])
    things = read([captions.prompt(t) for t in scenes.THINGS])
    names = read([captions.prompt(t, p) for p in scenes.PLACES for t in scenes.THINGS]).reshape(cache.P, cache.T, -1).mean(1)
    back = labels[score.argmax(0), :3]
    s = lambda v: round(float(np.mean(v)), 4)
    soft = eye(
        torch.cat([augment.decoder_like(c, torch.Generator().manual_seed(5)) for c in torch.from_numpy(to_input(images)).split(50)]).numpy()
    )
    return {
        "scenes": len(labels),
        "caption of 800, first": s((best == labels[:, :3]).all(1)),
        "caption of 800, among five": s((top == own[:, None]).any(1)),
        "thing right in it": s(best[:, 0] == labels[:, 0]),
        "place right in it": s(best[:, 1] == labels[:, 1]),
        "look right in it": s(best[:, 2] == labels[:, 2]),
        "image for a caption, first": s((back == np.array(kinds)).all(1)),
        "thing, zero-shot of 16": s((image @ things.T).argmax(1) == labels[:, 0]),
        "place, zero-shot of 10": s((image @ names.T).argmax(1) == labels[:, 1]),
        "thing, zero-shot after decoder-like loss": s((soft @ things.T).argmax(1) == labels[:, 0]),
    }
