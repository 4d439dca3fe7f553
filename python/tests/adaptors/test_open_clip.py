# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import open_clip
import pytest
import torch
from conftest import batch_does_not_matter
from PIL import Image

import scotoma.open_clip

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "patch_size": 8, "head_width": 16},
    "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
TEXTS = ["a fly", "a bee on a flower", "a photo of a dog in the snow", "x" * 300]


@pytest.fixture(scope="module", autouse=True)
def names(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tiny architectures under names like the real ones."""
    folder = tmp_path_factory.mktemp("configs")
    for name, more in {"tiny-clip": {}, "tiny-other": {"init_logit_bias": -10.0, "init_logit_scale": 2.3}}.items():
        (folder / f"{name}.json").write_text(json.dumps({**TINY, **more}))
    open_clip.add_model_config(folder)


def parts(name: str = "tiny-clip", seed: int = 0) -> tuple:
    torch.manual_seed(seed)
    model, _, preprocess = open_clip.create_model_and_transforms(name)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.dim() > 1:
                weight.mul_(3)
    return model, preprocess, open_clip.get_tokenizer(name)


def test_vectors_are_open_clips_own(images: np.ndarray) -> None:
    model, preprocess, tokenizer = parts()
    embedder = scotoma.open_clip.Embedder(model, preprocess, tokenizer, batch=2)
    with torch.no_grad():
        expected = model.eval().encode_image(torch.stack([preprocess(Image.fromarray(image)) for image in images])).numpy()
        texts = model.encode_text(tokenizer(TEXTS)).numpy()
    np.testing.assert_allclose(embedder.embed_images(images), expected, atol=1e-5)
    np.testing.assert_allclose(embedder.embed_texts(TEXTS), texts, atol=1e-5)
    batch_does_not_matter(embedder.embed_images, images)


def test_zero_shot_is_that_of_the_model_by_hand(images: np.ndarray) -> None:
    model, preprocess, tokenizer = parts()
    embedder = scotoma.open_clip.Embedder(model, preprocess, tokenizer)
    labels = ["fly", "bee", "dog"]
    with torch.no_grad():
        pixels = torch.stack([preprocess(Image.fromarray(image)) for image in images])
        found, words, scale = model.eval()(pixels, tokenizer([f"a photo of a {label}" for label in labels]))
        expected = (scale * found @ words.T).softmax(1).numpy()
    classifier = scotoma.open_clip.Classifier(embedder, labels)
    np.testing.assert_allclose(classifier.classify(images), expected, atol=1e-5)
    assert classifier.class_names == tuple(labels)
    judge = scotoma.open_clip.Judge(embedder, labels)
    wanted = ["dog", "fly", "bee", "bee", "fly"]
    np.testing.assert_allclose(judge.judge(images, wanted), expected[range(5), [labels.index(one) for one in wanted]], atol=1e-5)
    with pytest.raises(ValueError, match="'cat' is not among its labels: fly, bee, dog"):
        judge.judge(images[:1], ["cat"])


def test_sigmoid_scores_only_of_models_trained_so(images: np.ndarray) -> None:
    embedder = scotoma.open_clip.Embedder(*parts("tiny-other"))
    assert embedder.bias == -10
    classifier = scotoma.open_clip.Classifier(embedder, ["fly"], score="sigmoid")
    cosine = embedder.embed_images(images) @ embedder.embed_texts(["a photo of a fly"])[0]
    cosine /= np.linalg.norm(embedder.embed_images(images), axis=1) * np.linalg.norm(embedder.embed_texts(["a photo of a fly"])[0])
    np.testing.assert_allclose(classifier.classify(images)[:, 0], 1 / (1 + np.exp(10 - embedder.scale * cosine)), rtol=1e-4)
    with pytest.raises(ValueError, match="score='sigmoid': the model has no logit bias"):
        scotoma.open_clip.Classifier(scotoma.open_clip.Embedder(*parts()), ["fly", "bee"], score="sigmoid")


def test_several_prompts_are_averaged(images: np.ndarray) -> None:
    embedder = scotoma.open_clip.Embedder(*parts())
    prompts = ["a photo of a {label}", "{label}, a drawing"]
    rows = [embedder.embed_texts([prompt.format(label=label) for prompt in prompts]) for label in ("fly", "bee")]
    texts = np.stack([(row / np.linalg.norm(row, axis=1, keepdims=True)).mean(0) for row in rows])
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    found = embedder.embed_images(images)
    logits = embedder.scale * (found / np.linalg.norm(found, axis=1, keepdims=True)) @ texts.T
    expected = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    np.testing.assert_allclose(
        scotoma.open_clip.Classifier(embedder, ["fly", "bee"], prompts=prompts).classify(images), expected, atol=1e-5
    )


def test_a_file_of_weights_by_name(tmp_path: Path, images: np.ndarray) -> None:
    model, preprocess, tokenizer = parts()
    torch.save(model.state_dict(), tmp_path / "mine.pt")
    embedder = scotoma.open_clip.Embedder("tiny-clip", checkpoint=tmp_path / "mine.pt")
    by_parts = scotoma.open_clip.Embedder(model, preprocess, tokenizer)
    np.testing.assert_allclose(embedder.embed_images(images), by_parts.embed_images(images), atol=1e-6)
    assert embedder.fingerprint == by_parts.fingerprint


def published(name: str, given: dict[str, object] | None = None) -> dict[str, object]:
    return scotoma.open_clip._published_preprocessing(name, given or {})


def test_a_file_of_weights_is_fed_as_the_published_ones_of_that_name() -> None:
    """open_clip.create_model_and_transforms() would feed a SigLIP from a file with CLIP's mean and std."""
    assert published("ViT-B-16-SigLIP") == {"mean": (0.5,) * 3, "std": (0.5,) * 3, "interpolation": "bicubic", "resize_mode": "squash"}
    assert published("RN50x64")["mean"] == published("tiny-clip")["mean"] == open_clip.OPENAI_DATASET_MEAN


def test_where_published_weights_disagree_the_user_says() -> None:
    disagreeing = [name for name in open_clip.list_models() if len({tuple(config.get("mean") or ()) for config in configs(name)}) > 1]
    assert disagreeing
    with pytest.raises(ValueError, match=r"published weights of .* differ in (mean|std|interpolation|resize_mode), .* and .*: say which"):
        published(disagreeing[0])
    given = {"mean": (0.5,) * 3, "std": (0.5,) * 3, "interpolation": "bicubic", "resize_mode": "squash"}
    assert published(disagreeing[0], given) == {}


def configs(name: str) -> list[dict]:
    return [open_clip.get_pretrained_cfg(name, tag) for tag in open_clip.list_pretrained_tags_by_model(name)]


def test_the_fingerprint_changes_with_what_changes_answers(in_another_process) -> None:
    model, preprocess, tokenizer = parts()
    with torch.no_grad():
        model.logit_scale += 1e-3
    other_size = open_clip.image_transform(32, False, mean=(0.5,) * 3)
    embedders = [
        scotoma.open_clip.Embedder(*parts()),
        scotoma.open_clip.Embedder(model, preprocess, tokenizer),
        scotoma.open_clip.Embedder(parts()[0], other_size, tokenizer),
        scotoma.open_clip.Embedder(parts()[0], preprocess, open_clip.SimpleTokenizer(context_length=23)),
    ]
    marks = [embedder.fingerprint for embedder in embedders]
    tokenizer(["words that the tokenizer will remember"])
    assert scotoma.open_clip.Embedder(parts()[0], preprocess, tokenizer).fingerprint == marks[0]
    judges = [scotoma.open_clip.Judge(embedders[0], labels) for labels in (["a", "b"], ["b", "a"])]
    judges += [scotoma.open_clip.Judge(embedders[0], ["a", "b"], prompts="a drawing of a {label}")]
    marks += [judge.fingerprint for judge in judges]
    assert None not in marks and len(set(marks)) == len(marks)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: scotoma.open_clip.Embedder("tiny-clip"), "checkpoint: expected a file or a tag"),
        (lambda: scotoma.open_clip.Embedder("tiny-clip", checkpoint="/no/such"), "'/no/such' is neither a file nor a tag of tiny-clip"),
        (lambda: scotoma.open_clip.Embedder("local-dir:x", checkpoint="y"), "checkpoint: belongs to a name without"),
        (
            lambda: scotoma.open_clip.Embedder("tiny-clip", checkpoint="y", preprocess_config={"size": 3}),
            "preprocess_config: 'size' is none of",
        ),
        (lambda: scotoma.open_clip.Embedder(parts()[0]), "preprocess and tokenizer: expected"),
        (lambda: scotoma.open_clip.Embedder(torch.nn.Linear(2, 2), *parts()[1:]), "Linear has no encode_image"),
        (lambda: scotoma.open_clip.Embedder(3), "model: expected a model of OpenCLIP's or a name"),
        (lambda: scotoma.open_clip.Judge(scotoma.open_clip.Embedder(*parts()), ["fly"]), "labels: expected two or more"),
        (lambda: scotoma.open_clip.Judge(scotoma.open_clip.Embedder(*parts()), ["fly", "fly", "bee"]), "labels: one stands there twice"),
        (
            lambda: scotoma.open_clip.Judge(scotoma.open_clip.Embedder(*parts()), ["fly", "bee"], prompts="a photo"),
            "prompts: expected {label}",
        ),
    ],
)
def test_wrong_arguments_are_named(make, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message) as raised:
        make()
    assert str(raised.value).startswith("scotoma.open_clip.")
