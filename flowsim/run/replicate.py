"""Replications of one city, in this process or on several."""

from __future__ import annotations

from collections.abc import Sequence

from flowsim.config.city_schema import CityConfig
from flowsim.run.compilation import compile_once
from flowsim.run.failures import WorkerDied
from flowsim.run.packing import Replication, unpacked
from flowsim.run.progress import Progress, no_progress
from flowsim.run.simulate import DEFAULT_ENGINE
from flowsim.run.tasks import perform, tasks_of
from flowsim.run.worker_pool import worker_pool


def replicate(
    config: CityConfig,
    engine: str = DEFAULT_ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[Replication]:
    """Run all replications of a city (``run.replications``).

    The results are the same on any number of workers. With more than one, each worker is a process of its own that
    imports the main module of the program again, which must therefore do its work under ``if __name__ == "__main__"``.

    Parameters
    ----------
    config : CityConfig
        The city.
    engine : str
        One of `flowsim.run.simulate.ENGINES`.
    workers : int
        How many processes; with 1, everything happens in this one.
    progress : callable, optional
        Called with how many replications are done, and how many there are: at the start, and whenever one is done.

    Returns
    -------
    list of Replication
        In the order of their numbers.

    Raises
    ------
    ConfigError
        If there is no such engine.
    WorkerDied
        If a worker process ended abruptly, and so did the one that tried again.
    """
    return replicate_each([config], engine, workers, progress)[0]


def replicate_each(
    cities: Sequence[CityConfig],
    engine: str = DEFAULT_ENGINE,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[list[Replication]]:
    """Run all replications of several cities on the same workers.

    Parameters, and what is raised, are those of `replicate`.

    Returns
    -------
    list of list of Replication
        Of each city, in the order of their numbers.
    """
    progress = progress or no_progress
    of_city = [tasks_of(config, engine, range(config.run.replications)) for config in cities]
    tasks = list({task.key: task for own in of_city for task in own}.values())
    workers = min(workers, len(tasks))
    compile_once()  # here, so that the workers do not all compile the same
    progress(0, len(tasks))
    done: dict[str, Replication] = {}
    with worker_pool(workers) as pool:
        for task, outcome in pool.outcomes(perform, tasks):
            if isinstance(outcome, WorkerDied):
                raise WorkerDied(f"replication {task.replication}: {outcome}") from outcome
            if isinstance(outcome, Exception):
                raise outcome
            done[task.key] = unpacked(outcome)
            progress(len(done), len(tasks))
    return [[done[task.key] for task in own] for own in of_city]
