# SPDX-License-Identifier: Apache-2.0
"""Tiny vision-language models of random weights, one of each family that the OpenVINO backend asks for captions.

Layouts, processors and chat templates are those of the real models; only widths, depths, images and the vocabulary are small. All
weights are numbers that f16 can hold, which pack into less. Gains are larger than those of fresh layers, and
the answers' words are likelier to differ: image and text must show in them, or equal answers would say nothing.
"""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    CLIPImageProcessor,
    CLIPVisionConfig,
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessor,
    Gemma3Processor,
    Gemma3TextConfig,
    GenerationConfig,
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessor,
    Idefics3Processor,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    SiglipVisionConfig,
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessor,
    SmolVLMProcessor,
    SmolVLMVideoProcessor,
)

WORDS = (
    "a photo of the image with and on in next to red green blue small large old cat dog fly bird table chair grass water sky street "
    "man woman sits stands looks describe this one short sentence is are two three"
).split()

EMBEDDINGS = 0.3

# As in the processors of llava-hf/llava-1.5-7b-hf and google/gemma-3-4b-it; they stand there as data.
LLAVA_TEMPLATE = (
    "{% for message in messages %}{% if message['role'] != 'system' %}{{ message['role'].upper() + ': '}}{% endif %}{# Render all "
    "images first #}{% for content in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}{# "
    "Render all text next #}{% if message['role'] != 'assistant' %}{% for content in message['content'] | selectattr('type', "
    "'equalto', 'text') %}{{ content['text'] + ' '}}{% endfor %}{% else %}{% for content in message['content'] | "
    "selectattr('type', 'equalto', 'text') %}{% generation %}{{ content['text'] + ' '}}{% endgeneration %}{% endfor %}{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}"
)
GEMMA_TEMPLATE = """{{ bos_token }}
{%- if messages[0]['role'] == 'system' -%}
    {%- if messages[0]['content'] is string -%}
        {%- set first_user_prefix = messages[0]['content'] + '

' -%}
    {%- else -%}
        {%- set first_user_prefix = messages[0]['content'][0]['text'] + '

' -%}
    {%- endif -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set first_user_prefix = "" -%}
    {%- set loop_messages = messages -%}
{%- endif -%}
{%- for message in loop_messages -%}
    {%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception("Conversation roles must alternate user/assistant/user/assistant/...") }}
    {%- endif -%}
    {%- if (message['role'] == 'assistant') -%}
        {%- set role = "model" -%}
    {%- else -%}
        {%- set role = message['role'] -%}
    {%- endif -%}
    {{ '<start_of_turn>' + role + '
' + (first_user_prefix if loop.first else "") }}
    {%- if message['content'] is string -%}
        {{ message['content'] | trim }}
    {%- elif message['content'] is iterable -%}
        {%- for item in message['content'] -%}
            {%- if item['type'] == 'image' -%}
                {{ '<start_of_image>' }}
            {%- elif item['type'] == 'text' -%}
                {{ item['text'] | trim }}
            {%- endif -%}
        {%- endfor -%}
    {%- else -%}
        {{ raise_exception("Invalid content type") }}
    {%- endif -%}
    {{ '<end_of_turn>
' }}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{'<start_of_turn>model
'}}
{%- endif -%}
"""

SMOLVLM_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}{% if message['content'][0]['type'] == 'image' %}{{':'}}"
    "{% else %}{{': '}}{% endif %}{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}{% elif "
    "line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n{% endfor %}{% if add_generation_prompt %}"
    "{{ 'Assistant:' }}{% endif %}"
)

# Templates as released models have them, and the token that begins a text there.
CONVERSATIONS = {
    "LLaVA 1.5": (LLAVA_TEMPLATE, "<s>"),
    "LLaVA with one branch for all roles": (
        "{% for message in messages %}{{ message['role'].upper() + ': ' }}{% for c in message['content'] | selectattr('type', 'equalto', "
        "'image') %}{{ '<image>\\n' }}{% endfor %}{% for content in message['content'] | selectattr('type', 'equalto', 'text') %}"
        "{{ content['text'] + ' ' }}{% endfor %}{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}",
        "<s>",
    ),
    "Gemma 3": (GEMMA_TEMPLATE, "<bos>"),
    "SmolVLM": (SMOLVLM_TEMPLATE, "<|im_start|>"),
    "SmolVLM 2": (
        SMOLVLM_TEMPLATE.replace("{{ '<image>' }}", "{{ '<image>' }}{% elif line['type'] == 'video' %}{{ '<video>' }}"),
        "<|im_start|>",
    ),
    "Idefics 3": (
        SMOLVLM_TEMPLATE.replace("<|im_start|>", "<|begin_of_text|>").replace(
            "{{message['role'] | capitalize}}", "{{message['role'].capitalize()}}"
        ),
        "<|begin_of_text|>",
    ),
}


