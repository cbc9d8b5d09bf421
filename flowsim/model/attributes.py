"""The columns of the cohort: what chance decides about each spell, from its uniforms.

Every function takes the spells to draw for and the columns drawn so far, and returns new columns. Durations are in days
on the grid of time; working time is in days of open time. A quantity is drawn only for the spells that can ever need
it, whatever the engine makes of them, and is 0 for the others: what is not drawn costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.entries import ENTRIES, entry_number
from flowsim.config.hospital_schema import SameDay
from flowsim.config.types import AGE_BANDS, NEEDS, ROUTES, WEEKDAYS, Distribution
from flowsim.model.clock import HOURS_PER_DAY, TICK, to_grid
from flowsim.model.distributions import choose, choose_by, inverse, inverse_by

Array = NDArray[np.float64]
Integers = NDArray[np.int32]
Rows = NDArray[np.intp]
Columns = dict[str, NDArray]
Draw = Callable[[str, Rows | None], Array]

HOME, D2A_HOME, D2A_STEP_DOWN, IN_HOSPITAL = range(len(ROUTES))
_SIX_O_CLOCK = 6.0


def attributes(
    config: CityConfig, draw: Draw, stream: Integers, root: Integers, requested: Array, given: Mapping[str, Integers]
) -> Columns:
    """Return every column of the cohort.

    Parameters
    ----------
    config : CityConfig
        The city.
    draw : callable
        From the name of a quantity, and the rows that need it (None: all), to one uniform for each of these. A spell's
        uniform does not depend on which other rows are asked for.
    stream : numpy.ndarray of int32
        Index in ``config.streams`` of the stream that brought the person.
    root : numpy.ndarray of int32
        Row of the person's first spell, from which a readmission inherits who the person is.
    requested : numpy.ndarray of float64
        When the person is referred or sets out (days); NaN for a reserved child spell.
    given : mapping of str to numpy.ndarray of int32
        The age band and the route of those for whom they are known; -1 where chance decides.
    """
    spells = _Spells(draw, stream.size)
    c: Columns = {"stream": stream}
    c |= _person(config, spells, c, root, given["age_band"])
    c |= _arrival(config, spells, c, requested, present=given["age_band"] >= 0)
    c |= _front_door(config, spells, c)
    ward = np.flatnonzero(_in_hospital(c) & ((given["age_band"] >= 0) | ~_leaves_from_front_door(c)))
    c |= _ward(config, spells, c, ward)
    c |= _route(config, spells, c, ward, given["route"])
    c |= _planning(config, spells, c, ward)
    c |= _short_term_services(config, spells, c)
    c |= _long_term_care(config, spells, c)
    c |= _after_hospital(config, spells, c)
    return c


class _Spells:
    """The spells to draw for: `n` rows, of which every method draws a column for some, and leaves 0 in the others."""

    def __init__(self, draw: Draw, n: int):
        self.draw, self.n = draw, n

    def uniform(self, name: str, rows: Rows | None = None) -> Array:
        """Return the uniforms of these rows alone."""
        return self.draw(name, rows)

    def column(self, rows: Rows, values: NDArray) -> NDArray:
        """Return a column with these values in these rows."""
        column = np.zeros(self.n, dtype=values.dtype)
        column[rows] = values
        return column

    def flag(self, name: str, rows: Rows, share: float | Array) -> Integers:
        """Return 1 for a share of these rows."""
        if np.all(np.equal(share, 0.0)):
            return np.zeros(self.n, dtype=np.int32)
        return self.column(rows, (self.draw(name, rows) < share).astype(np.int32))

    def days(self, name: str, rows: Rows, distribution: Distribution) -> Array:
        """Return durations of a distribution in days."""
        return self.column(rows, to_grid(inverse(distribution, self.draw(name, rows))))

    def work(self, name: str, rows: Rows, distribution: Distribution) -> Array:
        """Return durations of a distribution in (working) hours, as days (of open time)."""
        return self.column(rows, to_grid(inverse(distribution, self.draw(name, rows)) / HOURS_PER_DAY))

    def days_by(self, name: str, rows: Rows, distributions: Sequence[Distribution | None], which: Integers) -> Array:
        """Return durations in days where the column `which` says which distribution is the spell's own."""
        if not any(distributions):
            return np.zeros(self.n)
        return self.column(rows, to_grid(inverse_by(distributions, which[rows], self.draw(name, rows))))

    def work_by(self, name: str, rows: Rows, distributions: Sequence[Distribution | None], which: Integers) -> Array:
        """Return the same of durations in (working) hours."""
        hours = inverse_by(distributions, which[rows], self.draw(name, rows))
        return self.column(rows, to_grid(hours / HOURS_PER_DAY))


