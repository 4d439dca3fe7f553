# SPDX-License-Identifier: Apache-2.0
"""Runs a study on a Ray cluster.

    study.find(executor=scotoma.ray.Executor("auto"))

The run itself, its cache and its results stay here; models are loaded and asked by workers, one Ray actor each. Needs ``ray``.
docs/many-machines-ray.md says what happens when machines come and go.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
import time
import uuid
from collections.abc import Generator
from contextlib import AbstractContextManager
from typing import Any, Literal

from scotoma import _native
from scotoma.errors import InputError, RunError
from scotoma.executor import Carrier

try:
    import ray as ray_as_typed
    from ray import cloudpickle
except ModuleNotFoundError as error:
    raise InputError("Ray is not installed here: pip install 'scotoma[ray]'") from error

from scotoma._dispatch import Dispatch
from scotoma._ray_crew import Plan, RayCrew

ray: Any = ray_as_typed


class Executor:
    """Carries batches to workers of a Ray cluster.

    ``address``: of the cluster, ``"HOST:PORT"``; ``"auto"``: the one that this machine is part of; ``"local"``: one that is started here
    for the run, with the cores that this process may use. Unless given: what the environment names in RAY_ADDRESS, else "local".
    Where the process is connected to a cluster already, that one is used, and stays connected.

    ``workers``: how many; unless given as many as fit, also on nodes that join later. ``num_cpus``, ``num_gpus``: what each is given by
    Ray, also parts of one. ``threads``: of each worker; unless given those of ``find(threads=...)``, else as many as it has whole cores.
    Every worker holds the study's models once, and answers as many batches at once as it has threads.

    ``mixed``: where workers would not give the same answers, for instance because their processors differ, "refuse" ends the run with
    an error before it begins, and "largest" lets the largest group of like workers work and leaves the other nodes out. A node that
    joins later and is not like the others is left out either way.

    ``patience``: seconds without any worker until the run ends with an error. ``runtime_env``: as Ray has it, for modules that nodes
    lack.
    """

    def __init__(
        self,
        address: str | None = None,
        *,
        workers: int | None = None,
        num_cpus: float = 1,
        num_gpus: float = 0,
        threads: int | None = None,
        mixed: Literal["refuse", "largest"] = "refuse",
        patience: float = 300,
        runtime_env: dict[str, Any] | None = None,
    ) -> None:
        self.address = address if address is not None else os.environ.get("RAY_ADDRESS", "local")
        if self.address.startswith("ray://"):
            raise InputError(
                f'"{self.address}" is a proxy, through which every image would go: run this on a node of the cluster, with address="auto"'
            )
        if workers is not None and workers < 1:
            raise InputError(f"workers is {workers}; it must be 1 or more")
        if num_cpus < 0 or num_gpus < 0 or num_cpus + num_gpus == 0:
            raise InputError(f"num_cpus is {num_cpus:g} and num_gpus {num_gpus:g}; a worker needs a part of one of them")
        if num_gpus > 1 and num_gpus != int(num_gpus):
            raise InputError(f"num_gpus is {num_gpus:g}; above 1 it must be a whole number")
        if threads is not None and threads < 1:
            raise InputError(f"threads is {threads}; it must be 1 or more")
        if mixed not in ("refuse", "largest"):
            raise InputError(f'mixed is {mixed!r}; it must be "refuse" or "largest"')
        self._threads = threads
        self._plan = Plan(workers, num_cpus, num_gpus, threads or max(1, int(num_cpus)), mixed, patience, runtime_env)

    def started(self, study: _native.Study, options: _native.FindOptions) -> AbstractContextManager[Carrier]:
        """Ready when workers are. Raises InputError where no cluster is there, or where the workers cannot do the study."""
        return self._started(study, options)

    @contextlib.contextmanager
    def _started(self, study: _native.Study, options: _native.FindOptions) -> Generator[Carrier]:
        plan = self._plan
        if self._threads is None and options.threads is not None:
            plan = Plan(plan.workers, plan.num_cpus, plan.num_gpus, options.threads, plan.mixed, plan.patience, plan.runtime_env)
        pickled = _pickled(study)
        with _connected(self.address):
            crew = RayCrew(pickled, uuid.uuid4().hex, plan)
            try:
                crew.start()
                yield Dispatch(crew, time.monotonic)
            finally:
                crew.end()


def _pickled(study: _native.Study) -> bytes:
    """Raises InputError, naming the role that cannot be sent."""
    for role, value in study.live.items():
        try:
            _dumps(value)
        except Exception as error:
            kind = type(value)
            raise InputError(
                f"the {role} ({kind.__module__}.{kind.__qualname__}) cannot be sent to workers ({type(error).__name__}: {error}); "
                f'name it as "module:name" in the study ({role}.object) and every worker makes its own'
            ) from error
    return _dumps(study)


def _dumps(value: object) -> bytes:
    """Also of what has no module that others could import."""
    return bytes(cloudpickle.dumps(value))


def cores() -> int:
    """Those that this process may use: of its Slurm job, where that says so."""
    of_job = os.environ.get("SLURM_CPUS_PER_TASK", "")
    allowed = len(os.sched_getaffinity(0))
    return max(1, min(int(of_job), allowed) if of_job.isdigit() else allowed)


@contextlib.contextmanager
def _connected(address: str) -> Generator[None]:
    if ray.is_initialized():
        yield
        return
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    more: dict[str, Any] = {}
    if address == "local":
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        more = {"num_cpus": cores(), "include_dashboard": False}
    try:
        _knock(address)
        with _own_sigterm():
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, **more)
    except (RuntimeError, ValueError, OSError) as error:
        words = str(error).strip().split("\n")[0]
        if address == "local":
            raise RunError(f"Ray cannot be started here: {words}") from error
        raise InputError(
            f'no Ray cluster answers at "{address}": {words}; `ray start --head` starts one, '
            "and RAY_AUTH_MODE=token joins one that asks for a token"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """Ray itself waits minutes where nobody listens. Raises OSError."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()


@contextlib.contextmanager
def _own_sigterm() -> Generator[None]:
    """Ray puts a handler of its own there."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGTERM) if main else None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
