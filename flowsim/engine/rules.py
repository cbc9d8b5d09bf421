"""What an engine computes by itself, written once for both engines and compiled, so that no last digit differs.

Working time is the other such thing: `flowsim.model.calendar`. Measures recount the visits that engines book by the
same functions: numba looks for changes only in the file of a function that it keeps on disk, so they stand here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from flowsim.model.compiled import compiled
from flowsim.model.harm import Harm
from flowsim.model.pace import Pace


@compiled
def delayed_days(ready: float, discharged: float, now: float) -> float:
    """Return the days delayed so far: from `ready` to `discharged`, or to `now` before that; 0 before `ready`.

    All three are in days; a stamp that is not set yet is NaN.
    """
    if ready != ready:
        return 0.0
    return (now if discharged != discharged else discharged) - ready


@compiled
def goes_then(
    uniform: float, probability: float, days: float, from_day: NDArray[np.float64], per_day: NDArray[np.float64]
) -> bool:
    """Whether a branch goes its first way: the uniform against a probability, to which the days delayed add.

    Each of the days from `from_day` of a piece to that of the next adds the share `per_day` of the piece.
    """
    chance = probability
    for i in range(from_day.size):
        if days <= from_day[i]:
            break
        until = days if i + 1 == from_day.size else min(days, from_day[i + 1])
        chance += per_day[i] * (until - from_day[i])
    return uniform < chance


def pieces(harm: Harm) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a harm as `goes_then` takes it: from which day each piece counts, and its share for each day."""
    table = np.array(harm.pieces, dtype=np.float64).reshape(-1, 2)
    return table[:, 0].copy(), table[:, 1].copy()


def steps(pace: Pace) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a pace as `flowsim.model.pace.paced_delay` takes it: its times, and its speeds."""
    table = np.array(pace.steps, dtype=np.float64)
    return table[:, 0].copy(), table[:, 1].copy()


@compiled
def booked_days(days: float) -> int:
    """Return for how many days a stay books visits: rounded up, at least one."""
    return max(1, math.ceil(days))


@compiled
def visits_on(day: int, days: int, first: int, last: int) -> int:
    """Return the visits on day `day` (from 0) of a booking of `days` days, falling from `first` to `last`.

    The straight line is rounded to the nearest whole number, in whole numbers, so that no engine can differ.
    """
    if days == 1:
        return first
    return first - (2 * (first - last) * day + days - 1) // (2 * (days - 1))


@compiled
def booked_visits(stays: NDArray[np.float64], first: int, last: int) -> int:
    """Return how many visits stays (days) book in all, when they fall from `first` a day to `last`."""
    visits = 0
    for stay in stays:
        days = booked_days(stay)
        for day in range(days):
            visits += visits_on(day, days, first, last)
    return visits


@compiled
def visits_while_held(
    taken: NDArray[np.float64],
    released: NDArray[np.float64],
    stays: NDArray[np.float64],
    first: int,
    last: int,
    start: int,
    end: int,
) -> int:
    """Return the visits on days `start` to `end` - 1 of those who hold a slot of a pool of visits.

    As the engines book them (`flowsim.engine.simpy_engine`): from the day of the start on, as many as the stay books,
    up to and including the day on which the slot is given back. A person who still holds it when the booking ends has
    the last day's visits on each further day on which they hold it.
    """
    visits = 0
    for i in range(taken.size):
        since, days = int(np.floor(taken[i])), booked_days(stays[i])
        over = since + days
        for day in range(max(since, start), min(over, int(np.floor(released[i])) + 1, end)):
            visits += visits_on(day - since, days, first, last)
        visits += last * max(0, min(int(np.ceil(released[i])), end) - max(over, start))
    return visits