def _person(config: CityConfig, spells: _Spells, c: Columns, root: Integers, given: Integers) -> Columns:
    """Who the person is: the same in every spell of theirs, but for the support need and the moment of death."""
    patients = config.patients
    first = np.flatnonzero(root == np.arange(spells.n))
    ages = np.array([[s.ages.get(band, 0.0) for band in AGE_BANDS] for s in config.streams.values()])
    age_band = spells.column(first, choose_by(ages, c["stream"][first], spells.uniform("age", first))).take(root)
    age_band = np.where(given >= 0, given, age_band)
    residents = np.array([patients.care_home_residents[band] for band in AGE_BANDS])
    needs = np.array([[patients.support_need[band].get(n, 0.0) for n in NEEDS] for band in AGE_BANDS])
    deaths = [patients.death_after_days[band] for band in AGE_BANDS]
    death_after = to_grid(inverse_by(deaths, age_band, spells.uniform("death_after")))
    return {
        "age_band": age_band,
        "care_home_resident": spells.flag("care_home_resident", first, residents[age_band[first]]).take(root),
        "council_supported": spells.flag("council_supported", first, patients.council_supported_share).take(root),
        "support_need": choose_by(needs, age_band, spells.uniform("support_need")),
        "death_after": np.maximum(death_after, TICK),
        "attribution": spells.uniform("attribution"),
    }


def _arrival(config: CityConfig, spells: _Spells, c: Columns, requested: Array, present: NDArray[np.bool_]) -> Columns:
    """When and by which door the person comes; a readmission comes by the stream that is set for it."""
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
    met = np.flatnonzero(avoided)
    avoided[met[present[met]]] = 0
    met = met[~present[met]]
    entry[met], non_elective[met] = entry_number("avoided"), 0
    return {
        "arrival": arrival,
        "arrival_time": arrival_time,
        "entry": entry,
        "non_elective": non_elective,
        "avoided": avoided,
    }


def _avoided(config: CityConfig, spells: _Spells, c: Columns, by: Integers, arrival: Array) -> Integers:
    """Which service meets the need where the person lives instead, by its number from 1 on; 0 if none does."""
    avoided = np.zeros(spells.n, dtype=np.int32)
    for number, (name, scheme) in enumerate(config.admission_avoidance.items(), 1):
        if scheme.share == 0.0:
            continue
        can = np.isin(by, [list(config.streams).index(stream) for stream in scheme.streams]) & (avoided == 0)
        can &= np.isin(c["age_band"], [AGE_BANDS.index(band) for band in scheme.ages])
        if scheme.residence != "any":
            can &= c["care_home_resident"] == (scheme.residence == "care_home")
        on_day = np.isin(np.arange(7), [WEEKDAYS.index(day) for day in scheme.weekdays])
        rows = np.flatnonzero(can)
        known = ~np.isnan(arrival[rows])
        # Whoever comes back has no date yet: any day of the week is as likely.
        chance = np.full(rows.size, scheme.share * on_day.mean())
        weekday = (config.run.start_date.weekday() + np.floor(arrival[rows[known]]).astype(np.int64)) % 7
        chance[known] = scheme.share * on_day[weekday]
        met = spells.flag(f"avoided/{name}", rows, chance)
        avoided[met == 1] = number
    return avoided


