"""Sub-pathways that several parts of the journey share: assessments, transport, long-term care, what comes next.

The story itself is `flowsim.model.journey`.
"""

from __future__ import annotations

from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import LONG_TERM_CARE, DailyVisits, First
from flowsim.config.types import ROUTES, Route
from flowsim.model.harm import Harm
from flowsim.model.network import Activity, AnyOf, Branch, Look, Next, Switch, Visits

CARE_HOME_ADMISSION = "care_home_admission"
SERVED_SECOND, SERVED_THIRD = "served_second", "served_third"
LOUNGE = "discharge_lounge"
SAME_DAY_RETURN = "same_day_return_to_care_home"
NEW_PLACE = {"homecare": "home_with_package", "residential": "residential_home", "nursing": "nursing_home"}


def assessments(config: CityConfig, prefix: str, reason: str | None, then: Next) -> list[Activity]:
    """One, two or three assessments in sequence by a member of the discharge team."""
    team = config.discharge_planning.team
    activities = []
    for i in (1, 2, 3):
        enough = (then,) * i  # the column counts from 0: with i assessments done, categories below i go on
        more = (f"{prefix}assessment_{i + 1}",) * (3 - i)
        activities.append(
            Activity(
                f"{prefix}assessment_{i}",
                place="ward",
                pool="discharge_team",
                duration=f"assessment_{i}",
                clock="working",
                calendar=team.hours,
                reason=reason,
                next=Switch("assessments", enough + more),
            )
        )
    return activities


def transport(
    config: CityConfig, name: str, reason: str | None, to: Next, stamped: bool = False, origin: str = "ward"
) -> Activity:
    """The journey out of hospital; the bed (or the place in the lounge) is held until the person arrives."""
    return Activity(
        f"transport_{name}" if origin == "ward" else f"transport_{name}_from_lounge",
        place=origin,
        pool="transport",
        duration="journey",
        calendar=config.services.transport.hours,
        reason=reason,
        stamp="ready" if stamped else None,
        next=to,
    )


def leaving(config: CityConfig, name: str) -> str:
    """Return the first activity of leaving the ward: the lounge, where there is one, or else transport."""
    return f"transport_{name}" if config.services.discharge_lounge is None else f"lounge_before_{name}"


def by_lounge(config: CityConfig, name: str, reason: str | None, to: Next, stamped: bool = False) -> list[Activity]:
    """Transport out of hospital, for which people wait in the discharge lounge if it has a free place.

    Those for whom it has none, or who come while it is closed, wait for transport in their bed. Nobody uses it for
    whom a place in a service is reserved: an engine can reserve a place for the next place only, and that would be the
    lounge.
    """
    from_ward = transport(config, name, reason, to, stamped)
    lounge = config.services.discharge_lounge
    if lounge is None:
        return [from_ward]
    return [
        Activity(
            leaving(config, name),
            place=LOUNGE,
            pool=LOUNGE,
            holds="place",
            calendar=lounge.calendar,
            reason=reason,
            patience="lounge_patience",
            otherwise=from_ward.name,
            next=f"{from_ward.name}_from_lounge",
        ),
        from_ward,
        transport(config, name, reason, to, stamped, origin=LOUNGE),
    ]


def booked(visits: DailyVisits | None, days: str) -> Visits | None:
    """Return what a person books of a service of visits, for the days of a column; None of one with a caseload."""
    return None if visits is None else Visits(visits.first, visits.last, days)


def served(first: First | None, origin: str) -> str | None:
    """Return the column of the priority of those who wait at a place, by who is served first (None: by time joined).

    Those in a service, of which they block a place, come between people on the ward and people at home.
    """
    where = {"ward": "hospital", "waiting_at_home": "home"}.get(origin)
    if first is None or where == first:
        return None
    return SERVED_SECOND if where is None else SERVED_THIRD


def by_residence(config: CityConfig, own_home: Next, care_home: Next) -> Next:
    """Return where people go by where they live, if the city knows of those who have moved into a care home."""
    to_care_home = config.patients.readmissions.to_care_home
    return Switch("care_home_resident", (own_home, care_home)) if to_care_home else own_home


def by_need(config: CityConfig, simple: str, complex_: str) -> Next:
    """Return what comes next for people who leave by route 1, as those who live in a care home do, and for others."""
    return by_residence(config, Switch("complex", (simple, complex_)), simple)


def leave_by_route_home(config: CityConfig) -> Next:
    """Return what follows the decision on route 1: transport, or what hinders it; a care home may reassess."""
    hindered = tuple(f"hindered_by_{name}" for name in config.discharge_planning.hindrances_of("simple"))
    own_home = Switch("hindrance", (leaving(config, "home"), *hindered))
    care_home = Switch("care_home_reassessed", (leaving(config, "to_care_home"), "care_home_reassessment"))
    return Switch("care_home_resident", (own_home, care_home))


