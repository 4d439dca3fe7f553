# SPDX-License-Identifier: Apache-2.0
"""Tokenizer and text encoder: CLIP's formats, this world's words.

The tokenizer is a byte-level BPE whose merges make every word of `captions.vocabulary()` one token and still spell any
other text. The encoder is a CLIPTextModel (2 layers of 128) that first learns to tell thing, place, look and view from a
caption and is then frozen: the U-Net trains on stored embeddings.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from torch import nn
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from . import captions
from .scenes import LOOKS, NOTHING, PLACES, THINGS, VIEWS, Scene, seen

LENGTH = 32  # tokens, padded
VOCABULARY = Path(__file__).with_name("tokenizer.json")
WIDTH = 128


def build_tokenizer() -> CLIPTokenizer:
    """A CLIPTokenizer; ids 0..511 are the 256 bytes inside a word and at its end, then merges, then start and end.

    Read from tokenizer.json beside this file: what `find_merges` gave (it breaks ties by chance), then `add_words` for words that came
    later.
    """
    kept = json.loads(VOCABULARY.read_text())
    return CLIPTokenizer(
        vocab={t: i for i, t in enumerate(kept["tokens"])}, merges=[tuple(m.split(" ")) for m in kept["merges"]], model_max_length=LENGTH
    )


def find_merges() -> dict[str, list[str]]:
    """Tokens and merges for the words of `captions.vocabulary()`, to be kept in tokenizer.json; every model is bound to them."""
    bpe = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=5000, min_frequency=1, show_progress=False, initial_alphabet=alphabet, end_of_word_suffix="</w>"
    )
    bpe.train_from_iterator(captions.vocabulary(), trainer)
    merges = [tuple(m) for m in json.loads(bpe.to_str())["model"]["merges"]]
    tokens = list(dict.fromkeys(alphabet + [a + "</w>" for a in alphabet] + [a + b for a, b in merges]))
    return {"tokens": tokens + ["<|startoftext|>", "<|endoftext|>"], "merges": [" ".join(m) for m in merges]}


def add_words(kept: dict[str, list[str]], words: list[str]) -> dict[str, list[str]]:
    """What `find_merges` gives, with each further word as one token: its pieces are joined from the left. Old tokens stay as
    they are, but the two ends, which come last: every model with words is to be trained again."""
    kept = {"tokens": kept["tokens"][:-2], "merges": list(kept["merges"]), "ends": kept["tokens"][-2:]}
    for word in words:
        tokenizer = Tokenizer(
            models.BPE(
                {t: i for i, t in enumerate(kept["tokens"])}, [tuple(m.split(" ")) for m in kept["merges"]], end_of_word_suffix="</w>"
            )
        )
        pieces = tokenizer.encode(word).tokens
        while len(pieces) > 1:
            kept["merges"].append(f"{pieces[0]} {pieces[1]}")
            pieces[:2] = [pieces[0] + pieces[1]]
            if pieces[0] not in kept["tokens"]:
                kept["tokens"].append(pieces[0])
    return {"tokens": kept["tokens"] + kept["ends"], "merges": kept["merges"]}


def tokenize(tokenizer: CLIPTokenizer, texts: list[str]) -> torch.Tensor:
    """Token ids int64 [n, LENGTH]."""
    return tokenizer(texts, padding="max_length", truncation=True, max_length=LENGTH, return_tensors="pt").input_ids


def build_encoder(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDTH,
        intermediate_size=384,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LENGTH,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return CLIPTextModel(config)


def train_encoder(path: Path, steps: int = 1500, batch: int = 64, seed: int = 3) -> None:
    """Teaches the encoder to name thing, place, look and view (or their absence) of captions; writes its weights. The U-Net is
    bound to them."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    tokenizer = build_tokenizer()
    encoder = build_encoder(tokenizer)
    names = [THINGS + [NOTHING, "unsaid"], PLACES + ["unsaid"], LOOKS, VIEWS]
    heads = nn.ModuleList(nn.Linear(WIDTH, len(n)) for n in names)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *heads.parameters()], 2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    start = time.time()
    for step in range(steps):
        texts, targets = zip(*(_labelled(rng) for _ in range(batch)))
        out = encoder(tokenize(tokenizer, list(texts)))
        target = torch.tensor(targets)
        average = out.last_hidden_state.mean(1)
        loss = sum(nn.functional.cross_entropy(h(v), target[:, i]) for i, h in enumerate(heads) for v in (out.pooler_output, average))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 150 == 149:
            right = torch.stack([h(out.pooler_output).argmax(1) == target[:, i] for i, h in enumerate(heads)]).float().mean(1)
            print(f"text {step + 1} loss {loss.item():.4f} right {right.tolist()} {time.time() - start:.0f} s", flush=True)
    save_file({k: v.contiguous() for k, v in encoder.state_dict().items() if "position_ids" not in k}, path)


