"""The columns of the cohort: what chance decides about each spell, from its uniforms.

Every function takes `draw`, which returns one uniform for each spell from the stream of a name, and the columns drawn
so far, and returns new columns. Durations are in days on the grid of time; working time is in days of open time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.demand import Stream
from flowsim.config.hospital import SameDay
from flowsim.config.schema import CityConfig
from flowsim.config.types import AGE_BANDS, NEEDS, ROUTES, Distribution
from flowsim.model.clock import HOURS_PER_DAY, TICK, to_grid
from flowsim.model.distributions import choose, inverse, inverse_by_age

Array = NDArray[np.float64]
Integers = NDArray[np.int32]
Columns = dict[str, NDArray]
Draw = Callable[[str], Array]

ENTRIES = ("mau", "amu", "ward", "step_up", "care_home", "homecare", "elsewhere")
HOME, D2A_HOME, D2A_STEP_DOWN, IN_HOSPITAL = range(len(ROUTES))
_SIX_O_CLOCK = 6.0


def attributes(config: CityConfig, draw: Draw, stream: Integers, root: Integers, requested: Array) -> Columns:
    """Return every column of the cohort.

    Parameters
    ----------
    config : CityConfig
        The city.
    draw : callable
        From the name of a quantity to one uniform for each spell.
    stream : numpy.ndarray of int32
        Index in ``config.streams`` of the stream that brought the person.
    root : numpy.ndarray of int32
        Row of the person's first spell, from which a readmission inherits who the person is.
    requested : numpy.ndarray of float64
        When the person is referred or sets out (days); NaN for a reserved child spell.
    """
    c: Columns = {"stream": stream}
    c |= _person(config, draw, c, root)
    c |= _arrival(config, draw, c, requested)
    c |= _front_door(config, draw, c)
    c |= _ward(config, draw, c)
    c |= _route(config, draw, c)
    c |= _planning(config, draw, c)
    c |= _short_term_services(config, draw, c)
    c |= _long_term_care(config, draw, c)
    c |= _after_hospital(config, draw, c)
    return c


def _person(config: CityConfig, draw: Draw, c: Columns, root: Integers) -> Columns:
    """Who the person is: the same in every spell of theirs, but for the support need and the moment of death."""
    patients = config.patients
    ages = np.array([[s.ages.get(band, 0.0) for band in AGE_BANDS] for s in config.streams.values()])
    age_band = _choose_by(ages, c["stream"], draw("age"))[root]
    residents = np.array([patients.care_home_residents[band] for band in AGE_BANDS])
    needs = np.array([[patients.support_need[band].get(n, 0.0) for n in NEEDS] for band in AGE_BANDS])
    death_after = to_grid(inverse_by_age(patients.death_after_days, age_band, draw("death_after")))
    return {
        "age_band": age_band,
        "care_home_resident": _flag(draw("care_home_resident")[root] < residents[age_band]),
        "council_supported": _flag(draw("council_supported")[root] < patients.council_supported_share),
        "support_need": _choose_by(needs, age_band, draw("support_need")),
        "death_after": np.maximum(death_after, TICK),
        "attribution": draw("attribution"),
    }


def _arrival(config: CityConfig, draw: Draw, c: Columns, requested: Array) -> Columns:
    """When and by which door the person comes; a readmission comes by the stream that is set for it."""
    streams = list(config.streams.values())
    again = list(config.streams).index(config.patients.readmissions.stream)
    is_return = np.isnan(requested)
    by = np.where(is_return, again, c["stream"])
    arrival = to_grid(requested + _conveyance_hours(streams, draw, by) / HOURS_PER_DAY)
    time_of_return = to_grid(_time_of_day(streams[again].hours, draw("time_of_return")))
    return {
        "arrival": arrival,
        "arrival_time": np.where(is_return, time_of_return, arrival % 1.0),
        "entry": np.array([ENTRIES.index(s.entry) for s in streams], dtype=np.int32)[by],
        "non_elective": np.array([s.counts_as == "non_elective" for s in streams], dtype=np.int32)[by],
    }


def _conveyance_hours(streams: Sequence[Stream], draw: Draw, by: Integers) -> Array:
    """Return how long people take from the referral to the hospital, in streams that say so."""
    mode, time = draw("conveyance_mode"), draw("conveyance_hours")
    hours = np.zeros(mode.size)
    for index, stream in enumerate(streams):
        if stream.conveyance is not None:
            of = by == index
            by_themselves = inverse(stream.conveyance.self_conveyed_hours, time[of])
            by_ambulance = inverse(stream.conveyance.ambulance_hours, time[of])
            hours[of] = np.where(mode[of] < stream.conveyance.self_conveyed_share, by_themselves, by_ambulance)
    return hours


def _front_door(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """Assessment in MAU or AMU, and whether the person goes home the same day."""
    u, time = draw("same_day"), draw("assessment_hours")
    same_day, hours = np.zeros(u.size, dtype=np.int32), np.zeros(u.size)
    by_mau = c["entry"] == ENTRIES.index("mau")
    # Whoever comes by another way can still be sent to AMU (a step-up that waited too long).
    for of, unit in ((by_mau, config.front_door.mau), (_in_hospital(c) & ~by_mau, config.front_door.amu)):
        chance = same_day_chance(unit.same_day, c["arrival_time"][of] * HOURS_PER_DAY, c["age_band"][of])
        same_day[of] = u[of] < chance
        hours[of] = inverse(unit.assessment_hours, time[of])
    return {"same_day": same_day, "assessment": to_grid(hours / HOURS_PER_DAY)}


def same_day_chance(rule: SameDay, hour: Array, age_band: Integers) -> Array:
    """Return the chance of going home the same day, by hour of arrival (0 to 24) and age band (see `SameDay`)."""
    fallen = (hour - rule.falls_from_hour) / (rule.falls_until_hour - rule.falls_from_hour)
    chance = rule.early + (rule.late - rule.early) * np.clip(fallen, 0.0, 1.0)
    chance = np.where(hour < _SIX_O_CLOCK, rule.late, chance)
    return chance * np.array([rule.age_factor[band] for band in AGE_BANDS])[age_band]


def _ward(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """How long treatment takes, and whether planning starts early."""
    factor = np.array([config.ward.need_factor[need] for need in NEEDS])[c["support_need"]]
    band = np.where(_in_hospital(c), c["age_band"], -1)
    by_age = [config.ward.stay_until_optimised_days[b] for b in AGE_BANDS]
    stay = to_grid(_inverse_by(by_age, band, draw("stay")) * factor)
    early = config.discharge_planning.early_planning
    is_early = draw("early_planning") < early.coverage
    return {
        "stay_until_optimised": stay,
        "early_planning": _flag(is_early),
        "treatment": np.where(is_early, np.minimum(stay, to_grid(early.after_hours / HOURS_PER_DAY)), stay),
    }


def _route(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """The route out of hospital; a resident of a care home goes back there, by route 1."""
    shares = np.array([[config.routes.shares[need].get(route, 0.0) for route in ROUTES] for need in NEEDS])
    route = _choose_by(shares, c["support_need"], draw("route"))
    route[c["care_home_resident"] == 1] = HOME
    return {"route": route, "complex": _flag(route != HOME)}


def _planning(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """Decisions, assessments, decision support tool, and what else can hinder a simple discharge."""
    planning = config.discharge_planning
    steps, tool = planning.assessments, planning.decision_support_tool
    hospital, complex_ = _in_hospital(c), c["complex"] == 1
    # Route 1 has no assessment, but every route has a place in these tables.
    sequences = np.array([[1.0, 0.0, 0.0]] + [steps.in_sequence[route] for route in ROUTES[1:]])
    referrals = [None, *(steps.referral_working_hours[route] for route in ROUTES[1:])]
    older_way = c["route"] == IN_HOSPITAL
    has_tool = older_way & (draw("decision_support_tool") < tool.share)
    has_tool &= draw("decision_support_tool_outside") >= tool.completed_outside_hospital_share
    hindrances = list(planning.hindrances.values())
    free = 1.0 - sum(h.share for h in hindrances)
    hindrance = choose([free, *(h.share for h in hindrances)], draw("hindrance"))
    hindered_for = _inverse_by([None, *(h.days for h in hindrances)], hindrance, draw("hindrance_days"))
    return {
        "simple_decision": _work(_values(planning.simple_decision.working_hours, hospital, draw("decision"))),
        "complex_decision": _work(_values(planning.complex_decision.working_hours, complex_, draw("decision"))),
        "planning_referral": _work(_inverse_by(referrals, c["route"], draw("planning_referral"))),
        "assessments": _choose_by(sequences, c["route"], draw("assessments")),
        **{
            name: _work(_values(steps.assessment_working_hours, complex_, draw(name)))
            for name in ("assessment_1", "assessment_2", "assessment_3")
        },
        "decision_support_tool": _flag(has_tool),
        "decision_support_tool_work": _work(_values(tool.working_hours, older_way, draw("decision_support_tool_work"))),
        "funding": to_grid(_values(tool.funding_days, older_way, draw("funding"))),
        "hindrance": hindrance,
        "hindrance_days": to_grid(hindered_for),
        "journey": _work(_values(config.services.transport.journey_hours, hospital, draw("journey"))),
    }


def _short_term_services(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """Equipment, Active Recovery and intermediate care: which service, how long before it and how long in it."""
    services = config.services
    equipment, returning = services.equipment, services.care_home_return
    recovery, beds = services.active_recovery, services.intermediate_care
    to_recovery = c["route"] == D2A_HOME
    step_up = c["entry"] == ENTRIES.index("step_up")
    to_bed = to_recovery | (c["route"] == D2A_STEP_DOWN) | step_up  # plan B takes people from route 2 to a bed
    at_home = _choose_service(recovery, draw("active_recovery"))
    in_bed = _choose_service(beds, draw("intermediate_care"))
    urgent, u = draw("equipment_urgent") < equipment.urgent_share, draw("equipment_days")
    complex_ = c["complex"] == 1
    equipped = np.where(
        urgent, _values(equipment.urgent_days, complex_, u), _values(equipment.routine_days, complex_, u)
    )

    def of_service(services: Mapping[str, Any], path: str, which: Integers, of: NDArray[np.bool_], name: str) -> Array:
        return _service_values(services, path, np.where(of, which, -1), draw(name))

    return {
        "equipment_needed": _flag(draw("equipment_needed") < equipment.needed_share),
        "equipment_days": to_grid(equipped),
        "active_recovery": at_home,
        "active_recovery_lag": _work(
            of_service(recovery, "lag.working_hours", at_home, to_recovery, "active_recovery_lag")
        ),
        "active_recovery_stay": to_grid(
            of_service(recovery, "stay_days", at_home, to_recovery, "active_recovery_stay")
        ),
        "plan_b_after": to_grid(of_service(recovery, "plan_b_after_days", at_home, to_recovery, "plan_b_after")),
        "intermediate_care": in_bed,
        "intermediate_care_lag": _work(of_service(beds, "lag.working_hours", in_bed, to_bed, "intermediate_care_lag")),
        "step_down_stay": to_grid(of_service(beds, "step_down_stay_days", in_bed, to_bed, "step_down_stay")),
        "step_up_stay": to_grid(of_service(beds, "step_up_stay_days", in_bed, step_up, "step_up_stay")),
        "step_up_patience": to_grid(of_service(beds, "step_up_patience_days", in_bed, step_up, "step_up_patience")),
        "care_home_reassessed": _flag(draw("care_home_reassessed") < returning.share_reassessed),
        "care_home_return_lag": _work(
            _values(returning.lag.working_hours, c["care_home_resident"] == 1, draw("care_home_return_lag"))
        ),
    }


def _long_term_care(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """Which homecare, residential and nursing service, the family's choice, and the provider's own lag."""
    columns: Columns = {"nursing": _flag(draw("nursing") < config.services.nursing_share)}
    by_themselves = [ENTRIES.index(entry) for entry in ("step_up", "care_home", "homecare")]
    may_need = (c["complex"] == 1) | np.isin(c["entry"], by_themselves)
    for kind in ("homecare", "residential", "nursing"):
        services = getattr(config.services, kind)
        which = _choose_service(services, draw(f"{kind}_service"))
        choosing = np.array([s.choice_share for s in services.values()])[which]
        of = np.where(may_need, which, -1)
        columns |= {
            f"{kind}_service": which,
            f"{kind}_choosing": _flag(draw(f"{kind}_choosing") < choosing),
            f"{kind}_choice": to_grid(_service_values(services, "choice_days", of, draw(f"{kind}_choice"))),
            f"{kind}_lag": _work(_service_values(services, "lag.working_hours", of, draw(f"{kind}_lag"))),
        }
    return columns


def _after_hospital(config: CityConfig, draw: Draw, c: Columns) -> Columns:
    """Where the route ends (before harm of delay), and whether and when the person comes back."""
    outcomes = config.routes.outcomes
    # Whoever has no route through discharge to assess (a step-up) ends like step-down.
    by_route = [outcomes.get(route, outcomes["discharge_to_assess_step_down"]) for route in ROUTES]
    rule = config.patients.readmissions
    probability = np.array([rule.probability[band] for band in AGE_BANDS])
    return {
        "care_home_uniform": draw("care_home_uniform"),
        "care_home_probability": np.array([o.care_home for o in by_route])[c["route"]],
        "homecare_uniform": draw("homecare_uniform"),
        "homecare_probability": np.array([o.homecare for o in by_route])[c["route"]],
        "readmission_uniform": draw("readmission"),
        "readmission_probability": probability[c["age_band"]],
        "readmission_gap": np.maximum(1.0, np.ceil(inverse(rule.gap_days, draw("readmission_gap")))),
    }


def _flag(condition: NDArray[np.bool_]) -> Integers:
    return condition.astype(np.int32)


def _work(hours: Array) -> Array:
    """Turn working hours into days of open time."""
    return to_grid(hours / HOURS_PER_DAY)


def _choose_by(shares: Array, row: Integers, u: Array) -> Integers:
    """Choose a category for each spell from the row of `shares` that is the spell's own."""
    edges = np.cumsum(shares, axis=1)[:, :-1]
    return (u[:, None] >= edges[row]).sum(axis=1, dtype=np.int32)


