"""What can be known of a city or an experiment before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from flowsim.config.file_kinds import FileKind, kind_of
from flowsim.config.notices import notices
from flowsim.experiment.library import FOLDER
from flowsim.experiment.load_experiment import load_experiment
from flowsim.experiment.precision import Precision
from flowsim.run.load_city import load_config
from flowsim.run.offered_load import PoolLoad, offered_load
from flowsim.workflow.check_intervention import CheckedIntervention, check_intervention
from flowsim.workflow.city_year import CITY_YEAR_DAYS, CITY_YEAR_SECONDS


@dataclass(frozen=True)
class CheckedCity:
    """A sound city.

    Attributes
    ----------
    name : str
        Its name.
    loads : list of PoolLoad
        What is asked of each pool, and what there is.
    notices : list of str
        What is taken for granted, in sentences.
    """

    name: str
    loads: list[PoolLoad]
    notices: list[str]


@dataclass(frozen=True)
class CheckedExperiment:
    """A sound experiment.

    Attributes
    ----------
    name : str
        Its name.
    scenarios : tuple of str
        Those that are known beforehand. A stepwise design chooses others by what these give.
    scenarios_at_most : int
        How many there are when all are known.
    replications_at_least, replications_at_most : int
        Of each scenario; they differ if the experiment asks for a precision.
    seconds : float
        About how long all runs take on one core.
    notices : list of str
        What is taken for granted, in sentences.
    """

    name: str
    scenarios: tuple[str, ...]
    scenarios_at_most: int
    replications_at_least: int
    replications_at_most: int
    seconds: float
    notices: list[str]

    @property
    def runs_at_most(self) -> int:
        """How many runs there are when all scenarios have all replications."""
        return self.scenarios_at_most * self.replications_at_most


def check(file: str | Path) -> CheckedCity | CheckedExperiment | CheckedIntervention:
    """Check a city, an experiment or an intervention.

    Parameters
    ----------
    file : str or Path
        A YAML file.

    Returns
    -------
    CheckedCity, CheckedExperiment or CheckedIntervention
        What can be known before it is run.

    Raises
    ------
    ConfigError
        If it is not sound: every problem with its file, line and dotted path.
    """
    kind = kind_of(file)
    if kind is FileKind.INTERVENTION or (kind is None and Path(file).absolute().parent.name == FOLDER):
        return check_intervention(Path(file))
    if kind is not FileKind.EXPERIMENT:
        config = load_config(file)
        return CheckedCity(config.name, offered_load(config), notices(config))
    experiment = load_experiment(file)
    wanted = experiment.replications
    least, most = (wanted.at_least, wanted.at_most) if isinstance(wanted, Precision) else (wanted, wanted)
    runs = experiment.plan.most * most
    return CheckedExperiment(
        name=experiment.name,
        scenarios=tuple(scenario.name for scenario in experiment.wanted(pd.DataFrame())),
        scenarios_at_most=experiment.plan.most,
        replications_at_least=least,
        replications_at_most=most,
        seconds=runs * experiment.base.run.days / CITY_YEAR_DAYS * CITY_YEAR_SECONDS,
        notices=[*experiment.notices, *notices(experiment.base)],
    )
