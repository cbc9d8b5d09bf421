"""A question that is answered in memory: nothing is written to the disk."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Problem
from flowsim.config.shipped import shipped_folder
from flowsim.experiment.daily_series import summarise_daily
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.experiment_manifest import experiment_manifest
from flowsim.experiment.library import FOLDER
from flowsim.experiment.load_experiment import experiment_from
from flowsim.experiment.results import ExperimentResults, experiment_results
from flowsim.experiment.runner import simulate_experiment
from flowsim.run.failures import Interrupted
from flowsim.run.load_city import load_config
from flowsim.run.progress import Progress, no_progress
from flowsim.run.simulate import DEFAULT_ENGINE, engine_called
from flowsim.run.stores import MemoryStore

MEASURES = ("dtoc_patients_mean", "dtoc_delayed_days", "at_home_91_days_share", "cost_total")


def ask(
    city: str | Path | CityConfig,
    scenarios: Mapping[str, Mapping[str, Any]] | Sequence[str | Mapping[str, Any]],
    replications: int | Mapping[str, Any] | None = None,
    seed: int | None = None,
    workers: int = 1,
    engine: str | None = None,
    measures: Sequence[str] = MEASURES,
    progress: Progress | None = None,
) -> ExperimentResults:
    """Compare scenarios of a city on the same simulated patients, in memory.

    Parameters
    ----------
    city : str, Path or CityConfig
        A configuration file (YAML), the name of a city that comes with flowsim, or a city from `flowsim.load_config`
        that may have been changed (`CityConfig.with_changes`). It is compared with as the scenario ``baseline``. Its
        interventions are those in the folder next to its file, or else those that come with flowsim.
    scenarios : mapping or sequence
        What to try. A mapping of names to what a scenario of an experiment file may hold (`title`, `interventions`,
        `changes`), or a list of such scenarios, each with a `name`. In a list, a text is an intervention, put in place
        for everybody.
    replications : int or mapping, optional
        How many runs of each scenario, each with other patients; by default as many as the city says. Or how precise
        the answer must be: ``{"measure": ..., "half_width": ..., "at_most": ...}``.
    seed : int, optional
        Instead of the city's own.
    workers : int
        How many processes share the work. With 1, none has to start, and a script needs no
        ``if __name__ == "__main__"``; from some hundred runs on, more are worth it. The results do not depend on it.
    engine : str, optional
        One of `flowsim.run.simulate.ENGINES`; the fastest if left out.
    measures : sequence of str
        Headline measures; the first one ranks. All others are in the results as well.
    progress : callable, optional
        Called with how many runs are done and how many are wanted, whenever that changes.

    Returns
    -------
    ExperimentResults
        As of `flowsim.run_experiment`: ``summary``, ``comparison``, ``ranking``, ``replications``, ``daily`` and so on.

    Raises
    ------
    ConfigError
        If the city or a scenario is not sound: every problem, with its path.
    RunsFailed
        If no run of the baseline came to an end.

    Examples
    --------
    >>> results = flowsim.ask("sheffield_2016_17", ["home_first", "trusted_assessors"], replications=10)
    >>> more_beds = [{"path": "services.intermediate_care.intermediate_care_beds.beds", "add": 10}]
    >>> results = flowsim.ask("sheffield_2016_17", {"more_beds": {"changes": more_beds}})
    >>> results.comparison
    """
    started = datetime.now(UTC)
    engine = engine or DEFAULT_ENGINE
    engine_called(engine)
    config = city if isinstance(city, CityConfig) else load_config(city)
    experiment = _experiment(config, scenarios, replications, seed, measures)
    try:
        store = MemoryStore()
        finished = simulate_experiment(experiment, store, engine, workers, progress=progress or no_progress)
    except Interrupted:
        raise KeyboardInterrupt from None  # there is nothing that is kept
    daily, sitrep = summarise_daily(finished)
    record = experiment_manifest(experiment, finished, engine, workers, None, sys.argv, started, datetime.now(UTC))
    return experiment_results(experiment, finished.scenarios, finished.values, daily, sitrep, finished.failures, record)


def _experiment(
    city: CityConfig,
    scenarios: Mapping[str, Mapping[str, Any]] | Sequence[str | Mapping[str, Any]],
    replications: int | Mapping[str, Any] | None,
    seed: int | None,
    measures: Sequence[str],
) -> Experiment:
    spec = {
        "name": city.name,
        "base": "city.yaml",
        "measures": list(measures),
        "scenarios": _written_out(scenarios),
        "replications": replications,
        "seed": seed,
    }
    try:
        return experiment_from({key: value for key, value in spec.items() if value is not None}, _home(city), city=city)
    except ConfigError as error:
        if not isinstance(scenarios, Mapping):
            raise
        names = {f"scenarios.{number}": f"scenarios.{name}" for number, name in enumerate(scenarios)}
        raise ConfigError([_by_name(problem, names) for problem in error.problems]) from None


def _written_out(scenarios: Mapping[str, Any] | Sequence[Any]) -> list[Any]:
    """Return scenarios as an experiment file has them."""
    if isinstance(scenarios, str):
        message = f"must be a list or a mapping of scenarios, such as [{scenarios!r}]"
        raise ConfigError([Problem(None, None, "scenarios", scenarios, message)])
    if isinstance(scenarios, Mapping):
        for name, what in scenarios.items():
            if not isinstance(what, Mapping):
                message = 'must be a group of settings, such as {"interventions": [...], "changes": [...]}'
                raise ConfigError([Problem(None, None, f"scenarios.{name}", what, message)])
        return [{"name": name, **what} for name, what in scenarios.items()]
    return [{"name": part, "interventions": [part]} if isinstance(part, str) else part for part in scenarios]


def _home(city: CityConfig) -> Path:
    """Return the folder that holds the interventions of a city."""
    if city.file is not None and (city.file.parent / FOLDER).is_dir():
        return city.file.parent
    return shipped_folder() / "configs"


def _by_name(problem: Problem, names: Mapping[str, str]) -> Problem:
    """Return a problem with the name of its scenario instead of its number."""
    parts = problem.path.split(".")
    number = ".".join(parts[:2])
    return replace(problem, path=".".join([names.get(number, number), *parts[2:]]))
