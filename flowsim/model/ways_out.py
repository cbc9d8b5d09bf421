"""Ways out of the queues of the community: what people do for whom no start, bed or slot comes.

A queue that people leave at some rate settles at a length, at which as many leave it as it is short of; one that nobody
leaves runs away (Erlang A: O. Garnett, A. Mandelbaum and M. Reiman, Designing a call center with impatient customers,
Manufacturing and Service Operations Management 4:208, 2002). Only services that say so have such ways (`gives_up`,
`instead`). The story itself is `flowsim.model.journey`.
"""

from __future__ import annotations

from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import LONG_TERM_CARE, WAYS_OUT, LongTermCare
from flowsim.config.types import ROUTES
from flowsim.model.network import Activity, Next, Switch
from flowsim.model.sub_pathways import (
    CARE_HOME_ADMISSION,
    NEW_PLACE,
    by_lounge,
    first_of_each_route,
    in_the_return,
    into_active_recovery,
    leaving,
    served,
    transport,
)

INTERIM = "interim_placement"


def ways_out(config: CityConfig) -> list[Activity]:
    """Return what follows when people have waited too long, of each service that has another way."""
    services = config.services
    activities = [*instead_of_a_slot(config), *instead_of_a_bed(config)]
    for kind in LONG_TERM_CARE:
        for name, service in getattr(services, kind).items():
            if service.gives_up is None:
                continue
            for origin in ("ward", *services.short_term, "waiting_at_home"):
                activities += instead_of_a_start(config, origin, kind, name)
                if services.interim_placement is not None:
                    activities += into_interim_bed(config, origin, kind, name)
            if services.interim_placement is not None:
                activities += from_interim_bed(kind, name, service)
    return activities


def instead_of_a_slot(config: CityConfig) -> list[Activity]:
    """Plan B of Active Recovery, where it is not step-down for everybody."""
    activities = []
    for name, service in config.services.active_recovery.items():
        if service.instead is not None:
            to = Switch("instead_of_slot", ("plan_b", leaving(config, f"without_{name}")))
            activities.append(Activity(f"{name}_given_up", place="ward", next=to))
            activities += by_lounge(config, f"without_{name}", service.reason, to="home_as_before")
    return activities


def instead_of_a_bed(config: CityConfig) -> list[Activity]:
    """Active Recovery, assessment in hospital or home, for people on the ward who get no intermediate care bed."""
    activities = []
    services = config.services
    assessed = first_of_each_route(config)[ROUTES.index("assessed_in_hospital")]
    recovery = Switch("active_recovery", tuple(f"{name}_referral_instead" for name in services.active_recovery))
    for name, service in services.intermediate_care.items():
        if service.gives_up is not None:
            activities += [
                Activity(
                    f"{name}_given_up",
                    place="ward",
                    calendar=service.calendar,
                    reason=service.reason,
                    next=Switch("instead_of_bed", (recovery, assessed, leaving(config, f"without_{name}"))),
                ),
                *by_lounge(config, f"without_{name}", service.reason, to="home_as_before"),
            ]
    return [*activities, *_recovery_without_plan_b(config)] if activities else []


def _recovery_without_plan_b(config: CityConfig) -> list[Activity]:
    """Active Recovery for people who come from the queue for a bed, which plan B would only lead them back to."""
    names = config.services.active_recovery
    return [activity for name in names for activity in into_active_recovery(config, name, instead="_instead")]


def instead_of_a_start(config: CityConfig, origin: str, kind: str, name: str) -> list[Activity]:
    """From one place: home without the service, the same care at one's own cost, or on to an interim bed."""
    here, on_ward = f"{origin}_{name}", origin == "ward"
    service: LongTermCare = getattr(config.services, kind)[name]
    reason = _reason(config, origin, service)
    exits = tuple(f"{here}_{way}" for way in WAYS_OUT if way != INTERIM)
    leave: tuple[Next, ...] = (leaving(config, f"without_{name}"),) * len(exits) if on_ward else exits
    interim: tuple[Next, ...] = () if config.services.interim_placement is None else (f"{here}_{INTERIM}",)
    activities = [
        Activity(
            f"{here}_given_up",
            place=origin,
            calendar=service.calendar,
            reason=reason,
            next=Switch(f"{kind}_instead", (*leave, *interim)),
        )
    ]
    if on_ward:
        activities += by_lounge(config, f"without_{name}", reason, to=Switch(f"{kind}_instead", exits))
    for way, leaves in zip(WAYS_OUT, exits, strict=False):
        place = NEW_PLACE[kind] if way == "self_funded" else "own_home"
        activities.append(Activity(leaves, place, next=None, stamp="discharged" if on_ward else None))
    return activities


def _reason(config: CityConfig, origin: str, service: LongTermCare) -> str | None:
    """Return the reason for delay of those who wait in a place, as in `flowsim.model.sub_pathways.long_term_care`."""
    return service.reason if in_the_return(config, origin) else None


def into_interim_bed(config: CityConfig, origin: str, kind: str, name: str) -> list[Activity]:
    """From one place to an interim bed if one is free at once, or else to the end of the queue that was left."""
    here, on_ward = f"{origin}_{name}", origin == "ward"
    service: LongTermCare = getattr(config.services, kind)[name]
    reason = _reason(config, origin, service)
    waits_there = f"{here}_waits_in_interim_bed" if on_ward else f"{INTERIM}_{name}_vacancy"
    activities = [
        Activity(
            f"{here}_{INTERIM}",
            place="ward" if on_ward else INTERIM,
            pool=INTERIM,
            holds="next_place" if on_ward else "place",
            reason=reason,
            patience="interim_patience",
            otherwise=f"{here}_vacancy_again",
            next=f"transport_to_interim_before_{name}" if on_ward else waits_there,
        ),
        Activity(
            f"{here}_vacancy_again",
            place=origin,
            pool=name,
            calendar=service.calendar,
            reason=reason,
            priority=served(service.first, origin),
            next=leaving(config, f"to_{name}") if on_ward else f"{here}_moved_to_{kind}",
        ),
    ]
    if on_ward:
        activities += [
            transport(config, f"to_interim_before_{name}", reason, to=waits_there),
            Activity(waits_there, place=INTERIM, stamp="discharged", next=f"{INTERIM}_{name}_vacancy"),
        ]
    return activities


def from_interim_bed(kind: str, name: str, service: LongTermCare) -> list[Activity]:
    """From an interim bed, which is blocked meanwhile, to the care that the person waits for."""
    moved = f"{INTERIM}_{name}_moved_to_{kind}"
    return [
        Activity(
            f"{INTERIM}_{name}_vacancy",
            place=INTERIM,
            pool=name,
            calendar=service.calendar,
            priority=served(service.first, INTERIM),
            next=moved,
        ),
        Activity(
            moved,
            place=NEW_PLACE[kind],
            next=None,
            tags=frozenset() if kind == "homecare" else frozenset({CARE_HOME_ADMISSION}),
        ),
    ]
