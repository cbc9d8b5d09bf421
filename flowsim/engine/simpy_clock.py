"""What changes by the clock in the SimPy engine: hours, midnights, capacities, surges, and vacancies that arrive."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from flowsim.engine.simpy_state import CalendarState, PoolState
from flowsim.model.cohort import Cohort

_Events = Generator[simpy.Event, Any, None]
_Change = Callable[[PoolState], None]


def start_clocks(
    env: simpy.Environment,
    pools: Iterable[PoolState],
    calendars: Iterable[CalendarState],
    cohort: Cohort,
    change: _Change,
) -> None:
    """Start what changes by the clock; `change` has a pool looked at in the next allocation pass."""
    for calendar in calendars:
        if calendar.pools:
            env.process(_open_and_close(env, calendar, change))
    for pool in pools:
        if len(pool.pool.capacity) > 1:
            env.process(_capacity_steps(env, pool, change))
        if pool.pool.surge_changes:
            env.process(_surge_steps(env, pool, change))
        if pool.kind == "visits":
            env.process(_midnights(env, pool, change))
        name = pool.pool.name
        if name in cohort.vacancies:
            env.process(_vacancies(env, pool, change, cohort.vacancies[name]))
        if name in cohort.surge_vacancies:
            times, steps = cohort.surge_vacancies[name], cohort.surge_steps_of(name)
            for step in np.unique(steps).tolist():
                env.process(_vacancies(env, pool, change, times[steps == step], step))


def _open_and_close(env: simpy.Environment, calendar: CalendarState, change: _Change) -> _Events:
    opens, closes, _ = calendar.arrays
    for opening, closing in zip(opens.tolist(), closes.tolist(), strict=True):
        if closing <= env.now:
            continue
        if opening > env.now:
            yield env.timeout(opening - env.now)
        calendar.open = True
        for pool in calendar.pools:
            change(pool)
        yield env.timeout(closing - env.now)
        calendar.open = False


def _midnights(env: simpy.Environment, pool: PoolState, change: _Change) -> _Events:
    while True:
        yield env.timeout(1.0)
        change(pool)


def _capacity_steps(env: simpy.Environment, pool: PoolState, change: _Change) -> _Events:
    for at, units in pool.pool.capacity[1:]:
        yield env.timeout(at - env.now)
        pool.capacity = units
        change(pool)


def _surge_steps(env: simpy.Environment, pool: PoolState, change: _Change) -> _Events:
    for at, surge in pool.pool.surge_changes:
        yield env.timeout(at - env.now)
        pool.surge = surge
        change(pool)


def _vacancies(
    env: simpy.Environment, pool: PoolState, change: _Change, times: NDArray[np.float64], step: int | None = None
) -> _Events:
    """Let vacancies arrive; those of a step of the surge count only while it is open."""
    for at in times.tolist():
        yield env.timeout(at - env.now)
        if (step is None or step in pool.surging) and pool.stock < pool.pool.stock_limit:
            pool.stock += 1
            change(pool)
