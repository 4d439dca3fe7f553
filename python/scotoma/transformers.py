# SPDX-License-Identifier: Apache-2.0
"""Models of Hugging Face's transformers in the roles of a study. `import scotoma.transformers` needs the package transformers.

    classifier = scotoma.transformers.Classifier("folder")
    captioner = scotoma.transformers.Captioner(model, processor)
    embedder = scotoma.transformers.Embedder("openai/clip-vit-base-patch32")
    judge = scotoma.transformers.Judge(embedder, labels=["fly", "bee"])

A model is an object, then with its processor, or a folder or a name, which transformers loads (and downloads). A processor is an
object with what the model needs of image_processor and tokenizer, or a pair of these two. Objects of models are put into evaluation
mode, and moved only where `device` says so; their floating type stays. Folders are loaded in `dtype`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images, _scores, _zero_shot
from scotoma._extras import missing
from scotoma._first_sentence import first_sentence
from scotoma._images import Images

try:
    import torch
    import transformers
except ImportError as error:
    raise missing("transformers", error) from error

from scotoma.torch import as_array, device_of, dtype_of, settings

Source = str | os.PathLike[str]
PROMPT = "Describe this image in one short sentence."


class _Model:
    """A model with its processors, whichever way they were given."""

    concurrency = 1

    def __init__(self, model: Any, processor: Any, loader: Any, *, device: Any, dtype: Any, batch: int, fingerprint: str | None) -> None:
        self._role = f"{type(self).__module__}.{type(self).__qualname__}"
        self.batch = _images.check_batch(self._role, batch)
        self._fingerprint = _fingerprint.Lazy(fingerprint, self._hash)
        if isinstance(model, (str, os.PathLike)):
            where = os.fspath(model)
            self.description = f"{os.path.basename(os.path.normpath(where))} in transformers"
            processor = where if processor is None else processor
            model, info = loader.from_pretrained(where, dtype=dtype, output_loading_info=True)
            absent = sorted(map(str, [*info["missing_keys"], *info["mismatched_keys"]]))
            if absent:
                raise ValueError(
                    f"{self._role}: model: {where} has no weights for {absent[0]}, which would be random: it was saved for another task"
                )
        elif not isinstance(model, torch.nn.Module):
            raise TypeError(f"{self._role}: model: expected a model of transformers, or a folder or name; this is {type(model).__name__}")
        else:
            self.description = f"{type(model).__name__} in transformers"
        if processor is None:
            raise ValueError(
                f"{self._role}: processor: expected the processor of the model, a pair (image processor, tokenizer), or a folder"
            )
        self._model: Any = (model if device is None else model.to(device)).eval()
        self._processor = processor

    @functools.cached_property
    def _image_processor(self) -> Any:
        return self._part("image_processor", transformers.AutoImageProcessor, 0)

    @functools.cached_property
    def _tokenizer(self) -> Any:
        return self._part("tokenizer", transformers.AutoTokenizer, 1)

    def _part(self, name: str, loader: Any, place: int) -> Any:
        given = self._processor
        if isinstance(given, (str, os.PathLike)):
            return loader.from_pretrained(os.fspath(given))
        if isinstance(given, tuple):
            if len(given) != 2:
                raise ValueError(f"{self._role}: processor: expected a pair (image processor, tokenizer), this has {len(given)} parts")
            return given[place]
        found = getattr(given, name, given)
        fits = hasattr(found, "get_vocab") if name == "tokenizer" else callable(getattr(found, "preprocess", None))
        if not fits:
            raise TypeError(f"{self._role}: processor: {type(given).__name__} has no {name.replace('_', ' ')}")
        return found

    def _to_model(self, inputs: Any) -> dict[str, Any]:
        """On the model's device, floating values in its type."""
        device, dtype = device_of(self._model), dtype_of(self._model)
        return {
            key: value.to(device=device, dtype=dtype if value.is_floating_point() else None)
            for key, value in inputs.items()
            if isinstance(value, torch.Tensor)
        }

    def _pixels(self, images: Images) -> dict[str, Any]:
        return self._to_model(self._image_processor(images=_images.as_pil(images), return_tensors="pt"))

    @property
    def fingerprint(self) -> str | None:
        return self._fingerprint()

    def _hash(self) -> str:
        return _fingerprint.digest(
            self._role,
            model=self._model,
            generation=getattr(self._model, "generation_config", None),
            options=self._options(),
            settings=settings(device_of(self._model), dtype_of(self._model)),
            versions=_fingerprint.versions("transformers", "tokenizers", "timm"),
        )

    def _options(self) -> dict[str, object]:
        """Of the role, for the fingerprint; the processors among them."""
        raise NotImplementedError


