"""From an experiment file, or the same specification in Python, to an experiment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flowsim.config.changes import changed
from flowsim.config.errors import validate
from flowsim.config.load import load, locate, resolved
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.resolve import resolve


def is_experiment(path: str | Path) -> bool:
    """Return whether a file asks a question of a city, rather than describing one: an experiment has a `base`.

    Raises
    ------
    ConfigError
        If the file cannot be read.
    """
    return "base" in resolved(path)


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
    spec = _overridden(load(path, ExperimentFile), replications, seed)
    where = partial(locate, path)
    return resolve(spec, Path(path), Path(where(("base",)).file).parent, where)


def experiment_from(
    spec: Mapping[str, Any], folder: str | Path = ".", replications: int | None = None, seed: int | None = None
) -> Experiment:
    """Resolve and check an experiment that was made in Python.

    Parameters
    ----------
    spec : mapping
        As an experiment file has it.
    folder : str or Path
        What `base` is relative to.
    replications, seed : int, optional
        Instead of those of the specification.

    Returns
    -------
    Experiment
        With every scenario that can be known beforehand.

    Raises
    ------
    ConfigError
        As `load_experiment`.
    """
    file = _overridden(validate(ExperimentFile, spec), replications, seed)
    return resolve(file, None, Path(folder), lambda keys: (None, None))


def _overridden(spec: ExperimentFile, replications: int | None, seed: int | None) -> ExperimentFile:
    given = {"replications": replications, "seed": seed}
    return changed(spec, {key: value for key, value in given.items() if value is not None})
