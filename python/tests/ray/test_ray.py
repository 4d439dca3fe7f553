# SPDX-License-Identifier: Apache-2.0
"""Studies on a Ray cluster of several nodes, all of them on this machine: the same bytes as without, whatever dies. `./dev ray`."""

from __future__ import annotations

import concurrent.futures
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import ray
from conftest import Reader, small_study
from ray.cluster_utils import Cluster
from ray_world import Book, Broken, Deadly, Local, Locked, Nameless, Slow

import scotoma
import scotoma._dispatch
import scotoma.ray

HERE = Path(__file__).parent


class Nodes:
    """The cluster: a head without cores, and nodes that tests add."""

    def __init__(self) -> None:
        self.cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
        self.own: list[Any] = []

    @property
    def address(self) -> str:
        return str(self.cluster.address)

    def add(self, count: int = 1, **what: Any) -> Any:
        for _ in range(count):
            self.own.append(self.cluster.add_node(**({"num_cpus": 1} | what)))
        return self.own[-1]

    def lose(self, node: Any) -> None:
        self.own.remove(node)
        self.cluster.remove_node(node, allow_graceful=False)

    def clear(self) -> None:
        for node in self.own:
            self.cluster.remove_node(node, allow_graceful=True)
        self.own = []


@pytest.fixture(scope="module")
def cluster() -> Iterator[Nodes]:
    nodes = Nodes()
    yield nodes
    nodes.cluster.shutdown()


@pytest.fixture
def nodes(cluster: Nodes) -> Iterator[Nodes]:
    yield cluster
    assert not ray.is_initialized(), "a run leaves the cluster when it ends"
    cluster.clear()


@pytest.fixture
def no_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """No batch is given to another worker for being late, as on a machine that is busy: all that is paid is paid for a reason."""
    monkeypatch.setattr(scotoma._dispatch, "LATE_AT_LEAST", 1e9)


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path / "book")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> scotoma.Results:
    """What the study gives without Ray."""
    folder = tmp_path_factory.mktemp("plain")
    return small_study(generator=Slow(Book(folder / "book"), 0)).find(out=folder / "out")


def executor(nodes: Nodes, **options: Any) -> scotoma.ray.Executor:
    return scotoma.ray.Executor(nodes.address, **options)


def after(images: int, do: Callable[[], object], find: Callable[..., scotoma.Results], **options: Any) -> scotoma.Results:
    """Runs a study in a thread, and does something here when so many images have been asked for."""
    reached = threading.Event()

    def hear(event: scotoma.Event) -> None:
        if event.kind == "progress" and event.fields["images"] >= images:
            reached.set()

    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        run = threads.submit(find, progress=hear, **options)
        while not reached.wait(0.05):
            if run.done():
                break
        else:
            do()
        return run.result()


def is_like(result: scotoma.Results, plain: scotoma.Results) -> bool:
    return all((result.folder / name).read_bytes() == (plain.folder / name).read_bytes() for name in ("bugs.json", "report.html"))


def test_two_nodes_give_the_same_bytes(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book, no_help: None) -> None:
    nodes.add(2)
    result = small_study(generator=Slow(book)).find(out=out, executor=executor(nodes))
    assert is_like(result, plain)
    assert len(book.pids) == 2 and os.getpid() not in book.pids
    assert book.paid_twice == 0


def test_a_finished_study_asks_nothing(nodes: Nodes, out: Path, book: Book) -> None:
    nodes.add()
    small_study(generator=Slow(book, 0)).find(out=out)
    lines = len(book.lines)
    small_study(generator=Slow(book, 0)).find(out=out, executor=executor(nodes))
    assert len(book.lines) == lines


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_is_killed(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book, no_help: None, workers: int) -> None:
    nodes.add(workers)
    kill = lambda: os.kill(book.pids[0], signal.SIGKILL)
    result = after(100, kill, small_study(generator=Slow(book)).find, out=out, executor=executor(nodes))
    assert is_like(result, plain)
    assert workers == 2 or len(book.pids) == 2, "another one took its place"
    assert book.paid_twice <= 2 * 8


def test_a_node_that_is_lost(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book, no_help: None) -> None:
    nodes.add()
    lost = nodes.add()
    result = after(100, lambda: nodes.lose(lost), small_study(generator=Slow(book)).find, out=out, executor=executor(nodes))
    assert is_like(result, plain)
    assert book.paid_twice <= 2 * 8


