# SPDX-License-Identifier: Apache-2.0
"""MAITE: its image classification models as classifiers, and found failures as one of its datasets.

`import scotoma.maite` needs the package maite. MAITE's protocols leave open what numbers images hold and what numbers models give, so
both are said here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images, _scores
from scotoma._extras import missing
from scotoma._images import Images
from scotoma.records import Hypothesis, Label
from scotoma.results import Example, Results

try:
    from maite.protocols import DatasetMetadata
    from maite.protocols.image_classification import Model
except ImportError as error:
    raise missing("maite", error) from error


class Classifier:
    """A MAITE image classification model.

    model: called with a list of images [3, height, width], gives as many vectors of scores.
    class_names: None: index2label of the model's metadata, which must number its classes from 0 on.
    pixels: what the images hold: "uint8", 0 to 255, or "float32", 0 to 1.
    output: what the vectors are: "probabilities", "logits" (softmax) or "sigmoid" (logits of classes that do not exclude each other).
    fingerprint: None: of the model where it is a torch module, else none: MAITE says nothing of weights.

    Raises TypeError or ValueError where the model breaks the protocol.
    """

    concurrency = 1

    def __init__(
        self,
        model: Model,
        *,
        class_names: Sequence[str] | None = None,
        pixels: Literal["uint8", "float32"] = "uint8",
        output: _scores.Output = "probabilities",
        batch: int = 32,
        fingerprint: str | None = None,
    ) -> None:
        self._role = "scotoma.maite.Classifier"
        metadata: Any = getattr(model, "metadata", None)
        if not callable(model) or not isinstance(metadata, Mapping) or "id" not in metadata:
            raise TypeError(
                f"{self._role}: model: expected a MAITE model: a callable with metadata that has an 'id'; this is {type(model).__name__}"
            )
        _images.check_choice(self._role, "pixels", pixels, ("uint8", "float32"))
        _images.check_choice(self._role, "output", output, _scores.OUTPUTS)
        names = _index_to_label(self._role, metadata) if class_names is None else class_names
        self.class_names = _images.check_names(self._role, "class_names", names)
        self.batch = _images.check_batch(self._role, batch)
        self.description = f"{metadata['id']} through MAITE"
        self._model, self._pixels = model, pixels
        self._output: _scores.Output = output
        self._fingerprint = _fingerprint.Lazy(fingerprint, self._hash)

    @property
    def fingerprint(self) -> str | None:
        return self._fingerprint()

    def _hash(self) -> str:
        if not hasattr(self._model, "state_dict"):
            raise _fingerprint.Unhashable("a model of MAITE's that is no torch module")
        return _fingerprint.digest(
            "classifier through maite",
            model=self._model,
            options=(self.class_names, self._pixels, self._output),
            versions=_fingerprint.versions("maite", "torch", "torchvision"),
        )

    def classify(self, images: Images) -> NDArray[np.float32]:
        """[n, classes] probabilities of uint8 images [n, height, width, 3]."""
        classes = len(self.class_names)
        return _scores.classified(self._role, images, self._raw, batch=self.batch, output=self._output, classes=classes)

    def _raw(self, images: Images) -> NDArray[Any]:
        """The model's vectors, whose lengths a stack of them needs to be one."""
        planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2))
        given = list(planes if self._pixels == "uint8" else planes.astype(np.float32) / np.float32(255))
        rows = [_array(self._role, row) for row in self._model(given)]
        if len(rows) != len(given):
            raise ValueError(f"{self._role}: the model gives {len(rows)} vectors for {len(given)} images")
        other = next((list(row.shape) for row in rows if row.shape != (len(self.class_names),)), None)
        if other is not None:
            raise ValueError(f"{self._role}: the model gives a vector of shape {other}, expected one of {len(self.class_names)} classes")
        return np.stack(rows)


def _index_to_label(role: str, metadata: Mapping[str, Any]) -> list[str]:
    labels = metadata.get("index2label")
    if not labels:
        raise ValueError(f"{role}: class_names: the model's metadata has no index2label: give them")
    if sorted(labels) != list(range(len(labels))):
        raise ValueError(
            f"{role}: class_names: index2label has the keys {sorted(labels)[:5]}...: expected 0 to {len(labels) - 1}; give class_names"
        )
    return [labels[at] for at in range(len(labels))]


def _array(role: str, row: Any) -> NDArray[Any]:
    """A vector as numpy's, from wherever a tensor lies."""
    if hasattr(row, "detach"):
        row = row.detach().cpu().float()
    out = np.asarray(row)
    if out.dtype.kind not in "fiub":
        raise TypeError(f"{role}: the model gives a {type(row).__name__}, expected vectors of numbers")
    return out


