# SPDX-License-Identifier: Apache-2.0
"""Text-to-image pipelines of Hugging Face's diffusers as generators. `import scotoma.diffusers` needs the package diffusers.

pipeline = diffusers.StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
generator = scotoma.diffusers.Generator(pipeline, steps=20, guidance=7.5)
"""

from __future__ import annotations

import hashlib
import inspect
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images
from scotoma._extras import missing
from scotoma._images import Images

try:
    import torch
    from diffusers.pipelines.pipeline_utils import DiffusionPipeline
except ImportError as error:
    raise missing("diffusers", error) from error

from scotoma.torch import dtype_of, settings

_ROLE = "scotoma.diffusers.Generator"
_APART = 4.0  # grey levels, of the mean over an image: rounding in 16 bits stays below, other noise is ten times as far


class Generator:
    """A pipeline with `latents` among its arguments: Stable Diffusion, SDXL, LCM, Stable Diffusion 3, FLUX and their kind.

    Image i begins with scotoma.noise(seeds[i], shape of its latents), and where the sampler draws noise at every step, this comes from
    a generator of its own, seeded from seeds[i]: an image is a function of its prompt and seed. With the first images this is checked:
    one of them is generated again alone (with batch=1: again), and images that differ by more than rounding are an error.

    steps, guidance: None: the pipeline's defaults. width, height: in pixels; 0: the pipeline's.
    negative_prompt: only for pipelines that take one.
    options: further arguments of the pipeline, such as {"max_sequence_length": 256}.

    The pipeline's progress bar is switched off. Raises ValueError where it has a safety checker, which blackens images, and for
    arguments that the pipeline does not take.
    """

    concurrency = 1

    def __init__(
        self,
        pipeline: Any,
        *,
        steps: int | None = None,
        guidance: float | None = None,
        width: int = 0,
        height: int = 0,
        negative_prompt: str = "",
        options: Mapping[str, Any] | None = None,
        batch: int = 4,
        fingerprint: str | None = None,
    ) -> None:
        self._pipeline: Any = pipeline
        if not isinstance(pipeline, DiffusionPipeline):
            raise TypeError(f"{_ROLE}: pipeline: expected a pipeline of diffusers, this is {type(pipeline).__name__}")
        if getattr(pipeline, "safety_checker", None) is not None:
            raise ValueError(
                f"{_ROLE}: pipeline: its safety checker turns images black, on which a classifier would fail: "
                "load it with safety_checker=None"
            )
        self.batch = _images.check_batch(_ROLE, batch)
        self._fingerprint = _fingerprint.Lazy(fingerprint, self._hash)
        self._lock, self._checked = threading.Lock(), False
        self._arguments = self._call_arguments(steps, guidance, negative_prompt, options or {})
        self._height, self._width = _size(pipeline, height, width)
        self._shape = _latent_shape(pipeline, self._height, self._width)
        self._pipeline.set_progress_bar_config(disable=True)
        self.description = (
            f"{type(pipeline).__name__} in diffusers, {self._width} x {self._height}, {type(self._pipeline.scheduler).__name__}"
        )

    def _call_arguments(self, steps: int | None, guidance: float | None, negative: str, options: Mapping[str, Any]) -> dict[str, Any]:
        takes = inspect.signature(self._pipeline.__call__).parameters
        given = {"num_inference_steps": steps, "guidance_scale": guidance, "negative_prompt": negative or None}
        out = {**options, **{key: value for key, value in given.items() if value is not None}}
        ours = sorted({"prompt", "latents", "generator", "output_type", "width", "height", "num_images_per_prompt"} & set(options))
        if ours:
            raise ValueError(f"{_ROLE}: options: {ours[0]!r} is given by scotoma")
        for key in (*out, "latents"):
            if key not in takes:
                raise ValueError(f"{_ROLE}: {type(self._pipeline).__name__} takes no {key!r}")
        if steps is not None and (not isinstance(steps, int) or steps < 1):
            raise ValueError(f"{_ROLE}: steps: expected a whole number from 1 on, this is {steps!r}")
        return out

    @property
    def fingerprint(self) -> str | None:
        return self._fingerprint()

    def _hash(self) -> str:
        return _fingerprint.digest(
            "generator in diffusers",
            kind=f"{type(self._pipeline).__module__}.{type(self._pipeline).__qualname__}",
            components={name: part for name, part in self._pipeline.components.items() if part is not None},
            config=_fingerprint.configuration(
                {key: value for key, value in self._pipeline.config.items() if isinstance(value, (bool, int, float))}
            ),
            watermark=getattr(self._pipeline, "watermark", None) is not None,
            arguments=self._arguments,
            size=(self._width, self._height),
            settings=settings(self._pipeline._execution_device, dtype_of(_denoiser(self._pipeline))),
            versions=_fingerprint.versions("diffusers", "transformers", "tokenizers"),
        )

    def generate(self, prompts: Sequence[str], seeds: Sequence[int]) -> Images:
        """uint8 images [n, height, width, 3] of n prompts and as many seeds, 0 to 2**64 - 1."""
        if len(prompts) != len(seeds) or not prompts:
            raise ValueError(f"{_ROLE}: expected one or more prompts and as many seeds, these are {len(prompts)} and {len(seeds)}")
        with self._lock:  # a pipeline's scheduler counts steps
            parts = []
            for part in _images.chunks(len(prompts), self.batch):
                parts.append(self._run(prompts[part], seeds[part]))
                self._check(prompts[part], seeds[part], parts[-1])
            return np.ascontiguousarray(np.concatenate(parts))

    def _check(self, prompts: Sequence[str], seeds: Sequence[int], images: Images) -> None:
        """The last of a first batch again, alone."""
        if self._checked or (len(prompts) == 1 and self.batch > 1):
            return
        again = self._run(prompts[-1:], seeds[-1:])[0]
        apart = float(np.abs(again.astype(np.int16) - images[-1]).mean())
        if apart > _APART:
            sampler = type(self._pipeline.scheduler).__name__
            if len(prompts) > 1:
                what = "is another one alone than among others: say batch=1, or take another scheduler"
            else:
                what = f"is another one when it is generated again: {sampler} may draw noise of its own, so take another scheduler"
            raise RuntimeError(f"{_ROLE}: an image of the same prompt and seed {what} (mean difference {apart:.1f} of 255)")
        self._checked = True

    def _run(self, prompts: Sequence[str], seeds: Sequence[int]) -> Images:
        with torch.inference_mode():
            result = self._pipeline(
                prompt=list(prompts),
                **{key: [value] * len(prompts) if key == "negative_prompt" else value for key, value in self._arguments.items()},
                height=self._height,
                width=self._width,
                latents=self._latents(seeds),
                generator=[_step_noise(seed) for seed in seeds],
                output_type="np",
            )
        images: NDArray[Any] = np.asarray(result.images)
        flagged = getattr(result, "nsfw_content_detected", None)
        if flagged and any(flagged):
            raise RuntimeError(f"{_ROLE}: the pipeline blackened the image of the prompt {prompts[list(flagged).index(True)]!r}")
        if images.shape != (len(prompts), self._height, self._width, 3):
            raise RuntimeError(
                f"{_ROLE}: the pipeline gave {list(images.shape)}, expected {[len(prompts), self._height, self._width, 3]}: "
                "width and height must be multiples of what its decoder enlarges by"
            )
        if not np.isfinite(images).all():
            raise RuntimeError(f"{_ROLE}: the pipeline gave NaN, which others show as black: load its VAE in float32")
        return (images * 255).round().clip(0, 255).astype(np.uint8)

    def _latents(self, seeds: Sequence[int]) -> torch.Tensor:
        """Of each seed; the pipeline scales them by its scheduler's init_noise_sigma."""
        from scotoma import noise

        denoiser = _denoiser(self._pipeline)
        latents = torch.from_numpy(np.stack([noise(seed, self._shape) for seed in seeds]))
        latents = latents.to(device=self._pipeline._execution_device, dtype=dtype_of(denoiser))
        if not hasattr(self._pipeline, "_pack_latents"):
            return latents
        packed: torch.Tensor = self._pipeline._pack_latents(latents, len(seeds), *self._shape)
        return packed