def test_all_nodes_lost_and_one_that_comes(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book) -> None:
    first = nodes.add()

    def swap() -> None:
        nodes.lose(first)
        nodes.add()

    result = after(100, swap, small_study(generator=Slow(book)).find, out=out, executor=executor(nodes))
    assert is_like(result, plain) and len(book.pids) == 2


def test_no_node_for_too_long(nodes: Nodes, out: Path, book: Book) -> None:
    lost = nodes.add()
    with pytest.raises(scotoma.RunError, match=r"for [0-9]+ s no node of the Ray cluster had room for a worker of 1 CPU"):
        after(100, lambda: nodes.lose(lost), small_study(generator=Slow(book)).find, out=out, executor=executor(nodes, patience=3))


def test_a_node_that_joins_late(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book, no_help: None) -> None:
    nodes.add()
    study = small_study(generator=Slow(book, 0.3))
    result = after(100, nodes.add, study.find, out=out, executor=executor(nodes))
    assert is_like(result, plain)
    assert len(book.pids) == 2 and book.paid_twice == 0


def test_a_worker_that_hangs(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book) -> None:
    nodes.add(2)
    result = after(
        300, lambda: os.kill(book.pids[0], signal.SIGSTOP), small_study(generator=Slow(book)).find, out=out, executor=executor(nodes)
    )
    os.kill(book.pids[0], signal.SIGKILL)
    assert is_like(result, plain)


def test_a_driver_that_is_killed(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book) -> None:
    nodes.add(2)
    program = (
        f"import sys; sys.path[:0] = [{str(HERE)!r}, {str(HERE.parent)!r}]\n"
        "import scotoma.ray; from pathlib import Path; from conftest import small_study; from ray_world import Book, Slow\n"
        f"executor = scotoma.ray.Executor({nodes.address!r})\n"
        f"small_study(generator=Slow(Book(Path({str(book.file)!r})))).find(out={str(out)!r}, executor=executor)"
    )
    driver = subprocess.Popen([sys.executable, "-c", program])
    while len(book.lines) < 40:
        time.sleep(0.05)
        assert driver.poll() is None
    driver.kill()
    driver.wait()
    result = small_study(generator=Slow(book)).find(out=out, executor=executor(nodes))
    assert is_like(result, plain)
    assert book.paid_twice <= 2 * 2 * 8


def test_an_error_of_a_role_has_the_words_that_it_has_locally(nodes: Nodes, tmp_path: Path) -> None:
    nodes.add(2)
    errors: list[scotoma.RunError] = []
    for more in ({}, {"executor": executor(nodes)}):
        with pytest.raises(scotoma.RunError, match="classify raised ValueError") as raised:
            small_study(classifier=Broken()).find(out=tmp_path / f"out-{len(errors)}", **more)
        errors.append(raised.value)
    assert str(errors[0]) == str(errors[1])


def test_a_batch_that_ends_its_worker_three_times(nodes: Nodes, out: Path) -> None:
    nodes.add(2)
    with pytest.raises(scotoma.RunError, match=r"a batch of the generator ended 3 workers.*: prompt '.*dog.*', seed [0-9]+ and 7 more"):
        small_study(generator=Deadly()).find(out=out, executor=executor(nodes))


def test_a_worker_without_memory(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book) -> None:
    nodes.add(2)
    result = small_study(generator=Slow(book, forgets=True)).find(out=out, executor=executor(nodes))
    assert is_like(result, plain)


def test_workers_that_would_mix_answers_are_refused(nodes: Nodes, out: Path) -> None:
    nodes.add(2)
    reader = Local()
    with pytest.raises(scotoma.InputError, match=r"mix answers.*captioner and classifier on .* with 1 worker\. Processors"):
        small_study(classifier=reader, captioner=reader).find(out=out, executor=executor(nodes))


def test_the_largest_group_works_alone(nodes: Nodes, out: Path, book: Book, caplog: pytest.LogCaptureFixture) -> None:
    nodes.add(num_cpus=2)
    nodes.add()
    with caplog.at_level(logging.WARNING, "scotoma.ray"):
        result = small_study(classifier=Local(), generator=Slow(book)).find(out=out, executor=executor(nodes, mixed="largest"))
    assert len(result.bugs) == 1 and len(book.pids) == 2
    assert "is left out: its classifier would not give the same answers" in caplog.text


