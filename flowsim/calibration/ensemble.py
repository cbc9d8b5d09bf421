"""An ensemble: cities with different settings that all match the targets. It represents parameter uncertainty.

Members are found in waves, as in history matching (I. Vernon, M. Goldstein and R. Bower, Bayesian Analysis 5, 2010).
Each wave draws cities from the current posterior (see `flowsim.calibration.identifiability`), simulates them, and keeps
those with every target within its tolerance; the next wave learns from the cities of all waves before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.evaluations import BudgetSpent, Evaluations
from flowsim.calibration.identifiability import Posterior, posterior
from flowsim.calibration.search import Search, judged_values, slopes
from flowsim.config.errors import ConfigError, Problem

WAVE = 16
CITIES_PER_MEMBER = 6
DRAWS = 100_000
_POINTS_PER_COEFFICIENT = 2.0  # fewer points say less about the slopes than the finite differences did

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ensemble:
    """Cities that all match the targets.

    Attributes
    ----------
    calibration : Calibration
        The city they vary, what is free, and the targets.
    points : numpy.ndarray of float, shape (members, parameters)
        Positions between the bounds.
    values, held_out : numpy.ndarray of float, shape (members, replications, targets)
        Measures with the seed by which they were chosen, and with a held-out seed.
    drawn, waves : int
        How many cities were drawn, in how many waves.
    posterior : Posterior
        What the targets say about the parameters, from which the last wave was drawn.
    tried : int
        How many different cities were tried.
    """

    calibration: Calibration
    points: Floats
    values: Floats
    held_out: Floats
    drawn: int
    waves: int
    posterior: Posterior
    tried: int

    @property
    def members(self) -> list[dict[str, Any]]:
        """The settings of each member, by dotted path."""
        return [self.calibration.settings(point) for point in self.points]


def usual_ensemble_budget(members: int, calibration: Calibration) -> int:
    """Return how many cities the search for an ensemble tries at most by default."""
    around = 2 * len(calibration.parameters) + 1
    return (around + (CITIES_PER_MEMBER + 1) * members) * len(calibration.cities)


def find_ensemble(calibration: Calibration, evaluations: Evaluations, members: int) -> Ensemble:
    """Find cities near a calibrated one that match every target within its tolerance.

    Parameters
    ----------
    calibration : Calibration
        A city that is calibrated already, what is free, and the targets.
    evaluations : Evaluations
        Simulates the cities that are tried; its budget ends the search.
    members : int
        How many to find.

    Raises
    ------
    ConfigError
        If the budget was spent before enough members were found.
    """
    search = Search(calibration, evaluations)
    random = np.random.default_rng(calibration.city.run.seed)
    reserved = members * len(calibration.cities)
    evaluations.budget -= reserved  # for the held-out seed of each
    start = calibration.start
    around = _Emulator(calibration, start, search.values([start])[0], slopes(start, calibration, search.values))
    found = _Waves()
    try:
        while len(found.points) < members:
            known = around.posterior()
            points = _draws(random, around.centre(known), known.covariance, WAVE)
            found.add(calibration, points, search.values(points))
            around.learn(found.all_points, found.all_values)
    except BudgetSpent:
        message = (
            f"only {len(found.points)} of {len(found.all_points)} cities that were drawn match all targets, and no "
            "more may be tried: calibrate first, widen the tolerances, or allow a larger budget"
        )
        raise ConfigError([Problem(None, None, "members", members, message)]) from None
    finally:
        evaluations.budget += reserved
    points = found.points[:members]
    return Ensemble(
        calibration=calibration,
        points=np.array(points),
        values=np.array(found.values[:members]),
        held_out=judged_values(calibration, evaluations, points),
        drawn=len(found.all_points),
        waves=found.waves,
        posterior=known,
        tried=evaluations.tried,
    )


@dataclass
class _Waves:
    """All cities that were drawn, and those that match the targets."""

    waves: int = 0
    all_points: list[Floats] = field(default_factory=list)
    all_values: list[Floats] = field(default_factory=list)
    points: list[Floats] = field(default_factory=list)
    values: list[Floats] = field(default_factory=list)

    def add(self, calibration: Calibration, points: list[Floats], values: Floats) -> None:
        self.waves += 1
        for point, of_city in zip(points, values, strict=True):
            self.all_points.append(point)
            self.all_values.append(of_city)
            missed = np.abs(of_city.mean(axis=0) - calibration.target_values)
            if (missed <= calibration.tolerances)[calibration.fitted].all():
                self.points.append(point)
                self.values.append(of_city)


@dataclass
class _Emulator:
    """Measures as a linear function of the position: ``values.mean(axis=0) + jacobian @ (point - start)``."""

    calibration: Calibration
    start: Floats
    values: Floats
    jacobian: Floats
    shift: Floats | float = 0.0

    def posterior(self) -> Posterior:
        fitted = self.calibration.fitted
        values = np.ascontiguousarray(self.values[:, fitted])
        return posterior(self.jacobian[fitted], self.calibration.fitted_tolerances, values)

    def centre(self, known: Posterior) -> Floats:
        """Return the most plausible position, given the targets: one Gauss-Newton step from the start."""
        fitted = self.calibration.fitted
        missed = (self.calibration.target_values - self.values.mean(axis=0) - self.shift)[fitted]
        gain = known.covariance @ self.jacobian[fitted].T
        return self.start + gain @ np.linalg.solve(known.target_covariance, missed)

    def learn(self, points: list[Floats], values: list[Floats]) -> None:
        """Fit the slopes to all cities that were drawn, once these are enough."""
        if len(points) < _POINTS_PER_COEFFICIENT * (self.start.size + 1):
            return
        design = np.column_stack([np.ones(len(points)), np.array(points) - self.start])
        means = np.array([of_city.mean(axis=0) for of_city in values])
        fitted = np.linalg.lstsq(design, means, rcond=None)[0]
        self.shift, self.jacobian = fitted[0] - self.values.mean(axis=0), fitted[1:].T


def _draws(random: np.random.Generator, centre: Floats, covariance: Floats, many: int) -> list[Floats]:
    """Draw positions from a normal distribution, cut off at the bounds."""
    drawn = random.multivariate_normal(centre, covariance, size=DRAWS, method="cholesky")
    inside = drawn[((drawn > 0) & (drawn < 1)).all(axis=1)][:many]
    if len(inside) < many:
        message = "the targets are out of reach within the bounds: calibrate first, or widen the bounds"
        raise ConfigError([Problem(None, None, "parameters", len(inside), message)])
    return list(inside)
