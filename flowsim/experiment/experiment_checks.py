"""Whether what an experiment names exists: its measures, and limits that make sense."""

from __future__ import annotations

from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.experiment.experiment_schema import ExperimentFile
from flowsim.experiment.precision import Precision
from flowsim.experiment.problems import Problems
from flowsim.run.load_city import unknown_measures


def check_measures(spec: ExperimentFile, base: CityConfig, problems: Problems) -> None:
    """Report measures that the city does not have or that are named twice."""
    problems.keep(*unknown_measures(base, _named(spec), problems.where))
    for i, name in enumerate(spec.measures):
        if name in spec.measures[:i]:
            problems.report(("measures", i), f"{name} is named twice")


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