def test_roles_without_a_fingerprint(nodes: Nodes, out: Path) -> None:
    nodes.add(2)
    assert len(small_study(captioner=Nameless()).find(out=out, executor=executor(nodes)).bugs) == 1


def test_a_role_that_cannot_be_sent(nodes: Nodes, out: Path) -> None:
    with pytest.raises(
        scotoma.InputError, match=r"the captioner \(ray_world.Locked\) cannot be sent to workers \(TypeError: holds a lock\)"
    ):
        small_study(captioner=Locked()).find(out=out, executor=executor(nodes))


def test_no_room(nodes: Nodes, out: Path) -> None:
    nodes.add()
    with pytest.raises(scotoma.InputError, match=r"no node of the Ray cluster has room for a worker of 1 CPU and 1 GPU; [0-9]+ there"):
        small_study().find(out=out, executor=executor(nodes, num_gpus=1))


def test_no_cluster(out: Path) -> None:
    with pytest.raises(scotoma.InputError, match=r'no Ray cluster answers at "127\.0\.0\.1:1"'):
        small_study().find(out=out, executor=scotoma.ray.Executor("127.0.0.1:1"))


def test_several_threads_a_worker(nodes: Nodes, plain: scotoma.Results, out: Path, book: Book) -> None:
    nodes.add(num_cpus=4)
    reader = Reader()
    reader.concurrency = 4  # type: ignore[attr-defined]
    result = small_study(generator=Slow(book), classifier=reader).find(out=out, executor=executor(nodes, num_cpus=2, workers=2))
    assert is_like(result, plain)


STUDY = """
name = "small"
labels = ["fly", "bee", "cat", "dog"]
generator = { kind = "python", object = "ray_world:plain_world" }
classifier = { kind = "python", object = "ray_world:READER" }
captioner = { kind = "python", object = "ray_world:plain_reader" }
embedder = { kind = "python", object = "ray_world:plain_reader" }
judge = { kind = "python", object = "ray_world:plain_reader" }
budget = { images = 1200, base = 48, confirm = 64, audit = 32, cross = 8 }
"""


def command(tmp_path: Path, *more: str, reader: str = "plain_reader", out: str = "out") -> subprocess.CompletedProcess[str]:
    study = tmp_path / "study.toml"
    study.write_text(STUDY.replace("READER", reader))
    words = [sys.executable, "-m", "scotoma", "find", str(study), "--out", str(tmp_path / out), "--quiet", *more]
    environment = os.environ | {"PYTHONPATH": f"{HERE}:{HERE.parent}"}
    return subprocess.run(words, capture_output=True, text=True, env=environment, timeout=300, check=False)


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """On standard error, without what Ray says of the machine."""
    return [line for line in done.stderr.splitlines() if "(raylet)" not in line]


def test_the_command_line_says_the_same(nodes: Nodes, tmp_path: Path) -> None:
    nodes.add(2)
    plain = command(tmp_path, out="plain")
    done = command(tmp_path, "--ray", nodes.address)
    assert done.returncode == plain.returncode == 0, done.stderr
    assert done.stdout.replace(str(tmp_path / "out"), "") == plain.stdout.replace(str(tmp_path / "plain"), "")
    assert said(done) == said(plain)
    assert (tmp_path / "out/bugs.json").read_bytes() == (tmp_path / "plain/bugs.json").read_bytes()


def test_errors_of_the_command_line(nodes: Nodes, tmp_path: Path) -> None:
    nodes.add()
    plain = command(tmp_path, reader="broken_reader", out="plain")
    done = command(tmp_path, "--ray", nodes.address, reader="broken_reader")
    assert done.returncode == plain.returncode != 0 and said(done) == said(plain)
    missing = command(tmp_path, "--ray", nodes.address, reader="no_reader")
    assert missing.returncode == 2 and "has no no_reader" in missing.stderr
    nobody = command(tmp_path, "--ray", "127.0.0.1:1")
    assert nobody.returncode == 2 and nobody.stderr.startswith('scotoma: no Ray cluster answers at "127.0.0.1:1"')
    alone = command(tmp_path, "--ray-workers", "2")
    assert alone.returncode == 2 and "--ray" in alone.stderr


def test_a_ray_of_its_own(plain: scotoma.Results, out: Path, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CPUS_PER_TASK", "1")
    assert scotoma.ray.cores() == 1
    assert is_like(small_study(generator=Slow(book, 0)).find(out=out, executor=scotoma.ray.Executor("local")), plain)
    assert not ray.is_initialized()
