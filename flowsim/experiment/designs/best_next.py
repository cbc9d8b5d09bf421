"""In which order? Greedy forward selection: step by step, the factor is added that helps most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.experiment.analysis.paired import cube, estimate, moments, paired_difference
from flowsim.experiment.design_contract import Design, DesignRuns
from flowsim.experiment.design_registry import register
from flowsim.experiment.factors import Factors, factor_names, factor_recipes
from flowsim.experiment.problems import Problems
from flowsim.experiment.recipes import Recipe, build, combined, name_of
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.wanted_runs import is_known
from flowsim.measures.catalogue import direction, limits

STEPS = "steps"


@dataclass(frozen=True)
class GreedySearch:
    """A greedy forward selection of factors.

    Attributes
    ----------
    factors : tuple of str
        Their names, in the order in which they apply.
    measure : str
        What is to be improved.
    higher : bool
        Whether more of it is better.
    steps : int
        How many factors to add.
    """

    factors: tuple[str, ...]
    measure: str
    higher: bool
    steps: int

    def path(self, values: pd.DataFrame, replications: int) -> tuple[str, ...]:
        """Return the factors in the order in which they are added, as far as that can be decided.

        A step adds the factor with the best mean, over the replications in which the measure is defined for all that
        could be added; of equals, the one that is named first. It does so even if nothing helps any more. A factor for
        which the measure is never defined is passed over.

        Parameters
        ----------
        values : pandas.DataFrame
            The replications so far: ``scenario``, ``replication``, ``measure``, ``value``. A replication that failed is
            known too if it has a row, with NaN.
        replications : int
            How many of each scenario decide.
        """
        return self._steps(values, replications)[0]

    def candidates(self, values: pd.DataFrame, replications: int) -> list[tuple[str, ...]]:
        """Return the sets of factors of all steps that can be decided, and those that the next step compares."""
        return self._steps(values, replications)[1]

    def _steps(self, values: pd.DataFrame, replications: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        taken: tuple[str, ...] = ()
        candidates: list[tuple[str, ...]] = []
        while len(taken) < self.steps:
            added = [factor for factor in self.factors if factor not in taken]
            candidates += [(*taken, factor) for factor in added]
            names = [name_of((*taken, factor)) for factor in added]
            if not is_known(values, names, replications):
                break
            means = self._means(values, names)
            if means.empty:
                break
            best = means.idxmax() if self.higher else means.idxmin()
            taken += (added[names.index(best)],)
        return taken, candidates

    def _means(self, values: pd.DataFrame, names: list[str]) -> pd.Series:
        """Return the mean of each scenario over the replications that all of them have."""
        rows = values[(values["measure"] == self.measure) & values["scenario"].isin(names)]
        table = rows.pivot(index="replication", columns="scenario", values="value").reindex(columns=names)
        return table.dropna(axis="columns", how="all").dropna().mean().dropna()


@dataclass(frozen=True)
class StepwisePlan:
    """The plan of a design whose later scenarios depend on what the earlier ones gave.

    Attributes
    ----------
    before : tuple of Scenario
        The baseline, and those that are named by hand.
    search : GreedySearch
        Which factors to combine next.
    build : callable
        From some of the factors to their scenario, which does not depend on their order.
    """

    before: tuple[Scenario, ...]
    search: GreedySearch
    build: Callable[[tuple[str, ...]], Scenario]

    @property
    def most(self) -> int:
        """How many scenarios there are when all steps are made."""
        return len(self.before) + _combinations(len(self.search.factors), self.search.steps)

    @property
    def most_apart(self) -> int:
        """How many have replications apart: the baseline, and one for each step."""
        return 1 + self.search.steps

    def wanted(self, values: pd.DataFrame, replications: int) -> list[Scenario]:
        """Return the scenarios of all steps that can be decided, and those that the next one needs."""
        return [*self.before, *(self.build(chosen) for chosen in self.search.candidates(values, replications))]

    def chosen(self, values: pd.DataFrame, replications: int) -> list[str]:
        """Return the scenario of each step."""
        path = self.search.path(values, replications)
        return [name_of(path[:step]) for step in range(1, len(path) + 1)]


@register
class BestNext(Design):
    """Step by step, the factor is added that helps most."""

    table_names: ClassVar[tuple[str, ...]] = (STEPS,)

    kind: Literal["best_next"]
    """Kind of the design."""
    of: Factors
    """The factors: names of interventions, or factors of your own."""
    measure: str
    """The measure that is to improve."""
    better: Literal["lower", "higher"] | None = None
    """Which way is better; by default as people see the measure."""
    steps: Annotated[int, Field(ge=1)] | None = None
    """How many factors to add; all of them if left out."""

    @property
    def search(self) -> GreedySearch:
        """The selection that it asks for."""
        names = factor_names(self.of)
        higher = self._direction == 1
        return GreedySearch(tuple(names), self.measure, higher, min(self.steps or len(names), len(names)))

    def count(self) -> int:
        """Return how many scenarios there are when all steps are made."""
        return _combinations(len(self.of), min(self.steps or len(self.of), len(self.of)))

    def measures_named(self) -> list[tuple[Keys, str]]:
        """Return the measure that is to improve."""
        return [(("design", "measure"), self.measure)]

    @property
    def _direction(self) -> int:
        """1 if the search looks for more of the measure, -1 if for less, 0 if that is not known."""
        if self.better:
            return 1 if self.better == "higher" else -1
        try:
            return direction(self.measure)
        except KeyError:  # reported where the names of measures are checked
            return -1

    def check(self, problems: Problems) -> None:
        """Report a measure of which neither more nor less is better by itself, if `better` is left out."""
        if self._direction == 0:
            message = f"{self.measure} is neither better nor worse when it rises: set better to lower or higher"
            problems.report(("design",), message)

    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> StepwisePlan:
        """Return the plan that adds one factor after the other."""
        factors = factor_recipes(self.of, builder)
        names = [factor.name for factor in factors]
        builder.check_names(before)
        for recipe in before:
            parts = recipe.name.split("+")
            if set(parts) <= set(names) and parts == sorted(set(parts)):
                builder.problems.report(
                    recipe.keys, f"a step of the design is also called {recipe.name}; choose another name"
                )
        builder.check_baseline([*(recipe.name for recipe in before), *names])
        # Which sets of factors it will try is not known, but a factor that fits neither alone nor with all others is.
        builder.all_built([*factors, combined(factors, names)])
        together = partial(_together, builder.base, builder.members, tuple(factors))
        return StepwisePlan(tuple(builder.all_built(before)), self.search, together)

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``steps``, from the replications that did not choose them; see `selection_steps`."""
        path = self.search.path(runs.known, runs.replications)
        values = runs.held_out if path else runs.values
        return {STEPS: selection_steps(values, runs.scenarios, path, self.measure, self.search.higher)}


