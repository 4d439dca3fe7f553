# SPDX-License-Identifier: Apache-2.0
"""OpenCLIP's models as embedder, zero-shot classifier and judge. `import scotoma.open_clip` needs the package open-clip-torch.

embedder = scotoma.open_clip.Embedder("ViT-B-32", checkpoint="vit_b_32.safetensors")
judge = scotoma.open_clip.Judge(embedder, labels=["fly", "bee"])
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images, _zero_shot
from scotoma._extras import missing
from scotoma._images import Images

try:
    import open_clip
    import torch
except ImportError as error:
    raise missing("open-clip", error) from error

from scotoma.torch import as_array, device_of, dtype_of, settings

_ROLE = "scotoma.open_clip.Embedder"
_PREPROCESSING = ("mean", "std", "interpolation", "resize_mode")


class Embedder:
    """Both towers of a model that OpenCLIP makes.

    model: a model, with `preprocess` (its transform for evaluation) and `tokenizer`; or one of OpenCLIP's names, such as "ViT-B-32",
        "local-dir:FOLDER" or "hf-hub:OWNER/NAME".
    checkpoint: of a name without "local-dir:" or "hf-hub:": a file of weights, or the tag of published ones, which OpenCLIP downloads.
    preprocess_config: of a name: mean, std, interpolation, resize_mode. For a file of weights OpenCLIP itself falls back to CLIP's,
        whatever the model; here the published weights of that name say it where they agree with each other, and else this must.

    Raises ValueError where weights would be random, or the preprocessing is not known.
    """

    concurrency = 1

    def __init__(
        self,
        model: torch.nn.Module | str,
        preprocess: Callable[[Any], torch.Tensor] | None = None,
        tokenizer: Callable[[list[str]], torch.Tensor] | None = None,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
        preprocess_config: Mapping[str, Any] | None = None,
        device: torch.device | str | None = None,
        batch: int = 32,
        fingerprint: str | None = None,
    ) -> None:
        self.batch = _images.check_batch(_ROLE, batch)
        if isinstance(model, str):
            if preprocess is not None:
                raise ValueError(f"{_ROLE}: preprocess: belongs to a model; of a name say preprocess_config")
            module, preprocess = _load(model, checkpoint, preprocess_config)
            tokenizer = tokenizer or open_clip.get_tokenizer(model)
            self.description = f"{model} in OpenCLIP"
        elif isinstance(model, torch.nn.Module):
            if checkpoint is not None or preprocess_config is not None:
                raise ValueError(f"{_ROLE}: checkpoint, preprocess_config: belong to a name; this is a model already")
            module = model
            self.description = f"{type(model).__name__} in OpenCLIP"
        else:
            raise TypeError(f"{_ROLE}: model: expected a model of OpenCLIP's or a name, this is {type(model).__name__}")
        if not callable(preprocess) or not callable(tokenizer):
            raise TypeError(
                f"{_ROLE}: preprocess and tokenizer: expected what open_clip.create_model_and_transforms() and get_tokenizer() give"
            )
        if not hasattr(module, "encode_image") or not hasattr(module, "encode_text"):
            raise TypeError(f"{_ROLE}: model: {type(module).__name__} has no encode_image and encode_text")
        self._module: Any = (module if device is None else module.to(device)).eval()
        self._preprocess, self._tokenizer = preprocess, tokenizer
        self._fingerprint = _fingerprint.Lazy(fingerprint, self._hash)

    @property
    def fingerprint(self) -> str | None:
        return self._fingerprint()

    def _hash(self) -> str:
        return _fingerprint.digest(
            "embedder in open_clip",
            module=self._module,
            preprocess=_fingerprint.of_transform(self._preprocess),
            tokenizer=_fingerprint.of_transform(self._tokenizer),
            settings=settings(device_of(self._module), dtype_of(self._module)),
            versions=_fingerprint.versions("open-clip-torch", "timm"),
        )

    @property
    def scale(self) -> float:
        """What similarities are multiplied by before softmax: the model's logit_scale."""
        value = getattr(self._module, "logit_scale", None)
        if value is None:
            raise ValueError(f"{_ROLE}: the model has no logit_scale, so it is no zero-shot model")
        return float(value.detach().float().exp())

    @property
    def bias(self) -> float | None:
        """What is added to scaled similarities before a sigmoid: SigLIP's logit_bias."""
        value = getattr(self._module, "logit_bias", None)
        return None if value is None else float(value.detach().float())

    def embed_images(self, images: Images) -> NDArray[np.float32]:
        """[n, d] of uint8 images [n, height, width, 3]."""
        images = _images.check_images(_ROLE, images)
        device, dtype = device_of(self._module), dtype_of(self._module)
        out = []
        for part in _images.chunks(len(images), self.batch):
            pixels = torch.stack([self._preprocess(image) for image in _images.as_pil(images[part])])
            with torch.inference_mode():
                out.append(as_array(_ROLE, self._module.encode_image(pixels.to(device, dtype))))
        return np.concatenate(out) if out else np.zeros((0, 0), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[n, d]. Texts longer than the model reads are cut, as OpenCLIP's tokenizers do it."""
        out = []
        for part in _images.chunks(len(texts), self.batch):
            with torch.inference_mode():
                tokens = self._tokenizer(list(texts[part])).to(device_of(self._module))
                out.append(as_array(_ROLE, self._module.encode_text(tokens)))
        return np.concatenate(out) if out else np.zeros((0, 0), np.float32)


def _load(
    name: str, checkpoint: str | os.PathLike[str] | None, config: Mapping[str, Any] | None
) -> tuple[torch.nn.Module, Callable[[Any], torch.Tensor]]:
    with_weights = ":" in name
    if with_weights == (checkpoint is not None):
        what = (
            "belongs to a name without 'local-dir:' or 'hf-hub:'" if with_weights else "expected a file or a tag: weights would be random"
        )
        raise ValueError(f"{_ROLE}: checkpoint: {what}")
    unknown = sorted(set(config or {}) - set(_PREPROCESSING))
    if unknown:
        raise ValueError(f"{_ROLE}: preprocess_config: {unknown[0]!r} is none of {', '.join(_PREPROCESSING)}")
    found = dict(config or {})
    weights = None if checkpoint is None else os.fspath(checkpoint)
    if weights is not None and weights not in open_clip.list_pretrained_tags_by_model(name):
        if not os.path.isfile(weights):
            raise ValueError(f"{_ROLE}: checkpoint: {weights!r} is neither a file nor a tag of {name}")
        found = {**_published_preprocessing(name, found), **found}
    named = {f"image_{key}": value for key, value in found.items()}
    model, _, preprocess = open_clip.create_model_and_transforms(name, pretrained=weights, **named)
    return cast("torch.nn.Module", model), cast("Callable[[Any], torch.Tensor]", preprocess)


def _published_preprocessing(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """How the published weights of that name are fed, without what is given. ValueError where they disagree."""
    out: dict[str, Any] = {}
    tags = open_clip.list_pretrained_tags_by_model(name)
    default = vars(open_clip.transform.PreprocessCfg())
    for key in (key for key in _PREPROCESSING if key not in given):
        values = {_frozen((open_clip.get_pretrained_cfg(name, tag) or {}).get(key, default[key])) for tag in tags} or {
            _frozen(default[key])
        }
        if len(values) > 1:
            listed = " and ".join(sorted(str(value) for value in values))
            raise ValueError(
                f"{_ROLE}: preprocess_config: the published weights of {name} differ in {key}, {listed}: say which your file wants"
            )
        out[key] = values.pop()
    return out


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Classifier(_zero_shot.ZeroShotClassifier):
    """Zero-shot over labels: softmax of scaled similarities, or the sigmoid of each (SigLIP). `prompts` hold {label}."""


class Judge(_zero_shot.ZeroShotJudge):
    """How probable a label is among `labels`, by zero-shot. `prompts` hold {label}."""
