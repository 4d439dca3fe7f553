# SPDX-License-Identifier: Apache-2.0
"""Studies from Python: what they find, what they say, and how they end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import LABELS, Reader, World, small_study

import scotoma


def test_finds_the_bug(finished: scotoma.Results) -> None:
    assert [(bug.label, bug.phrase) for bug in finished.bugs] == [("fly", "on a flower")]
    bug = finished.bugs[0]
    assert bug.predicted == "bee" and bug.rate.rate > 0.9 and bug.base.rate < 0.5
    assert [cause.bugs for cause in finished.causes] == [[bug]]
    assert [label.label for label in finished.labels] == LABELS


def test_the_same_study_gives_the_same_bytes(finished: scotoma.Results, out: Path) -> None:
    again = small_study().find(out=out, threads=1)
    for name in ("bugs.json", "report.html"):
        assert (again.folder / name).read_bytes() == (finished.folder / name).read_bytes(), name


def test_a_finished_study_asks_nothing(out: Path) -> None:
    small_study().find(out=out)
    world = World()
    small_study(generator=world).find(out=out)
    assert world.calls == 0


def test_progress_comes_as_events(out: Path) -> None:
    events: list[scotoma.Event] = []
    small_study().find(out=out, progress=events.append)
    kinds = [event.kind for event in events]
    assert kinds[-1] == "finished" and "bug" in kinds and kinds.count("stage") >= 8
    assert events[-1].bugs == 1
    with pytest.raises(AttributeError, match="has no colour; it has: images, budget"):
        _ = events[-1].colour


def test_events_can_be_awaited(out: Path) -> None:
    async def follow() -> tuple[list[str], scotoma.Results]:
        run = small_study().events(out=out)
        kinds = [event.kind async for event in run]
        return kinds, run.result

    kinds, result = asyncio.run(follow())
    assert kinds[-1] == "finished" and len(result.bugs) == 1


def test_leaving_the_events_cancels_the_run(out: Path) -> None:
    world = World()

    async def leave() -> None:
        async for event in small_study(generator=world).events(out=out):
            if event.kind == "progress":
                break

    asyncio.run(leave())
    time.sleep(0.3)
    calls = world.calls
    time.sleep(0.5)
    assert world.calls == calls and not (out / "bugs.json").exists()


def test_what_a_listener_raises_ends_the_run(out: Path) -> None:
    def hears(event: scotoma.Event) -> None:
        if event.kind == "images":
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        small_study().find(out=out, progress=hears)
    assert len(small_study().find(out=out).bugs) == 1


def test_ctrl_c_stops_at_a_batch_and_resumes(tmp_path: Path) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import time
from conftest import World, small_study
class Slow(World):
    def generate(self, prompts, seeds):
        time.sleep(0.05)
        print("batch", flush=True)
        return super().generate(prompts, seeds)
small_study(generator=Slow()).find(out={str(tmp_path / "out")!r})
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for _ in range(5):
        child.stdout.readline()
    child.send_signal(signal.SIGINT)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT or "KeyboardInterrupt" in errors
    world = World()
    result = small_study(generator=world).find(out=tmp_path / "out")
    whole = World()
    small_study(generator=whole).find(out=tmp_path / "whole")
    assert len(result.bugs) == 1 and world.calls < whole.calls


class Interrupted:
    """A program that is told to stop in a batch that takes a minute."""

    def __init__(self, tmp_path: Path, does: str, batch: int = 6) -> None:
        program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import time
from conftest import World, small_study
class Slow(World):
    def generate(self, prompts, seeds):
        if self.calls == {batch}:
            print("in a batch", flush=True)
            time.sleep(60)
        return super().generate(prompts, seeds)
study = small_study(generator=Slow())
out = {str(tmp_path / "out")!r}
{does}
"""
        self.program = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.program.stdout is not None and self.program.stderr is not None
        assert "in a batch\n" in iter(self.program.stdout.readline, "")
        self.program.send_signal(signal.SIGINT)

    def ended(self) -> tuple[int, str, str]:
        out, errors = self.program.communicate(timeout=30)
        return self.program.returncode, out, errors


