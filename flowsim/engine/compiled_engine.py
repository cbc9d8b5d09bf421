"""The fast engine: the rules of `flowsim.engine.simpy_engine`, compiled by numba over flat arrays.

Read it side by side with the SimPy engine: the functions stand in the same order and have the same names where they do
the same thing. One binary heap holds all events, ordered by time and then by kind, so that deaths and readmissions come
first in their instant; a queue is a linked list of spells. An event that has been overtaken (its activity was
interrupted, its spell was served) is recognised by its serial number and passed over.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numba
import numpy as np

from flowsim.engine import compiled_pools, compiled_state, rules
from flowsim.engine.compiled_pools import (
    allocate,
    clock_strikes,
    enter,
    escalate,
    hold,
    join,
    overstay,
    release,
    take,
    unqueue,
)
from flowsim.engine.compiled_state import (
    ADMITTED,
    ARRIVAL,
    ARRIVED,
    CHANGES,
    DEATH,
    DISCHARGED,
    END,
    ESCALATION,
    EVENTS,
    KIND_BITS,
    MARGIN,
    OPENED,
    OPENING,
    OVERSTAY,
    PATIENCE,
    READMISSION,
    READY,
    RETURN,
    ROWS,
    STAFF,
    SUBJECT,
    State,
    begin,
    inner,
    is_full,
    larger,
    log,
    pop,
    push,
)
from flowsim.engine.encode import BRANCH, ELAPSED, GOTO, NONE, VACANCIES, WORKING, Encoded, encode
from flowsim.engine.endless import refuse_endless
from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import delayed_days, goes_then
from flowsim.model import calendar as working_time
from flowsim.model.calendar import next_opening, working_delay
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network


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
        If somebody could go round for ever without time passing.
    """
    refuse_endless(network, cohort)
    encoded = encode(network, cohort, float(until))
    state = begin(encoded)
    while not _run_until(encoded, state, float(until)):
        state = larger(state)
    rows = slice(state.counter[ROWS])
    return JourneyLog.from_rows(
        state.log_spell[rows],
        state.log_activity[rows],
        state.requested[rows],
        state.started[rows],
        state.ended[rows],
        until,
    )


@inner
def _run(e: Encoded, s: State, until: float) -> bool:
    """Run until the end and return True, or until the log or the heap is full and return False.

    The state says everything, so that a run goes on where it stopped.
    """
    while True:
        if s.counter[CHANGES] == 0:  # nothing can start any more: the clock moves
            if s.counter[EVENTS] == 0 or s.event_time[0] >= until:
                return True
            s.clock[0] = s.event_time[0]
        now = s.clock[0]
        # A round: first everything that falls on this instant, then one allocation pass.
        while s.counter[EVENTS] > 0 and s.event_time[0] == now:
            if is_full(s, MARGIN):
                return False
            happen(e, s, now, until)
        if s.counter[CHANGES] > 0:
            if is_full(s, MARGIN + 2 * s.waiting.sum()):
                return False
            for i in range(allocate(e, s, now)):
                start(e, s, s.served[i], now)


@inner
def happen(e: Encoded, s: State, now: float, until: float) -> None:
    """Take the first event off the heap and let it happen."""
    code, serial = s.event_code[0], s.event_serial[0]
    pop(s)
    kind, subject = code >> KIND_BITS, code & SUBJECT
    if kind >= OPENING:
        clock_strikes(e, s, kind, subject, now)
        return
    activity = NONE  # what the spell requests as a consequence
    if kind == ARRIVAL:
        subject = next_arrival(e, s)
        activity = arrive(e, s, subject, now, until)
    elif kind == RETURN:
        activity = arrive(e, s, subject, now, until)
    elif kind == DEATH:
        if s.inside[subject]:
            break_off(e, s, subject, now)
            activity = e.death_exit
    elif kind == READMISSION:
        push(s, now, RETURN, e.child[subject], 0)
        if s.inside[subject]:
            break_off(e, s, subject, now)
            activity = e.again_exit
    elif kind == OVERSTAY:
        overstay(e, s, subject, serial, now)
    elif s.serial[subject] == serial:
        if kind == END:
            s.ended[s.row[subject]] = now
            release(e, s, subject, STAFF, now)
            activity = decide(e, s, subject, now)
        elif kind == PATIENCE:
            unqueue(e, s, subject)
            s.ended[s.row[subject]] = now
            activity = e.otherwise[s.activity[subject]]
        elif kind == ESCALATION:
            escalate(e, s, subject)
        else:
            start(e, s, subject, now)
    if activity != NONE:
        request(e, s, subject, activity, now, until)


# -- the journey of one person -----------------------------------------------------------------------------------------


@inner
def request(e: Encoded, s: State, spell: int, activity: int, now: float, until: float) -> None:
    """Ask for an activity: queue for its pool, wait for its calendar, or start."""
    s.activity[spell] = activity
    s.row[spell] = log(s, spell, activity, now)
    s.serial[spell] += 1
    pool, calendar = e.pool[activity], e.calendar[activity]
    if s.in_service[spell]:
        s.in_service[spell] = False
        if pool != NONE and e.kind[pool] != VACANCIES:
            take(e, s, pool, spell, now)
    elif pool != NONE:
        join(e, s, spell, activity, now, until)
        return
    elif calendar != NONE:
        hours = slice(e.hours_from[calendar], e.hours_from[calendar + 1])
        opening = next_opening(now, e.opens[hours], e.closes[hours])
        if opening > now:
            push(s, now + (opening - now), OPENED, spell, s.serial[spell])
            return
    start(e, s, spell, now)


