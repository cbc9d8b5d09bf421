"""What comes next in the compiled engine, and what is decided when a person leaves hospital: death and return."""

from __future__ import annotations

import numpy as np

from flowsim.engine.columns import NONE, Index, inner, read_int, real
from flowsim.engine.compiled_events import push
from flowsim.engine.compiled_state import DEATH, DISCHARGED, READMISSION, READY, State, value
from flowsim.engine.encode import BRANCH, GOTO, SWITCH, Encoded
from flowsim.engine.rules import delayed_days, goes_then


@inner
def decide(e: Encoded, s: State, case: Index, now: float) -> Index:
    """Return the activity that comes next."""
    node = e.decision[s.cases[case].activity]
    while e.node_kind[node] != GOTO:
        first = e.target_from[node]
        if e.node_kind[node] == SWITCH:
            node = e.target[first + read_int(e.wholes[e.node_column[node]], s.cases[case].spell)]
            continue
        if e.node_kind[node] == BRANCH:
            uniform = value(e, s, e.node_column[node], case)
            probability = value(e, s, e.node_probability[node], case)
            goes = is_chosen(e, s, case, uniform, probability, e.node_harm[node], now)
        elif e.node_probability[node] == NONE:
            goes = s.seen_free[e.node_column[node]]
        else:
            goes = s.seen_waiting[e.node_column[node]] > e.node_probability[node]
        node = e.target[first if goes else first + 1]
    following: np.uint32 = e.target[e.target_from[node]]
    return following


@inner
def is_chosen(e: Encoded, s: State, case: Index, uniform: float, probability: float, harm: int, now: float) -> bool:
    """Whether a uniform lies below a probability with the harm that delay has done until now."""
    days = delayed_days(s.stamp[case, READY], s.stamp[case, DISCHARGED], now)
    pieces = slice(e.harm_from[harm], e.harm_from[harm + 1])
    chosen: bool = goes_then(uniform, probability, days, e.harm_day[pieces], e.harm_per_day[pieces])
    return chosen


@inner
def dies(e: Encoded, s: State, case: Index, now: float) -> float:
    """Decide whether delay brings death forward, and return when a person who leaves hospital now will die."""
    spell = s.cases[case].spell
    if e.death_after == NONE:
        return np.inf
    at: float = s.cases[case].arrived + real(e.reals, e.death_after, spell)
    if e.sooner_days != NONE:
        sooner = now + real(e.reals, e.sooner_days, spell)
        if sooner < at:
            uniform = real(e.reals, e.sooner_uniform, spell)
            if is_chosen(e, s, case, uniform, 0.0, e.sooner_harm, now):
                push(s, sooner, DEATH, case, spell)
                at = sooner
    return at


@inner
def decide_readmission(e: Encoded, s: State, case: Index, now: float, death: float) -> None:
    """Say when the reserved child spell arrives, if it does before the person dies."""
    spell = s.cases[case].spell
    child = e.child[spell]
    if e.again_exit == NONE or child < 0:
        return
    at = np.floor(now) + real(e.reals, e.again_gap, spell) + real(e.reals, e.again_time, child)
    if at >= death:
        return
    uniform, probability = real(e.reals, e.again_uniform, spell), real(e.reals, e.again_probability, spell)
    if is_chosen(e, s, case, uniform, probability, e.again_harm, now):
        push(s, now + (at - now), READMISSION, case, spell)
