# SPDX-License-Identifier: Apache-2.0
"""The captioner: convolutional eyes, a two-layer text decoder; says thing, place, look and view in the usual wording."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from . import augment, cache, captions, scenes, text, train, words
from .measure import Net, to_input
from .nets import CaptionDecoder, CaptionEncoder

STEPS, BATCH, SEED, LONGEST = 1400, 64, 41, 24
FOLDER = cache.WORLD / "captioner"


class Captioner(torch.nn.Module):
    """Encoder and decoder together, for training. pixel_values, input_ids [n, t] -> logits [n, t, vocabulary]."""

    def __init__(self, tokenizer):
        super().__init__()
        self.encoder, self.decoder = CaptionEncoder(), CaptionDecoder(len(tokenizer))

    def forward(self, pixel_values: torch.Tensor, input_ids: torch.Tensor) -> torch.Tensor:
        return self.decoder(input_ids, self.encoder(pixel_values))


def loss_at_of(tokenizer: text.CLIPTokenizer) -> Callable[[torch.nn.Module, int], torch.Tensor]:
    """Next-token loss on the usual captions; tokens after the first end-of-text do not count."""
    images, labels = cache.load("words")
    kinds = words.kind(labels)
    texts = [words.usual(*np.unravel_index(i, captions.KINDS)) for i in range(np.prod(captions.KINDS))]
    ids = text.tokenize(tokenizer, texts)[:, :LONGEST]
    goal = ids[:, 1:].clone()
    ended = (goal == tokenizer.eos_token_id).cumsum(1)
    goal[(ended > 1)] = -100

    def loss_at(net, step):
        g = torch.Generator().manual_seed(SEED * 100_000 + step)
        rows = np.random.default_rng([SEED, step]).integers(len(labels), size=BATCH)
        k, dev = torch.from_numpy(kinds[rows]), train.device()
        logits = net(words.images_of(images, rows, g, step), ids[k, :-1].to(dev))
        return F.cross_entropy(logits.float().flatten(0, 1), goal[k].flatten().to(dev))

    return loss_at


def main(args: list[str]) -> None:
    """`python -m recipe captioner [again]`: trains (or takes the kept weights), exports, measures."""
    tokenizer = text.build_tokenizer()
    torch.manual_seed(SEED)
    net = Captioner(tokenizer)
    if train.kept("captioner", args):
        train.recall("captioner", net)
    else:
        words.start_from_judge(net.encoder.trunk)
        train.fit("captioner", net, loss_at_of(tokenizer), STEPS, 1.5e-3)
    seen = torch.zeros(2, 64, 128)
    words.export_ir(
        net.encoder,
        (torch.zeros(2, 3, 64, 64),),
        FOLDER,
        "openvino_encoder_model",
        ["pixel_values"],
        ["last_hidden_state"],
        {"pixel_values": {0: "n"}, "last_hidden_state": {0: "n"}},
    )
    words.export_ir(
        net.decoder,
        (torch.full((2, 5), tokenizer.bos_token_id), seen),
        FOLDER,
        "openvino_decoder_model",
        ["input_ids", "encoder_hidden_states"],
        ["logits"],
        {"input_ids": {0: "n", 1: "t"}, "encoder_hidden_states": {0: "n"}, "logits": {0: "n", 1: "t"}},
    )
    words.export_tokenizer(tokenizer, FOLDER, True)
    ends = {
        "decoder_start_token_id": tokenizer.bos_token_id,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    words.write_json(FOLDER / "preprocessor_config.json", words.PREPROCESSOR)
    words.write_json(FOLDER / "generation_config.json", {**ends, "max_length": LONGEST, "num_beams": 1, "do_sample": False})
    words.write_json(
        FOLDER / "config.json",
        {
            "model_type": "vision-encoder-decoder",
            "architectures": ["VisionEncoderDecoderModel"],
            "is_encoder_decoder": True,
            **ends,
            "max_length": LONGEST,
            "encoder": {"image_size": 64, "num_channels": 3, "hidden_size": 128},
            "decoder": {"vocab_size": len(tokenizer), "max_position_embeddings": 77},
        },
    )
    words.write_json(cache.WORLD / "work" / "captioner.measured.json", measure())
    print((cache.WORLD / "work" / "captioner.measured.json").read_text())


class Speaker:
    """The exported captioner, greedy. Call: float32 [n, 3, 64, 64] -> n captions."""

    def __init__(self):
        self.eye, self.mouth, self.tokenizer = (
            Net(FOLDER / "openvino_encoder_model.xml"),
            Net(FOLDER / "openvino_decoder_model.xml"),
            text.build_tokenizer(),
        )

    def __call__(self, images: np.ndarray) -> list[str]:
        said = []
        for part in np.array_split(images, -(-len(images) // 200)):
            seen = self.eye(part)
            ids = np.full((len(part), 1), self.tokenizer.bos_token_id, np.int64)
            while ids.shape[1] < LONGEST and not (ids == self.tokenizer.eos_token_id).any(1).all():
                ids = np.concatenate([ids, self.mouth(ids, seen, batch=200)[:, -1].argmax(1)[:, None]], 1)
            said += self.tokenizer.batch_decode(
                [r[1 : (list(r) + [self.tokenizer.eos_token_id]).index(self.tokenizer.eos_token_id)] for r in ids]
            )
        return [s.strip() for s in said]


def names(caption: str, thing: str, place: str | None) -> tuple[bool, bool]:
    """Whether a caption names the thing and the place (names from `scenes`; place None: not asked)."""
    return thing in caption.split(), place is None or any(w in caption for w in captions.WHERE[place])


def measure() -> dict:
    """Shares of held-out scenes whose caption is right; as rendered, and after what a small decoder loses."""
    images, labels = cache.load("words_test")
    speak, out = Speaker(), {}
    x = to_input(images)
    soft = torch.cat([augment.decoder_like(c, torch.Generator().manual_seed(5)) for c in torch.from_numpy(x).split(50)]).numpy()
    for what, part in (("rendered", x), ("after decoder-like loss", soft)):
        said = speak(part)
        facts = list(zip(said, *labels[:, :3].T, words.views(labels)))
        hit = np.array(
            [(*names(s, scenes.THINGS[t], scenes.PLACES[p]), s == words.usual(t, p, k, v)) for s, t, p, k, v in facts if t < cache.T]
        )
        bare = [s == words.usual(t, p, k, v) for s, t, p, k, v in facts if t == cache.T]
        out[what] = {
            "thing": round(hit[:, 0].mean(), 4),
            "place": round(hit[:, 1].mean(), 4),
            "thing and place": round(hit[:, :2].all(1).mean(), 4),
            "thing, place, look and view": round(hit[:, 2].mean(), 4),
            "places without a thing": round(float(np.mean(bare)), 4),
            "examples": said[:4000:431],
        }
    return out
