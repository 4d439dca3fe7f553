# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
from conftest import batch_does_not_matter, pictures
from torchvision import transforms
from torchvision.models import resnet18
from torchvision.transforms import v2

import scotoma.torch
from scotoma.judges import ClassifierJudge

NAMES = [f"class {at}" for at in range(7)]
TRANSFORM = transforms.Compose(
    [transforms.Resize(40), transforms.CenterCrop(32), transforms.ToTensor(), transforms.Normalize([0.5] * 3, [0.25] * 3)]
)


def net(seed: int = 0) -> torch.nn.Module:
    torch.manual_seed(seed)
    return resnet18(num_classes=7)


def by_hand(module: torch.nn.Module, images: np.ndarray) -> np.ndarray:
    inputs = torch.stack([TRANSFORM(transforms.ToPILImage()(image)) for image in images.copy()])
    with torch.no_grad():
        return module.eval()(inputs).softmax(1).numpy()


def test_answers_are_those_of_the_module_by_hand(images: np.ndarray) -> None:
    given = scotoma.torch.Classifier(net(), TRANSFORM, NAMES, batch=2)  # in training mode until now
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answers = given.classify(images)
    assert answers.dtype == np.float32 and answers.shape == (5, 7)
    np.testing.assert_allclose(answers, by_hand(net(), images), atol=1e-6)
    np.testing.assert_allclose(answers.sum(1), 1, atol=1e-6)
    assert np.ptp(answers) > 0.01


def test_a_module_put_back_into_training_mode_is_evaluated_all_the_same(images: np.ndarray) -> None:
    module = net()
    given = scotoma.torch.Classifier(module, TRANSFORM, NAMES)
    before = given.classify(images)
    module.train()
    assert (given.classify(images) == before).all()


def test_the_batch_does_not_matter(images: np.ndarray) -> None:
    given = scotoma.torch.Classifier(net(), TRANSFORM, NAMES)
    batch_does_not_matter(given.classify, images)
    assert given.classify(images[:0]).shape == (0, 7)


def test_batched_transforms_get_bytes(images: np.ndarray) -> None:
    transform = v2.Compose([v2.Resize(32), v2.CenterCrop(32), v2.ToDtype(torch.float32, scale=True)])
    given = scotoma.torch.Classifier(net(), transform, NAMES, inputs="tensor")
    with torch.no_grad():
        expected = net().eval()(transform(torch.from_numpy(images.copy()).permute(0, 3, 1, 2))).softmax(1).numpy()
    np.testing.assert_allclose(given.classify(images), expected, atol=1e-6)


def test_a_half_model_gives_float32(images: np.ndarray) -> None:
    given = scotoma.torch.Classifier(net().to(torch.bfloat16), TRANSFORM, NAMES)
    answers = given.classify(images)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, by_hand(net(), images), atol=0.05)


class Fixed(torch.nn.Module):
    """Gives these numbers for every image."""

    def __init__(self, *numbers: float, wrap: Callable[[torch.Tensor], object] = lambda x: x) -> None:
        super().__init__()
        self.numbers, self._wrap = torch.tensor(numbers), wrap

    def forward(self, x: torch.Tensor) -> object:
        return self._wrap(self.numbers.repeat(len(x), 1))


def fixed(*numbers: float, **more: object) -> scotoma.torch.Classifier:
    wrap = more.pop("wrap", lambda x: x)
    return scotoma.torch.Classifier(Fixed(*numbers, wrap=wrap), TRANSFORM, ["a", "b"], **more)  # type: ignore[arg-type]


def test_outputs(images: np.ndarray) -> None:
    np.testing.assert_allclose(fixed(2, 0).classify(images)[0], [0.8807971, 0.1192029], atol=1e-6)
    np.testing.assert_allclose(fixed(0.2, 0.8, output="probabilities").classify(images)[0], [0.2, 0.8], atol=1e-6)
    np.testing.assert_allclose(fixed(2, -1000, output="sigmoid").classify(images)[0], [0.8807971, 0], atol=1e-6)
    np.testing.assert_allclose(fixed(2, 0, wrap=lambda x: {"logits": x}).classify(images)[0], [0.8807971, 0.1192029], atol=1e-6)
    assert np.isnan(fixed(float("nan"), 0).classify(images)).all()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (lambda: fixed(0.25, 0.75), "adds up to 1.*output='probabilities'"),
        (lambda: fixed(3, -2, output="probabilities"), "values from -2 to 3: say output='logits'"),
        (lambda: fixed(1, 2, 3), "shape .5, 3. for class_names of 2 classes"),
        (lambda: fixed(1, 2, wrap=lambda x: "text"), "gives a str; expected a tensor"),
        (lambda: scotoma.torch.Classifier(net(), transforms.Resize(8), NAMES), "ToTensor"),
        (
            lambda: scotoma.torch.Classifier(net(), transforms.Compose([transforms.RandomHorizontalFlip(), TRANSFORM]), NAMES),
            "random parts",
        ),
        (lambda: scotoma.torch.Classifier(net(), lambda x: x[:2].float(), NAMES, inputs="tensor"), "for 5 images"),
    ],
)
def test_what_does_not_fit_is_named_with_the_first_images(given: Callable[[], scotoma.torch.Classifier], message: str) -> None:
    torch.manual_seed(1)
    with pytest.raises((ValueError, TypeError), match=message) as raised:
        given().classify(pictures(5, 48, 64))
    assert str(raised.value).startswith("scotoma.torch.Classifier: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"class_names": "names"}, "class_names: expected a list"),
        ({"class_names": []}, "class_names: expected a list"),
        ({"class_names": ["a", ""]}, "class_names: name 1"),
        ({"module": lambda x: x}, "module: expected a torch.nn.Module, this is function"),
        ({"transform": None}, "transform: expected a callable"),
        ({"output": "scores"}, "output: expected one of logits, probabilities, sigmoid; this is 'scores'"),
        ({"inputs": "numpy"}, "inputs: expected one of pil, tensor"),
        ({"batch": 0}, "batch: expected a whole number from 1 on, this is 0"),
        ({"batch": True}, "batch: expected"),
        ({"fingerprint": ""}, "fingerprint: expected"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, object], message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        scotoma.torch.Classifier(**{"module": net(), "transform": TRANSFORM, "class_names": NAMES, **arguments})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [np.zeros((1, 3, 8, 8), np.uint8), np.zeros((1, 8, 8, 3), np.float32), np.zeros((8, 8, 3), np.uint8), [1]]
)
def test_wrong_images_are_named(wrong: object) -> None:
    with pytest.raises(ValueError, match="images: expected a uint8 array"):
        scotoma.torch.Classifier(net(), TRANSFORM, NAMES).classify(wrong)  # type: ignore[arg-type]