def _choose_service(services: Mapping[str, Any], u: Array) -> Integers:
    return choose([s.share for s in services.values()], u)


def _inverse_by(distributions: Sequence[Distribution | None], which: Integers, u: Array) -> Array:
    """Return quantiles where each spell has the distribution that `which` points at; None gives 0."""
    values = np.zeros(u.size)
    for index, distribution in enumerate(distributions):
        if distribution is not None:
            of = which == index
            values[of] = inverse(distribution, u[of])
    return values


def _values(distribution: Distribution, of: NDArray[np.bool_], u: Array) -> Array:
    """Return quantiles for those who can need them, and 0 for the rest: inverse transforms are what a cohort costs."""
    values = np.zeros(u.size)
    values[of] = inverse(distribution, u[of])
    return values


def _service_values(services: Mapping[str, Any], path: str, which: Integers, u: Array) -> Array:
    """Return quantiles of a distribution, given by its path in a service, of the service that is the spell's own.

    Spells for which `which` is -1 get 0.
    """
    distributions = []
    for service in services.values():
        for key in path.split("."):
            service = getattr(service, key)
        distributions.append(service)
    return _inverse_by(distributions, which, u)


def _in_hospital(c: Columns) -> NDArray[np.bool_]:
    """Who can come to a hospital bed: everybody but those counted elsewhere and those who ask for long-term care."""
    return c["entry"] <= ENTRIES.index("step_up")


def _time_of_day(weights: Sequence[float], u: Array) -> Array:
    """Return a time of day (days from midnight) by an hour profile."""
    edges = np.r_[0.0, np.cumsum(weights)] / np.sum(weights)
    hour = np.clip(np.searchsorted(edges, u, side="right") - 1, 0, 23)
    return (hour + (u - edges[hour]) / (edges[hour + 1] - edges[hour])) / HOURS_PER_DAY
