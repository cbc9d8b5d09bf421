"""Calibrate uncertain settings to reproduce published figures.

The measures of a city respond smoothly to its settings once every city that is tried has the same patients (common
random numbers), and each target has its own weight. That is a problem of nonlinear least squares, for which a
trust-region Gauss-Newton method needs far fewer trials than a search that sees one number; docs/calibration.md has the
comparison. The bounds are the prior (see `flowsim.calibration.identifiability`), so that a parameter moves no further
than the targets ask for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.evaluations import BudgetSpent, Evaluations
from flowsim.calibration.identifiability import PRIOR_SD, TOLERANCE_SDS, Posterior, posterior
from flowsim.calibration.targets_file import STEP
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import NO_VALUE, ConfigError, Problem

CONVERGED = 1e-2  # a step, or its gain, that is smaller than this: less than the tolerances leave open
AT_A_BOUND = 0.01  # of the width between the bounds
BUDGET_PER_PARAMETER = 16
SHORT = 0.02  # a way between two points that is shorter says more about chance than about slopes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrated:
    """The result of a calibration.

    Attributes
    ----------
    calibration : Calibration
        The problem.
    point : numpy.ndarray of float, shape (parameters,)
        Position of the best fit between the bounds.
    before, after, held_out : numpy.ndarray of float, shape (replications, targets)
        The targets' measures before calibration, after it, and after it with a held-out seed: patients that were not
        used in the calibration.
    jacobian : numpy.ndarray of float, shape (targets, parameters)
        Derivative of each measure by each position, at the best fit.
    posterior : Posterior
        What the targets say about the parameters.
    tried : int
        How many different cities were tried.
    ended : str
        Why the search ended.
    """

    calibration: Calibration
    point: Floats
    before: Floats
    after: Floats
    held_out: Floats
    jacobian: Floats
    posterior: Posterior
    tried: int
    ended: str

    @property
    def at_a_bound(self) -> NDArray[np.bool_]:
        """Whether each parameter is at one of its bounds."""
        return at_a_bound(self.point)


def at_a_bound(point: Floats) -> NDArray[np.bool_]:
    """Return whether each position is at one of the bounds."""
    found: NDArray[np.bool_] = (point < AT_A_BOUND) | (point > 1 - AT_A_BOUND)
    return found


def usual_budget(calibration: Calibration) -> int:
    """Return how many cities a calibration tries at most by default."""
    each = BUDGET_PER_PARAMETER * (1 + len(calibration.steps)) // 2
    return each * (len(calibration.parameters) + 1) * len(calibration.cities)


def calibrate(calibration: Calibration, evaluations: Evaluations) -> Calibrated:
    """Find the free settings with which the city fits its targets best.

    Parameters
    ----------
    calibration : Calibration
        The problem.
    evaluations : Evaluations
        Simulates the cities that are tried; its budget ends the search.

    Raises
    ------
    ConfigError
        If a city that is tried is not valid or has no value for a target, or if the budget is too small for one
        Jacobian.
    """
    search = Search(calibration, evaluations)
    cities = len(calibration.cities)
    least = (2 * len(calibration.parameters) + 3) * cities
    if evaluations.budget < least:
        message = f"must be {least} or more, which is what trying each parameter to both sides takes"
        raise ConfigError([Problem(None, None, "budget", evaluations.budget, message)])
    start = calibration.start
    # The last that may be tried are the best ones with the held-out seed.
    evaluations.budget -= cities
    try:
        for step in calibration.steps:
            fit = least_squares(
                search.residuals,
                np.clip(search.best if search.best.size else start, 1e-6, 1 - 1e-6),
                jac=partial(search.jacobian, step=step),
                bounds=(0.0, 1.0),
                xtol=CONVERGED,
                ftol=CONVERGED,
            )
        ended = "no step brings it closer to the targets" if fit.success else str(fit.message)
    except BudgetSpent:
        ended = "the budget was spent"
    finally:
        evaluations.budget += cities
    point = search.best
    jacobian = search.slopes[-1]
    before, after = search.values([start, point])
    (held_out,) = judged_values(calibration, evaluations, [point])
    fitted = calibration.fitted
    known = posterior(jacobian[fitted], calibration.fitted_tolerances, np.ascontiguousarray(after[:, fitted]))
    return Calibrated(calibration, point, before, after, held_out, jacobian, known, evaluations.tried, ended)


def misses(calibration: Calibration, means: Floats) -> Floats:
    """Return how far each target that is fitted is missed by some means, in standard deviations; shape (fitted,)."""
    missed = means[calibration.fitted] - calibration.target_values[calibration.fitted]
    return missed / (calibration.fitted_tolerances / TOLERANCE_SDS)


def simulated_values(calibration: Calibration, evaluations: Evaluations, points: Sequence[Floats]) -> Floats:
    """Return what the targets are at some points, shape (points, replications, targets); NaN is undefined."""
    cities = [{name: calibration.city_at(point, name) for name in calibration.cities} for point in points]
    return values_of(calibration, evaluations, cities)


def judged_values(calibration: Calibration, evaluations: Evaluations, points: Sequence[Floats]) -> Floats:
    """Return the same with the patients by which a fit is judged."""
    cities = [
        {name: calibration.judged(calibration.city_at(point, name)) for name in calibration.cities} for point in points
    ]
    return values_of(calibration, evaluations, cities)


def values_of(calibration: Calibration, evaluations: Evaluations, tries: Sequence[Mapping[str, CityConfig]]) -> Floats:
    """Return what the targets are in some cities.

    Parameters
    ----------
    calibration : Calibration
        The problem.
    evaluations : Evaluations
        Simulates the cities.
    tries : sequence of mappings of str to CityConfig
        All cities that have targets, by name.

    Returns
    -------
    numpy.ndarray of float, shape (tries, replications, targets)
        Values; NaN is undefined.
    """
    asked = [(city, calibration.wanted(name)) for cities in tries for name, city in cities.items()]
    tried = iter(evaluations.runs(asked))
    found = []
    for cities in tries:
        runs = {name: next(tried) for name in cities}
        replications = range(len(next(iter(runs.values()))))
        found.append([[target.read(runs[target.city][r]) for target in calibration.targets] for r in replications])
    return np.array(found)


def slopes(
    point: Floats,
    calibration: Calibration,
    values: Callable[[list[Floats]], Floats],
    step: float = STEP,
) -> Floats:
    """Return the derivative of each measure by each position, by central differences.

    Parameters
    ----------
    point : numpy.ndarray of float, shape (parameters,)
        Where; a difference does not reach beyond the bounds.
    calibration : Calibration
        The problem.
    values : callable
        From points to measures, shape (points, replications, targets).
    step : float
        To each side; longer where a setting in whole numbers would not change by it.

    Returns
    -------
    numpy.ndarray of float, shape (targets, parameters)
        Derivatives of the means over replications.
    """
    sides = [_sides(point, i, calibration, step) for i in range(point.size)]
    means = values([side for pair in sides for side in pair]).mean(axis=1)
    columns = [
        (means[2 * i + 1] - means[2 * i]) / (calibration.on_grid(right)[i] - calibration.on_grid(left)[i])
        for i, (left, right) in enumerate(sides)
    ]
    return np.column_stack(columns)


def learnt(slopes: Floats, tried: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return derivatives that agree with what was tried, and are as near as can be to those from before.

    Parameters
    ----------
    slopes : numpy.ndarray of float, shape (targets, parameters)
        From before.
    tried : sequence of (point, means)
        In the order in which they were tried; each pair of neighbours says how the measures change on the way between
        them (C. Broyden, Mathematics of Computation 19, 1965).
    """
    for (point, means), (other, theirs) in itertools.pairwise(tried):
        way = other - point
        if (length := float(way @ way)) > SHORT**2:
            slopes = slopes + np.outer(theirs - means - slopes @ way, way) / length
    return slopes