def test_a_second_interrupt_does_not_wait(tmp_path: Path) -> None:
    run = Interrupted(tmp_path, "study.find(out=out)")
    assert run.program.stderr is not None
    lines = [run.program.stderr.readline(), run.program.stderr.readline()]
    assert lines[1].startswith("stopping after this batch; press Ctrl-C again"), lines
    run.program.send_signal(signal.SIGINT)
    code, _, errors = run.ended()
    assert code == 130 and errors.rstrip().endswith("KeyboardInterrupt") and "terminate" not in errors, errors
    world = World()
    result = small_study(generator=world).find(out=tmp_path / "out")
    whole = World()
    small_study(generator=whole).find(out=tmp_path / "whole")
    assert len(result.bugs) == 1 and world.calls <= whole.calls - 4, "four of six were of the run, and are remembered"


def test_who_catches_a_second_interrupt_goes_on_at_once(tmp_path: Path) -> None:
    run = Interrupted(
        tmp_path,
        """
try:
    study.find(out=out, progress=lambda event: print("event", flush=True))
except KeyboardInterrupt:
    print("caught", flush=True)
try:
    study.find(out=out)
except Exception as error:
    print(type(error).__name__, error, flush=True)
""",
    )
    assert run.program.stderr is not None
    _ = run.program.stderr.readline(), run.program.stderr.readline()
    run.program.send_signal(signal.SIGINT)
    code, said, errors = run.ended()
    assert code == 130 and "Traceback" not in errors, errors
    assert re.search(r"caught\nInputError .*`Study\.find\(\)` is running", said), said


def test_doctor_ends_at_the_first_interrupt(tmp_path: Path) -> None:
    code, _, errors = Interrupted(tmp_path, "study.doctor()", batch=0).ended()
    assert code == 130 and errors.rstrip().endswith("KeyboardInterrupt"), errors


