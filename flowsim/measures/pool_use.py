"""How much of a pool there is, and how much of it is used: capacity and utilisation, by what the pool is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.engine.rules import visits_while_held
from flowsim.measures.flow import Holdings, mean_capacity
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.stays import Floats
from flowsim.measures.window import Window, ratio
from flowsim.model.calendar import Calendar
from flowsim.model.compiled import compiled
from flowsim.model.network import Network, Pool

DAYS_PER_WEEK = 7.0


def capacity(facts: RunFacts, pool: int) -> float:
    """Return how much of a pool there is on average over the days that count, without surge.

    Units; of a pool of visits, visits a day; of vacancies, those that arrive in a week.
    """
    its, window = facts.network.pools[pool], facts.window
    if its.kind == "vacancies":
        return _offered(facts, its) / window.horizon * DAYS_PER_WEEK
    if its.kind == "visits":
        return float(_visits_there_are(its, window).mean())
    return mean_capacity(its, window)


def utilisation(facts: RunFacts, pool: int) -> float:
    """Return the share of a pool's capacity (without surge) that is used; NaN if it has none.

    Of units, the mean in use; of staff, their time at work while their calendar is open; of visits, those that are
    booked on the days that count; of vacancies, the starts.
    """
    its, window = facts.network.pools[pool], facts.window
    if its.kind == "vacancies":
        return ratio(float(facts.starts[pool]), _offered(facts, its))
    if its.kind == "visits":
        return ratio(_visits_booked(facts, its), float(_visits_there_are(its, window).sum()))
    hours = working_hours(facts.network, its.name)
    if hours is None:
        return ratio(float(facts.in_use[pool]), mean_capacity(its, window))
    return ratio(time_at_work(facts.holdings, pool, hours, window), _staff_time(its, hours, window))


def working_hours(network: Network, pool: str) -> Calendar | None:
    """Return the calendar in which a pool's units do activities, if it is one and they are not beds."""
    uses = [activity for activity in network.activities if activity.pool == pool]
    names = {activity.calendar for activity in uses}
    if len(names) != 1 or any(activity.holds != "activity" for activity in uses):
        return None
    (name,) = names
    return None if name is None else network.calendars[name]


def time_at_work(holdings: Holdings, pool: int, hours: Calendar, window: Window) -> float:
    """Return for how long units of a pool are in use in the window while its calendar is open (unit days)."""
    midnights = np.arange(window.start, window.end)
    last_opened = np.searchsorted(hours.opens, midnights, side="right") - 1
    return _open_time_held(
        holdings.pool,
        holdings.taken,
        holdings.released,
        pool,
        window.start,
        window.end,
        np.maximum(last_opened, 0),
        hours.opens,
        hours.closes,
    )


def open_time(hours: Calendar, window: Window) -> float:
    """Return for how long a calendar is open in the window (days)."""
    before = hours.work_before(np.array([window.start, window.end]))
    return float(before[1] - before[0])


def _offered(facts: RunFacts, pool: Pool) -> int:
    """Return how many vacancies arrive in the window, used or not, surge aside."""
    arrive = facts.cohort.vacancies.get(pool.name, np.empty(0))
    return int(np.count_nonzero(facts.window.contains(arrive)))


def _visits_there_are(pool: Pool, window: Window) -> Floats:
    """Return the visits that a pool can make on each day of the window: those at the midnight that begins it."""
    since, visits = (np.array(values, dtype=np.float64) for values in zip(*pool.capacity, strict=True))
    days = np.arange(window.start, window.end)
    on_each_day: Floats = visits[np.searchsorted(since, days, side="right") - 1]
    return on_each_day


def _visits_booked(facts: RunFacts, pool: Pool) -> int:
    """Return the visits on the days of the window, of all who hold a slot of a pool then, whenever they started."""
    holdings, window, visits = facts.holdings, facts.window, 0
    of_pool = np.flatnonzero(holdings.pool == facts.network.pool_index(pool.name))
    activity = facts.log.activity[holdings.row[of_pool]]
    for index in np.unique(activity):
        profile = facts.network.activities[index].visits
        if profile is not None:
            held = of_pool[activity == index]
            stays = facts.cohort.columns[profile.days][facts.log.spell[holdings.row[held]]].astype(np.float64)
            visits += visits_while_held(
                holdings.taken[held],
                holdings.released[held],
                stays,
                profile.first,
                profile.last,
                window.warm_up,
                window.warm_up + window.horizon,
            )
    return visits


def _staff_time(pool: Pool, hours: Calendar, window: Window) -> float:
    """Return the time of all units of a pool in the window while a calendar is open (unit days)."""
    since, units = (np.array(values, dtype=np.float64) for values in zip(*pool.capacity, strict=True))
    until = np.append(since[1:], np.inf)
    begins, ends = (np.clip(times, window.start, window.end) for times in (since, until))
    return float((hours.work_before(ends) - hours.work_before(begins)) @ units)


@compiled
def _open_time_held(
    pool_of: NDArray[np.intp],
    taken: Floats,
    released: Floats,
    pool: int,
    start: float,
    end: float,
    last_opened: NDArray[np.intp],
    opens: Floats,
    closes: Floats,
) -> float:
    """Return the open time of a calendar within the holdings of a pool, as far as they lie in [start, end).

    `last_opened` is the last opening at or before each midnight from `start` on: no search begins further back. Times
    are on a grid, so that the sum is exact, in whatever order it is made.
    """
    total = 0.0
    for row in range(pool_of.size):
        if pool_of[row] != pool or released[row] <= start or taken[row] >= end:
            continue
        begins, ends = max(taken[row], start), min(released[row], end)
        i = last_opened[int(begins - start)]
        while i < opens.size and opens[i] < ends:
            total += max(0.0, min(ends, closes[i]) - max(begins, opens[i]))
            i += 1
    return total
