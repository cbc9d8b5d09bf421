"""The events of the compiled engine, in order of time.

Later events are kept in buckets of equal length, each a linked list in no order. When the clock reaches a bucket, its
events go to a binary heap, which thus stays small, and what they will read is prefetched.
"""

from __future__ import annotations

import numpy as np

from flowsim.engine.columns import NONE, Index, fetch, inner
from flowsim.engine.compiled_state import (
    BUCKET,
    END,
    EVENTS,
    KIND_SHIFT,
    NEAR,
    NODES,
    SERIAL_BITS,
    SETTLED,
    SUBJECT,
    UNUSED,
    State,
)
from flowsim.engine.encode import Encoded

_ONE = np.uint64(1)  # indices of the heap are unsigned: numba need not ask whether they count from the end


@inner
def push(s: State, time: float, kind: int, subject: Index, serial: Index) -> None:
    """Schedule an event, if it falls within the run."""
    if not time < s.until:
        return
    s.counter[EVENTS] += 1
    code = (kind << KIND_SHIFT) | (np.int64(subject) << SERIAL_BITS) | np.int64(serial)
    bucket = int(time * s.buckets_a_day)
    if bucket <= s.counter[BUCKET]:
        push_near(s, time, code)
        return
    node = s.counter[UNUSED]
    if node != NONE:
        s.counter[UNUSED] = s.later_next[node]
    else:
        node = s.counter[NODES]
        s.counter[NODES] += 1
    s.later_time[node], s.later_code[node], s.later_next[node] = time, code, s.bucket[bucket]
    s.bucket[bucket] = node


@inner
def push_settled(s: State, kind: int, subject: Index, serial: Index) -> None:
    """Keep an event of this instant for when nothing else can start at it."""
    s.settled_code[s.counter[SETTLED]] = (kind << KIND_SHIFT) | (np.int64(subject) << SERIAL_BITS) | np.int64(serial)
    s.counter[SETTLED] += 1
    s.counter[EVENTS] += 1


@inner
def settle(s: State, now: float) -> None:
    """Let those events happen in the next round."""
    for i in range(s.counter[SETTLED]):
        push_near(s, now, s.settled_code[i])
    s.counter[SETTLED] = 0


@inner
def next_event(s: State) -> float:
    """Return when the first event of the heap happens, or infinity."""
    return s.event_time[0] if s.counter[NEAR] > 0 else np.inf


@inner
def look_ahead(e: Encoded, s: State) -> None:
    """Bring the heap up to the next bucket with an event, unless what it holds comes before."""
    while s.counter[BUCKET] + 1 < s.bucket.size and not next_event(s) * s.buckets_a_day < s.counter[BUCKET] + 1:
        s.counter[BUCKET] += 1
        node = s.bucket[s.counter[BUCKET]]
        while node != NONE:
            push_near(s, s.later_time[node], s.later_code[node])
            if s.later_code[node] >> KIND_SHIFT == END:
                case = (s.later_code[node] >> SERIAL_BITS) & SUBJECT
                prefetch(e, s.cases[case].spell, s.cases[case].activity)
            following = s.later_next[node]
            s.later_next[node] = s.counter[UNUSED]
            s.counter[UNUSED] = node
            node = following


@inner
def prefetch(e: Encoded, spell: Index, at: Index) -> None:
    """Prefetch a spell's entries in the columns that may be read when an activity ends, or on an entry."""
    for i in range(e.soon_from[at], e.soon_from[at + 1]):
        fetch(e.soon[i] + np.uint64(spell) * e.soon_width[i])


@inner
def push_near(s: State, time: float, code: int | np.int64) -> None:
    """Put an event on the heap."""
    i = np.uint64(s.counter[NEAR])
    s.counter[NEAR] += 1
    while i > 0:
        parent = (i - _ONE) >> _ONE
        if s.event_time[parent] < time or (s.event_time[parent] == time and s.event_code[parent] <= code):
            break
        s.event_time[i], s.event_code[i] = s.event_time[parent], s.event_code[parent]
        i = parent
    s.event_time[i], s.event_code[i] = time, code


@inner
def pop(s: State) -> None:
    """Drop the first event off the heap."""
    s.counter[EVENTS] -= 1
    s.counter[NEAR] -= 1
    n = np.uint64(s.counter[NEAR])
    time, code = s.event_time[n], s.event_code[n]
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
        s.event_time[i], s.event_code[i] = s.event_time[child], s.event_code[child]
        i = child
    s.event_time[i], s.event_code[i] = time, code
