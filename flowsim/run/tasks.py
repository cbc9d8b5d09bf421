"""A task is one run that is wanted; its key stands for everything that decides its result.

A result that is found under the key of a task was made by the same configuration, seed, replication, engine, sources
and libraries; anything else has another key. So an experiment that was interrupted goes on where it stopped, and
nothing old is ever mixed in.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from flowsim.config.city_schema import CityConfig
from flowsim.measures import catalogue
from flowsim.run.failures import WorkersError
from flowsim.run.fingerprint import configuration, configuration_hash, software
from flowsim.run.packing import Replication, packed
from flowsim.run.simulate import simulate


@dataclass(frozen=True)
class Task:
    """One run to be made.

    Attributes
    ----------
    config : CityConfig
        The city, with its seed.
    engine : str
        One of `flowsim.run.simulate.ENGINES`.
    replication : int
        Counted from 0.
    key : str
        Stands for everything that decides the result; see `tasks_of`.
    """

    config: CityConfig
    engine: str
    replication: int
    key: str


def tasks_of(config: CityConfig, engine: str, replications: Iterable[int]) -> list[Task]:
    """Return the tasks of a city, one a replication.

    Their keys are made of the configuration (but for how often it is replicated), the engine, the replication, the
    version and the sources of flowsim, the measures that were added to its catalogue, and the versions of the libraries
    that results may depend on.
    """
    content = _content(config, engine)
    return [Task(config, engine, number, _key(content, number)) for number in replications]


def perform(task: Task) -> bytes:
    """Simulate, and return what is kept of it, as `flowsim.run.packing.unpacked` reads it and a store keeps it.

    Raises
    ------
    WorkersError
        If this process, on a worker, would make something else of the task than the process that set it: the sources
        or libraries differ.
    """
    if task.key != _key(_content(task.config, task.engine), task.replication):
        raise WorkersError(
            "a worker has another version of flowsim, of its sources or of its libraries than the process that asks "
            "it, or other measures; install the same everywhere, add measures at the top level of the script, and run "
            "the command again"
        )
    began = time.perf_counter()
    run = simulate(task.config, replication=task.replication, engine=task.engine)
    seconds = time.perf_counter() - began
    blocking = run.facts.blocking
    tables = run.daily, run.sitrep, blocking.table(), blocking.binding_table()
    return packed(Replication(task.replication, run.measures, *tables, seconds))


def _content(config: CityConfig, engine: str) -> str:
    resolved = configuration(config)
    resolved["run"].pop("replications")
    return f"{software()} {catalogue.fingerprint()} {engine} {configuration_hash(resolved)}"


def _key(content: str, replication: int) -> str:
    return sha256(f"{content} {replication}".encode()).hexdigest()
