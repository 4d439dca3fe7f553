# SPDX-License-Identifier: Apache-2.0
"""Fingerprints: 64 hexadecimal digits that change with the weights and with every option that changes answers.

They are the same in every process and on every machine with the same versions. What cannot be hashed for sure (a lambda, a function
of the user's own, an open file) raises Unhashable, and the role is left without a fingerprint: its answers are then not remembered
beyond the run. What is not seen: functions that a model's classes call and that are no members of these classes.

Hashing takes SHA-256's time: about 0.8 s for a gigabyte of weights a core, tensors on several threads.
"""

from __future__ import annotations

import enum
import functools
import hashlib
import importlib.metadata
import os
import re
import struct
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_INSTALLED = tuple(sysconfig.get_path(name) for name in ("purelib", "platlib", "stdlib"))


class Unhashable(TypeError):
    """An object whose content cannot be told for sure."""


class Lazy:
    """A role's fingerprint: the given one, or the hash when it is first asked for; None where something cannot be hashed."""

    def __init__(self, given: str | None, hash_all: Callable[[], str]) -> None:
        if given is not None and (not isinstance(given, str) or not given):
            raise ValueError(f"fingerprint: expected a text that is not empty, or None, this is {given!r}")
        self._value, self._hash, self._known = given, hash_all, given is not None

    def __call__(self) -> str | None:
        if not self._known:
            try:
                self._value = self._hash()
            except Unhashable:
                self._value = None
            self._known = True
        return self._value


def digest(kind: str, /, **fields: object) -> str:
    """Of a role's kind, such as "scotoma.torch.Classifier", and of everything that its answers depend on.

    Fields may be plain values, enums, paths (their names), arrays, tensors, modules, tokenizers and configurations of Hugging Face,
    and containers and objects of these; the order of fields does not matter.
    """
    return _Encoder().add((kind, fields)).hex()


def versions(*packages: str) -> dict[str, str | None]:
    """The versions of these distributions, without what stands behind "+"; None for one that is not there."""
    out: dict[str, str | None] = {}
    for package in packages:
        try:
            out[package] = importlib.metadata.version(package).split("+")[0]
        except importlib.metadata.PackageNotFoundError:
            out[package] = None
    return out


def of_file(path: str | os.PathLike[str]) -> str:
    """Of a file's bytes, wherever it lies."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_array(array: np.ndarray[Any, Any]) -> str:
    """Of an array's type, shape and bytes."""
    return digest("array", array=array)


def of_module(module: torch.nn.Module) -> str:
    """Of a torch module: weights and buffers, and the structure around them.

    Weights by name, type, shape and bytes, wherever they lie. Structure: the class of every submodule, its public attributes that are
    plain values (strides, epsilons, "training"), the versions of the packages that they come from, and the code of those classes that
    come from none. Raises ValueError for weights that are not loaded ("meta").
    """
    return digest("module", module=module)


def of_transform(transform: object) -> str:
    """Of preprocessing, such as torchvision's transforms: classes and all their attributes. One that cannot be hashed is Unhashable."""
    return _Encoder(strict=True).add(transform).hex()


def _installed(file: str | None) -> bool:
    return file is not None and ("site-packages" in file or "dist-packages" in file or file.startswith(_INSTALLED))


def _from_package(thing: Any) -> bool:
    """Whether the class or function is a package's, or Python's: its version stands for its code."""
    name = getattr(thing, "__module__", None)
    module = sys.modules.get(name) if isinstance(name, str) and name != "__main__" else None
    return module is not None and (not hasattr(module, "__file__") or _installed(module.__file__))


def _tensor_digest(tensor: torch.Tensor) -> bytes:
    import torch

    if tensor.is_meta:
        raise ValueError("the model's weights are not loaded: they lie on the device 'meta'")
    if tensor.is_quantized:
        parts = (tensor.int_repr(), str(tensor.qscheme()), str(tensor.q_scale() if tensor.qscheme() == torch.per_tensor_affine else tensor))
        return _Encoder().add(parts).digest()
    if tensor.layout != torch.strided:
        raise Unhashable(f"a tensor of layout {tensor.layout}")
    raw = tensor.detach().to("cpu").contiguous().reshape(-1).view(torch.uint8)
    hasher = hashlib.sha256(f"{tensor.dtype} {list(tensor.shape)} ".encode())
    if tensor.numel():
        hasher.update(raw.numpy().data)
    return hasher.digest()


