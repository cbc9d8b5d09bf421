"""An experiment: a question with everything that is needed to answer it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.design_contract import Design
from flowsim.experiment.ensemble_file import EnsembleFile, Member
from flowsim.experiment.goals import Goal
from flowsim.experiment.precision import Precision
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_plans import ScenarioPlan
from flowsim.experiment.wanted_runs import SearchPlan, WantedRuns, wanted_runs


@dataclass(frozen=True)
class Experiment:
    """A question with everything that is needed to answer it, resolved and checked.

    Attributes
    ----------
    name, question : str
        For people.
    path : Path or None
        The file that it comes from.
    base : CityConfig
        With the changes that hold for every scenario.
    baseline : str
        Name of the scenario that the others are compared with.
    measures : tuple of str
        Headline measures; the first one ranks.
    goals : mapping of str to Goal
        By measure.
    replications : int or Precision
        How many, or how precise the answer is to be.
    plan : ScenarioPlan or SearchPlan
        Which scenarios there are: the baseline first, then those named by hand, then those of the design.
    design : Design or None
        The design, as the file describes it; None if all scenarios are named by hand.
    ensemble : EnsembleFile or None
        The ensemble, with the members that are used.
    notices : tuple of str
        What a reader should know of it, in sentences.
    """

    name: str
    question: str
    path: Path | None
    base: CityConfig
    baseline: str
    measures: tuple[str, ...]
    goals: Mapping[str, Goal]
    replications: int | Precision
    plan: ScenarioPlan | SearchPlan
    design: Design | None = None
    ensemble: EnsembleFile | None = None
    notices: tuple[str, ...] = ()

    @property
    def members(self) -> list[Member]:
        """The members of the ensemble that are used; none without one."""
        return self.ensemble.members if self.ensemble else []

    def wanted_runs(self, values: pd.DataFrame) -> WantedRuns:
        """Return the runs that are wanted.

        Parameters
        ----------
        values : pandas.DataFrame
            The replications so far: ``scenario``, ``replication``, ``measure``, ``value``.
        """
        return wanted_runs(self.plan, self.replications, self.baseline, values)

    def wanted(self, values: pd.DataFrame) -> list[Scenario]:
        """Return all scenarios that are wanted, the baseline first, in an order that does not change."""
        return self.wanted_runs(values).scenarios

    def replications_wanted(self, values: pd.DataFrame) -> int:
        """Return how many replications of every wanted scenario are wanted, given those so far."""
        return self.wanted_runs(values).replications
