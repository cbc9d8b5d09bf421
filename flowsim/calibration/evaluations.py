"""Evaluations: the measures of each city that a calibration tries, simulated in parallel and kept on disk.

Searches are deterministic, and a city that was tried before is read from disk instead of being simulated again. So a
search that was interrupted continues where it stopped when it is started again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.run.atomic_files import keep
from flowsim.run.failures import WorkerDied
from flowsim.run.progress import Progress, no_progress
from flowsim.run.simulate import DEFAULT_ENGINE, simulate
from flowsim.run.tasks import Task, tasks_of
from flowsim.run.worker_pool import WorkerPool

EVALUATIONS = "evaluations"


class BudgetSpent(Exception):
    """No more cities may be tried."""


class Evaluations:
    """The cities that were tried: all measures of all replications of each.

    Parameters
    ----------
    folder : Path
        Where they are kept, one file each.
    pool : WorkerPool
        Who simulates.
    budget : int
        How many different cities may be tried, including those found on disk, so that a search ends at the same place
        however often it was interrupted.
    progress : callable, optional
        Called with how many were tried and the budget, whenever one more was tried.
    """

    def __init__(self, folder: Path, pool: WorkerPool, budget: int, progress: Progress = no_progress) -> None:
        self.budget = budget
        self._folder, self._pool, self._progress = folder, pool, progress
        self._known: dict[str, list[Mapping[str, float]]] = {}

    @property
    def tried(self) -> int:
        """How many different cities were tried."""
        return len(self._known)

    def measured(self, cities: Sequence[CityConfig], measures: Sequence[str]) -> NDArray[np.float64]:
        """Return measures of cities, and simulate those that were not tried before.

        Parameters
        ----------
        cities : sequence of CityConfig
            All with the same number of replications.
        measures : sequence of str
            Which measures to return.

        Returns
        -------
        numpy.ndarray of float, shape (cities, replications, measures)
            Values; NaN is undefined.

        Raises
        ------
        BudgetSpent
            If these are more than may still be tried; then none of them is.
        WorkerDied
            If a worker process ended abruptly twice on the same run.
        ResultsError
            If the measures cannot be written.
        """
        tasks = [tasks_of(city, DEFAULT_ENGINE, range(city.run.replications)) for city in cities]
        keys = [sha256(" ".join(task.key for task in of_city).encode()).hexdigest() for of_city in tasks]
        new = {key: of_city for key, of_city in zip(keys, tasks, strict=True) if key not in self._known}
        if self.tried + len(new) > self.budget:
            raise BudgetSpent
        for key in list(new):
            if (found := self._read(key, len(new[key]))) is not None:
                self._keep(key, found)
                del new[key]
        self._simulate(new)
        return np.array([[[run[name] for name in measures] for run in self._known[key]] for key in keys])

    def _simulate(self, new: Mapping[str, Sequence[Task]]) -> None:
        owner = {id(task): key for key, tasks in new.items() for task in tasks}
        runs: dict[str, dict[int, Mapping[str, float]]] = defaultdict(dict)
        for task, outcome in self._pool.outcomes(_measures_of, [task for tasks in new.values() for task in tasks]):
            if isinstance(outcome, WorkerDied):
                raise WorkerDied(f"replication {task.replication}: {outcome}") from outcome
            if isinstance(outcome, Exception):
                raise outcome
            key = owner[id(task)]
            runs[key][task.replication] = outcome
            if len(runs[key]) == len(new[key]):
                done = [runs[key][number] for number in sorted(runs[key])]
                keep(self._path(key), json.dumps(done).encode(), "a city that was tried")
                self._keep(key, done)

    def _keep(self, key: str, runs: list[Mapping[str, float]]) -> None:
        self._known[key] = runs
        self._progress(self.tried, self.budget)

    def _read(self, key: str, replications: int) -> list[Mapping[str, float]] | None:
        """Return what is on disk, or None if it is not there or not whole."""
        try:
            runs = json.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return runs if isinstance(runs, list) and len(runs) == replications else None

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _measures_of(task: Task) -> dict[str, float]:
    return dict(simulate(task.config, replication=task.replication, engine=task.engine).measures)