class Classifier(_Model):
    """Image classification (AutoModelForImageClassification).

    class_names: None: id2label of the model's configuration, which must not be LABEL_0, LABEL_1, ...
    output: None: "sigmoid" where the configuration says that it is a multi-label problem, else "logits".
    """

    def __init__(
        self,
        model: torch.nn.Module | Source,
        processor: Any = None,
        *,
        class_names: Sequence[str] | None = None,
        output: _scores.Output | None = None,
        device: torch.device | str | None = None,
        dtype: torch.dtype | str = torch.float32,
        batch: int = 32,
        fingerprint: str | None = None,
    ) -> None:
        loader = transformers.AutoModelForImageClassification
        super().__init__(model, processor, loader, device=device, dtype=dtype, batch=batch, fingerprint=fingerprint)
        config = self._model.config
        multi = getattr(config, "problem_type", None) == "multi_label_classification"
        self._output: _scores.Output = output or ("sigmoid" if multi else "logits")
        _images.check_choice(self._role, "output", self._output, _scores.OUTPUTS)
        names = _config_names(self._role, config) if class_names is None else class_names
        self.class_names = _images.check_names(self._role, "class_names", names)

    def _options(self) -> dict[str, object]:
        return {"processor": self._image_processor, "class_names": self.class_names, "output": self._output}

    def classify(self, images: Images) -> NDArray[np.float32]:
        """[n, classes] probabilities of uint8 images [n, height, width, 3]."""
        classes = len(self.class_names)
        return _scores.classified(self._role, images, self._raw, batch=self.batch, output=self._output, classes=classes)

    def _raw(self, images: Images) -> NDArray[Any]:
        with torch.inference_mode():
            return as_array(self._role, self._model(**self._pixels(images)))


def _config_names(role: str, config: Any) -> list[str]:
    labels = {int(key): str(value) for key, value in (getattr(config, "id2label", None) or {}).items()}
    names = [labels.get(at, "") for at in range(len(labels))]
    if not names or names == [f"LABEL_{at}" for at in range(len(names))]:
        raise ValueError(f"{role}: class_names: the model's configuration does not name its classes (id2label): give them")
    return names


class Captioner(_Model):
    """Image to text without a prompt: BLIP, GIT, and vision encoders with a text decoder such as ViT-GPT2.

    max_tokens: of a caption; beams: 0: what the model's generation configuration says. Captions are never sampled: the same image has
    the same caption. GIT is asked without its cache, with which transformers 5.5 gives words other positions than in training.
    """

    def __init__(
        self,
        model: torch.nn.Module | Source,
        processor: Any = None,
        *,
        max_tokens: int = 32,
        beams: int = 0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | str = torch.float32,
        batch: int = 16,
        fingerprint: str | None = None,
    ) -> None:
        super().__init__(model, processor, _CaptionLoader, device=device, dtype=dtype, batch=batch, fingerprint=fingerprint)
        self._search = _search(self._role, self._model, max_tokens, beams)
        if getattr(self._model.config, "model_type", "") == "git":
            self._search["use_cache"] = False

    def _options(self) -> dict[str, object]:
        return {"images": self._image_processor, "texts": self._tokenizer, "search": self._search}

    def caption(self, images: Images) -> list[str]:
        """A sentence for each of uint8 images [n, height, width, 3]."""
        images = _images.check_images(self._role, images)
        out: list[str] = []
        for part in _images.chunks(len(images), self.batch):
            with torch.inference_mode():
                ids = self._model.generate(pixel_values=self._pixels(images[part])["pixel_values"], **self._search)
            out += [text.strip() for text in self._tokenizer.batch_decode(ids, skip_special_tokens=True)]
        return out


