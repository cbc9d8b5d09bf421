"""The fast engine: the rules of `flowsim.engine.simpy_engine`, compiled by numba over flat arrays.

Read it side by side with the SimPy engine: the functions stand in the same order and have the same names where they do
the same thing. Arrivals are sorted beforehand. One binary heap holds all other events, ordered by time and then by
kind, so that deaths and readmissions come first in their instant; a queue is a linked list of cases. An event that has
been overtaken (its activity was interrupted, its spell was served) is recognised by its serial number and passed over.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from flowsim.engine.columns import NONE, Index, inner, real
from flowsim.engine.compiled_clock import clock_strikes, opens_next, takes, works_for
from flowsim.engine.compiled_decisions import decide, decide_readmission, dies
from flowsim.engine.compiled_events import look_ahead, next_event, pop, prefetch, push, settle
from flowsim.engine.compiled_pools import (
    allocate,
    change,
    enter,
    escalate,
    hold,
    join,
    look_elsewhere,
    overstay,
    release,
    take,
    unqueue,
)
from flowsim.engine.compiled_state import (
    ADMITTED,
    ARRIVED,
    CASES,
    CHANGES,
    DEATH,
    DISCHARGED,
    END,
    ESCALATION,
    KIND_SHIFT,
    OPENED,
    OPENING,
    OVERSTAY,
    PATIENCE,
    READMISSION,
    READY,
    RETURN,
    ROWS,
    SERIAL,
    SERIAL_BITS,
    SERVED,
    SETTLED,
    STAFF,
    STARTS,
    SUBJECT,
    State,
    begin,
    close_case,
    is_full,
    larger,
    log,
    open_case,
    value,
)
from flowsim.engine.encode import ELAPSED, PACED, UNITS, VACANCIES, VISITS, WORKING, Encoded, Indices, encode
from flowsim.engine.log import JourneyLog
from flowsim.engine.standstill import Queued, refuse_standstill
from flowsim.engine.zero_time_cycles import refuse_zero_time_cycles
from flowsim.model.cohort import Cohort
from flowsim.model.compiled import kept
from flowsim.model.network import MOST_SURGE_STEPS, Network


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
    ValueError
        If the network has a cycle that can take no time.
    Standstill
        If people wait for each other in a circle that nothing can open any more.
    """
    refuse_zero_time_cycles(network, cohort)
    encoded, columns = encode(network, cohort, float(until))
    state = begin(encoded, float(until))
    while not _run_until(encoded, state, float(until)):
        state = larger(state)
    if _may_stand_still(encoded, state):
        queued = list(_queued(encoded, state))
        others = int(np.count_nonzero(state.cases[: state.counter[CASES]]["spell"] != NONE)) - len(queued)
        surging = [[step for step in range(MOST_SURGE_STEPS) if bits >> step & 1] for bits in state.surging.tolist()]
        refuse_standstill(network, cohort, until, queued, others, surging)
    del columns  # to which the encoded network only points
    rows = slice(state.counter[ROWS])
    return JourneyLog.from_rows(
        state.log_spell[rows],
        state.log_activity[rows],
        state.log_requested[rows],
        state.log_started[rows],
        state.log_ended[rows],
        until,
    )


@inner
def _run(e: Encoded, s: State, until: float) -> bool:
    """Run until the end and return True, or until the log or the heap is full and return False.

    The state says everything, so that a run goes on where it stopped.
    """
    margin = 4 * (e.place.size + 2)  # more than one journey adds to the log or to the heap in one instant
    while not is_full(s, margin):
        now = s.clock[0]
        case: Index = np.uint32(NONE)
        step: Index = np.uint32(NONE)
        # A round: those whom the last pass served, then everything else that falls on this instant, then a pass.
        if s.counter[SERVED] > 0:
            s.counter[SERVED] -= 1
            case, step = s.served[s.counter[SERVED]], np.uint32(STARTS)
            if s.cases[case].line >= e.shared_from:
                look_elsewhere(e, s, case)
        elif next_event(s) == now:
            case, step = happen(e, s, now)
        elif next_arrival(e, s) == now:
            spell = e.order[s.counter[ARRIVED]]
            s.counter[ARRIVED] += 1
            prefetch_arrival(e, s.counter[ARRIVED] + 3)
            case, step = arrive(e, s, spell, now)
        elif s.counter[CHANGES] > 0:
            allocate(e, s, now)
        elif s.counter[SETTLED] > 0:
            settle(s, now)
        else:  # nothing can start any more: the clock moves
            look_ahead(e, s)
            s.clock[0] = min(next_event(s), next_arrival(e, s))
            if s.clock[0] >= until:
                s.clock[0] = now
                return finish(s)
        if step != NONE:
            journey(e, s, case, step, now)
    return False


@inner
def next_arrival(e: Encoded, s: State) -> float:
    """Return when the next spell arrives, or infinity."""
    at: float = e.arrival[s.counter[ARRIVED]] if s.counter[ARRIVED] < e.arrival.size else np.inf
    return at


