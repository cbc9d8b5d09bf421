"""A scenario: a city as it could be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowsim.config.city_schema import CityConfig

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
    replication : int or None
        Of a scenario of a sampled city: the one replication in which it is run. It is for the tables of its design, and
        not compared with the scenarios of the city itself, for which this is None.
    """

    name: str
    title: str
    config: CityConfig
    levels: Mapping[str, Any] = field(default_factory=dict)
    intervention_names: tuple[str, ...] = ()
    members: tuple[CityConfig, ...] = ()
    replication: int | None = None

    @property
    def cities(self) -> tuple[CityConfig, ...]:
        """The cities that are simulated: replication r is one of city r modulo their number."""
        return self.members or (self.config,)
