"""Columns of the cohort on who a person is, when they come, and what they have in hospital, drawn from their uniforms.

Every function takes the spells to draw for and the columns drawn so far, and returns new columns. Durations are in days
on the grid of time; working time is in days of open time. A quantity is drawn only for the spells that can ever need
it, whatever the engine makes of them, and is 0 for the others: what is not drawn costs nothing. In which order, and by
which settings: see `flowsim.model.cohort_steps`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.demand_schema import Frailty
from flowsim.config.entries import entry_number
from flowsim.config.hospital_schema import LongStayers, SameDay
from flowsim.config.types import AGE_BANDS, NEEDS, WEEKDAYS
from flowsim.model.clock import HOURS_PER_DAY, TICK, to_grid
from flowsim.model.distributions import choose_by, inverse, inverse_by
from flowsim.model.frailty import low_for_the_frail
from flowsim.model.spell_draws import Array, Columns, Drawn, Integers, Rows, Spells, in_hospital, leaves_from_front_door

_SIX_O_CLOCK = 6.0


def person(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Who the person is: the same in every spell of theirs, but for the support need and the moment of death."""
    patients, root, given = config.patients, c["root"], c["given_age_band"]
    first = np.flatnonzero(root == np.arange(spells.n))
    ages = np.array([[s.ages.get(band, 0.0) for band in AGE_BANDS] for s in config.streams.values()])
    age_band = spells.column(first, choose_by(ages, c["stream"][first], spells.uniform("age", first))).take(root)
    age_band = np.where(given >= 0, given, age_band)
    residents = np.array([patients.care_home_residents[band] for band in AGE_BANDS])
    from_anywhere = np.array([s.residence == "any" for s in config.streams.values()])
    chance = residents[age_band[first]] * from_anywhere[c["stream"][first]]
    needs = np.array([[patients.support_need[band].get(n, 0.0) for n in NEEDS] for band in AGE_BANDS])
    deaths = [patients.death_after_days[band] for band in AGE_BANDS]
    need, death = spells.uniform("support_need"), spells.uniform("death_after")
    frailty = {}
    if patients.frailty is not None:
        rank = spells.column(first, spells.uniform("frailty", first)).take(root)
        frailty = {"frailty": rank}
        need = low_for_the_frail(need, 1.0 - rank, patients.frailty.support_need)  # low is without a need
        death = low_for_the_frail(death, rank, patients.frailty.death)
    death_after = to_grid(inverse_by(deaths, age_band, death))
    return {
        **frailty,
        "age_band": age_band,
        "care_home_resident": spells.flag("care_home_resident", first, chance).take(root),
        "council_supported": spells.flag("council_supported", first, patients.council_supported_share).take(root),
        "support_need": choose_by(needs, age_band, need),
        "death_after": np.maximum(death_after, TICK),
        "attribution": spells.uniform("attribution"),
    }