def tokenizer(special: dict[str, str], others: list[str], llama: bool, **more) -> PreTrainedTokenizerFast:
    """A SentencePiece-like BPE with bytes to fall back on: `llama` puts a space before the text, as Llama's does, Gemma's does not."""
    tokens = list(special.values()) + others + [f"<0x{byte:02X}>" for byte in range(256)]
    letters = ["▁", "\n"] + [chr(c) for c in range(ord("!"), ord("~") + 1)]
    tokens += letters
    merges = []
    for word in WORDS:
        parts = ["▁", *word]
        while len(parts) > 1:
            pair = (parts[-2], parts[-1])
            parts[-2:] = ["".join(pair)]
            if pair not in merges:
                merges.append(pair)
            if parts[-1] not in tokens:
                tokens.append(parts[-1])
    model = Tokenizer(
        models.BPE({token: i for i, token in enumerate(tokens)}, merges, unk_token=special["unk_token"], fuse_unk=True, byte_fallback=True)
    )
    replace = normalizers.Replace(" ", "▁")
    model.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), replace]) if llama else replace
    strip = [decoders.Strip(" ", 1, 0)] if llama else []
    model.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip])
    begin = special["bos_token"]
    model.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1", special_tokens=[(begin, tokens.index(begin))]
    )
    model.add_special_tokens([*special.values(), *others])
    return PreTrainedTokenizerFast(tokenizer_object=model, model_max_length=4096, **special, **more)


