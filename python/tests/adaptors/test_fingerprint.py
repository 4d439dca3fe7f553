# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import enum
import functools
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision
from torchvision.transforms import v2

from scotoma import _fingerprint


class Colour(enum.Enum):
    RED = 1


def small() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.LazyLinear(2)
    )


def made() -> torch.nn.Module:
    module = small()
    module(torch.zeros(2, 3, 8, 8))
    return module.eval()


DIFFERENT = [
    1,
    True,
    1.0,
    "1",
    b"1",
    None,
    (1,),
    (1, 2),
    (12,),
    ("1", "2"),
    ("12",),
    (),
    {},
    {"a": 1},
    {"a": 2},
    {"b": 1},
    {1: "a"},
    {1, 2},
    Colour.RED,
    np.float64(2),
    np.arange(3),
    np.arange(3, dtype=np.int32),
    np.arange(3.0),
    np.arange(4).reshape(2, 2),
    np.arange(4),
    Path("a"),
    functools.partial(np.sum, axis=0),
    functools.partial(np.sum, axis=1),
    np.mean,
    torch.float16,
    torch.arange(3),
    torch.arange(3.0),
    torch.arange(3.0, dtype=torch.bfloat16),
    torch.tensor(1.0),
    torch.tensor([1.0]),
    torch.device("cpu"),
]


def test_no_two_values_have_one_fingerprint() -> None:
    seen = {}
    for value in DIFFERENT:
        mark = _fingerprint.digest("kind", value=value)
        assert mark not in seen, (value, seen[mark])
        seen[mark] = value


def test_the_order_of_keys_and_sets_does_not_matter() -> None:
    assert _fingerprint.digest("kind", a=1, b={"x", "y", "z"}) == _fingerprint.digest("kind", b={"z", "y", "x"}, a=1)
    assert _fingerprint.digest("kind", a=1) != _fingerprint.digest("other kind", a=1)


def test_a_fortran_array_is_the_array() -> None:
    array = np.arange(12).reshape(3, 4)
    assert _fingerprint.of_array(np.asfortranarray(array)) == _fingerprint.of_array(array)


@pytest.mark.parametrize("value", [lambda x: x, object(), iter([]), np.array([object()]), (1, lambda: 0)])
def test_what_cannot_be_told_is_refused(value: object) -> None:
    with pytest.raises(_fingerprint.Unhashable):
        _fingerprint.digest("kind", value=value)


def test_every_weight_buffer_and_attribute_of_a_module_counts() -> None:
    marks = {"as it was": _fingerprint.of_module(made())}
    for name in made().state_dict():
        module = made()
        values = module.state_dict()[name]
        values.view(-1)[-1] += 1
        marks[name] = _fingerprint.of_module(module)
    module = made()
    module[1].eps = 1e-3
    marks["eps"] = _fingerprint.of_module(module)
    module = made()
    module[2] = torch.nn.SiLU()
    marks["another activation"] = _fingerprint.of_module(module)
    marks["another type"] = _fingerprint.of_module(made().half())
    module = made()
    module[1].train()
    marks["a part in training mode"] = _fingerprint.of_module(module)
    assert len(set(marks.values())) == len(marks)
    assert _fingerprint.of_module(made()) == marks["as it was"]


def test_buffers_that_are_not_saved_count() -> None:
    marks = set()
    for value in (1.0, 2.0):
        module = made()
        module.register_buffer("mean", torch.tensor(value), persistent=False)
        marks.add(_fingerprint.of_module(module))
    assert len(marks) == 2


def of_source(body: str) -> str:
    """Of a module whose class is written so."""
    space: dict[str, object] = {"torch": torch, "__name__": "mine"}
    exec(f"class Net(torch.nn.Module):\n    def forward(self, x):\n        return {body}\n", space)
    return _fingerprint.of_module(space["Net"]())  # type: ignore[operator]


def test_the_code_of_a_users_own_module_counts() -> None:
    assert of_source("x + 1") == of_source("(x + 1)")
    assert len({of_source("x + 1"), of_source("x + 2"), of_source("x - 1"), of_source("x.sin()"), of_source("x.cos()")}) == 5


def test_a_module_whose_forward_was_replaced_has_no_fingerprint() -> None:
    module = made()
    module.forward = lambda x: x  # type: ignore[method-assign]
    with pytest.raises(_fingerprint.Unhashable):
        _fingerprint.of_module(module)


def test_weights_that_are_not_loaded_are_an_error() -> None:
    with pytest.raises(ValueError, match="not loaded"):
        _fingerprint.of_module(torch.nn.Linear(2, 2, device="meta"))


def test_a_scripted_module_has_a_fingerprint_that_its_weights_change() -> None:
    module = torch.jit.script(made())
    before = _fingerprint.of_module(module)
    with torch.no_grad():
        next(module.parameters()).view(-1)[0] += 1
    assert _fingerprint.of_module(module) != before


def test_transforms_by_all_their_attributes() -> None:
    def resize(**more: object) -> object:
        return torchvision.transforms.Compose([torchvision.transforms.Resize(8, **more), torchvision.transforms.ToTensor()])

    def newer(**more: object) -> object:
        return v2.Compose([v2.Resize(8, **more), v2.ToDtype(torch.float32, scale=True)])

    marks = [_fingerprint.of_transform(make(**more)) for make in (resize, newer) for more in ({}, {"antialias": False}, {"max_size": 20})]
    assert len(set(marks)) == len(marks)
    assert _fingerprint.of_transform(resize()) == marks[0]


@pytest.mark.parametrize("kind", [torchvision.transforms.Lambda, v2.Lambda])
def test_a_transform_with_a_function_of_the_users_own_has_none(kind: type) -> None:
    with pytest.raises(_fingerprint.Unhashable):
        _fingerprint.of_transform(torchvision.transforms.Compose([kind(lambda x: x)]))
    with pytest.raises(_fingerprint.Unhashable):
        _fingerprint.of_transform(v2.Compose([kind(lambda x: x)]))


def test_objects_that_point_back_end() -> None:
    class Ring:
        def __init__(self) -> None:
            self.again = [self, {"me": self}]

    assert _fingerprint.digest("kind", value=Ring()) == _fingerprint.digest("kind", value=Ring())


def test_a_file_by_its_bytes(tmp_path: Path) -> None:
    for name, content in (("a", b"1"), ("b", b"1"), ("c", b"2")):
        (tmp_path / name).write_bytes(content)
    a, b, c = (_fingerprint.of_file(tmp_path / name) for name in "abc")
    assert a == b != c


def test_another_process_gives_the_same(in_another_process) -> None:
    code = "import test_fingerprint as t; from scotoma import _fingerprint as f\n"
    code += "print(f.digest('kind', module=t.made(), values=t.DIFFERENT, words=set('abcdefgh'), ring=f.of_transform(t.v2.Resize(8))))"
    here = _fingerprint.digest("kind", module=made(), values=DIFFERENT, words=set("abcdefgh"), ring=_fingerprint.of_transform(v2.Resize(8)))
    assert in_another_process(code) == here