def _code(code: types.CodeType) -> tuple[object, ...]:
    """What code does, without where it stands."""
    consts = [_code(value) if isinstance(value, types.CodeType) else value for value in code.co_consts]
    return (code.co_name, code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars)


def _class_code(kind: type) -> list[object]:
    """The code of a class of the user's own and of its bases that are too."""
    out: list[object] = []
    for base in kind.__mro__:
        if _from_package(base):
            continue
        for name, member in sorted(vars(base).items()):
            function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
            if isinstance(function, types.FunctionType):
                out.append((base.__qualname__, name, _code(function.__code__), function.__defaults__))
            elif isinstance(member, _PLAIN) and not name.startswith("__"):
                out.append((base.__qualname__, name, member))
    return out


def _hugging_face(value: Any) -> Mapping[str, object] | None:
    """The configuration of a scheduler, image processor or generation of transformers and diffusers."""
    if not type(value).__module__.startswith(("transformers.", "diffusers.")):
        return None
    config = getattr(value, "config", None)
    if isinstance(config, Mapping):
        return config
    to_dict = getattr(value, "to_dict", None)
    return to_dict() if to_dict is not None and not hasattr(value, "tokenizer") else None


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _is_torch(value: object, *names: str) -> bool:
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, tuple(functools.reduce(getattr, name.split("."), torch) for name in names))


