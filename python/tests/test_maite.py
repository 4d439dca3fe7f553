# SPDX-License-Identifier: Apache-2.0
"""Findings as a MAITE dataset."""

from __future__ import annotations

import numpy as np
import pytest

import scotoma


def test_findings_are_a_dataset(finished: scotoma.Results) -> None:
    protocols = pytest.importorskip("maite.protocols.image_classification")
    from scotoma.maite import dataset_of

    failures = dataset_of(finished)
    assert isinstance(failures, protocols.Dataset)
    bug = finished.bugs[0]
    assert len(failures) == bug.rate.failures
    first = finished.images(bug).failing()[0]
    image, target, metadata = failures[0]
    assert np.array_equal(image.transpose(1, 2, 0), np.asarray(first.image))
    assert failures.metadata["index2label"][int(target.argmax())] == "fly" and metadata["predicted"] == first.predicted
    assert metadata["id"] == first.path.stem and metadata["details"]["seed"] == first.seed
    assert len(dataset_of(finished, images="valid")) >= len(failures)
    with pytest.raises(ValueError, match="images"):
        dataset_of(finished, images="all")  # type: ignore[arg-type]