def first_of_each_route(config: CityConfig) -> tuple[Next, ...]:
    """What follows pathway allocated, by route (in the order of `ROUTES`)."""
    equipped = Switch("equipment_needed", (each_long_term("ward", "homecare", config), "homecare_equipment"))
    ward_based = branch(config, each_care_home("ward", config), equipped, leaving(config, "after_assessment"))
    first: dict[Route, Next] = {
        "home": leaving(config, "home"),
        "discharge_to_assess_home": _home_or_bed(config),
        "discharge_to_assess_step_down": _bed_or_home(config),
        "assessed_in_hospital": ward_based,
    }
    return tuple(first[route] for route in ROUTES)


def by_route(config: CityConfig) -> Next:
    """Return the first activity of the route that was allocated."""
    return Switch("route", first_of_each_route(config))


def hindered_pathways(config: CityConfig) -> list[Activity]:
    """What else delays people who do not go by route 1, once their pathway is allocated."""
    return [
        Activity(
            f"pathway_hindered_by_{name}",
            place="ward",
            duration="complex_hindrance_days",
            reason=hindrance.reason,
            next=by_route(config),
        )
        for name, hindrance in config.discharge_planning.hindrances_of("complex").items()
    ]


def leave_by_allocated_route(config: CityConfig) -> Next:
    """Return what follows pathway allocated: the route, or what hinders it."""
    hindered = tuple(f"pathway_hindered_by_{name}" for name in config.discharge_planning.hindrances_of("complex"))
    return Switch("complex_hindrance", (by_route(config), *hindered)) if hindered else by_route(config)


def _home_or_bed(config: CityConfig) -> Next:
    """What follows route 2; a team that looks first takes a free bed if many wait for Active Recovery."""
    recovery, its = config.services.active_recovery, config.routes.looks_first
    as_drawn = Switch("active_recovery", tuple(f"{name}_referral" for name in recovery))
    if its is None:
        return as_drawn
    looked = (
        Look(name, _if_free(config, "intermediate_care", f"{name}_referral"), f"{name}_referral", its.waiting_above)
        for name in recovery
    )
    return Switch("looks_first", (as_drawn, Switch("active_recovery", tuple(looked))))


def _bed_or_home(config: CityConfig) -> Next:
    """What follows route 3; a team that looks first takes a free slot of Active Recovery if no bed is free."""
    as_drawn = each_step_down(config)
    if config.routes.looks_first is None:
        return as_drawn
    looked = (
        _seen_free(config, "intermediate_care", bed, _if_free(config, "active_recovery", f"{bed}_referral"))
        for bed in config.services.intermediate_care
    )
    return Switch("looks_first", (as_drawn, Switch("intermediate_care", tuple(looked))))


def _if_free(config: CityConfig, kind: str, otherwise: Next) -> Next:
    """Return the referral to the service of a kind that is the spell's own, if something is free there."""
    names = getattr(config.services, kind)
    return Switch(kind, tuple(_seen_free(config, kind, name, otherwise) for name in names))


def _seen_free(config: CityConfig, kind: str, name: str, otherwise: Next) -> Next:
    """Return the referral to a service if something is free there, or where its kind has one queue, in any of them."""
    following = otherwise
    for its in reversed(_in_one_queue(config, kind, name)):
        following = Look(its, f"{name}_referral", following)
    return following


def _in_one_queue(config: CityConfig, kind: str, name: str) -> list[str]:
    """Return the services with which a service has one queue, itself first; itself alone if it has its own."""
    names = [name] if kind not in config.services.shared_queues else list(getattr(config.services, kind))
    return sorted(names, key=lambda its: its != name)


def place_in(config: CityConfig, kind: str, name: str, activity: str) -> Next:
    """Return the request for a place in a service; or in any of its kind, its own named first, if they share a queue.

    `activity` is the name of the request, with ``{}`` for the name of the service.
    """
    names = _in_one_queue(config, kind, name)
    return activity.format(name) if len(names) == 1 else AnyOf(tuple(activity.format(its) for its in names))


def into_active_recovery(
    config: CityConfig, name: str, instead: str = "", patience: str | None = None, otherwise: str | None = None
) -> list[Activity]:
    """From referral to a slot of an Active Recovery service, with equipment where it is needed.

    `instead` ends the names of the activities for people who come from the queue for a bed.
    """
    service, equipment = config.services.active_recovery[name], config.services.equipment
    slot = place_in(config, "active_recovery", name, f"{{}}_slot{instead}")
    return [
        Activity(
            f"{name}_referral{instead}",
            place="ward",
            duration="active_recovery_lag",
            clock="working",
            calendar=service.lag.calendar,
            reason=service.reason,
            next=Switch("equipment_needed", (slot, f"{name}_equipment{instead}")),
        ),
        Activity(
            f"{name}_equipment{instead}",
            place="ward",
            duration="equipment_days",
            reason=equipment.reason,
            next=slot,
        ),
        Activity(
            f"{name}_slot{instead}",
            place="ward",
            pool=name,
            holds="next_place",
            visits=booked(service.visits, "active_recovery_stay"),
            calendar=service.calendar,
            reason=service.reason,
            patience=patience,
            otherwise=otherwise,
            next=f"transport_to_{name}",
        ),
    ]