def test_many_threads_may_run_studies(tmp_path: Path) -> None:
    results: list[scotoma.Results] = []
    threads = [threading.Thread(target=lambda i=i: results.append(small_study().find(out=tmp_path / str(i)))) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {(result.folder / "bugs.json").read_bytes() for result in results} == {(tmp_path / "0" / "bugs.json").read_bytes()}


class Broken:
    """Answers wrongly where told to."""

    fingerprint = "broken"
    class_names = LABELS

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def _given(self, images: Any) -> Any:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer(images)

    classify = caption = embed_images = _given

    def embed_texts(self, texts: Any) -> Any:
        return Reader().embed_texts(texts)

    def judge(self, images: Any, labels: Any) -> Any:
        return self._given(images)

    def generate(self, prompts: Any, seeds: Any) -> Any:
        return self._given(prompts)


WRONG = [
    ("classifier", ValueError("out of cheese"), r"the classifier \(test_study\.Broken\): classify raised ValueError at .*: out of cheese"),
    ("classifier", lambda i: np.zeros((len(i) + 1, 4), np.float32), r"gave float32 of shape \[5, 4\] .*expected floats of shape \[4, n\]"),
    ("classifier", lambda i: np.zeros((len(i), 3), np.float32), "one column for each of its 4 class_names"),
    ("classifier", lambda i: np.full((len(i), 4), np.nan, np.float32), r"NaN or infinity in row 0 \(from 0\)"),
    ("classifier", lambda i: np.full((len(i), 4), 7.5, np.float32), "expected probabilities in"),
    ("classifier", lambda i: np.zeros((len(i), 4), np.int64), "gave int64 of shape"),
    ("classifier", lambda i: "cat", r"expected floats of shape \[4, n\]"),
    ("generator", lambda p: np.zeros((len(p), 8, 8, 3), np.float32), r"gave float32 .* for prompt '.*', seed .*expected uint8"),
    ("generator", lambda p: np.zeros((len(p), 8, 8), np.uint8), "expected uint8 of shape"),
    ("captioner", lambda i: ["a fly"] * (len(i) + 1), "expected a list of"),
    ("captioner", lambda i: "a fly", "gave a str"),
    ("captioner", lambda i: [None] * len(i), "a NoneType among its answers"),
    ("embedder", lambda i: np.zeros((len(i), 8), np.float32), "zeros in row 0"),
    ("judge", lambda i: np.full(len(i), 2, np.float32), "gave 2 to 2 .*expected probabilities"),
]


@pytest.mark.parametrize(("role", "answer", "words"), WRONG)
def test_a_wrong_answer_names_role_input_and_what_was_expected(role: str, answer: Any, words: str, out: Path) -> None:
    with pytest.raises(scotoma.Error) as caught:
        small_study(**{role: Broken(answer)}).find(out=out)
    assert re.search(words, str(caught.value)), caught.value
    if isinstance(answer, Exception):
        assert caught.value.__cause__ is answer


def test_a_role_without_its_method_is_refused(out: Path) -> None:
    with pytest.raises(scotoma.InputError, match=r"the classifier \(builtins.object\): a object has no method classify"):
        small_study(classifier=object()).find(out=out)


def test_a_role_without_a_fingerprint_is_told_apart_per_run(out: Path) -> None:
    class Nameless(Reader):
        fingerprint = None  # type: ignore[assignment]

    first = small_study(classifier=Nameless()).find(out=out)
    second = small_study(classifier=Nameless()).find(out=out)
    assert first.json["fingerprints"]["classifier"] != second.json["fingerprints"]["classifier"]
    assert "without a fingerprint" in second.json["models"]["classifier"]
    assert [bug.id for bug in first.bugs] == [bug.id for bug in second.bugs]


def test_a_classifier_that_looks_at_its_batch_is_refused(out: Path) -> None:
    class Greedy(Reader):
        def classify(self, images: np.ndarray) -> np.ndarray:
            rows = super().classify(images)
            return 0.5 * rows + 0.5 * rows.mean(axis=0)

    with pytest.raises(scotoma.InputError, match="depends on what else is in the batch"):
        small_study(classifier=Greedy()).find(out=out)


class MoodyCaptioner(Reader):
    """Samples."""

    calls = 0

    def caption(self, images: np.ndarray) -> list[str]:
        self.calls += 1
        return [f"{text} at {self.calls} o'clock" for text in super().caption(images)]


class FirstCaptioner(Reader):
    """Says of all what it says of the first."""

    def caption(self, images: np.ndarray) -> list[str]:
        return [f"a caption of {images[0].mean():.1f}"] * len(images)


class MoodyJudge(Reader):
    """Drops out a little."""

    calls = 0

    def judge(self, images: np.ndarray, labels: Any) -> np.ndarray:
        self.calls += 1
        return super().judge(images, labels) - np.float32(1e-3 * self.calls)


class GreedyJudge(Reader):
    """Looks at the whole batch."""

    def judge(self, images: np.ndarray, labels: Any) -> np.ndarray:
        return np.full(len(images), images.mean() / 255, np.float32)


class GreedyTexts(Reader):
    """Looks at the whole batch."""

    def embed_texts(self, texts: Any) -> np.ndarray:
        return super().embed_texts(texts) + len(set(texts))


class OneText(Reader):
    """Does not read."""

    def embed_texts(self, texts: Any) -> np.ndarray:
        return np.ones((len(texts), 64), np.float32)


@pytest.mark.parametrize(
    ("role", "player", "words"),
    [
        ("captioner", MoodyCaptioner, r"gives different answers to an image .*'clock', then '.*'clock'\); expected the same"),
        ("captioner", FirstCaptioner, r"its answer to an image depends on .* beside another\); expected the same"),
        ("judge", MoodyJudge, r"gives different answers to an image .*; expected the same"),
        ("judge", GreedyJudge, r"its answer to an image depends on .* \(0\.\d+ alone, 0\.\d+ beside another\); expected the same"),
        ("embedder", GreedyTexts, r"its answer to a text depends on what else is in the batch"),
        ("embedder", OneText, r"gives one answer to 4 very different inputs, each a text"),
    ],
)
def test_what_answers_by_chance_or_company_is_refused(role: str, player: type[Reader], words: str, out: Path) -> None:
    with pytest.raises(scotoma.InputError, match=rf"the {role} \(test_study:{player.__name__}\): {words}"):
        small_study(**{role: player()}).find(out=out)
    assert not (out / "bugs.json").exists()


def test_a_role_that_never_has_company_is_asked_the_same_twice(out: Path) -> None:
    class Alone(MoodyCaptioner):
        batch = 1

    with pytest.raises(scotoma.InputError, match="gives different answers to an image"):
        small_study(captioner=Alone()).find(out=out)


def test_an_examination_is_short_and_spares_what_is_remembered(out: Path) -> None:
    asked: list[int] = []

    class Paid(Reader):
        fingerprint = "paid"

        def caption(self, images: np.ndarray) -> list[str]:
            asked.append(len(images))
            return super().caption(images)

    small_study(captioner=Paid()).find(out=out)
    assert asked[:3] == [2, 1, 1], "of the examination"
    asked.clear()
    small_study(captioner=Paid()).find(out=out)
    assert asked == []


def test_a_generator_that_looks_at_its_batch_is_refused(out: Path) -> None:
    class Global(World):
        def generate(self, prompts: Any, seeds: Any) -> np.ndarray:
            images = super().generate(prompts, seeds)
            images[..., 2] = 60 * len(prompts)
            return images

    with pytest.raises(scotoma.Error, match="gives another image alone than among others"):
        small_study(generator=Global()).find(out=out)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": {"imagse": 10}}, "imagse"),
        ({"budget": 10}, "baseline images"),
        ({"labels_of": 1}, "labels_of"),
        ({"classifier": {"model": "nowhere.onnx", "labels": "imagenet-1k"}}, "nowhere.onnx"),
        ({"captioner": None}, "captioner"),
        ({"classifier": {"kind": "python"}}, "classifier.object"),
        ({"classifier": {"kind": "python", "object": "x:y", "model": "a.onnx"}}, "classifier.model' is only for classifier.kind"),
    ],
)
def test_what_cannot_be_a_study_says_why(changes: dict[str, Any], words: str, out: Path) -> None:
    with pytest.raises(scotoma.InputError, match=words):
        small_study(**changes).find(out=out)


