#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A captioner's checkpoint as OpenVINO IR whose decoder keeps keys and values: BLIP, GIT, ViT with GPT-2, TrOCR.

    python/export/captioner.py CHECKPOINT OUT [--images FOLDER] [--fp16]

CHECKPOINT is a folder, or a name on Hugging Face. OUT gets

    openvino_encoder_model.xml   pixel_values [n, 3, height, width] -> last_hidden_state [n, positions, width]: for each
                                 layer of the decoder the keys and the values of the image, side by side
    openvino_decoder_model.xml   input_ids [rows, ids], encoder_hidden_states [rows, positions, width], beam_idx [rows]
                                 -> logits [rows, ids, words]; keys and values of the text are its state, which begins
                                 empty and is gathered by beam_idx before each step
    openvino_tokenizer.xml, openvino_detokenizer.xml, config.json, generation_config.json, preprocessor_config.json

In these four a position of the image never looks at the text, so keys and values of the image are computed once an
image. GIT's are those of its own self-attention, which reads the image as the beginning of the text.

Then the export is compared with torch on the images (without --images: on noise): the largest difference of a logit,
and the captions, token for token. A difference of captions makes the exit code 1. Packages: requirements-captioner.txt.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import pathlib
import sys
import warnings

import numpy as np
import openvino as ov
import torch
from openvino import opset13
from openvino._offline_transformations import apply_make_stateful_transformation
from openvino_tokenizers import convert_tokenizer
from PIL import Image
from transformers import (
    AutoConfig,
    AutoImageProcessor,
    AutoTokenizer,
    BlipForConditionalGeneration,
    DynamicCache,
    EncoderDecoderCache,
    GenerationConfig,
    GitForCausalLM,
    PreTrainedModel,
    VisionEncoderDecoderModel,
    logging,
)
from transformers.cache_utils import DynamicLayer
from transformers.models.gpt2 import modeling_gpt2
from transformers.models.trocr import modeling_trocr

KeysValues = list[tuple[torch.Tensor, torch.Tensor]]  # a layer each: [n, heads, positions, width of a head]
LONGEST = 20  # ids that are compared


def causal_mask(length: torch.Tensor | int, past: torch.Tensor | int) -> torch.Tensor:
    """[1, 1, length, past + length], added to scores: a new position sees the past, itself and those before it."""
    queries = torch.arange(length)[:, None] + past
    keys = torch.arange(past + length)[None]
    return torch.where(keys <= queries, 0.0, torch.finfo(torch.float32).min)[None, None]


class Layer(DynamicLayer):
    """Begins without an empty tensor, which the converter does not understand."""

    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, *more, **named):
        if self.is_initialized:
            return super().update(key_states, value_states, *more, **named)
        self.lazy_initialization(key_states, value_states)
        self.keys, self.values = key_states, value_states
        return self.keys, self.values


def cache_of(pairs: KeysValues) -> DynamicCache:
    cache = DynamicCache()
    cache.layer_class_to_replicate = Layer
    for keys, values in pairs:
        cache.layers.append(Layer())
        cache.layers[-1].update(keys, values)
    return cache


def pairs_of(cache: DynamicCache) -> KeysValues:
    return [(layer.keys, layer.values) for layer in cache.layers]


def packed(pairs: KeysValues) -> torch.Tensor:
    """[n, positions, layers x 2 x width]."""
    return torch.cat([part.transpose(1, 2).flatten(2) for pair in pairs for part in pair], dim=-1)


def unpacked(states: torch.Tensor, layers: int, heads: int) -> KeysValues:
    parts = [part.unflatten(-1, (heads, -1)).transpose(1, 2) for part in states.chunk(2 * layers, dim=-1)]
    return list(zip(parts[::2], parts[1::2], strict=True))


class CrossAttention(torch.nn.Module):
    """A decoder of text that looks at the encoder's states by cross-attention."""

    def __init__(self, visual: torch.nn.Module, decoder: PreTrainedModel, layers: int, heads: int, **more):
        super().__init__()
        self.visual, self.decoder, self.layers, self.heads, self.more = visual, decoder, layers, heads, more

    def image(self, pixels: torch.Tensor) -> KeysValues:
        """Keys and values are read from the cache of a first step: what the step says is left out of the graph."""
        states = self.visual(pixels)
        cache = EncoderDecoderCache(cache_of([]), cache_of([]))
        ids = torch.zeros(states.shape[0], 1, dtype=torch.int64)
        self.decoder(input_ids=ids, encoder_hidden_states=states, past_key_values=cache, use_cache=True, **self.more)
        return pairs_of(cache.cross_attention_cache)

    def text(self, ids: torch.Tensor, image: KeysValues, past: KeysValues) -> tuple[torch.Tensor, KeysValues]:
        cache = EncoderDecoderCache(cache_of(past), cache_of(image))
        states = image[0][0][:, 0, :, :1]  # only its shape is read, since keys and values are there
        out = self.decoder(input_ids=ids, encoder_hidden_states=states, past_key_values=cache, use_cache=True, **self.more)
        return out.logits, pairs_of(cache.self_attention_cache)


