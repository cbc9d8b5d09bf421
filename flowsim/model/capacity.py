"""How much there is of everything over time: capacities and starts a week, with what interventions add or take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowsim.config.changes import reckon
from flowsim.config.city_schema import CityConfig
from flowsim.model.exposure import coverage_at

Array = NDArray[np.float64]
Steps = Sequence[tuple[float, int]]


def units_over_time(config: CityConfig, path: str, steps: Steps) -> tuple[tuple[float, int], ...]:
    """Return the capacity of a pool with its interventions, in steps of (day, units from then on).

    Parameters
    ----------
    config : CityConfig
        With its interventions.
    path : str
        Dotted path of the capacity.
    steps : sequence of (float, int)
        The capacity without them, first at time 0.
    """
    days = np.arange(config.run.days, dtype=np.float64)
    since, units = (np.array(values, dtype=np.float64) for values in zip(*steps, strict=True))
    before = units[np.searchsorted(since, days, side="right") - 1]
    after = with_interventions(config, path, before)
    if after is before:
        return tuple(steps)
    whole = np.maximum(np.floor(after + 0.5), 0.0).astype(np.int64)
    at = np.flatnonzero(np.r_[True, whole[1:] != whole[:-1]])
    return tuple((float(days[i]), int(whole[i])) for i in at)


def with_interventions(config: CityConfig, path: str, by_day: Array) -> Array:
    """Return the value of a setting on each day of the run, with what every intervention makes of it.

    An intervention that has come to a share of its reach makes that share of its change.

    Parameters
    ----------
    config : CityConfig
        With its interventions.
    path : str
        Dotted path of the setting.
    by_day : numpy.ndarray of float
        Its value without them, on each day.

    Returns
    -------
    numpy.ndarray of float
        `by_day` itself if no intervention changes the setting.
    """
    days = np.arange(by_day.size, dtype=np.float64)
    for place in config.interventions.values():
        for change in place.intervention.changes:
            if change.path == path:
                share = coverage_at(place, config.run.start_date, days)
                values, which = np.unique(by_day, return_inverse=True)
                full = np.array([reckon(float(value), change.plain) for value in values])[which]
                by_day = by_day + share * (full - by_day)
    return by_day
