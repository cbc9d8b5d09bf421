"""The point of a lattice with the least simulated value: of a cost, of the delayed, or of whatever is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.experiment.lattice import Lattice, Point
from flowsim.experiment.recipes import Recipe, build
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.search.contest import FINALISTS, Contest, Standing
from flowsim.experiment.search.surrogate import Floats
from flowsim.experiment.wanted_runs import SearchPlan, WantedRuns

_TO_CONFIRM = 0.4  # of the runs, kept for replications that did not choose
_LOOKS_TO_CONFIRM = (3, 10)  # fewest and most replications that confirm, in those of a first look


@dataclass(frozen=True)
class LeastSimulated(SearchPlan):
    """A search for the point with the best simulated value.

    Attributes
    ----------
    before : tuple of Scenario
        The baseline, and scenarios that are named by hand.
    lattice : Lattice
        The points.
    base : CityConfig
        The city.
    members : tuple of CityConfig
        The members of its ensemble; replication r is one of member r modulo their number. Empty without one.
    measure : str
        What is to be the best.
    higher : bool
        Whether more of it is better.
    runs : int
        How many runs may be made in all.
    certainty : float
        With which certainty the best is to be among those that are named.
    candidates : tuple of Point
        The points that may be tried.
    costs : numpy.ndarray of float
        Of the lattice's shape: what each point provides costs in a year more than what the city provides (GBP).
    """

    before: tuple[Scenario, ...]
    lattice: Lattice
    base: CityConfig
    members: tuple[CityConfig, ...]
    measure: str
    higher: bool
    runs: int
    certainty: float
    candidates: tuple[Point, ...]
    costs: Floats = field(compare=False, repr=False)
    _built: dict[int, Scenario] = field(default_factory=dict, compare=False, repr=False)

    @property
    def most(self) -> int:
        """How many scenarios there can be, with the baseline."""
        return len(self.before) + min(len(self.candidates), self.contest.runs // self.contest.look)

    @property
    def most_runs(self) -> int:
        """How many runs there can be in all."""
        return self.runs

    @cached_property
    def contest(self) -> Contest:
        """The contest of the points: it has the runs that are not kept for the confirmation or the baseline."""
        return _contest(self.candidates, self.lattice.shape, self.runs, self.certainty, self.members, len(self.before))

    def standing(self, values: pd.DataFrame) -> Standing:
        """Return where the search stands; see `wanted_runs`."""
        rows = values[values["measure"] == self.measure] if len(values) else values
        done: Mapping[str, pd.DataFrame] = dict(iter(values.groupby("scenario"))) if len(values) else {}
        found = dict(iter(rows.groupby("scenario"))) if len(rows) else {}
        sign = -1.0 if self.higher else 1.0

        def known(row: int, n: int) -> Floats | None:
            name = self.name(row)
            if name not in done or done[name].loc[done[name]["replication"] < n, "replication"].nunique() < n:
                return None
            of_point = np.full(n, np.nan)
            if name in found:
                its = found[name][found[name]["replication"] < n]
                of_point[its["replication"].to_numpy(int)] = sign * its["value"].to_numpy(float)
            return of_point

        return self.contest.standing(known)

    def name(self, row: int) -> str:
        """Return the name of the scenario of a candidate."""
        return self.scenario(row).name

    def point(self, scenario: str) -> Point:
        """Return the point of a scenario that was tried."""
        return self.candidates[next(row for row, built in self._built.items() if built.name == scenario)]

    def scenario(self, row: int) -> Scenario:
        """Return the scenario of a candidate."""
        if row not in self._built:
            self._built[row] = build(self.base, self.lattice.recipe(self.candidates[row]), self.members)
        return self._built[row]

    def finalists(self, standing: Standing) -> list[str]:
        """Return the names of the points that are confirmed, the best by the search first; none before it ended.

        They are no more than there are runs to confirm.
        """
        if not standing.finished:
            return []
        room = self._left(standing) // (self.contest.look * _LOOKS_TO_CONFIRM[0]) - len(self.before)
        return [self.name(row) for row in standing.contenders[: max(1, min(FINALISTS, room))]]

    def wanted_runs(self, values: pd.DataFrame) -> WantedRuns:
        """Return the runs that are wanted; see `SearchPlan.wanted_runs`."""
        standing = self.standing(values)
        first = [scenario.name for scenario in self.before]
        searched = {self.name(row): n for row, n in standing.looks.items()}
        chosen = self.finalists(standing)
        return WantedRuns(
            scenarios=[*self.before, *(self.scenario(row) for row in standing.looks)],
            replications=self.contest.most,
            chosen=frozenset(chosen),
            also_apart=frozenset(first) if chosen else frozenset(),
            searched={**dict.fromkeys(first, self.contest.look), **searched},
            apart=self._apart(standing, len(chosen) + len(first)),
        )

    def _apart(self, standing: Standing, scenarios: int) -> int:
        """Return how many replications confirm each: as many as there are runs left for, within limits."""
        look = self.contest.look
        fewest, most = (look * looks for looks in _LOOKS_TO_CONFIRM)
        return max(fewest, min(most, self._left(standing) // scenarios // look * look))

    def _left(self, standing: Standing) -> int:
        """Return how many runs there are left to confirm what was found."""
        return self.runs - sum(standing.looks.values()) - self.contest.look * len(self.before)


def least_simulated(
    lattice: Lattice,
    builder: ScenarioBuilder,
    before: Sequence[Recipe],
    measure: str,
    higher: bool,
    runs: int,
    certainty: float,
    costs: Floats,
    allowed: NDArray[np.bool_] | None = None,
) -> LeastSimulated:
    """Return the search for the best point of a lattice; report what is wrong with its runs.

    Parameters
    ----------
    lattice : Lattice
        The points, known to fit the city.
    builder : ScenarioBuilder
        Knows the city and the members of its ensemble, and takes reports.
    before : sequence of Recipe
        The baseline, and the scenarios that are named by hand.
    measure : str
        What is to be the best, such as ``cost_total``.
    higher : bool
        Whether more of it is better.
    runs : int
        How many runs may be made in all.
    certainty : float
        From 0 to 1.
    costs : numpy.ndarray of float
        As `Lattice.provided_costs` has them.
    allowed : numpy.ndarray of bool, optional
        Of the lattice's shape: which points may be tried; all if left out.
    """
    candidates = tuple(point for point in lattice.points() if allowed is None or allowed[point])
    least = fewest_runs(candidates, lattice.shape, builder.members, len(before))
    if candidates and runs < least:
        message = f"{runs} runs are too few: a first look and its confirmation take {least} here"
        builder.problems.report(("design", "runs"), message)
    built = tuple(builder.all_built(before))
    cities = builder.base, builder.members
    return LeastSimulated(built, lattice, *cities, measure, higher, runs, certainty, candidates, costs)


def fewest_runs(candidates: Sequence[Point], shape: tuple[int, ...], members: Sequence[CityConfig], before: int) -> int:
    """Return how many runs it takes to look at the first points and to confirm the best."""
    contest = _contest(candidates, shape, 0, 0.95, members, before)
    return contest.look * (contest.at_first + before + _LOOKS_TO_CONFIRM[0] * (1 + before))


def _contest(
    candidates: Sequence[Point],
    shape: tuple[int, ...],
    runs: int,
    certainty: float,
    members: Sequence[CityConfig],
    before: int,
) -> Contest:
    """Return the contest that has what is left of the runs after those of `before`, and of the confirmation."""
    points = np.array(candidates, dtype=int).reshape(-1, len(shape))
    cities = max(1, len(members))
    look = Contest(points, shape, 0, certainty, cities).look
    kept = max(int(_TO_CONFIRM * runs), look * _LOOKS_TO_CONFIRM[0] * (1 + before))
    return Contest(points, shape, max(0, runs - look * before - kept), certainty, cities)