class Prefix(torch.nn.Module):
    """GIT: the image begins the text. Positions of the text begin at 0, as in training."""

    def __init__(self, model: GitForCausalLM):
        super().__init__()
        self.model = model
        self.layers, self.heads = model.config.num_hidden_layers, model.config.num_attention_heads

    def image(self, pixels: torch.Tensor) -> KeysValues:
        git = self.model.git
        cache = cache_of([])
        states = git.visual_projection(git.image_encoder(pixels).last_hidden_state)
        git.encoder(states, attention_mask=None, past_key_values=cache, use_cache=True)
        return pairs_of(cache)

    def text(self, ids: torch.Tensor, image: KeysValues, past: KeysValues) -> tuple[torch.Tensor, KeysValues]:
        before, positions = past[0][0].shape[2], image[0][0].shape[2]
        cache = cache_of([tuple(torch.cat(both, dim=2) for both in zip(*pair, strict=True)) for pair in zip(image, past, strict=True)])
        places = (torch.arange(ids.shape[1]) + before)[None]
        embedded = self.model.git.embeddings(input_ids=ids, position_ids=places)
        mask = causal_mask(ids.shape[1], before + positions)
        states = self.model.git.encoder(embedded, attention_mask=mask, past_key_values=cache, use_cache=True).last_hidden_state
        return self.model.output(states), [(keys[:, :, positions:], values[:, :, positions:]) for keys, values in pairs_of(cache)]


class VisionEncoder(torch.nn.Module):
    """The states that the decoder of a vision-encoder-decoder looks at."""

    def __init__(self, model: VisionEncoderDecoderModel):
        super().__init__()
        self.encoder = model.encoder
        self.projection = getattr(model, "enc_to_dec_proj", torch.nn.Identity())

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.projection(self.encoder(pixels).last_hidden_state)


class BlipVision(torch.nn.Module):
    def __init__(self, model: BlipForConditionalGeneration):
        super().__init__()
        self.vision_model = model.vision_model

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return self.vision_model(pixels).last_hidden_state


class Encoder(torch.nn.Module):
    def __init__(self, captioner: CrossAttention | Prefix):
        super().__init__()
        self.captioner = captioner

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return packed(self.captioner.image(pixel_values))


class Decoder(torch.nn.Module):
    def __init__(self, captioner: CrossAttention | Prefix):
        super().__init__()
        self.captioner = captioner

    def forward(self, input_ids: torch.Tensor, encoder_hidden_states: torch.Tensor, beam_idx: torch.Tensor, *past: torch.Tensor):
        image = unpacked(encoder_hidden_states, self.captioner.layers, self.captioner.heads)
        kept = [part.index_select(0, beam_idx) for part in past]
        logits, present = self.captioner.text(input_ids, image, list(zip(kept[::2], kept[1::2], strict=True)))
        return (logits, *(part for pair in present for part in pair))


@contextlib.contextmanager
def plain_masks():
    """transformers' makers of masks cannot be traced; all that these decoders need of them are two masks."""

    def causal(*_, inputs_embeds, past_key_values=None, **__):
        past = past_key_values.get_seq_length() if past_key_values is not None else 0
        return causal_mask(inputs_embeds.shape[1], past).expand(inputs_embeds.shape[0], -1, -1, -1)

    kept = [
        (module, name, getattr(module, name))
        for module in (modeling_gpt2, modeling_trocr)
        for name in ("create_causal_mask", "create_bidirectional_mask")
    ]
    for module, name, _ in kept:
        setattr(module, name, causal if name == "create_causal_mask" else lambda *_, **__: None)
    try:
        yield
    finally:
        for module, name, function in kept:
            setattr(module, name, function)


class Refused(Exception):
    pass


def compute_positions(model: PreTrainedModel) -> None:
    """TrOCR's table of sines is no weight, and transformers 5.5.4 leaves it without numbers when it reads a checkpoint."""
    for module in model.modules():
        if isinstance(module, modeling_trocr.TrOCRSinusoidalPositionalEmbedding):
            module.weights = module.get_embedding(module.weights.shape[0], module.embedding_dim, module.padding_idx)