def _sides(point: Floats, i: int, calibration: Calibration, step: float) -> tuple[Floats, Floats]:
    parameter = calibration.parameters[i]
    while True:
        left, right = point.copy(), point.copy()
        left[i], right[i] = max(0.0, point[i] - step), min(1.0, point[i] + step)
        if parameter.at(left[i]) != parameter.at(right[i]) or step >= 1:
            return left, right
        step *= 2


@dataclass
class Search:
    """Turns points into residuals, and remembers the best.

    Attributes
    ----------
    calibration : Calibration
        The problem.
    evaluations : Evaluations
        Simulates the cities that are tried.
    slopes : list of numpy.ndarray
        The derivatives at each point where the search took them; see `slopes`.
    best : numpy.ndarray
        The point with the smallest residuals so far.
    least : float
        Their squares.
    """

    calibration: Calibration
    evaluations: Evaluations
    slopes: list[Floats] = field(default_factory=list)
    best: Floats = field(default_factory=lambda: np.empty(0))
    least: float = np.inf
    _since: list[tuple[Floats, Floats]] = field(default_factory=list)  # tried since the last derivatives

    def values(self, points: list[Floats]) -> Floats:
        """Return measures, shape (points, replications, targets)."""
        values = simulated_values(self.calibration, self.evaluations, points)
        undefined = np.isnan(values).any(axis=(0, 1))
        if undefined.any():
            name = self.calibration.targets[int(np.argmax(undefined))].title
            message = "this measure is undefined in some of the runs: there is nobody to count"
            raise ConfigError([Problem(str(self.calibration.path), None, f"targets.{name}", NO_VALUE, message)])
        return values

    def residuals(self, point: Floats) -> Floats:
        """Return how far each target is missed and each parameter was moved, in standard deviations."""
        cal = self.calibration
        means = self.values([point])[0].mean(axis=0)
        self._since.append((cal.on_grid(point), means))
        missed = misses(cal, means)
        moved = (point - cal.start) / PRIOR_SD
        found = np.concatenate([missed, moved])
        if (cost := float(found @ found)) < self.least:
            self.least, self.best = cost, point.copy()
        return found

    def jacobian(self, point: Floats, step: float = STEP) -> Floats:
        """Return the derivative of `residuals` at a point, shape (targets + parameters, parameters)."""
        cal = self.calibration
        self.slopes.append(slopes(point, cal, self.values, step))
        return self._scaled(self.slopes[-1])

    def learnt_jacobian(self, point: Floats) -> Floats:
        """Return the same without trials: the last derivatives, corrected by what was tried since then.

        It tries far fewer cities than `jacobian`, and a search may end a little short of the best fit.
        """
        self.slopes.append(learnt(self.slopes[-1], self._since))
        self._since = self._since[-1:]
        return self._scaled(self.slopes[-1])

    def _scaled(self, slopes: Floats) -> Floats:
        cal = self.calibration
        scaled = slopes[cal.fitted] / (cal.fitted_tolerances / TOLERANCE_SDS)[:, None]
        return np.vstack([scaled, np.eye(slopes.shape[1]) / PRIOR_SD])
