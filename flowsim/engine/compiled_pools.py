"""Pools and queues of the compiled engine: who waits, who is served, what is given back."""

from __future__ import annotations

import numpy as np

from flowsim.engine.columns import NONE, Index, inner
from flowsim.engine.compiled_events import push, push_settled
from flowsim.engine.compiled_state import (
    CHANGES,
    ESCALATION,
    HELD,
    HIGHEST,
    LOWEST,
    OVERSTAY,
    PATIENCE,
    RESERVED,
    SERVED,
    State,
    value,
)
from flowsim.engine.encode import UNITS, VACANCIES, VISITS, Encoded
from flowsim.engine.rules import booked_days, visits_on


@inner
def join(e: Encoded, s: State, case: Index, activity: Index, line: Index, now: float) -> None:
    """Join the queue of an activity, or of any of several of which it is named first."""
    s.cases[case].priority = 0.0 if e.priority[activity] == NONE else value(e, s, e.priority[activity], case)
    s.cases[case].line = line
    insert(s, case, line)
    count(e, s, case, 1)
    if e.patience[activity] != NONE:
        patience = value(e, s, e.patience[activity], case)
        if patience > 0.0:
            push(s, now + patience, PATIENCE, case, s.cases[case].serial)
        else:
            push_settled(s, PATIENCE, case, s.cases[case].serial)
    if e.escalates_after[activity] < np.inf:
        push(s, now + e.escalates_after[activity], ESCALATION, case, s.cases[case].serial)


@inner
def insert(s: State, case: Index, line: Index) -> None:
    """Put a spell where it belongs in a queue: most belong at the end, so the walk starts there."""
    before = s.tail[line]
    while before != NONE and comes_before(s, case, before):
        before = s.cases[before].before
    after = s.head[line] if before == NONE else s.cases[before].after
    s.cases[case].before, s.cases[case].after = before, after
    if before == NONE:
        s.head[line] = case
    else:
        s.cases[before].after = case
    if after == NONE:
        s.tail[line] = case
    else:
        s.cases[after].before = case
    s.cases[case].queued = True


@inner
def comes_before(s: State, one: Index, other: Index) -> bool:
    """Compare by (priority, time joined, spell)."""
    earlier: bool
    if s.cases[one].priority != s.cases[other].priority:
        earlier = s.cases[one].priority < s.cases[other].priority
    elif s.cases[one].requested != s.cases[other].requested:
        earlier = s.cases[one].requested < s.cases[other].requested
    else:
        earlier = s.cases[one].spell < s.cases[other].spell
    return earlier


@inner
def remove(s: State, case: Index, line: Index) -> None:
    """Take a spell out of its queue."""
    before, after = s.cases[case].before, s.cases[case].after
    if before == NONE:
        s.head[line] = after
    else:
        s.cases[before].after = after
    if after == NONE:
        s.tail[line] = before
    else:
        s.cases[after].before = before
    s.cases[case].queued = False


@inner
def unqueue(e: Encoded, s: State, case: Index) -> None:
    """Leave the queue."""
    remove(s, case, s.cases[case].line)
    count(e, s, case, -1)


@inner
def count(e: Encoded, s: State, case: Index, more: int) -> None:
    """Count one more or less who waits for the pool of a case, or for each, and have it looked at."""
    pool = e.pool[s.cases[case].activity]
    s.waiting[pool] += more
    change(s, pool)
    if s.cases[case].line >= e.shared_from:
        group = s.cases[case].line - e.shared_from
        for i in range(e.any_from[group] + 1, e.any_from[group + 1]):
            pool = e.pool[e.any_of[i]]
            s.waiting[pool] += more
            change(s, pool)


@inner
def look_elsewhere(e: Encoded, s: State, case: Index) -> None:
    """Have the other queues looked at of which somebody who has been served has gone: they may have stood first."""
    group = s.cases[case].line - e.shared_from
    for i in range(e.any_from[group], e.any_from[group + 1]):
        if e.any_of[i] != s.cases[case].activity:
            change(s, e.pool[e.any_of[i]])


@inner
def escalate(e: Encoded, s: State, case: Index) -> None:
    """Go on waiting with another priority."""
    remove(s, case, s.cases[case].line)
    s.cases[case].priority = e.escalates_to[s.cases[case].activity]
    insert(s, case, s.cases[case].line)
    count(e, s, case, 0)


