# SPDX-License-Identifier: Apache-2.0
"""Tiny captioners of random weights, one of each kind that the OpenVINO backend runs, saved as transformers saves checkpoints.

Layouts, tokenizers and processors are those of the real models; only widths, depths and vocabularies are small. Weights are larger than
fresh ones, and the word that ends a caption weighs more than others: captions must differ from image to image and end, or a comparison
would say nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from pipelines import _letters
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipImageProcessor,
    CLIPImageProcessor,
    GenerationConfig,
    GitConfig,
    GitForCausalLM,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Tokenizer,
    PreTrainedModel,
    RobertaTokenizer,
    TrOCRConfig,
    TrOCRForCausalLM,
    VisionEncoderDecoderModel,
    ViTConfig,
    ViTImageProcessor,
    ViTModel,
)

WORDS = [
    "a",
    "cat",
    "dog",
    "fly",
    "on",
    "the",
    "grass",
    "with",
    "flower",
    "in",
    "snow",
    "and",
    "red",
    "two",
    "small",
    "photo",
    "of",
    "##s",
    "night",
    ".",
]
SIDE = 16


def _shaped(model: PreTrainedModel, gain: float, rows: dict[int, float], table: torch.nn.Module) -> PreTrainedModel:
    """Larger weights; `rows` of the table of words are made longer."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1:
                parameter.mul_(gain)
            elif "bias" in name:
                parameter.copy_(0.2 * torch.randn_like(parameter))
        for row, factor in rows.items():
            table.weight[row] *= factor
        for name, parameter in model.named_parameters():
            if "position_embedding" in name or "wpe" in name or "embed_positions" in name:
                parameter.mul_(1.5)
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model.eval()


def _byte_tokenizer(folder: Path, kind: type, special: list[str]):
    """The vocabulary of GPT-2 without its merges: a token a letter."""
    folder.mkdir(parents=True, exist_ok=True)
    tokens = [*special, *_letters()]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return kind.from_pretrained(folder)


def _word_tokenizer(folder: Path, special: list[str]) -> BertTokenizer:
    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    tokens = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *WORDS,
        *(letter for letter in letters if letter not in WORDS),
        *("##" + letter for letter in letters if letter != "s"),
    ]
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n")
    out = BertTokenizer.from_pretrained(folder)
    if special:
        out.add_special_tokens({"additional_special_tokens": special})
    return out


def _vision(width: int) -> dict:
    return {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": SIDE,
        "patch_size": 8,
    }


def vit_gpt2(scratch: Path):
    words = _byte_tokenizer(scratch, GPT2Tokenizer, ["<|endoftext|>"])
    encoder = ViTModel(ViTConfig(**_vision(16), initializer_range=0.2), add_pooling_layer=False)
    decoder = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(words),
            n_positions=64,
            n_embd=24,
            n_layer=2,
            n_head=2,
            add_cross_attention=True,
            is_decoder=True,
            initializer_range=0.2,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    model = VisionEncoderDecoderModel(encoder=encoder, decoder=decoder)
    ids = {"decoder_start_token_id": 0, "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0}
    for key, value in ids.items():
        setattr(model.config, key, value)
    model.generation_config = GenerationConfig(**ids)
    processor = ViTImageProcessor(size={"height": SIDE, "width": SIDE}, resample=2)
    return _shaped(model, 3.0, {0: 3.5}, decoder.transformer.wte), words, processor


def trocr(scratch: Path):
    words = _byte_tokenizer(scratch, RobertaTokenizer, ["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    encoder = ViTModel(ViTConfig(**_vision(16), initializer_range=0.2), add_pooling_layer=False)
    decoder = TrOCRForCausalLM(
        TrOCRConfig(
            vocab_size=len(words),
            d_model=24,
            decoder_layers=2,
            decoder_attention_heads=2,
            decoder_ffn_dim=48,
            cross_attention_hidden_size=16,
            max_position_embeddings=64,
            init_std=0.2,
            scale_embedding=True,
            is_decoder=True,
            add_cross_attention=True,
        )
    )
    model = VisionEncoderDecoderModel(encoder=encoder, decoder=decoder)
    ids = {"decoder_start_token_id": 2, "bos_token_id": 0, "eos_token_id": 2, "pad_token_id": 1}
    for key, value in ids.items():
        setattr(model.config, key, value)
    model.generation_config = GenerationConfig(**ids)
    processor = ViTImageProcessor(size={"height": SIDE, "width": SIDE}, resample=2)
    return _shaped(model, 3.0, {2: 3.5}, decoder.model.decoder.embed_tokens), words, processor


def blip(scratch: Path):
    words = _word_tokenizer(scratch, ["[DEC]", "[ENC]"])
    begin = words.convert_tokens_to_ids("[DEC]")
    text = {
        "vocab_size": len(words),
        "hidden_size": 24,
        "encoder_hidden_size": 16,
        "intermediate_size": 48,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "bos_token_id": begin,
        "eos_token_id": 2,
        "sep_token_id": 3,
        "pad_token_id": 0,
    }
    config = BlipConfig(text_config=text, vision_config=_vision(16), projection_dim=16, image_text_hidden_size=16, initializer_range=0.2)
    model = BlipForConditionalGeneration(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.2)
    processor = BlipImageProcessor(size={"height": SIDE, "width": SIDE}, resample=3)
    return _shaped(model, 3.0, {3: 2.5}, model.text_decoder.bert.embeddings.word_embeddings), words, processor


def git(scratch: Path):
    words = _word_tokenizer(scratch, [])
    config = GitConfig(
        vision_config=_vision(16),
        vocab_size=len(words),
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=48,
        max_position_embeddings=64,
        bos_token_id=2,
        eos_token_id=3,
        pad_token_id=0,
        initializer_range=0.2,
    )
    model = GitForCausalLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=0.2)
    model.generation_config = GenerationConfig(bos_token_id=2, eos_token_id=3, pad_token_id=0)
    processor = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}, resample=3)
    return _shaped(model, 3.0, {3: 2.5}, model.git.embeddings.word_embeddings), words, processor


KINDS = {"vit-gpt2": vit_gpt2, "trocr": trocr, "blip": blip, "git": git}


def make(kind: str, seed: int, folder: Path) -> PreTrainedModel:
    """Saves a checkpoint of the kind into `folder`; gives the model."""
    torch.manual_seed(seed)
    model, words, processor = KINDS[kind](folder / "words")
    for part in (model, words, processor):
        part.save_pretrained(folder / "checkpoint")
    return model