def selection_steps(
    replications: pd.DataFrame, scenarios: Sequence[Scenario], path: Sequence[str], measure: str, higher: bool
) -> pd.DataFrame:
    """Return what each step of a path brings.

    A step was chosen because it looked best of all that could come next, so that its gain would be overstated by the
    replications that chose it.

    Parameters
    ----------
    replications : pandas.DataFrame
        Others than those: ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    scenarios : sequence of Scenario
        Those that have `levels` are the design; the path begins with the baseline.
    path : sequence of str
        The factors, in the order in which they are added.
    measure : str
        What is to be improved.
    higher : bool
        Whether more of it is better.

    Returns
    -------
    pandas.DataFrame
        ``step`` (0 is the baseline), ``scenario``, ``added`` (the factor; empty for the baseline), ``title`` (of the
        scenario), ``measure``, ``mean``, ``ci_low``, ``ci_high``, ``gain`` over the step before (positive is better;
        NaN for the baseline), ``gain_ci_low``, ``gain_ci_high``: 95% intervals by Student's t, of gains
        paired, within what is possible.
    """
    by_factors = {frozenset(factor for factor, on in s.levels.items() if on): s for s in scenarios if s.levels}
    baseline = next(scenario for scenario in scenarios if scenario.name == BASELINE)
    here = [baseline, *(by_factors[frozenset(path[:step])] for step in range(1, len(path) + 1))]

    values = cube(replications[replications["measure"] == measure]).of([scenario.name for scenario in here])[:, 0]
    bounds = [float(end[0]) for end in limits([measure])]
    level = estimate(values, moments(np.abs(values))[0]).within(*bounds)
    before = np.concatenate([np.full_like(values[:1], np.nan), values[:-1]])
    rise = paired_difference(values, before, *bounds)
    gain = (rise.mean, rise.low, rise.high) if higher else (-rise.mean, -rise.high, -rise.low)
    return pd.DataFrame(
        {
            "step": range(len(here)),
            "scenario": [scenario.name for scenario in here],
            "added": ["", *path],
            "title": [scenario.title for scenario in here],
            "measure": measure,
            "mean": level.mean,
            "ci_low": level.low,
            "ci_high": level.high,
            "gain": gain[0],
            "gain_ci_low": gain[1],
            "gain_ci_high": gain[2],
        }
    )


def _together(
    base: CityConfig, members: Sequence[CityConfig], factors: Sequence[Recipe], chosen: tuple[str, ...]
) -> Scenario:
    """Return the scenario of some factors together."""
    return build(base, combined(factors, chosen), members)


def _combinations(factors: int, steps: int) -> int:
    """Return how many sets of factors are tried in a number of steps."""
    return sum(factors - step for step in range(steps))