class _CaptionLoader:
    """The class that a configuration names: BLIP's and GIT's are of several auto classes, an encoder with a decoder of one."""

    @staticmethod
    def from_pretrained(where: str, **more: Any) -> Any:
        config: Any = transformers.AutoConfig.from_pretrained(where)
        kind: Any = getattr(transformers, (config.architectures or [""])[0], transformers.AutoModelForImageTextToText)
        model, info = kind.from_pretrained(where, **more)
        unused = {key for key in info["missing_keys"] if key.startswith("encoder.pooler.")}
        if unused and config.model_type == "vision-encoder-decoder":  # no decoder reads it, and random it would be in the fingerprint
            model.encoder.pooler = None
            info = {**info, "missing_keys": set(info["missing_keys"]) - unused}
        return model, info


def _search(role: str, model: Any, max_tokens: int, beams: int) -> dict[str, Any]:
    """Arguments of generate(). TypeError for a model without it."""
    if not callable(getattr(model, "generate", None)):
        raise TypeError(f"{role}: model: {type(model).__name__} does not generate text")
    for argument, value, least in (("max_tokens", max_tokens, 1), ("beams", beams, 0)):
        if not isinstance(value, int) or value < least:
            raise ValueError(f"{role}: {argument}: expected a whole number from {least} on, this is {value!r}")
    out: dict[str, Any] = {"do_sample": False, "max_new_tokens": max_tokens}
    return {**out, "num_beams": beams} if beams else out


class VisionLanguageCaptioner(_Model):
    """A vision-language model, asked by its chat template for one sentence: LLaVA, SmolVLM, Idefics 3, Gemma 3, Qwen-VL, ...

    prompt: what it is asked. The first sentence of the answer is the caption. max_tokens, beams: as of Captioner; never sampled.
    dtype: of a folder; "auto": what it was saved in.
    """

    def __init__(
        self,
        model: torch.nn.Module | Source,
        processor: Any = None,
        *,
        prompt: str = PROMPT,
        max_tokens: int = 32,
        beams: int = 0,
        device: torch.device | str | None = None,
        dtype: torch.dtype | str = "auto",
        batch: int = 8,
        fingerprint: str | None = None,
    ) -> None:
        loader = transformers.AutoModelForImageTextToText
        super().__init__(model, processor, loader, device=device, dtype=dtype, batch=batch, fingerprint=fingerprint)
        if isinstance(self._processor, (str, os.PathLike)):
            loaded: Any = transformers.AutoProcessor
            self._processor = loaded.from_pretrained(os.fspath(self._processor))
        if not getattr(self._processor, "chat_template", None):
            raise ValueError(
                f"{self._role}: processor: {type(self._processor).__name__} has no chat template: Captioner asks models without one"
            )
        if not isinstance(prompt, str) or not prompt.strip():
            raise ValueError(f"{self._role}: prompt: expected a text, this is {prompt!r}")
        self._prompt, self._search = prompt, _search(self._role, self._model, max_tokens, beams)

    def _options(self) -> dict[str, object]:
        template = self._processor.chat_template
        return {
            "images": self._image_processor,
            "texts": self._tokenizer,
            "processor": (type(self._processor).__name__, template, getattr(self._processor, "image_seq_len", None)),
            "search": self._search,
            "prompt": self._prompt,
        }

    def caption(self, images: Images) -> list[str]:
        """A sentence for each of uint8 images [n, height, width, 3]."""
        images = _images.check_images(self._role, images)
        out: list[str] = []
        for part in _images.chunks(len(images), self.batch):
            inputs = self._to_model(self._chats(_images.as_pil(images[part])))
            with torch.inference_mode():
                ids = self._model.generate(**inputs, **self._search)
            answers = ids[:, inputs["input_ids"].shape[1] :]
            out += [first_sentence(text) for text in self._tokenizer.batch_decode(answers, skip_special_tokens=True)]
        return out

    def _chats(self, images: Sequence[Any]) -> Any:
        """Padded on the left where images take different numbers of tokens: an answer must follow its question."""
        chats = [
            [{"role": "user", "content": [{"type": "image", "image": image}, {"type": "text", "text": self._prompt}]}] for image in images
        ]
        return self._processor.apply_chat_template(
            chats,
            add_generation_prompt=True,
            tokenize=True,
            return_dict=True,
            return_tensors="pt",
            processor_kwargs={"padding": True, "padding_side": "left"},
        )


