"""Calibration: free settings are moved until the city's figures come out.

The figures of a city answer smoothly to its settings once every city that is tried has the same patients (common random
numbers), and each figure has its own weight. That makes it a problem of nonlinear least squares, for which a
trust-region Gauss-Newton method needs far fewer trials than a search that sees one number; docs/calibration.md has the
comparison. The bounds say what is known beforehand (see `flowsim.calibration.identifiability`), so that a parameter
moves no further than the targets ask for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.evaluations import BudgetSpent, Evaluations
from flowsim.calibration.identifiability import PRIOR_SD, TOLERANCE_SDS, Knowledge, knowledge
from flowsim.config.changes import changed
from flowsim.config.errors import NO_VALUE, ConfigError, Problem

STEP = 0.05  # of a difference, between the bounds: large enough to rise above the chaos of queues that are nearly full
CLOSE_ENOUGH = 1e-2  # of a step, or of the gain by it: less than what tolerances leave open
AT_A_BOUND = 0.01  # of the width between the bounds
SEEDS = 2**63
BUDGET_PER_PARAMETER = 16

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibrated:
    """What calibration found.

    Attributes
    ----------
    calibration : Calibration
        What there was to calibrate.
    point : numpy.ndarray of float, shape (parameters,)
        Position of the best fit between the bounds.
    before, after, unseen : numpy.ndarray of float, shape (replications, targets)
        The targets' measures in the city as it was, in the calibrated one, and in the calibrated one with patients that
        calibration did not see.
    jacobian : numpy.ndarray of float, shape (targets, parameters)
        Derivative of each measure by each position, at the best fit.
    knowledge : Knowledge
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
    unseen: Floats
    jacobian: Floats
    knowledge: Knowledge
    tried: int
    ended: str

    @property
    def at_a_bound(self) -> NDArray[np.bool_]:
        """Whether each parameter came as far as it may."""
        return (self.point < AT_A_BOUND) | (self.point > 1 - AT_A_BOUND)


def usual_budget(parameters: int) -> int:
    """Return how many cities calibration tries at most, unless somebody says otherwise."""
    return BUDGET_PER_PARAMETER * (parameters + 1)


def calibrate(calibration: Calibration, evaluations: Evaluations) -> Calibrated:
    """Find the free settings with which the targets come out best.

    Parameters
    ----------
    calibration : Calibration
        What may move, and what must come out.
    evaluations : Evaluations
        Tries cities out; its budget ends the search.

    Raises
    ------
    ConfigError
        If a city on the way cannot be, or has no value for a target; or if the budget is too small to look around.
    """
    search = Search(calibration, evaluations)
    least = 2 * len(calibration.parameters) + 3
    if evaluations.budget < least:
        message = f"must be {least} or more: so many cities it takes to look in every direction once"
        raise ConfigError([Problem(None, None, "budget", evaluations.budget, message)])
    start = calibration.start
    # The last city that may be tried is the best one with other patients.
    evaluations.budget -= 1
    try:
        found = least_squares(
            lambda point: search.residuals([point])[0],
            np.clip(start, 1e-6, 1 - 1e-6),
            jac=search.jacobian,
            bounds=(0.0, 1.0),
            xtol=CLOSE_ENOUGH,
            ftol=CLOSE_ENOUGH,
        )
        ended = "no step brings it closer to the targets" if found.success else found.message
    except BudgetSpent:
        ended = "the budget was spent"
    finally:
        evaluations.budget += 1
    point = search.best
    jacobian = search.slopes[-1]
    before, after = search.values([start, point])
    city = calibration.city_at(point)
    other = changed(city, {"run.seed": (city.run.seed + 1) % SEEDS})
    unseen = evaluations.measured([other], search.measures)[0]
    known = knowledge(jacobian, calibration.tolerances, after)
    return Calibrated(calibration, point, before, after, unseen, jacobian, known, evaluations.tried, ended)


def slopes(
    point: Floats, calibration: Calibration, values: Callable[[list[Floats]], Floats], step: float = STEP
) -> Floats:
    """Return the derivative of each measure by each position, by differences to both sides.

    Parameters
    ----------
    point : numpy.ndarray of float, shape (parameters,)
        Where; a difference does not reach beyond the bounds.
    calibration : Calibration
        Says what is simulated there.
    values : callable
        From points to measures, shape (points, replications, targets).
    step : float
        To each side; longer where a whole setting would not move by it.

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
        What there is to calibrate.
    evaluations : Evaluations
        Tries cities out.
    slopes : list of numpy.ndarray
        The derivatives that were looked at; see `slopes`.
    best : numpy.ndarray or None
        The point with the smallest residuals so far.
    """

    calibration: Calibration
    evaluations: Evaluations
    slopes: list[Floats] = field(default_factory=list)
    best: Floats | None = None
    _least: float = np.inf

    @property
    def measures(self) -> list[str]:
        """The measures that have a target."""
        return [aim.measure for aim in self.calibration.aims]

    def values(self, points: list[Floats]) -> Floats:
        """Return measures, shape (points, replications, targets)."""
        values = self.evaluations.measured([self.calibration.city_at(point) for point in points], self.measures)
        undefined = np.isnan(values).any(axis=(0, 1))
        if undefined.any():
            name = self.measures[int(np.argmax(undefined))]
            message = "this measure is undefined in some of the runs: there is nobody to count"
            raise ConfigError([Problem(str(self.calibration.path), None, f"targets.{name}", NO_VALUE, message)])
        return values

    def residuals(self, points: list[Floats]) -> Floats:
        """Return how far each target is missed and each parameter was moved, in standard deviations."""
        cal = self.calibration
        missed = (self.values(points).mean(axis=1) - cal.wanted) / (cal.tolerances / TOLERANCE_SDS)
        moved = (np.array(points) - cal.start) / PRIOR_SD
        found = np.hstack([missed, moved])
        for point, residual in zip(points, found, strict=True):
            if (cost := float(residual @ residual)) < self._least:
                self._least, self.best = cost, np.array(point)
        return found

    def jacobian(self, point: Floats) -> Floats:
        """Return the derivative of `residuals` at a point."""
        cal = self.calibration
        self.slopes.append(slopes(point, cal, self.values))
        scaled = self.slopes[-1] / (cal.tolerances / TOLERANCE_SDS)[:, None]
        return np.vstack([scaled, np.eye(point.size) / PRIOR_SD])
