"""What an engine computes by itself, written once for both engines and compiled, so that no last digit differs.

Working time is the other such thing: `flowsim.model.calendar`.
"""

from __future__ import annotations

import math

from flowsim.model.compiled import compiled


@compiled
def delayed_days(ready: float, discharged: float, now: float) -> float:
    """Return the days delayed so far: from `ready` to `discharged`, or to `now` before that; 0 before `ready`.

    All three are in days; a stamp that is not set yet is NaN.
    """
    if ready != ready:
        return 0.0
    return (now if discharged != discharged else discharged) - ready


@compiled
def goes_then(uniform: float, probability: float, per_delayed_day: float, days: float) -> bool:
    """Whether a branch goes its first way: the uniform against a probability that rises with the days delayed."""
    return uniform < probability + per_delayed_day * days


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