@inner
def prefetch_arrival(e: Encoded, arrival: int) -> None:
    """Prefetch what an arrival that is near will read."""
    if arrival < e.order.size:
        spell = e.order[arrival]
        prefetch(e, spell, e.place.size + e.entry[spell])


@inner
def finish(s: State) -> bool:
    """Write down what still waits or goes on at the end of the run, if there is room for it."""
    if is_full(s, s.counter[CASES]):
        return False
    for case in range(s.counter[CASES]):
        if s.cases[case].spell != NONE:
            log(s, case, np.nan)
    return True


@inner
def happen(e: Encoded, s: State, now: float) -> tuple[Index, Index]:
    """Take the first event off the heap and let it happen; return whose journey goes on, and with what."""
    code = s.event_code[0]
    pop(s)
    kind, subject, serial = code >> KIND_SHIFT, np.uint32((code >> SERIAL_BITS) & SUBJECT), code & SERIAL
    step: Index = np.uint32(NONE)
    if kind >= OPENING:
        clock_strikes(e, s, kind, subject, now)
    elif kind == RETURN:
        return arrive(e, s, subject, now)
    elif kind <= READMISSION:  # the serial is the spell: the case may have become another's
        if kind == READMISSION:
            push(s, now, RETURN, e.child[serial], 0)
        if s.cases[subject].spell == serial:
            takes_home_along(e, s, subject)
            break_off(e, s, subject, now)
            step = np.uint32(e.death_exit if kind == DEATH else e.again_exit)
    elif kind == OVERSTAY:
        overstay(e, s, subject, serial, now)
    elif s.cases[subject].serial == serial:
        if kind == END:
            step = end(e, s, subject, now)
        elif kind == PATIENCE:
            unqueue(e, s, subject)
            log(s, subject, now)
            step = e.otherwise[s.cases[subject].activity]
        elif kind == ESCALATION:
            escalate(e, s, subject)
        else:
            step = np.uint32(STARTS)
    return subject, step


# -- the journey of one person -----------------------------------------------------------------------------------------


@inner
def journey(e: Encoded, s: State, case: Index, step: Index, now: float) -> None:
    """Go from activity to activity until one takes time or must be waited for, or until an exit.

    A step is the activity, or any of several, to request, or `STARTS` for the one that was waited for.
    """
    while True:
        if step != STARTS and not request(e, s, case, step, now):
            return
        start(e, s, case, now)
        activity = s.cases[case].activity
        if e.decision[activity] == NONE:
            leave(e, s, case, now)
            return
        days = delay(e, s, case, activity, now)
        if days > 0.0:
            push(s, now + days, END, case, s.cases[case].serial)
            return
        step = end(e, s, case, now)


@inner
def request(e: Encoded, s: State, case: Index, step: Index, now: float) -> bool:
    """Request an activity: return whether it can start, or queue for its pool or wait for its calendar."""
    group = step - e.place.size  # of a request for any of several
    activity: Index = step if group < 0 else e.any_of[e.any_from[group]]
    s.cases[case].activity, s.cases[case].requested, s.cases[case].started = activity, now, np.nan
    s.cases[case].serial += 1
    pool, calendar = e.pool[activity], e.calendar[activity]
    if s.cases[case].in_service:
        s.cases[case].in_service = False
        if pool != NONE and e.kind[pool] != VACANCIES:
            take(e, s, pool, case, now)
            change(s, pool)
        return True
    if pool != NONE:
        join(e, s, case, activity, e.line[activity] if group < 0 else np.uint32(e.shared_from + group), now)
        return False
    if calendar != NONE:
        opening = opens_next(e, s, calendar, now)
        if opening > now:
            push(s, now + (opening - now), OPENED, case, s.cases[case].serial)
            return False
    return True


@inner
def start(e: Encoded, s: State, case: Index, now: float) -> None:
    """Enter the place, hold what is to be held, and set the stamp."""
    activity = s.cases[case].activity
    s.cases[case].started = now
    s.cases[case].serial += 1
    if e.place[activity] != s.cases[case].place:
        enter(e, s, case, e.place[activity], now)
    hold(e, s, case, activity, now)
    stamp = e.stamp[activity]
    if stamp > 0 and np.isnan(s.stamp[case, stamp]):
        s.stamp[case, stamp] = now
        if stamp == DISCHARGED:
            decide_readmission(e, s, case, now, dies(e, s, case, now))


@inner
def delay(e: Encoded, s: State, case: Index, activity: Index, now: float) -> float:
    """Return how many days pass until an activity that starts now ends."""
    if e.duration[activity] == NONE:
        return 0.0
    duration = value(e, s, e.duration[activity], case)
    if e.clock[activity] == ELAPSED:
        return duration
    if e.clock[activity] == WORKING:
        return works_for(e, s, e.calendar[activity], duration, now)
    if e.clock[activity] == PACED:
        return takes(e, activity, duration, now)
    admitted: float = s.stamp[case, ADMITTED]
    return max(0.0, admitted + takes(e, activity, duration, admitted) - now)