@inner
def start(e: Encoded, s: State, spell: int, now: float) -> None:
    """Enter the place, hold what is to be held, set the stamp, and leave or say when the activity ends."""
    activity = s.activity[spell]
    s.started[s.row[spell]] = now
    s.serial[spell] += 1
    if e.place[activity] != s.place[spell]:
        enter(e, s, spell, e.place[activity], now)
    hold(e, s, spell, activity, now)
    stamp = e.stamp[activity]
    if stamp > 0 and np.isnan(s.stamp[spell, stamp]):
        s.stamp[spell, stamp] = now
        if stamp == DISCHARGED:
            decide_readmission(e, s, spell, now)
    if e.decision[activity] == NONE:
        leave(e, s, spell, now)
    else:
        push(s, now + delay(e, s, spell, activity, now), END, spell, s.serial[spell])


@inner
def delay(e: Encoded, s: State, spell: int, activity: int, now: float) -> float:
    """Return how many days pass until an activity that starts now ends."""
    if e.duration[activity] == NONE:
        return 0.0
    duration = e.real[e.duration[activity], spell]
    if e.clock[activity] == ELAPSED:
        return duration
    if e.clock[activity] == WORKING:
        calendar = e.calendar[activity]
        hours = slice(e.hours_from[calendar], e.hours_from[calendar + 1])
        return working_delay(now, duration, e.opens[hours], e.closes[hours], e.worked[hours])
    return max(0.0, s.stamp[spell, ADMITTED] + duration - now)


@inner
def leave(e: Encoded, s: State, spell: int, now: float) -> None:
    """Leave the network: give back everything."""
    s.ended[s.row[spell]] = now
    for slot in range(3):
        release(e, s, spell, slot, now)
    s.inside[spell] = False
    s.serial[spell] += 1


@inner
def decide(e: Encoded, s: State, spell: int, now: float) -> int:
    """Return the activity that comes next."""
    node = e.decision[s.activity[spell]]
    while e.node_kind[node] != GOTO:
        first = e.target_from[node]
        if e.node_kind[node] == BRANCH:
            days = delayed_days(s.stamp[spell, READY], s.stamp[spell, DISCHARGED], now)
            uniform = e.real[e.node_column[node], spell]
            probability = e.real[e.node_probability[node], spell]
            goes = goes_then(uniform, probability, e.node_per_day[node], days)
            node = e.target[first if goes else first + 1]
        else:
            node = e.target[first + e.whole[e.node_column[node], spell]]
    return e.target[e.target_from[node]]


# -- arrivals, death, readmission --------------------------------------------------------------------------------------


@inner
def next_arrival(e: Encoded, s: State) -> int:
    """Return the spell that arrives now, and put the arrival after it on the heap."""
    arrived = s.counter[ARRIVED]
    s.counter[ARRIVED] = arrived + 1
    if arrived + 1 < e.order.size:
        push(s, e.arrival[arrived + 1], ARRIVAL, 0, 0)
    return e.order[arrived]


@inner
def arrive(e: Encoded, s: State, spell: int, now: float, until: float) -> int:
    """Enter the network, and return the first activity."""
    s.arrived[spell] = now
    s.inside[spell] = True
    if e.in_service.size > 0:
        s.in_service[spell] = e.in_service[spell]
    if e.death_after != NONE:
        death = now + e.real[e.death_after, spell]
        if death < until:
            push(s, death, DEATH, spell, 0)
    return e.entry[spell]


@inner
def break_off(e: Encoded, s: State, spell: int, now: float) -> None:
    """Break off what the person does or waits for; staff, bed and slot go back when the exit starts."""
    if s.queued[spell]:
        unqueue(e, s, spell)
    s.ended[s.row[spell]] = now


@inner
def decide_readmission(e: Encoded, s: State, spell: int, now: float) -> None:
    """Say when the reserved child spell arrives, if it does."""
    child = e.child[spell]
    if e.again_exit == NONE or child == NONE:
        return
    at = np.floor(now) + e.real[e.again_gap, spell] + e.real[e.again_time, child]
    if e.death_after != NONE and at >= s.arrived[spell] + e.real[e.death_after, spell]:
        return
    days = delayed_days(s.stamp[spell, READY], s.stamp[spell, DISCHARGED], now)
    if goes_then(e.real[e.again_uniform, spell], e.real[e.again_probability, spell], e.again_per_day, days):
        push(s, now + (at - now), READMISSION, spell, 0)


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
    modules = (working_time, rules, compiled_state, compiled_pools)
    sources = b"".join(Path(module.__file__).read_bytes() for module in modules)
    return int.from_bytes(hashlib.blake2b(sources, digest_size=7).digest(), "little")


_run_until = _compiled(_fingerprint())
