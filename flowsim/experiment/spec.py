"""From an experiment file to an experiment: reading it, and checking it against the city and its interventions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowsim.experiment.scenario import Experiment


def load_experiment(path: str | Path, replications: int | None = None, seed: int | None = None) -> Experiment:
    """Read an experiment from a file, resolve it and check it.

    Parameters
    ----------
    path : str or Path
        A YAML file.
    replications, seed : int, optional
        Instead of those of the file.

    Raises
    ------
    ConfigError
        If anything is wrong: with as many problems as can be found, each with its file, line and dotted path.
    """
    raise NotImplementedError


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

    Raises
    ------
    ConfigError
        As `load_experiment`.
    """
    raise NotImplementedError
