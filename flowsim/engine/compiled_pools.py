"""Pools, queues and calendars of the compiled engine: who waits, who is served, what is given back."""

from __future__ import annotations

import numpy as np

from flowsim.engine.compiled_state import (
    CAPACITY,
    CHANGES,
    CLOSING,
    ESCALATION,
    HELD,
    MIDNIGHT,
    OPENING,
    OVERSTAY,
    PATIENCE,
    RESERVED,
    SURGE_VACANCY,
    VACANCY,
    State,
    inner,
    push,
)
from flowsim.engine.encode import NONE, UNITS, VACANCIES, VISITS, Encoded
from flowsim.engine.rules import booked_days, visits_on


@inner
def join(e: Encoded, s: State, spell: int, activity: int, now: float, until: float) -> None:
    """Join the queue of an activity."""
    s.priority[spell] = 0.0 if e.priority[activity] == NONE else e.real[e.priority[activity], spell]
    s.joined[spell] = now
    insert(s, spell, activity)
    s.waiting[e.pool[activity]] += 1
    change(s, e.pool[activity])
    if e.patience[activity] != NONE:
        patience = e.real[e.patience[activity], spell]
        if patience < until:
            push(s, now + patience, PATIENCE, spell, s.serial[spell])
    if e.escalates_after[activity] < np.inf:
        push(s, now + e.escalates_after[activity], ESCALATION, spell, s.serial[spell])


@inner
def insert(s: State, spell: int, activity: int) -> None:
    """Put a spell where it belongs in a queue: most belong at the end, so the walk starts there."""
    before = s.tail[activity]
    while before != NONE and comes_before(s, spell, before):
        before = s.before[before]
    after = s.head[activity] if before == NONE else s.after[before]
    s.before[spell], s.after[spell] = before, after
    if before == NONE:
        s.head[activity] = spell
    else:
        s.after[before] = spell
    if after == NONE:
        s.tail[activity] = spell
    else:
        s.before[after] = spell
    s.queued[spell] = True


@inner
def comes_before(s: State, one: int, other: int) -> bool:
    """Compare by (priority, time joined, spell)."""
    if s.priority[one] != s.priority[other]:
        return s.priority[one] < s.priority[other]
    if s.joined[one] != s.joined[other]:
        return s.joined[one] < s.joined[other]
    return one < other


@inner
def remove(s: State, spell: int) -> None:
    """Take a spell out of its queue."""
    activity, before, after = s.activity[spell], s.before[spell], s.after[spell]
    if before == NONE:
        s.head[activity] = after
    else:
        s.after[before] = after
    if after == NONE:
        s.tail[activity] = before
    else:
        s.before[after] = before
    s.queued[spell] = False


@inner
def unqueue(e: Encoded, s: State, spell: int) -> None:
    """Leave the queue."""
    pool = e.pool[s.activity[spell]]
    remove(s, spell)
    s.waiting[pool] -= 1
    change(s, pool)


@inner
def escalate(e: Encoded, s: State, spell: int) -> None:
    """Go on waiting with another priority."""
    activity = s.activity[spell]
    remove(s, spell)
    s.priority[spell] = e.escalates_to[activity]
    insert(s, spell, activity)
    change(s, e.pool[activity])


@inner
def hold(e: Encoded, s: State, spell: int, activity: int, now: float) -> None:
    """Keep the unit that was taken for as long as the activity says, in exchange for what was kept so before."""
    pool, slot = e.pool[activity], e.holds[activity]
    if pool == NONE or e.kind[pool] == VACANCIES:
        return
    release(e, s, spell, slot, now)
    s.hold[spell, slot] = pool
    if e.kind[pool] == VISITS:
        since = int(np.floor(now))
        s.hold_by[spell, slot], s.hold_since[spell, slot], s.overstays[spell, slot] = activity, since, False
        push(s, since + booked_days(e.real[e.visits_days[activity], spell]), OVERSTAY, spell, activity)


@inner
def enter(e: Encoded, s: State, spell: int, place: int, now: float) -> None:
    """Enter a place: give back what was held for the one that is left, and hold what was reserved."""
    s.place[spell] = place
    release(e, s, spell, HELD, now)
    s.hold[spell, HELD], s.hold[spell, RESERVED] = s.hold[spell, RESERVED], NONE
    if e.visits_a_day.size > 0:
        s.hold_by[spell, HELD] = s.hold_by[spell, RESERVED]
        s.hold_since[spell, HELD] = s.hold_since[spell, RESERVED]
        s.overstays[spell, HELD] = s.overstays[spell, RESERVED]


@inner
def release(e: Encoded, s: State, spell: int, slot: int, now: float) -> None:
    """Give back what a spell holds in a slot, if anything."""
    pool = s.hold[spell, slot]
    if pool == NONE:
        return
    s.hold[spell, slot] = NONE
    if e.kind[pool] == UNITS:
        s.in_use[pool] -= 1
    elif s.overstays[spell, slot]:
        s.overstaying[pool] -= e.visits_last[s.hold_by[spell, slot]]
    else:
        activity, since = s.hold_by[spell, slot], s.hold_since[spell, slot]
        book(e, s, pool, spell, activity, since, int(np.floor(now)) + 1, -1)
    change(s, pool)


