# SPDX-License-Identifier: Apache-2.0
"""Which worker gets which batch, with workers that do as the test says."""

from __future__ import annotations

import json
import pickle
from collections.abc import Hashable

import pytest
from conftest import Reader, small_study

import scotoma
from scotoma import _native
from scotoma._dispatch import Dispatch, Done, Lost, Outcome, Seat
from scotoma._ray_worker import Failure, Lacks


def batch(role: str = "generator", images: list[str] | None = None, prompt: str = "a fly") -> _native.Batch:
    made = _native.Batch.__new__(_native.Batch)
    made.__setstate__((role, [(prompt, 7)] if role == "generator" else [], images or [], [], []))
    return made


def answers(*values: str, images: bool = False) -> _native.Answers:
    return _native.Answers([value.encode() for value in values], [b"png"] * len(values) if images else [], [], [])


class Workers:
    """Says what was asked of whom, and gives what it is told."""

    def __init__(self, *threads: int, concurrency: int | None = None) -> None:
        role = {"fingerprint": "f", "description": "d", "batch": 1} | ({"concurrency": concurrency} if concurrency else {})
        self.record = json.dumps({"roles": {name: role for name in ("generator", "captioner")}, "class_names": ["a"]})
        self.seats = [Seat(f"worker {i}", count) for i, count in enumerate(threads)]
        self.asked: list[tuple[Seat, _native.Batch, list[str]]] = []
        self.coming: list[Done] = []
        self.now = 0.0
        self.run = Dispatch(self, lambda: self.now)
        self.tickets = 0

    def ask(self, seat: Seat, batch: _native.Batch, pngs: list[tuple[str, bytes]]) -> Hashable:
        self.asked.append((seat, batch, [image for image, _ in pngs]))
        return len(self.asked) - 1

    def wait(self, seconds: float) -> list[Done]:
        coming, self.coming = self.coming, []
        return coming

    def submit(self, batch: _native.Batch) -> int:
        self.tickets += 1
        self.run.submit(self.tickets, batch, lambda image: b"png of " + image.encode())
        return self.tickets

    def comes(self, key: int, outcome: Outcome, seconds: float = 5) -> list[int]:
        """Tickets that are answered then."""
        if isinstance(outcome, Lost):
            seat = self.asked[key][0]
            seat.alive = False
            self.seats = [other for other in self.seats if other is not seat]
        self.coming.append(Done(key, outcome, seconds))
        return [ticket for ticket, _ in self.run.wait(0.1)]

    def places(self) -> list[int]:
        return [int(seat.name.split()[1]) for seat, _, _ in self.asked]


def test_batches_go_to_who_is_free_and_the_others_wait() -> None:
    workers = Workers(1, 1)
    tickets = [workers.submit(batch()) for _ in range(3)]
    assert workers.places() == [0, 1] and workers.run.at_once("generator") == 2
    assert workers.comes(1, answers("x", images=True)) == [tickets[1]]
    assert workers.places() == [0, 1, 1]


def test_a_worker_takes_as_many_as_it_has_threads_or_as_the_role_takes() -> None:
    assert Workers(4, 4).run.at_once("generator") == 8
    workers = Workers(4, 4, concurrency=1)
    for _ in range(3):
        workers.submit(batch())
    assert workers.run.at_once("generator") == 2 and workers.places() == [0, 1]


def test_short_batches_lie_ready() -> None:
    workers = Workers(1)
    workers.submit(batch())
    workers.comes(0, answers("x", images=True), seconds=0.01)
    assert workers.run.at_once("generator") == 2
    workers.submit(batch())
    workers.submit(batch())
    assert workers.places() == [0, 0, 0]


def test_who_made_an_image_is_asked_about_it_and_needs_no_file() -> None:
    workers = Workers(1, 1)
    workers.submit(batch())
    workers.submit(batch())
    workers.comes(0, answers("one", images=True))
    workers.comes(1, answers("two", images=True))
    workers.submit(batch("captioner", ["two"]))
    workers.submit(batch("captioner", ["two", "one", "three"]))
    assert [(place, pngs) for place, (_, _, pngs) in zip(workers.places()[2:], workers.asked[2:], strict=True)] == [
        (1, []),
        (0, ["two", "three"]),
    ]


def test_an_image_that_was_forgotten_is_sent() -> None:
    workers = Workers(1)
    workers.submit(batch())
    workers.comes(0, answers("one", images=True))
    workers.submit(batch("captioner", ["one"]))
    assert workers.asked[-1][2] == []
    assert workers.comes(1, Lacks(["one"])) == []
    assert workers.asked[-1][2] == ["one"]


