# SPDX-License-Identifier: Apache-2.0
"""PyTorch models in the roles of a study. `import scotoma.torch` needs the package torch.

    classifier = scotoma.torch.Classifier(module, transform, class_names)

Modules are put into evaluation mode, run in inference mode and without autocast, and moved only where `device` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images, _scores
from scotoma._extras import missing
from scotoma._images import Images

try:
    import torch
except ImportError as error:
    raise missing("torch", error) from error

_TRIES = 6  # of a transform on one image: a random flip shows in them with a probability of 97 %


def device_of(module: torch.nn.Module) -> torch.device:
    """Where a module's weights lie; the CPU for one without any."""
    first = next(module.parameters(), None)
    return first.device if first is not None else next((buffer.device for buffer in module.buffers()), torch.device("cpu"))


def dtype_of(module: torch.nn.Module) -> torch.dtype:
    """The floating type of a module's weights; float32 for one without any."""
    return next((one.dtype for one in module.parameters() if one.dtype.is_floating_point), torch.float32)


def settings(device: torch.device, dtype: torch.dtype) -> dict[str, object]:
    """What of the machine changes numbers, for fingerprints."""
    return {
        "device": device.type,
        "dtype": str(dtype),
        "matmul": torch.get_float32_matmul_precision(),
        "versions": _fingerprint.versions("torch", "torchvision", "pillow"),
    }


def as_tensor(images: Images, device: torch.device | None = None) -> torch.Tensor:
    """[n, 3, height, width] bytes, a copy."""
    return torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).to(device or "cpu")


def as_array(role: str, result: object) -> NDArray[np.float32]:
    """A model's numbers as float32: of a tensor, of `.logits`, or of an entry "logits"."""
    found = result.get("logits") if isinstance(result, dict) else getattr(result, "logits", result)
    if not isinstance(found, torch.Tensor):
        raise TypeError(f"{role}: the module gives a {type(result).__name__}; expected a tensor, or an object with one called logits")
    return cast("NDArray[np.float32]", found.detach().to(device="cpu", dtype=torch.float32).numpy())