@inner
def hold(e: Encoded, s: State, case: Index, activity: Index, now: float) -> None:
    """Keep the unit that was taken for as long as the activity says, in exchange for what was kept so before."""
    pool, slot = e.pool[activity], e.holds[activity]
    if pool == NONE or e.kind[pool] == VACANCIES:
        return
    release(e, s, case, slot, now)
    s.hold[case, slot] = pool
    if e.kind[pool] == VISITS:
        since = int(np.floor(now))
        s.hold_by[case, slot], s.hold_since[case, slot], s.overstays[case, slot] = activity, since, False
        push(s, since + booked_days(value(e, s, e.visits_days[activity], case)), OVERSTAY, case, activity)


@inner
def enter(e: Encoded, s: State, case: Index, place: Index, now: float) -> None:
    """Enter a place: give back what was held for the one that is left, and hold what was reserved."""
    s.cases[case].place = place
    release(e, s, case, HELD, now)
    s.hold[case, HELD], s.hold[case, RESERVED] = s.hold[case, RESERVED], NONE
    if e.visits_a_day.size > 0:
        s.hold_by[case, HELD] = s.hold_by[case, RESERVED]
        s.hold_since[case, HELD] = s.hold_since[case, RESERVED]
        s.overstays[case, HELD] = s.overstays[case, RESERVED]


@inner
def release(e: Encoded, s: State, case: Index, slot: int, now: float) -> None:
    """Give back what a spell holds in a slot, if anything."""
    pool = s.hold[case, slot]
    if pool == NONE:
        return
    s.hold[case, slot] = NONE
    if e.kind[pool] == UNITS:
        s.in_use[pool] -= 1
    elif s.overstays[case, slot]:
        s.overstaying[pool] -= e.visits_last[s.hold_by[case, slot]]
    else:
        activity, since = s.hold_by[case, slot], s.hold_since[case, slot]
        book(e, s, pool, case, activity, since, int(np.floor(now)) + 1, -1)
    change(s, pool)


@inner
def book(
    e: Encoded, s: State, pool: Index, case: Index, activity: Index, since: int, first_day: int, sign: int
) -> None:
    """Book (sign 1) or give back (sign -1) the visits of a stay that began on day `since`, from a day on."""
    days = booked_days(value(e, s, e.visits_days[activity], case))
    for day in range(max(since, first_day), since + days):
        s.booked[pool, day] += sign * visits_on(day - since, days, e.visits_first[activity], e.visits_last[activity])


@inner
def overstay(e: Encoded, s: State, case: Index, activity: Index, now: float) -> None:
    """Go on with the last day's visits, if what an activity booked until now is still held."""
    for slot in range(3):
        pool = s.hold[case, slot]
        if pool == NONE or e.kind[pool] != VISITS or s.hold_by[case, slot] != activity or s.overstays[case, slot]:
            continue
        if s.hold_since[case, slot] + booked_days(value(e, s, e.visits_days[activity], case)) == now:
            s.overstays[case, slot] = True
            s.overstaying[pool] += e.visits_last[activity]
            change(s, pool)


@inner
def change(s: State, pool: Index) -> None:
    """Have the pool served in the next allocation pass, unless nobody waits or looks, so that nothing comes of it."""
    if not s.changed[pool] and (s.waiting[pool] > 0 or s.surging[pool] != 0 or s.looked_at[pool]):
        s.changed[pool] = True
        s.counter[CHANGES] += 1
        s.counter[LOWEST], s.counter[HIGHEST] = min(s.counter[LOWEST], pool), max(s.counter[HIGHEST], pool)


@inner
def allocate(e: Encoded, s: State, now: float) -> None:
    """Serve the queues of the pools that changed; the starts happen, and free their units, after this pass."""
    lowest, highest = s.counter[LOWEST], s.counter[HIGHEST]
    s.counter[LOWEST], s.counter[HIGHEST] = s.changed.size, -1
    for pool in range(lowest, highest + 1):
        if not s.changed[pool]:
            continue
        s.changed[pool] = False
        s.counter[CHANGES] -= 1
        look_at_surge(e, s, pool)
        while s.waiting[pool] > 0:
            case = first(e, s, pool)
            if case == NONE:
                break
            activity = s.cases[case].activity if s.cases[case].line < e.shared_from else here(e, s, case, pool)
            if not has_room(e, s, pool, case, activity, now):
                break
            remove(s, case, s.cases[case].line)
            s.waiting[pool] -= 1
            if s.cases[case].line >= e.shared_from:
                leave_others(e, s, case, pool, now)
            s.cases[case].activity = activity
            take(e, s, pool, case, now)
            s.served[s.counter[SERVED]] = case
            s.counter[SERVED] += 1
        if s.looked_at[pool]:
            see(e, s, pool, now)


