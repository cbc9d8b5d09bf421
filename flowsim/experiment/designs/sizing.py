"""How much is enough? The least that meets the goals with certainty, found by a search."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from flowsim.config.errors import Keys
from flowsim.config.types import Unit
from flowsim.experiment.axes import StepAxis, axes_fit
from flowsim.experiment.design_contract import Design, DesignRuns
from flowsim.experiment.design_registry import register
from flowsim.experiment.factors import Factors, factor_recipes
from flowsim.experiment.goals import Goal
from flowsim.experiment.lattice import Lattice
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import unknown
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_plans import ScenarioPlan
from flowsim.experiment.search.enough_found import EnoughFound, answer_in_short, sizing_table
from flowsim.experiment.search.enough_plan import EnoughPlan
from flowsim.experiment.search.goal_looks import LOOKS
from flowsim.experiment.search.lattice_checks import check_names, is_priced, is_small
from flowsim.experiment.search.surrogate import Floats

SIZES = "sizing"
POINTS_AT_MOST = 5_000


@register
class Sizing(Design):
    """The least that meets the goals with certainty, found by a search."""

    table_names: ClassVar[tuple[str, ...]] = (SIZES,)

    kind: Literal["sizing"]
    """Kind of the design."""
    axes: list[StepAxis] = Field(default_factory=list)
    """Settings, each with its steps from the least to the most; more must be further up."""
    of: Factors | None = None
    """What it can put in place or leave out: names of interventions, or factors of your own."""
    goals: Annotated[list[str], Field(min_length=1)] | None = None
    """The goals that are to be met, by measure: names among `targets`. All of them if left out."""
    certainty: Annotated[float, Field(ge=0.5, lt=1.0), Unit("share")] = 0.95
    """How certain a verdict (enough, not enough) is to be, over all looks at a point."""
    objective: Literal["least_provided_cost", "least_units"] = "least_provided_cost"
    """What is to be least: what is provided, at its price, or the number of steps up on all axes together."""
    runs: Annotated[int, Field(ge=1, le=1_000_000), Unit("runs")] = 600
    """How many runs may be made in all."""

    @model_validator(mode="after")
    def _sizes_something(self) -> Sizing:
        if not self.axes and not self.of:
            raise ValueError("nothing to size: it needs axes (capacities), of (interventions), or both")
        return self

    def count(self) -> int:
        """Return how many scenarios there can be: the search tries a part of the points, each several times."""
        points: int = math.prod(axis.size for axis in self.axes) * 2 ** len(self.of or [])
        return 1 + min(points, self.runs // LOOKS[0])

    def measures_named(self) -> list[tuple[Keys, str]]:
        """Return none: the measures of its goals are those of `targets`."""
        return []

    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> ScenarioPlan | EnoughPlan:
        """Return the search over the points."""
        factors = factor_recipes(self.of or [], builder)
        fits = is_small(self.axes, self.of, POINTS_AT_MOST, builder) and axes_fit(self.axes, builder)
        check_names(self.axes, self.of, before, builder)
        goals = self._goals(builder)
        confirm = self._confirm(builder)
        sound = len(builder.all_built(factors)) == len(factors)
        lattice = Lattice(tuple(self.axes), tuple(factors))
        if not (fits and sound and goals and confirm):
            return builder.fixed_plan(before)
        costs = self._objective(lattice, builder)
        if costs is None:
            return builder.fixed_plan(before)
        plan = EnoughPlan(
            tuple(builder.all_built(before)), lattice, builder.base, costs, goals, self.certainty, self.runs, confirm
        )
        if self.runs < plan.fewest_runs:
            message = f"{self.runs} runs are too few: a first look at the ends of the axes, and {confirm} to confirm "
            message += f"the answer, take {plan.fewest_runs} here"
            builder.problems.report(("design", "runs"), message)
        return plan

    def _goals(self, builder: ScenarioBuilder) -> Mapping[str, Goal]:
        """Return the goals that are to be met; report it if there is none, or one is no target."""
        if not builder.goals:
            builder.problems.report(
                ("design",), "a sizing needs a goal: name under `targets` what is to be reached, by measure"
            )
            return {}
        for i, name in enumerate(self.goals or []):
            if name not in builder.goals:
                builder.problems.report(("design", "goals", i), unknown("goal", name, list(builder.goals)))
        return {name: builder.goals[name] for name in self.goals or builder.goals if name in builder.goals}

    def _confirm(self, builder: ScenarioBuilder) -> int:
        """Return how many replications confirm the answer; report it if that is no number, or with an ensemble."""
        if builder.members:
            builder.problems.report(
                ("ensemble",),
                "a sizing is of one city: leave out the ensemble, and then run the answer as a scenario over its "
                "members",
            )
        if isinstance(builder.replications, Precision):
            builder.problems.report(
                ("replications",),
                "a sizing decides itself how often it tries each point: give a number, of replications that confirm "
                "the answer",
            )
            return 0
        if builder.replications < 2:
            builder.problems.report(("replications",), "a sizing confirms its answer with 2 replications or more")
        return builder.replications

    def _objective(self, lattice: Lattice, builder: ScenarioBuilder) -> Floats | None:
        """Return what is to be least, of each point; None, and a report, if something has no price."""
        if self.objective == "least_units":
            return np.array([sum(point) for point in lattice.points()], dtype=float).reshape(lattice.shape)
        costs = lattice.provided_costs(builder.base)
        return costs if is_priced(lattice, costs, builder, "be least (set objective to least_units?)") else None

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``sizing``; see `flowsim.experiment.search.enough_found.sizing_table`."""
        if not isinstance(runs.plan, EnoughPlan):
            return {}
        return {SIZES: sizing_table(EnoughFound.of(runs.plan, runs))}

    def answer(self, runs: DesignRuns) -> Mapping[str, Any] | None:
        """Return the least that is enough, its range, and how sure that is."""
        if not isinstance(runs.plan, EnoughPlan):
            return None
        return {"objective": self.objective, **answer_in_short(EnoughFound.of(runs.plan, runs))}