def test_the_fingerprint_changes_with_what_changes_answers() -> None:
    def mark(**more: object) -> str | None:
        given = {"module": net(), "transform": TRANSFORM, "class_names": NAMES, **more}
        return scotoma.torch.Classifier(**given).fingerprint  # type: ignore[arg-type]

    module = net()
    with torch.no_grad():
        module.layer3[0].conv1.weight[3, 2, 1, 0] += 1e-6
    bigger = transforms.Compose([transforms.Resize(41), *TRANSFORM.transforms[1:]])
    marks = [
        mark(),
        mark(module=module),
        mark(transform=bigger),
        mark(output="sigmoid"),
        mark(class_names=NAMES[::-1]),
        mark(module=net().half()),
    ]
    assert None not in marks and len(set(marks)) == len(marks)
    assert mark() == marks[0] == mark(batch=3)
    assert mark(transform=lambda x: x) is None
    assert mark(transform=lambda x: x, fingerprint="mine") == "mine"


def test_the_fingerprint_is_that_of_another_process(in_another_process) -> None:
    code = "import test_torch as t\nprint(t.scotoma.torch.Classifier(t.net(), t.TRANSFORM, t.NAMES).fingerprint)"
    assert in_another_process(code) == scotoma.torch.Classifier(net(), TRANSFORM, NAMES).fingerprint


def test_an_embedder_of_two_callables(images: np.ndarray) -> None:
    towers = net()
    embedder = scotoma.torch.Embedder(towers, lambda texts: torch.tensor([[float(len(text)), 1] for text in texts]), TRANSFORM, batch=2)
    with torch.no_grad():
        expected = towers.eval()(torch.stack([TRANSFORM(transforms.ToPILImage()(image)) for image in images.copy()])).numpy()
    np.testing.assert_allclose(embedder.embed_images(images), expected, atol=1e-5)
    assert embedder.embed_texts(["a", "bb", "ccc"]).tolist() == [[1, 1], [2, 1], [3, 1]]
    assert embedder.fingerprint is None


def test_a_generator_gets_noise_of_each_seed_alone() -> None:
    def draw(prompts: list[str], noise: torch.Tensor) -> torch.Tensor:
        return torch.stack([one * 0.2 + len(prompt) / 100 for prompt, one in zip(prompts, noise, strict=True)])

    generator = scotoma.torch.Generator(draw, (3, 8, 6), batch=2, values=(-1, 1))
    together = generator.generate(["a", "bb", "a"], [1, 2**64 - 1, 1])
    assert together.shape == (3, 8, 6, 3) and together.dtype == np.uint8
    assert (together[0] == together[2]).all() and (together[0] != together[1]).any()
    assert (generator.generate(["bb"], [2**64 - 1])[0] == together[1]).all()
    expected = np.clip((scotoma.noise(1, (3, 8, 6)) * 0.2 + 0.01 + 1) / 2, 0, 1) * 255
    assert np.abs(expected.transpose(1, 2, 0) - together[0]).max() <= 0.51


def test_a_generator_of_another_shape_or_nan_is_named() -> None:
    for result, message in ((torch.zeros(1, 8, 8, 3), "expected a tensor .n, 3"), (torch.full((1, 3, 8, 8), float("nan")), "NaN")):
        with pytest.raises(ValueError, match=message):
            scotoma.torch.Generator(lambda prompts, noise, result=result: result, (1,)).generate(["a"], [1])


def test_a_classifier_judges(images: np.ndarray) -> None:
    classifier = scotoma.torch.Classifier(net(), TRANSFORM, NAMES)
    rows = classifier.classify(images)
    judge = ClassifierJudge(classifier, {"thing": ["class 1", "class 4"], "one": "class 6"})
    answers = judge.judge(images, ["class 0", "thing", "one", "class 2", "thing"])
    np.testing.assert_allclose(answers, [rows[0, 0], rows[1, 1] + rows[1, 4], rows[2, 6], rows[3, 2], rows[4, 1] + rows[4, 4]], atol=1e-6)
    assert judge.fingerprint not in (None, classifier.fingerprint, ClassifierJudge(classifier).fingerprint)
    with pytest.raises(ValueError, match="no class is called 'cat'"):
        judge.judge(images[:1], ["cat"])
    with pytest.raises(ValueError, match=r"has no class \['cat'\]"):
        ClassifierJudge(classifier, {"pet": ["cat"]})