def _front_door(config: CityConfig, spells: _Spells, c: Columns) -> Columns:
    """Assessment in MAU or AMU, and whether the person goes home the same day."""
    rows = np.flatnonzero(_in_hospital(c))
    units = config.front_door.mau, config.front_door.amu
    # Whoever comes by another way can still be sent to AMU (a step-up that waited too long).
    unit = (c["entry"] != entry_number("mau")).astype(np.int32)
    chance = np.empty(rows.size)
    for index, its in enumerate(units):
        of = np.flatnonzero(unit[rows] == index)
        hour, age_band = c["arrival_time"][rows[of]] * HOURS_PER_DAY, c["age_band"][rows[of]]
        chance[of] = same_day_chance(its.same_day, hour, age_band)
    return {
        "same_day": spells.flag("same_day", rows, chance),
        "assessment": spells.work_by("assessment_hours", rows, [its.assessment_hours for its in units], unit),
    }


def same_day_chance(rule: SameDay, hour: Array, age_band: Integers) -> Array:
    """Return the chance of going home the same day, by hour of arrival (0 to 24) and age band (see `SameDay`)."""
    fallen = (hour - rule.falls_from_hour) / (rule.falls_until_hour - rule.falls_from_hour)
    chance = rule.early + (rule.late - rule.early) * np.clip(fallen, 0.0, 1.0)
    chance = np.where(hour < _SIX_O_CLOCK, rule.late, chance)
    return chance * np.array([rule.age_factor[band] for band in AGE_BANDS]).take(age_band)


def _ward(config: CityConfig, spells: _Spells, c: Columns, rows: Rows) -> Columns:
    """How long treatment takes, and whether planning starts early, for those who can come to a ward."""
    factor = np.array([config.ward.need_factor[need] for need in NEEDS]).take(c["support_need"][rows])
    by_age = [config.ward.stay_until_optimised_days[band] for band in AGE_BANDS]
    stay = spells.column(rows, to_grid(inverse_by(by_age, c["age_band"][rows], spells.uniform("stay", rows)) * factor))
    early = config.discharge_planning.early_planning
    is_early = spells.flag("early_planning", rows, early.coverage)
    return {
        "stay_until_optimised": stay,
        "early_planning": is_early,
        "treatment": np.where(is_early == 1, np.minimum(stay, to_grid(early.after_hours / HOURS_PER_DAY)), stay),
    }


def _route(config: CityConfig, spells: _Spells, c: Columns, ward: Rows, given: Integers) -> Columns:
    """The route out of hospital; a resident of a care home goes back there, by route 1."""
    shares = np.array([[config.routes.shares[need].get(route, 0.0) for route in ROUTES] for need in NEEDS])
    has_choice = (shares[:, HOME] < 1.0).take(c["support_need"])
    rows = ward[(has_choice & (c["care_home_resident"] == 0))[ward]]
    route = spells.column(rows, choose_by(shares, c["support_need"][rows], spells.uniform("route", rows)))
    route = np.where(given >= 0, given, route)
    return {"route": route, "complex": (route != HOME).astype(np.int32)}


def _planning(config: CityConfig, spells: _Spells, c: Columns, ward: Rows) -> Columns:
    """Decisions, assessments, decision support tool, and what else can hinder a simple discharge."""
    planning = config.discharge_planning
    steps, tool = planning.assessments, planning.decision_support_tool
    complex_ = np.flatnonzero(c["complex"])
    older_way = np.flatnonzero(c["route"] == IN_HOSPITAL)
    # Route 1 has no assessment, but every route has a place in these tables.
    sequences = np.array([[1.0, 0.0, 0.0]] + [steps.in_sequence[route] for route in ROUTES[1:]])
    referrals = [None, *(steps.referral_working_hours[route] for route in ROUTES[1:])]
    assessments = spells.column(
        complex_, choose_by(sequences, c["route"][complex_], spells.uniform("assessments", complex_))
    )
    outside = spells.flag("decision_support_tool_outside", older_way, tool.completed_outside_hospital_share)
    hindrances = list(planning.hindrances.values())
    free = 1.0 - sum(h.share for h in hindrances)
    simple = ward[c["complex"][ward] == 0]
    hindrance = spells.column(
        simple, choose([free, *(h.share for h in hindrances)], spells.uniform("hindrance", simple))
    )
    hindered = np.flatnonzero(hindrance)
    return {
        "simple_decision": spells.work("decision", ward, planning.simple_decision.working_hours),
        "complex_decision": spells.work("decision", complex_, planning.complex_decision.working_hours),
        "planning_referral": spells.work_by("planning_referral", complex_, referrals, c["route"]),
        "assessments": assessments,  # how many after the first
        **{
            f"assessment_{i + 1}": spells.work(
                f"assessment_{i + 1}", complex_[assessments[complex_] >= i], steps.assessment_working_hours
            )
            for i in range(3)
        },
        "decision_support_tool": spells.flag("decision_support_tool", older_way, tool.share) & (1 - outside),
        "decision_support_tool_work": spells.work("decision_support_tool_work", older_way, tool.working_hours),
        "funding": spells.days("funding", older_way, tool.funding_days),
        "hindrance": hindrance,
        "hindrance_days": spells.days_by("hindrance_days", hindered, [None, *(h.days for h in hindrances)], hindrance),
        "journey": spells.work("journey", ward, config.services.transport.journey_hours),
    }


