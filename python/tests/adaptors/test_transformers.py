# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import captioner_checkpoints
import numpy as np
import pipelines
import pytest
import torch
import transformers
import vision_models
from conftest import ROOT, batch_does_not_matter, pictures
from PIL import Image
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
    SiglipConfig,
    SiglipImageProcessor,
    SiglipModel,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessor,
)

import scotoma.transformers

NAMES = {0: "fly", 1: "bee", 2: "ant", 3: "dog"}
TEXTS = ["a photo of a cat", "dog", "a fly of a photo of a dog", "photo " * 200]
VISION = {"hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 32, "patch_size": 8}


def pil(images: np.ndarray) -> list[Image.Image]:
    return [Image.fromarray(image) for image in images]


def vit(seed: int = 0, **config: Any) -> tuple[ViTForImageClassification, ViTImageProcessor]:
    torch.manual_seed(seed)
    model = ViTForImageClassification(ViTConfig(**VISION, **{"id2label": NAMES, "initializer_range": 0.3, **config}))
    return model.eval(), ViTImageProcessor(size={"height": 32, "width": 32})


def test_a_classifier_is_the_model_by_hand(images: np.ndarray) -> None:
    model, processor = vit()
    given = scotoma.transformers.Classifier(model, processor, batch=2)
    with torch.no_grad():
        expected = model(**processor(images=pil(images), return_tensors="pt")).logits.softmax(1).numpy()
    np.testing.assert_allclose(given.classify(images), expected, atol=1e-6)
    assert given.class_names == tuple(NAMES.values()) and np.ptp(expected) > 0.01
    batch_does_not_matter(given.classify, images)


def test_a_classifier_from_its_folder(tmp_path: Path, images: np.ndarray) -> None:
    for part in vit():
        part.save_pretrained(tmp_path)
    given = scotoma.transformers.Classifier(tmp_path)
    np.testing.assert_allclose(given.classify(images), scotoma.transformers.Classifier(*vit()).classify(images), atol=1e-6)
    assert given.fingerprint == scotoma.transformers.Classifier(str(tmp_path)).fingerprint


def test_a_folder_without_the_last_layer_is_refused(tmp_path: Path) -> None:
    """transformers would make random numbers of it, with a warning."""
    model, processor = vit()
    model.vit.save_pretrained(tmp_path)
    processor.save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"no weights for classifier\.bias, which would be random"):
        scotoma.transformers.Classifier(tmp_path, class_names=list("ab"))


def test_a_multi_label_configuration_is_answered_class_by_class(images: np.ndarray) -> None:
    model, processor = vit(problem_type="multi_label_classification")
    with torch.no_grad():
        expected = model(**processor(images=pil(images), return_tensors="pt")).logits.sigmoid().numpy()
    np.testing.assert_allclose(scotoma.transformers.Classifier(model, processor).classify(images), expected, atol=1e-6)


def test_a_classifiers_fingerprint(in_another_process) -> None:
    model, processor = vit()
    with torch.no_grad():
        model.classifier.weight[0, 0] += 1e-4
    half = ViTImageProcessor(size={"height": 32, "width": 32}, image_mean=[0.4] * 3)
    pil_backend = transformers.ViTImageProcessorPil(size={"height": 32, "width": 32})
    made = scotoma.transformers.Classifier
    roles = [made(*vit()), made(model, processor), made(vit()[0], half), made(vit()[0], pil_backend), made(*vit(), output="sigmoid")]
    roles += [made(vit(layer_norm_eps=1e-3)[0], processor), made(vit()[0].half(), processor), made(*vit(), class_names=list("abcd"))]
    marks = [role.fingerprint for role in roles]
    assert None not in marks and len(set(marks)) == len(marks)
    code = "import test_transformers as t\nprint(t.scotoma.transformers.Classifier(*t.vit()).fingerprint)"
    assert in_another_process(code) == marks[0] == made(*vit(), batch=3).fingerprint


