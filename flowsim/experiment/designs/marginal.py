"""What is one more worth? Each service, team and calendar a little larger, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, Literal

import pandas as pd

from flowsim.config.errors import ConfigError
from flowsim.experiment.analysis.worth import Try, worth_table
from flowsim.experiment.design_contract import DesignRuns, FixedDesign
from flowsim.experiment.design_registry import register
from flowsim.experiment.one_more import Enlargeable, Step, enlargeable
from flowsim.experiment.problems import LocatedChange, unknown
from flowsim.experiment.recipes import Recipe, build
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_schema import Ingredients, PartOfName
from flowsim.experiment.uncosted import uncosted

MARGINAL = "marginal"
START = "start"
_STEPS_EACH = 5


class Start(Ingredients):
    """What is in place before anything is made larger."""

    name: PartOfName = START
    """What to call it in names of scenarios."""


@register
class Marginal(FixedDesign):
    """Each service, team and calendar with one more, with 10% more, and so on."""

    table_names: ClassVar[tuple[str, ...]] = (MARGINAL,)

    kind: Literal["marginal"]
    """Kind of the design."""
    of: list[str] | None = None
    """Names of pools, or of calendars as `calendars.NAME`; everything that the city has if left out."""
    at: Start | None = None
    """Interventions and changes that are in place before anything is made larger; the base as it is if left out."""
    knee: bool = True
    """Whether to try 10% less, 25% more and 50% more as well, which show where more stops helping."""

    def count(self) -> int:
        """Return how many scenarios there are at most, of those that `of` names; `recipes` counts the city's."""
        return len(self.of or ()) * (_STEPS_EACH if self.knee else 2) + (self.at is not None)

    def recipes(self, builder: ScenarioBuilder) -> Iterable[Recipe]:
        """Return the starting point, if it is not the baseline, and each step from it; report names that are wrong."""
        start = Recipe(BASELINE, "Baseline")
        if self.at is not None:
            start = replace(builder.recipe(self.at, ("design", "at")), title=self.at.title or "The starting point")
        try:
            city = build(builder.base, start).config
        except ConfigError as error:
            builder.problems.blame(error, start.changes, start.keys)
            return []
        found = enlargeable(city, self.knee)
        names = [its.name for its in found]
        for i, name in enumerate(self.of or ()):
            if name not in names:
                builder.problems.report(("design", "of", i), unknown("service, team or calendar", name, names))
            elif name in (self.of or ())[:i]:
                builder.problems.report(("design", "of", i), f"{name} is named twice")
        recipes = [] if self.at is None else [start]
        recipes += [step_recipe(its, step, start) for its in found if self._wants(its) for step in its.steps]
        if len(recipes) > self.scenarios_at_most:
            message = f"this makes {len(recipes):,} scenarios; name fewer services in `of`, or let knee be false"
            builder.problems.report(("design",), message)
        return recipes

    def _wants(self, its: Enlargeable) -> bool:
        return self.of is None or its.name in self.of

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``marginal``: what each step is worth; see `flowsim.experiment.analysis.worth.worth_table`."""
        by_name = {scenario.name: scenario for scenario in runs.scenarios}
        start = by_name[self.at.name if self.at is not None else BASELINE]
        wanted = [its for its in enlargeable(start.config, self.knee) if self._wants(its)]
        return {MARGINAL: worth_table(runs.values, start.name, tries(start, wanted, by_name))}


def step_recipe(its: Enlargeable, step: Step, start: Recipe) -> Recipe:
    """Return what makes the scenario of a step from a starting point."""
    return Recipe(
        name=scenario_name(its, step),
        title=f"{its.label}: {step.in_words}",
        interventions=start.interventions,
        changes=(*start.changes, *(LocatedChange(change, ("design",)) for change in step.changes)),
        levels={its.name: step.step},
        keys=("design",),
    )


def scenario_name(its: Enlargeable, step: Step) -> str:
    """Return the name of the scenario of a step (``homecare+10pc``)."""
    return its.name + step.step.replace("%", "pc").replace(" ", "_")


def tries(start: Scenario, of: Sequence[Enlargeable], scenarios: Mapping[str, Scenario]) -> list[Try]:
    """Return what was tried of each service, and what of it carries no cost."""
    return [
        Try(
            its,
            {step.step: scenario_name(its, step) for step in its.steps},
            uncosted(start.config, scenarios[scenario_name(its, its.steps[0])].config) if its.steps else [],
        )
        for its in of
    ]
