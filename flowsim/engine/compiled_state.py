"""The state of the compiled engine: flat arrays, the binary heap of events, and the log as it grows."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from flowsim.engine.encode import NONE, UNITS, VISITS, Encoded

# Kinds of events, in their order within an instant. Only that the first two come first matters; from OPENING on they
# are about a calendar or a pool.
DEATH, READMISSION, ARRIVAL, RETURN, END, OPENED, PATIENCE, ESCALATION, OVERSTAY = range(9)
OPENING, CLOSING, CAPACITY, MIDNIGHT, VACANCY, SURGE_VACANCY = range(9, 15)
KIND_BITS = 40  # an event's code is its kind, then the spell, pool or calendar it is about
SUBJECT = (1 << KIND_BITS) - 1
ROWS, EVENTS, ARRIVED, CHANGES = range(4)  # counters
MARGIN = 8  # what one event can add to the log or to the heap is less than this
STAFF, HELD, RESERVED = range(3)  # what a spell can hold: in the order of `flowsim.engine.encode.HOLDS`
ADMITTED, READY, DISCHARGED = 1, 2, 3

_ONE = np.uint64(1)  # indices of the heap are unsigned: numba need not ask whether they count from the end

# Arrays live as long as the call that passes them in, so the kernels count no references to them (`_nrt=False`: with
# a hundred arrays, counting is what would take the time). Everything is inlined into one function with one entry.
inner = numba.njit(_nrt=False, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


class State(NamedTuple):
    """Everything that changes during a run."""

    counter: NDArray[np.int64]
    clock: NDArray[np.float64]
    # Spells
    inside: NDArray[np.bool_]
    in_service: NDArray[np.bool_]
    serial: NDArray[np.int32]
    activity: NDArray[np.uint32]
    row: NDArray[np.uint32]
    place: NDArray[np.uint32]
    arrived: NDArray[np.float64]
    stamp: NDArray[np.float64]  # (spell, stamp): NaN until set
    # What a spell holds (spell, slot): the pool; and for visits the activity, the day since when, and whether it
    # stays longer than booked
    hold: NDArray[np.uint32]
    hold_by: NDArray[np.uint32]
    hold_since: NDArray[np.int32]
    overstays: NDArray[np.bool_]
    # Queues, one for each activity: linked lists of spells
    queued: NDArray[np.bool_]
    priority: NDArray[np.float64]
    joined: NDArray[np.float64]
    before: NDArray[np.uint32]
    after: NDArray[np.uint32]
    head: NDArray[np.uint32]
    tail: NDArray[np.uint32]
    # Pools and calendars
    waiting: NDArray[np.int64]
    capacity: NDArray[np.int64]
    in_use: NDArray[np.int64]
    stock: NDArray[np.int64]
    booked: NDArray[np.int64]  # (pool, day)
    overstaying: NDArray[np.int64]
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


@inner
def push(s: State, time: float, kind: int, subject: int, serial: int) -> None:
    """Put an event on the heap."""
    code = (kind << KIND_BITS) | subject
    i = np.uint64(s.counter[EVENTS])
    s.counter[EVENTS] += 1
    while i > 0:
        parent = (i - _ONE) >> _ONE
        if s.event_time[parent] < time or (s.event_time[parent] == time and s.event_code[parent] <= code):
            break
        move(s, parent, i)
        i = parent
    s.event_time[i], s.event_code[i], s.event_serial[i] = time, code, serial


@inner
def pop(s: State) -> None:
    """Drop the first event off the heap."""
    s.counter[EVENTS] -= 1
    n = np.uint64(s.counter[EVENTS])
    time, code, serial = s.event_time[n], s.event_code[n], s.event_serial[n]
    i = np.uint64(0)
    while True:
        child = (i << _ONE) + _ONE
        if child >= n:
            break
        other = child + _ONE
        if other < n and (
            s.event_time[other] < s.event_time[child]
            or (s.event_time[other] == s.event_time[child] and s.event_code[other] < s.event_code[child])
        ):
            child = other
        if time < s.event_time[child] or (time == s.event_time[child] and code <= s.event_code[child]):
            break
        move(s, child, i)
        i = child
    s.event_time[i], s.event_code[i], s.event_serial[i] = time, code, serial


@inner
def move(s: State, source: int, target: int) -> None:
    """Move an event within the heap."""
    s.event_time[target] = s.event_time[source]
    s.event_code[target] = s.event_code[source]
    s.event_serial[target] = s.event_serial[source]


@inner
def log(s: State, spell: int, activity: int, now: float) -> int:
    """Open a row of the log and return its number."""
    row = s.counter[ROWS]
    s.counter[ROWS] = row + 1
    s.log_spell[row], s.log_activity[row] = spell, activity
    s.requested[row], s.started[row], s.ended[row] = now, np.nan, np.nan
    return row


@inner
def is_full(s: State, more: int) -> bool:
    """Whether the log or the heap lacks room for so many more entries."""
    return s.counter[ROWS] + more > s.log_spell.size or s.counter[EVENTS] + more > s.event_time.size


def larger(s: State) -> State:
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
def begin(e: Encoded) -> State:
    """Return the state at time 0, with the first of each kind of clocked event on the heap."""
    spells, activities, pools, calendars = e.child.size, e.place.size, e.kind.size, e.hours_from.size - 1
    rows, events = 4 * spells + 64, spells // 4 + 2 * calendars + 4 * pools + 64
    visited = spells if e.visits_a_day.size > 0 else 0
    s = State(
        np.zeros(4, np.int64),
        np.zeros(1, np.float64),
        np.zeros(spells, np.bool_),
        np.zeros(spells, np.bool_),
        np.zeros(spells, np.int32),
        np.full(spells, NONE, np.uint32),
        np.full(spells, NONE, np.uint32),
        np.full(spells, NONE, np.uint32),
        np.zeros(spells, np.float64),
        np.full((spells, 4), np.nan, np.float64),
        np.full((spells, 3), NONE, np.uint32),
        np.full((visited, 3), NONE, np.uint32),
        np.zeros((visited, 3), np.int32),
        np.zeros((visited, 3), np.bool_),
        np.zeros(spells, np.bool_),
        np.zeros(spells, np.float64),
        np.zeros(spells, np.float64),
        np.full(spells, NONE, np.uint32),
        np.full(spells, NONE, np.uint32),
        np.full(activities, NONE, np.uint32),
        np.full(activities, NONE, np.uint32),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(pools, np.int64),
        np.zeros(e.visits_a_day.shape, np.int64),
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
        if e.kind[pool] == UNITS:
            s.capacity[pool] = e.step_units[e.step_from[pool]]
        if e.kind[pool] == VISITS:
            push(s, 1.0, MIDNIGHT, pool, 0)
        elif e.step_from[pool] + 1 < e.step_from[pool + 1]:
            s.step_at[pool] += 1
            push(s, e.step_time[s.step_at[pool]], CAPACITY, pool, 0)
        if e.vacancy_from[pool] < e.vacancy_from[pool + 1]:
            push(s, e.vacancy[e.vacancy_from[pool]], VACANCY, pool, 0)
        if e.surge_vacancy_from[pool] < e.surge_vacancy_from[pool + 1]:
            push(s, e.surge_vacancy[e.surge_vacancy_from[pool]], SURGE_VACANCY, pool, 0)
    for calendar in range(calendars):
        if e.hours_from[calendar] < e.hours_from[calendar + 1]:
            push(s, e.opens[e.hours_from[calendar]], OPENING, calendar, 0)
    if e.order.size > 0:
        push(s, e.arrival[0], ARRIVAL, 0, 0)
    return s