def clip(seed: int = 0) -> tuple[Any, Any]:
    torch.manual_seed(seed)
    words = tokenizer()
    text = {
        "vocab_size": len(words),
        "hidden_size": 24,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 77,
        "bos_token_id": words.bos_token_id,
        "eos_token_id": words.eos_token_id,
        "pad_token_id": words.pad_token_id,
    }
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=VISION, projection_dim=16))
    return grown(model), CLIPProcessor(CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32}), words)


def siglip(seed: int = 0) -> tuple[Any, Any]:
    torch.manual_seed(seed)
    words = tokenizer()
    text = {"vocab_size": len(words), "hidden_size": 24, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = SiglipConfig(text_config={**text, "max_position_embeddings": 16, "projection_size": 24}, vision_config=VISION)
    return grown(SiglipModel(config)), (SiglipImageProcessor(size={"height": 32, "width": 32}), words)


def grown(model: torch.nn.Module) -> torch.nn.Module:
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.mul_(4)
    return model.eval()


_words: list[Any] = []


def tokenizer() -> Any:
    if not _words:
        import tempfile

        _words.append(pipelines.tokenizer(Path(tempfile.mkdtemp()) / "words", pipelines.END))
    return _words[0]


def test_clip_embeds_as_by_hand(images: np.ndarray) -> None:
    model, processor = clip()
    embedder = scotoma.transformers.Embedder(model, processor, batch=3)
    inputs = processor(text=TEXTS, images=pil(images), return_tensors="pt", padding=True, truncation=True)
    with torch.no_grad():
        expected = model(**inputs)
    found, words = embedder.embed_images(images), embedder.embed_texts(TEXTS)
    np.testing.assert_allclose(found / np.linalg.norm(found, axis=1, keepdims=True), expected.image_embeds.numpy(), atol=1e-5)
    np.testing.assert_allclose(words / np.linalg.norm(words, axis=1, keepdims=True), expected.text_embeds.numpy(), atol=1e-5)
    batch_does_not_matter(embedder.embed_images, images)


def test_clip_zero_shot_is_that_of_the_model(images: np.ndarray) -> None:
    model, processor = clip()
    labels = ["cat", "dog", "fly"]
    inputs = processor(text=[f"a photo of a {label}" for label in labels], images=pil(images), return_tensors="pt", padding=True)
    with torch.no_grad():
        expected = model(**inputs).logits_per_image.softmax(1).numpy()
    embedder = scotoma.transformers.Embedder(model, processor)
    np.testing.assert_allclose(scotoma.transformers.ZeroShotClassifier(embedder, labels).classify(images), expected, atol=1e-4)
    answers = scotoma.transformers.Judge(embedder, labels).judge(images, ["dog"] * 5)
    np.testing.assert_allclose(answers, expected[:, 1], atol=1e-4)
    assert answers.dtype == np.float32 and answers.shape == (5,)


def test_siglip_reads_its_padding_as_in_training(images: np.ndarray) -> None:
    model, (processor, words) = siglip()
    embedder = scotoma.transformers.Embedder(model, (processor, words))
    ids = words(TEXTS, padding="max_length", truncation=True, max_length=16, return_tensors="pt").input_ids
    with torch.no_grad():
        expected = model(input_ids=ids, pixel_values=processor(images=pil(images), return_tensors="pt").pixel_values)
    texts = embedder.embed_texts(TEXTS)
    np.testing.assert_allclose(texts / np.linalg.norm(texts, axis=1, keepdims=True), expected.text_embeds.numpy(), atol=1e-5)
    np.testing.assert_allclose(embedder.embed_texts(TEXTS[1:2]), texts[1:2], atol=1e-4)
    label = scotoma.transformers.ZeroShotClassifier(embedder, [TEXTS[1]], prompts="{label}", score="sigmoid")
    np.testing.assert_allclose(label.classify(images), expected.logits_per_image[:, 1:2].sigmoid().numpy(), rtol=1e-3)


def captioner(kind: str, folder: Path) -> tuple[Any, Any, Any]:
    """(model, tokenizer, image processor)"""
    torch.manual_seed(3)
    return captioner_checkpoints.KINDS[kind](folder / "words")


@pytest.mark.parametrize("kind", ["vit-gpt2", "trocr", "blip", "git"])
@pytest.mark.parametrize("beams", [0, 3])
def test_captions_are_those_of_the_model_by_hand(kind: str, beams: int, tmp_path: Path, images: np.ndarray) -> None:
    model, words, processor = captioner(kind, tmp_path)
    made = scotoma.transformers.Captioner(model, (processor, words), max_tokens=12, beams=beams, batch=3)
    search = {"do_sample": False, "max_new_tokens": 12, "num_beams": beams or 1, **({"use_cache": False} if kind == "git" else {})}
    expected = []
    for image in pil(images):
        with torch.no_grad():
            ids = model.generate(pixel_values=processor(images=image, return_tensors="pt").pixel_values, **search)
        expected.append(words.decode(ids[0], skip_special_tokens=True).strip())
    captions = made.caption(images)
    assert captions == expected and len(set(captions)) > 1
    assert [made.caption(images[at : at + 1])[0] for at in range(5)] == expected


def test_a_captioner_from_its_folder(tmp_path: Path, images: np.ndarray) -> None:
    model = captioner_checkpoints.make("vit-gpt2", 3, tmp_path)
    given = scotoma.transformers.Captioner(tmp_path / "checkpoint", max_tokens=8)
    assert given.fingerprint == scotoma.transformers.Captioner(tmp_path / "checkpoint", max_tokens=8).fingerprint
    words, processor = (
        kind.from_pretrained(tmp_path / "checkpoint") for kind in (transformers.AutoTokenizer, transformers.AutoImageProcessor)
    )
    assert given.caption(images) == scotoma.transformers.Captioner(model, (processor, words), max_tokens=8).caption(images)
    blip = tmp_path / "blip"
    captioner_checkpoints.make("blip", 3, blip)
    assert len(scotoma.transformers.Captioner(blip / "checkpoint").caption(images)) == 5


def test_a_model_set_to_sampling_captions_the_same_image_the_same(tmp_path: Path, images: np.ndarray) -> None:
    model, words, processor = captioner("vit-gpt2", tmp_path)
    plain = scotoma.transformers.Captioner(model, (processor, words)).caption(images)
    model.generation_config.do_sample, model.generation_config.temperature = True, 5.0
    sampling = scotoma.transformers.Captioner(model, (processor, words))
    assert sampling.caption(images) == sampling.caption(images) == plain


def test_a_captioners_fingerprint(tmp_path: Path) -> None:
    def mark(change=lambda model: None, **more: Any) -> str | None:
        model, words, processor = captioner("vit-gpt2", tmp_path / str(len(list(tmp_path.iterdir()))))
        change(model)
        return scotoma.transformers.Captioner(model, (processor, words), **more).fingerprint

    def bias(model: Any) -> None:
        with torch.no_grad():
            model.decoder.transformer.ln_f.bias[0] += 1e-3

    def searches_otherwise(model: Any) -> None:
        model.generation_config.repetition_penalty = 1.5

    marks = [mark(), mark(bias), mark(searches_otherwise), mark(max_tokens=7), mark(beams=2)]
    assert None not in marks and len(set(marks)) == len(marks) and mark() == marks[0]


def test_a_vision_language_captioner_and_an_embedder_from_their_folders(tmp_path: Path, images: np.ndarray) -> None:
    torch.manual_seed(7)
    for part in (pair := vision_models.FAMILIES["llava"]()):
        part.save_pretrained(tmp_path / "llava")
    by_folder = scotoma.transformers.VisionLanguageCaptioner(tmp_path / "llava", max_tokens=8)
    assert by_folder.caption(images) == scotoma.transformers.VisionLanguageCaptioner(*pair, max_tokens=8).caption(images)
    for part in (pair := clip()):
        part.save_pretrained(tmp_path / "clip")
    by_folder, by_parts = scotoma.transformers.Embedder(tmp_path / "clip"), scotoma.transformers.Embedder(*pair)
    np.testing.assert_allclose(by_folder.embed_images(images), by_parts.embed_images(images), atol=1e-5)
    np.testing.assert_allclose(by_folder.embed_texts(TEXTS), by_parts.embed_texts(TEXTS), atol=1e-5)


@pytest.mark.parametrize("family", ["smolvlm", "idefics3", "llava", "gemma3"])
def test_vision_language_captions_are_those_of_the_model_by_hand(family: str) -> None:
    torch.manual_seed(7)
    model, processor = vision_models.FAMILIES[family]()
    images = pictures(4, 40, 56, seed=2)
    made = scotoma.transformers.VisionLanguageCaptioner(model, processor, max_tokens=16, batch=3)
    expected = []
    for image in pil(images):
        chat = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": scotoma.transformers.PROMPT}]}]
        text = processor.apply_chat_template(chat, add_generation_prompt=True, tokenize=False)
        begun = text.startswith(processor.tokenizer.bos_token)
        inputs = processor(images=image, text=text, return_tensors="pt", add_special_tokens=not begun)
        with torch.no_grad():
            ids = model.generate(**inputs, do_sample=False, max_new_tokens=16)
        answer = processor.tokenizer.decode(ids[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
        expected.append(scotoma.transformers.first_sentence(answer))
    captions = made.caption(images)
    assert captions == expected and len(set(captions)) > 1
    assert [made.caption(images[at : at + 1])[0] for at in range(4)] == expected
    again = scotoma.transformers.VisionLanguageCaptioner(model, processor, max_tokens=16, prompt="what is next to the table?")
    assert made.fingerprint not in (None, again.fingerprint)


def test_the_first_sentence_is_the_one_that_the_program_takes() -> None:
    """By the cases of the program's own test."""
    source = (ROOT / "tests" / "backend" / "openvino" / "captioner" / "first_sentence_test.cpp").read_text()
    text = r'("(?:[^"\\]|\\.)*")'
    cases = [tuple(map(ast.literal_eval, case)) for case in re.findall(rf"EXPECT_EQ\(first_sentence\({text}\), {text}\);", source)]
    assert len(cases) >= 15
    for answer, first in cases:
        assert scotoma.transformers.first_sentence(answer) == first


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda t: t.Classifier(vit()[0]), "processor: expected the processor of the model"),
        (lambda t: t.Classifier(vit()[0], torch.nn.Identity()).classify(pictures(1, 8, 8)), "processor: Identity has no image processor"),
        (lambda t: t.Classifier(*vit(id2label={0: "LABEL_0", 1: "LABEL_1"})), "class_names: the model's configuration does not name"),
        (lambda t: t.Classifier(*vit(), class_names=["a"]).classify(pictures(1, 8, 8)), "shape .1, 4. for class_names of 1 classes"),
        (lambda t: t.Classifier(7, vit()[1]), "model: expected a model of transformers, or a folder or name; this is int"),
        (lambda t: t.Captioner(*vit()), "model: ViTForImageClassification does not generate text|no attribute"),
        (lambda t: t.Embedder(*vit()), "ViTForImageClassification has no get_image_features"),
        (lambda t: t.VisionLanguageCaptioner(*vit()), "processor: ViTImageProcessor has no chat template"),
        (lambda t: t.Judge(t.Embedder(*clip()), "fly"), "labels: expected a list"),
        (lambda t: t.Embedder(clip()[0], (1, 2, 3)), "processor: expected a pair"),
    ],
)
def test_wrong_arguments_are_named(make: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message) as raised:
        make(scotoma.transformers)
    assert str(raised.value).startswith("scotoma.transformers.")


def test_max_tokens_and_beams(tmp_path: Path) -> None:
    model, words, processor = captioner("vit-gpt2", tmp_path)
    for arguments in ({"max_tokens": 0}, {"beams": -1}, {"beams": 1.5}):
        with pytest.raises(ValueError, match=f"{next(iter(arguments))}: expected a whole number"):
            scotoma.transformers.Captioner(model, (processor, words), **arguments)