def load(checkpoint: str) -> tuple[PreTrainedModel, CrossAttention | Prefix, GenerationConfig]:
    """The model, what is exported of it, and the rules by which its generate() goes."""
    config = AutoConfig.from_pretrained(checkpoint)
    eager = {"attn_implementation": "eager", "dtype": torch.float32}
    if config.model_type == "blip":
        model = BlipForConditionalGeneration.from_pretrained(checkpoint, **eager).eval()
        text = model.config.text_config
        rules = copy.deepcopy(model.text_decoder.generation_config)
        rules.decoder_start_token_id, rules.eos_token_id, rules.pad_token_id = text.bos_token_id, text.sep_token_id, text.pad_token_id
        parts = CrossAttention(BlipVision(model), model.text_decoder, text.num_hidden_layers, text.num_attention_heads, is_decoder=True)
        return model, parts, rules
    if config.model_type == "git":
        model = GitForCausalLM.from_pretrained(checkpoint, **eager).eval()
        if model.config.num_image_with_embedding is not None:
            raise Refused("a GIT of videos; one of images is needed")
        rules = copy.deepcopy(model.generation_config)
        rules.decoder_start_token_id = rules.bos_token_id
        return model, Prefix(model), rules
    if config.model_type == "vision-encoder-decoder" and config.decoder.model_type in ("gpt2", "trocr"):
        model = VisionEncoderDecoderModel.from_pretrained(checkpoint, **eager).eval()
        compute_positions(model)
        rules = copy.deepcopy(model.generation_config)
        for key in ("decoder_start_token_id", "eos_token_id", "pad_token_id"):
            if getattr(rules, key) is None:
                setattr(rules, key, getattr(model.config, key, None) or getattr(model.config.decoder, key, None))
        text = model.decoder.config
        return model, CrossAttention(VisionEncoder(model), model.decoder, text.num_hidden_layers, text.num_attention_heads), rules
    inside = f" with a decoder '{config.decoder.model_type}'" if hasattr(config, "decoder") else ""
    raise Refused(
        f"a model of the kind '{config.model_type}'{inside}; supported are blip, git, and vision-encoder-decoder with gpt2 or trocr"
    )


def begin_empty(model: ov.Model) -> None:
    """The state of a text that has not begun: no position, for as many rows as there are ids."""
    rows = opset13.gather(opset13.shape_of(model.input("input_ids"), output_type="i64"), opset13.constant([0]), opset13.constant(0))
    for node in model.get_ops():
        if node.get_type_name() == "ReadValue":
            shape = node.get_output_partial_shape(0)
            rest = [opset13.constant(np.array([0 if dim.is_dynamic else dim.get_length()], np.int64)) for dim in list(shape)[1:]]
            node.set_arguments([opset13.broadcast(opset13.constant(np.float32(0)), opset13.concat([rows, *rest], 0))])
    model.validate_nodes_and_infer_types()


def convert(parts: CrossAttention | Prefix, sides: tuple[int, int], out: pathlib.Path, fp16: bool) -> None:
    """Writes encoder and decoder. `sides`: height and width."""
    pixels = torch.zeros(2, 3, *sides)
    with torch.no_grad(), plain_masks():
        encoder = ov.convert_model(Encoder(parts), example_input=(pixels,))
        encoder.inputs[0].get_tensor().set_names({"pixel_values"})
        encoder.outputs[0].get_tensor().set_names({"last_hidden_state"})
        encoder.reshape({"pixel_values": ov.PartialShape([-1, 3, *sides])})
        image = parts.image(pixels)
        heads, width = image[0][0].shape[1], image[0][0].shape[3]
        past = [torch.zeros(2, heads, 3, width) for _ in range(2 * parts.layers)]
        ids = torch.zeros(2, 2, dtype=torch.int64)
        decoder = ov.convert_model(Decoder(parts), example_input=(ids, packed(image), torch.tensor([0, 1]), *past))
    names = ["input_ids", "encoder_hidden_states", "beam_idx"]
    kept = [f"past.{i // 2}.{'key' if i % 2 == 0 else 'value'}" for i in range(2 * parts.layers)]
    shapes = {}
    states = [-1, image[0][0].shape[2], 2 * parts.layers * heads * width]
    for port, name in zip(decoder.inputs, names + kept, strict=True):
        port.get_tensor().set_names({name})
        shapes[port] = ov.PartialShape(
            {"input_ids": [-1, -1], "encoder_hidden_states": states, "beam_idx": [-1]}.get(name, [-1, heads, -1, width])
        )
    for port, name in zip(decoder.outputs, ["logits", *(f"present.{name}" for name in kept)], strict=True):
        port.get_tensor().set_names({name})
    decoder.reshape(shapes)
    apply_make_stateful_transformation(decoder, {name: f"present.{name}" for name in kept})
    begin_empty(decoder)
    ov.save_model(encoder, out / "openvino_encoder_model.xml", compress_to_fp16=fp16)
    ov.save_model(decoder, out / "openvino_decoder_model.xml", compress_to_fp16=fp16)


