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
from scipy.optimize import least_squares

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.evaluations import Evaluations
from flowsim.calibration.search import CONVERGED, Search, at_a_bound, misses, slopes, values_of
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
TRIALS = 14  # of each structure with given slopes


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
    return _first(calibration) + len(calibration.structures) * _at_most(calibration)


def fit_structures(calibration: Calibration, evaluations: Evaluations) -> StructuresFound:
    """Fit each structure of a targets file, and judge it.

    Parameters
    ----------
    calibration : Calibration
        A city that is calibrated already, the structures, what may be fitted again, and the targets.
    evaluations : Evaluations
        Simulates the cities that are tried.

    Raises
    ------
    ConfigError
        If the budget is too small, or a city that is tried has no value for a target.
    """
    least = usual_structures_budget(calibration)
    if evaluations.budget < least:
        message = f"must be {least} or more, which is what the structures can take"
        raise ConfigError([Problem(None, None, "budget", evaluations.budget, message)])
    as_it_is = StructureFound(AS_IT_IS, AS_IT_IS_TITLE, {}, _judged(calibration, calibration.city, evaluations))
    search = Search(calibration, evaluations)
    search.residuals(calibration.start)
    known = slopes(calibration.start, calibration, search.values, calibration.steps[0])
    found = [as_it_is]
    for structure in calibration.structures:
        found.append(_fitted(search, structure, known, as_it_is.fit.loss))
    return StructuresFound(calibration, tuple(found), evaluations.tried)


def _first(calibration: Calibration) -> int:
    """Return how many cities are tried before the first structure: the city as it is, and those of the slopes."""
    return _JUDGED + 1 + 2 * len(calibration.parameters)


def _at_most(calibration: Calibration) -> int:
    """Return how many cities a structure can take."""
    return 2 * (TRIALS + len(calibration.parameters) + _JUDGED)


def _fitted(as_it_is: Search, structure: Structure, known: Floats, loss_as_it_is: float) -> StructureFound:
    """Fit a structure from the slopes of the city as it is; if it is then far off, again from slopes of its own.

    Not where more is delayed than was published even if nobody waits for a place: nothing that is free mends that.
    """
    calibration, evaluations, rule = as_it_is.calibration, as_it_is.evaluations, as_it_is.calibration.kept_if
    held = held_settings(calibration.city, structure)
    free = tuple(free_parameters(calibration.parameters, structure))
    known = known[:, [calibration.parameters.index(parameter) for parameter in free]]
    its = replace(calibration, city=changed(calibration.city, held), parameters=free)
    search = Search(its, evaluations, [known])
    _nearer(search, its.start)
    fit = _judged(its, its.city_at(search.best), evaluations)
    if search.least > rule.loss_at_most * as_it_is.least and not _too_much_lag(fit, rule):
        search.slopes.append(slopes(search.best, its, search.values, calibration.steps[0]))
        _nearer(search, search.best)
        fit = _judged(its, its.city_at(search.best), evaluations)
    best = search.best
    reason = why_not(fit, rule, loss_as_it_is)
    bounds = tuple(p.name for p, at in zip(free, at_a_bound(best), strict=True) if at)
    return StructureFound(structure.name, structure.title, held | its.settings(best), fit, bounds, reason)


def _nearer(search: Search, start: Floats) -> None:
    """Bring a search nearer to the targets, with slopes that it learns on the way."""
    least_squares(
        search.residuals,
        np.clip(start, 1e-6, 1 - 1e-6),
        jac=search.learnt_jacobian,
        bounds=(0.0, 1.0),
        xtol=CONVERGED,
        ftol=CONVERGED,
        max_nfev=TRIALS,
    )


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


def _too_much_lag(fit: FitFound, rule: FitRule) -> list[str]:
    """Return the years in which more people would be delayed than were published even if nobody waited for a place."""
    return [year for year, (published, _) in fit.years.items() if fit.floor[year] > (1 + rule.years_within) * published]


def why_not(fit: FitFound, rule: FitRule, loss_as_it_is: float) -> str:
    """Say why a structure does not fit; nothing if it does."""
    found = []
    for year in _too_much_lag(fit, rule)[:1]:
        published = fit.years[year][0]
        found.append(
            f"{fit.floor[year]:.0f} people would be delayed in {year} even if nobody waited for a place, and "
            f"{published:.0f} were published"
        )
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
