# SPDX-License-Identifier: Apache-2.0
"""Which worker gets which batch of a run. Knows nothing of Ray: workers are a ``Crew``'s.

A batch goes to a worker that is free, of several to the one that has most of its images. The others' PNG files are sent along. What a
lost worker had under way is asked again. A batch that takes much longer than others like it goes to an idle worker too, and the first
answer counts. A batch whose worker dies is from then on tried on a worker by itself, so that it is known who is to blame, and after the
third death it is an error."""

from __future__ import annotations

import collections
import dataclasses
import json
import statistics
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Protocol, TypeAlias

from scotoma import _native
from scotoma._ray_worker import Failure, Lacks, Pngs
from scotoma.errors import Error, InputError, RunError

DEATHS = 3
"""Of workers, until their batch is an error."""
SHORT = 0.2
"""Seconds: batches shorter than that lie ready at the worker, one a worker, so that it need not wait for the next."""
LATE = 3.0
"""A batch is late when it takes so many times as long as those like it."""
LATE_AT_LEAST = 1.0
"""Seconds."""
UNKNOWN = 30.0
"""Seconds that a batch is thought to take before there was one like it."""
REMEMBERED = 200_000
"""Images of which it is remembered who has them."""


@dataclasses.dataclass(frozen=True)
class Lost:
    """The worker is gone, and with it what it was doing."""

    reason: str
    by_itself: bool
    """Whether its batch may be to blame: not where its whole node has gone."""


Outcome: TypeAlias = "_native.Answers | Lacks | Failure | Lost"


@dataclasses.dataclass(frozen=True)
class Done:
    """What came of a batch. ``key``: what ``Crew.ask`` gave; ``seconds``: that the worker was busy with it."""

    key: Hashable
    outcome: Outcome
    seconds: float = 0


@dataclasses.dataclass(eq=False)
class Seat:
    """A worker that is ready."""

    name: str
    """For people: host and process."""
    threads: int
    alive: bool = True
    copies: set[Copy] = dataclasses.field(default_factory=set["Copy"])


class Crew(Protocol):
    """The workers of one run."""

    @property
    def record(self) -> str:
        """Who their models are."""
        ...

    @property
    def seats(self) -> Sequence[Seat]:
        """Those that are ready now; changes while ``wait`` runs alone."""
        ...

    def ask(self, seat: Seat, batch: _native.Batch, pngs: Pngs) -> Hashable:
        """Sends a batch to a worker; what this gives stands for it."""
        ...

    def wait(self, seconds: float) -> list[Done]:
        """What has come of what was asked: after ``seconds`` at the latest, and then perhaps nothing."""
        ...


@dataclasses.dataclass(eq=False)
class Job:
    """A batch until it is answered."""

    ticket: int
    batch: _native.Batch
    read: Callable[[str], bytes]
    copies: set[Copy] = dataclasses.field(default_factory=set["Copy"])
    deaths: list[str] = dataclasses.field(default_factory=list[str])

    @property
    def alone(self) -> bool:
        """Whether it must have a worker to itself."""
        return bool(self.deaths)

    def __str__(self) -> str:
        _, requests, images, texts, _ = self.batch.__getstate__()
        if requests:
            return f"prompt {requests[0][0]!r}, seed {requests[0][1]}" + _more(len(requests))
        return (f"image {images[0]}" if images else f"text {texts[0]!r}") + _more(len(self.batch))


@dataclasses.dataclass(eq=False)
class Copy:
    """A batch that a worker was given."""

    job: Job
    seat: Seat
    began: float


