"""The clock of the compiled engine: what changes by it, and time that is not that of the clock."""

from __future__ import annotations

from flowsim.engine.columns import NONE, Index, inner
from flowsim.engine.compiled_events import push
from flowsim.engine.compiled_pools import change
from flowsim.engine.compiled_state import (
    CAPACITY,
    CLOSING,
    MIDNIGHT,
    OPENING,
    SURGE,
    SURGE_VACANCY,
    VACANCY,
    State,
)
from flowsim.engine.encode import Encoded
from flowsim.model.calendar import next_opening, working_delay
from flowsim.model.pace import paced_delay


@inner
def clock_strikes(e: Encoded, s: State, kind: int, subject: Index, now: float) -> None:
    """Apply what changes by the clock: calendars, capacities, midnights, vacancies."""
    if kind <= CLOSING:
        open_or_close(e, s, subject, kind == OPENING)
    elif kind == MIDNIGHT:
        change(s, subject)
        push(s, now + 1.0, MIDNIGHT, subject, 0)
    elif kind == CAPACITY:
        capacity_step(e, s, subject)
    elif kind == SURGE:
        surge_step(e, s, subject)
    else:
        vacancy(e, s, subject, kind == SURGE_VACANCY)


@inner
def open_or_close(e: Encoded, s: State, calendar: Index, opening: bool) -> None:
    """Open or close a calendar, and have the pools that it governs looked at when it opens."""
    at = s.hours_at[calendar]
    s.is_open[calendar] = opening
    if opening:
        push(s, e.closes[at], CLOSING, calendar, 0)
        for pool in e.watching[e.watching_from[calendar] : e.watching_from[calendar + 1]]:
            change(s, pool)
    elif at + 1 < e.hours_from[calendar + 1]:
        s.hours_at[calendar] = at + 1
        push(s, e.opens[at + 1], OPENING, calendar, 0)


@inner
def capacity_step(e: Encoded, s: State, pool: Index) -> None:
    """Change a capacity; those who have a unit keep it."""
    at = s.step_at[pool]
    s.capacity[pool] = e.step_units[at]
    change(s, pool)
    if at + 1 < e.step_from[pool + 1]:
        s.step_at[pool] = at + 1
        push(s, e.step_time[at + 1], CAPACITY, pool, 0)


@inner
def surge_step(e: Encoded, s: State, pool: Index) -> None:
    """Change a surge."""
    s.surge_at[pool] += 1
    change(s, pool)
    if s.surge_at[pool] + 1 < e.surge_from[pool + 1]:
        push(s, e.surge_time[s.surge_at[pool] + 1], SURGE, pool, 0)


@inner
def vacancy(e: Encoded, s: State, pool: Index, in_surge: bool) -> None:
    """Add a vacancy, unless enough stand unused or it is of a step of the surge that is not open."""
    counts = True
    if in_surge:
        counts = (s.surging[pool] >> e.surge_vacancy_step[s.surge_vacancy_at[pool]]) & 1 != 0
    if counts and s.stock[pool] < e.stock_limit[pool]:
        s.stock[pool] += 1
        change(s, pool)
    if in_surge:
        s.surge_vacancy_at[pool] += 1
        if s.surge_vacancy_at[pool] < e.surge_vacancy_from[pool + 1]:
            push(s, e.surge_vacancy[s.surge_vacancy_at[pool]], SURGE_VACANCY, pool, 0)
    else:
        s.vacancy_at[pool] += 1
        if s.vacancy_at[pool] < e.vacancy_from[pool + 1]:
            push(s, e.vacancy[s.vacancy_at[pool]], VACANCY, pool, 0)


# -- time that is not that of the clock --------------------------------------------------------------------------------


@inner
def takes(e: Encoded, activity: Index, days: float, since: float) -> float:
    """Return how many days pass from a moment on until that many have passed at the activity's pace."""
    pace = e.pace[activity]
    if pace == NONE:
        return days
    steps = slice(e.pace_from[pace], e.pace_from[pace + 1])
    delay: float = paced_delay(since, days, e.pace_time[steps], e.pace_speed[steps])
    return delay


@inner
def opens_next(e: Encoded, s: State, calendar: Index, now: float) -> float:
    """Return `now` if a calendar is open, else when it opens next."""
    hours = slice(nearly(e, s, calendar), e.hours_from[calendar + 1])
    opening: float = next_opening(now, e.opens[hours], e.closes[hours])
    return opening


@inner
def works_for(e: Encoded, s: State, calendar: Index, work: float, now: float) -> float:
    """Return how many days from now it takes until an amount of open time has passed."""
    hours = slice(nearly(e, s, calendar), e.hours_from[calendar + 1])
    days: float = working_delay(now, work, e.opens[hours], e.closes[hours], e.worked[hours])
    return days


@inner
def nearly(e: Encoded, s: State, calendar: Index) -> int:
    """Return the last interval of a calendar that is surely over: no search needs to begin before it."""
    interval: int = max(e.hours_from[calendar], s.hours_at[calendar] - 1)
    return interval
