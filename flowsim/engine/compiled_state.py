"""The state of the compiled engine: who is where, pools and queues, events to come, and the log as it grows.

A person in the network has a *case*: a row of the arrays below, which goes to somebody else when they leave. A few
thousand people are in a city's services at one time, so that what is known about them stays in the processor's cache,
however many come in a year.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowsim.engine.columns import NONE, Index, inner, real
from flowsim.engine.encode import UNITS, VISITS, Encoded, Floats, Integers, Scalar

# Kinds of events, in their order within an instant. Only that the first two come first matters; from OPENING on they
# are about a calendar or a pool.
DEATH, READMISSION, RETURN, END, OPENED, PATIENCE, ESCALATION, OVERSTAY = range(8)
OPENING, CLOSING, CAPACITY, MIDNIGHT, VACANCY, SURGE_VACANCY, SURGE = range(8, 15)
# An event's code is its kind, then the case, pool or calendar that it is about, then a serial number.
SERIAL_BITS, SUBJECT_BITS = 32, 27
SUBJECT, SERIAL, KIND_SHIFT = (1 << SUBJECT_BITS) - 1, (1 << SERIAL_BITS) - 1, SERIAL_BITS + SUBJECT_BITS
# Counters: rows of the log, all events and those on the heap, spells that arrived, pools that changed and the range in
# which they are, cases that were served, ever opened, and free, the bucket, nodes ever used, the first unused one, and
# events that wait until nothing else can start at their instant.
ROWS, EVENTS, NEAR, ARRIVED, CHANGES, LOWEST, HIGHEST, SERVED, CASES, FREE, BUCKET, NODES, UNUSED, SETTLED = range(14)
STAFF, HELD, RESERVED = range(3)  # what a spell can hold: in the order of `flowsim.engine.encode.HOLDS`
ADMITTED, READY, DISCHARGED = 1, 2, 3
STARTS = NONE - 1  # a step of a journey, in place of an activity to request

CASE = np.dtype(
    [
        ("spell", np.uint32),  # whose case it is, or NONE
        ("activity", np.uint32),
        ("serial", np.int32),  # goes on when the case is given to somebody else
        ("place", np.uint32),
        ("before", np.uint32),  # neighbours in a queue
        ("after", np.uint32),
        ("priority", np.float64),
        ("requested", np.float64),
        ("started", np.float64),
        ("arrived", np.float64),
        ("line", np.uint32),  # in which it queues, or did last
        ("in_service", np.bool_),
        ("queued", np.bool_),
    ],
    align=True,
)
CACHE_LINE = 64  # bytes: as long as a case


class State(NamedTuple):
    """Everything that changes during a run."""

    until: float
    buckets_a_day: float
    counter: NDArray[np.int64]
    clock: NDArray[np.float64]
    # Cases, and those that are free to be given again
    cases: NDArray[np.void]
    free: NDArray[np.uint32]
    stamp: NDArray[np.float64]  # (case, stamp): NaN until set
    # What a person holds (case, slot): the pool; and for visits the activity, the day since when, and whether it
    # stays longer than booked
    hold: NDArray[np.uint32]
    hold_by: NDArray[np.uint32]
    hold_since: NDArray[np.int32]
    overstays: NDArray[np.bool_]
    # Queues: linked lists of cases
    head: NDArray[np.uint32]
    tail: NDArray[np.uint32]
    # Pools and calendars
    waiting: NDArray[np.int64]
    capacity: NDArray[np.int64]
    in_use: NDArray[np.int64]
    stock: NDArray[np.int64]
    booked: NDArray[np.int64]  # (pool, day)
    overstaying: NDArray[np.int64]
    surging: NDArray[np.int64]  # a bit for each step of a surge: which are open
    surge_adds: NDArray[np.int64]  # units, or visits a day, that these add
    changed: NDArray[np.bool_]
    looked_at: NDArray[np.bool_]
    seen_free: NDArray[np.bool_]
    seen_waiting: NDArray[np.int64]
    is_open: NDArray[np.bool_]
    hours_at: NDArray[np.int64]
    step_at: NDArray[np.int64]
    surge_at: NDArray[np.int64]
    vacancy_at: NDArray[np.int64]
    surge_vacancy_at: NDArray[np.int64]
    served: NDArray[np.uint32]  # cases that the last pass served and that have not started yet
    # Events: the heap, those for later, which of them is the first in each bucket, those for when all else of their
    # instant has happened; and the log
    event_time: NDArray[np.float64]
    event_code: NDArray[np.int64]
    later_time: NDArray[np.float64]
    later_code: NDArray[np.int64]
    later_next: NDArray[np.uint32]
    bucket: NDArray[np.uint32]
    settled_code: NDArray[np.int64]
    log_spell: NDArray[np.int32]
    log_activity: NDArray[np.int32]
    log_requested: NDArray[np.float64]
    log_started: NDArray[np.float64]
    log_ended: NDArray[np.float64]


@inner
def open_case(s: State, spell: Index, now: float) -> Index:
    """Give a spell a case, and return which."""
    if s.counter[FREE] > 0:
        s.counter[FREE] -= 1
        case: np.uint32 = s.free[s.counter[FREE]]
    else:
        case = np.uint32(s.counter[CASES])
        s.counter[CASES] += 1
    its = s.cases[case]
    its.spell, its.arrived, its.place, its.in_service, its.queued = spell, now, NONE, False, False
    for i in range(s.stamp.shape[1]):
        s.stamp[case, i] = np.nan
    for i in range(s.hold.shape[1]):
        s.hold[case, i] = NONE
    return case


@inner
def close_case(s: State, case: Index) -> None:
    """Take the case of somebody who leaves."""
    s.cases[case].spell = NONE
    s.cases[case].serial += 1
    s.free[s.counter[FREE]] = case
    s.counter[FREE] += 1


@inner
def value(e: Encoded, s: State, column: Index, case: Index) -> float:
    """Return a person's value in a column of the cohort."""
    return real(e.reals, column, s.cases[case].spell)