def each_step_down(config: CityConfig) -> Next:
    """Return the referral to the intermediate care service that is the spell's own."""
    return Switch("intermediate_care", tuple(f"{name}_referral" for name in config.services.intermediate_care))


def ends_in(config: CityConfig, origin: str) -> Next:
    """What a person needs after a short-term service, with the harm that delay has done."""
    homecare = each_long_term(origin, "homecare", config)
    return branch(config, each_care_home(origin, config), homecare, "home_after_recovery")


def branch(config: CityConfig, care_home: Next, homecare: Next, home_alone: Next) -> Branch:
    """Return the way on: a care home, homecare, or home alone, with the harm that delay has done."""
    harm = harms(config)
    at_home = Branch("homecare_uniform", "homecare_probability", homecare, home_alone, harm["homecare"])
    return Branch("care_home_uniform", "care_home_probability", care_home, at_home, harm["care_home"])


def harms(config: CityConfig) -> dict[str, Harm]:
    """Return what delay adds to the chance of each thing: as a curve, or the same on each delayed day."""
    its = config.routes.harm_of_delay
    curves = {"care_home": its.care_home, "homecare": its.homecare, "readmission": its.readmission, "death": its.death}
    straight = {
        "care_home": its.care_home_per_day,
        "homecare": its.homecare_per_day,
        "readmission": config.patients.readmissions.per_delayed_day,
        "death": 0.0,
    }
    return {
        what: Harm(tuple((piece.from_day, piece.per_day) for piece in curve)) if curve else Harm.per_day(straight[what])
        for what, curve in curves.items()
    }


def each_care_home(origin: str, config: CityConfig) -> Next:
    """Return the first activity on the way from a place into a residential or a nursing home."""
    kinds = ("residential", "nursing")
    return Switch("nursing", tuple(each_long_term(origin, kind, config) for kind in kinds))


def each_long_term(origin: str, kind: str, config: CityConfig) -> Next:
    """Return the first activity on the way from a place into the long-term service that is the spell's own."""
    names = getattr(config.services, kind)
    return Switch(
        f"{kind}_service",
        tuple(Switch(f"{kind}_choosing", (f"{origin}_{name}_assessment", f"{origin}_{name}_choice")) for name in names),
    )


def in_the_return(config: CityConfig, origin: str) -> bool:
    """Whether the national return covers those who wait at a place to move on: the ward, and beds that it covers."""
    beds = config.services.intermediate_care
    return origin == "ward" or (origin in beds and beds[origin].in_the_return)


def long_term_care(config: CityConfig, origin: str) -> list[Activity]:
    """From a place into homecare or a care home: choice, the provider's assessment, a vacancy, and the move.

    The place that the person comes from is held meanwhile. The wait carries a reason for delay on the ward and in
    intermediate care beds that the national return covers; only from the ward is transport needed. Those who wait
    too long for a vacancy find another way (`flowsim.model.ways_out`), where the service says so.
    """
    is_delay = in_the_return(config, origin)
    on_ward = origin == "ward"
    activities = []
    for kind in LONG_TERM_CARE:
        moved = f"moved_to_{kind}" if not on_ward else f"discharged_to_{kind}"
        tags = frozenset() if kind == "homecare" else frozenset({CARE_HOME_ADMISSION})
        for name, service in getattr(config.services, kind).items():
            here = f"{origin}_{name}"
            reason = service.reason if is_delay else None
            activities += [
                Activity(
                    f"{here}_choice",
                    place=origin,
                    duration=f"{kind}_choice",
                    reason=service.choice_reason if is_delay else None,
                    next=f"{here}_assessment",
                ),
                Activity(
                    f"{here}_assessment",
                    place=origin,
                    duration=f"{kind}_lag",
                    clock="working",
                    calendar=service.lag.calendar,
                    reason=reason,
                    next=place_in(config, kind, name, f"{origin}_{{}}_vacancy"),
                ),
                Activity(
                    f"{here}_vacancy",
                    place=origin,
                    pool=name,
                    calendar=service.calendar,
                    reason=reason,
                    priority=served(service.first, origin),
                    patience=f"{kind}_patience" if service.gives_up else None,
                    otherwise=f"{here}_given_up" if service.gives_up else None,
                    next=leaving(config, f"to_{name}") if on_ward else f"{here}_{moved}",
                ),
            ]
            if on_ward:
                activities += by_lounge(config, f"to_{name}", reason, to=f"{here}_{moved}")
            activities.append(
                Activity(
                    f"{here}_{moved}",
                    place=NEW_PLACE[kind],
                    next=None,
                    stamp="discharged" if on_ward else None,
                    tags=tags,
                )
            )
    return activities