def _short_term_services(config: CityConfig, spells: _Spells, c: Columns) -> Columns:
    """Equipment, Active Recovery and intermediate care: which service, how long before it and how long in it."""
    services = config.services
    equipment, returning = services.equipment, services.care_home_return
    recovery, beds = services.active_recovery, services.intermediate_care
    route, residents = c["route"], np.flatnonzero(c["care_home_resident"])
    recovering = np.flatnonzero(route == D2A_HOME)
    is_step_up = c["entry"] == entry_number("step_up")
    step_up = np.flatnonzero(is_step_up)
    # Plan B takes people from route 2 to a bed.
    to_bed = np.flatnonzero((route == D2A_HOME) | (route == D2A_STEP_DOWN) | is_step_up)
    equipped = np.flatnonzero((route == D2A_HOME) | (route == IN_HOSPITAL))
    urgent = spells.flag("equipment_urgent", equipped, equipment.urgent_share)
    at_home = _service(spells, "active_recovery", recovering, recovery)
    in_bed = _service(spells, "intermediate_care", to_bed, beds)
    return {
        "equipment_needed": spells.flag("equipment_needed", equipped, equipment.needed_share),
        "equipment_days": spells.days_by(
            "equipment_days", equipped, [equipment.routine_days, equipment.urgent_days], urgent
        ),
        "active_recovery": at_home,
        "active_recovery_lag": spells.work_by(
            "active_recovery_lag", recovering, _each(recovery, "lag.working_hours"), at_home
        ),
        "active_recovery_stay": spells.days_by(
            "active_recovery_stay", recovering, _each(recovery, "stay_days"), at_home
        ),
        "plan_b_after": spells.days_by("plan_b_after", recovering, _each(recovery, "plan_b_after_days"), at_home),
        "intermediate_care": in_bed,
        "intermediate_care_lag": spells.work_by(
            "intermediate_care_lag", to_bed, _each(beds, "lag.working_hours"), in_bed
        ),
        "step_down_stay": spells.days_by("step_down_stay", to_bed, _each(beds, "step_down_stay_days"), in_bed),
        "step_up_stay": spells.days_by("step_up_stay", step_up, _each(beds, "step_up_stay_days"), in_bed),
        "step_up_patience": spells.days_by("step_up_patience", step_up, _each(beds, "step_up_patience_days"), in_bed),
        "care_home_reassessed": spells.flag("care_home_reassessed", residents, returning.share_reassessed),
        "care_home_return_lag": spells.work("care_home_return_lag", residents, returning.lag.working_hours),
    }


