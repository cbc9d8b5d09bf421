"""From an experiment file to an experiment: checked against the city, with its scenarios built."""

from __future__ import annotations

from pathlib import Path

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Locate
from flowsim.experiment.ensemble_members import members_used
from flowsim.experiment.experiment import Experiment
from flowsim.experiment.experiment_checks import (
    check_measures,
    check_precision,
    check_seasons,
    design_is_too_large,
    measures_named,
)
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.goal_checks import check_goals, goal_notices
from flowsim.experiment.library import Library
from flowsim.experiment.problems import Problems, located
from flowsim.experiment.recipes import Recipe
from flowsim.experiment.scenario import BASELINE
from flowsim.experiment.scenario_builder import ScenarioBuilder, built
from flowsim.experiment.scenario_plans import ScenarioPlan
from flowsim.experiment.wanted_runs import SearchPlan
from flowsim.measures.catalogue import DAYS_OVER, can_count, measure_names
from flowsim.measures.delay_limits import PATIENTS, delay_limits, limit_of, limits_named
from flowsim.run.load_city import load_config


def resolve(
    spec: ExperimentFile, path: Path | None, folder: Path, where: Locate, city: CityConfig | None = None
) -> Experiment:
    """Return the experiment that a file describes.

    Parameters
    ----------
    spec : ExperimentFile
        The contents of the file.
    path : Path or None
        The file.
    folder : Path
        What its base is relative to.
    where : callable
        From the path of a setting to its file and line.
    city : CityConfig, optional
        Instead of the file that its base names.

    Raises
    ------
    ConfigError
        With as many problems as can be found.
    """
    problems = Problems(where)
    base_path = folder / spec.base
    if city is None and not base_path.is_file():
        problems.report(("base",), f"there is no file {base_path}", spec.base)
        problems.end()
    try:
        city = load_config(base_path) if city is None else city
        return _experiment(spec, city, path, folder, base_path, problems)
    except ConfigError as error:
        # What is wrong with another file (an intervention, say) ends the search, but not what was found before.
        problems.keep(*error.problems)
        raise problems.error from None


def _experiment(
    spec: ExperimentFile, city: CityConfig, path: Path | None, folder: Path, base_path: Path, problems: Problems
) -> Experiment:
    file = city.file
    if spec.seed is not None:
        city = changed(city, {"run.seed": spec.seed})
    city = _with_limits(spec, city)
    base = _with_general_changes(spec, city, problems) or city  # if they are wrong, the rest is held against the city
    base = _with_named(spec, _with_seasons(spec, base), problems).read_from(file)
    ensemble = members_used(spec, folder, city, base.run.replications, problems)
    cities = ensemble.members if ensemble else []
    members = [_with_general_changes(spec, changed(city, own.settings), problems) for own in cities]
    members = [member and _with_named(spec, _with_seasons(spec, member), problems) for member in members]
    check_measures(spec, base, problems)
    check_goals(spec, problems)
    check_precision(spec, problems)
    if spec.design is not None:
        spec.design.check(problems)
    sound = [member for member in members if member]
    library = Library(base_path, base, spec.interventions, problems)
    replications = spec.replications or base.run.replications
    builder = ScenarioBuilder(library, base, sound, spec.baseline, spec.goals, replications, problems, spec.measures)
    plan = _plan(spec, builder)
    problems.end()
    return Experiment(
        name=spec.name,
        question=spec.question,
        path=path,
        base=base,
        baseline=spec.baseline,
        measures=tuple(spec.measures),
        goals=spec.goals,
        replications=replications,
        plan=plan,
        design=spec.design,
        ensemble=ensemble,
        notices=(*library.notices(), *goal_notices(spec, base)),
    )


def _with_limits(spec: ExperimentFile, city: CityConfig) -> CityConfig:
    """Return a city that measures the share of days with more delayed people than the goals and measures name."""
    found = limits_named(measures_named(spec), DAYS_OVER)
    goal = spec.goals.get(PATIENTS)
    limit = None if goal is None or goal.at_most is None else limit_of(goal.at_most)
    found = (found if limit is None else found | {limit}) - set(delay_limits(city, DAYS_OVER))
    if not found:
        return city
    return changed(city, {"outcomes.delayed_over": sorted({*city.outcomes.delayed_over, *found})})


def _with_seasons(spec: ExperimentFile, city: CityConfig) -> CityConfig:
    """Return a city with the seasons of the experiment, which come before its own of the same name."""
    seasons = {name: its.model_dump(mode="json") for name, its in (city.run.seasons | spec.seasons).items()}
    return changed(city, {"run.seasons": seasons}) if spec.seasons else city


def _with_named(spec: ExperimentFile, city: CityConfig, problems: Problems) -> CityConfig:
    """Return a city that counts the percentiles and the measures of seasons that the experiment names."""
    if not check_seasons(spec, city, problems):
        return city
    there = {*measure_names(city), *city.outcomes.also_counted}
    more = [name for name in dict.fromkeys(measures_named(spec)) if name not in there and can_count(city, name)]
    return changed(city, {"outcomes.also_counted": [*city.outcomes.also_counted, *more]}) if more else city


def _with_general_changes(spec: ExperimentFile, city: CityConfig, problems: Problems) -> CityConfig | None:
    """Return a city with the changes that hold for every scenario; report why, and return None, if they do not fit."""
    scenario = built(city, Recipe(BASELINE, changes=located(spec.changes)), (), problems)
    return scenario.config if scenario else None


def _plan(spec: ExperimentFile, builder: ScenarioBuilder) -> ScenarioPlan | SearchPlan:
    recipes = [Recipe(BASELINE, "Baseline")]
    recipes += [builder.recipe(part, ("scenarios", i)) for i, part in enumerate(spec.scenarios)]
    if spec.design is None or design_is_too_large(spec, builder.problems):
        return builder.fixed_plan(recipes)
    return spec.design.plan(recipes, builder)