class Failure(NamedTuple):
    """One failure that goes into a dataset; any tuple of these four will do."""

    image: Any  # uint8 [height, width, 3], RGB, or a PIL image
    label: int  # the class that is in the image
    predicted: int  # the class that the classifier saw
    metadata: Mapping[str, Any]  # more about the image; an "id" becomes the datum's


class FailureMetadata(TypedDict):
    """Of a datum."""

    id: int | str
    label: str
    predicted: str
    predicted_index: int
    details: dict[str, Any]


class Dataset:
    """Failures as a MAITE image classification dataset: (image uint8 [3, height, width], one-hot target float32, metadata)."""

    def __init__(self, failures: Iterable[tuple[Any, int, int, Mapping[str, Any]]], class_names: Sequence[str], id: str) -> None:  # noqa: A002 (MAITE's word)
        self._role = "scotoma.maite.dataset"
        names = _images.check_names(self._role, "class_names", class_names)
        self.metadata: DatasetMetadata = {"id": id, "index2label": dict(enumerate(names))}
        self._names, self._failures = names, [Failure(*failure) for failure in failures]
        self._ids = [failure.metadata.get("id", at) for at, failure in enumerate(self._failures)]
        if len(set(self._ids)) < len(self._ids):
            twice = next(one for at, one in enumerate(self._ids) if one in self._ids[:at])
            raise ValueError(f"{self._role}: two failures have the id {twice!r}")
        for at, failure in enumerate(self._failures):
            for what, number in (("label", failure.label), ("predicted", failure.predicted)):
                if not 0 <= number < len(names):
                    raise ValueError(
                        f"{self._role}: failure {at}: {what} is {number}, expected 0 to {len(names) - 1}, as there are class names"
                    )

    def __len__(self) -> int:
        return len(self._failures)

    def __getitem__(self, index: int, /) -> tuple[NDArray[np.uint8], NDArray[np.float32], FailureMetadata]:
        """IndexError beyond the end, so that `for datum in dataset` ends."""
        failure = self._failures[index]
        image = failure.image
        pixels = np.asarray(image.convert("RGB") if hasattr(image, "convert") else image)
        pixels = _images.check_images(self._role, pixels[None] if pixels.ndim == 3 else pixels)[0]
        target = np.zeros(len(self._names), np.float32)
        target[failure.label] = 1
        details = {key: value for key, value in failure.metadata.items() if key != "id"}
        about: FailureMetadata = {
            "id": self._ids[index],
            "label": self._names[failure.label],
            "predicted": self._names[failure.predicted],
            "predicted_index": int(failure.predicted),
            "details": details,
        }
        return np.ascontiguousarray(pixels.transpose(2, 0, 1)), target, about


def dataset(
    failures: Iterable[tuple[Any, int, int, Mapping[str, Any]]],
    class_names: Sequence[str],
    *,
    id: str = "scotoma-failures",  # noqa: A002
) -> Dataset:
    """A MAITE dataset of failures, each (image, label, predicted, metadata) as Failure has them.

    Images are not copied until a datum is asked for. Raises ValueError for indices beyond class_names, and for an id that two have.
    """
    return Dataset(failures, class_names, id)


class _Unread:
    """An image that is read when a datum is asked for."""

    def __init__(self, example: Example) -> None:
        self._example = example

    def convert(self, mode: str) -> Any:
        return self._example.image.convert(mode)


def dataset_of(results: Results, *, images: Literal["failing", "valid"] = "failing") -> Dataset:
    """The images of a study's confirmed findings as a MAITE dataset, in the order of the findings; each image once.

    images: "failing": what the classifier gets wrong; "valid": also what it gets right. Metadata name bug, phrase, prompt and seed."""
    _images.check_choice("scotoma.maite.dataset_of", "images", images, ("failing", "valid"))
    index = {name: at for at, name in enumerate(results.class_names)}
    classes = {label.label: label.class_name for label in results.labels}
    failures: list[Failure] = []
    seen: set[str] = set()
    findings: list[Hypothesis | Label] = [*results.bugs, *results.exceptions, *results.systematic_failures]
    for finding in findings:
        told = {"bug": finding.id, "phrase": finding.phrase} if isinstance(finding, Hypothesis) else {"bug": "", "phrase": ""}
        for example in results.images(finding):
            if not example.valid or (images == "failing" and not example.failed) or example.id in seen:
                continue
            seen.add(example.id)
            more = {"id": example.id, **told, "prompt": example.prompt, "seed": example.seed, "probability": example.probability}
            failures.append(Failure(_Unread(example), index[classes[finding.label]], index[example.predicted], more))
    return Dataset(failures, results.class_names, f"scotoma: {results.name}")
