"""What is the economic optimum? The least total cost with delayed days priced, found by a search."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field, model_validator

from flowsim.config.types import Unit
from flowsim.experiment.axes import StepAxis, axes_fit
from flowsim.experiment.design_contract import Design, DesignRuns
from flowsim.experiment.design_registry import register
from flowsim.experiment.factors import Factors, factor_recipes
from flowsim.experiment.lattice import Lattice
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario import BASELINE
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_plans import ScenarioPlan
from flowsim.experiment.search.best_points import against_baseline, best_points, in_short, known, points_table
from flowsim.experiment.search.lattice_checks import check_names, is_priced, is_small
from flowsim.experiment.search.least_simulated import LeastSimulated, least_simulated

OPTIMUM = "least_total_cost"
TOTAL, DELAY, DELAYED = "cost_total", "cost_acute_delay", "dtoc_patients_mean"
POINTS_AT_MOST = 100_000
_LOOK = 4


@register
class LeastTotalCost(Design):
    """The point at which what must be paid and what delayed days cost are least together."""

    table_names: ClassVar[tuple[str, ...]] = (OPTIMUM,)

    kind: Literal["least_total_cost"]
    """Kind of the design."""
    axes: list[StepAxis] = Field(default_factory=list)
    """Settings, each with its steps."""
    of: Factors | None = None
    """What it can put in place or leave out: names of interventions, or factors of your own."""
    runs: Annotated[int, Field(ge=1, le=1_000_000), Unit("runs")] = 400
    """How many runs may be made in all."""
    certainty: Annotated[float, Field(ge=0.5, lt=1.0), Unit("share")] = 0.95
    """With which certainty the best point of those that were tried is to be among those that are named."""

    @model_validator(mode="after")
    def _sizes_something(self) -> LeastTotalCost:
        if not self.axes and not self.of:
            raise ValueError("nothing to size: it needs axes (capacities), of (interventions), or both")
        return self

    def count(self) -> int:
        """Return how many scenarios there can be: the search tries a part of the points, each several times."""
        points: int = math.prod(axis.size for axis in self.axes) * 2 ** len(self.of or [])
        return 1 + min(points, self.runs // _LOOK)

    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> ScenarioPlan | LeastSimulated:
        """Return the search over the points."""
        factors = factor_recipes(self.of or [], builder)
        fits = is_small(self.axes, self.of, POINTS_AT_MOST, builder) and axes_fit(self.axes, builder)
        check_names(self.axes, self.of, before, builder)
        sound = len(builder.all_built(factors)) == len(factors)
        lattice = Lattice(tuple(self.axes), tuple(factors))
        if not (fits and sound):
            return builder.fixed_plan(before)
        costs = lattice.provided_costs(builder.base)
        if not is_priced(lattice, costs, builder, "be held against that of delay"):
            return builder.fixed_plan(before)
        return least_simulated(lattice, builder, before, TOTAL, False, self.runs, self.certainty, costs)

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``least_total_cost``: the points that were tried, see `points_table`, with total cost in its parts.

        ``cost_of_delay`` is what delayed days in acute beds cost, ``cost_without_delay`` the rest of ``value``, and
        ``delayed_left`` the share of the baseline's delayed people that is left.
        """
        if not isinstance(runs.plan, LeastSimulated):
            return {}
        table = points_table(best_points(runs.plan, runs), runs)
        means = runs.values.groupby(["scenario", "measure"])["value"].mean()
        delay = [float(means.get((name, DELAY), math.nan)) for name in table["scenario"]]
        people = [float(means.get((name, DELAYED), math.nan)) for name in table["scenario"]]
        before = float(means.get((BASELINE, DELAYED), math.nan)) or math.nan
        table = table.assign(cost_of_delay=delay, delayed_left=[now / before for now in people])
        return {OPTIMUM: table.assign(cost_without_delay=table["value"] - table["cost_of_delay"])}

    def answer(self, runs: DesignRuns) -> Mapping[str, Any] | None:
        """Return the economic optimum, what it costs in its parts, and what cannot be told from it."""
        if not isinstance(runs.plan, LeastSimulated):
            return None
        found = best_points(runs.plan, runs)
        table = self.tables(runs)[OPTIMUM]
        answer = in_short(found, table)
        names = runs.plan.lattice.names[: len(self.axes)]
        close = table[table["verdict"] != "worse"]
        parts = ("value", "cost_without_delay", "cost_of_delay", "delayed_left")
        difference = dict(zip(("value", "ci_low", "ci_high"), against_baseline(found, runs, TOTAL), strict=True))
        return {
            **answer,
            "optimum": known(**{part: float(table[part][0]) for part in parts}) if answer["best"] else None,
            "difference": known(**difference),
            "ranges": {name: [close[name].min().item(), close[name].max().item()] for name in names if len(close)},
            "runs": len(runs.known[["scenario", "replication"]].drop_duplicates()),
        }
