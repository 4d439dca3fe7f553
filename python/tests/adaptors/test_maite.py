# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from typing import Any

import maite.protocols.image_classification as ic
import maite.tasks
import numpy as np
import pytest
import torch
from conftest import batch_does_not_matter
from PIL import Image

import scotoma.maite

LABELS = {0: "fly", 1: "bee", 2: "ant"}


class Net(torch.nn.Module):
    """A MAITE model as users write them: a torch module with metadata."""

    metadata: Any = {"id": "tiny", "index2label": LABELS}  # noqa: RUF012

    def __init__(self, seed: int = 0, kind: str = "probabilities") -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.weights, self.kind = torch.nn.Linear(3, 3), kind
        self.seen: list[Any] = []

    def forward(self, batch: Any) -> Any:
        self.seen = [np.asarray(image) for image in batch]
        scores = 9 * self.weights(torch.stack([torch.as_tensor(image).float().mean((1, 2)) for image in self.seen]) / 255)
        return list(scores.softmax(1) if self.kind == "probabilities" else scores)


def test_a_model_of_maites_protocol(images: np.ndarray) -> None:
    model = Net()
    assert isinstance(model, ic.Model)
    given = scotoma.maite.Classifier(model, batch=2)
    assert given.class_names == ("fly", "bee", "ant")
    with torch.no_grad():
        expected = torch.stack(Net()(list(images.transpose(0, 3, 1, 2).copy()))).numpy()
    np.testing.assert_allclose(given.classify(images), expected, atol=1e-6)
    batch_does_not_matter(given.classify, images)
    np.testing.assert_allclose(scotoma.maite.Classifier(Net(kind="logits"), output="logits").classify(images), expected, atol=1e-6)
    assert model.seen[0].shape == (3, 48, 64) and model.seen[0].dtype == np.uint8


def test_images_from_0_to_1_where_a_model_wants_them(images: np.ndarray) -> None:
    model = Net()
    scotoma.maite.Classifier(model, pixels="float32").classify(images[:1])
    assert model.seen[0].dtype == np.float32
    np.testing.assert_allclose(model.seen[0], images[0].transpose(2, 0, 1) / 255, atol=1e-7)


def with_metadata(metadata: object) -> Net:
    model = Net()
    model.metadata = metadata
    return model


class Gives:
    metadata = {"id": "gives", "index2label": LABELS}  # noqa: RUF012

    def __init__(self, *rows: Any) -> None:
        self.rows = rows

    def __call__(self, batch: Any) -> Any:
        return list(self.rows)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda batch: batch, "expected a MAITE model: a callable with metadata"),
        (with_metadata({"index2label": LABELS}), "metadata that has an 'id'"),
        (with_metadata({"id": "x"}), "class_names: the model's metadata has no index2label"),
        (with_metadata({"id": "x", "index2label": {1: "a", 2: "b"}}), "index2label has the keys .1, 2.*expected 0 to 1"),
        (with_metadata({"id": "x", "index2label": {0: "a", 1: "b"}}), "a vector of shape .3., expected one of 2 classes"),
        (Net(kind="logits"), "output='probabilities', but the model gives values from"),
        (Gives([0.2, 0.3, 0.5]), "gives 1 vectors for 5 images"),
        (Gives(*[["a", "b", "c"]] * 5), "expected vectors of numbers"),
    ],
)
def test_models_that_break_the_protocol_are_named(model: Any, message: str, images: np.ndarray) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        scotoma.maite.Classifier(model).classify(images)


def test_fingerprints() -> None:
    given = [scotoma.maite.Classifier(Net()), scotoma.maite.Classifier(Net(1)), scotoma.maite.Classifier(Net(), pixels="float32")]
    marks = [one.fingerprint for one in given]
    assert None not in marks and len(set(marks)) == 3
    assert scotoma.maite.Classifier(Net()).fingerprint == marks[0]
    assert scotoma.maite.Classifier(Gives()).fingerprint is None
    assert scotoma.maite.Classifier(Gives(), fingerprint="mine").fingerprint == "mine"


def failures(images: np.ndarray) -> list[tuple[Any, int, int, dict[str, Any]]]:
    return [
        (images[0], 0, 1, {"id": "first", "prompt": "a fly on a flower"}),
        (Image.fromarray(images[1]), 2, 0, {}),
        scotoma.maite.Failure(images[2], 1, 2, {"id": 7}),
    ]


def test_failures_are_a_dataset_of_maites_protocol(images: np.ndarray) -> None:
    dataset = scotoma.maite.dataset(iter(failures(images)), list(LABELS.values()), id="bug-1")
    assert isinstance(dataset, ic.Dataset)
    assert dataset.metadata == {"id": "bug-1", "index2label": LABELS} and len(dataset) == 3
    image, target, about = dataset[0]
    assert image.shape == (3, 48, 64) and image.dtype == np.uint8 and (image.transpose(1, 2, 0) == images[0]).all()
    assert target.tolist() == [1, 0, 0]
    assert about == {"id": "first", "label": "fly", "predicted": "bee", "predicted_index": 1, "details": {"prompt": "a fly on a flower"}}
    assert (dataset[1][0].transpose(1, 2, 0) == images[1]).all() and dataset[1][2]["id"] == 1
    assert [datum[2]["id"] for datum in dataset] == ["first", 1, 7]
    with pytest.raises(IndexError):
        dataset[3]


def test_maite_predicts_over_the_dataset_what_the_classifier_says(images: np.ndarray) -> None:
    dataset = scotoma.maite.dataset(failures(images), list(LABELS.values()))
    predicted, _ = maite.tasks.predict(model=Net(), dataset=dataset, batch_size=2)
    rows = np.concatenate([np.stack([row.detach().numpy() for row in batch]) for batch in predicted])
    np.testing.assert_allclose(rows, scotoma.maite.Classifier(Net()).classify(images[:3]), atol=1e-6)


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ((None, 3, 0, {}), "failure 1: label is 3, expected 0 to 2"),
        ((None, 0, -1, {}), "failure 1: predicted is -1"),
        ((None, 0, 1, {"id": "first"}), "two failures have the id 'first'"),
    ],
)
def test_failures_that_do_not_fit_are_named(failure: tuple[Any, int, int, dict[str, Any]], message: str, images: np.ndarray) -> None:
    with pytest.raises(ValueError, match=message):
        scotoma.maite.dataset([failures(images)[0], failure], list(LABELS.values()))