class _Inputs:
    """From images to a module's input."""

    def __init__(self, role: str, transform: Callable[[Any], torch.Tensor], inputs: str) -> None:
        _images.check_choice(role, "inputs", inputs, ("pil", "tensor"))
        if not callable(transform):
            raise TypeError(f"{role}: transform: expected a callable that makes a tensor of an image, this is {type(transform).__name__}")
        self._role, self._transform, self._pil = role, transform, inputs == "pil"
        self._checked = False

    def __call__(self, images: Images, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
        given: list[Any] = [*_images.as_pil(images)] if self._pil else [as_tensor(images, device)]
        if not self._checked:
            self._check_that_nothing_is_random(given[0])
        rows = [self._one(one) for one in given]
        if len({row.shape for row in rows}) > 1:
            raise ValueError(f"{self._role}: transform gives tensors of several shapes for images of one: {list(rows[0].shape)}, ...")
        out = torch.stack(rows) if self._pil else rows[0]
        if not self._pil and len(out) != len(images):
            raise ValueError(f"{self._role}: transform gives {list(out.shape)} for {len(images)} images: expected one row for each")
        return out.to(device=device, dtype=dtype if out.dtype.is_floating_point else None)

    def _one(self, image: object) -> torch.Tensor:
        out = self._transform(image)
        if not isinstance(out, torch.Tensor):
            raise TypeError(f"{self._role}: transform gives a {type(out).__name__}, expected a tensor: let it end with ToTensor()")
        return out

    def _check_that_nothing_is_random(self, image: object) -> None:
        first = self._one(image)
        for _ in range(_TRIES - 1):
            again = self._one(image)
            if first.shape != again.shape or not torch.equal(first.nan_to_num(), again.nan_to_num()):
                raise ValueError(
                    f"{self._role}: transform makes different tensors of one image: give the one of evaluation, without random parts"
                )
        self._checked = True


class Classifier:
    """A torch module as a classifier.

    module: gives [n, classes] for a batch: a tensor, or an object or dictionary with one called `logits`.
    transform: from a PIL image, mode RGB, to one tensor, as torchvision's transforms for evaluation do (inputs="pil"); or from a uint8
        tensor [n, 3, height, width] on the module's device to a batch (inputs="tensor").
    class_names: one for each output, in their order.
    device: where to move the module; None: it stays where it is.
    output: "logits" (softmax), "probabilities" (as they are) or "sigmoid" (logits of classes that do not exclude each other).
    fingerprint: None: of weights, structure and transform, and none where the transform is a function.

    Raises ValueError or TypeError where arguments do not fit each other, at the latest with the first images.
    """

    concurrency = 1

    def __init__(
        self,
        module: torch.nn.Module,
        transform: Callable[[Any], torch.Tensor],
        class_names: Sequence[str],
        *,
        device: torch.device | str | None = None,
        output: _scores.Output = "logits",
        inputs: Literal["pil", "tensor"] = "pil",
        batch: int = 32,
        fingerprint: str | None = None,
        description: str | None = None,
    ) -> None:
        self._role = f"{type(self).__module__}.{type(self).__qualname__}"
        if not isinstance(module, torch.nn.Module):
            raise TypeError(f"{self._role}: module: expected a torch.nn.Module, this is {type(module).__name__}")
        _images.check_choice(self._role, "output", output, _scores.OUTPUTS)
        self.class_names = _images.check_names(self._role, "class_names", class_names)
        self.batch = _images.check_batch(self._role, batch)
        self.description = description or f"{type(module).__name__} in torch, {len(self.class_names)} classes"
        self._inputs = _Inputs(self._role, transform, inputs)
        self._module = (module if device is None else module.to(device)).eval()
        self._transform, self._how = transform, inputs
        self._output: _scores.Output = output
        self._fingerprint = _fingerprint.Lazy(fingerprint, self._hash)

    @property
    def fingerprint(self) -> str | None:
        return self._fingerprint()

    def _hash(self) -> str:
        self._module.eval()
        return _fingerprint.digest(
            "classifier in torch",
            module=self._module,
            transform=_fingerprint.of_transform(self._transform),
            class_names=self.class_names,
            output=self._output,
            inputs=self._how,
            settings=settings(device_of(self._module), dtype_of(self._module)),
        )

    def classify(self, images: Images) -> NDArray[np.float32]:
        """[n, classes] probabilities of uint8 images [n, height, width, 3]."""
        self._module.eval()
        classes = len(self.class_names)
        return _scores.classified(self._role, images, self._raw, batch=self.batch, output=self._output, classes=classes)

    def _raw(self, images: Images) -> NDArray[Any]:
        with torch.inference_mode():
            return as_array(self._role, self._module(self._inputs(images, device_of(self._module), dtype_of(self._module))))


class Embedder:
    """Two torch callables as an embedder: images and texts in one space.

    images: from a batch of transformed images to [n, d]; a module is put into evaluation mode.
    texts: from a list of texts to [n, d], the tokenizer included.
    transform, inputs, batch, fingerprint: as of Classifier; there is no fingerprint unless it is given.
    device: where transformed images go; None: where the module `images` lies, or the CPU.
    """

    concurrency = 1

    def __init__(
        self,
        images: Callable[[torch.Tensor], torch.Tensor],
        texts: Callable[[list[str]], torch.Tensor],
        transform: Callable[[Any], torch.Tensor],
        *,
        device: torch.device | str | None = None,
        inputs: Literal["pil", "tensor"] = "pil",
        batch: int = 32,
        fingerprint: str | None = None,
        description: str = "embedder in torch",
    ) -> None:
        self._role = "scotoma.torch.Embedder"
        for argument, value in (("images", images), ("texts", texts)):
            if not callable(value):
                raise TypeError(f"{self._role}: {argument}: expected a callable that gives a tensor [n, d], this is {type(value).__name__}")
        self.batch = _images.check_batch(self._role, batch)
        self.fingerprint, self.description = fingerprint, description
        self._inputs = _Inputs(self._role, transform, inputs)
        self._images, self._texts = images, texts
        if isinstance(images, torch.nn.Module):
            self._images = (images if device is None else images.to(device)).eval()
            self._device, self._dtype = device_of(images), dtype_of(images)
        else:
            self._device, self._dtype = torch.device(device or "cpu"), torch.float32

    def embed_images(self, images: Images) -> NDArray[np.float32]:
        """[n, d] of uint8 images [n, height, width, 3]."""
        images = _images.check_images(self._role, images)
        out = []
        for part in _images.chunks(len(images), self.batch):
            with torch.inference_mode():
                out.append(as_array(self._role, self._images(self._inputs(images[part], self._device, self._dtype))))
        return np.concatenate(out) if out else np.zeros((0, 0), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[n, d]."""
        out = []
        for part in _images.chunks(len(texts), self.batch):
            with torch.inference_mode():
                out.append(as_array(self._role, self._texts(list(texts[part]))))
        return np.concatenate(out) if out else np.zeros((0, 0), np.float32)


class Generator:
    """A torch callable as a generator.

    generate: from a list of n prompts and noise [n, *shape], float32, to images [n, 3, height, width]: bytes, or floating values in
        `values`; what lies outside is cut off. It must not draw random numbers of its own, nor mix images of a batch.
    shape: of one image's noise, such as (4, 64, 64); image i gets scotoma.noise(seeds[i], shape).
    """

    concurrency = 1

    def __init__(
        self,
        generate: Callable[[list[str], torch.Tensor], torch.Tensor],
        shape: Sequence[int],
        *,
        device: torch.device | str = "cpu",
        values: tuple[float, float] = (0.0, 1.0),
        batch: int = 8,
        fingerprint: str | None = None,
        description: str = "generator in torch",
    ) -> None:
        self._role = "scotoma.torch.Generator"
        if not callable(generate):
            raise TypeError(f"{self._role}: generate: expected a callable of prompts and noise, this is {type(generate).__name__}")
        if not shape or any(not isinstance(length, int) or length < 1 for length in shape):
            raise ValueError(f"{self._role}: shape: expected whole numbers from 1 on, such as (4, 64, 64), this is {shape!r}")
        if not values[0] < values[1]:
            raise ValueError(f"{self._role}: values: expected (lowest, highest), this is {values!r}")
        self.batch = _images.check_batch(self._role, batch)
        self.fingerprint, self.description = fingerprint, description
        self._generate, self._shape, self._device, self._values = generate, tuple(shape), torch.device(device), values

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> Images:
        """uint8 images [n, height, width, 3] of n prompts and as many seeds."""
        from scotoma import noise

        out = []
        for part in _images.chunks(len(prompts), self.batch):
            latents = torch.from_numpy(np.stack([noise(seed, self._shape) for seed in seeds[part]])).to(self._device)
            with torch.inference_mode():
                out.append(self._bytes(self._generate(list(prompts[part]), latents)))
        return np.ascontiguousarray(np.concatenate(out))

    def _bytes(self, images: Any) -> Images:
        if not isinstance(images, torch.Tensor) or images.ndim != 4 or images.shape[1] != 3:
            given = list(images.shape) if isinstance(images, torch.Tensor) else type(images).__name__
            raise ValueError(f"{self._role}: generate gives {given}, expected a tensor [n, 3, height, width]")
        if images.dtype != torch.uint8:
            if not images.dtype.is_floating_point or bool(images.isnan().any()):
                raise ValueError(
                    f"{self._role}: generate gives {images.dtype} values or NaN, expected bytes or floating values in {self._values}"
                )
            low, high = self._values
            images = ((images.float() - low) / (high - low)).clamp(0, 1).mul(255).round().to(torch.uint8)
        return cast("Images", images.permute(0, 2, 3, 1).cpu().numpy())
