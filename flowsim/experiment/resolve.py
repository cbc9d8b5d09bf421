"""Holding what an experiment file says against the city and its interventions, and building the scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from flowsim.config.changes import changed, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Keys, Locate
from flowsim.config.intervention_schema import InPlace
from flowsim.config.provenance import leaves
from flowsim.experiment.designs.best_next import Stepwise
from flowsim.experiment.designs.recipes import (
    Listed,
    Recipe,
    build,
    build_together,
    combined,
    count,
    factorial,
    grid,
    latin_hypercube,
    one_at_a_time,
)
from flowsim.experiment.ensemble_file import load_ensemble
from flowsim.experiment.experiment_schema import (
    BestNext,
    ExperimentFile,
    Factor,
    Factorial,
    Grid,
    Ingredients,
    LatinHypercube,
    OneAtATime,
    PrecisionWanted,
    Use,
)
from flowsim.experiment.library import Library
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems, Said, in_short, said, unknown
from flowsim.experiment.scenario import BASELINE, Design, Experiment, Goal, Scenario
from flowsim.measures.catalogue import direction, measure_names
from flowsim.run.load_city import load_config, unknown_measures


def resolve(spec: ExperimentFile, path: Path | None, folder: Path, where: Locate) -> Experiment:
    """Return the experiment that a file describes.

    Parameters
    ----------
    spec : ExperimentFile
        What it says.
    path : Path or None
        The file.
    folder : Path
        What its base is relative to.
    where : callable
        From the path of a setting to its file and line.

    Raises
    ------
    ConfigError
        With as many problems as can be found.
    """
    problems = Problems(where)
    base_path = folder / spec.base
    if not base_path.is_file():
        problems.report(("base",), f"there is no file {base_path}", spec.base)
        problems.end()
    try:
        return _Resolver(spec, base_path, folder, problems).experiment(path)
    except ConfigError as error:
        # What is wrong with another file (an intervention, say) ends the search, but not what was found before.
        problems.keep(*error.problems)
        raise problems.error from None


class _Resolver:
    def __init__(self, spec: ExperimentFile, base_path: Path, folder: Path, problems: Problems) -> None:
        self.spec, self.base_path, self.folder, self.problems = spec, base_path, folder, problems
        city = load_config(base_path)
        if spec.seed is not None:
            city = changed(city, {"run.seed": spec.seed})
        # If its changes are wrong, the rest is held against the city as it is.
        general = Recipe(BASELINE, changes=said(spec.changes))
        scenario = self._built(general, city)
        self.base = scenario.config if scenario else city
        self.settings = self._settings_of_members(city)
        members = (self._built(general, changed(city, settings)) for settings in self.settings)
        self.members = tuple(member.config for member in members if member)

    @cached_property
    def library(self) -> Library:
        # Read when it is first needed: an experiment without interventions needs none.
        return Library(self.base_path, self.base, self.problems)

    def experiment(self, path: Path | None) -> Experiment:
        spec = self.spec
        self._check_measures()
        recipes = [Recipe(BASELINE, "Baseline")]
        recipes += [self._recipe(part, ("scenarios", i)) for i, part in enumerate(spec.scenarios)]
        design = self._design(recipes)
        self.problems.end()
        wanted = spec.replications
        if isinstance(wanted, PrecisionWanted):
            wanted = Precision(wanted.measure, wanted.half_width, wanted.at_least, wanted.at_most)
        return Experiment(
            name=spec.name,
            question=spec.question,
            path=path,
            base=self.base,
            baseline=spec.baseline,
            measures=tuple(spec.measures),
            targets={name: Goal(goal.at_most, goal.at_least, goal.source) for name, goal in spec.targets.items()},
            replications=wanted or self.base.run.replications,
            design=design,
            design_kind=spec.design.kind if spec.design else "",
            members=self.settings,
        )

    def _settings_of_members(self, city: CityConfig) -> tuple[Mapping[str, Any], ...]:
        """Return what is different in each member of the ensemble that is used."""
        spec = self.spec
        if spec.ensemble is None:
            if spec.members is not None:
                self.problems.report(("members",), "there are members only with an ensemble", spec.members)
            return ()
        path = self.folder / spec.ensemble
        if not path.is_file():
            self.problems.report(("ensemble",), f"there is no file {path}", spec.ensemble)
            return ()
        known = load_ensemble(path, city)
        if isinstance(spec.replications, PrecisionWanted):
            message = "with an ensemble, say how many replications: each member needs as many as the others"
            self.problems.report(("replications",), message)
            return ()
        runs = spec.replications or self.base.run.replications
        usual = max((m for m in range(2, min(len(known), runs // 2) + 1) if runs % m == 0), default=0)
        wanted = spec.members or usual
        if wanted == 0 or runs % wanted:
            message = f"must be a multiple of {wanted or 2}, so that each member has as many replications as the others"
            self.problems.report(("replications",), message, runs)
        if wanted > len(known):
            self.problems.report(("members",), f"the ensemble has no more than {len(known)}", wanted)
        return tuple(known[:wanted])

    def _check_measures(self) -> None:
        spec, design = self.spec, self.spec.design
        named: list[tuple[Keys, str]] = [(("measures", i), name) for i, name in enumerate(spec.measures)]
        named += [(("targets", name), name) for name in spec.targets]
        if isinstance(spec.replications, PrecisionWanted):
            wanted = spec.replications
            named.append((("replications", "measure"), wanted.measure))
            if wanted.at_most < wanted.at_least:
                message = f"at_most ({wanted.at_most}) must not be below at_least ({wanted.at_least})"
                self.problems.report(("replications",), message)
        if isinstance(design, BestNext):
            named.append((("design", "measure"), design.measure))
            if design.better is None and self._direction(design.measure) == 0:
                message = f"{design.measure} may go either way: say which is better, lower or higher"
                self.problems.report(("design",), message)
        self.problems.keep(*unknown_measures(self.base, named, self.problems.where))
        for i, name in enumerate(spec.measures):
            if name in spec.measures[:i]:
                self.problems.report(("measures", i), f"{name} is named twice")

    def _direction(self, measure: str) -> int | None:
        """Return which way is better; None if there is no measure of this name, which is a problem of its own."""
        return direction(measure) if measure in measure_names(self.base) else None

    def _design(self, recipes: list[Recipe]) -> Design:
        """Return the design with the baseline and the scenarios named by hand in front."""
        design = self.spec.design
        if design is not None and count(design) > design.scenarios_at_most:
            self.problems.report(
                ("design",),
                f"these are {count(design):,} scenarios, and no more than {design.scenarios_at_most:,} are allowed "
                "unless scenarios_at_most says so",
            )
            design = None
        factors = self._factors(design.of) if isinstance(design, OneAtATime | Factorial | BestNext) else []
        if isinstance(design, OneAtATime):
            recipes = [*recipes, *one_at_a_time(factors, design)]
        elif isinstance(design, Factorial):
            recipes = [*recipes, *factorial(factors)]
        elif isinstance(design, Grid | LatinHypercube):
            recipes = [*recipes, *self._points(design)]
        names = self._check_names(recipes)
        if not isinstance(design, BestNext):
            self._check_baseline(names)
            return Listed(tuple(self._all_built(recipes)))
        return self._stepwise(design, recipes, factors)

    def _stepwise(self, design: BestNext, recipes: list[Recipe], factors: list[Recipe]) -> Stepwise:
        names = tuple(factor.name for factor in factors)
        for recipe in recipes:
            parts = recipe.name.split("+")
            if set(parts) <= set(names) and parts == sorted(set(parts)):
                self.problems.report(recipe.keys, f"a step of the design is called {recipe.name} too")
        self._check_baseline([*(recipe.name for recipe in recipes), *names])
        # Which sets of factors it will meet is not known, but a factor that fits neither alone nor with all others is.
        self._all_built([*factors, combined(factors, names)])
        return Stepwise(
            first=tuple(self._all_built(recipes)),
            factors=names,
            build=partial(build_together, self.base, self.members, tuple(factors)),
            measure=design.measure,
            higher=design.better == "higher" if design.better else self._direction(design.measure) == 1,
            steps=min(design.steps or len(names), len(names)),
        )

    def _check_baseline(self, names: Sequence[str]) -> None:
        if self.spec.baseline not in names:
            self.problems.report(("baseline",), unknown("scenario", self.spec.baseline, names))

    def _check_names(self, recipes: Iterable[Recipe]) -> list[str]:
        names: list[str] = []
        for recipe in recipes:
            if recipe.name in names:
                taken = "the base as it is" if recipe.name == BASELINE else "another scenario"
                self.problems.report(recipe.keys, f"{taken} is called {recipe.name} already; choose another name")
            names.append(recipe.name)
        return names

    def _factors(self, of: Sequence[str | Factor]) -> list[Recipe]:
        factors: dict[str, Recipe] = {}
        for i, part in enumerate(of):
            keys = ("design", "of", i)
            if isinstance(part, str):
                place = self.library.place(Use(name=part), keys)
                recipe = Recipe(part, self.library.title(part), {part: place} if place else {}, keys=keys)
            else:
                recipe = self._recipe(part, keys)
            if recipe.name in factors:
                self.problems.report(keys, f"the factor {recipe.name} is named twice")
            factors.setdefault(recipe.name, recipe)
        return list(factors.values())

    def _recipe(self, part: Ingredients, keys: Keys) -> Recipe:
        """Return the recipe of a scenario or a factor that is written out."""
        if not part.interventions and not part.changes:
            self.problems.report(keys, f"{part.name} changes nothing: it needs interventions or changes")
        places: dict[str, InPlace] = {}
        names = []
        for i, use in enumerate(part.interventions):
            here = (*keys, "interventions", i)
            use = Use(name=use) if isinstance(use, str) else use
            if use.name in names:
                self.problems.report(here, f"{use.name} is named twice")
            names.append(use.name)
            place = self.library.place(use, here)
            if place:
                places[use.name] = place
        title = part.title or part.name.replace("_", " ").capitalize()
        return Recipe(part.name, title, places, said(part.changes, keys), keys=keys)

    def _points(self, design: Grid | LatinHypercube) -> Iterable[Recipe]:
        """Return the points of a design; none if one of its axes is wrong by itself."""
        before = len(self.problems)
        for i, axis in enumerate(design.axes):
            keys = ("design", "axes", i)
            if axis.short in (other.short for other in design.axes[:i]):
                self.problems.report(keys, f"two axes are called {axis.short}; give one of them a name")
            for recipe in grid([axis]):
                changes = tuple(Said(point.change, keys) for point in recipe.changes)
                self._built(Recipe(recipe.name, changes=changes, keys=keys), self.base)
        if len(self.problems) > before:
            return []
        if isinstance(design, Grid):
            return grid(design.axes)
        settings = leaves(self.base.model_dump(mode="json", by_alias=True, round_trip=True))
        whole = {path for path, value in settings.items() if type(value) is int}
        return latin_hypercube(design.axes, design.samples, design.seed, whole)

    def _all_built(self, recipes: Iterable[Recipe]) -> list[Scenario]:
        scenarios = []
        for recipe in recipes:
            if self.problems.many:
                break
            scenario = self._built(recipe, self.base, self.members)
            if scenario:
                scenarios.append(scenario)
        return scenarios

    def _built(self, recipe: Recipe, base: CityConfig, members: Sequence[CityConfig] = ()) -> Scenario | None:
        """Return a scenario; report why, and return None, if it is not sound, now or at the full effect of all."""
        try:
            scenario = build(base, recipe, members)
        except ConfigError as error:
            self.problems.blame(error, recipe.changes, recipe.keys)
            return None
        places = scenario.config.interventions.values()
        if len(recipe.interventions) + len(recipe.changes) > 1:  # each by itself is known to fit
            try:
                with_changes(scenario.config, [c.plain for place in places for c in place.intervention.changes])
            except ConfigError as error:
                for problem in error.problems:
                    self.problems.report(
                        recipe.keys, f"{recipe.name}, with everything at full effect: {in_short(problem)}"
                    )
                return None
        return scenario
