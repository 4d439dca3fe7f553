# SPDX-License-Identifier: Apache-2.0
"""Images of a study in a store that fsspec reaches."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from conftest import Reader, World, small_study
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

import scotoma
from scotoma import image_store


class Store(MemoryFileSystem):
    """In memory, each its own; ``fault`` is called with what is done to which path, and may raise or wait."""

    protocol: ClassVar[tuple[str, ...]] = ("store",)  # type: ignore[misc]
    cachable = False

    def __init__(self) -> None:
        super().__init__()
        self.store: dict[str, Any] = {}
        self.pseudo_dirs = [""]
        self.fault: Callable[[str, str], None] = lambda doing, path: None
        self.done: list[str] = []

    def _do(self, doing: str, path: str) -> None:
        self.done.append(doing)
        self.fault(doing, path)

    def pipe_file(self, path: str, value: bytes, **options: Any) -> None:
        self._do("put", path)
        super().pipe_file(path, value, **options)

    def cat_file(self, path: str, **options: Any) -> bytes:
        self._do("get", path)
        return bytes(super().cat_file(path, **options))

    def ls(self, path: str, detail: bool = True, **options: Any) -> Any:
        self._do("list", path)
        return super().ls(path, detail=detail, **options)

    def images(self) -> set[str]:
        """Ids."""
        return {Path(path).stem for path in self.store if path.endswith(".png")}

    @property
    def place(self) -> tuple[Store, str]:
        """For ``images=``."""
        return self, "/bucket/flies"


@pytest.fixture(autouse=True)
def on_a_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a scratch of its own, and no patience."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "machine"))
    monkeypatch.setattr(image_store, "FIRST_WAIT", 0)


@pytest.fixture
def store() -> Store:
    """Empty."""
    return Store()


def remembered(out: Path) -> set[str]:
    """Ids of images that rows of the cache name."""
    with sqlite3.connect(out / "cache.sqlite") as rows:
        values = [value for (value,) in rows.execute("SELECT value FROM answers WHERE length(input) = 64")]
    texts = [value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values]
    return {text for text in texts if re.fullmatch("[0-9a-f]{64}", text)}


def local_images(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "images").rglob("*.png")}


def same_results(one: Path, other: Path) -> None:
    for name in ("bugs.json", "report.html", "findings.sqlite"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def another_machine(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The results without cache and images, where nothing is at hand."""
    there = tmp_path / "elsewhere" / "out"
    shutil.copytree(out, there, ignore=shutil.ignore_patterns("images", "cache.sqlite*"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    return there


def test_results_are_the_same_bytes_and_the_images_are_in_the_store(finished: scotoma.Results, store: Store, out: Path) -> None:
    results = small_study().find(out=out, images=store.place)
    same_results(results.folder, finished.folder)
    assert store.images() == local_images(finished.folder) == remembered(out)
    named = set(re.findall(r"images/../([0-9a-f]{64})\.png", (out / "bugs.json").read_text()))
    assert local_images(out) == named < store.images()
    assert (out / "images.url").read_text() == "store:///bucket/flies\n"
    assert [e.png for e in results.images(results.bugs[0])] == [e.png for e in finished.images(finished.bugs[0])]


def test_a_run_asks_the_store_for_nothing_but_a_listing(store: Store, out: Path) -> None:
    small_study().find(out=out, images=store.place)
    assert store.done.count("put") == len(store.images()) + 1, "each once, and the mark"
    assert store.done.count("get") == 1, "of the mark"
    store.done.clear()
    world = World()
    small_study(generator=world).find(out=out, images=store.place)
    assert world.calls == 0 and "put" not in store.done and store.done.count("get") == 1


def test_results_open_where_no_image_is(
    finished: scotoma.Results, store: Store, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_study().find(out=out, images=store.place)
    there = another_machine(out, tmp_path, monkeypatch)
    results = scotoma.open(there, images=store.place)
    bug = results.bugs[0]
    for part in (None, "audit_base", "confirm"):
        examples = results.images(bug, part)  # type: ignore[arg-type]
        assert [e.png for e in examples] == [e.png for e in finished.images(bug, part)]  # type: ignore[arg-type]
    first = results.images(bug)[0]
    assert first.image.size == (16, 16) and first.path.read_bytes() == first.png
    assert first.path.is_relative_to(tmp_path / "another machine")
    assert "data:image/png" in results.images(bug)._repr_html_()
    assert results.to_pandas("images")["path"][0] == f"store:///bucket/flies/images/{first.id[:2]}/{first.id}.png"
    gets = store.done.count("get")
    assert [e.png for e in results.images(bug)] and store.done.count("get") == gets, "they are at hand now"
    copy = scotoma.open(results.save(tmp_path / "copy"))
    assert [e.png for e in copy.images(bug)] == [e.png for e in results.images(bug)]
    results.export(tmp_path / "exported", format="jsonl", test=0.3)
    finished.export(tmp_path / "local", format="jsonl", test=0.3)
    files = sorted(path.relative_to(tmp_path / "local") for path in (tmp_path / "local").rglob("*") if path.is_file())
    assert files and files == sorted(p.relative_to(tmp_path / "exported") for p in (tmp_path / "exported").rglob("*") if p.is_file())
    for file in files:
        assert (tmp_path / "exported" / file).read_bytes() == (tmp_path / "local" / file).read_bytes(), file


def test_results_opened_without_the_store_look_where_the_cache_says(
    finished: scotoma.Results, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_study().find(out=out, images=tmp_path / "store")
    results = scotoma.open(another_machine(out, tmp_path, monkeypatch))
    assert [e.png for e in results.images(results.bugs[0])] == [e.png for e in finished.images(finished.bugs[0])]
    (results.folder / "images.url").write_text("nosuch://bucket/flies\n")
    with pytest.raises(scotoma.InputError, match="Protocol not known: nosuch"):
        _ = scotoma.open(results.folder).images("bee")[0].png


def test_a_report_is_written_anew_from_the_store(
    finished: scotoma.Results, store: Store, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_study().find(out=out, images=store.place)
    there = another_machine(out, tmp_path, monkeypatch)
    (there / "report.html").unlink()
    results = scotoma.open(there, images=store.place)
    assert results.report().read_bytes() == finished.report().read_bytes()
    shutil.rmtree(there / "images")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a third machine"))
    (there / "report.html").write_text("an old one")
    assert results.report().read_text() == "an old one"
    results = scotoma.open(there, images=store.place)
    assert results.report(anew=True).read_bytes() == finished.report().read_bytes()
    store.fault = lambda what, path: (_ for _ in ()).throw(PermissionError("read only"))
    with pytest.raises(scotoma.RunError, match="look at the credentials"):
        shutil.rmtree(there / "images")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a fourth machine"))
        scotoma.open(there, images=store.place).report(anew=True)


def scotoma_command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The package's own ``scotoma``, for which the objects of small_study() are modules of its working folder."""
    command = [sys.executable, "-m", "scotoma", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def stored(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Results with all answers on a machine that has none of the images."""
    small_study().find(out=out, images=tmp_path / "store")
    shutil.rmtree(out / "images")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    return out


def test_the_command_line_reads_images_from_the_store(finished: scotoma.Results, stored: Path, tmp_path: Path) -> None:
    here = Path(__file__).parent
    (stored / "report.html").unlink()
    reported = scotoma_command(here, "report", str(stored))
    assert reported.returncode == 0, reported.stderr
    same_results(stored, finished.folder)
    reviewed = scotoma_command(here, "review", str(stored), "--csv", str(tmp_path / "review.csv"), "--count", "7")
    assert reviewed.returncode == 0, reviewed.stderr
    rows = (tmp_path / "review.csv").read_text().splitlines()[1:]
    for row in rows:
        image, file = re.match("([0-9a-f]{64}),", row), re.search(r"/[^,]*\.png", row)
        assert image and file and (tmp_path / "store/images" / image[1][:2] / f"{image[1]}.png").read_bytes() == Path(file[0]).read_bytes()
    assert len(rows) == 7
    page = scotoma_command(here, "review", str(stored), "--page", str(tmp_path / "review.html"))
    assert page.returncode == 0 and (tmp_path / "review.html").read_text().count("data:image/png") == 40, page.stderr
    exported = scotoma_command(here, "export", str(stored), "--format", "jsonl", "--to", str(tmp_path / "exported"))
    assert exported.returncode == 0 and len(list((tmp_path / "exported").rglob("*.png"))) > 20, exported.stderr


def test_other_classifiers_are_tried_on_images_of_the_store(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[classifier]\nkind = "python"\nobject = "test_object_store:OtherReader"\n')
    words = ["transfer", str(stored), "--classifier", str(tmp_path / "other.toml"), "--json", "--quiet"]
    done = scotoma_command(Path(__file__).parent, *words)
    assert done.returncode == 0, done.stderr
    other = json.loads(done.stdout)["bugs"][0]["cells"][1]
    assert other["with"]["failures"] == other["with"]["valid"] > 20 and not list(stored.glob("images/*/*.tmp"))
    checked = scotoma_command(Path(__file__).parent, "check", str(stored), "--against", str(tmp_path / "other.toml"))
    assert checked.returncode == 1 and "Traceback" not in checked.stderr, checked.stderr


def test_more_images_for_a_check_go_into_the_store(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text('[classifier]\nkind = "python"\nobject = "test_object_store:OtherReader"\n')
    before, here = local_images(tmp_path / "store"), local_images(stored)
    (tmp_path / "small.toml").write_text(small_study().toml)
    words = ["check", str(tmp_path / "small.toml"), "--out", str(stored), "--against", str(tmp_path / "other.toml"), "--images", "64"]
    checked = scotoma_command(Path(__file__).parent, *words)
    assert checked.returncode == 1 and "Traceback" not in checked.stderr, checked.stderr
    assert len(local_images(tmp_path / "store")) > len(before) and local_images(stored) == here
    again = scotoma_command(Path(__file__).parent, *words)
    assert again.stdout == checked.stdout, "all is remembered"


class OtherReader(Reader):
    """Another classifier with the same blind spot."""

    fingerprint = "other reader"


def test_the_command_line_says_why_a_store_cannot_be_reached(stored: Path) -> None:
    (stored / "images.url").write_text("nosuch://bucket/flies\n")
    for words in (["report"], ["review", "--csv", "review.csv"]):
        done = scotoma_command(stored, words[0], str(stored), *words[1:])
        assert done.returncode == 2 and "images: nosuch://bucket/flies: Protocol not known: nosuch" in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


def test_results_without_findings_are_replayed(store: Store, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = small_study().find(out=out, images=store.place)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    shutil.rmtree(out / "images")
    (out / "findings.sqlite").unlink()
    assert scotoma.open(out, images=store.place).bugs == results.bugs


def test_another_machine_goes_on_with_the_answers(store: Store, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = small_study().find(out=out, images=store.place)
    there = tmp_path / "elsewhere"
    there.mkdir()
    shutil.copy(out / "cache.sqlite", there)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))

    class OtherClassifier(Reader):
        fingerprint = "reader 2"

    world = World()
    results = small_study(generator=world, classifier=OtherClassifier()).find(out=there, images=store.place)
    assert world.calls == 0 and [bug.id for bug in results.bugs] == [bug.id for bug in first.bugs]


def test_an_image_that_the_store_lost_is_generated_anew(finished: scotoma.Results, store: Store, out: Path) -> None:
    small_study().find(out=out, images=store.place)
    all_images = store.images()
    lost = sorted(all_images)[3]
    store.rm_file(f"/bucket/flies/images/{lost[:2]}/{lost}.png")
    world = World()
    small_study(generator=world).find(out=out, images=store.place)
    assert world.calls >= 1 and store.images() == all_images
    same_results(out, finished.folder)


@pytest.mark.parametrize("doing", ["list", "get"])
def test_a_store_that_cannot_be_reached_is_an_error_before_anything_is_generated(store: Store, out: Path, doing: str) -> None:
    small_study().find(out=out, images=store.place)

    def fault(what: str, path: str) -> None:
        if what == doing:
            raise ConnectionError("no route")

    store.fault = fault
    world = World()
    words = r"store:///bucket/flies: could not \w+ 4 times \(ConnectionError: no route\); mend that and run again"
    with pytest.raises(scotoma.RunError, match=words) as caught:
        small_study(generator=world).find(out=out, images=store.place)
    assert world.calls == 0 and isinstance(caught.value.__cause__, ConnectionError)


def test_an_upload_that_fails_ends_the_run_and_its_image_is_not_remembered(finished: scotoma.Results, store: Store, out: Path) -> None:
    def full(what: str, path: str) -> None:
        if what == "put" and len(store.images()) >= 200:
            raise OSError("no room")

    store.fault = full
    with pytest.raises(scotoma.RunError, match=r"could not keep image \w+ 4 times \(OSError: no room\)"):
        small_study().find(out=out, images=store.place)
    assert remembered(out) <= store.images() and len(remembered(out)) > 100
    assert not (out / "bugs.json").exists()
    store.fault = lambda what, path: None
    small_study().find(out=out, images=store.place)
    same_results(out, finished.folder)


def test_what_is_refused_is_not_tried_again(store: Store, out: Path) -> None:
    def refused(what: str, path: str) -> None:
        if what == "put" and path.endswith(".png"):
            raise PermissionError("read only")

    store.fault = refused
    words = r"could not keep image \w+ \(PermissionError: read only\); look at the credentials"
    with pytest.raises(scotoma.RunError, match=words):
        small_study().find(out=out, images=store.place)
    assert remembered(out) == set()


def test_what_passes_is_waited_for(finished: scotoma.Results, store: Store, out: Path) -> None:
    seen: set[tuple[str, str]] = set()

    def first_time(what: str, path: str) -> None:
        if (what, path) not in seen:
            seen.add((what, path))
            raise TimeoutError("slow down")

    store.fault = first_time
    small_study().find(out=out, images=store.place)
    same_results(out, finished.folder)


def test_what_came_damaged_is_found_out(store: Store, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = small_study().find(out=out, images=store.place)
    image = results.images(results.bugs[0])[0].id
    store.pipe_file(f"/bucket/flies/images/{image[:2]}/{image}.png", b"no image")
    results = scotoma.open(another_machine(out, tmp_path, monkeypatch), images=store.place)
    with pytest.raises(scotoma.RunError, match=rf"{image}\.png: holds another image than its name says; it has been removed"):
        _ = results.images(results.bugs[0])[0].png
    with pytest.raises(scotoma.RunError, match=rf"{image}\.png: missing; run the study again"):
        _ = results.images(results.bugs[0])[0].png


def test_a_mistyped_place_is_not_held_against_the_cache(store: Store, out: Path) -> None:
    store.fault = lambda what, path: (_ for _ in ()).throw(FileNotFoundError("no such bucket"))
    with pytest.raises(scotoma.RunError, match="make the bucket or folder, or correct the URL"):
        small_study().find(out=out, images=store.place)
    assert len(small_study().find(out=out).bugs) == 1


def test_a_cache_is_not_run_without_its_images(store: Store, out: Path) -> None:
    small_study().find(out=out, images=store.place)
    world = World()
    for images in (None, "memory://other"):
        with pytest.raises(scotoma.InputError, match=r'run it from Python with images="store:///bucket/flies"'):
            small_study(generator=world).find(out=out, images=images)
    assert world.calls == 0


def test_images_from_before_move_into_the_store(finished: scotoma.Results, store: Store, out: Path) -> None:
    small_study().find(out=out)
    world = World()
    small_study(generator=world).find(out=out, images=store.place)
    assert world.calls == 0 and store.images() == local_images(finished.folder)
    same_results(out, finished.folder)


def test_a_small_scratch_changes_nothing(finished: scotoma.Results, store: Store, out: Path, tmp_path: Path) -> None:
    small = scotoma.ImageStore(store.place, scratch=tmp_path / "scratch", scratch_bytes=20_000)
    small_study().find(out=out, images=small)
    same_results(out, finished.folder)
    assert sum(path.stat().st_size for path in (tmp_path / "scratch").rglob("*.png")) <= 20_000


def test_a_folder_is_a_store(finished: scotoma.Results, out: Path, tmp_path: Path) -> None:
    place = tmp_path / "shared [1] folder"
    small_study().find(out=out, images=place)
    same_results(out, finished.folder)
    assert local_images(place) == local_images(finished.folder)
    assert not list((place / "images" / ".part").iterdir())
    assert scotoma.open(out, images=f"file://{place}").images("fly")[0].png


class Slow(LocalFileSystem):
    """Takes 50 ms for an upload."""

    cachable = False

    def mv(self, path1: str, path2: str, **options: Any) -> None:
        time.sleep(0.05)
        super().mv(path1, path2, **options)


def test_killed_midway_nothing_is_lost(finished: scotoma.Results, tmp_path: Path) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import time
from conftest import World, small_study
from test_object_store import Slow
class Telling(World):
    def generate(self, prompts, seeds):
        time.sleep(0.03)
        print("batch", flush=True)
        return super().generate(prompts, seeds)
small_study(generator=Telling()).find(out={str(tmp_path / "out")!r}, images=(Slow(), {str(tmp_path / "store")!r}))
"""
    for batches in (20, 7, 7):  # until it is killed
        child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert child.stdout is not None
        for _ in range(batches):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        _, errors = child.communicate(timeout=120)
        assert child.returncode == -signal.SIGKILL, errors
        known = remembered(tmp_path / "out")
        assert known <= local_images(tmp_path / "store")
        assert len(known) > 50, "what was in the store by then was remembered"
    world = World()
    small_study(generator=world).find(out=tmp_path / "out", images=tmp_path / "store")
    assert world.calls < 36, "of 44 without"
    same_results(tmp_path / "out", finished.folder)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nosuch://bucket/flies", "Protocol not known: nosuch"),
        ("gcs://bucket/flies", "gcsfs"),
        ("memory://", "name a bucket or a folder"),
        (("memory", "/flies"), "a filesystem of fsspec and a path"),
    ],
)
def test_what_is_no_place_is_refused(place: Any, words: str, out: Path) -> None:
    with pytest.raises(scotoma.InputError, match=words):
        small_study().find(out=out, images=place)
    assert not out.exists()


def test_a_wrong_url_is_no_store_of_images(finished: scotoma.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = scotoma.open(another_machine(finished.folder, tmp_path, monkeypatch), images="memory://nothing/here")
    with pytest.raises(scotoma.RunError, match="holds no images of a study; give the URL that the study was run with"):
        _ = results.images(results.bugs[0])[0].png


def test_without_fsspec_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ImportError, match=r"pip install scotoma\[fsspec\]"):
        scotoma.ImageStore("memory://flies")


def test_listings_of_many_images_come_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_store, "FEW", 0)
    images = scotoma.ImageStore(store.place)
    ids = {os.urandom(32).hex() for _ in range(500)}
    for image in ids:
        images.put(image, b"png" * 7)
    store.pipe_file("/bucket/flies/images/ab/notes.txt", b"somebody's")
    parts = list(images.listing())
    assert len(parts) > 100 and {pair for part in parts for pair in part} == {(image, 21) for image in ids}
