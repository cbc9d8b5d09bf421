"""An ensemble over structures: other causes that might explain the same figures, each fitted again and then judged.

Two cities that fit equally well can disagree about what helps: one whose people wait because each service takes long to
begin (a lag), and one whose people wait because there is too little of it (a queue). So each structure holds some
settings at another value and fits others again. One that then fits is a member of the ensemble. One that cannot is an
answer as well: what is published rules it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.evaluations import Evaluations
from flowsim.calibration.search import Search, calibrate, misses, slopes, values_of
from flowsim.calibration.structure_checks import free_parameters, held_settings
from flowsim.calibration.structure_schema import FitRule, Structure
from flowsim.calibration.target_figures import ALL
from flowsim.config.changes import changed, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Problem
from flowsim.config.periods import financial_year_of
from flowsim.config.pools import pools_of

AS_IT_IS, AS_IT_IS_TITLE = "as_it_is", "The city as it is"
_JUDGED = 2  # with the patients by which a fit is judged, and with endless services
ENDLESS = 12.0  # times the capacity that there is: nobody waits for it
TRIALS = 14  # of each structure


Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FitFound:
    """How a structure fits, with patients that were not used in its fit.

    Attributes
    ----------
    loss : float
        Squared standard deviations by which the targets are missed.
    years : mapping of str to (float, float)
        By financial year: published and simulated delayed people on an average day.
    correlations : mapping of str to float
        By series of months: with the published ones.
    floor : mapping of str to float
        By financial year: delayed people on an average day if every service in the community were endless.
    """

    loss: float
    years: Mapping[str, tuple[float, float]]
    correlations: Mapping[str, float]
    floor: Mapping[str, float]


@dataclass(frozen=True)
class StructureFound:
    """A structure, fitted and judged.

    Attributes
    ----------
    name, title : str
        As the targets file has them.
    settings : mapping of str to object
        All that differs from the city, by dotted path.
    fit : FitFound
        How it fits.
    at_a_bound : tuple of str
        The parameters that ended at one of their bounds.
    why_not : str
        Why it is no member of the ensemble; empty if it is.
    """

    name: str
    title: str
    settings: Mapping[str, Any]
    fit: FitFound
    at_a_bound: tuple[str, ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class StructuresFound:
    """All structures of a targets file, the city as it is first.

    Attributes
    ----------
    calibration : Calibration
        The city, what is free, and the targets.
    every : tuple of StructureFound
        In the order of the file.
    tried : int
        How many different cities were tried.
    """

    calibration: Calibration
    every: tuple[StructureFound, ...]
    tried: int

    @property
    def members(self) -> list[StructureFound]:
        """Those that fit."""
        return [its for its in self.every if not its.why_not]


def usual_structures_budget(calibration: Calibration) -> int:
    """Return how many cities the structures of a file try at most by default."""
    return _first(calibration) + len(calibration.structures) * (TRIALS + _JUDGED)


def fit_structures(calibration: Calibration, evaluations: Evaluations) -> StructuresFound:
    """Fit each structure of a targets file, and judge it.

    Parameters
    ----------
    calibration : Calibration
        A city that is calibrated already, the structures, what may be fitted again, and the targets.
    evaluations : Evaluations
        Simulates the cities that are tried; its budget is shared evenly among the structures.

    Raises
    ------
    ConfigError
        If the budget is too small, or a city that is tried has no value for a target.
    """
    first = _first(calibration)
    least = first + len(calibration.structures) * (_JUDGED + 2)
    if evaluations.budget < least:
        message = f"must be {least} or more: each parameter is tried to both sides, and each structure with two steps"
        raise ConfigError([Problem(None, None, "budget", evaluations.budget, message)])
    each = (evaluations.budget - first) // len(calibration.structures)
    evaluations.budget = first
    as_it_is = StructureFound(AS_IT_IS, AS_IT_IS_TITLE, {}, _judged(calibration, calibration.city, evaluations))
    known = slopes(calibration.start, calibration, Search(calibration, evaluations).values, calibration.steps[0])
    found = [as_it_is]
    for structure in calibration.structures:
        evaluations.budget = evaluations.tried + each
        found.append(_fitted(calibration, structure, known, evaluations, as_it_is.fit.loss))
    return StructuresFound(calibration, tuple(found), evaluations.tried)


def _first(calibration: Calibration) -> int:
    """Return how many cities are tried before the first structure: the city as it is, and the derivatives."""
    return _JUDGED + 2 * len(calibration.parameters)


def _fitted(
    calibration: Calibration, structure: Structure, known: Floats, evaluations: Evaluations, loss_as_it_is: float
) -> StructureFound:
    held = held_settings(calibration.city, structure)
    free = tuple(free_parameters(calibration.parameters, structure))
    known = known[:, [calibration.parameters.index(parameter) for parameter in free]]
    its = replace(calibration, city=changed(calibration.city, held), parameters=free)
    evaluations.budget -= 1  # for the city in which nobody waits for room
    best = calibrate(its, evaluations, known)
    evaluations.budget += 1
    fit = _judged(its, its.city_at(best.point), evaluations)
    why_not = _why_not(fit, calibration.kept_if, loss_as_it_is)
    bounds = tuple(p.name for p, at in zip(free, best.at_a_bound, strict=True) if at)
    return StructureFound(structure.name, structure.title, held | its.settings(best.point), fit, bounds, why_not)


def _judged(calibration: Calibration, city: CityConfig, evaluations: Evaluations) -> FitFound:
    """Return how a city fits with the patients by which a fit is judged, and what is left if nobody waits for room."""
    (name,) = calibration.cities
    services = [pool.path for pool in pools_of(city) if pool.path.startswith("services.") and pool.awaited_at_start]
    endless = with_changes(city, [{"path": path, "scale": ENDLESS} for path in services])
    judged, floor = (
        values_of(calibration, evaluations, [{name: its}])[0].mean(axis=0)
        for its in (calibration.judged(city), endless)
    )
    missed = misses(calibration, judged)
    figures, published = calibration.targets, calibration.target_values
    years = [
        i
        for i, figure in enumerate(figures)
        if figure.counted == (ALL,) and financial_year_of(figure.months[0]) == figure.period
    ]
    series: dict[str, list[int]] = {}
    for i, figure in enumerate(figures):
        if figure.months == (figure.period,):
            series.setdefault(figure.series, []).append(i)
    return FitFound(
        float(missed @ missed),
        {figures[i].period: (float(published[i]), float(judged[i])) for i in years},
        {name: float(np.corrcoef(published[of], judged[of])[0, 1]) for name, of in series.items()},
        {figures[i].period: float(floor[i]) for i in years},
    )


def _why_not(fit: FitFound, rule: FitRule, loss_as_it_is: float) -> str:
    """Say why a structure does not fit; nothing if it does."""
    found = []
    if fit.loss > rule.loss_at_most * loss_as_it_is:
        found.append(
            f"it misses the figures {fit.loss / loss_as_it_is:.1f} times as far as the city as it is (squared)"
        )
    for year, (published, simulated) in fit.years.items():
        if abs(simulated - published) > rule.years_within * published:
            found.append(f"{simulated:.0f} people are delayed in {year}, and {published:.0f} were published")
    for name, least in rule.correlation_at_least.items():
        if fit.correlations[name] < least:
            found.append(f"the months of “{name}” correlate with the published ones by {fit.correlations[name]:.2f}")
    return "; ".join(found)
