"""What would change the answer? Settings that nobody knows are varied together, and every scenario is run in each city.

A sampled city is run as the baseline and with each scenario that is named by hand, all on the same patients, so that
what a scenario saves in it is known without the chance that both share. Cities of one block (a trajectory of Morris's
method, a draw of Sobol's) have the same patients too, and the next block has others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Keys
from flowsim.config.types import Unit
from flowsim.experiment.analysis.global_sensitivity import MORRIS, SOBOL, block_size, sample
from flowsim.experiment.analysis.sensitivity_tables import Sampled, answer_in_short, samples_table, sensitivity_table
from flowsim.experiment.design_contract import Design, DesignRuns
from flowsim.experiment.design_registry import register
from flowsim.experiment.problems import Problems, in_short
from flowsim.experiment.range_sources import (
    UncertainSetting,
    ranges_in_file,
    ranges_of_ensemble,
    ranges_of_provenance,
)
from flowsim.experiment.recipes import Recipe, build
from flowsim.experiment.sampled_ranges import SampledRange, sampled_changes
from flowsim.experiment.scenario import Scenario
from flowsim.experiment.scenario_builder import ScenarioBuilder
from flowsim.experiment.scenario_plans import FixedPlan
from flowsim.measures.catalogue import direction

SENSITIVITY, SAMPLES = "sensitivity", "sensitivity_samples"
RANGES, ASSUMPTIONS, ENSEMBLE = "ranges", "assumptions", "ensemble"
_OF: Keys = ("design", "of")


@dataclass(frozen=True)
class SensitivityPlan(FixedPlan):
    """The scenarios of the city itself, and those of each sampled city.

    Attributes
    ----------
    sampled : Sampled
        What is varied, and the points at which it is.
    """

    sampled: Sampled


@register
class Sensitivity(Design):
    """Settings that nobody knows are varied together, and every scenario is run in each city."""

    table_names: ClassVar[tuple[str, ...]] = (SENSITIVITY, SAMPLES)

    kind: Literal["sensitivity"]
    """Kind of the design."""
    method: Literal["morris", "sobol"] = "morris"
    """`morris` screens many settings in few runs; `sobol` says how much of the variance each of a few explains."""
    of: Annotated[list[UncertainSetting], Field(min_length=1)] | Literal["ranges", "assumptions", "ensemble"] = "ranges"
    """What is varied: a list of settings; or all of which provenance gives a range (`ranges`), also all assumptions
    (`assumptions`, by 20% where no range is known), or all in which the members of the ensemble differ (`ensemble`)."""
    under: list[str] = Field(default_factory=list)
    """With `ranges` and `assumptions`: only settings whose paths begin with one of these."""
    trajectories: Annotated[int, Field(ge=2, le=10_000), Unit("trajectories")] = 10
    """Of `morris`: how many; each takes a city more than there are settings."""
    samples: Annotated[int, Field(ge=2, le=65_536), Unit("draws")] = 64
    """Of `sobol`: how many, a power of 2; each takes two cities more than there are settings."""
    measure: str | None = None
    """What is to move; by default the first headline measure."""
    seed: Annotated[int, Field(ge=0, lt=2**31)] | None = None
    """Seed of the points; by default that of the patients."""

    @property
    def blocks(self) -> int:
        """How many trajectories or draws there are."""
        return self.trajectories if self.method == MORRIS else self.samples

    def count(self) -> int:
        """Return how many cities are sampled, as far as the file says it."""
        return self.blocks * block_size(self.method, len(self.of)) if isinstance(self.of, list) else 0

    def measures_named(self) -> list[tuple[Keys, str]]:
        """Return the measure that is to move."""
        return [(("design", "measure"), self.measure)] if self.measure else []

    def check(self, problems: Problems) -> None:
        """Report draws that are no power of 2, settings that are named twice, and a filter of a list."""
        if self.method == SOBOL and self.samples & (self.samples - 1):
            near = 1 << (self.samples.bit_length() - 1)
            problems.report(("design", "samples"), f"must be a power of 2, such as {near} or {2 * near}", self.samples)
        if isinstance(self.of, str):
            if self.under and self.of == ENSEMBLE:
                problems.report(("design", "under"), "goes with ranges and assumptions, not with ensemble")
            return
        if self.under:
            problems.report(("design", "under"), "goes with ranges and assumptions, not with a list of settings")
        known: dict[str, int] = {}
        for number, setting in enumerate(self.of):
            for path in {setting.level, *setting.paths}:
                if known.setdefault(path, number) != number:
                    problems.report((*_OF, number), f"{path} is varied twice")

    def plan(self, before: Sequence[Recipe], builder: ScenarioBuilder) -> FixedPlan:
        """Return the plan that has the scenarios of the city itself, and of each sampled city."""
        itself = builder.fixed_plan(before)
        measure = self.measure or builder.measures[0]
        if len(before) > 1 and _direction(measure) == 0:
            message = f"{measure} is neither better nor worse when it rises, so no scenario is best in it"
            builder.problems.report(("design", "measure" if self.measure else "kind"), message)
        ranges = self._ranges(builder)
        if not ranges or not self._fits(ranges, before, builder) or len(builder.problems):
            return itself
        seed = builder.base.run.seed % 2**31 if self.seed is None else self.seed
        points = sample(self.method, len(ranges), self.blocks, seed)
        names = tuple(recipe.name for recipe in before)
        sampled = Sampled(self.method, measure, tuple(ranges), points, names, seed)
        return SensitivityPlan((*itself.scenarios, *self._scenarios(sampled, before, builder)), sampled)

    def tables(self, runs: DesignRuns) -> Mapping[str, pd.DataFrame]:
        """Return ``sensitivity`` and ``sensitivity_samples``; see `sensitivity_table` and `samples_table`."""
        assert isinstance(runs.plan, SensitivityPlan)
        return {
            SENSITIVITY: sensitivity_table(runs.plan.sampled, runs.known, runs.values),
            SAMPLES: samples_table(runs.plan.sampled, runs.known),
        }

    def answer(self, runs: DesignRuns) -> Mapping[str, Any] | None:
        """Return what is recommended, and in how many cities it stays best; see `answer_in_short`."""
        assert isinstance(runs.plan, SensitivityPlan)
        members = len(runs.scenarios[0].members)
        return answer_in_short(runs.plan.sampled, runs.known, runs.values, members)

    def _ranges(self, builder: ScenarioBuilder) -> list[SampledRange]:
        """Return what is varied; report it if that is nothing."""
        if isinstance(self.of, list):
            return ranges_in_file(self.of, builder.base, _OF)
        if self.of == ENSEMBLE:
            found = ranges_of_ensemble(builder.base, builder.members, _OF)
            why = "there is no ensemble whose members differ in a number; name one with ensemble"
        else:
            found = ranges_of_provenance(builder.base, self.under, self.of == RANGES, _OF)
            where = f" under {', '.join(self.under)}" if self.under else ""
            what = "gives a range" if self.of == RANGES else "is an assumption that is a number"
            why = f"no provenance file next to the city {what}{where}; give a list of settings with their ranges"
            if self.of == RANGES:
                why += ", or assumptions"
        if not found:
            builder.problems.report(_OF, why)
        return found

    def _fits(self, ranges: list[SampledRange], before: Sequence[Recipe], builder: ScenarioBuilder) -> bool:
        """Return whether each range fits the city at both ends, and all are few enough; report why not.

        An assumption that cannot be moved alone by as much, such as one of shares that sum to 1, is left out.
        """
        found = len(builder.problems)
        for its in [] if _all_fit(ranges, builder.base) else list(ranges):
            for share in (0.0, 1.0):
                changes = sampled_changes(builder.base, [its], [its.value(share)])
                try:
                    changes.made(builder.base)
                except ConfigError as error:
                    if self.of == ASSUMPTIONS:
                        ranges.remove(its)
                        break
                    builder.problems.blame(error, changes.all, its.keys)
        cities = self.blocks * block_size(self.method, len(ranges))
        runs = cities * len(before)
        if runs > self.scenarios_at_most:
            each = "trajectories" if self.method == MORRIS else "samples"
            builder.problems.report(
                ("design",),
                f"{len(ranges)} settings make {cities:,} cities, and {runs:,} runs of {len(before)} scenarios each; no "
                f"more than {self.scenarios_at_most:,} are allowed unless scenarios_at_most is higher: vary fewer "
                f"settings, or set {each} lower than {self.blocks}",
            )
        return len(builder.problems) == found

    def _scenarios(self, sampled: Sampled, before: Sequence[Recipe], builder: ScenarioBuilder) -> list[Scenario]:
        """Return the scenarios of the sampled cities; report those that are not sound."""
        found = []
        for number, point in enumerate(sampled.points):
            if builder.problems.many:
                break
            values = sampled.values(point)
            changes = sampled_changes(builder.base, sampled.ranges, values)
            said = ", ".join(f"{its.name} {value:g}" for its, value in zip(sampled.ranges, values, strict=True))
            try:
                city = changes.made_quickly(builder.base)
                made = [build(city, recipe) for recipe in before]
            except ConfigError as error:
                for problem in error.problems:
                    builder.problems.report(("design",), f"with {said}: {in_short(problem)}")
                continue
            levels = dict(zip(sampled.names, values, strict=True))
            found += [
                replace(
                    scenario,
                    name=sampled.scenario(number, scenario.name),
                    levels=levels,
                    replication=number // sampled.size,
                )
                for scenario in made
            ]
        return found


def _all_fit(ranges: Sequence[SampledRange], base: CityConfig) -> bool:
    """Return whether the city is sound with all settings at their low ends, and with all at their high ends."""
    for share in (0.0, 1.0):
        try:
            sampled_changes(base, ranges, [its.value(share) for its in ranges]).made(base)
        except ConfigError:
            return False
    return True


def _direction(measure: str) -> int:
    try:
        return direction(measure)
    except KeyError:  # reported where the names of measures are checked
        return -1
