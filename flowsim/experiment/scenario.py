"""What an experiment consists of: its scenarios, its goals, and which runs it still wants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.precision import Precision, plan

BASELINE = "baseline"
SCENARIO_NAME = re.compile(r"[A-Za-z0-9_+\-=.]+")


@dataclass(frozen=True)
class Scenario:
    """A city as it could be.

    Attributes
    ----------
    name : str
        Unique in the experiment; letters, digits and ``_ + - = .``
    title : str
        For people.
    config : CityConfig
        The base with the scenario's changes made and its interventions in place.
    levels : mapping of str to object
        What the design set, by factor (True or False) or by axis (a value); empty for a scenario that is named by hand.
    intervention_names : tuple of str
        The interventions that it puts in place, in the order in which they apply.
    members : tuple of CityConfig
        The same scenario of each member of the ensemble; empty without one.
    """

    name: str
    title: str
    config: CityConfig
    levels: Mapping[str, Any] = field(default_factory=dict)
    intervention_names: tuple[str, ...] = ()
    members: tuple[CityConfig, ...] = ()

    @property
    def cities(self) -> tuple[CityConfig, ...]:
        """The cities that are simulated: replication r is one of city r modulo their number."""
        return self.members or (self.config,)


@dataclass(frozen=True)
class Goal:
    """What a measure is to reach: `at_most` or `at_least`; the other one is None."""

    at_most: float | None = None
    at_least: float | None = None
    source: str = ""


class Design(Protocol):
    """Which scenarios an experiment has."""

    @property
    def most(self) -> int:
        """How many scenarios there can be."""

    def wanted(self, values: pd.DataFrame, replications: int) -> list[Scenario]:
        """Return the scenarios that are wanted, given what is known after so many replications."""


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
    targets : mapping of str to Goal
        By measure.
    replications : int or Precision
        How many, or how sure.
    design : Design
        Which scenarios there are: the baseline first, then those named by hand, then those of the design.
    design_kind : str
        ``one_at_a_time``, ``factorial``, ``grid``, ``latin_hypercube``, ``best_next``, or empty.
    members : tuple of mapping
        What is different in each member of the ensemble that is used, by dotted path; empty without an ensemble.
    """

    name: str
    question: str
    path: Path | None
    base: CityConfig
    baseline: str
    measures: tuple[str, ...]
    targets: Mapping[str, Goal]
    replications: int | Precision
    design: Design
    design_kind: str = ""
    members: tuple[Mapping[str, Any], ...] = ()

    def wanted(self, values: pd.DataFrame) -> list[Scenario]:
        """Return all scenarios that are wanted, the baseline first, in an order that does not change.

        Parameters
        ----------
        values : pandas.DataFrame
            The replications so far: ``scenario``, ``replication``, ``measure``, ``value``.
        """
        return plan(self.design, self.replications, self.baseline, values)[0]

    def replications_wanted(self, values: pd.DataFrame) -> int:
        """Return how many replications of every wanted scenario are wanted, given those so far."""
        return plan(self.design, self.replications, self.baseline, values)[1]