@inner
def see(e: Encoded, s: State, pool: Index, now: float) -> None:
    """Keep what a look sees from now on: how many wait, and whether something is free for one more."""
    waiting = s.waiting[pool]
    surge = s.surge_adds[pool]
    s.seen_waiting[pool] = waiting
    if e.kind[pool] == UNITS:
        s.seen_free[pool] = s.capacity[pool] > 0 and s.capacity[pool] + surge > s.in_use[pool] + waiting
    elif e.kind[pool] == VACANCIES:
        s.seen_free[pool] = s.stock[pool] > waiting
    else:
        today = int(np.floor(now))
        capacity, used = e.visits_a_day[pool, today], s.booked[pool, today] + s.overstaying[pool]
        s.seen_free[pool] = waiting == 0 and capacity > 0 and capacity + surge > used


@inner
def here(e: Encoded, s: State, case: Index, pool: Index) -> Index:
    """Return which of several activities this pool is for."""
    i = e.any_from[s.cases[case].line - e.shared_from]
    while e.pool[e.any_of[i]] != pool:
        i += 1
    activity: np.uint32 = e.any_of[i]
    return activity


@inner
def leave_others(e: Encoded, s: State, case: Index, pool: Index, now: float) -> None:
    """Count a case out of those who wait, and are seen to wait, for the other pools."""
    group = s.cases[case].line - e.shared_from
    for i in range(e.any_from[group], e.any_from[group + 1]):
        other = e.pool[e.any_of[i]]
        if other != pool:
            s.waiting[other] -= 1
            if s.looked_at[other]:
                see(e, s, other, now)


@inner
def has_room(e: Encoded, s: State, pool: Index, case: Index, activity: Index, now: float) -> bool:
    """Whether a spell can be given what it needs now; a pool that is closed has no surge."""
    surge = s.surge_adds[pool]
    has: bool
    if e.kind[pool] == UNITS:
        has = s.capacity[pool] > 0 and s.capacity[pool] + surge > s.in_use[pool]
    elif e.kind[pool] == VACANCIES:
        has = s.stock[pool] > 0
    else:
        has = can_book(e, s, pool, case, activity, surge, int(np.floor(now)))
    return has


@inner
def can_book(e: Encoded, s: State, pool: Index, case: Index, activity: Index, surge: int, today: int) -> bool:
    """Whether every day of a stay that begins today has room for its visits, if all days are like today."""
    days = booked_days(value(e, s, e.visits_days[activity], case))
    used, capacity = s.overstaying[pool], e.visits_a_day[pool, today]
    there_are = capacity + surge if capacity > 0 else 0
    for i in range(days):
        visits = visits_on(i, days, e.visits_first[activity], e.visits_last[activity])
        if s.booked[pool, today + i] + used + visits > there_are:
            return False
    return True


@inner
def take(e: Encoded, s: State, pool: Index, case: Index, now: float) -> None:
    """Take what a spell needs."""
    if e.kind[pool] == UNITS:
        s.in_use[pool] += 1
    elif e.kind[pool] == VACANCIES:
        s.stock[pool] -= 1
    else:
        today = int(np.floor(now))
        book(e, s, pool, case, s.cases[case].activity, today, today, 1)


@inner
def look_at_surge(e: Encoded, s: State, pool: Index) -> None:
    """Open or close each step of the surge by how many wait."""
    if e.surge_from[pool] == e.surge_from[pool + 1]:
        return
    first_step = e.surge_steps_from[s.surge_at[pool]]
    waiting, before, now, adds = s.waiting[pool], s.surging[pool], 0, 0
    for step in range(first_step, e.surge_steps_from[s.surge_at[pool] + 1]):
        bit = 1 << (step - first_step)
        if waiting > (e.surge_until[step] if before & bit else e.surge_above[step]):
            now |= bit
            adds += e.surge_units[step]
    s.surging[pool], s.surge_adds[pool] = now, adds


@inner
def first(e: Encoded, s: State, pool: Index) -> Index:
    """Return who comes first among those who wait for a pool with an open calendar."""
    best: Index = NONE
    for line in range(e.line_from[pool], e.line_from[pool + 1]):
        best = earlier_of(s, best, s.head[line], e.line_calendar[line])
    for at in range(e.shared_line_from[pool], e.shared_line_from[pool + 1]):
        best = earlier_of(s, best, s.head[e.shared_line[at]], e.shared_line_calendar[at])
    return best


@inner
def earlier_of(s: State, best: Index, head: Index, calendar: Index) -> Index:
    """Return the first of a line if it can be served and comes before the best so far."""
    if head == NONE or (calendar != NONE and not s.is_open[calendar]):
        return best
    return head if best == NONE or comes_before(s, head, best) else best
