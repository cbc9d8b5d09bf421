"""Evaluations: the measures of each city that a calibration tries, simulated in parallel and kept on disk.

Kept of a run are the measures of all days that count, by name; and if they are wanted, those of periods within them,
and the delayed days of each month of the return (see `flowsim.calibration.target_figures.of_period` and
`of_return` for their names).

Searches are deterministic, and a city that was tried before is read from disk instead of being simulated again. So a
search that was interrupted continues where it stopped when it is started again.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flowsim.calibration.target_figures import ALL, PublishedFigure, of_period, of_return
from flowsim.config.city_schema import CityConfig
from flowsim.config.periods import parse_period
from flowsim.run.atomic_files import keep
from flowsim.run.failures import WorkerDied
from flowsim.run.progress import Progress, no_progress
from flowsim.run.simulate import DEFAULT_ENGINE, Run, simulate
from flowsim.run.tasks import Task, tasks_of
from flowsim.run.worker_pool import WorkerPool

EVALUATIONS = "evaluations"

Runs = Sequence[Mapping[str, float]]


class BudgetSpent(Exception):
    """No more cities may be tried."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted of each run beyond the measures of all days that count.

    Attributes
    ----------
    by_period : tuple of (str, tuple of str)
        The labels of periods, each with the measures that are wanted of it.
    monthly_return : bool
        Whether the months of the return are.
    """

    by_period: tuple[tuple[str, tuple[str, ...]], ...] = ()
    monthly_return: bool = False

    @classmethod
    def by(cls, figures: Iterable[PublishedFigure]) -> Wanted:
        """Return what some figures are read from."""
        measures: dict[str, set[str]] = defaultdict(set)
        some_of_return = False
        for figure in figures:
            if figure.months:
                some_of_return = True
            elif figure.period:
                measures[figure.period].add(figure.measure)
        return cls(tuple((label, tuple(sorted(measures[label]))) for label in sorted(measures)), some_of_return)

    def of(self, run: Run) -> dict[str, float]:
        """Return it, by name."""
        named = dict(self.by_period)
        every = sorted({name for names in named.values() for name in names})
        counted = run.by_period([parse_period(label) for label in named], every) if named else {}
        found = {of_period(name, label): counted[label][name] for label in named for name in named[label]}
        if self.monthly_return:
            for column in [name for name in ("reason", "bed_type") if name in run.sitrep]:
                days = run.sitrep.groupby(["month", column])["delayed_days"].sum()
                found |= {of_return(what, month): float(count) for (month, what), count in days.items()}
            total = run.sitrep.groupby("month")["delayed_days"].sum()
            found |= {of_return(ALL, month): float(count) for month, count in total.items()}
        return found

    @property
    def key(self) -> str:
        """Stands for it; empty if nothing is wanted."""
        return "" if self == Wanted() else repr(self)


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
        self._known: dict[str, Runs] = {}

    @property
    def tried(self) -> int:
        """How many different cities were tried."""
        return len(self._known)

    def measured(self, cities: Sequence[CityConfig], measures: Sequence[str]) -> NDArray[np.float64]:
        """Return measures of all days that count, as `runs` has them, shape (cities, replications, measures)."""
        tried = self.runs([(city, Wanted()) for city in cities])
        return np.array([[[run[name] for name in measures] for run in of_city] for of_city in tried])

    def runs(self, cities: Sequence[tuple[CityConfig, Wanted]]) -> list[Runs]:
        """Return all runs of cities, and simulate those that were not tried before.

        Parameters
        ----------
        cities : sequence of (CityConfig, Wanted)
            The cities, and what is wanted of their runs.

        Returns
        -------
        list of sequences of mappings
            For each city its runs in the order of replications: values by name; NaN is undefined.

        Raises
        ------
        BudgetSpent
            If these are more than may still be tried; then none of them is.
        WorkerDied
            If a worker process ended abruptly twice on the same run.
        ResultsError
            If the measures cannot be written.
        """
        keys, new = [], {}
        for city, wanted in cities:
            tasks = tasks_of(city, DEFAULT_ENGINE, range(city.run.replications))
            key = sha256(" ".join([*(task.key for task in tasks), *([wanted.key] if wanted.key else [])]).encode())
            keys.append(key.hexdigest())
            if keys[-1] not in self._known:
                new[keys[-1]] = (tasks, wanted)
        if self.tried + len(new) > self.budget:
            raise BudgetSpent
        for name in list(new):
            if (found := self._read(name, len(new[name][0]))) is not None:
                self._keep(name, found)
                del new[name]
        for wanted in dict.fromkeys(wanted for _, wanted in new.values()):
            self._simulate({name: tasks for name, (tasks, its) in new.items() if its == wanted}, wanted)
        return [self._known[key] for key in keys]

    def _simulate(self, new: Mapping[str, Sequence[Task]], wanted: Wanted) -> None:
        owner = {id(task): key for key, tasks in new.items() for task in tasks}
        runs: dict[str, dict[int, Mapping[str, float]]] = defaultdict(dict)
        call = partial(_measures_of, wanted)
        for task, outcome in self._pool.outcomes(call, [task for tasks in new.values() for task in tasks]):
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

    def _keep(self, key: str, runs: Runs) -> None:
        self._known[key] = runs
        self._progress(self.tried, self.budget)

    def _read(self, key: str, replications: int) -> Runs | None:
        """Return what is on disk, or None if it is not there or not whole."""
        try:
            runs = json.loads(self._path(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return runs if isinstance(runs, list) and len(runs) == replications else None

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _measures_of(wanted: Wanted, task: Task) -> dict[str, float]:
    run = simulate(task.config, replication=task.replication, engine=task.engine)
    return {**run.measures, **wanted.of(run)}
