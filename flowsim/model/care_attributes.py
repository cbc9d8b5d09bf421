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
from flowsim.model.spell_draws import Array, Columns, Drawn, Integers, Rows, Spells, may_need_care

HOME, D2A_HOME, D2A_STEP_DOWN, IN_HOSPITAL = range(len(ROUTES))


def route(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """The route out of hospital; a resident of a care home goes back there, by route 1."""
    ward, given = np.flatnonzero(c["to_ward"]), c["given_route"]
    shares = np.array([[config.routes.shares[need].get(route, 0.0) for route in ROUTES] for need in NEEDS])
    has_choice = (shares[:, HOME] < 1.0).take(c["support_need"])
    rows = ward[(has_choice & (c["care_home_resident"] == 0))[ward]]
    route = spells.column(rows, choose_by(shares, c["support_need"][rows], spells.uniform("route", rows)))
    route = np.where(given >= 0, given, route)
    return {"route": route, "complex": (route != HOME).astype(np.int32)}


def decisions(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """How long the decision that ends treatment takes, by either way."""
    planning = config.discharge_planning
    return {
        "simple_decision": spells.work(
            "decision", np.flatnonzero(c["to_ward"]), planning.simple_decision.working_hours
        ),
        "complex_decision": spells.work(
            "decision", np.flatnonzero(c["complex"]), planning.complex_decision.working_hours
        ),
    }


def assessments(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """The referral to the discharge team, and its assessments."""
    steps, complex_ = config.discharge_planning.assessments, np.flatnonzero(c["complex"])
    # Route 1 has no assessment, but every route has a place in these tables.
    sequences = np.array([[1.0, 0.0, 0.0], *(steps.in_sequence[route] for route in ROUTES[1:])])
    referrals = [None, *(steps.referral_working_hours[route] for route in ROUTES[1:])]
    number = spells.column(
        complex_, choose_by(sequences, c["route"][complex_], spells.uniform("assessments", complex_))
    )
    return {
        "planning_referral": spells.work_by("planning_referral", complex_, referrals, c["route"]),
        "assessments": number,  # how many after the first
        **{
            f"assessment_{i + 1}": spells.work(
                f"assessment_{i + 1}", complex_[number[complex_] >= i], steps.assessment_working_hours
            )
            for i in range(3)
        },
    }


def decision_support_tool(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """The decision support tool: who needs it, where it is completed, how long it takes, and the funding after it."""
    tool, ward_based = config.discharge_planning.decision_support_tool, np.flatnonzero(c["route"] == IN_HOSPITAL)
    needed = spells.flag("decision_support_tool", ward_based, tool.share)
    outside = spells.flag("decision_support_tool_outside", ward_based, tool.completed_outside_hospital_share)
    return {
        "decision_support_tool": needed & (1 - outside),
        "decision_support_tool_outside": needed & outside,
        "decision_support_tool_work": spells.work("decision_support_tool_work", ward_based, tool.working_hours),
        "funding": spells.days("funding", ward_based, tool.funding_days),
    }


def hindrances(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """What else can delay a discharge."""
    planning = config.discharge_planning
    of_complex = planning.hindrances_of("complex")
    simple = np.flatnonzero(c["to_ward"] & (c["complex"] == 0))
    columns = _hindrance(spells, "hindrance", simple, planning.hindrances_of("simple"))
    if of_complex:
        columns |= _hindrance(spells, "complex_hindrance", np.flatnonzero(c["complex"]), of_complex)
    return columns


def journey(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """The journey out of hospital, and the lounge before it."""
    columns = {"journey": spells.work("journey", np.flatnonzero(c["to_ward"]), config.services.transport.journey_hours)}
    if config.services.discharge_lounge:
        columns["lounge_patience"] = np.zeros(spells.n)
    return columns


def _hindrance(spells: Spells, name: str, rows: Rows, hindrances: Mapping[str, Hindrance]) -> Columns:
    """What else delays the discharges of these rows, from 1, and for how long; 0 if nothing does."""
    free = 1.0 - sum(h.share for h in hindrances.values())
    which = spells.column(rows, choose([free, *(h.share for h in hindrances.values())], spells.uniform(name, rows)))
    days = [None, *(h.days for h in hindrances.values())]
    return {name: which, f"{name}_days": spells.days_by(f"{name}_days", np.flatnonzero(which), days, which)}


def ways_home(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Who may go home with Active Recovery, and for whom the team looks at what is free first.

    A team that looks first sends some of those for step-down home. Another way than a bed takes people from route 3
    home, or has them assessed in hospital.
    """
    its, route = config.routes.looks_first, c["route"]
    rows = np.flatnonzero((route == D2A_HOME) | (route == D2A_STEP_DOWN))
    looks = spells.flag("looks_first", rows, its.share if its else 0.0)
    may_go_home = (looks == 1) | any(bed.gives_up for bed in config.services.intermediate_care.values())
    goes_home = (route == D2A_HOME) | ((route == D2A_STEP_DOWN) & may_go_home)
    return {"goes_home": goes_home, **({"looks_first": looks} if its else {})}


def equipment(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Equipment at home."""
    its = config.services.equipment
    equipped = np.flatnonzero(c["goes_home"] | (c["route"] == IN_HOSPITAL))
    urgent = spells.flag("equipment_urgent", equipped, its.urgent_share)
    return {
        "equipment_needed": spells.flag("equipment_needed", equipped, its.needed_share),
        "equipment_days": spells.days_by("equipment_days", equipped, [its.routine_days, its.urgent_days], urgent),
    }


def active_recovery(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Active Recovery: which service, how long before it and how long in it."""
    recovery, rows = config.services.active_recovery, np.flatnonzero(c["goes_home"])
    which = _service(spells, "active_recovery", rows, recovery)
    return {
        "active_recovery": which,
        "active_recovery_lag": spells.work_by("active_recovery_lag", rows, _each(recovery, "lag.working_hours"), which),
        "active_recovery_stay": spells.days_by("active_recovery_stay", rows, _each(recovery, "stay_days"), which),
        "plan_b_after": spells.days_by("plan_b_after", rows, _each(recovery, "plan_b_after_days"), which),
    }


def intermediate_care(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Intermediate care: which service, how long before it and how long in it."""
    beds, route, is_step_up = config.services.intermediate_care, c["route"], c["entry"] == entry_number("step_up")
    step_up = np.flatnonzero(is_step_up)
    rows = np.flatnonzero((route == D2A_HOME) | (route == D2A_STEP_DOWN) | is_step_up)  # plan B: from route 2 to a bed
    which = _service(spells, "intermediate_care", rows, beds)
    return {
        "intermediate_care": which,
        "intermediate_care_lag": spells.work_by("intermediate_care_lag", rows, _each(beds, "lag.working_hours"), which),
        "step_down_stay": spells.days_by("step_down_stay", rows, _each(beds, "step_down_stay_days"), which),
        "step_up_stay": spells.days_by("step_up_stay", step_up, _each(beds, "step_up_stay_days"), which),
        "step_up_patience": spells.days_by("step_up_patience", step_up, _each(beds, "step_up_patience_days"), which),
    }


def care_home_return(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """How long a care home takes to have its resident back."""
    returning, is_resident = config.services.care_home_return, c["care_home_resident"] == 1
    if config.patients.readmissions.to_care_home:
        is_resident = is_resident | np.isnan(c["arrival"])  # those who come back may have moved into one
    residents = np.flatnonzero(is_resident)
    return {
        "care_home_reassessed": spells.flag("care_home_reassessed", residents, returning.share_reassessed),
        "care_home_return_lag": spells.work("care_home_return_lag", residents, returning.lag.working_hours),
    }


def nursing(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Who would need a nursing home."""
    return {"nursing": spells.flag("nursing", may_need_care(c), config.services.nursing_share)}


def long_term_care(kind: str, config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Which service of a kind, the family's choice, and the provider's own lag."""
    rows, services = may_need_care(c), getattr(config.services, kind)
    if kind != "homecare":
        rows = rows[c["nursing"][rows] == (kind == "nursing")]
    which = _service(spells, f"{kind}_service", rows, services)
    choosing = np.array([s.choice_share for s in services.values()])[which[rows]]
    return {
        f"{kind}_service": which,
        f"{kind}_choosing": spells.flag(f"{kind}_choosing", rows, choosing),
        f"{kind}_choice": spells.days_by(f"{kind}_choice", rows, _each(services, "choice_days"), which),
        f"{kind}_lag": spells.work_by(f"{kind}_lag", rows, _each(services, "lag.working_hours"), which),
    }


def ways_out(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
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


def outcomes(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Where the route ends, before harm of delay."""
    of_route = config.routes.outcomes
    # People without a route through discharge to assess (a step-up) end like step-down.
    by_route = [of_route.get(route, of_route["discharge_to_assess_step_down"]) for route in ROUTES]
    rows = may_need_care(c)
    return {
        "care_home_uniform": spells.column(rows, spells.uniform("care_home_uniform", rows)),
        "care_home_probability": _chance(config, spells, c, rows, "care_home", [o.care_home for o in by_route]),
        "homecare_uniform": spells.column(rows, spells.uniform("homecare_uniform", rows)),
        "homecare_probability": _chance(config, spells, c, rows, "homecare", [o.homecare for o in by_route]),
    }


def readmission(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
    """Whether and when the person comes back."""
    rule = config.patients.readmissions
    probability = np.array([rule.probability[band] for band in AGE_BANDS]).take(c["age_band"])
    decides, frailty = spells.uniform("readmission"), config.patients.frailty
    if frailty is not None:
        decides = low_for_the_frail(decides, c["frailty"], frailty.readmission)
    can_return = np.flatnonzero(decides < rule.reserved_share)
    if frailty is not None and frailty.readmission > 1.0:
        when = _rank_within(decides[can_return], probability[can_return], rule.reserved_share)
    else:
        when = spells.uniform("readmission_gap", can_return)
    gap = np.maximum(1.0, np.ceil(inverse(rule.gap_days, when)))
    return {
        "readmission_uniform": decides,
        "readmission_probability": probability,
        "readmission_gap": spells.column(can_return, gap),
    }


def harm_of_death(config: CityConfig, spells: Spells, c: Drawn) -> Columns:
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


def _chance(config: CityConfig, spells: Spells, c: Drawn, rows: Rows, of: str, by_route: list[float]) -> Array:
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
