"""How long an experiment takes on this machine, and what of it is there already."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.runner import scenario_tasks
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.wanted_runs import SearchPlan
from flowsim.run.cores import available_cores
from flowsim.run.simulate import DEFAULT_ENGINE, simulate
from flowsim.run.stores import TASKS, DiskStore
from flowsim.workflow.run_experiment import experiment_folder

_START_SECONDS = 2.0  # until worker processes have started
_REPORT_SECONDS, _REPORT_SECONDS_EACH = 7.0, 0.1  # tables, figures and report; and what each scenario adds
_BRIEF = 2.0  # a run that takes longer is not timed a second time


@dataclass(frozen=True)
class Estimate:
    """How long an experiment takes.

    Attributes
    ----------
    runs : int
        How many runs it has when all are made; scenarios with equal configurations share theirs.
    done : int
        How many of them are on disk from before.
    cores : int
        How many share the work.
    run_seconds : float
        How long one run takes on one core, as timed.
    report_seconds : float
        About how long its tables, figures and report take.
    """

    runs: int
    done: int
    cores: int
    run_seconds: float
    report_seconds: float

    @property
    def seconds(self) -> float:
        """About how long the runs take that are not there yet."""
        left = self.runs - self.done
        return left * self.run_seconds / self.cores + (_START_SECONDS if left and self.cores > 1 else 0.0)


def estimate(experiment: Experiment, known: Sequence[Scenario], replications: int) -> Estimate:
    """Return how long an experiment takes, by timing a run or two of it.

    Parameters
    ----------
    experiment : Experiment
        The question.
    known : sequence of Scenario
        The scenarios that are known beforehand.
    replications : int
        The most that each can have.
    """
    plan = experiment.plan
    if isinstance(plan, SearchPlan):
        first = plan.wanted_runs(pd.DataFrame())
        keys = {task.key for its in known for task in scenario_tasks(its, DEFAULT_ENGINE, first.numbers_of(its.name))}
        chosen_later = max(0, plan.most_runs - len(keys))
    else:
        numbers = range(replications)
        keys = {
            task.key
            for its in known
            for task in scenario_tasks(its, DEFAULT_ENGINE, numbers if its.replication is None else [its.replication])
        }
        chosen_later = (plan.most + plan.most_apart - len(known)) * replications
    store = DiskStore(experiment_folder(experiment) / TASKS)
    done = sum(key in store for key in keys)
    left = len(keys) + chosen_later - done
    compared = plan.most - sum(its.replication is not None for its in known)
    timed = {id(its): its.cities[0] for its in (known[0], known[-1])}
    return Estimate(
        runs=len(keys) + chosen_later,
        done=done,
        cores=max(1, min(available_cores(), left)),
        run_seconds=sum(_seconds(config) for config in timed.values()) / len(timed),
        report_seconds=_REPORT_SECONDS + _REPORT_SECONDS_EACH * compared,
    )


def _seconds(config: CityConfig) -> float:
    """Return how long a run takes; a brief one is made twice, since what is done for the first time takes longer."""
    taken = _timed(config)
    return min(taken, _timed(config)) if taken < _BRIEF else taken


def _timed(config: CityConfig) -> float:
    began = time.perf_counter()
    simulate(config)
    return time.perf_counter() - began
