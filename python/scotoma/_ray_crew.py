# SPDX-License-Identifier: Apache-2.0
"""The workers of a run in a Ray cluster: which there are, where they are, and what becomes of them."""

from __future__ import annotations

import collections
import dataclasses
import enum
import logging
import sys
import time
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, Literal

import ray as ray_as_typed
from ray.exceptions import RayError, RayTaskError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from scotoma import _native
from scotoma._dispatch import Done, Lost, Seat
from scotoma._ray_worker import Failure, Loaded, OutOfMemory, Place, Pngs, Worker
from scotoma.errors import InputError, RunError

ray: Any = ray_as_typed  # types that it has are of parts that it does not know
log = logging.getLogger("scotoma.ray")

LOOK_AROUND = 1.0
"""Seconds between two looks at the cluster's nodes."""
SETTLED = 5.0
"""Seconds in which no further worker found a place: those that did begin the run."""
LOADS = 3
"""Workers of a node that may die while they load models, one after the other, before the node is left out."""
CALLS = 32
"""Batches that a worker takes at once at most, of roles that only wait for others."""


@dataclasses.dataclass(frozen=True)
class Plan:
    """What workers are like. ``workers``: how many; None: as many as fit."""

    workers: int | None
    num_cpus: float
    num_gpus: float
    threads: int
    mixed: Literal["refuse", "largest"]
    patience: float
    runtime_env: dict[str, Any] | None

    def fit(self, resources: dict[str, float]) -> int:
        """How many have room in so much."""
        room = [int(resources.get(kind, 0) / each + 1e-9) for kind, each in (("CPU", self.num_cpus), ("GPU", self.num_gpus)) if each > 0]
        return min(room)

    def __str__(self) -> str:
        parts = [f"{self.num_cpus:g} CPU"] if self.num_cpus else []
        parts += [f"{self.num_gpus:g} GPU"] if self.num_gpus else []
        return " and ".join(parts)


class State(enum.Enum):
    """Of a worker, from its birth on."""

    PLACING = enum.auto()
    LOADING = enum.auto()
    READY = enum.auto()
    GONE = enum.auto()


@dataclasses.dataclass(eq=False)
class Member:
    """An actor."""

    actor: Any
    node: str
    """Ray's id of it; empty where Ray chooses, until it has."""
    state: State = State.PLACING
    host: str = ""
    pid: int = 0
    record: str = ""
    version: str = ""
    seat: Seat | None = None

    @property
    def name(self) -> str:
        return f"{self.host or 'a node'}, process {self.pid}" if self.pid else "a worker that was starting"