def arrival(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """When and by which door the person comes; a readmission comes by the stream that is set for it."""
    requested = c["requested"]
    streams = list(config.streams.values())
    again = list(config.streams).index(config.patients.readmissions.stream)
    is_return = np.isnan(requested)
    returns = np.flatnonzero(is_return)
    by = c["stream"].copy()
    by[returns] = again
    arrival = requested
    for index, stream in enumerate(streams):
        if stream.conveyance is not None:
            rows = np.flatnonzero((c["stream"] == index) & ~is_return)
            alone = spells.uniform("conveyance_mode", rows) < stream.conveyance.self_conveyed_share
            ways = stream.conveyance.ambulance_hours, stream.conveyance.self_conveyed_hours
            hours = inverse_by(ways, alone, spells.uniform("conveyance_hours", rows))
            arrival = arrival + spells.column(rows, hours / HOURS_PER_DAY)
    arrival = to_grid(arrival)
    arrival_time = arrival - np.floor(arrival)
    arrival_time[returns] = to_grid(_time_of_day(streams[again].hours, spells.uniform("time_of_return", returns)))
    entry = np.array([entry_number(s.entry) for s in streams], dtype=np.int32).take(by)
    non_elective = np.array([s.counts_as == "non_elective" for s in streams], dtype=np.int32).take(by)
    avoided = _avoided(config, spells, c, by, arrival)
    avoided[c["given_age_band"] >= 0] = 0  # they are here already
    at_home = np.flatnonzero(avoided)
    entry[at_home], non_elective[at_home] = entry_number("avoided"), 0
    return {
        "arrival": arrival,
        "arrival_time": arrival_time,
        "entry": entry,
        "non_elective": non_elective,
        "avoided": avoided,
    }


def _avoided(config: CityConfig, spells: Spells, c: Drawn, by: Integers, arrival: Array) -> Integers:
    """Return the number, from 1, of the service that looks after each person at home instead; 0 if none does."""
    avoided = np.zeros(spells.n, dtype=np.int32)
    for number, (name, scheme) in enumerate(config.admission_avoidance.items(), 1):
        if scheme.share == 0.0:
            continue
        can = np.isin(by, [list(config.streams).index(stream) for stream in scheme.streams]) & (avoided == 0)
        can &= np.isin(c["age_band"], [AGE_BANDS.index(band) for band in scheme.ages])
        if scheme.residence != "any":
            can &= c["care_home_resident"] == (scheme.residence == "care_home")
        if scheme.dies_within_days is not None:
            can &= c["death_after"] <= scheme.dies_within_days
        on_day = np.isin(np.arange(7), [WEEKDAYS.index(day) for day in scheme.weekdays])
        rows = np.flatnonzero(can)
        known = ~np.isnan(arrival[rows])
        # A readmission has no date yet: every day of the week is equally likely.
        chance = np.full(rows.size, scheme.share * on_day.mean())
        weekday = (config.run.start_date.weekday() + np.floor(arrival[rows[known]]).astype(np.int64)) % 7
        chance[known] = scheme.share * on_day[weekday]
        avoided[spells.flag(f"avoided/{name}", rows, chance) == 1] = number
    return avoided


def front_door(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Assessment in MAU or AMU, whether the person goes home the same day, and who can come to a ward."""
    rows = np.flatnonzero(in_hospital(c))
    units = config.front_door.mau, config.front_door.amu
    # People who come by another entry can still be sent to the AMU (a step-up that waited too long).
    unit = (c["entry"] != entry_number("mau")).astype(np.int32)
    chance = np.empty(rows.size)
    for index, its in enumerate(units):
        of = np.flatnonzero(unit[rows] == index)
        hour, age_band = c["arrival_time"][rows[of]] * HOURS_PER_DAY, c["age_band"][rows[of]]
        chance[of] = same_day_chance(its.same_day, hour, age_band)
    same_day = spells.flag("same_day", rows, chance)
    goes_home = leaves_from_front_door({"entry": c["entry"], "same_day": same_day})
    return {
        "same_day": same_day,
        "to_ward": in_hospital(c) & ((c["given_age_band"] >= 0) | ~goes_home),
        "assessment": spells.work_by("assessment_hours", rows, [its.assessment_hours for its in units], unit),
    }


def same_day_chance(rule: SameDay, hour: Array, age_band: Integers) -> Array:
    """Return the chance of going home the same day, by hour of arrival (0 to 24) and age band (see `SameDay`)."""
    fallen = (hour - rule.falls_from_hour) / (rule.falls_until_hour - rule.falls_from_hour)
    chance = rule.early + (rule.late - rule.early) * np.clip(fallen, 0.0, 1.0)
    chance = np.where(hour < _SIX_O_CLOCK, rule.late, chance)
    factor: Array = np.array([rule.age_factor[band] for band in AGE_BANDS]).take(age_band)
    return chance * factor


def stay(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """How long treatment takes, for people who can come to a ward."""
    rows = np.flatnonzero(c["to_ward"])
    factor = np.array([config.ward.need_factor[need] for need in NEEDS]).take(c["support_need"][rows])
    by_age = [config.ward.stay_until_optimised_days[band] for band in AGE_BANDS]
    u = spells.uniform("stay", rows)
    days = inverse_by(by_age, c["age_band"][rows], u)
    if config.ward.long_stayers is not None:
        is_long = _long_stayer(config.ward.long_stayers, config.patients.frailty, spells, c, rows)
        days[is_long] = inverse(config.ward.long_stayers.stay_days, u[is_long])
    return {"stay_until_optimised": spells.column(rows, to_grid(days * factor))}


def early_planning(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Whether planning starts early, and how long treatment takes until then."""
    early, stay = config.discharge_planning.early_planning, c["stay_until_optimised"]
    is_early = spells.flag("early_planning", np.flatnonzero(c["to_ward"]), early.coverage)
    return {
        "early_planning": is_early,
        "treatment": np.where(is_early == 1, np.minimum(stay, to_grid(early.after_hours / HOURS_PER_DAY)), stay),
    }


def _long_stayer(rule: LongStayers, frailty: Frailty | None, spells: Spells, c: Drawn, rows: Rows) -> NDArray[np.bool_]:
    """Return who of these rows is a long stayer."""
    u = spells.uniform("long_stayer", rows)
    if frailty is not None:
        u = low_for_the_frail(u, c["frailty"][rows], frailty.long_stay)
    is_long: NDArray[np.bool_] = u < np.array([rule.share[band] for band in AGE_BANDS]).take(c["age_band"][rows])
    return is_long


def _time_of_day(weights: Sequence[float], u: Array) -> Array:
    """Return a time of day (days from midnight) by an hour profile."""
    edges = np.r_[0.0, np.cumsum(weights)] / np.sum(weights)
    return np.interp(u, edges, np.arange(edges.size)) / HOURS_PER_DAY
