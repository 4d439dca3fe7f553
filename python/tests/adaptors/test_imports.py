# SPDX-License-Identifier: Apache-2.0
"""What an adaptor imports, and what it says where its package is missing."""

from __future__ import annotations

import pytest

NEEDS = {
    "torch": "torch",
    "timm": "timm",
    "transformers": "transformers",
    "diffusers": "diffusers",
    "open_clip": "open_clip",
    "onnxruntime": "onnxruntime",
    "maite": "maite",
}


@pytest.mark.parametrize("adaptor", NEEDS)
def test_a_missing_package_is_named_with_what_installs_it(adaptor: str, in_another_process) -> None:
    code = f"import sys, importlib\nsys.modules[{NEEDS[adaptor]!r}] = None\n"
    code += f"try:\n    importlib.import_module('scotoma.{adaptor}')\nexcept ImportError as error:\n    print(error)"
    said = in_another_process(code)
    extra = adaptor.replace("_", "-")
    assert said.startswith(f"scotoma.{adaptor} cannot be used: ") and said.endswith(f"pip install 'scotoma[{extra}]'")


@pytest.mark.parametrize("adaptor", ["onnxruntime", "maite", "judges"])
def test_torch_is_imported_by_those_alone_that_need_it(adaptor: str, in_another_process) -> None:
    assert in_another_process(f"import sys, scotoma.{adaptor}\nprint('torch' in sys.modules)") == "False"