def _long_term_care(config: CityConfig, spells: _Spells, c: Columns) -> Columns:
    """Which homecare, residential and nursing service, the family's choice, and the provider's own lag."""
    rows = _may_need_care(c)
    columns: Columns = {"nursing": spells.flag("nursing", rows, config.services.nursing_share)}
    by_nursing = rows[columns["nursing"][rows] == 0], rows[columns["nursing"][rows] == 1]
    for kind, its_rows in zip(("homecare", "residential", "nursing"), (rows, *by_nursing), strict=True):
        services = getattr(config.services, kind)
        which = _service(spells, f"{kind}_service", its_rows, services)
        choosing = np.array([s.choice_share for s in services.values()])[which[its_rows]]
        columns |= {
            f"{kind}_service": which,
            f"{kind}_choosing": spells.flag(f"{kind}_choosing", its_rows, choosing),
            f"{kind}_choice": spells.days_by(f"{kind}_choice", its_rows, _each(services, "choice_days"), which),
            f"{kind}_lag": spells.work_by(f"{kind}_lag", its_rows, _each(services, "lag.working_hours"), which),
        }
    return columns


def _after_hospital(config: CityConfig, spells: _Spells, c: Columns) -> Columns:
    """Where the route ends (before harm of delay), and whether and when the person comes back."""
    outcomes = config.routes.outcomes
    # Whoever has no route through discharge to assess (a step-up) ends like step-down.
    by_route = [outcomes.get(route, outcomes["discharge_to_assess_step_down"]) for route in ROUTES]
    rule = config.patients.readmissions
    rows = _may_need_care(c)
    probability = np.array([rule.probability[band] for band in AGE_BANDS])
    readmission = spells.uniform("readmission")
    can_return = np.flatnonzero(readmission < rule.reserved_share)
    gap = np.maximum(1.0, np.ceil(inverse(rule.gap_days, spells.uniform("readmission_gap", can_return))))
    return {
        "care_home_uniform": spells.column(rows, spells.uniform("care_home_uniform", rows)),
        "care_home_probability": spells.column(rows, np.array([o.care_home for o in by_route])[c["route"][rows]]),
        "homecare_uniform": spells.column(rows, spells.uniform("homecare_uniform", rows)),
        "homecare_probability": spells.column(rows, np.array([o.homecare for o in by_route])[c["route"][rows]]),
        "readmission_uniform": readmission,
        "readmission_probability": probability.take(c["age_band"]),
        "readmission_gap": spells.column(can_return, gap),
    }


def _service(spells: _Spells, name: str, rows: Rows, services: Mapping[str, Any]) -> Integers:
    """Choose one of several services of a kind, by their shares."""
    if len(services) == 1:
        return np.zeros(spells.n, dtype=np.int32)
    return spells.column(rows, choose([s.share for s in services.values()], spells.uniform(name, rows)))


def _each(services: Mapping[str, Any], path: str) -> list[Distribution | None]:
    """Return a distribution, given by its path in a service, of each service of a kind."""
    distributions = []
    for service in services.values():
        for key in path.split("."):
            service = getattr(service, key)
        distributions.append(service)
    return distributions


def _in_hospital(c: Columns) -> NDArray[np.bool_]:
    """Who can come to a hospital bed: everybody but those counted elsewhere and those who ask for long-term care."""
    return _by_entry(c, [entry.comes_to_hospital for entry in ENTRIES])


def _leaves_from_front_door(c: Columns) -> NDArray[np.bool_]:
    """Who comes to MAU or AMU and goes home from there the same day: no ward, and no plan for a discharge from it."""
    return (c["same_day"] == 1) & _by_entry(c, [entry.passes_front_door for entry in ENTRIES])


def _may_need_care(c: Columns) -> Rows:
    """Who can come to need homecare or a care home: who leaves hospital by another route than home, and who asks."""
    return np.flatnonzero((c["complex"] == 1) | _by_entry(c, [entry.asks_for_care for entry in ENTRIES]))


def _by_entry(c: Columns, facts: Sequence[bool]) -> NDArray[np.bool_]:
    """Return for each spell the fact of its entry (one for each of `ENTRIES`)."""
    return np.array(facts, dtype=np.bool_)[c["entry"]]


def _time_of_day(weights: Sequence[float], u: Array) -> Array:
    """Return a time of day (days from midnight) by an hour profile."""
    edges = np.r_[0.0, np.cumsum(weights)] / np.sum(weights)
    return np.interp(u, edges, np.arange(edges.size)) / HOURS_PER_DAY
