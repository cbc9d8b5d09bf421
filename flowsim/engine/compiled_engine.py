"""The fast engine: the rules of `flowsim.engine.simpy_engine`, compiled by numba over flat arrays.

Read it side by side with the SimPy engine: the functions stand in the same order and have the same names where they do
the same thing. One binary heap holds all events, ordered by time and then by kind, so that deaths and readmissions come
first in their instant; a queue is a linked list of spells. An event that has been overtaken (its activity was
interrupted, its spell was served) is recognised by its serial number and passed over.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from flowsim.engine import rules
from flowsim.engine.encode import BRANCH, GOTO, NONE, Encoded, encode
from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import delayed_days, goes_then
from flowsim.model import calendar as working_time
from flowsim.model.calendar import next_opening, working_delay
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network

# Kinds of events, in their order within an instant. Only that the first two come first matters; from _OPENING on they
# are about a calendar or a pool.
_DEATH, _READMISSION, _ARRIVAL, _RETURN, _END, _OPENED, _PATIENCE, _ESCALATION = range(8)
_OPENING, _CLOSING, _CAPACITY, _VACANCY, _SURGE = range(8, 13)
_KIND_BITS = 40  # an event's code is its kind, then the spell, pool or calendar it is about
_SUBJECT = (1 << _KIND_BITS) - 1
_ROWS, _EVENTS, _ARRIVED, _CHANGES = range(4)  # counters
_MARGIN = 8  # what one event can add to the log or to the heap is less than this
_AT_ACTIVITY, _AT_PLACE = 0, 1
_ELAPSED, _WORKING = 0, 1
_ADMITTED, _READY, _DISCHARGED = 1, 2, 3


# Arrays live as long as the call that passes them in, so the kernels count no references to them (`_nrt=False`: with
# eighty arrays, counting is what would take the time). Everything is inlined into one function with one entry.
_inner = numba.njit(_nrt=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


class _State(NamedTuple):
    """Everything that changes during a run."""

    counter: NDArray[np.int64]
    clock: NDArray[np.float64]
    # Spells
    inside: NDArray[np.bool_]
    serial: NDArray[np.int32]
    activity: NDArray[np.int32]
    row: NDArray[np.int32]
    place: NDArray[np.int32]
    held: NDArray[np.int32]
    reserved: NDArray[np.int32]
    staff: NDArray[np.int32]
    arrived: NDArray[np.float64]
    stamp: NDArray[np.float64]  # (spell, stamp): NaN until set
    # Queues, one for each activity: linked lists of spells
    queued: NDArray[np.bool_]
    priority: NDArray[np.float64]
    joined: NDArray[np.float64]
    before: NDArray[np.int32]
    after: NDArray[np.int32]
    head: NDArray[np.int64]
    tail: NDArray[np.int64]
    # Pools and calendars
    waiting: NDArray[np.int64]
    capacity: NDArray[np.int64]
    in_use: NDArray[np.int64]
    stock: NDArray[np.int64]
    surging: NDArray[np.bool_]
    changed: NDArray[np.bool_]
    is_open: NDArray[np.bool_]
    hours_at: NDArray[np.int64]
    step_at: NDArray[np.int64]
    vacancy_at: NDArray[np.int64]
    surge_vacancy_at: NDArray[np.int64]
    served: NDArray[np.int64]
    # The heap, and the log
    event_time: NDArray[np.float64]
    event_code: NDArray[np.int64]
    event_serial: NDArray[np.int64]
    log_spell: NDArray[np.int32]
    log_activity: NDArray[np.int32]
    requested: NDArray[np.float64]
    started: NDArray[np.float64]
    ended: NDArray[np.float64]


def run(network: Network, cohort: Cohort, until: float) -> JourneyLog:
    """Run a cohort through a network and return the journey log: bit for bit that of the SimPy engine.

    Parameters
    ----------
    network : Network
        Activities, pools and calendars. The calendars must cover the run.
    cohort : Cohort
        The spells, with every column that the network names.
    until : float
        When the run stops (days); what falls on that instant does not happen any more.

    Returns
    -------
    JourneyLog
        One row for each activity of each spell.

    Raises
    ------
    KeyError
        If the network names a column that the cohort lacks.
    """
    encoded = encode(network, cohort)
    state = _begin(encoded)
    while not _run_until(encoded, state, float(until)):
        state = _larger(state)
    rows = slice(state.counter[_ROWS])
    return JourneyLog.from_rows(
        state.log_spell[rows],
        state.log_activity[rows],
        state.requested[rows],
        state.started[rows],
        state.ended[rows],
        until,
    )


@_inner
def _run(e: Encoded, s: _State, until: float) -> bool:
    """Run until the end and return True, or until the log or the heap is full and return False.

    The state says everything, so that a run goes on where it stopped.
    """
    while True:
        if s.counter[_CHANGES] == 0:  # nothing can start any more: the clock moves
            if s.counter[_EVENTS] == 0 or s.event_time[0] >= until:
                return True
            s.clock[0] = s.event_time[0]
        now = s.clock[0]
        # A round: first everything that falls on this instant, then one allocation pass.
        while s.counter[_EVENTS] > 0 and s.event_time[0] == now:
            if _is_full(s, _MARGIN):
                return False
            _happen(e, s, now, until)
        if s.counter[_CHANGES] > 0:
            if _is_full(s, _MARGIN + 2 * s.waiting.sum()):
                return False
            for i in range(_allocate(e, s)):
                _start(e, s, s.served[i], now)


@_inner
def _happen(e: Encoded, s: _State, now: float, until: float) -> None:
    """Take the first event off the heap and let it happen."""
    code, serial = s.event_code[0], s.event_serial[0]
    _pop(s)
    kind, subject = code >> _KIND_BITS, code & _SUBJECT
    if kind >= _OPENING:
        _clock_strikes(e, s, kind, subject)
        return
    activity = NONE  # what the spell requests as a consequence
    if kind == _ARRIVAL:
        subject = _next_arrival(e, s)
        activity = _arrive(e, s, subject, now, until)
    elif kind == _RETURN:
        activity = _arrive(e, s, subject, now, until)
    elif kind == _DEATH:
        if s.inside[subject]:
            _break_off(e, s, subject, now)
            activity = e.death_exit
    elif kind == _READMISSION:
        _push(s, now, _RETURN, e.child[subject], 0)
        if s.inside[subject]:
            _break_off(e, s, subject, now)
            activity = e.again_exit
    elif s.serial[subject] == serial:
        if kind == _END:
            s.ended[s.row[subject]] = now
            if s.staff[subject] != NONE:
                _release(s, s.staff[subject])
                s.staff[subject] = NONE
            activity = _decide(e, s, subject, now)
        elif kind == _PATIENCE:
            _unqueue(e, s, subject)
            s.ended[s.row[subject]] = now
            activity = e.otherwise[s.activity[subject]]
        elif kind == _ESCALATION:
            _escalate(e, s, subject)
        else:
            _start(e, s, subject, now)
    if activity != NONE:
        _request(e, s, subject, activity, now, until)


# -- the journey of one person -----------------------------------------------------------------------------------------


@_inner
def _request(e: Encoded, s: _State, spell: int, activity: int, now: float, until: float) -> None:
    """Ask for an activity: queue for its pool, wait for its calendar, or start."""
    s.activity[spell] = activity
    s.row[spell] = _log(s, spell, activity, now)
    s.serial[spell] += 1
    if e.pool[activity] != NONE:
        _join(e, s, spell, activity, now, until)
        return
    calendar = e.calendar[activity]
    if calendar != NONE:
        hours = slice(e.hours_from[calendar], e.hours_from[calendar + 1])
        opening = next_opening(now, e.opens[hours], e.closes[hours])
        if opening > now:
            _push(s, now + (opening - now), _OPENED, spell, s.serial[spell])
            return
    _start(e, s, spell, now)


@_inner
def _start(e: Encoded, s: _State, spell: int, now: float) -> None:
    """Enter the place, hold what is to be held, set the stamp, and leave or say when the activity ends."""
    activity = s.activity[spell]
    s.started[s.row[spell]] = now
    s.serial[spell] += 1
    if e.place[activity] != s.place[spell]:
        if s.held[spell] != NONE:
            _release(s, s.held[spell])
        s.place[spell], s.held[spell], s.reserved[spell] = e.place[activity], s.reserved[spell], NONE
    pool = e.pool[activity]
    if pool != NONE and e.is_units[pool]:
        if e.holds[activity] == _AT_ACTIVITY:
            s.staff[spell] = pool
        elif e.holds[activity] == _AT_PLACE:
            if s.held[spell] != NONE:
                _release(s, s.held[spell])
            s.held[spell] = pool
        else:
            if s.reserved[spell] != NONE:
                _release(s, s.reserved[spell])
            s.reserved[spell] = pool
    stamp = e.stamp[activity]
    if stamp > 0 and np.isnan(s.stamp[spell, stamp]):
        s.stamp[spell, stamp] = now
        if stamp == _DISCHARGED:
            _decide_readmission(e, s, spell, now)
    if e.decision[activity] == NONE:
        _leave(s, spell, now)
    else:
        _push(s, now + _delay(e, s, spell, activity, now), _END, spell, s.serial[spell])


@_inner
def _delay(e: Encoded, s: _State, spell: int, activity: int, now: float) -> float:
    """Return how many days pass until an activity that starts now ends."""
    if e.duration[activity] == NONE:
        return 0.0
    duration = e.real[e.duration[activity], spell]
    if e.clock[activity] == _ELAPSED:
        return duration
    if e.clock[activity] == _WORKING:
        calendar = e.calendar[activity]
        hours = slice(e.hours_from[calendar], e.hours_from[calendar + 1])
        return working_delay(now, duration, e.opens[hours], e.closes[hours], e.worked[hours])
    return max(0.0, s.stamp[spell, _ADMITTED] + duration - now)


@_inner
def _leave(s: _State, spell: int, now: float) -> None:
    """Leave the network: give back everything."""
    s.ended[s.row[spell]] = now
    if s.held[spell] != NONE:
        _release(s, s.held[spell])
    if s.reserved[spell] != NONE:
        _release(s, s.reserved[spell])
    if s.staff[spell] != NONE:
        _release(s, s.staff[spell])
    s.inside[spell] = False
    s.serial[spell] += 1


@_inner
def _decide(e: Encoded, s: _State, spell: int, now: float) -> int:
    """Return the activity that comes next."""
    node = e.decision[s.activity[spell]]
    while e.node_kind[node] != GOTO:
        first = e.target_from[node]
        if e.node_kind[node] == BRANCH:
            days = delayed_days(s.stamp[spell, _READY], s.stamp[spell, _DISCHARGED], now)
            uniform = e.real[e.node_column[node], spell]
            probability = e.real[e.node_probability[node], spell]
            goes = goes_then(uniform, probability, e.node_per_day[node], days)
            node = e.target[first if goes else first + 1]
        else:
            node = e.target[first + e.whole[e.node_column[node], spell]]
    return e.target[e.target_from[node]]


# -- arrivals, death, readmission --------------------------------------------------------------------------------------


@_inner
def _next_arrival(e: Encoded, s: _State) -> int:
    """Return the spell that arrives now, and put the arrival after it on the heap."""
    arrived = s.counter[_ARRIVED]
    s.counter[_ARRIVED] = arrived + 1
    if arrived + 1 < e.order.size:
        _push(s, e.arrival[arrived + 1], _ARRIVAL, 0, 0)
    return e.order[arrived]


@_inner
def _arrive(e: Encoded, s: _State, spell: int, now: float, until: float) -> int:
    """Enter the network, and return the first activity."""
    s.arrived[spell] = now
    s.inside[spell] = True
    if e.death_after != NONE:
        death = now + e.real[e.death_after, spell]
        if death < until:
            _push(s, death, _DEATH, spell, 0)
    return e.entry[spell]


@_inner
def _break_off(e: Encoded, s: _State, spell: int, now: float) -> None:
    """Break off what the person does or waits for; staff, bed and slot go back when the exit starts."""
    if s.queued[spell]:
        _unqueue(e, s, spell)
    s.ended[s.row[spell]] = now


@_inner
def _decide_readmission(e: Encoded, s: _State, spell: int, now: float) -> None:
    child = e.child[spell]
    if e.again_exit == NONE or child < 0:
        return
    at = np.floor(now) + e.real[e.again_gap, spell] + e.real[e.again_time, child]
    if e.death_after != NONE and at >= s.arrived[spell] + e.real[e.death_after, spell]:
        return
    days = delayed_days(s.stamp[spell, _READY], s.stamp[spell, _DISCHARGED], now)
    if goes_then(e.real[e.again_uniform, spell], e.real[e.again_probability, spell], e.again_per_day, days):
        _push(s, now + (at - now), _READMISSION, spell, 0)


# -- pools and queues --------------------------------------------------------------------------------------------------


@_inner
def _join(e: Encoded, s: _State, spell: int, activity: int, now: float, until: float) -> None:
    """Join the queue of an activity."""
    s.priority[spell] = 0.0 if e.priority[activity] == NONE else e.real[e.priority[activity], spell]
    s.joined[spell] = now
    _insert(s, spell, activity)
    s.waiting[e.pool[activity]] += 1
    _change(s, e.pool[activity])
    if e.patience[activity] != NONE:
        patience = e.real[e.patience[activity], spell]
        if patience < until:
            _push(s, now + patience, _PATIENCE, spell, s.serial[spell])
    if e.escalates_after[activity] < np.inf:
        _push(s, now + e.escalates_after[activity], _ESCALATION, spell, s.serial[spell])


@_inner
def _insert(s: _State, spell: int, activity: int) -> None:
    """Put a spell where it belongs in a queue: most belong at the end, so the walk starts there."""
    before = s.tail[activity]
    while before != NONE and _comes_before(s, spell, before):
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


@_inner
def _comes_before(s: _State, one: int, other: int) -> bool:
    """Compare by (priority, time joined, spell)."""
    if s.priority[one] != s.priority[other]:
        return s.priority[one] < s.priority[other]
    if s.joined[one] != s.joined[other]:
        return s.joined[one] < s.joined[other]
    return one < other


@_inner
def _remove(s: _State, spell: int) -> None:
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


@_inner
def _unqueue(e: Encoded, s: _State, spell: int) -> None:
    pool = e.pool[s.activity[spell]]
    _remove(s, spell)
    s.waiting[pool] -= 1
    _change(s, pool)


@_inner
def _escalate(e: Encoded, s: _State, spell: int) -> None:
    activity = s.activity[spell]
    _remove(s, spell)
    s.priority[spell] = e.escalates_to[activity]
    _insert(s, spell, activity)
    _change(s, e.pool[activity])


@_inner
def _release(s: _State, pool: int) -> None:
    s.in_use[pool] -= 1
    _change(s, pool)


@_inner
def _change(s: _State, pool: int) -> None:
    """Have the pool looked at in the next allocation pass, unless nobody waits and so nothing could come of it."""
    if not s.changed[pool] and (s.waiting[pool] > 0 or s.surging[pool]):
        s.changed[pool] = True
        s.counter[_CHANGES] += 1


@_inner
def _allocate(e: Encoded, s: _State) -> int:
    """Serve the queues of the pools that changed, and return how many spells were served.

    The starts happen, and free their units, after this pass.
    """
    served = 0
    for pool in range(s.changed.size):
        if not s.changed[pool]:
            continue
        s.changed[pool] = False
        s.counter[_CHANGES] -= 1
        _look_at_surge(e, s, pool)
        free = s.stock[pool]
        if e.is_units[pool]:
            free = s.capacity[pool] + (e.surge_units[pool] if s.surging[pool] else 0) - s.in_use[pool]
        while free > 0:
            spell = _first(e, s, pool)
            if spell == NONE:
                break
            _remove(s, spell)
            s.waiting[pool] -= 1
            if e.is_units[pool]:
                s.in_use[pool] += 1
            else:
                s.stock[pool] -= 1
            free -= 1
            s.served[served] = spell
            served += 1
    return served


@_inner
def _look_at_surge(e: Encoded, s: _State, pool: int) -> None:
    if e.surge_above[pool] == NONE:
        return
    s.surging[pool] = s.waiting[pool] > (e.surge_until[pool] if s.surging[pool] else e.surge_above[pool])


@_inner
def _first(e: Encoded, s: _State, pool: int) -> int:
    """Return who comes first among those who wait for a pool with an open calendar."""
    best = NONE
    for activity in e.queue[e.queue_from[pool] : e.queue_from[pool + 1]]:
        head = s.head[activity]
        if head == NONE or (e.calendar[activity] != NONE and not s.is_open[e.calendar[activity]]):
            continue
        if best == NONE or _comes_before(s, head, best):
            best = head
    return best


# -- what changes by the clock -----------------------------------------------------------------------------------------


@_inner
def _clock_strikes(e: Encoded, s: _State, kind: int, subject: int) -> None:
    if kind <= _CLOSING:
        _open_or_close(e, s, subject, kind == _OPENING)
    elif kind == _CAPACITY:
        _capacity_step(e, s, subject)
    else:
        _vacancy(e, s, subject, kind == _SURGE)


@_inner
def _open_or_close(e: Encoded, s: _State, calendar: int, opening: bool) -> None:
    at = s.hours_at[calendar]
    s.is_open[calendar] = opening
    if opening:
        _push(s, e.closes[at], _CLOSING, calendar, 0)
        for pool in e.watching[e.watching_from[calendar] : e.watching_from[calendar + 1]]:
            _change(s, pool)
    elif at + 1 < e.hours_from[calendar + 1]:
        s.hours_at[calendar] = at + 1
        _push(s, e.opens[at + 1], _OPENING, calendar, 0)


@_inner
def _capacity_step(e: Encoded, s: _State, pool: int) -> None:
    at = s.step_at[pool]
    s.capacity[pool] = e.step_units[at]
    _change(s, pool)
    if at + 1 < e.step_from[pool + 1]:
        s.step_at[pool] = at + 1
        _push(s, e.step_time[at + 1], _CAPACITY, pool, 0)


@_inner
def _vacancy(e: Encoded, s: _State, pool: int, in_surge: bool) -> None:
    if (s.surging[pool] or not in_surge) and s.stock[pool] < e.stock_limit[pool]:
        s.stock[pool] += 1
        _change(s, pool)
    if in_surge:
        s.surge_vacancy_at[pool] += 1
        if s.surge_vacancy_at[pool] < e.surge_vacancy_from[pool + 1]:
            _push(s, e.surge_vacancy[s.surge_vacancy_at[pool]], _SURGE, pool, 0)
    else:
        s.vacancy_at[pool] += 1
        if s.vacancy_at[pool] < e.vacancy_from[pool + 1]:
            _push(s, e.vacancy[s.vacancy_at[pool]], _VACANCY, pool, 0)


# -- the heap, the log, and the state ----------------------------------------------------------------------------------


@_inner
def _push(s: _State, time: float, kind: int, subject: int, serial: int) -> None:
    """Put an event on the heap."""
    code = (kind << _KIND_BITS) | subject
    i = s.counter[_EVENTS]
    s.counter[_EVENTS] = i + 1
    while i > 0:
        parent = (i - 1) >> 1
        if s.event_time[parent] < time or (s.event_time[parent] == time and s.event_code[parent] <= code):
            break
        _move(s, parent, i)
        i = parent
    s.event_time[i], s.event_code[i], s.event_serial[i] = time, code, serial


@_inner
def _pop(s: _State) -> None:
    """Drop the first event off the heap."""
    n = s.counter[_EVENTS] - 1
    s.counter[_EVENTS] = n
    time, code, serial = s.event_time[n], s.event_code[n], s.event_serial[n]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n and (
            s.event_time[child + 1] < s.event_time[child]
            or (s.event_time[child + 1] == s.event_time[child] and s.event_code[child + 1] < s.event_code[child])
        ):
            child += 1
        if time < s.event_time[child] or (time == s.event_time[child] and code <= s.event_code[child]):
            break
        _move(s, child, i)
        i = child
    s.event_time[i], s.event_code[i], s.event_serial[i] = time, code, serial


@_inner
def _move(s: _State, source: int, target: int) -> None:
    s.event_time[target] = s.event_time[source]
    s.event_code[target] = s.event_code[source]
    s.event_serial[target] = s.event_serial[source]


@_inner
def _log(s: _State, spell: int, activity: int, now: float) -> int:
    """Open a row of the log and return its number."""
    row = s.counter[_ROWS]
    s.counter[_ROWS] = row + 1
    s.log_spell[row], s.log_activity[row] = spell, activity
    s.requested[row], s.started[row], s.ended[row] = now, np.nan, np.nan
    return row


@_inner
def _is_full(s: _State, more: int) -> bool:
    """Whether the log or the heap lacks room for so many more entries."""
    return s.counter[_ROWS] + more > s.log_spell.size or s.counter[_EVENTS] + more > s.event_time.size


def _larger(s: _State) -> _State:
    """Return the state with more room in the log and on the heap."""
    growing = ("event_time", "event_code", "event_serial")
    growing += ("log_spell", "log_activity", "requested", "started", "ended")
    grown = {}
    for name in growing:
        array = getattr(s, name)
        grown[name] = np.empty(2 * array.size + 2 * int(s.waiting.sum()), dtype=array.dtype)
        grown[name][: array.size] = array
    return s._replace(**grown)


@numba.njit(cache=True)
def _begin(e: Encoded) -> _State:
    """Return the state at time 0, with the first of each kind of clocked event on the heap."""
    spells, activities, pools, calendars = e.child.size, e.place.size, e.is_units.size, e.hours_from.size - 1
    rows, events = 4 * spells + 64, spells // 4 + 2 * calendars + 4 * pools + 64
    s = _State(
        np.zeros(4, np.int64),
        np.zeros(1, np.float64),
        np.zeros(spells, np.bool_),
        np.zeros(spells, np.int32),
        np.full(spells, NONE, np.int32),
        np.full(spells, NONE, np.int32),
        np.full(spells, NONE, np.int32),
        np.full(spells, NONE, np.int32),
        np.full(spells, NONE, np.int32),
        np.full(spells, NONE, np.int32),
        np.zeros(spells, np.float64),
        np.full((spells, 4), np.nan, np.float64),
        np.zeros(spells, np.bool_),
        np.zeros(spells, np.float64),
        np.zeros(spells, np.float64),
        np.full(spells, NONE, np.int32),
        np.full(spells, NONE, np.int32),
        np.full(activities, NONE, np.int64),
        np.full(activities, NONE, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.bool_),
        np.zeros(pools, np.bool_),
        np.zeros(calendars, np.bool_),
        e.hours_from[:-1].copy(),
        e.step_from[:-1].copy(),
        e.vacancy_from[:-1].copy(),
        e.surge_vacancy_from[:-1].copy(),
        np.empty(spells, np.int64),
        np.empty(events, np.float64),
        np.empty(events, np.int64),
        np.empty(events, np.int64),
        np.empty(rows, np.int32),
        np.empty(rows, np.int32),
        np.empty(rows, np.float64),
        np.empty(rows, np.float64),
        np.empty(rows, np.float64),
    )
    for pool in range(pools):
        if e.is_units[pool]:
            s.capacity[pool] = e.step_units[e.step_from[pool]]
        if e.step_from[pool] + 1 < e.step_from[pool + 1]:
            s.step_at[pool] += 1
            _push(s, e.step_time[s.step_at[pool]], _CAPACITY, pool, 0)
        if e.vacancy_from[pool] < e.vacancy_from[pool + 1]:
            _push(s, e.vacancy[e.vacancy_from[pool]], _VACANCY, pool, 0)
        if e.surge_vacancy_from[pool] < e.surge_vacancy_from[pool + 1]:
            _push(s, e.surge_vacancy[e.surge_vacancy_from[pool]], _SURGE, pool, 0)
    for calendar in range(calendars):
        if e.hours_from[calendar] < e.hours_from[calendar + 1]:
            _push(s, e.opens[e.hours_from[calendar]], _OPENING, calendar, 0)
    if e.order.size > 0:
        _push(s, e.arrival[0], _ARRIVAL, 0, 0)
    return s


def _compiled(fingerprint: int):
    """Return the entry to the kernels, compiled once for each machine and kept on disk.

    Numba looks for changes only in the file of the function that it keeps; the fingerprint of the other files that are
    compiled into it becomes a part of the key, so that a changed rule is never answered from an old cache.
    """

    @numba.njit(cache=True, _nrt=False)
    def run_until(e, s, until):
        return _run(e, s, until) if fingerprint >= 0 else False

    return run_until


def _fingerprint() -> int:
    sources = b"".join(Path(module.__file__).read_bytes() for module in (working_time, rules))
    return int.from_bytes(hashlib.blake2b(sources, digest_size=7).digest(), "little")


_run_until = _compiled(_fingerprint())