class Embedder(_Model):
    """Models with an image and a text tower: CLIP, SigLIP and their kind (AutoModel).

    Texts are filled up to the longest that the model reads, as SigLIP was trained, and cut there.
    """

    def __init__(
        self,
        model: torch.nn.Module | Source,
        processor: Any = None,
        *,
        device: torch.device | str | None = None,
        dtype: torch.dtype | str = torch.float32,
        batch: int = 32,
        fingerprint: str | None = None,
    ) -> None:
        super().__init__(model, processor, transformers.AutoModel, device=device, dtype=dtype, batch=batch, fingerprint=fingerprint)
        if not hasattr(self._model, "get_image_features") or not hasattr(self._model, "get_text_features"):
            raise TypeError(f"{self._role}: model: {type(self._model).__name__} has no get_image_features and get_text_features")
        text = getattr(self._model.config, "text_config", self._model.config)
        self._longest = int(getattr(text, "max_position_embeddings", self._tokenizer.model_max_length))
        self._masked = "siglip" not in getattr(self._model.config, "model_type", "")  # it was trained to read the filling too

    def _options(self) -> dict[str, object]:
        return {"images": self._image_processor, "texts": self._tokenizer, "longest": self._longest}

    @property
    def scale(self) -> float:
        """What similarities are multiplied by before softmax: the model's logit_scale."""
        value = getattr(self._model, "logit_scale", None)
        if value is None:
            raise ValueError(f"{self._role}: the model has no logit_scale, so it is no zero-shot model")
        return float(value.detach().float().exp())

    @property
    def bias(self) -> float | None:
        """What is added to scaled similarities before a sigmoid: SigLIP's logit_bias."""
        value = getattr(self._model, "logit_bias", None)
        return None if value is None else float(value.detach().float())

    def embed_images(self, images: Images) -> NDArray[np.float32]:
        """[n, d] of uint8 images [n, height, width, 3]."""
        images = _images.check_images(self._role, images)
        out = []
        for part in _images.chunks(len(images), self.batch):
            with torch.inference_mode():
                out.append(self._features(self._model.get_image_features(**self._pixels(images[part]))))
        return np.concatenate(out) if out else np.zeros((0, 0), np.float32)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """[n, d]."""
        out = []
        for part in _images.chunks(len(texts), self.batch):
            tokens = self._tokenizer(
                list(texts[part]), padding="max_length", truncation=True, max_length=self._longest, return_tensors="pt"
            )
            inputs = self._to_model(
                {key: tokens[key] for key in ("input_ids", "attention_mask")[: 2 if self._masked else 1] if key in tokens}
            )
            with torch.inference_mode():
                out.append(self._features(self._model.get_text_features(**inputs)))
        return np.concatenate(out) if out else np.zeros((0, 0), np.float32)

    def _features(self, found: Any) -> NDArray[np.float32]:
        """transformers 5 gives an object, 4 a tensor."""
        return as_array(self._role, getattr(found, "pooler_output", found))


class ZeroShotClassifier(_zero_shot.ZeroShotClassifier):
    """Zero-shot over labels: softmax of scaled similarities, or the sigmoid of each (SigLIP). `prompts` hold {label}."""


class Judge(_zero_shot.ZeroShotJudge):
    """How probable a label is among `labels`, by zero-shot. `prompts` hold {label}."""