class RayCrew:
    """A scotoma._dispatch.Crew. ``study``: a pickled ``_native.Study``."""

    def __init__(self, study: bytes, stranger: str, plan: Plan) -> None:
        self.record = ""
        self._version = ""
        self._plan = plan
        self._actor: Any = ray.remote(Worker)
        self._study = ray.put(study)
        self._stranger = stranger
        self._folders = _own_folders()
        self._members: list[Member] = []
        self._seats: list[Seat] = []
        self._by_seat: dict[Seat, Member] = {}
        self._open: dict[Any, Member] = {}
        self._out: set[str] = set()
        self._died_loading: collections.Counter[str] = collections.Counter()
        self._looked = float("-inf")
        self._there = time.monotonic()
        self._said = False
        self._failures: list[tuple[Member, Failure]] = []

    @property
    def seats(self) -> list[Seat]:
        """Workers that are ready."""
        return self._seats

    def start(self) -> None:
        """Returns when those workers that have a place in the cluster are ready. Raises InputError where they cannot do the study,
        RunError where none comes."""
        if self._plan.workers is None:
            self._check_room()
        settled = time.monotonic()
        placed = 0
        while True:
            self._step(0.1)
            if self._failures:
                raise _refused(*self._failures[0])
            now = sum(member.state is not State.PLACING for member in self._members)
            if now != placed:
                settled, placed = time.monotonic(), now
            states = {member.state for member in self._members}
            ready = State.READY in states and State.LOADING not in states
            if ready and (State.PLACING not in states or time.monotonic() - settled > SETTLED):
                break
        self._agree()

    def _check_room(self) -> None:
        nodes = list(_nodes().values())
        if not any(self._plan.fit(resources) for resources in nodes):
            sizes = _and([f"{each.get('CPU', 0):g} CPU and {each.get('GPU', 0):g} GPU" for each in nodes[:5]])
            raise InputError(f"no node of the Ray cluster has room for a worker of {self._plan}; {len(nodes)} there: {sizes}")

    def end(self) -> None:
        """Lets all workers go."""
        for member in self._members:
            self._let_go(member)
        self._members = []

    def ask(self, seat: Seat, batch: _native.Batch, pngs: Pngs) -> Hashable:
        """Sends a batch to a worker."""
        member = self._by_seat[seat]
        key: Hashable = member.actor.answer.remote(batch, pngs)
        self._open[key] = member
        return key

    def wait(self, seconds: float) -> list[Done]:
        """Raises RunError where there has been no worker for longer than the patience."""
        return self._step(seconds)

    def _step(self, seconds: float) -> list[Done]:
        """Takes what has come, and looks at the cluster from time to time."""
        done: list[Done] = []
        for key in self._ready(seconds):
            member = self._open.pop(key, None)
            if member is not None:
                self._take(key, member, done)
        now = time.monotonic()
        if now - self._looked >= LOOK_AROUND:
            self._looked = now
            self._look_around()
            self._check_patience(now)
        return done

    def _ready(self, seconds: float) -> list[Any]:
        if not self._open:
            time.sleep(seconds)
            return []
        first, rest = ray.wait(list(self._open), num_returns=1, timeout=seconds)
        if not first or not rest:
            return list(first)
        return list(first) + list(ray.wait(rest, num_returns=len(rest), timeout=0)[0])

    def _take(self, key: Any, member: Member, done: list[Done]) -> None:
        try:
            value, seconds = ray.get(key)
        except RayTaskError as error:
            if not isinstance(error.cause, MemoryError):
                value, seconds = Failure(f"the worker on {member.name}: {error.cause!r}", False), 0.0
            else:
                value, seconds = OutOfMemory("out of memory"), 0.0
        except RayError as error:
            self._lose(member, key, _reason(error), done)
            return
        if member.state is State.GONE:
            return
        if isinstance(value, OutOfMemory):
            self._lose(member, key, value.message, done)
        elif isinstance(value, Place):
            member.node, member.host, member.pid = value.node, value.host, value.pid
            if member.state is State.PLACING:
                member.state = State.LOADING
                self._open[member.actor.load.remote()] = member
        elif isinstance(value, Loaded):
            member.record, member.version, member.state = value.record, value.version, State.READY
            self._welcome(member)
        elif member.state is State.READY:
            done.append(Done(key, value, seconds))
        elif isinstance(value, Failure):
            self._failures.append((member, value))
            self._leave_out(member, f"its worker cannot do the study: {value.message}")

    def _welcome(self, member: Member) -> None:
        """It is ready. While the run is under way it must be like the others."""
        self._died_loading[member.node] = 0
        if not self.record:
            return
        differing = self._differing(member)
        if differing:
            self._leave_out(member, f"its {_and(differing)} would not give the same answers as those of the other workers")
        else:
            self._seat(member)

    def _differing(self, member: Member) -> list[str]:
        if member.version != self._version:
            return [f"Scotoma ({member.version}, not {self._version})"]
        return _native.differing_roles(self.record, member.record)

    def _seat(self, member: Member) -> None:
        member.seat = Seat(member.name, self._plan.threads)
        self._by_seat[member.seat] = member
        self._seats.append(member.seat)

    def _agree(self) -> None:
        """Of the workers that are ready, those that give the same answers are the run's."""
        groups: list[list[Member]] = []
        for member in self._members:
            if member.state is not State.READY:
                continue
            for group in groups:
                self.record, self._version = group[0].record, group[0].version
                if not self._differing(member):
                    group.append(member)
                    break
            else:
                groups.append([member])
        groups.sort(key=len, reverse=True)
        self.record, self._version = groups[0][0].record, groups[0][0].version
        if len(groups) > 1 and self._plan.mixed == "refuse":
            raise _mixed(groups, self._differing)
        for group in groups[1:]:
            for member in group:
                self._leave_out(member, f"its {_and(self._differing(member))} would not give the same answers as the others'")
        for member in groups[0]:
            self._seat(member)

    def _lose(self, member: Member, key: Any, reason: str, done: list[Done]) -> None:
        """The worker is gone, with all that it had under way."""
        lost_node = member.node not in _nodes()
        state = member.state
        self._let_go(member)
        if not lost_node and state in (State.PLACING, State.LOADING):
            self._died_loading[member.node] += 1
            if self._died_loading[member.node] >= LOADS:
                self._leave_out(member, f"{LOADS} workers ended while they loaded the models: {reason}")
        outcome = Lost("its node is gone" if lost_node else f"{member.name}: {reason}", not lost_node)
        keys = [key] + [other for other, of in self._open.items() if of is member]
        for each in keys:
            self._open.pop(each, None)
            done.append(Done(each, outcome))

    def _let_go(self, member: Member) -> None:
        member.state = State.GONE
        if member.seat is not None:
            member.seat.alive = False
            if member.seat in self._seats:
                self._seats.remove(member.seat)
        ray.kill(member.actor)

    def _leave_out(self, member: Member, why: str) -> None:
        """Its node gets no worker any more."""
        self._let_go(member)
        if member.node not in self._out:
            log.warning("node %s is left out: %s", member.host or member.node, why)
        self._out.add(member.node)

    def _look_around(self) -> None:
        """Makes workers where there is room for them."""
        self._members = [member for member in self._members if member.state is not State.GONE]
        nodes = _nodes()
        for member in self._members:
            if member.state is State.PLACING and member.node and member.node not in nodes:
                self._let_go(member)  # no answer comes from there
        there = collections.Counter(member.node for member in self._members)
        room = [node for node in nodes if node not in self._out for _ in range(self._plan.fit(nodes[node]) - there[node])]
        if self._plan.workers is None:
            for node in room:
                self._make(node)
            return
        for _ in range(self._plan.workers - len(self._members)):
            if not self._out:
                self._make("")  # Ray finds a place, where need be on a node that it has yet to start
            elif room:
                self._make(room.pop())

    def _make(self, node: str) -> None:
        plan = self._plan
        strategy: Any = NodeAffinitySchedulingStrategy(node, soft=False) if node else "SPREAD"
        more = {"runtime_env": plan.runtime_env} if plan.runtime_env else {}
        options = self._actor.options(
            num_cpus=plan.num_cpus,
            num_gpus=plan.num_gpus,
            max_concurrency=max(plan.threads, CALLS) + 1,
            scheduling_strategy=strategy,
            **more,
        )
        actor = options.remote(self._study, plan.threads, self._stranger, self._folders)
        member = Member(actor, node)
        self._members.append(member)
        self._open[actor.place.remote()] = member

    def _check_patience(self, now: float) -> None:
        if self._seats or any(member.state in (State.LOADING, State.READY) for member in self._members):
            self._there = now
            return
        gone = now - self._there
        if gone > 10 and not self._said:
            self._said = True
            log.warning("waiting for a node of the Ray cluster with room for a worker of %s", self._plan)
        if gone > self._plan.patience:
            left = f"; {len(self._out)} nodes were left out" if self._out else ""
            raise RunError(
                f"for {gone:.0f} s no node of the Ray cluster had room for a worker of {self._plan}{left}; run the same command again"
            )