@inner
def log(s: State, case: Index, ended: float) -> None:
    """Write down an activity that is over."""
    row = s.counter[ROWS]
    s.counter[ROWS] = row + 1
    its = s.cases[case]
    s.log_spell[row], s.log_activity[row] = its.spell, its.activity
    s.log_requested[row], s.log_started[row], s.log_ended[row] = its.requested, its.started, ended


@inner
def is_full(s: State, more: int) -> bool:
    """Whether the log or the heap lacks room for some more entries."""
    rows, events = s.log_spell.size, s.event_time.size
    full: bool = s.counter[ROWS] + more > rows or s.counter[EVENTS] + more > events
    return full


def larger(s: State) -> State:
    """Return the state with more room in the log and on the heap."""
    more = int(s.counter[CASES])
    return s._replace(
        event_time=_longer(s.event_time, more),
        event_code=_longer(s.event_code, more),
        later_time=_longer(s.later_time, more),
        later_code=_longer(s.later_code, more),
        later_next=_longer(s.later_next, more),
        settled_code=_longer(s.settled_code, more),
        log_spell=_longer(s.log_spell, more),
        log_activity=_longer(s.log_activity, more),
        log_requested=_longer(s.log_requested, more),
        log_started=_longer(s.log_started, more),
        log_ended=_longer(s.log_ended, more),
    )


def _longer(array: NDArray[Scalar], more: int) -> NDArray[Scalar]:
    longer = np.empty(2 * array.size + more, dtype=array.dtype)
    longer[: array.size] = array
    return longer