def byte_tokenizer(special: dict[str, str], others: list[str], begins: bool = False, **more) -> PreTrainedTokenizerFast:
    """A BPE of bytes, as GPT-2, SmolVLM and Llama 3 have it; a letter stands for each byte."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    tokens = [chr(byte) for byte in shown] + [chr(256 + i) for i in range(256 - len(shown))]
    merges = []
    for word in WORDS:
        parts = ["Ġ", *word]
        while len(parts) > 1:
            pair = (parts[-2], parts[-1])
            parts[-2:] = ["".join(pair)]
            if pair not in merges:
                merges.append(pair)
                tokens.append(parts[-1])
    tokens = [*dict.fromkeys([*special.values(), *others]), *tokens]
    model = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    model.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    model.decoder = decoders.ByteLevel()
    if begins:
        begin = special["bos_token"]
        model.post_processor = processors.TemplateProcessing(
            single=f"{begin} $A", pair=f"{begin} $A {begin}:1 $B:1", special_tokens=[(begin, tokens.index(begin))]
        )
    model.add_special_tokens([*special.values(), *others])
    return PreTrainedTokenizerFast(tokenizer_object=model, model_max_length=4096, **special, **more)


def _shaped(model: torch.nn.Module, gain: float, seed: int, words: PreTrainedTokenizerFast, end: int, ending: float) -> torch.nn.Module:
    """Larger weights, of numbers that f16 can hold. Whole words and `end` are likelier than letters."""
    space = "▁" if "▁" in words.get_vocab() else "Ġ"
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if parameter.dim() > 1:
                parameter.normal_(0, gain / parameter.shape[-1] ** 0.5 if "embed_tokens" not in name else EMBEDDINGS, generator=generator)
        head = model.get_output_embeddings().weight
        likely = torch.tensor(words.convert_tokens_to_ids([f"{space}{word}" for word in WORDS] + ["."]))
        faint = torch.full((len(head), 1), 0.3)
        faint[likely] = 1
        faint[end] = ending
        head.mul_(faint)
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    return model.eval()


def _images(kind, side: int, bicubic: bool):
    """Preprocessing of CLIP (shorter side, then the middle) or SigLIP (stretched), for images of side x side."""
    if kind is CLIPImageProcessor:
        return kind(size={"shortest_edge": side}, crop_size={"height": side, "width": side}, resample=3 if bicubic else 2)
    return kind(size={"height": side, "width": side}, resample=3 if bicubic else 2, image_mean=[0.5] * 3, image_std=[0.5] * 3)


def _vision(kind, side: int):
    return kind(
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=3,
        num_attention_heads=2,
        image_size=side,
        patch_size=4,
        **({"projection_dim": 16} if kind is CLIPVisionConfig else {"vision_use_head": False}),
    )


def _generation(model, words: PreTrainedTokenizerFast, ends: list[int]) -> None:
    model.generation_config = GenerationConfig(
        bos_token_id=words.bos_token_id, eos_token_id=ends if len(ends) > 1 else ends[0], pad_token_id=words.pad_token_id
    )


def llava():
    """LLaVA 1.5: CLIP's features of the last layer but one without the class token, a projector of two layers, Llama."""
    words = tokenizer({"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}, ["<image>"], llama=True)
    image = words.convert_tokens_to_ids("<image>")
    config = LlavaConfig(
        vision_config=_vision(CLIPVisionConfig, 20),
        text_config=LlamaConfig(
            vocab_size=len(words),
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            bos_token_id=words.bos_token_id,
            eos_token_id=words.eos_token_id,
            pad_token_id=words.pad_token_id,
        ),
        image_token_index=image,
        image_seq_length=25,
    )
    model = _shaped(LlavaForConditionalGeneration(config), 1.6, 3, words, words.eos_token_id, 2.2)
    _generation(model, words, [words.eos_token_id])
    processor = LlavaProcessor(
        _images(CLIPImageProcessor, 20, True),
        words,
        patch_size=4,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=LLAVA_TEMPLATE,
    )
    return model, processor


def gemma3():
    """Gemma 3: SigLIP's features, averaged in squares; image tokens attend to each other both ways, in windows and in full."""
    others = ["<image_soft_token>", "<start_of_image>", "<end_of_image>", "<start_of_turn>", "<end_of_turn>"]
    words = tokenizer(
        {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>", "unk_token": "<unk>"},
        others,
        llama=False,
        extra_special_tokens=dict(zip(("image_token", "boi_token", "eoi_token"), others)),
    )
    image, begin, end, _, turn = words.convert_tokens_to_ids(others)
    config = Gemma3Config(
        vision_config=_vision(SiglipVisionConfig, 32),
        text_config=Gemma3TextConfig(
            vocab_size=len(words),
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=3,
            layer_types=["sliding_attention", "full_attention", "sliding_attention"],
            num_attention_heads=4,
            num_key_value_heads=2,
            head_dim=8,
            query_pre_attn_scalar=8,
            sliding_window=24,
            max_position_embeddings=512,
            bos_token_id=words.bos_token_id,
            eos_token_id=words.eos_token_id,
            pad_token_id=words.pad_token_id,
        ),
        mm_tokens_per_image=16,
        tie_word_embeddings=False,
        boi_token_index=begin,
        eoi_token_index=end,
        image_token_index=image,
    )
    model = _shaped(Gemma3ForConditionalGeneration(config), 1.6, 4, words, turn, 0.85)
    _generation(model, words, [words.eos_token_id, turn])
    processor = Gemma3Processor(_images(Gemma3ImageProcessor, 32, False), words, chat_template=GEMMA_TEMPLATE, image_seq_length=16)
    return model, processor


def _in_one_piece(kind, words: PreTrainedTokenizerFast, ends: list[int], seed: int):
    """SigLIP's features, of which squares of 2 x 2 become one, and Llama: what SmolVLM and Idefics 3 are."""
    config = kind(
        vision_config={
            "hidden_size": 24,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": 32,
            "patch_size": 4,
        },
        text_config=LlamaConfig(
            vocab_size=len(words),
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=512,
            bos_token_id=words.bos_token_id,
            eos_token_id=words.eos_token_id,
            pad_token_id=words.pad_token_id,
        ),
        scale_factor=2,
        image_token_id=words.convert_tokens_to_ids("<image>"),
        pad_token_id=words.pad_token_id,
    )
    model_kind = SmolVLMForConditionalGeneration if kind is SmolVLMConfig else Idefics3ForConditionalGeneration
    model = _shaped(model_kind(config), 1.6, seed, words, ends[0], 2.2)
    _generation(model, words, ends)
    return model


PIECE = {
    "size": {"longest_edge": 80},
    "max_image_size": {"longest_edge": 32},
    "do_image_splitting": False,
    "image_mean": [0.5] * 3,
    "image_std": [0.5] * 3,
}


def smolvlm():
    """SmolVLM: no token begins a text but the one in its template."""
    others = ["<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>"]
    words = byte_tokenizer(
        {"unk_token": "<|endoftext|>", "bos_token": "<|im_start|>", "eos_token": "<end_of_utterance>", "pad_token": "<|im_end|>"},
        others,
        extra_special_tokens={
            "image_token": others[0],
            "fake_image_token": others[1],
            "global_image_token": others[2],
            "end_of_utterance_token": others[3],
        },
    )
    model = _in_one_piece(SmolVLMConfig, words, [words.eos_token_id], 5)
    images = SmolVLMImageProcessor(**PIECE)
    processor = SmolVLMProcessor(images, words, video_processor=SmolVLMVideoProcessor(), image_seq_len=16, chat_template=SMOLVLM_TEMPLATE)
    return model, processor


def idefics3():
    """Idefics 3: a token begins every text, and the template prints it too."""
    others = ["<image>", "<fake_token_around_image>", "<global-img>", "<end_of_utterance>"]
    words = byte_tokenizer(
        {"bos_token": "<|begin_of_text|>", "eos_token": "<|end_of_text|>", "pad_token": "<|reserved_special_token_0|>"}, others, begins=True
    )
    model = _in_one_piece(Idefics3Config, words, [words.convert_tokens_to_ids(others[3]), words.eos_token_id], 6)
    template = CONVERSATIONS["Idefics 3"][0]
    return model, Idefics3Processor(Idefics3ImageProcessor(**PIECE), words, image_seq_len=16, chat_template=template)


FAMILIES = {"smolvlm": smolvlm, "idefics3": idefics3, "llava": llava, "gemma3": gemma3}


def make(family: str, folder: Path) -> None:
    """Saves the checkpoint of a family as transformers saves them."""
    torch.manual_seed(7)
    model, processor = FAMILIES[family]()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
