# SPDX-License-Identifier: Apache-2.0
"""Judges made of other roles, whatever library runs those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scotoma import _fingerprint, _images
from scotoma._images import Images


class ClassifierJudge:
    """A classifier as a judge: the probability that it gives to a label's classes.

    classifier: any object in the role of a classifier, not the one under test.
    classes: for each label the class or classes that mean it ({"dog": ["beagle", "pug"]}: their probabilities add up, to at most 1);
        a label that is not there is the class of that name.

    Raises ValueError for a class that the classifier does not have, and in judge() for a label that is none.
    """

    def __init__(self, classifier: Any, classes: Mapping[str, str | Sequence[str]] | None = None) -> None:
        self._classifier = classifier
        self._numbers: dict[str, list[int]] = {}
        names = list(classifier.class_names)
        for at, name in enumerate(names):
            self._numbers.setdefault(name, []).append(at)
        for label, wanted in (classes or {}).items():
            listed = [wanted] if isinstance(wanted, str) else list(wanted)
            unknown = [name for name in listed if name not in names]
            if unknown or not listed:
                raise ValueError(
                    f"scotoma.judges.ClassifierJudge: classes: label {label!r}: the classifier has no class {unknown or 'given'}"
                )
            self._numbers[label] = sorted({at for at, name in enumerate(names) if name in listed})
        self.batch = int(getattr(classifier, "batch", 32))
        self.concurrency = int(getattr(classifier, "concurrency", 1))
        self.description = f"judge: {getattr(classifier, 'description', type(classifier).__name__)}"

    @property
    def fingerprint(self) -> str | None:
        inner = getattr(self._classifier, "fingerprint", None)
        return inner and _fingerprint.digest("judge of a classifier", classifier=inner, classes=self._numbers)

    def judge(self, images: Images, labels: Sequence[str]) -> NDArray[np.float32]:
        """[n]: how probable labels[i] is in images[i]."""
        images = _images.check_images("scotoma.judges.ClassifierJudge", images)
        unknown = next((label for label in labels if label not in self._numbers), None)
        if unknown is not None:
            raise ValueError(
                f"scotoma.judges.ClassifierJudge: no class is called {unknown!r}: say in classes={{...}} which classes mean it"
            )
        rows = np.asarray(self._classifier.classify(images), np.float32)
        sums = [rows[at, self._numbers[label]].sum() for at, label in enumerate(labels)]
        return np.minimum(np.array(sums, np.float32), np.float32(1))
