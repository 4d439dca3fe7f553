# SPDX-License-Identifier: Apache-2.0
"""timm's models as classifiers. `import scotoma.timm` needs the package timm.

classifier = scotoma.timm.Classifier("resnet50.a1_in1k")
classifier = scotoma.timm.Classifier("resnet50", checkpoint="mine.safetensors", class_names=names)
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scotoma import _images, _scores
from scotoma._extras import missing

try:
    import timm
    import timm.data
    import torch
except ImportError as error:
    raise missing("timm", error) from error

from scotoma.torch import Classifier as TorchClassifier

_ROLE = "scotoma.timm.Classifier"
_DATA: Any = timm.data
# Of classes whose first word another has too: the names that the study's "imagenet-1k" gives them.
_ALIKE = {
    "n02012849": "crane (wading bird)",
    "n03126707": "crane (lifting device)",
    "n02113186": "Cardigan (corgi)",
    "n02963159": "cardigan (sweater)",
    "n03710637": "maillot (tights)",
    "n03710721": "maillot (swimsuit)",
}


class Classifier(TorchClassifier):
    """A timm model with the preprocessing of its own data configuration.

    model: a model, or the name of one, perhaps with its tag ("resnet50.a1_in1k"), "hf-hub:" and "local-dir:" included; or the path of
        a folder that timm wrote (config.json beside the weights).
    class_names: None: those in the model's configuration, or ImageNet's where it has as many classes as one of timm's subsets of it,
        named as the study's "imagenet-1k" names them.
    pretrained: of a name without checkpoint: load the published weights, which timm downloads. Random weights are refused.
    checkpoint: file of weights, put into the model of that name.
    data: replaces entries of the data configuration: input_size, interpolation, mean, std, crop_pct, crop_mode. A checkpoint of your own
        is preprocessed as the published weights of that name and tag unless this says otherwise.
    test_size: feed images of the size that timm reports accuracy at (test_input_size), where the configuration has one.
    options: of timm.create_model(), such as num_classes.

    Raises ValueError where class names are not known, or where weights would be random.
    """

    def __init__(
        self,
        model: torch.nn.Module | str | os.PathLike[str],
        *,
        class_names: Sequence[str] | None = None,
        pretrained: bool = True,
        checkpoint: str | os.PathLike[str] | None = None,
        data: Mapping[str, Any] | None = None,
        test_size: bool = False,
        options: Mapping[str, Any] | None = None,
        device: torch.device | str | None = None,
        output: _scores.Output = "logits",
        batch: int = 32,
        fingerprint: str | None = None,
    ) -> None:
        module = _load(model, pretrained, checkpoint, dict(options or {}), class_names)
        config: dict[str, Any] = _DATA.resolve_data_config({**_built_size(module), **(data or {})}, model=module, use_test_size=test_size)
        unknown = sorted(set(data or {}) - set(config))
        if unknown:
            raise ValueError(f"{_ROLE}: data: {unknown[0]!r} is no entry of timm's data configuration: {', '.join(sorted(config))}")
        self.data_config = config
        names = known_class_names(module) if class_names is None else _images.check_names(_ROLE, "class_names", class_names)
        if len(names) != getattr(module, "num_classes", len(names)):
            raise ValueError(f"{_ROLE}: class_names: the model has {module.num_classes} classes, these are {len(names)} names")
        architecture = getattr(module, "pretrained_cfg", {}).get("architecture") or type(module).__name__
        super().__init__(
            module,
            _DATA.create_transform(**config),
            names,
            device=device,
            output=output,
            batch=batch,
            fingerprint=fingerprint,
            description=f"{architecture} in timm, {config['input_size'][1]} px",
        )


def _built_size(module: torch.nn.Module) -> dict[str, Any]:
    """The images' size that a transformer was built for: timm's data configuration goes on naming that of the published weights."""
    size = getattr(getattr(module, "patch_embed", None), "img_size", None)
    published = (getattr(module, "pretrained_cfg", None) or {}).get("input_size")
    if not isinstance(size, tuple) or not published or size == tuple(published[1:]):
        return {}
    return {"input_size": (published[0], *size)}


def _load(
    model: object, pretrained: bool, checkpoint: str | os.PathLike[str] | None, options: dict[str, Any], names: Sequence[str] | None
) -> torch.nn.Module:
    if isinstance(model, torch.nn.Module):
        if checkpoint is not None:
            raise ValueError(f"{_ROLE}: checkpoint: belongs to the name of a model; this is a model already")
        return model
    if not isinstance(model, (str, os.PathLike)):
        raise TypeError(f"{_ROLE}: model: expected a model, a name of timm's or a folder, this is {type(model).__name__}")
    name = os.fspath(model)
    if os.path.isfile(os.path.join(name, "config.json")):
        name = f"local-dir:{name}"
    if checkpoint is None and not pretrained:
        raise ValueError(f"{_ROLE}: {name!r} would have random weights: say pretrained=True or checkpoint=FILE")
    if checkpoint is not None and not os.path.isfile(checkpoint):
        raise ValueError(f"{_ROLE}: checkpoint: there is no file {os.fspath(checkpoint)!r}")
    if checkpoint is None:
        if "num_classes" in options:  # timm would make a new last layer
            raise ValueError(f"{_ROLE}: options: num_classes: with the published weights the last layer would be random")
        loaded: torch.nn.Module = timm.create_model(name, pretrained=True, **options)
    else:
        if names is not None:
            options.setdefault("num_classes", len(names))
        loaded = timm.create_model(name, pretrained=False, checkpoint_path=os.fspath(checkpoint), **options)
    return loaded


def known_class_names(model: torch.nn.Module) -> tuple[str, ...]:
    """What timm knows about a model's classes. ValueError where that is nothing, or of another number."""
    config: Mapping[str, Any] = getattr(model, "pretrained_cfg", None) or {}
    count = int(getattr(model, "num_classes", 0) or 0)
    names = config.get("label_names")
    if names:
        listed = [names[key] for key in sorted(names, key=int)] if isinstance(names, Mapping) else list(names)
        out = _readable(listed, config.get("label_descriptions") or {})
    else:
        subset = _DATA.infer_imagenet_subset(model)
        if subset is None:
            raise ValueError(f"{_ROLE}: class_names: timm does not know the names of this model's {count} classes: give them")
        info = _DATA.ImageNetInfo(subset)
        out = _readable(list(info.label_names()), info.label_descriptions(as_dict=True))
    if len(out) != count:
        raise ValueError(f"{_ROLE}: class_names: the model has {count} classes and its configuration {len(out)} names: give them")
    return _images.check_names(_ROLE, "class_names", out)


def _readable(names: Sequence[str], descriptions: Mapping[str, str]) -> list[str]:
    """WordNet's ids as the first of their words; the id behind it where another class has that word too."""
    words = [str(descriptions.get(name, name)).split(",")[0] if name in descriptions else str(name) for name in names]
    often = Counter(word.casefold() for word in words)
    return [
        _ALIKE.get(name, f"{word} ({name})") if often[word.casefold()] > 1 and word != name else word
        for name, word in zip(names, words, strict=True)
    ]
