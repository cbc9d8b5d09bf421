"""From a city to a folder with what one more of each of its services is worth."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from flowsim.config.errors import ConfigError, Problem
from flowsim.config.shipped import city_file
from flowsim.experiment.analysis.worth import DAYS, PAID, PEOPLE
from flowsim.experiment.designs.marginal import MARGINAL
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.load_experiment import experiment_from, load_experiment
from flowsim.experiment.problems import unknown
from flowsim.experiment.results import ExperimentResults
from flowsim.experiment.scenario import Scenario
from flowsim.run.load_city import load_config
from flowsim.run.progress import Progress
from flowsim.run.results_folder import RESULTS
from flowsim.workflow.run_experiment import run_experiment

MEASURES = (DAYS, PEOPLE, PAID)


def marginal_folder(city: str | Path) -> Path:
    """Return where the results go if nothing else is wanted."""
    return RESULTS / f"{city_file(city).stem}_{MARGINAL}"


def run_marginal(
    city: str | Path,
    replications: int | None = None,
    seed: int | None = None,
    engine: str | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    at: str | None = None,
    knee: bool = True,
    progress: Progress | None = None,
) -> ExperimentResults:
    """Make each service, team and calendar of a city larger, one at a time, and write the results folder.

    Parameters
    ----------
    city : str or Path
        A configuration file (YAML), or the name of a city that comes with flowsim.
    replications, seed, engine, workers, out, progress
        As in `flowsim.workflow.run_experiment.run_experiment`.
    at : str, optional
        ``EXPERIMENT.yaml:SCENARIO``: begin from that scenario of an experiment instead of from the city as it is. The
        experiment says of which city; it has to be this one.
    knee : bool
        Whether to try 10% less, 25% more and 50% more as well.

    Returns
    -------
    ExperimentResults
        With the table ``marginal``.

    Raises
    ------
    ConfigError
        If the city is not sound, or there is no such experiment or scenario.
    """
    file = city_file(city)
    scenario = None if at is None else _scenario(at, file)
    config = load_config(city) if scenario is None else scenario.config
    spec = {
        "name": f"{config.name}: what one more of each is worth",
        "question": _question(scenario),
        "base": file.name,
        "measures": list(MEASURES),
        "design": {"kind": MARGINAL, "knee": knee},
    }
    experiment = experiment_from(spec, file.parent, replications, seed, config.read_from(file))
    folder = marginal_folder(city) if out is None else out
    return run_experiment(experiment, workers, folder, engine, progress=progress)


def _question(scenario: Scenario | None) -> str:
    where = "" if scenario is None else f" where “{scenario.title}” is in place"
    return f"What holds people back{where}: what would one more, and 10% more, of each service save, and at what cost?"


def _scenario(at: str, city: Path) -> Scenario:
    """Return the scenario that ``EXPERIMENT.yaml:SCENARIO`` names."""
    path, _, name = at.rpartition(":")
    if not path:
        message = "must be an experiment and one of its scenarios, such as experiments/winter.yaml:home_first"
        raise ConfigError([Problem(None, None, "--at", at, message)])
    experiment: Experiment = load_experiment(path)
    known = experiment.wanted(pd.DataFrame(columns=["scenario", "replication", "measure", "value"]))
    found = next((its for its in known if its.name == name), None)
    if found is None:
        message = unknown("scenario", name, [its.name for its in known])
        raise ConfigError([Problem(path, None, "--at", at, message)])
    own = experiment.base.file
    if own is not None and own.resolve() != city.resolve():
        message = f"the experiment is about another city ({own})"
        raise ConfigError([Problem(path, None, "--at", at, message)])
    return found