class Dispatch:
    """A scotoma.executor.Carrier."""

    def __init__(self, crew: Crew, clock: Callable[[], float]) -> None:
        self._crew = crew
        self._clock = clock
        self.record = crew.record
        roles = json.loads(self.record)["roles"]
        self._liked: dict[str, int] = {name: role.get("concurrency", 0) for name, role in roles.items()}
        self._copies: dict[Hashable, Copy] = {}
        self._jobs: dict[int, Job] = {}
        self._waiting: collections.deque[Job] = collections.deque()
        self._has: dict[str, Seat] = {}
        self._pace: dict[str, Pace] = collections.defaultdict(Pace)
        self._arrived: collections.deque[Done] = collections.deque()
        self._error: tuple[int, Error] | None = None

    def at_once(self, role: str) -> int:
        """Of all workers."""
        seats = self._crew.seats
        liked = self._liked.get(role, 0)
        many = len(seats) * liked if liked else sum(seat.threads for seat in seats)
        return max(1, many + len(seats) * self._pace[role].ahead)

    def submit(self, ticket: int, batch: _native.Batch, read: Callable[[str], bytes]) -> None:
        """Raises the error of an earlier batch, so that no other begins."""
        if self._error is not None:
            raise self._error[1]
        job = self._jobs[ticket] = Job(ticket, batch, read)
        self._waiting.append(job)
        self._hand_out()

    def wait(self, seconds: float) -> list[tuple[int, _native.Answers]]:
        """An error is raised once nothing else is under way: what others answer is kept."""
        answers: list[tuple[int, _native.Answers]] = []
        if not self._arrived:
            self._arrived.extend(self._crew.wait(seconds))
        while self._arrived and not answers:  # one answer, so that its worker gets its next batch before the others are looked at
            done = self._arrived.popleft()
            copy = self._copies.pop(done.key, None)
            if copy is not None:
                copy.seat.copies.discard(copy)
                copy.job.copies.discard(copy)
                self._take(copy, done, answers)
        if self._error is None:
            self._hand_out()
            self._help_late()
        elif not answers and not any(job.copies for job in self._jobs.values()):
            raise self._error[1]
        return answers

    def _take(self, copy: Copy, done: Done, answers: list[tuple[int, _native.Answers]]) -> None:
        job = copy.job
        open_ = job.ticket in self._jobs
        if isinstance(done.outcome, _native.Answers):
            self._pace[job.batch.role].note(done.seconds, len(job.batch))
            self._remember(done.outcome.ids, copy.seat)
            if open_:
                del self._jobs[job.ticket]
                answers.append((job.ticket, done.outcome))
        elif isinstance(done.outcome, Failure):
            kind = InputError if done.outcome.input else RunError
            self._fail(job, kind(done.outcome.message))
        elif isinstance(done.outcome, Lacks):
            for image in done.outcome.images:
                self._has.pop(image, None)
            self._again(job)
        else:
            if done.outcome.by_itself:
                job.deaths.append(done.outcome.reason)
            if len(job.deaths) >= DEATHS:
                self._fail(job, _deadly(job))
            else:
                self._again(job)

    def _again(self, job: Job) -> None:
        if job.ticket in self._jobs and not job.copies:
            self._waiting.appendleft(job)

    def _fail(self, job: Job, error: Error) -> None:
        """Of several errors that of the batch that began first."""
        if self._jobs.pop(job.ticket, None) is not None and (self._error is None or job.ticket < self._error[0]):
            self._error = (job.ticket, error)

    def _hand_out(self) -> None:
        """What waits, in its order, as far as there are workers for it."""
        kept: Seat | None = None
        for _ in range(len(self._waiting)):
            job = self._waiting.popleft()
            if job.ticket not in self._jobs:
                continue
            seat = self._choose(job, kept)
            if seat is not None:
                self._give(job, seat)
                continue
            self._waiting.append(job)
            if job.alone and kept is None:  # a worker that is to become free gets nothing else
                kept = min(self._crew.seats, key=lambda seat: len(seat.copies), default=None)

    def _choose(self, job: Job, kept: Seat | None) -> Seat | None:
        """Of the workers that are free the one that has most of the images; of several the one that has least to do."""
        free = [seat for seat in self._crew.seats if seat is not kept and self._is_free(seat, job)]
        if len(free) < 2:
            return free[0] if free else None
        holders = collections.Counter(id(self._has.get(image)) for image in job.batch.images)
        return min(free, key=lambda seat: (-holders[id(seat)], len(seat.copies) / seat.threads))

    def _is_free(self, seat: Seat, job: Job) -> bool:
        if not seat.copies:
            return seat.alive
        if not seat.alive or job.alone or any(copy.job.alone for copy in seat.copies):
            return False
        role = job.batch.role
        ahead = self._pace[role].ahead
        liked = self._liked.get(role, 0)
        of_role = sum(copy.job.batch.role == role for copy in seat.copies)
        return of_role < (liked or seat.threads) + ahead and len(seat.copies) < max(liked, seat.threads) + ahead

    def _give(self, job: Job, seat: Seat) -> None:
        images = dict.fromkeys(job.batch.images)
        pngs = [(image, job.read(image)) for image in images if self._has.get(image) is not seat]
        copy = Copy(job, seat, self._clock())
        self._copies[self._crew.ask(seat, job.batch, pngs)] = copy
        seat.copies.add(copy)
        job.copies.add(copy)
        self._remember(images, seat)

    def _remember(self, images: Iterable[str], seat: Seat) -> None:
        for image in images:
            self._has.pop(image, None)
            self._has[image] = seat
        while len(self._has) > REMEMBERED:
            del self._has[next(iter(self._has))]

    def _help_late(self) -> None:
        """Where workers have nothing to do, they are given what others are late with."""
        if self._waiting or not self._jobs:
            return
        idle = [seat for seat in self._crew.seats if seat.alive and not seat.copies]
        if not idle:
            return
        now = self._clock()
        for job in list(self._jobs.values()):  # the oldest first
            late = max(LATE_AT_LEAST, LATE * self._pace[job.batch.role].of(len(job.batch)))
            if len(job.copies) == 1 and all(now - copy.began > late for copy in job.copies):
                self._give(job, idle.pop())
                if not idle:
                    return


class Pace:
    """How long batches of a role take."""

    def __init__(self) -> None:
        self._each: collections.deque[float] = collections.deque(maxlen=64)
        self._size = 0
        self.ahead = 0
        """Batches that lie ready at a worker."""

    def note(self, seconds: float, size: int) -> None:
        """That so many questions took so long."""
        self._each.append(seconds / max(1, size))
        self._size = max(self._size, size)
        self.ahead = 1 if self.of(self._size) < SHORT else 0

    def of(self, size: int) -> float:
        """Seconds that as many questions take."""
        return statistics.median(self._each) * size if self._each else UNKNOWN


def _more(count: int) -> str:
    return f" and {count - 1} more" if count > 1 else ""


def _deadly(job: Job) -> RunError:
    return RunError(
        f"a batch of the {job.batch.role} ended {len(job.deaths)} workers, the last ones with nothing else to do: {job}. "
        f"The last one: {job.deaths[-1]}"
    )
