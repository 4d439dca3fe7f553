# SPDX-License-Identifier: Apache-2.0
"""What objects answer, checked: the right number of answers, of the right shape and type, all of them numbers. The native module asks
through these, and finds only what it can use."""

from __future__ import annotations

import contextlib
import hashlib
import numbers
import os
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from scotoma.errors import Error, InputError, RunError
from scotoma.roles import Images

T = TypeVar("T")

METHODS = {
    "generator": ("generate",),
    "classifier": ("classify",),
    "captioner": ("caption",),
    "embedder": ("embed_images", "embed_texts"),
    "judge": ("judge",),
}
BATCH = 32


MOST = 10**6  # of batch and concurrency


def _printable(text: str) -> str:
    """Of texts of others: what UTF-8 cannot hold is spelled."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def stranger() -> str:
    """What an object without a fingerprint is known under: nobody else is. Workers of one run elsewhere agree on another function, so
    that they are of one mind."""
    return hashlib.sha256(os.urandom(32)).hexdigest()


class Asked:
    """An object in a role: what it says of itself, checked once. ``name``: how messages call it."""

    role: ClassVar[str]

    def __init__(self, value: object, name: str) -> None:
        self.value = value
        self.name = name
        for method in METHODS[self.role]:
            if not callable(getattr(value, method, None)):
                raise InputError(self._lacks(method))
        self.lock: contextlib.AbstractContextManager[object] = threading.RLock()
        self.batch = self._whole("batch", BATCH)
        self.concurrency = self._whole("concurrency", 1)
        self.description = _printable(str(self._own("description", type(value).__name__)))
        own = self._own("fingerprint", None)
        if own is not None and not (isinstance(own, str) and own and own == _printable(own)):
            raise InputError(f"{self.name}: its fingerprint is {own!r}; it must be a text that changes with weights and options")
        self.has_fingerprint = own is not None
        self.fingerprint = own if own is not None else stranger()
        if not self.has_fingerprint:
            self.description += ", without a fingerprint: its answers serve this run alone"

    def _own(self, attribute: str, default: Any) -> Any:
        try:
            found = getattr(self.value, attribute, None)
        except Exception as error:
            raise InputError(f"{self.name}: its {attribute} raised {type(error).__name__}: {_printable(str(error))}") from error
        return default if found is None else found

    def _whole(self, attribute: str, default: int) -> int:
        value = self._own(attribute, default)
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not 1 <= int(value) <= MOST:
            raise InputError(f"{self.name}: its {attribute} is {value!r}; it must be a whole number from 1 to {MOST:,}")
        return int(value)

    def _lacks(self, method: str) -> str:
        kind = type(self.value)
        hint = ""
        if any(base.__module__.split(".")[0] == "torch" and base.__name__ == "Module" for base in kind.__mro__):
            hint = "; wrap a torch module: scotoma.torch.Classifier(module, transform, class_names)" if self.role == "classifier" else ""
        elif kind.__module__.split(".")[0] == "diffusers":
            hint = "; wrap a pipeline: scotoma.diffusers.Generator(pipeline)"
        elif kind.__module__.split(".")[0] == "transformers":
            hint = "; wrap it: see scotoma.transformers"
        needs = " and ".join(METHODS[self.role])
        return f"{self.name}: a {kind.__qualname__} has no method {method}; a {self.role} needs {needs} (scotoma.roles){hint}"

    def _call(self, what: str, method: str, *arguments: object) -> Any:
        """Its answer, or an error that names the role, what it was asked and where it went wrong."""
        try:
            with self.lock if self.concurrency == 1 else contextlib.nullcontext():
                return getattr(self.value, method)(*arguments)
        except Error:
            raise
        except (Exception, SystemExit) as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = f" at {frames[-1].filename}:{frames[-1].lineno}" if len(frames) > 1 else ""
            words = _printable(" ".join(str(error).split())[:300])
            raise RunError(f"{self.name}: {method} raised {type(error).__name__}{where} for {what}: {words or 'no message'}") from error

    def _wrong(self, what: str, method: str, got: str, expected: str) -> RunError:
        return RunError(f"{self.name}: {method} gave {got} for {what}; expected {expected}")

    def _array(self, what: str, method: str, answer: object) -> NDArray[Any]:
        if type(answer).__module__.split(".")[0] == "torch":  # also on a device, or with a gradient
            answer = answer.detach().cpu().numpy()  # type: ignore[attr-defined]
        try:
            return np.asarray(answer)
        except Exception as error:
            raise self._wrong(what, method, f"a {type(answer).__name__} that is no array", "an array") from error

    def _rows(self, what: str, method: str, answer: object, count: int) -> NDArray[np.float32]:
        """[count, at least 1], all numbers."""
        array = self._array(what, method, answer)
        if array.ndim != 2 or array.shape[0] != count or array.shape[1] == 0 or array.dtype.kind != "f":
            raise self._wrong(what, method, _told(array), f"floats of shape [{count}, n]")
        rows = np.ascontiguousarray(array, dtype=np.float32)
        bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
        if bad.size:
            raise self._wrong(what, method, f"NaN or infinity in row {bad[0]} (from 0)", "numbers")
        return rows


def _told(array: NDArray[Any]) -> str:
    return f"{array.dtype} of shape {list(array.shape)}"


def _of_images(images: Images) -> str:
    count, height, width, _ = images.shape
    return f"{count} images of {width} x {height}" if count != 1 else f"an image of {width} x {height}"


def _texts(self: Asked, what: str, method: str, answer: object, count: int) -> list[str]:
    if isinstance(answer, str) or not isinstance(answer, Sequence):
        raise self._wrong(what, method, f"a {type(answer).__name__}", f"a list of {count} texts")
    for text in answer:
        if not isinstance(text, str):
            raise self._wrong(what, method, f"a {type(text).__name__} among its answers", f"a list of {count} texts")
    if len(answer) != count:
        raise self._wrong(what, method, f"{len(answer)} texts", f"a list of {count} texts")
    return [_printable(text) for text in answer]


class AskedGenerator(Asked):
    role = "generator"

    def generate(self, prompts: list[str], seeds: list[int]) -> Images:
        what = f"prompt {prompts[0]!r}, seed {seeds[0]}" + (f" and {len(prompts) - 1} more" if len(prompts) > 1 else "")
        answer = self._array(what, "generate", self._call(what, "generate", prompts, seeds))
        count = len(prompts)
        if answer.dtype != np.uint8 or answer.ndim != 4 or answer.shape[0] != count or answer.shape[3] != 3 or answer.size == 0:
            raise self._wrong(what, "generate", _told(answer), f"uint8 of shape [{count}, height, width, 3]")
        return np.ascontiguousarray(answer)


class AskedClassifier(Asked):
    role = "classifier"

    def __init__(self, value: object, name: str) -> None:
        super().__init__(value, name)
        names = self._own("class_names", None)
        names = names.tolist() if isinstance(names, np.ndarray) else names
        good = isinstance(names, Sequence) and not isinstance(names, str) and len(names) > 0
        if not good or not all(isinstance(n, str) and n == _printable(n) for n in names):
            raise InputError(f"{name}: its class_names are {_short(names)}; they must be a list of texts, one for each column of classify")
        self.class_names = list(names)

    def classify(self, images: Images) -> NDArray[np.float32]:
        what = _of_images(images)
        rows = self._rows(what, "classify", self._call(what, "classify", images), len(images))
        classes = len(self.class_names)
        if rows.shape[1] != classes:
            raise self._wrong(what, "classify", _told(rows), f"one column for each of its {classes} class_names")
        if rows.min() < -1e-6 or rows.max() > 1 + 1e-4:
            raise self._wrong(
                what, "classify", f"numbers from {rows.min():.4g} to {rows.max():.4g}", "probabilities in [0, 1]: apply softmax"
            )
        clipped: NDArray[np.float32] = np.clip(rows, 0, 1)
        return clipped


class AskedCaptioner(Asked):
    role = "captioner"

    def caption(self, images: Images) -> list[str]:
        what = _of_images(images)
        return _texts(self, what, "caption", self._call(what, "caption", images), len(images))


class AskedEmbedder(Asked):
    role = "embedder"

    def embed_images(self, images: Images) -> NDArray[np.float32]:
        what = _of_images(images)
        return self._unit(what, "embed_images", self._call(what, "embed_images", images), len(images))

    def embed_texts(self, texts: list[str]) -> NDArray[np.float32]:
        what = f"{texts[0]!r}" + (f" and {len(texts) - 1} more texts" if len(texts) > 1 else "")
        return self._unit(what, "embed_texts", self._call(what, "embed_texts", texts), len(texts))

    def _unit(self, what: str, method: str, answer: object, count: int) -> NDArray[np.float32]:
        rows = self._rows(what, method, answer, count)
        lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
        if not lengths.all():
            raise self._wrong(
                what, method, f"zeros in row {int(np.flatnonzero(lengths[:, 0] == 0)[0])} (from 0)", "a vector with a direction"
            )
        unit: NDArray[np.float32] = (rows / lengths).astype(np.float32)
        return unit


class AskedJudge(Asked):
    role = "judge"

    def judge(self, images: Images, labels: list[str]) -> NDArray[np.float32]:
        what = f"{_of_images(images)}, label {labels[0]!r}"
        array = self._array(what, "judge", self._call(what, "judge", images, labels))
        if array.shape != (len(images),) or array.dtype.kind != "f":
            raise self._wrong(what, "judge", _told(array), f"floats of shape [{len(images)}]")
        scores = np.ascontiguousarray(array, dtype=np.float32)
        if not (np.isfinite(scores).all() and scores.min() >= 0 and scores.max() <= 1):
            raise self._wrong(what, "judge", f"{scores.min():.4g} to {scores.max():.4g}", "probabilities in [0, 1]")
        return scores


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


ASKED: dict[str, Callable[[object, str], Asked]] = {
    "generator": AskedGenerator,
    "classifier": AskedClassifier,
    "captioner": AskedCaptioner,
    "embedder": AskedEmbedder,
    "judge": AskedJudge,
}