def test_a_study_file_may_name_objects(tmp_path: Path) -> None:
    (tmp_path / "mymodels.py").write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom conftest import Reader, World\nreader = Reader()\n"
    )
    roles = "\n".join(f'[{r}]\nkind = "python"\nobject = "mymodels:reader"' for r in ("classifier", "captioner", "embedder", "judge"))
    study = f'labels = {json.dumps(LABELS)}\n{roles}\n[generator]\nkind = "python"\nobject = "mymodels:World"\n[budget]\nimages = 1200\n'
    (tmp_path / "study.toml").write_text(study)
    environment = {**os.environ, "PYTHONPATH": ""}

    def scotoma_command(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "scotoma", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)

    done = scotoma_command("find", "study.toml", "--quiet")
    assert done.returncode == 0, done.stderr
    assert "on a flower" in done.stdout
    listed = scotoma_command("list", "study.toml", "--json")
    assert json.loads(listed.stdout)[0]["id"] == "fly-on-a-flower", listed.stdout
    (tmp_path / "wrong.toml").write_text(study.replace("mymodels:World", "mymodels:Wrld"))
    wrong = scotoma_command("find", "wrong.toml", "--quiet")
    assert wrong.returncode == 2 and "has no Wrld; it has: Reader, World" in wrong.stderr
    (tmp_path / "gone.toml").write_text(study.replace("mymodels:World", "nomodels:World"))
    gone = scotoma_command("doctor", "gone.toml")
    assert gone.returncode == 2 and "there is no module nomodels" in gone.stdout + gone.stderr


