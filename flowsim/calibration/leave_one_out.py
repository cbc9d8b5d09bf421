"""Does each dated change earn its place? What the fit loses without it.

Each entry of the history is taken out of the calibrated city, and the settings that are left are fitted again, in part:
up to two Gauss-Newton steps from the best fit, with the slopes that are known there (brought up to date after the first
by Broyden's formula), no setting moving by more than a third of the way between its bounds at a time. The best city of
these counts, so that the loss is an upper bound of that after a full search.

The loss is in squared standard deviations (half a tolerance each), as the search counts them. An entry earns its place
if the loss is more than 2 for each of its numbers, as Akaike's criterion asks (H. Akaike, IEEE Transactions on
Automatic Control 19, 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import lsq_linear

from flowsim.calibration.calibration_problem import Calibration
from flowsim.calibration.evaluations import Evaluations
from flowsim.calibration.identifiability import PRIOR_SD, TOLERANCE_SDS
from flowsim.calibration.search import Calibrated, Floats, misses, values_of
from flowsim.config.city_schema import CityConfig
from flowsim.config.history_numbers import HISTORY
from flowsim.config.validation import validate

STEPS = 2
FURTHEST = 1 / 3  # that a position moves in one step, beyond which the slopes say little
LOSS_PER_NUMBER = 2.0


@dataclass(frozen=True)
class WithoutEntry:
    """The fit without one entry of the history.

    Attributes
    ----------
    entry : str
        Its name.
    title, source : str
        What it is, and where it is known from.
    numbers : int
        How many numbers it has: its changes, or its free settings if these are more.
    with_it, without_it, refitted : numpy.ndarray of float, shape (fitted,)
        How far each target that is fitted is missed, in standard deviations: with the entry, without it and nothing
        else changed, and with the other settings fitted again in part.
    """

    entry: str
    title: str
    source: str
    numbers: int
    with_it: Floats
    without_it: Floats
    refitted: Floats

    @property
    def loss(self) -> float:
        """What the fit loses without it (squared standard deviations)."""
        return float(self.refitted @ self.refitted - self.with_it @ self.with_it)

    @property
    def earns_its_place(self) -> bool:
        """Whether that is more than its numbers are worth."""
        return self.loss > LOSS_PER_NUMBER * self.numbers


def cities_without(calibration: Calibration) -> int:
    """Return how many cities `leave_one_out` tries at most."""
    return len(_entries(calibration)) * (1 + STEPS) * len(calibration.cities)


def leave_one_out(found: Calibrated, evaluations: Evaluations) -> list[WithoutEntry]:
    """Return the fit without each entry of the history, one at a time.

    Parameters
    ----------
    found : Calibrated
        The best fit.
    evaluations : Evaluations
        Simulates the cities; its budget must allow for `cities_without` more.
    """
    return [_without(found, evaluations, name) for name in _entries(found.calibration)]


def _entries(calibration: Calibration) -> list[str]:
    return list(dict.fromkeys(name for city in calibration.cities.values() for name in city.history))


def _without(found: Calibrated, evaluations: Evaluations, entry: str) -> WithoutEntry:
    calibration = found.calibration
    of_entry = np.array([p.entries() == {entry} for p in calibration.parameters])
    simulated = partial(_missed, calibration, evaluations, entry)
    alone = simulated(found.point)
    refitted = _refitted(found, simulated, alone, ~of_entry)
    past = next(city.history[entry] for city in calibration.cities.values() if entry in city.history)
    numbers = max(len(past.changes), int(of_entry.sum()))
    with_it = misses(calibration, found.after.mean(axis=0))
    return WithoutEntry(entry, past.title or entry, past.source, numbers, with_it, alone, refitted)


def _refitted(found: Calibrated, simulated: Callable[[Floats], Floats], alone: Floats, free: Floats) -> Floats:
    """Return how far the targets are missed once the settings that are left have been fitted again, in part."""
    calibration = found.calibration
    scale = (calibration.fitted_tolerances / TOLERANCE_SDS)[:, None]
    slopes = found.jacobian[calibration.fitted][:, free] / scale
    point, missed, start = found.point, alone, calibration.start[free]
    tries = [(_cost(alone, point[free], start), alone)]
    for _ in range(STEPS if free.any() else 0):
        here = point[free]
        stacked = np.vstack([slopes, np.eye(here.size) / PRIOR_SD])
        wanted = -np.concatenate([missed, (here - start) / PRIOR_SD])
        low, high = np.maximum(-here, -FURTHEST), np.minimum(1 - here, FURTHEST)
        step = lsq_linear(stacked, wanted, (low - 1e-9, high + 1e-9)).x
        point = point.copy()
        point[free] = np.clip(here + step, 0.0, 1.0)
        after = simulated(point)
        tries.append((_cost(after, point[free], start), after))
        if step @ step > 0:
            slopes = slopes + np.outer(after - missed - slopes @ step, step) / (step @ step)
        missed = after
    return min(tries, key=lambda tried: tried[0])[1]


def _cost(missed: Floats, position: Floats, start: Floats) -> float:
    moved = (position - start) / PRIOR_SD
    return float(missed @ missed + moved @ moved)


def _missed(calibration: Calibration, evaluations: Evaluations, entry: str, point: Floats) -> Floats:
    cities = {name: _taken_out(calibration.city_at(point, name), entry) for name in calibration.cities}
    return misses(calibration, values_of(calibration, evaluations, [cities])[0].mean(axis=0))


def _taken_out(city: CityConfig, entry: str) -> CityConfig:
    """Return the city without an entry of its history."""
    data = city.model_dump(mode="json", by_alias=True, round_trip=True)
    data[HISTORY].pop(entry, None)
    return validate(CityConfig, data)