def begin(e: Encoded, until: float) -> State:
    """Return the state before time 0, with the first of each kind of clocked event on the heap."""
    cases, activities = e.child.size, e.place.size
    lines, pools, calendars = e.shared_from + e.any_from.size - 1, e.kind.size, e.hours_from.size - 1
    rows, events = 4 * cases + 4 * activities + 64, cases // 4 + 4 * activities + 4 * pools + 2 * calendars + 64
    visited = cases if e.visits_a_day.size > 0 else 0
    buckets = cases // 2 + 64  # so that there are a few events in each
    first = sorted(_first_events(e))
    counter = np.zeros(14, np.int64)
    counter[EVENTS] = counter[NEAR] = len(first)
    counter[UNUSED], counter[LOWEST], counter[HIGHEST] = NONE, e.kind.size, -1
    s = State(
        until=until,
        buckets_a_day=buckets / max(until, 1.0),
        counter=counter,
        clock=np.full(1, -np.inf),
        # What is not written is not there yet: memory is only claimed for as many cases as are open at one time.
        cases=_cases(cases),
        free=np.empty(cases, np.uint32),
        stamp=np.empty((cases, 4)),
        hold=np.empty((cases, 3), np.uint32),
        hold_by=np.empty((visited, 3), np.uint32),
        hold_since=np.empty((visited, 3), np.int32),
        overstays=np.empty((visited, 3), np.bool_),
        head=np.full(lines, NONE, np.uint32),
        tail=np.full(lines, NONE, np.uint32),
        waiting=np.zeros(pools, np.int64),
        capacity=np.zeros(pools, np.int64),
        in_use=np.zeros(pools, np.int64),
        stock=np.zeros(pools, np.int64),
        booked=np.zeros(e.visits_a_day.shape, np.int64),
        overstaying=np.zeros(pools, np.int64),
        surging=np.zeros(pools, np.int64),
        surge_adds=np.zeros(pools, np.int64),
        changed=np.zeros(pools, np.bool_),
        looked_at=e.looked_at,
        seen_free=np.zeros(pools, np.bool_),
        seen_waiting=np.zeros(pools, np.int64),
        is_open=np.zeros(calendars, np.bool_),
        hours_at=e.hours_from[:-1].copy(),
        step_at=e.step_from[:-1].copy(),
        surge_at=e.surge_from[:-1].copy(),
        vacancy_at=e.vacancy_from[:-1].copy(),
        surge_vacancy_at=e.surge_vacancy_from[:-1].copy(),
        served=np.empty(cases, np.uint32),
        event_time=np.empty(events),
        event_code=np.empty(events, np.int64),
        later_time=np.empty(events),
        later_code=np.empty(events, np.int64),
        later_next=np.empty(events, np.uint32),
        bucket=np.full(buckets + 1, NONE, np.uint32),
        settled_code=np.empty(events, np.int64),
        log_spell=np.empty(rows, np.int32),
        log_activity=np.empty(rows, np.int32),
        log_requested=np.empty(rows),
        log_started=np.empty(rows),
        log_ended=np.empty(rows),
    )
    for i, (time, code) in enumerate(first):  # what is sorted is a heap
        s.event_time[i], s.event_code[i] = time, code
    units = e.kind == UNITS
    s.capacity[units] = e.step_units[e.step_from[:-1][units]]
    s.step_at[e.kind != VISITS] += 1
    s.seen_free[:] = s.capacity > 0
    if e.visits_a_day.size > 0:
        s.seen_free[:] |= e.visits_a_day[:, 0] > 0
    return s


def _cases(number: int) -> NDArray[np.void]:
    """Return room for a number of cases, each in one line of the cache, with all serial numbers 0."""
    room = np.zeros((number + 1) * CACHE_LINE, np.uint8)
    skip = -room.ctypes.data % CACHE_LINE
    return room[skip : skip + number * CACHE_LINE].view(CASE)


def _first_events(e: Encoded) -> list[tuple[float, int]]:
    """Return (time, code) of the first of each kind of clocked event."""
    first = []

    def add(kind: int, subject: int, times: Floats, stretch_from: Integers, skip: int = 0) -> None:
        at = stretch_from[subject] + skip
        if at < stretch_from[subject + 1]:
            first.append((float(times[at]), (kind << KIND_SHIFT) | (subject << SERIAL_BITS)))

    for pool, kind in enumerate(e.kind):
        if kind == VISITS:
            first.append((1.0, (MIDNIGHT << KIND_SHIFT) | (pool << SERIAL_BITS)))
        else:
            add(CAPACITY, pool, e.step_time, e.step_from, skip=1)
        add(SURGE, pool, e.surge_time, e.surge_from, skip=1)
        add(VACANCY, pool, e.vacancy, e.vacancy_from)
        add(SURGE_VACANCY, pool, e.surge_vacancy, e.surge_vacancy_from)
    for calendar in range(e.hours_from.size - 1):
        add(OPENING, calendar, e.opens, e.hours_from)
    return first