def test_doctor_looks_at_objects() -> None:
    parts = {part.part: part for part in small_study().doctor()}
    assert all(part.ok for part in parts.values()), parts
    broken = {part.part: part for part in small_study(classifier=Broken(ValueError("out of cheese"))).doctor()}
    assert not broken["classifier"].ok and "out of cheese" in broken["classifier"].text


def test_noise_is_that_of_the_native_generator() -> None:
    noise = scotoma.noise(7, (2, 3))
    assert noise.dtype == np.float32 and noise.shape == (2, 3)
    assert np.array_equal(noise, scotoma.noise(7, (3, 2)).reshape(2, 3)) and not np.array_equal(noise, scotoma.noise(8, (2, 3)))
    many = scotoma.noise(2**64 - 1, (100_000,))
    assert abs(many.mean()) < 0.02 and abs(many.std() - 1) < 0.02


@pytest.mark.parametrize(
    ("seed", "shape", "words"),
    [
        (-1, (2,), "seed is -1; it must be a whole number from 0 to 18,446,744,073,709,551,615"),
        (2**64, (2,), "seed is 18446744073709551616; it must be"),
        (1.5, (2,), "seed is 1.5; it must be"),
        ("7", (2,), "seed is '7'; it must be"),
        (True, (2,), "seed is True; it must be"),
        (7, 3, r"shape is 3; it must be a sequence of lengths, such as \(4, 64, 64\)"),
        (7, "23", "shape is '23'; it must be a sequence"),
        (7, (2, -3), r"shape\[1\] is -3; it must be a whole number from 0"),
        (7, (2, 3.5), r"shape\[1\] is 3.5; it must be"),
        (7, (2**31 - 1, 2**31 - 1), "more numbers than fit"),
    ],
)
def test_what_is_no_seed_or_shape_is_named(seed: Any, shape: Any, words: str) -> None:
    with pytest.raises(scotoma.InputError, match=words):
        scotoma.noise(seed, shape)


