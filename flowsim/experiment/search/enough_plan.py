"""The plan of an experiment that looks for the cheapest point that is enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.goals import Goal
from flowsim.experiment.lattice import Lattice
from flowsim.experiment.recipes import build
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.search.goal_looks import GoalLooks
from flowsim.experiment.search.least_enough import EnoughSearch, Known, Standing
from flowsim.experiment.search.surrogate import Floats
from flowsim.experiment.wanted_runs import SearchPlan, WantedRuns


@dataclass(frozen=True)
class EnoughPlan(SearchPlan):
    """A search for the point of a lattice that costs least and meets all goals.

    Attributes
    ----------
    before : tuple of Scenario
        The baseline, and scenarios that are named by hand: they have the replications of a first look, and those that
        confirm.
    lattice : Lattice
        The points.
    base : CityConfig
        The city.
    costs : numpy.ndarray of float, of the lattice's shape
        What is to be least.
    goals : mapping of str to Goal
        What is to be reached, by measure.
    certainty : float
        Of a verdict, over all looks at a point.
    runs : int
        How many runs may be made in all.
    confirm : int
        How many replications confirm what was chosen.
    """

    before: tuple[Scenario, ...]
    lattice: Lattice
    base: CityConfig
    costs: Floats
    goals: Mapping[str, Goal]
    certainty: float
    runs: int
    confirm: int
    _built: dict[int, Scenario] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def looks(self) -> GoalLooks:
        """How a point is judged."""
        return GoalLooks(tuple(self.goals.values()), self.certainty)

    @cached_property
    def search(self) -> EnoughSearch:
        """The search, which has the runs that those of `before` leave."""
        points = np.array(list(self.lattice.points()))
        left = self.runs - len(self.before) * (self.looks.sizes[0] + self.confirm)
        return EnoughSearch(points, self.costs.ravel(), self.looks, left, self.confirm)

    @property
    def fewest_runs(self) -> int:
        """How many runs it takes to look at the ends of the axes, and to confirm one point."""
        return self.search.fewest_runs + len(self.before) * (self.looks.sizes[0] + self.confirm)

    @property
    def most(self) -> int:
        """How many scenarios there can be, with the baseline."""
        return len(self.before) + min(self.lattice.size, self.runs // self.looks.sizes[0])

    @property
    def most_runs(self) -> int:
        """How many runs there can be in all."""
        return self.runs

    def scenario(self, row: int) -> Scenario:
        """Return the scenario of a point."""
        if row not in self._built:
            point = tuple(int(i) for i in self.search.points[row])
            self._built[row] = build(self.base, self.lattice.recipe(point))
        return self._built[row]

    def standing(self, values: pd.DataFrame) -> Standing:
        """Return where the search stands; see `wanted_runs`."""
        return self.search.standing(self.known(values))

    def known(self, values: pd.DataFrame) -> Known:
        """Return what gives the values of the goals at a point; see `wanted_runs`."""
        return known_values(values, list(self.goals), lambda row: self.scenario(row).name)

    def wanted_runs(self, values: pd.DataFrame) -> WantedRuns:
        """Return the runs that are wanted; see `SearchPlan.wanted_runs`."""
        standing = self.standing(values)
        rows = list(dict.fromkeys([*standing.looks, *standing.confirmed]))
        apart = [*standing.confirmed] + ([] if standing.to_confirm is None else [standing.to_confirm])
        before = [scenario.name for scenario in self.before]
        first = self.looks.sizes[0]
        return WantedRuns(
            scenarios=[*self.before, *(self.scenario(row) for row in rows)],
            replications=self.looks.sizes[-1],
            chosen=frozenset(self.scenario(row).name for row in apart),
            also_apart=frozenset(before) if apart else frozenset(),
            searched={**dict.fromkeys(before, first), **{self.scenario(r).name: n for r, n in standing.looks.items()}},
            apart=self.confirm,
        )


def known_values(values: pd.DataFrame, measures: list[str], name: Callable[[int], str]) -> Known:
    """Return what gives the values of some measures, by the row of a point and numbers of replications.

    A replication is known if it has any row; a measure that it does not have is NaN.
    """
    if not len(values):
        return lambda row, numbers: None
    done = {str(scenario): set(numbers) for scenario, numbers in values.groupby("scenario")["replication"]}
    of_goals = values[values["measure"].isin(measures)]
    keys = zip(of_goals["scenario"], of_goals["measure"], of_goals["replication"], strict=True)
    found = dict(zip(keys, of_goals["value"].to_numpy(float), strict=True))

    def known(row: int, numbers: range) -> Floats | None:
        scenario = name(row)
        if not done.get(scenario, set()).issuperset(numbers):
            return None
        return np.array([[found.get((scenario, measure, i), np.nan) for i in numbers] for measure in measures])

    return known
