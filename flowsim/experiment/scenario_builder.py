"""Building the scenarios of an experiment, and reporting those that do not fit the city."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flowsim.config.changes import with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Keys
from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.experiment.goals import Goal
from flowsim.experiment.library import Library
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems, in_short, located, unknown
from flowsim.experiment.recipes import Recipe, build
from flowsim.experiment.scenario import BASELINE, Scenario
from flowsim.experiment.scenario_plans import FixedPlan
from flowsim.experiment.scenario_schema import Ingredients, InterventionUse
from flowsim.run.city_results import window


class ScenarioBuilder:
    """Builds the scenarios of an experiment and reports those that are not sound.

    Parameters
    ----------
    library : Library
        The interventions that can be named.
    base : CityConfig
        The city, with the changes that hold for every scenario.
    members : sequence of CityConfig
        The members of its ensemble, with the same changes; none without one.
    baseline : str
        The scenario with which the others are to be compared.
    goals : mapping of str to Goal
        What is to be reached, by measure.
    replications : int or Precision
        How many the file, or else the city, asks for.
    problems : Problems
        Where to report what is wrong.
    measures : sequence of str
        Headline measures, the first one first.
    """

    def __init__(
        self,
        library: Library,
        base: CityConfig,
        members: Sequence[CityConfig],
        baseline: str,
        goals: Mapping[str, Goal],
        replications: int | Precision,
        problems: Problems,
        measures: Sequence[str] = (),
    ) -> None:
        self.library, self.base, self.members, self.problems = library, base, tuple(members), problems
        self.baseline, self.goals = baseline, goals
        self.replications, self.measures = replications, tuple(measures)

    def recipe(self, part: Ingredients, keys: Keys) -> Recipe:
        """Return the recipe of a scenario or a factor that is written out at some place of the file."""
        if not part.interventions and not part.changes:
            self.problems.report(keys, f"{part.name} changes nothing: it needs interventions or changes")
        places: dict[str, DeployedIntervention] = {}
        names = []
        for i, use in enumerate(part.interventions):
            here = (*keys, "interventions", i)
            use = InterventionUse(name=use) if isinstance(use, str) else use
            if use.name in names:
                self.problems.report(here, f"{use.name} is named twice")
            names.append(use.name)
            place = self.library.place(use, here)
            if place:
                places[use.name] = place
        title = part.title or part.name.replace("_", " ").capitalize()
        return Recipe(part.name, title, places, located(part.changes, keys), keys=keys)

    def fixed_plan(self, recipes: Sequence[Recipe]) -> FixedPlan:
        """Return the plan of an experiment whose scenarios are all known beforehand."""
        self.check_baseline(self.check_names(recipes))
        return FixedPlan(tuple(self.all_built(recipes)))

    def check_names(self, recipes: Iterable[Recipe]) -> list[str]:
        """Return the names of scenarios; report those that are taken."""
        names: list[str] = []
        for recipe in recipes:
            if recipe.name in names:
                taken = "the city as it is" if recipe.name == BASELINE else "another scenario"
                self.problems.report(recipe.keys, f"{taken} is already called {recipe.name}; choose another name")
            names.append(recipe.name)
        return names

    def check_baseline(self, names: Sequence[str]) -> None:
        """Report a baseline that is none of the scenarios that are run in any case."""
        if self.baseline not in names:
            self.problems.report(("baseline",), unknown("scenario", self.baseline, names))

    def all_built(self, recipes: Iterable[Recipe]) -> list[Scenario]:
        """Return the scenarios that are sound; report the others, until there are more problems than are shown."""
        scenarios = []
        for recipe in recipes:
            if self.problems.many:
                break
            scenario = built(self.base, recipe, self.members, self.problems)
            if scenario and self._counts_the_same_days(scenario, recipe):
                scenarios.append(scenario)
        return scenarios

    def _counts_the_same_days(self, scenario: Scenario, recipe: Recipe) -> bool:
        """Return whether a scenario counts the days that the others count; report it if it does not."""
        ours, theirs = (window(config) for config in (scenario.config, self.base))
        if ours == theirs:
            return True
        said = [f"{days['days']} days from {days['from']}" for days in (ours, theirs)]
        keys = next((c.keys for c in reversed(recipe.changes) if c.change["path"].split(".")[0] == "run"), recipe.keys)
        self.problems.report(
            keys,
            f"{recipe.name} counts {said[0]} and the other scenarios {said[1]}, so they cannot be compared; make the "
            "change to run in the experiment's own changes, where it holds for every scenario",
        )
        return False

    def fits(self, recipe: Recipe) -> bool:
        """Return whether a recipe makes a sound scenario of the base; report why not."""
        return built(self.base, recipe, (), self.problems) is not None


def built(base: CityConfig, recipe: Recipe, members: Sequence[CityConfig], problems: Problems) -> Scenario | None:
    """Return a scenario; report why, and return None, if it is not sound, now or at the full effect of everything."""
    try:
        scenario = build(base, recipe, members)
    except ConfigError as error:
        problems.blame(error, recipe.changes, recipe.keys)
        return None
    places = scenario.config.interventions.values()
    if len(recipe.interventions) + len(recipe.changes) > 1:  # each by itself is known to fit
        try:
            with_changes(scenario.config, [c.plain for place in places for c in place.intervention.changes])
        except ConfigError as error:
            for problem in error.problems:
                problems.report(recipe.keys, f"{recipe.name}, with everything at full effect: {in_short(problem)}")
            return None
    return scenario