class _Encoder:
    """SHA-256 over values, each with its type and length, so that no two different values are one run of bytes."""

    def __init__(self, *, strict: bool = False, within: frozenset[int] = frozenset()) -> None:
        self._hash = hashlib.sha256()
        self._strict = strict  # every attribute of a module counts, or it is Unhashable
        self._open = set(within)  # what is being added: objects may point back

    def hex(self) -> str:
        return self._hash.hexdigest()

    def digest(self) -> bytes:
        return self._hash.digest()

    def _apart(self, value: Any) -> bytes:
        return _Encoder(strict=self._strict, within=frozenset(self._open)).add(value).digest()

    def _field(self, kind: str, data: bytes) -> None:
        self._hash.update(f"{kind} {len(data)} ".encode())
        self._hash.update(data)

    def add(self, value: Any) -> _Encoder:
        if isinstance(value, enum.Enum):
            self._field("enum", f"{_name(type(value))}.{value.name}".encode())
        elif isinstance(value, (*_PLAIN, np.generic)):
            self._plain(value)
        elif isinstance(value, np.ndarray):
            self._array(value)
        elif isinstance(value, os.PathLike):
            self._field("path", os.fspath(value).encode() if isinstance(os.fspath(value), str) else os.fspath(value))
        elif isinstance(value, (range, slice)):
            self._field("range", repr(value).encode())
        else:
            self._nested(value)
        return self

    def _plain(self, value: Any) -> None:
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, bytes):
            self._field("bytes", value)
        elif isinstance(value, float):
            self._field("float", struct.pack("<d", value))
        else:
            kind = next(kind for kind in _PLAIN if isinstance(value, kind))
            self._field(kind.__name__, str(value).encode("utf-8", "surrogatepass"))

    def _array(self, value: np.ndarray[Any, Any]) -> None:
        if value.dtype.hasobject:
            raise Unhashable("an array of objects")
        self._field("array", f"{value.dtype.str} {list(value.shape)}".encode())
        self._field("values", np.ascontiguousarray(value).tobytes())

    def _nested(self, value: Any) -> None:
        if id(value) in self._open:
            self._field("again", b"")
            return
        self._open.add(id(value))
        try:
            self._containers(value)
        finally:
            self._open.discard(id(value))

    def _items(self, kind: str, items: Iterable[Any]) -> None:
        listed = list(items)
        self._field(kind, str(len(listed)).encode())
        for item in listed:
            self.add(item)

    def _containers(self, value: Any) -> None:
        if isinstance(value, Mapping):
            pairs = [(self._apart(key), item) for key, item in value.items()]
            self._field("mapping", str(len(pairs)).encode())
            for key_digest, item in sorted(pairs, key=lambda pair: pair[0]):
                self._field("key", key_digest)
                self.add(item)
        elif isinstance(value, (list, tuple)):
            self._items("list", value)
        elif isinstance(value, (set, frozenset)):
            self._items("set", sorted(self._apart(item) for item in value))
        elif isinstance(value, functools.partial):
            self._items("partial", (value.func, value.args, value.keywords))
        elif isinstance(value, re.Pattern) or _name(type(value)) == "_regex.Pattern":
            self._items("pattern", (value.pattern, value.flags))
        elif isinstance(value, type):
            self._items("class", (_name(value), _class_code(value)))
        else:
            self._others(value)

    def _others(self, value: Any) -> None:
        if isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
            name = f"{value.__module__}.{value.__qualname__}"
            if not _from_package(value) or "<" in name or getattr(value, "__closure__", None):
                raise Unhashable(f"the function {name}")
            self._field("function", name.encode())
        elif _is_torch(value, "nn.Module"):
            self._module(value)
        elif _is_torch(value, "Tensor"):
            self._field("tensor", _tensor_digest(value))
        elif _is_torch(value, "dtype", "device", "Size"):
            self._field("torch", str(value).encode())
        elif hasattr(value, "get_vocab") and hasattr(value, "special_tokens_map"):
            self._tokenizer(value)
        elif (config := _hugging_face(value)) is not None:
            self._items("config", (_name(type(value)), configuration(config)))
        else:
            self._object(value)

    def _object(self, value: Any) -> None:
        if isinstance(value, (types.MethodType, types.ModuleType)) or not hasattr(value, "__dict__"):
            raise Unhashable(f"a {_name(type(value))}")
        state = {name: item for name, item in vars(value).items() if name != "cache"}
        if not state and not callable(value):
            raise Unhashable(f"a {_name(type(value))}")
        self._items("object", (type(value), state))

    def _tokenizer(self, value: Any) -> None:
        backend = getattr(value, "backend_tokenizer", None)
        content = backend.to_str() if backend is not None else value.get_vocab()
        about = (value.special_tokens_map, value.model_max_length, getattr(value, "chat_template", None))
        self._items("tokenizer", (_name(type(value)), content, about))

    def _module(self, module: torch.nn.Module) -> None:
        tensors = dict(module.named_buffers(remove_duplicate=False))
        others: dict[str, object] = {}
        for name, value in module.state_dict(keep_vars=True).items():
            if _is_torch(value, "Tensor"):
                tensors[name] = value
            else:
                others[name] = value
        names = sorted(tensors)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            digests = list(pool.map(lambda name: _tensor_digest(tensors[name]), names))
        self._items("weights", list(zip(names, digests, strict=True)))
        self.add(others)
        config = getattr(module, "config", None)
        if config is not None and hasattr(config, "to_dict"):
            self.add(configuration(config.to_dict()))
        packages = sorted({type(part).__module__.split(".")[0] for part in module.modules()})
        self._items("versions", [(name, _version(name)) for name in packages])
        for name, part in module.named_modules():
            self._items("module", (name, type(part)))
            self._attributes(part)
            if isinstance(code := getattr(part, "code", None), str):  # of TorchScript and torch.fx
                self._field("code", code.encode())

    def _attributes(self, module: torch.nn.Module) -> None:
        """The public ones. Of a network those that are plain, as others point anywhere; of preprocessing all."""
        state = vars(module)
        if "forward" in state and "_hf_hook" not in state and not type(module).__module__.startswith("torch.jit."):
            raise Unhashable(f"a {_name(type(module))} whose forward() was replaced")
        for name in sorted(state):
            if not name.startswith("_") and name not in ("config", "generation_config") and (self._strict or _is_simple(state[name])):
                self.add(name).add(state[name])


def _version(package: str) -> str | None:
    """Of an imported package, without what stands behind "+"."""
    version = getattr(sys.modules.get(package), "__version__", None)
    return str(version).split("+")[0] if version is not None else None


def _is_simple(value: object) -> bool:
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(_is_simple(one) for one in value)
    if isinstance(value, dict):
        return all(_is_simple(key) and _is_simple(one) for key, one in value.items())
    if isinstance(value, types.FunctionType):
        return _from_package(value) and "<" not in value.__qualname__ and not value.__closure__
    return isinstance(value, (*_PLAIN, enum.Enum, np.generic, np.ndarray)) or _is_torch(value, "dtype", "device", "Size")


def configuration(config: Mapping[str, object]) -> dict[str, object]:
    """Of Hugging Face, without what says where it came from and who wrote it."""
    drop = {"transformers_version", "_name_or_path", "name_or_path", "_commit_hash", "_diffusers_version"}
    drop.add("_use_default_values")  # diffusers makes it of a set: another order in every process
    return {
        key: configuration(value) if isinstance(value, Mapping) and all(isinstance(one, str) for one in value) else value
        for key, value in config.items()
        if key not in drop
    }
