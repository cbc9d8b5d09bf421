"""Whether what an experiment names exists: its measures and their seasons, and limits that make sense."""

from __future__ import annotations

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.config.seasons import seasons_named, seasons_outside
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems
from flowsim.run.load_city import unknown_measures


def check_measures(spec: ExperimentFile, base: CityConfig, problems: Problems) -> None:
    """Report measures that the city does not have or that are named twice."""
    named = [*_named(spec), *((("changes",), name) for name in base.outcomes.also_counted)]
    problems.keep(*unknown_measures(base, named, problems.where))
    for i, name in enumerate(spec.measures):
        if name in spec.measures[:i]:
            problems.report(("measures", i), f"{name} is named twice")


def check_seasons(spec: ExperimentFile, base: CityConfig, problems: Problems) -> bool:
    """Return whether the seasons of which measures are named lie within the days that count; report where they do not.

    Where its dates stand in the experiment, a season is reported there, and else where its first measure is named.
    """
    outside = False
    for season in sorted(seasons_named(measures_named(spec))):
        for fault in seasons_outside(base.run.seasons, [season], *base.run.counted_days):
            named = next(keys for keys, name in _named(spec) if season in seasons_named([name]))
            problems.report(("seasons", season) if season in spec.seasons else named, fault.partition(": ")[2])
            outside = True
    return not outside


def measures_named(spec: ExperimentFile) -> list[str]:
    """Return the measures that an experiment names, whether or not the city has them."""
    return [name for _, name in _named(spec)]


def _named(spec: ExperimentFile) -> list[tuple[Keys, str]]:
    """Return the measures that an experiment names, each with its place in the file."""
    named: list[tuple[Keys, str]] = [(("measures", i), name) for i, name in enumerate(spec.measures)]
    named += [(("targets", name), name) for name in spec.goals]
    if isinstance(spec.replications, Precision):
        named.append((("replications", "measure"), spec.replications.measure))
    return named + (spec.design.measures_named() if spec.design is not None else [])


def check_precision(spec: ExperimentFile, problems: Problems) -> None:
    """Report a precision whose replications end before they begin."""
    wanted = spec.replications
    if isinstance(wanted, Precision) and wanted.at_most < wanted.at_least:
        message = f"at_most ({wanted.at_most}) must not be below at_least ({wanted.at_least})"
        problems.report(("replications",), message)


def design_is_too_large(spec: ExperimentFile, problems: Problems) -> bool:
    """Return whether a design has more scenarios than it allows; report it, before any of them is built."""
    design = spec.design
    if design is None or design.count() <= design.scenarios_at_most:
        return False
    problems.report(
        ("design",),
        f"this makes {design.count():,} scenarios; no more than {design.scenarios_at_most:,} are allowed unless "
        "scenarios_at_most is higher",
    )
    return True
