# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import timm
import timm.models
import torch
from conftest import ROOT, batch_does_not_matter
from PIL import Image

import scotoma.timm

SMALL = {"num_classes": 5, "img_size": 32, "patch_size": 8}
NAMES = list("abcde")


def vit(seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    return timm.create_model("vit_tiny_patch16_224", **SMALL)


def by_hand(model: torch.nn.Module, images: np.ndarray, **data: object) -> np.ndarray:
    """With timm's own configuration; it does not know for what size a model was built."""
    if hasattr(model, "patch_embed"):
        data["input_size"] = (3, 32, 32)
    transform = timm.data.create_transform(**timm.data.resolve_data_config(data, model=model))
    with torch.no_grad():
        return model.eval()(torch.stack([transform(Image.fromarray(image)) for image in images])).softmax(1).numpy()


@pytest.mark.parametrize("name", ["resnet18", "mobilenetv3_small_050", "convnext_atto"])
def test_answers_are_timms_own(name: str, images: np.ndarray) -> None:
    torch.manual_seed(0)
    model = timm.create_model(name, num_classes=5)
    given = scotoma.timm.Classifier(model, class_names=NAMES)
    answers = given.classify(images[:2])
    np.testing.assert_allclose(answers, by_hand(model, images[:2]), atol=1e-6)
    np.testing.assert_allclose(answers[1:], given.classify(images[1:2]), atol=1e-5)


def test_the_batch_does_not_matter(images: np.ndarray) -> None:
    given = scotoma.timm.Classifier(vit(), class_names=NAMES)
    np.testing.assert_allclose(given.classify(images), by_hand(vit(), images), atol=1e-6)
    batch_does_not_matter(given.classify, images)


def test_a_checkpoint_by_name_and_its_fingerprint(tmp_path: Path, images: np.ndarray) -> None:
    torch.save(vit().state_dict(), tmp_path / "mine.pth")
    given = {"class_names": NAMES, "checkpoint": tmp_path / "mine.pth", "options": {"img_size": 32, "patch_size": 8}}
    made = scotoma.timm.Classifier("vit_tiny_patch16_224.augreg_in21k_ft_in1k", **given)
    np.testing.assert_allclose(made.classify(images), by_hand(vit(), images), atol=1e-6)
    assert made.fingerprint == scotoma.timm.Classifier(vit(), class_names=NAMES).fingerprint
    others = [scotoma.timm.Classifier(vit(1), class_names=NAMES), scotoma.timm.Classifier(vit(), class_names=NAMES[::-1])]
    others += [scotoma.timm.Classifier(vit(), class_names=NAMES, data=data) for data in ({"crop_pct": 1.0}, {"mean": (0.4, 0.5, 0.5)})]
    marks = {made.fingerprint, *(other.fingerprint for other in others)}
    assert len(marks) == 5 and None not in marks


def test_data_replaces_timms_configuration(images: np.ndarray) -> None:
    changed = {"mean": (0.1, 0.2, 0.3), "std": (1.0, 1.0, 1.0), "crop_pct": 0.7, "interpolation": "bilinear"}
    given = scotoma.timm.Classifier(vit(), class_names=NAMES, data=changed)
    np.testing.assert_allclose(given.classify(images), by_hand(vit(), images, **changed), atol=1e-6)
    assert given.data_config["crop_pct"] == 0.7
    with pytest.raises(ValueError, match="data: 'crop' is no entry"):
        scotoma.timm.Classifier(vit(), class_names=NAMES, data={"crop": 0.7})


def test_the_size_that_timm_reports_accuracy_at() -> None:
    model = timm.create_model("resnet18.a1_in1k", num_classes=5)
    sides = [scotoma.timm.Classifier(model, class_names=NAMES, test_size=test).data_config["input_size"][1] for test in (False, True)]
    assert sides == [224, 288]


def test_a_folder_that_timm_wrote_brings_its_names(tmp_path: Path, images: np.ndarray) -> None:
    model = timm.create_model("resnet18", num_classes=3)
    timm.models.save_for_hf(model, tmp_path, model_config={"label_names": ["fly", "bee", "ant"]})
    given = scotoma.timm.Classifier(tmp_path)
    assert given.class_names == ("fly", "bee", "ant")
    np.testing.assert_allclose(given.classify(images[:1]), by_hand(model, images[:1]), atol=1e-6)


def test_imagenets_names_are_the_studys() -> None:
    lines = (ROOT / "src" / "scotoma" / "study" / "imagenet_1k.inc").read_text().splitlines()
    ours = [line.split("|")[1] for line in lines if line.startswith('"n')][:1000]
    assert scotoma.timm.known_class_names(timm.create_model("resnet18")) == tuple(ours)


def test_names_of_larger_sets_are_there_once() -> None:
    names = scotoma.timm.known_class_names(timm.create_model("resnet18", num_classes=11821))
    assert len(set(names)) == len(names) == 11821


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: scotoma.timm.Classifier(vit()), "class_names: timm does not know the names of this model's 5 classes"),
        (lambda: scotoma.timm.Classifier("resnet18", pretrained=False), "'resnet18' would have random weights"),
        (lambda: scotoma.timm.Classifier("resnet18", checkpoint="/no/such/file"), "checkpoint: there is no file"),
        (lambda: scotoma.timm.Classifier(vit(), checkpoint="file"), "checkpoint: belongs to the name"),
        (lambda: scotoma.timm.Classifier(vit(), class_names=list("abc")), "class_names: the model has 5 classes, these are 3 names"),
        (
            lambda: scotoma.timm.Classifier("resnet18", options={"num_classes": 3}),
            "options: num_classes: .* the last layer would be random",
        ),
        (lambda: scotoma.timm.Classifier(7), "model: expected a model, a name"),
        (lambda: scotoma.timm.Classifier(vit(), class_names="abcde"), "class_names: expected a list"),
    ],
)
def test_wrong_arguments_are_named(make, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message) as raised:
        make()
    assert str(raised.value).startswith("scotoma.timm.Classifier: ")