def _denoiser(pipeline: Any) -> Any:
    """The module that takes noise away."""
    found = getattr(pipeline, "unet", None) or getattr(pipeline, "transformer", None)
    if not isinstance(found, torch.nn.Module):
        raise ValueError(f"{_ROLE}: pipeline: {type(pipeline).__name__} has neither a unet nor a transformer")
    return found


def _size(pipeline: Any, height: int, width: int) -> tuple[int, int]:
    """In pixels: what is given, else what the pipeline would take."""
    default = getattr(pipeline, "default_sample_size", None) or getattr(_denoiser(pipeline).config, "sample_size", None)
    scale = int(pipeline.vae_scale_factor)
    sides = (default, default) if isinstance(default, int) else tuple(default or (0, 0))
    out = (height or int(sides[0]) * scale, width or int(sides[1]) * scale)
    step = scale * (2 if hasattr(pipeline, "_pack_latents") else 1)
    for argument, length in zip(("height", "width"), out, strict=True):
        if length < step or length % step:
            raise ValueError(f"{_ROLE}: {argument}: expected a multiple of {step}, this is {length}")
    return out


def _latent_shape(pipeline: Any, height: int, width: int) -> tuple[int, int, int]:
    """Of one image's latents, before a pipeline such as FLUX's packs 2 x 2 of them into one."""
    scale = int(pipeline.vae_scale_factor)
    channels = int(_denoiser(pipeline).config.in_channels)
    return (channels // 4 if hasattr(pipeline, "_pack_latents") else channels, height // scale, width // scale)


def _step_noise(seed: int) -> torch.Generator:
    """For samplers that draw noise at every step. On the CPU, whose numbers are the same on every device.

    torch's generator there reads the lower 32 bits of a seed only, so these are a hash of all 64.
    """
    low = hashlib.blake2b(int(seed).to_bytes(8, "little"), digest_size=4, person=b"scotoma-steps").digest()
    return torch.Generator("cpu").manual_seed(int.from_bytes(low, "little"))
