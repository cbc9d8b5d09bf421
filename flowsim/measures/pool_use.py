"""How much of a pool there is, and how much of it is used: capacity and utilisation, by what the pool is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.measures.flow import Holdings, mean_capacity
from flowsim.measures.provision import staff_time, visits_booked, visits_there_are, working_hours
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.stays import Floats
from flowsim.measures.window import Window, ratio
from flowsim.model.calendar import Calendar
from flowsim.model.compiled import compiled
from flowsim.model.network import Pool

DAYS_PER_WEEK = 7.0


def capacity(facts: RunFacts, pool: int) -> float:
    """Return how much of a pool there is on average over the days that count, without surge.

    Units; of a pool of visits, visits a day; of vacancies, those that arrive in a week.
    """
    its, window = facts.network.pools[pool], facts.window
    if its.kind == "vacancies":
        return _offered(facts, its) / window.horizon * DAYS_PER_WEEK
    if its.kind == "visits":
        return float(visits_there_are(its, window).mean())
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
        first, end = window.warm_up, window.warm_up + window.horizon
        booked = visits_booked(facts.network, facts.cohort, facts.log, facts.holdings, pool, first, end)
        return ratio(booked, float(visits_there_are(its, window).sum()))
    hours = working_hours(facts.network, its.name)
    if hours is None:
        return ratio(float(facts.in_use[pool]), mean_capacity(its, window))
    return ratio(time_at_work(facts.holdings, pool, hours, window), staff_time(its, hours, window))


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


def _offered(facts: RunFacts, pool: Pool) -> int:
    """Return how many vacancies arrive in the window, used or not, surge aside."""
    arrive = facts.cohort.vacancies.get(pool.name, np.empty(0))
    return int(np.count_nonzero(facts.window.contains(arrive)))


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