def _own_folders() -> list[str]:
    """Those of sys.path that do not belong to Python's installation."""
    installed = tuple({sys.prefix, sys.base_prefix})
    folders = [str(Path(folder).resolve()) for folder in sys.path]
    return [folder for folder in folders if not folder.startswith(installed)]


def _nodes() -> dict[str, dict[str, float]]:
    """Resources of those that are alive, by Ray's id."""
    nodes: list[dict[str, Any]] = ray.nodes()
    return {node["NodeID"]: node.get("Resources", {}) for node in nodes if node["Alive"]}


def _reason(error: RayError) -> str:
    """The part of Ray's message that says what happened."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    why = next((line for line in lines if line.startswith("The actor is dead because")), lines[0] if lines else type(error).__name__)
    why = why.partition(" Some common causes")[0].partition("Worker exit detail: ")[2] or why
    return why if len(why) <= 300 else why[:297] + "..."


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _refused(member: Member, failure: Failure) -> InputError:
    return InputError(f"{failure.message} (the worker on {member.host})")


def _hosts(group: list[Member]) -> str:
    hosts = collections.Counter(f"{member.host} (node {member.node[:8]})" for member in group)
    return _and([f"{host} with {_counted(count)}" for host, count in hosts.items()])


def _counted(workers: int) -> str:
    return f"{workers} worker" + ("s" if workers != 1 else "")


def _mixed(groups: list[list[Member]], differing: Callable[[Member], list[str]]) -> InputError:
    others = "; ".join(f"{_and(differing(group[0]))} on {_hosts(group)}" for group in groups[1:])
    return InputError(
        f"the workers would mix answers that differ: the largest group is on {_hosts(groups[0])}; other answers would come from {others}. "
        "Processors, engines or model files are not the same there: use like nodes, or let the largest group work alone (mixed='largest')"
    )