@inner
def book(e: Encoded, s: State, pool: int, spell: int, activity: int, since: int, first_day: int, sign: int) -> None:
    """Book (sign 1) or give back (sign -1) the visits of a stay that began on day `since`, from a day on."""
    days = booked_days(e.real[e.visits_days[activity], spell])
    for day in range(max(since, first_day), since + days):
        s.booked[pool, day] += sign * visits_on(day - since, days, e.visits_first[activity], e.visits_last[activity])


@inner
def overstay(e: Encoded, s: State, spell: int, activity: int, now: float) -> None:
    """Go on with the last day's visits, if what an activity booked until now is still held."""
    for slot in range(3):
        pool = s.hold[spell, slot]
        if pool == NONE or e.kind[pool] != VISITS or s.hold_by[spell, slot] != activity or s.overstays[spell, slot]:
            continue
        if s.hold_since[spell, slot] + booked_days(e.real[e.visits_days[activity], spell]) == now:
            s.overstays[spell, slot] = True
            s.overstaying[pool] += e.visits_last[activity]
            change(s, pool)


@inner
def change(s: State, pool: int) -> None:
    """Have the pool looked at in the next allocation pass, unless nobody waits and so nothing could come of it."""
    if not s.changed[pool] and (s.waiting[pool] > 0 or s.surging[pool]):
        s.changed[pool] = True
        s.counter[CHANGES] += 1


@inner
def allocate(e: Encoded, s: State, now: float) -> int:
    """Serve the queues of the pools that changed, and return how many spells were served.

    The starts happen, and free their units, after this pass.
    """
    served = 0
    for pool in range(s.changed.size):
        if not s.changed[pool]:
            continue
        s.changed[pool] = False
        s.counter[CHANGES] -= 1
        look_at_surge(e, s, pool)
        while s.waiting[pool] > 0:
            spell = first(e, s, pool)
            if spell == NONE or not has_room(e, s, pool, spell, now):
                break
            remove(s, spell)
            s.waiting[pool] -= 1
            take(e, s, pool, spell, now)
            s.served[served] = spell
            served += 1
    return served


@inner
def has_room(e: Encoded, s: State, pool: int, spell: int, now: float) -> bool:
    """Whether a spell can be given what it needs now."""
    surge = e.surge_units[pool] if s.surging[pool] else 0
    if e.kind[pool] == UNITS:
        return s.capacity[pool] + surge > s.in_use[pool]
    if e.kind[pool] == VACANCIES:
        return s.stock[pool] > 0
    activity, today = s.activity[spell], int(np.floor(now))
    days = booked_days(e.real[e.visits_days[activity], spell])
    used = s.overstaying[pool]
    for i in range(days):
        visits = visits_on(i, days, e.visits_first[activity], e.visits_last[activity])
        if s.booked[pool, today + i] + used + visits > e.visits_a_day[pool, today + i] + surge:
            return False
    return True


@inner
def take(e: Encoded, s: State, pool: int, spell: int, now: float) -> None:
    """Take what a spell needs."""
    if e.kind[pool] == UNITS:
        s.in_use[pool] += 1
    elif e.kind[pool] == VACANCIES:
        s.stock[pool] -= 1
    else:
        today = int(np.floor(now))
        book(e, s, pool, spell, s.activity[spell], today, today, 1)


@inner
def look_at_surge(e: Encoded, s: State, pool: int) -> None:
    """Open or close the surge by how many wait."""
    if e.surge_above[pool] == NONE:
        return
    s.surging[pool] = s.waiting[pool] > (e.surge_until[pool] if s.surging[pool] else e.surge_above[pool])


@inner
def first(e: Encoded, s: State, pool: int) -> int:
    """Return who comes first among those who wait for a pool with an open calendar."""
    best = NONE
    for activity in e.queue[e.queue_from[pool] : e.queue_from[pool + 1]]:
        head = s.head[activity]
        if head == NONE or (e.calendar[activity] != NONE and not s.is_open[e.calendar[activity]]):
            continue
        if best == NONE or comes_before(s, head, best):
            best = head
    return best


@inner
def clock_strikes(e: Encoded, s: State, kind: int, subject: int, now: float) -> None:
    """Apply what changes by the clock: calendars, capacities, midnights, vacancies."""
    if kind <= CLOSING:
        open_or_close(e, s, subject, kind == OPENING)
    elif kind == MIDNIGHT:
        change(s, subject)
        push(s, now + 1.0, MIDNIGHT, subject, 0)
    elif kind == CAPACITY:
        capacity_step(e, s, subject)
    else:
        vacancy(e, s, subject, kind == SURGE_VACANCY)


@inner
def open_or_close(e: Encoded, s: State, calendar: int, opening: bool) -> None:
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
def capacity_step(e: Encoded, s: State, pool: int) -> None:
    """Change a capacity; whoever has a unit keeps it."""
    at = s.step_at[pool]
    s.capacity[pool] = e.step_units[at]
    change(s, pool)
    if at + 1 < e.step_from[pool + 1]:
        s.step_at[pool] = at + 1
        push(s, e.step_time[at + 1], CAPACITY, pool, 0)


@inner
def vacancy(e: Encoded, s: State, pool: int, in_surge: bool) -> None:
    """Add a vacancy, unless enough stand unused or it is for a surge that is not on."""
    if (s.surging[pool] or not in_surge) and s.stock[pool] < e.stock_limit[pool]:
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