def write_texts(checkpoint: str, model: PreTrainedModel, rules: GenerationConfig, out: pathlib.Path):
    """Writes what stands beside the networks; gives the processor of images."""
    processor = AutoImageProcessor.from_pretrained(checkpoint, backend="pil")
    processor.save_pretrained(out)
    model.config.save_pretrained(out)
    rules.save_pretrained(out)
    tokenizer, detokenizer = convert_tokenizer(AutoTokenizer.from_pretrained(checkpoint), with_detokenizer=True)
    ov.save_model(tokenizer, out / "openvino_tokenizer.xml")
    ov.save_model(detokenizer, out / "openvino_detokenizer.xml")
    return processor


def sides_of(model: PreTrainedModel, processor) -> tuple[int, int]:
    vision = model.config.encoder if hasattr(model.config, "encoder") else model.config.vision_config
    size = getattr(vision, "image_size", None)
    if size is None:
        cut = processor.crop_size if getattr(processor, "do_center_crop", False) else processor.size
        return cut["height"], cut["width"]
    return (size, size) if isinstance(size, int) else tuple(size)


def greedy(request: ov.InferRequest, states: np.ndarray, start: int, ends: set[int]) -> tuple[list[int], list[np.ndarray]]:
    """One image's ids behind `start` and the logits of each step, by the exported decoder."""
    request.reset_state()
    ids, logits = [start], []
    while (len(ids) <= LONGEST and ids[-1] not in ends) or len(ids) == 1:
        step = {"input_ids": np.array([[ids[-1]]]), "encoder_hidden_states": states, "beam_idx": np.array([0])}
        logits.append(request.infer(step)["logits"][0, -1].copy())
        ids.append(int(logits[-1].argmax()))
    return ids[1:], logits


def compare(model: PreTrainedModel, rules: GenerationConfig, out: pathlib.Path, pixels: list[torch.Tensor]) -> bool:
    """Whether torch's captions are those of the export; prints them and the largest difference of a logit."""
    core = ov.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    encoder = core.compile_model(out / "openvino_encoder_model.xml", "CPU", exact)
    request = core.compile_model(out / "openvino_decoder_model.xml", "CPU", exact).create_infer_request()
    ends = set(rules.eos_token_id) if isinstance(rules.eos_token_id, list) else {rules.eos_token_id}
    largest, same, decoded = 0.0, 0, {}
    for image in pixels:
        ids, logits = greedy(request, encoder(image.numpy())[0], rules.decoder_start_token_id, ends)
        text = torch.tensor([[rules.decoder_start_token_id, *ids[:-1]]])
        with torch.no_grad():
            if isinstance(model, VisionEncoderDecoderModel):
                theirs = model(pixel_values=image, decoder_input_ids=text).logits[0]
            else:
                theirs = model(pixel_values=image, input_ids=text).logits[0, -text.shape[1] :]
        largest = max(largest, float(np.abs(theirs.numpy() - np.stack(logits)).max()))
        same += theirs.argmax(-1).tolist() == ids
        decoded[tuple(ids)] = None
    print(f"{same} of {len(pixels)} images with torch's caption, token for token; {len(decoded)} different captions")
    print(f"largest difference of a logit {largest:.1e}")
    return same == len(pixels)


def images_in(folder: pathlib.Path) -> list[pathlib.Path]:
    files = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in files if path.suffix.lower() in (".png", ".jpg", ".jpeg"))


def pixels_of(processor, folder: pathlib.Path | None, sides: tuple[int, int]) -> list[torch.Tensor]:
    """[1, 3, height, width] each."""
    if folder is None:
        generator = torch.Generator().manual_seed(1)
        return [torch.randn(1, 3, *sides, generator=generator) * scale for scale in (0.3, 1.0, 2.0)]
    return [processor(images=Image.open(path).convert("RGB"), return_tensors="pt").pixel_values for path in images_in(folder)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--fp16", action="store_true", help="weights of half precision: half the size, other captions now and then")
    arguments = parser.parse_args()
    if arguments.images and not images_in(arguments.images):
        sys.exit(f"captioner: {arguments.images} holds no PNG or JPEG to compare on")
    if arguments.out.resolve() == pathlib.Path(arguments.checkpoint).resolve():
        sys.exit("captioner: OUT is the checkpoint's own folder, whose files would be overwritten; name another")
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)  # of checks on shapes, which are right for the example
    try:
        model, parts, rules = load(arguments.checkpoint)
    except Refused as refused:
        sys.exit(f"{arguments.checkpoint}: {refused}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    processor = write_texts(arguments.checkpoint, model, rules, arguments.out)
    sides = sides_of(model, processor)
    convert(parts, sides, arguments.out, arguments.fp16)
    print(arguments.out)
    if not compare(model, rules, arguments.out, pixels_of(processor, arguments.images, sides)):
        sys.exit(1)


if __name__ == "__main__":
    main()