def _labelled(rng):
    """A caption and what it says: indices of thing, place, look, view."""
    if rng.random() < 0.02:
        return "", (len(THINGS) + 1, len(PLACES), 0, 0)
    nothing = rng.random() < 0.06
    thing = NOTHING if nothing else THINGS[rng.integers(len(THINGS))]
    scene = Scene(thing, PLACES[rng.integers(len(PLACES))], LOOKS[rng.integers(len(LOOKS))], 0)
    scene = scene if nothing else seen(scene, VIEWS[rng.integers(len(VIEWS))], rng)
    text = captions.caption(scene, rng)
    said = nothing or any(w in text for w in captions.WHERE[scene.place])
    look = scene.look if _says(text, scene.look) else "plain"
    view = next((v for v in VIEWS[1:] if any(w in text for w in captions.SHOWN[v])), VIEWS[0])
    return text, (
        (THINGS + [NOTHING]).index(thing),
        PLACES.index(scene.place) if said else len(PLACES),
        LOOKS.index(look),
        VIEWS.index(view),
    )


def _says(text, look):
    return look == "plain" or any(
        w in text.split() or w in text
        for w in {"blurry": ["blurr"], "dark": ["dark", "dim"], "black and white": ["black and white"], "rain": ["rain"]}[look]
    )


class Embedder:
    """Captions -> frozen embeddings float32 [n, LENGTH, WIDTH]."""

    def __init__(self, path: Path, device: str = "cpu"):
        self.tokenizer, self.device = build_tokenizer(), device
        self.encoder = build_encoder(self.tokenizer)
        inner = getattr(self.encoder, "text_model", self.encoder)  # the library has both forms
        missing = inner.load_state_dict({k.removeprefix("text_model."): v for k, v in load_file(path).items()}, strict=False).missing_keys
        assert all("position_ids" in key for key in missing), f"{path} has other names than this library's: {missing[:3]}"
        self.encoder.eval().requires_grad_(False).to(device)

    @torch.no_grad()
    def __call__(self, texts: list[str]) -> torch.Tensor:
        ids = tokenize(self.tokenizer, list(texts)).to(self.device)
        return torch.cat([self.encoder(part).last_hidden_state.float() for part in ids.split(1024)])


class Bank:
    """`each` wordings of every kind of scene, embedded once: training draws from them without leaving the device."""

    def __init__(self, embed, each=48, seed=51):
        rng = np.random.default_rng(seed)
        texts = [captions.caption(captions.kind(k), rng) for k in range(np.prod(captions.KINDS)) for _ in range(each)]
        rows = {text: i for i, text in enumerate(dict.fromkeys(["", *texts]))}  # row 0: the empty caption
        self.which = torch.tensor([rows[t] for t in texts], device=embed.device).reshape(-1, each)
        self.table = torch.cat([embed(list(rows)[i : i + 4096]).half() for i in range(0, len(rows), 4096)])

    def draw(self, kinds: torch.Tensor, bare: torch.Tensor) -> torch.Tensor:
        """Embeddings float32 [n, LENGTH, WIDTH] of a wording of each kind [n]; of the empty caption where `bare` [n] is true."""
        pick = torch.randint(self.which.shape[1], kinds.shape, device=kinds.device)
        return self.table[self.which[kinds, pick].where(~bare, 0)].float()
