"""What there is of a pool (its units, the time of its staff, its visits), and what is used beyond that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import visits_while_held
from flowsim.measures.flow import Holdings
from flowsim.measures.stays import Floats
from flowsim.measures.window import Window
from flowsim.model.calendar import Calendar
from flowsim.model.cohort import Cohort
from flowsim.model.compiled import compiled
from flowsim.model.network import Network, Pool


def working_hours(network: Network, pool: str) -> Calendar | None:
    """Return the calendar in which a pool's units do activities, if it is one and they are not beds."""
    uses = [activity for activity in network.activities if activity.pool == pool]
    names = {activity.calendar for activity in uses}
    if len(names) != 1 or any(activity.holds != "activity" for activity in uses):
        return None
    (name,) = names
    return None if name is None else network.calendars[name]


def open_time(hours: Calendar, window: Window) -> float:
    """Return for how long a calendar is open in the window (days)."""
    before = hours.work_before(np.array([window.start, window.end]))
    return float(before[1] - before[0])


def staff_time(pool: Pool, hours: Calendar, window: Window) -> float:
    """Return the time of all units of a pool in the window while a calendar is open (unit days)."""
    since, units = _steps(pool)
    until = np.append(since[1:], np.inf)
    begins, ends = (np.clip(times, window.start, window.end) for times in (since, until))
    return float((hours.work_before(ends) - hours.work_before(begins)) @ units)


def visits_there_are(pool: Pool, window: Window) -> Floats:
    """Return the visits that a pool can make on each day of the window: those at the midnight that begins it."""
    since, visits = _steps(pool)
    days = np.arange(window.start, window.end)
    on_each_day: Floats = visits[np.searchsorted(since, days, side="right") - 1]
    return on_each_day


def visits_booked(
    network: Network, cohort: Cohort, log: JourneyLog, holdings: Holdings, pool: int, start: int, end: int
) -> int:
    """Return the visits on days `start` to `end` - 1 of all who hold a slot of a pool then, whenever they started."""
    visits = 0
    of_pool = np.flatnonzero(holdings.pool == pool)
    activity = log.activity[holdings.row[of_pool]]
    for index in np.unique(activity):
        profile = network.activities[index].visits
        if profile is not None:
            held = of_pool[activity == index]
            stays = cohort.columns[profile.days][log.spell[holdings.row[held]]].astype(np.float64)
            visits += visits_while_held(
                holdings.taken[held], holdings.released[held], stays, profile.first, profile.last, start, end
            )
    return visits


def units_beyond_capacity(pool: Pool, taken: Floats, released: Floats, window: Window) -> float:
    """Return the mean units in use over the window beyond a pool's capacity, in continuous time.

    They are units of surge, and those that people kept from before a cut.

    Parameters
    ----------
    pool : Pool
        Of units.
    taken, released : numpy.ndarray of float
        When each of its units was taken and released (days).
    window : Window
        The days that count.
    """
    since, units = _steps(pool)
    may_have_surge = any(pool.surges)
    is_cut = bool(np.any(np.diff(units) < 0)) or np.count_nonzero(taken <= 0.0) > units[0]
    if not may_have_surge and not is_cut:
        return 0.0  # spares sorting everybody who came to the MAU or AMU
    total = _beyond(np.sort(taken), np.sort(released), since, units, window.start, window.end)
    return float(total) / window.horizon


def visits_beyond_capacity(
    network: Network, cohort: Cohort, log: JourneyLog, holdings: Holdings, pool: int, window: Window
) -> float:
    """Return the visits a day that a pool makes beyond its capacity, on average over the window."""
    there_are = visits_there_are(network.pools[pool], window)
    made = [
        visits_booked(network, cohort, log, holdings, pool, day, day + 1)
        for day in range(window.warm_up, window.warm_up + window.horizon)
    ]
    return float(np.maximum(np.array(made) - there_are, 0.0).mean())


def _steps(pool: Pool) -> tuple[Floats, NDArray[np.float64]]:
    """Return the steps of a pool's capacity: since when (days), and how many units from then on."""
    since, units = (np.array(values, dtype=np.float64) for values in zip(*pool.capacity, strict=True))
    return since, units


@compiled
def _beyond(taken: Floats, released: Floats, since: Floats, units: Floats, start: float, end: float) -> float:
    """Return for how long units are in use beyond a capacity in [start, end) (unit days); all times are sorted."""
    total, in_use, now = 0.0, 0, start
    i, j, step = 0, 0, 0
    while now < end:
        while i < taken.size and taken[i] <= now:
            in_use += 1
            i += 1
        while j < released.size and released[j] <= now:
            in_use -= 1
            j += 1
        while step + 1 < since.size and since[step + 1] <= now:
            step += 1
        then = end
        if i < taken.size:
            then = min(then, taken[i])
        if j < released.size:
            then = min(then, released[j])
        if step + 1 < since.size:
            then = min(then, since[step + 1])
        total += max(0.0, in_use - units[step]) * (then - now)
        now = then
    return total
