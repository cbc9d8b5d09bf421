"""From an experiment file, or the same specification in Python, to an experiment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Keys, Problem
from flowsim.config.file_kinds import FileKind, refuse_other_kinds
from flowsim.config.history_numbers import OPERATIONS
from flowsim.config.load import load, locate
from flowsim.config.named_files import read_tables
from flowsim.config.validation import validate
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.resolve import resolve


def load_experiment(path: str | Path, replications: int | None = None, seed: int | None = None) -> Experiment:
    """Read an experiment from a file, resolve it and check it.

    Parameters
    ----------
    path : str or Path
        A YAML file. It may extend others, as the configuration of a city may.
    replications, seed : int, optional
        Instead of those of the file.

    Returns
    -------
    Experiment
        With every scenario that can be known beforehand.

    Raises
    ------
    ConfigError
        If anything is wrong: with as many problems as can be found, each with its file, line and dotted path.
    """
    where = partial(locate, path)

    def resolved(file: ExperimentFile) -> Experiment:
        spec = _overridden(file, replications, seed)
        return resolve(spec, Path(path), Path(where(("base",)).file).parent, where)

    try:
        file = load(path, ExperimentFile)
    except ConfigError as error:
        refuse_other_kinds(path, FileKind.EXPERIMENT)
        raise ConfigError(_all_problems(error, resolved)) from None
    return resolved(file)


def _all_problems(error: ConfigError, resolved: Callable[[ExperimentFile], Experiment]) -> list[Problem]:
    """Return what is wrong with an experiment file, and what else is wrong if that is read as it was meant."""
    found = list(error.problems)
    if isinstance(error.mended, ExperimentFile):
        try:
            resolved(error.mended)
        except ConfigError as more:
            # A change whose value was wrong is not to be blamed for what was put in for it.
            known = {problem.path for problem in found}
            known |= {path.removesuffix(f".{operation}") for path in known for operation in OPERATIONS}
            found += [problem for problem in more.problems if problem.path not in known or not problem.path]
    return found


def experiment_from(
    spec: Mapping[str, Any],
    folder: str | Path = ".",
    replications: int | None = None,
    seed: int | None = None,
    city: CityConfig | None = None,
) -> Experiment:
    """Resolve and check an experiment that was made in Python.

    Parameters
    ----------
    spec : mapping
        As an experiment file has it. CSV files that its changes name are relative to the current folder.
    folder : str or Path
        What `base` is relative to.
    replications, seed : int, optional
        Instead of those of the specification.
    city : CityConfig, optional
        Instead of the file that `base` names; the interventions are those next to that file all the same.

    Returns
    -------
    Experiment
        With every scenario that can be known beforehand.

    Raises
    ------
    ConfigError
        As `load_experiment`.
    """
    data = deepcopy(dict(spec))
    wrong = read_tables(data, Path(), _nowhere)
    if wrong:
        raise ConfigError(wrong)

    def resolved(file: ExperimentFile) -> Experiment:
        return resolve(_overridden(file, replications, seed), None, Path(folder), _nowhere, city)

    try:
        file = validate(ExperimentFile, data)
    except ConfigError as error:
        raise ConfigError(_all_problems(error, resolved)) from None
    return resolved(file)


def _nowhere(keys: Keys) -> tuple[None, None]:
    """Return the file and the line of what comes from Python."""
    return None, None


def _overridden(spec: ExperimentFile, replications: int | None, seed: int | None) -> ExperimentFile:
    given = {"replications": replications, "seed": seed}
    return changed(spec, {key: value for key, value in given.items() if value is not None})
