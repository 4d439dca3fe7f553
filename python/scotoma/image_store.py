# SPDX-License-Identifier: Apache-2.0
"""Images of a study in an object store (S3, GCS, Azure) or wherever else fsspec reaches. `pip install scotoma[fsspec]`, and what the
store's own URL wants: `s3fs`, `gcsfs`, `adlfs`."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from scotoma._arguments import whole
from scotoma.errors import InputError, RunError

T = TypeVar("T")

IMAGE = re.compile(r"[0-9a-f]{64}\.png")
SHARD = re.compile(r"[0-9a-f]{2}")
MARK = "scotoma.txt"
TRIES = 4
FIRST_WAIT = 0.2  # seconds before the second try; twice as long before each further one
LISTERS = 16  # parts of a listing at once
FEW = 5000  # images that are listed in one go


class ImageStore:
    """``URL/images/ab/ID.png`` for each image, named by the SHA-256 of its pixels and never changed, and ``URL/scotoma.txt``, which
    says what stands there.

    ``place``: a URL that fsspec knows (``s3://bucket/prefix``) or a folder's path, with ``options`` for its filesystem
    (``endpoint_url=...``); or a filesystem and a path of it. Credentials are the filesystem's business. ``scratch``: a folder of this
    machine for the images that were used last, ``$XDG_CACHE_HOME/scotoma`` (``~/.cache/scotoma``) unless given; studies may share
    it. ``scratch_bytes``: how large it may grow.

    Raises InputError where the URL is of no filesystem that is installed. May be used by several threads and runs at once."""

    def __init__(
        self,
        place: str | os.PathLike[str] | tuple[Any, str],
        *,
        scratch: str | os.PathLike[str] | None = None,
        scratch_bytes: int = 4 << 30,
        **options: Any,
    ) -> None:
        whole("scratch_bytes", scratch_bytes, 0, 2**63 - 1)
        self._fs, root = _filesystem(place, options)
        self._root = root.rstrip("/")
        if not self._root:
            raise InputError(f"{place}: name a bucket or a folder for the images, not all of the store")
        self._atomic = _puts_whole_or_not_at_all(self._fs)
        self._made: set[str] = set()
        self._marked = False
        self._lock = threading.Lock()
        self.url = str(self._fs.unstrip_protocol(self._root))
        """Below which images/ stands."""
        self.scratch = str(_user_cache() if scratch is None else Path(scratch))
        """The folder of this machine."""
        self.scratch_bytes = int(scratch_bytes)
        """How large it may grow."""

    def __repr__(self) -> str:
        return f"<scotoma.ImageStore {self.url}>"

    def url_of(self, image: str) -> str:
        """Of an image's object, by its id."""
        return f"{self.url}/images/{image[:2]}/{image}.png"

    def put(self, image: str, png: bytes) -> None:
        """Keeps an image's PNG file, whole or not at all. Raises RunError where it cannot."""
        self._patiently(f"keep image {image}", lambda: self._write(f"images/{image[:2]}", f"{image}.png", png))

    def get(self, image: str) -> bytes | None:
        """An image's PNG file; None where the store has no such image. Raises RunError where it cannot be reached, or holds no images of
        a study at all."""
        path = f"{self._root}/images/{image[:2]}/{image}.png"
        found = self._patiently(f"read image {image}", lambda: _unless_missing(lambda: self._fs.cat_file(path)))
        if found is None and not self._marked:
            if self._mark() is None:
                raise RunError(f"{self.url}: holds no images of a study; give the URL that the study was run with")
            self._marked = True
        return found

    def listing(self) -> Iterator[list[tuple[str, int]]]:
        """Ids and bytes of all images, in parts: of a store with a request for each 1,000 images; where there are many, at least one for
        each two letters that ids begin with, several at once. Raises RunError where the store cannot be listed, or not be written."""
        self._fs.invalidate_cache()
        if self._mark() is None:
            text = b"Images of Scotoma, named by the SHA-256 of their size and pixels. Its studies look for them here.\n"
            self._patiently("write", lambda: self._write("", MARK, text))
        with ThreadPoolExecutor(LISTERS, "scotoma-list") as pool:
            shards = [name for name, _ in self._names("images") if SHARD.fullmatch(name)]
            first = list(pool.map(self._images, shards[:1]))
            if sum(map(len, first)) * len(shards) <= FEW:
                yield self._all_images() if shards else []
            else:
                yield from first
                for begin in range(1, len(shards), LISTERS):
                    yield from pool.map(self._images, shards[begin : begin + LISTERS])
        self._fs.invalidate_cache()  # nothing else is listed, and a million names are many

    def remove(self, image: str) -> None:
        """An image that is not what its name says."""
        path = f"{self._root}/images/{image[:2]}/{image}.png"
        self._patiently(f"remove image {image}", lambda: _unless_missing(lambda: self._fs.rm_file(path)))

    def _mark(self) -> bytes | None:
        path = f"{self._root}/{MARK}"
        return self._patiently("read", lambda: _unless_missing(lambda: self._fs.cat_file(path)))

    def _images(self, shard: str) -> list[tuple[str, int]]:
        return [(name[:-4], size) for name, size in self._names(f"images/{shard}") if IMAGE.fullmatch(name) and name[:2] == shard]

    def _all_images(self) -> list[tuple[str, int]]:
        found = self._patiently("list", lambda: self._fs.find(f"{self._root}/images", detail=True))
        sizes = [(path.rsplit("/", 1)[-1], path.rsplit("/", 2)[-2], int(entry.get("size") or 0)) for path, entry in found.items()]
        return [(name[:-4], size) for name, shard, size in sizes if IMAGE.fullmatch(name) and name[:2] == shard]

    def _names(self, folder: str) -> list[tuple[str, int]]:
        path = f"{self._root}/{folder}"
        found = self._patiently("list", lambda: _unless_missing(lambda: self._fs.ls(path, detail=True))) or []
        return [(entry["name"].rstrip("/").rsplit("/", 1)[-1], int(entry.get("size") or 0)) for entry in found]

    def _write(self, folder: str, name: str, data: bytes) -> None:
        place = f"{self._root}/{folder}" if folder else self._root
        if self._atomic:
            self._fs.pipe_file(f"{place}/{name}", data)
            return
        aside = f"{self._root}/images/.part"
        for needed in (place, aside):
            if needed not in self._made:
                self._fs.makedirs(needed, exist_ok=True)
                with self._lock:
                    self._made.add(needed)
        part = f"{aside}/{name}.{uuid.uuid4().hex}"
        try:
            self._fs.pipe_file(part, data)
            self._fs.mv(part, f"{place}/{name}")
        except BaseException:
            self._made.clear()  # it may have been removed
            with contextlib.suppress(Exception):
                self._fs.rm_file(part)
            raise

    def _patiently(self, doing: str, work: Callable[[], T]) -> T:
        """What passes is waited for; what does not is an error with what to do."""
        wait = FIRST_WAIT
        for attempt in range(1, TRIES + 1):
            try:
                return work()
            except (FileNotFoundError, PermissionError, NotImplementedError, TypeError, ValueError) as error:
                raise self._error(doing, error, 1) from error
            except Exception as error:
                if attempt == TRIES:
                    raise self._error(doing, error, attempt) from error
            time.sleep(wait)
            wait *= 2
        raise AssertionError

    def _error(self, doing: str, error: Exception, tries: int) -> RunError:
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        if isinstance(error, FileNotFoundError):
            advice = "make the bucket or folder, or correct the URL"
        elif isinstance(error, PermissionError) or "Credentials" in type(error).__name__:
            advice = "look at the credentials, which must allow to list, read and write"
        else:
            advice = "mend that"
        tried = "" if tries == 1 else f" {tries} times"
        return RunError(f"{self.url}: could not {doing}{tried} ({said}); {advice} and run again: it goes on where it stopped")


ImagesPlace: TypeAlias = str | os.PathLike[str] | tuple[Any, str] | ImageStore
"""A URL that fsspec knows, a folder, a filesystem with a path of it, or an ImageStore."""


def store_of(images: ImagesPlace | None) -> ImageStore | None:
    """What ``images=`` names. Raises InputError."""
    return images if images is None or isinstance(images, ImageStore) else ImageStore(images)


def _filesystem(place: str | os.PathLike[str] | tuple[Any, str], options: dict[str, Any]) -> tuple[Any, str]:
    try:
        import fsspec
        import fsspec.core
    except ImportError as error:
        raise ImportError("images elsewhere are reached by fsspec: pip install scotoma[fsspec]") from error
    if isinstance(place, tuple):
        if len(place) != 2 or not isinstance(place[0], fsspec.AbstractFileSystem):
            raise InputError("images: give a URL, or a filesystem of fsspec and a path of it")
        fs, path = place
        if options:
            raise InputError(f"images: {', '.join(sorted(options))}: the filesystem was given, and has its options")
        return fs, str(fs._strip_protocol(path))
    if not isinstance(place, str | os.PathLike):
        raise InputError(f"images is {place!r}; give a URL, a folder, or a filesystem of fsspec and a path of it")
    try:
        fs, root = fsspec.core.url_to_fs(os.fspath(place), **options)
    except (ImportError, ValueError) as error:
        raise InputError(f"images: {os.fspath(place)}: {error}") from error
    return fs, str(root)


def _puts_whole_or_not_at_all(fs: Any) -> bool:
    """Stores do, where there is one request for an object; folders, near or far, are written bit by bit."""
    from fsspec.implementations.memory import MemoryFileSystem

    return bool(getattr(fs, "async_impl", False)) or isinstance(fs, MemoryFileSystem)


def _unless_missing(work: Callable[[], T]) -> T | None:
    try:
        return work()
    except FileNotFoundError:
        return None


def _user_cache() -> Path:
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "scotoma"
    try:
        return Path.home() / ".cache" / "scotoma"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"scotoma-{os.getuid()}"
