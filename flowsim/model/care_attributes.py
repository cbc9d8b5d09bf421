"""Columns of the cohort on what comes after treatment: route, planning, services, long-term care, and coming back.

As in `flowsim.model.attributes`, every function takes the spells to draw for and the columns drawn so far.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import (
    BED_WAYS_OUT,
    LONG_TERM_CARE,
    SLOT_WAYS_OUT,
    BedGivenUp,
    CareGivenUp,
    Programme,
)
from flowsim.config.entries import entry_number
from flowsim.config.hospital_schema import Hindrance
from flowsim.config.paths import value_at
from flowsim.config.types import AGE_BANDS, NEEDS, ROUTES, Distribution
from flowsim.model.clock import TICK, to_grid
from flowsim.model.distributions import choose, choose_by, inverse
from flowsim.model.frailty import BELOW_ONE, low_for_the_frail
from flowsim.model.residual import mean
from flowsim.model.spell_draws import Array, Columns, Integers, Rows, Spells, may_need_care

HOME, D2A_HOME, D2A_STEP_DOWN, IN_HOSPITAL = range(len(ROUTES))


def route(config: CityConfig, spells: Spells, c: Columns, ward: Rows, given: Integers) -> Columns:
    """The route out of hospital; a resident of a care home goes back there, by route 1."""
    shares = np.array([[config.routes.shares[need].get(route, 0.0) for route in ROUTES] for need in NEEDS])
    has_choice = (shares[:, HOME] < 1.0).take(c["support_need"])
    rows = ward[(has_choice & (c["care_home_resident"] == 0))[ward]]
    route = spells.column(rows, choose_by(shares, c["support_need"][rows], spells.uniform("route", rows)))
    route = np.where(given >= 0, given, route)
    return {"route": route, "complex": (route != HOME).astype(np.int32)}


def planning(config: CityConfig, spells: Spells, c: Columns, ward: Rows) -> Columns:
    """Decisions, assessments, decision support tool, and what else can hinder a simple discharge."""
    planning = config.discharge_planning
    steps, tool = planning.assessments, planning.decision_support_tool
    complex_ = np.flatnonzero(c["complex"])
    ward_based = np.flatnonzero(c["route"] == IN_HOSPITAL)
    # Route 1 has no assessment, but every route has a place in these tables.
    sequences = np.array([[1.0, 0.0, 0.0], *(steps.in_sequence[route] for route in ROUTES[1:])])
    referrals = [None, *(steps.referral_working_hours[route] for route in ROUTES[1:])]
    assessments = spells.column(
        complex_, choose_by(sequences, c["route"][complex_], spells.uniform("assessments", complex_))
    )
    needed = spells.flag("decision_support_tool", ward_based, tool.share)
    hindrances = planning.hindrances_of("complex")
    outside = spells.flag("decision_support_tool_outside", ward_based, tool.completed_outside_hospital_share)
    simple = ward[c["complex"][ward] == 0]
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
        "decision_support_tool": needed & (1 - outside),
        "decision_support_tool_outside": needed & outside,
        "decision_support_tool_work": spells.work("decision_support_tool_work", ward_based, tool.working_hours),
        "funding": spells.days("funding", ward_based, tool.funding_days),
        **_hindrance(spells, "hindrance", simple, planning.hindrances_of("simple")),
        "journey": spells.work("journey", ward, config.services.transport.journey_hours),
        **({"lounge_patience": np.zeros(spells.n)} if config.services.discharge_lounge else {}),
        **(_hindrance(spells, "complex_hindrance", complex_, hindrances) if hindrances else {}),
    }


def _hindrance(spells: Spells, name: str, rows: Rows, hindrances: Mapping[str, Hindrance]) -> Columns:
    """What else delays the discharges of these rows, from 1, and for how long; 0 if nothing does."""
    free = 1.0 - sum(h.share for h in hindrances.values())
    which = spells.column(rows, choose([free, *(h.share for h in hindrances.values())], spells.uniform(name, rows)))
    days = [None, *(h.days for h in hindrances.values())]
    return {name: which, f"{name}_days": spells.days_by(f"{name}_days", np.flatnonzero(which), days, which)}


def short_term_services(config: CityConfig, spells: Spells, c: Columns) -> Columns:
    """Equipment, Active Recovery and intermediate care: which service, how long before it and how long in it."""
    services = config.services
    equipment, returning = services.equipment, services.care_home_return
    recovery, beds = services.active_recovery, services.intermediate_care
    route, is_resident = c["route"], c["care_home_resident"] == 1
    if config.patients.readmissions.to_care_home:
        is_resident = is_resident | np.isnan(c["arrival"])  # those who come back may have moved into one
    residents = np.flatnonzero(is_resident)
    looks = _looks_first(config, spells, route)
    is_step_up = c["entry"] == entry_number("step_up")
    step_up = np.flatnonzero(is_step_up)
    # Plan B takes people from route 2 to a bed.
    to_bed = np.flatnonzero((route == D2A_HOME) | (route == D2A_STEP_DOWN) | is_step_up)
    # A team that looks first sends some of those for step-down home. Another way than a bed takes people from route 3
    # home, or has them assessed in hospital.
    may_go_home = (looks == 1) | any(its.gives_up for its in beds.values())
    goes_home = (route == D2A_HOME) | ((route == D2A_STEP_DOWN) & may_go_home)
    recovering = np.flatnonzero(goes_home)
    equipped = np.flatnonzero(goes_home | (route == IN_HOSPITAL))
    urgent = spells.flag("equipment_urgent", equipped, equipment.urgent_share)
    at_home = _service(spells, "active_recovery", recovering, recovery)
    in_bed = _service(spells, "intermediate_care", to_bed, beds)
    return {
        **({"looks_first": looks} if config.routes.looks_first else {}),
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


def long_term_care(config: CityConfig, spells: Spells, c: Columns) -> Columns:
    """Which homecare, residential and nursing service, the family's choice, and the provider's own lag."""
    rows = may_need_care(c)
    columns: Columns = {"nursing": spells.flag("nursing", rows, config.services.nursing_share)}
    by_nursing = rows[columns["nursing"][rows] == 0], rows[columns["nursing"][rows] == 1]
    for kind, its_rows in zip(LONG_TERM_CARE, (rows, *by_nursing), strict=True):
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


def ways_out(config: CityConfig, spells: Spells, c: Columns) -> Columns:
    """How long people wait for a start, a bed or a slot, and what they do then, in a city where they do not for ever.

    Whether there is such a column is the same for everybody: which ways there are holds for a whole run.
    """
    services = config.services
    recovery, beds = services.active_recovery.values(), services.intermediate_care.values()
    columns: Columns = {}
    rows = np.flatnonzero((c["route"] == D2A_HOME) | (c["route"] == D2A_STEP_DOWN))
    if any(its.instead for its in recovery):
        plan_b = [its.instead for its in recovery]
        columns |= _instead(spells, "instead_of_slot", rows, plan_b, SLOT_WAYS_OUT, c["active_recovery"])
    if any(its.gives_up for its in beds):
        beds_given_up, which = [its.gives_up for its in beds], c["intermediate_care"]
        columns |= _patience(spells, "bed_patience", rows, beds_given_up, which)
        columns |= _instead(spells, "instead_of_bed", rows, _shares(beds_given_up), BED_WAYS_OUT, which)
    rows = may_need_care(c)  # for each kind: those who wait for one at the start need not be the ones drawn for it
    for kind in LONG_TERM_CARE:
        given_up = [service.gives_up for service in getattr(services, kind).values()]
        if any(given_up):
            which = c[f"{kind}_service"]
            columns |= _patience(spells, f"{kind}_patience", rows, given_up, which)
            columns |= _instead(spells, f"{kind}_instead", rows, _shares(given_up), services.ways_out, which)
    if services.interim_placement is not None:
        columns["interim_patience"] = np.zeros(spells.n)
    if any(its.first for its in beds) or any(its.first for its in services.long_term.values()):
        columns |= {"served_second": np.full(spells.n, 1.0), "served_third": np.full(spells.n, 2.0)}
    return columns


def after_hospital(config: CityConfig, spells: Spells, c: Columns) -> Columns:
    """Where the route ends (before harm of delay), and whether and when the person comes back."""
    outcomes = config.routes.outcomes
    # People without a route through discharge to assess (a step-up) end like step-down.
    by_route = [outcomes.get(route, outcomes["discharge_to_assess_step_down"]) for route in ROUTES]
    rule = config.patients.readmissions
    rows = may_need_care(c)
    probability = np.array([rule.probability[band] for band in AGE_BANDS]).take(c["age_band"])
    readmission, frailty = spells.uniform("readmission"), config.patients.frailty
    if frailty is not None:
        readmission = low_for_the_frail(readmission, c["frailty"], frailty.readmission)
    can_return = np.flatnonzero(readmission < rule.reserved_share)
    if frailty is not None and frailty.readmission > 1.0:
        when = _rank_within(readmission[can_return], probability[can_return], rule.reserved_share)
    else:
        when = spells.uniform("readmission_gap", can_return)
    gap = np.maximum(1.0, np.ceil(inverse(rule.gap_days, when)))
    return {
        "care_home_uniform": spells.column(rows, spells.uniform("care_home_uniform", rows)),
        "care_home_probability": _chance(config, spells, c, rows, "care_home", [o.care_home for o in by_route]),
        "homecare_uniform": spells.column(rows, spells.uniform("homecare_uniform", rows)),
        "homecare_probability": _chance(config, spells, c, rows, "homecare", [o.homecare for o in by_route]),
        "readmission_uniform": readmission,
        "readmission_probability": probability,
        "readmission_gap": spells.column(can_return, gap),
        **_harm_of_death(config, spells),
    }


def _looks_first(config: CityConfig, spells: Spells, route: Integers) -> Integers:
    """For whom the team looks at what is free before it takes a route to Active Recovery or step-down."""
    its = config.routes.looks_first
    rows = np.flatnonzero((route == D2A_HOME) | (route == D2A_STEP_DOWN))
    return spells.flag("looks_first", rows, its.share if its else 0.0)


def _harm_of_death(config: CityConfig, spells: Spells) -> Columns:
    """Whether delay brings death forward, and to how long after hospital; no column if it never does."""
    after = config.routes.harm_of_delay.death_after_days
    if after is None:
        return {}
    return {
        "harm_death_uniform": spells.uniform("harm_death_uniform"),
        "harm_death_days": np.maximum(to_grid(inverse(after, spells.uniform("harm_death_days"))), TICK),
    }


def _patience(
    spells: Spells, name: str, rows: Rows, given_up: Sequence[BedGivenUp | CareGivenUp | None], which: Integers
) -> Columns:
    """Draw how long people wait for the service that is theirs before another way is found: for ever if it has none."""
    patience = spells.days_by(name, rows, [its.after_days if its else None for its in given_up], which)
    for_ever = np.array([its is None for its in given_up])
    patience[rows[for_ever[which[rows]]]] = np.inf
    return {name: patience}


def _shares(given_up: Sequence[BedGivenUp | CareGivenUp | None]) -> list[Mapping[Any, float] | None]:
    """Return the share of each way out, by service."""
    return [its.instead if its else None for its in given_up]


def _instead(
    spells: Spells,
    name: str,
    rows: Rows,
    shares: Sequence[Mapping[Any, float] | None],
    ways: Sequence[str],
    which: Integers,
) -> Columns:
    """Choose one of several ways out by the shares of the service that is theirs; the first way if it has none."""
    table = np.array([[(its or {ways[0]: 1.0}).get(way, 0.0) for way in ways] for its in shares])
    return {name: spells.column(rows, choose_by(table, which[rows], spells.uniform(name, rows)))}


def _chance(config: CityConfig, spells: Spells, c: Columns, rows: Rows, of: str, by_route: list[float]) -> Array:
    """Return the chance of a care home or of homecare, by route, and by how much of a programme people get.

    People who go from Active Recovery to a bed by plan B have that of the service that they waited for.
    """
    services, is_step_up = config.services, c["entry"][rows] == entry_number("step_up")
    chance = np.array(by_route)[c["route"][rows]]
    in_bed = (c["route"][rows] == D2A_STEP_DOWN) & ~is_step_up
    recovering = (c["route"][rows] == D2A_HOME) & ~is_step_up
    for who, column, stay, kind in (
        (recovering, "active_recovery", "stay_days", services.active_recovery),
        (in_bed, "intermediate_care", "step_down_stay_days", services.intermediate_care),
        (is_step_up, "intermediate_care", "step_up_stay_days", services.intermediate_care),
    ):
        if any(service.programme for service in kind.values()):
            factors = np.array([_without_the_rest(service, stay, of) for service in kind.values()])
            chance[who] = np.minimum(chance[who] * factors[c[column][rows[who]]], 1.0)
    return spells.column(rows, chance)


def _without_the_rest(service: Any, stay: str, of: str) -> float:
    """Return by what the chance is multiplied for people who get as much of a programme as the service gives."""
    programme: Programme | None = service.programme
    if programme is None:
        return 1.0
    part = min(mean(getattr(service, stay)) / programme.full_days, 1.0)
    if programme.full_visits_per_day is not None:
        part *= min((service.visits.first + service.visits.last) / 2.0 / programme.full_visits_per_day, 1.0)
    without: float = getattr(programme, f"{of}_without")
    return without + (1.0 - without) * part


def _rank_within(u: Array, probability: Array, reserved: float) -> Array:
    """Return the uniforms that say when people come back, from those that say whether they do.

    So the time to a return has the distribution function p G(t), with p the chance of a return and G the distribution
    of the gap, and who is frailer comes back more often and sooner: the hazard is the person's. Those who come back
    only because delay has raised their chance, from p to at most `reserved`, have gaps of the same distribution.
    """
    early = u < probability
    below = np.where(early, 0.0, probability)
    ranks: Array = (u - below) / (np.where(early, probability, reserved) - below)
    return np.minimum(ranks, BELOW_ONE)


def _service(spells: Spells, name: str, rows: Rows, services: Mapping[str, Any]) -> Integers:
    """Choose one of several services of a kind, by their shares."""
    if len(services) == 1:
        return np.zeros(spells.n, dtype=np.int32)
    return spells.column(rows, choose([s.share for s in services.values()], spells.uniform(name, rows)))


def _each(services: Mapping[str, Any], path: str) -> list[Distribution | None]:
    """Return a distribution, given by its path in a service, of each service of a kind."""
    return [value_at(service, path) for service in services.values()]