def test_the_last_batches_of_a_slow_worker_go_to_an_idle_one_too() -> None:
    workers = Workers(1, 1)
    workers.submit(batch())
    slow = workers.submit(batch())
    workers.now = 5
    workers.comes(0, answers("one", images=True), seconds=5)
    assert workers.places() == [0, 1], "it is not late yet"
    workers.now = 15.1
    workers.run.wait(0.1)
    assert workers.places() == [0, 1, 0]
    assert workers.comes(2, answers("two", images=True)) == [slow]
    assert workers.comes(1, answers("two", images=True)) == [], "the first answer counted"


def test_what_a_lost_worker_had_is_asked_again() -> None:
    workers = Workers(1, 1)
    first = workers.submit(batch())
    workers.submit(batch("captioner", ["one"]))
    workers.comes(1, answers("words"))
    workers.comes(0, Lost("its node is gone", False))
    assert workers.places() == [0, 1, 1]
    assert workers.comes(2, answers("x", images=True)) == [first]


def test_a_batch_that_ends_three_workers_is_an_error_that_says_so() -> None:
    workers = Workers(1, 1, 1, 1)
    workers.submit(batch(prompt="a deadly fly"))
    workers.comes(0, Lost("killed 1", True))
    workers.comes(1, Lost("killed 2", True))
    with pytest.raises(scotoma.RunError, match=r"a batch of the generator ended 3 workers.*: prompt 'a deadly fly', seed 7. .*: killed 3"):
        workers.comes(2, Lost("killed 3", True))


def test_lost_nodes_are_no_batchs_fault() -> None:
    workers = Workers(1, 1, 1, 1, 1)
    ticket = workers.submit(batch())
    for key in range(4):
        workers.comes(key, Lost("its node is gone", False))
    assert workers.comes(4, answers("x", images=True)) == [ticket]


def test_a_suspect_has_a_worker_to_itself() -> None:
    workers = Workers(2, 2)
    tickets = [workers.submit(batch(prompt=f"fly {i}")) for i in range(4)]
    assert workers.places() == [0, 1, 0, 1]
    workers.coming.append(Done(2, Lost("killed", True)))
    workers.comes(0, Lost("killed", True))
    more = workers.submit(batch(prompt="another"))
    assert len(workers.asked) == 4, "the one that is left has two of its own, and gets no other before the suspects"
    workers.comes(1, answers("a", images=True))
    assert len(workers.asked) == 4
    workers.comes(3, answers("b", images=True))
    for suspect in (4, 5):
        assert len(workers.asked) == suspect + 1
        workers.comes(suspect, answers(f"s{suspect}", images=True))
    assert workers.comes(6, answers("c", images=True)) == [more] and len(tickets) == 4


def test_an_error_waits_for_what_is_under_way_and_stops_the_rest() -> None:
    workers = Workers(1, 1, 1)
    for _ in range(4):
        workers.submit(batch())
    assert workers.comes(1, Failure("the second", False)) == []
    assert workers.comes(0, Failure("the first", True)) == []
    assert len(workers.asked) == 3, "the fourth does not begin"
    with pytest.raises(scotoma.InputError, match="the first"):
        workers.submit(batch())
    assert workers.comes(2, answers("x", images=True)) == [3]
    with pytest.raises(scotoma.InputError, match="the first"):
        workers.run.wait(0.1)


@pytest.mark.parametrize("protocol", [2, 4, 5])
def test_answers_can_be_pickled(protocol: int) -> None:
    made = answers("one", "two", images=True)
    again = pickle.loads(pickle.dumps(made, protocol))
    assert again.ids == ["one", "two"] and again.__reduce_ex__(4) == made.__reduce_ex__(4)


def test_images_travel_beside_the_pickle_without_a_copy() -> None:
    buffers: list[pickle.PickleBuffer] = []
    text = pickle.dumps(_native.Answers([b"one"], [b"a large image"], [], []), 5, buffer_callback=buffers.append)
    assert b"a large image" not in text and [bytes(buffer) for buffer in buffers] == [b"a large image"]
    assert pickle.loads(text, buffers=buffers).__reduce_ex__(4)[1][1] == [b"a large image"]


def test_studies_can_be_pickled() -> None:
    reader = Reader()
    study = small_study(classifier=reader, captioner=reader)._native
    again = pickle.loads(pickle.dumps(study))
    assert (again.text, again.file, again.labels) == (study.text, study.file, study.labels)
    assert again.live["classifier"] is again.live["captioner"], "one object stays one"
