"""Running an experiment: what it wants and is not on disk yet is simulated, until it wants nothing more."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack

import numpy as np
import pandas as pd

from flowsim.config.errors import ConfigError
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.failed_runs import Failure, with_failures
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.wanted_runs import WantedRuns
from flowsim.model.effective_city import CITIES_KEPT
from flowsim.run.compilation import compile_once
from flowsim.run.failures import Interrupted, ResultsError, RunsFailed, WorkerDied, WorkersError
from flowsim.run.packing import Replication, measured
from flowsim.run.progress import Progress, no_progress
from flowsim.run.simulate import DEFAULT_ENGINE, engine_called
from flowsim.run.stores import Store
from flowsim.run.tasks import Task, perform, tasks_of
from flowsim.run.worker_pool import WorkerPool, worker_pool


class FinishedRuns:
    """All runs of an experiment; what they hold apart from measures is on disk.

    Attributes
    ----------
    scenarios : list of Scenario
        All that were wanted, the baseline first.
    replications : int
        How many of each were wanted; of those that were chosen by their results, as many again.
    wanted : WantedRuns
        Which runs were wanted.
    values : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``, in the order of the scenarios and replications.
    failures : list of Failure
        Which runs are missing, and why.
    tracebacks : list of str
        What went wrong, once each, for the person who mends it.
    made, found : int
        How many runs were simulated now, and how many were on disk before. Scenarios with equal configurations share
        theirs.
    run_seconds : float
        How long one took on average.
    """

    def __init__(self, wanted: WantedRuns, ledger: _Ledger) -> None:
        self.scenarios, self.replications, self.wanted = wanted.scenarios, wanted.replications, wanted
        self.values, self.failures, self.tracebacks = ledger.values(), ledger.failures(), ledger.tracebacks()
        self.made, self.found, self.run_seconds = ledger.made, ledger.found, ledger.run_seconds
        self._ledger = ledger

    def __len__(self) -> int:
        return self.made + self.found

    def by_scenario(self) -> Iterator[tuple[Scenario, list[Replication]]]:
        """Read the replications back, scenario by scenario, so that never all of them are in memory.

        A scenario of which no run came to an end is left out, and so are those of sampled cities.

        Raises
        ------
        ResultsError
            If one is not on disk any more.
        """
        for scenario in self.scenarios:
            if scenario.replication is None and (replications := list(self._ledger.done(scenario))):
                yield scenario, replications


def simulate_experiment(
    experiment: Experiment,
    store: Store,
    engine: str = DEFAULT_ENGINE,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = no_progress,
) -> FinishedRuns:
    """Make all runs that an experiment wants, but for those that are on disk from before.

    Parameters
    ----------
    experiment : Experiment
        The question.
    store : Store
        Where finished runs are kept, and those from before are found.
    engine, workers, scheduler
        As in `flowsim.run.replicate.replicate` and `flowsim.run.worker_pool.worker_pool`.
    progress : callable, optional
        Called with how many runs are there, and how many are wanted as far as is known, whenever that changes.

    Raises
    ------
    ConfigError
        If there is no such engine or scheduler, or the baseline cannot be run as it is configured.
    ResultsError
        If a finished run cannot be written, such as on a full disk; those before it are kept.
    WorkersError
        If the workers of a scheduler cannot be used.
    RunsFailed
        If no run of the baseline came to an end.
    Interrupted
        If the user stopped it. Finished runs are kept, and the same call goes on.
    """
    engine_called(engine)
    ledger = _Ledger(store, engine)
    try:
        wanted = _run(experiment, ledger, engine, workers, scheduler, progress)
    except KeyboardInterrupt:
        kept, of = ledger.on_disk(), ledger.progress()[1]
        raise Interrupted(f"{kept:,} of {of:,} runs are kept; the same command goes on") from None
    ledger.refuse_without(wanted.scenarios[0])
    return FinishedRuns(wanted, ledger)


def _run(
    experiment: Experiment, ledger: _Ledger, engine: str, workers: int, scheduler: str | None, progress: Progress
) -> WantedRuns:
    with ExitStack() as stack:
        pool: WorkerPool | None = None
        while True:
            values = ledger.known(experiment.measures[0])
            wanted, found = experiment.wanted_runs(values), ledger.found
            missing = ledger.missing(wanted)
            progress(*ledger.progress())
            if not missing:
                if ledger.found == found:
                    return wanted
                continue  # what was on disk is known only now, and may want more
            if pool is None:
                if scheduler is None:
                    compile_once()  # here, so that the workers do not all compile the same
                pool = stack.enter_context(worker_pool(workers, scheduler))
            for task, outcome in pool.outcomes(perform, missing):
                ledger.enter(task, outcome)
                progress(*ledger.progress())


class _Ledger:
    """Which runs are wanted, which are done, and what they measured.

    Parameters
    ----------
    store : Store
        Where finished runs are kept.
    engine : str
        The engine of all runs.
    """

    def __init__(self, store: Store, engine: str) -> None:
        self.made, self.found, self._seconds = 0, 0, 0.0
        self._wanted: set[str] = set()
        self._settled = 0
        self._store, self._engine = store, engine
        self._tasks: dict[str, list[Task]] = {}
        self._measures: dict[str, Mapping[str, float]] = {}
        self._errors: dict[str, Exception] = {}

    def missing(self, wanted: WantedRuns) -> list[Task]:
        """Return the tasks that are still to be done; what is on disk is taken from there.

        The scenarios of one replication follow each other, because a worker draws its patients once for all of them.
        They do so in blocks of as many scenarios as a worker remembers.
        """
        self._tasks = {
            scenario.name: self._tasks[scenario.name]
            if [task.replication for task in self._tasks.get(scenario.name, ())] == wanted.numbers_of(scenario.name)
            else scenario_tasks(scenario, self._engine, wanted.numbers_of(scenario.name))
            for scenario in wanted.scenarios
        }
        of_scenarios = list(self._tasks.values())
        blocks = (of_scenarios[at : at + CITIES_KEPT] for at in range(0, len(of_scenarios), CITIES_KEPT))
        tasks = {
            task.key: task
            for block in blocks
            for task in sorted((task for tasks in block for task in tasks), key=lambda task: task.replication)
        }
        self._wanted = set(tasks)
        for key in tasks:
            if not self._is_settled(key) and (replication := self._store.read(key)) is not None:
                self._keep(key, replication.measures, replication.seconds)
                self.found += 1
        missing = [task for key, task in tasks.items() if not self._is_settled(key)]
        self._settled = len(tasks) - len(missing)
        return missing

    def enter(self, task: Task, outcome: bytes | Exception) -> None:
        """Keep what came of a task."""
        if isinstance(outcome, WorkersError):
            raise outcome
        if isinstance(outcome, Exception):
            self._errors[task.key] = outcome
        else:
            self._store.write(task.key, outcome)
            self._keep(task.key, *measured(outcome))
            self.made += 1
        self._settled += 1

    def progress(self) -> tuple[int, int]:
        """Return how many runs are done, and how many are wanted."""
        return self._settled, len(self._wanted)

    def on_disk(self) -> int:
        """Return how many of the runs that are wanted are on disk."""
        return sum(key in self._store for key in self._wanted)

    def values(self) -> pd.DataFrame:
        """Return the measures of all that is done: ``scenario``, ``replication``, ``measure``, ``value``."""
        done = [
            (name, task.replication, self._measures[task.key])
            for name, tasks in self._tasks.items()
            for task in tasks
            if task.key in self._measures
        ]
        sizes = [len(measures) for _, _, measures in done]
        return pd.DataFrame(
            {
                "scenario": np.repeat(np.array([name for name, _, _ in done], dtype=object), sizes),
                "replication": np.repeat(np.array([number for _, number, _ in done], dtype=np.int64), sizes),
                "measure": np.array([name for _, _, measures in done for name in measures], dtype=object),
                "value": np.array([v for _, _, measures in done for v in measures.values()], dtype=np.float64),
            }
        )

    def known(self, measure: str) -> pd.DataFrame:
        """Return `values` with a row for each run that failed, of this measure, so that nobody waits for it."""
        return with_failures(self.values(), self.failures(), measure)

    def failures(self) -> list[Failure]:
        """Return which runs failed, and why."""
        return [
            Failure(name, task.replication, _why(self._errors[task.key]))
            for name, tasks in self._tasks.items()
            for task in tasks
            if task.key in self._errors
        ]

    def tracebacks(self) -> list[str]:
        """Return where in the program they failed, each place once."""
        return list(dict.fromkeys("".join(traceback.format_exception(error)) for error in self._errors.values()))

    def done(self, scenario: Scenario) -> Iterator[Replication]:
        """Read the replications of a scenario back from disk."""
        for task in self._tasks[scenario.name]:
            if task.key in self._measures:
                replication = self._store.read(task.key)
                if replication is None:
                    raise ResultsError(
                        f"{self._store}: a finished run is not there any more, or not whole; the same command "
                        "makes it again"
                    )
                yield replication

    def refuse_without(self, baseline: Scenario) -> None:
        """Raise what kept every run of the baseline from coming to an end."""
        tasks = self._tasks[baseline.name]
        if not any(task.key in self._measures for task in tasks):
            error = self._errors[tasks[0].key]
            if isinstance(error, ConfigError):
                raise error
            raise RunsFailed(f"no run of the baseline came to an end: {_why(error)}") from error

    @property
    def run_seconds(self) -> float:
        """How long a run took on average."""
        return self._seconds / len(self._measures)

    def _is_settled(self, key: str) -> bool:
        return key in self._measures or key in self._errors

    def _keep(self, key: str, measures: Mapping[str, float], seconds: float) -> None:
        self._measures[key] = measures
        self._seconds += seconds


def scenario_tasks(scenario: Scenario, engine: str, replications: Iterable[int]) -> list[Task]:
    """Return the runs of a scenario with these numbers, in order; with an ensemble its members take turns."""
    cities = scenario.cities
    wanted = list(replications)
    numbers = [[number for number in wanted if number % len(cities) == member] for member in range(len(cities))]
    tasks = [task for city, own in zip(cities, numbers, strict=True) for task in tasks_of(city, engine, own)]
    return sorted(tasks, key=lambda task: task.replication)


def _why(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "it does not fit in memory"
    known = isinstance(error, ConfigError | WorkerDied)
    return str(error) if known else f"{type(error).__name__}: {error}"
