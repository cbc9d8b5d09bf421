"""What is the best mix for a sum of money? A search over what it can buy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from flowsim.config.errors import Keys
from flowsim.config.types import Positive, Unit
from flowsim.experiment.axes import StepAxis, axes_fit
from flowsim.experiment.design_contract import Design, DesignRuns
from flowsim.experiment.design_registry import register
from flowsim.experiment.factors import Factors, factor_recipes
from flowsim.experiment.lattice import Lattice
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_plans import ScenarioPlan
from flowsim.experiment.search.best_points import against_baseline, best_points, in_short, known, points_table
from flowsim.experiment.search.lattice_checks import check_names, is_priced, is_small
from flowsim.experiment.search.least_simulated import LeastSimulated, least_simulated
from flowsim.experiment.search.surrogate import Floats
from flowsim.measures.catalogue import direction

MIXES = "budget"
POINTS_AT_MOST = 100_000
_PENNY = 0.005
_PAID = "cost_paid"


@register
class Budget(Design):
    """The mix that does most for a sum, found by a search.

    What counts against the sum is what a mix provides, used or not, more than the city does, in the year that is
    simulated: what interventions cost once counts in full.
    """

    table_names: ClassVar[tuple[str, ...]] = (MIXES,)

    kind: Literal["budget"]
    """Kind of the design."""
    budget_gbp: Annotated[Positive, Unit("GBP a year")]
    """The sum that may be spent in the year that is simulated."""
    axes: list[StepAxis] = Field(default_factory=list)
    """Capacities that it can buy, each with its steps."""
    of: Factors | None = None
    """What it can put in place or leave out: names of interventions, or factors of your own."""
    measure: str | None = None
    """The measure that is to improve; by default the first headline measure."""
    better: Literal["lower", "higher"] | None = None
    """Which way is better; by default as people see the measure."""
    runs: Annotated[int, Field(ge=1, le=1_000_000), Unit("runs")] = 600
    """How many runs may be made in all."""
    certainty: Annotated[float, Field(ge=0.5, lt=1.0), Unit("share")] = 0.95
    """With which certainty the best mix of those that were tried is to be among those that are named."""

    @model_validator(mode="after")
    def _buys_something(self) -> Budget:
        if not self.axes and not self.of:
            raise ValueError("a budget buys something: it needs axes (capacities), of (interventions), or both")
        return self

    def count(self) -> int:
        """Return how many scenarios there can be: the search tries a part of the mixes, each several times."""
        return self.runs // 4

    def measures_named(self) -> list[tuple[Keys, str]]:
        """Return the measure that is to improve, if it is named."""
        return [(("design", "measure"), self.measure)] if self.measure else []

    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> ScenarioPlan | LeastSimulated:
        """Return the search over the mixes that the sum can buy."""
        factors = factor_recipes(self.of or [], builder)
        fits = is_small(self.axes, self.of, POINTS_AT_MOST, builder) and axes_fit(self.axes, builder)
        check_names(self.axes, self.of, before, builder)
        measure = self.measure or builder.measures[0]
        higher = self._higher(measure, builder)
        sound = len(builder.all_built(factors)) == len(factors)
        lattice = Lattice(tuple(self.axes), tuple(factors))
        if not (fits and sound):
            return builder.fixed_plan(before)
        costs = lattice.provided_costs(builder.base)
        if not is_priced(lattice, costs, builder, "count against the budget"):
            return builder.fixed_plan(before)
        allowed = costs <= self.budget_gbp + _PENNY
        if not (allowed & (costs > _PENNY)).any():
            self._report_too_little(lattice, costs, builder)
            return builder.fixed_plan(before)
        return least_simulated(lattice, builder, before, measure, higher, self.runs, self.certainty, costs, allowed)

    def _higher(self, measure: str, builder: ScenarioBuilder) -> bool:
        """Return whether more of the measure is better; report it if that is not known."""
        if self.better:
            return self.better == "higher"
        try:
            known = direction(measure)
        except KeyError:  # reported where the names of measures are checked
            return False
        if known == 0:
            message = f"{measure} is neither better nor worse when it rises: set better to lower or higher"
            builder.problems.report(("design",), message)
        return known == 1

    def _report_too_little(self, lattice: Lattice, costs: Floats, builder: ScenarioBuilder) -> None:
        dear = np.where(costs > _PENNY, costs, np.inf)
        cheapest = np.unravel_index(int(np.argmin(dear)), dear.shape)
        point = tuple(int(i) for i in cheapest)
        builder.problems.report(
            ("design", "budget_gbp"),
            f"nothing here costs that little: the cheapest is {lattice.recipe(point).title}, "
            f"for {float(dear[point]):,.0f} GBP in the year",
            self.budget_gbp,
        )

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``budget``: the mixes that were tried; see `flowsim.experiment.search.best_points.points_table`."""
        if not isinstance(runs.plan, LeastSimulated):
            return {}
        return {MIXES: points_table(best_points(runs.plan, runs), runs)}

    def answer(self, runs: DesignRuns) -> Mapping[str, Any] | None:
        """Return the best mix, what it brings and costs, and what does as well."""
        if not isinstance(runs.plan, LeastSimulated):
            return None
        found = best_points(runs.plan, runs)
        answer = in_short(found, points_table(found, runs))
        best = answer["best"]
        return {
            "budget_gbp": self.budget_gbp,
            **answer,
            "difference": _interval(against_baseline(found, runs, runs.plan.measure)),
            "left_over": self.budget_gbp - best["cost"] if best else None,
            "cost_paid_difference": _interval(against_baseline(found, runs, _PAID)),
            "runs": len(runs.known[["scenario", "replication"]].drop_duplicates()),
        }


def _interval(ends: tuple[float, float, float]) -> dict[str, float | None]:
    return known(**dict(zip(("value", "ci_low", "ci_high"), ends, strict=True)))