@inner
def end(e: Encoded, s: State, case: Index, now: float) -> Index:
    """End an activity: write it down, release its staff, and return the activity that comes next."""
    log(s, case, now)
    release(e, s, case, STAFF, now)
    return decide(e, s, case, now)


@inner
def leave(e: Encoded, s: State, case: Index, now: float) -> None:
    """Leave the network: give back everything."""
    takes_home_along(e, s, case)
    log(s, case, now)
    for slot in range(3):
        release(e, s, case, slot, now)
    close_case(s, case)


# -- arrivals, death, readmission --------------------------------------------------------------------------------------


@inner
def arrive(e: Encoded, s: State, spell: Index, now: float) -> tuple[Index, Index]:
    """Enter the network, and return the case and the first activity."""
    case = open_case(s, spell, now)
    if e.in_service.size > 0:
        s.cases[case].in_service = e.in_service[spell]
    if e.death_after != NONE:
        push(s, now + real(e.reals, e.death_after, spell), DEATH, case, spell)
    return case, e.entries[e.entry[spell]]


@inner
def break_off(e: Encoded, s: State, case: Index, now: float) -> None:
    """Break off what the person does or waits for; staff, bed and slot go back when the exit starts."""
    if s.cases[case].queued:
        unqueue(e, s, case)
    log(s, case, now)


@inner
def takes_home_along(e: Encoded, s: State, case: Index) -> None:
    """Keep for the child spell that the person is in a care home, if so."""
    if e.resident.size > 0 and s.cases[case].place != NONE and e.is_care_home[s.cases[case].place]:
        child = e.child[s.cases[case].spell]
        if child >= 0:
            e.resident[child] = 1


# -- the end of the run ------------------------------------------------------------------------------------------------


def _may_stand_still(e: Encoded, s: State) -> bool:
    """Whether people who wait hold as much of some pool as there is: without that nobody need look closer."""
    held_by_them = s.hold[_waiting(s)]
    held = np.bincount(held_by_them[held_by_them != NONE], minlength=e.kind.size)
    units = (e.kind == UNITS) & (held > 0) & (held >= s.capacity)
    visits = (e.kind == VISITS) & (held > 0)  # they are not reckoned here: few pools are such
    return bool(np.any(units | visits))


def _waiting(s: State) -> Indices:
    cases = s.cases[: s.counter[CASES]]
    return np.flatnonzero((cases["spell"] != NONE) & cases["queued"]).astype(np.uint32)


def _queued(e: Encoded, s: State) -> Iterator[Queued]:
    """Yield how each spell in a queue waits, and what it holds meanwhile."""
    for case in _waiting(s).tolist():
        its = s.cases[case]
        holds: dict[int, int] = {}
        for slot, pool in enumerate(s.hold[case].tolist()):
            if pool != NONE:
                much = int(e.visits_last[s.hold_by[case, slot]]) if e.kind[pool] == VISITS else 1
                holds[pool] = holds.get(pool, 0) + much
        spell, activity, line, joined, priority = (
            its[name].item() for name in ("spell", "activity", "line", "requested", "priority")
        )
        group = slice(*e.any_from[line - e.shared_from :][:2]) if line >= e.shared_from else None
        activities = (activity,) if group is None else tuple(e.any_of[group].tolist())
        ready, discharged = s.stamp[case, READY].item(), s.stamp[case, DISCHARGED].item()
        yield Queued(spell, activities, joined, priority, ready, discharged, tuple(holds.items()))


# Every file that is compiled into the kernels or whose constants are frozen into them, this one too. A test derives
# them from the kernels.
COMPILED_SOURCES = (
    *("engine/columns.py", "engine/compiled_clock.py", "engine/compiled_decisions.py", "engine/compiled_engine.py"),
    *("engine/compiled_events.py", "engine/compiled_pools.py", "engine/compiled_state.py", "engine/encode.py"),
    *("engine/rules.py", "model/calendar.py", "model/pace.py"),
)
_PACKAGE = Path(__file__).parents[1]


def _compiled(fingerprint: int) -> Callable[[Encoded, State, float], bool]:
    """Return the entry to the kernels, compiled once for each machine and kept on disk.

    Numba looks for changes only in the file of the function that it keeps; the fingerprint of all that is compiled
    into it becomes a part of the key, so that a changed rule is never answered from an old cache.
    """

    @kept(_nrt=False)
    def run_until(e: Encoded, s: State, until: float) -> bool:
        return _run(e, s, until) if fingerprint >= 0 else False

    return run_until


def _fingerprint() -> int:
    sources = b"".join((_PACKAGE / name).read_bytes() for name in COMPILED_SOURCES)
    return int.from_bytes(hashlib.blake2b(sources, digest_size=7).digest(), "little")


_run_until = _compiled(_fingerprint())
