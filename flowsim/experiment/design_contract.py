"""What a design is: its part of an experiment file, the scenarios that it wants, and what it makes of their results.

A design is one class in one file, ``designs/<kind>.py``, decorated with `flowsim.experiment.design_registry.register`.
Its sentences, figures and tables for people stand in ``report/experiment/designs/<kind>.py``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import pandas as pd
from pydantic import Field

from flowsim.config.errors import Keys
from flowsim.config.types import Section, Unit
from flowsim.experiment.problems import Problems
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_plans import ScenarioPlan
from flowsim.experiment.wanted_runs import SearchPlan

SCENARIOS_AT_MOST = 1000
GENERAL_TABLES = (
    *("summary", "comparison", "ranking", "goals", "all_goals", "uncertainty", "across_cities", "dtoc_sitrep"),
)
"""The tables that the results of any design have; those of a design have other names."""


@dataclass(frozen=True)
class DesignRuns:
    """What the runs of a design measured.

    Attributes
    ----------
    scenarios : sequence of Scenario
        All that were wanted, the baseline first. Those that have `levels` are the design's.
    values : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice. The replications of one scenario are
        independent of one another: with an ensemble they are the means of its members.
    known : pandas.DataFrame
        The same columns, every replication by itself; one that failed has a row with NaN.
    replications : int
        How many of each scenario were wanted.
    held_out : pandas.DataFrame
        As `values`: the replications that report what was chosen, see `flowsim.experiment.wanted_runs`. Empty if
        nothing was.
    plan : ScenarioPlan or SearchPlan
        What the design planned; a search knows from the replications what it found.
    """

    scenarios: Sequence[Scenario]
    values: pd.DataFrame
    known: pd.DataFrame
    replications: int
    held_out: pd.DataFrame
    plan: ScenarioPlan | SearchPlan


class Design(Section, ABC):
    """Scenarios that are made by rule.

    A subclass declares ``kind: Literal["its_name"]`` and the settings that its part of an experiment file has. One
    whose scenarios are all known beforehand is a `FixedDesign`.
    """

    table_names: ClassVar[tuple[str, ...]] = ()
    """The tables that `tables` may return; each is a file ``<name>.csv`` of the results and a sheet of the workbook."""

    kind: str
    """Kind of the design."""
    scenarios_at_most: Annotated[int, Field(ge=1, le=1_000_000), Unit("scenarios")] = SCENARIOS_AT_MOST
    """A design of more scenarios is refused."""

    @abstractmethod
    def count(self) -> int:
        """Return how many scenarios there are at most, with the baseline where it is one of them; none is built."""

    @abstractmethod
    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> ScenarioPlan | SearchPlan:
        """Return which scenarios to run, and report what is wrong with them.

        Parameters
        ----------
        before : sequence of Recipe
            The baseline and the scenarios that are named by hand, which come first.
        builder : ScenarioBuilder
            Builds and checks scenarios, and takes reports of what is wrong.
        """

    def measures_named(self) -> list[tuple[Keys, str]]:
        """Return the measures that the design names, each with its place in the file (`("design", ...)`)."""
        return []

    def check(self, problems: Problems) -> None:
        """Report what is wrong with the design, apart from its scenarios and the names of measures."""

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return what the design makes of the results, by name (one of `table_names`)."""
        return {}

    def answer(self, runs: DesignRuns) -> Mapping[str, Any] | None:
        """Return the answer in short, as the results folder holds it in ``answer.json``; None if tables say it all."""
        return None


class FixedDesign(Design):
    """A design whose scenarios are all known beforehand."""

    @abstractmethod
    def recipes(self, builder: ScenarioBuilder) -> Iterable[Recipe]:
        """Return what makes each of its scenarios, the baseline aside; report what is wrong with them.

        Parameters
        ----------
        builder : ScenarioBuilder
            Knows the city and the interventions, and takes reports of what is wrong.
        """

    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> ScenarioPlan:
        """Return the plan that has all of them; see `Design.plan`."""
        return builder.fixed_plan([*before, *self.recipes(builder)])
