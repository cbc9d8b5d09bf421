"""How long something takes that does not go at the pace of the clock: a stay that a change shortens for those in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from flowsim.model.compiled import compiled

Array = NDArray[np.float64]

# Numba looks for changes only in the file of a function that it keeps, so the grid of `flowsim.model.clock` stands here
# a second time; a test holds the two together.
TICKS_A_DAY = 2.0**20


@dataclass(frozen=True)
class Pace:
    """How fast something goes: steps of (time in days, days of it that pass in a day from then on), the first at 0.

    Raises
    ------
    ValueError
        If the steps do not begin at 0 and rise, or a speed is not above 0.
    """

    steps: tuple[tuple[float, float], ...] = ((0.0, 1.0),)

    def __post_init__(self) -> None:
        """Refuse steps that are not in order, and what would stand still."""
        times = [time for time, _ in self.steps]
        if not times or times[0] != 0.0 or any(b <= a for a, b in pairwise(times)):
            raise ValueError(f"the steps of a pace must begin at 0 and rise, these are at {times}")
        if not all(0.0 < speed < math.inf for _, speed in self.steps):
            raise ValueError("the speeds of a pace must be above 0")

    @property
    def is_even(self) -> bool:
        """Whether a day of it takes a day at all times."""
        return all(speed == 1.0 for _, speed in self.steps)


@compiled
def paced_delay(start: float, days: float, times: Array, speeds: Array) -> float:
    """Return how many days from `start` it takes until `days` days have passed at a changing pace.

    Parameters
    ----------
    start : float
        When it starts (days).
    days : float
        How long it would take at a speed of 1.
    times, speeds : numpy.ndarray of float
        The pace: from each time on (the first at 0, rising), this many days of it pass in a day.

    Returns
    -------
    float
        On the grid of time, to the nearest tick; at least one tick if `days` is above 0. As it is given if the start
        is NaN, or all speeds are 1.
    """
    if not days > 0.0 or start != start or days == math.inf:
        return days
    i = 0
    while i + 1 < times.size and times[i + 1] <= start:
        i += 1
    at, left, as_given = start, days, True
    while True:
        as_given = as_given and speeds[i] == 1.0
        ends = at + left / speeds[i]
        if i + 1 == times.size or ends <= times[i + 1]:
            break
        left -= (times[i + 1] - at) * speeds[i]
        i += 1
        at = times[i]
    if as_given:
        return days
    delay: float = max(1.0, np.rint((ends - start) * TICKS_A_DAY)) / TICKS_A_DAY
    return delay


@compiled
def paced_delays(starts: Array, days: Array, times: Array, speeds: Array) -> Array:
    """Return `paced_delay` of each of several starts (days) and lengths (days)."""
    delays = np.empty(starts.size)
    for i in range(starts.size):
        delays[i] = paced_delay(starts[i], days[i], times, speeds)
    return delays