def test_noise_takes_numbers_of_numpy() -> None:
    assert np.array_equal(scotoma.noise(np.uint64(7), np.array([2, 3])), scotoma.noise(7, [2, 3]))
    assert scotoma.noise(7, ()).shape == () and scotoma.noise(7, (0, 3)).shape == (0, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: small_study(labels=5), "labels is 5; it must be a list of names"),
        (lambda: small_study(name=5), "name is 5; it must be a text"),
        (lambda: small_study(folder=5), "folder is 5; it must name a folder"),
        (lambda: small_study().find(out=5), "out is 5; it must name a folder"),
        (lambda: small_study().find(cache=b"x"), "cache is b'x'; it must name a folder"),
        (lambda: small_study().find(threads="2"), "threads is '2'; it must be a whole number from 1"),
        (lambda: small_study().find(executor=5), r"executor is 5; it must be an Executor, such as scotoma\.ray\.Executor"),
        (lambda: small_study().find(images=5), "images is 5; give a URL, a folder"),
        (lambda: scotoma.ImageStore("memory://flies", scratch_bytes="many"), "scratch_bytes is 'many'; it must be a whole number"),
    ],
)
def test_arguments_of_other_types_are_named(call: Any, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(scotoma.InputError, match=words):
        call()
    assert not list(tmp_path.iterdir())


def test_import_is_light() -> None:
    program = "import sys, scotoma; print([m for m in ('torch', 'openvino', 'PIL', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_run_that_outlives_its_loop_does_not_crash_the_interpreter(tmp_path: Path) -> None:
    program = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import asyncio, threading, time
from conftest import World, small_study
class Slow(World):
    def generate(self, prompts, seeds):
        time.sleep(0.05)
        return super().generate(prompts, seeds)
async def leave():
    async for event in small_study(generator=Slow()).events(out={str(tmp_path / "out")!r}):
        break
asyncio.run(leave())
threading.Thread(target=lambda: small_study(generator=Slow()).find(out={str(tmp_path / "other")!r}), daemon=True).start()
time.sleep(0.3)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0 and "terminate" not in done.stderr, done.stderr
    assert not (tmp_path / "out" / "bugs.json").exists()


def test_events_end_once_and_for_one_task(out: Path) -> None:
    async def twice() -> None:
        async with small_study().events(out=out) as run:
            first, second = asyncio.create_task(anext(run)), asyncio.create_task(anext(run))
            await first
            with pytest.raises(RuntimeError, match="one task"):
                await second
            async for _ in run:
                pass
            assert [event async for event in run] == [] and len(run.result.bugs) == 1

    asyncio.run(twice())


def test_vectors_of_two_lengths_are_refused(out: Path) -> None:
    class Two(Reader):
        fingerprint = "two lengths"

        def embed_texts(self, texts: Any) -> np.ndarray:
            return super().embed_texts(texts)[:, :40] + 0.1

    with pytest.raises(scotoma.InputError, match="numbers"):
        small_study(embedder=Two(), judge={"kind": "embedder"}).find(out=out)


def test_what_utf8_cannot_hold_is_no_crash(out: Path) -> None:
    for changes in ({"fingerprint": "\ud800"}, {"class_names": ["\ud800", "b", "c", "d"]}, {"batch": 2**70}):
        odd = type("Odd", (Reader,), changes)
        with pytest.raises(scotoma.InputError):
            small_study(classifier=odd()).find(out=out)
    with pytest.raises(scotoma.RunError, match=r"raised ValueError.*\\ud800") as caught:
        small_study(classifier=Broken(ValueError("\ud800"))).find(out=out)
    assert isinstance(caught.value.__cause__, ValueError)
    with pytest.raises(scotoma.RunError, match="raised SystemExit"):
        small_study(classifier=Broken(SystemExit(3))).find(out=out)


def test_an_object_of_two_roles_takes_one_call_at_a_time(out: Path) -> None:
    class Counting(Reader):
        fingerprint = "counting"
        inside = most = 0

        def _entered(self, answer: Any) -> Any:
            self.inside += 1
            self.most = max(self.most, self.inside)
            time.sleep(0.002)
            self.inside -= 1
            return answer

        def classify(self, images: np.ndarray) -> np.ndarray:
            return self._entered(super().classify(images))

        def judge(self, images: np.ndarray, labels: Any) -> np.ndarray:
            return self._entered(super().judge(images, labels))

    both = Counting()
    small_study(classifier=both, judge=both).find(out=out, threads=4)
    assert both.most == 1


def test_objects_for_other_kinds_are_refused(tmp_path: Path) -> None:
    (tmp_path / "m.onnx").write_text("")
    (tmp_path / "l.txt").write_text("\n".join(LABELS))
    own = {"model": str(tmp_path / "m.onnx"), "labels": str(tmp_path / "l.txt")}
    (tmp_path / "s.toml").write_text(small_study(classifier=own, budget=2000).toml)
    with pytest.raises(scotoma.InputError, match='its classifier is not of the kind "python"'):
        scotoma.Study.load(tmp_path / "s.toml", classifier=Reader())


def test_labels_keep_their_order_and_tables() -> None:
    study = small_study()
    mixed = scotoma.Study(
        iter(["fly", {"name": "bee"}, "cat"]), classifier=Reader(), generator=World(), captioner=Reader(), embedder=Reader()
    )
    assert mixed.labels == ["fly", "bee", "cat"] and study.labels == LABELS


def test_numbers_of_numpy_are_numbers(out: Path) -> None:
    study = small_study(budget=np.int64(1200), evidence={"delta": np.float32(0.1)}, seed=np.int64(3))
    assert "images = 1200" in study.toml
    for changes in ({"threads": 0}, {"seed": -1}, {"budget": "x"}, {"out": ""}):
        with pytest.raises(scotoma.InputError, match=next(iter(changes))):
            small_study().find(**({"out": out} | changes))  # type: ignore[arg-type]
