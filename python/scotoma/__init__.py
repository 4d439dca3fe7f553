# SPDX-License-Identifier: Apache-2.0
"""Finds the blind spots of image classifiers, explains them in words, and confirms them with statistics.

    study = scotoma.Study(labels=["fly", "bee"], classifier=..., generator=..., captioner=..., embedder=..., budget=2000)
    result = study.find(progress=True, out="insects.out")
    result.causes, result.bugs, result.labels

Roles are paths to models, or any objects with the methods of ``scotoma.roles``; ``scotoma.torch``, ``scotoma.timm``,
``scotoma.transformers``, ``scotoma.diffusers``, ``scotoma.open_clip``, ``scotoma.onnxruntime`` and ``scotoma.maite`` wrap what those
libraries have. None of them is imported before it is used.
"""

from __future__ import annotations

from scotoma import roles
from scotoma._arguments import noise
from scotoma._native import Examined, version
from scotoma.errors import Error, InputError, Interrupted, RunError
from scotoma.events import Event, Run
from scotoma.image_store import ImageStore
from scotoma.records import Cause, Certificate, CertificateCell, Hypothesis, Label, Rate
from scotoma.results import Example, Examples, Results
from scotoma.results import open_results as open  # noqa: A004  (scotoma.open, as others have it)
from scotoma.study import Study

__version__ = version()

__all__ = [
    "Cause",
    "Certificate",
    "CertificateCell",
    "Error",
    "Event",
    "Examined",
    "Example",
    "Examples",
    "Hypothesis",
    "ImageStore",
    "InputError",
    "Interrupted",
    "Label",
    "Rate",
    "Results",
    "Run",
    "RunError",
    "Study",
    "__version__",
    "noise",
    "open",
    "roles",
]
