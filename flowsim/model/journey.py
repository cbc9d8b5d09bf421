"""The patient's journey, as a network: the story of a stay, from the front door to day 91.

Read it from `every_activity` downwards; each function tells one part of the story and returns its activities. The order
is: front door, ward (with early planning, where it is done), discharge planning, the three routes and ward-based
assessment, the community, long-term care, other ways out of the queues (`flowsim.model.ways_out`), and the exits. Every
number that is drawn at random is a column of the cohort (`flowsim.model.attributes`); this file says only what follows
what, what it needs, and what is held meanwhile.

The stamps of a patient in the core hospital are, in this order: admitted, medically optimised (the end of the stay that
treatment needs), ready for transfer (the decision of the clinicians and the team), pathway allocated, and discharged.
A delay before ready for transfer is an excess day; one after it is a delayed transfer of care, under the reason of
what the patient waits for. So is waiting to move on from an intermediate care bed that the national return covers.
A simple discharge is ready only when transport has come, and so is never a delayed transfer.
"""

from __future__ import annotations

from dataclasses import replace

from flowsim.config.city_schema import CityConfig
from flowsim.model.network import Activity, Switch
from flowsim.model.present_at_start import already_there, groups, waits_for
from flowsim.model.sub_pathways import (
    SAME_DAY_RETURN,
    assessments,
    booked,
    by_lounge,
    by_need,
    by_residence,
    each_care_home,
    each_long_term,
    each_step_down,
    ends_in,
    hindered_pathways,
    into_active_recovery,
    leave_by_allocated_route,
    leave_by_route_home,
    leaving,
    long_term_care,
    place_in,
    served,
    transport,
)
from flowsim.model.ways_out import ways_out

REABLEMENT = "reablement"
COUNTED_ELSEWHERE = "counted_elsewhere"
ADMISSION_AVOIDED = "admission_avoided"


def every_activity(config: CityConfig) -> list[Activity]:
    """Return every activity of a city."""
    return [activity for part in parts(config).values() for activity in part]


def parts(config: CityConfig) -> dict[str, list[Activity]]:
    """Return the activities of each part of the story, in order, by the name of its function."""
    return {
        "front_door": front_door(config),
        "ward": ward(config),
        "early_planning": early_planning(config),
        "discharge_planning": discharge_planning(config),
        "home": home(config),
        "discharge_to_assess_at_home": discharge_to_assess_at_home(config),
        "discharge_to_assess_in_step_down": discharge_to_assess_in_step_down(config),
        "step_up": step_up(config),
        "assessed_in_hospital": assessed_in_hospital(config),
        "from_own_home": from_own_home(config),
        "present_at_the_start": present_at_the_start(config),
        "ways_out": ways_out(config),
        "exits": exits(config),
    }


def front_door(config: CityConfig) -> list[Activity]:
    """Assessment in MAU or AMU: home the same day, or on to a ward, boarding here while that is full."""
    return [
        Activity(
            f"{unit}_assessment",
            place=unit,
            pool=f"{unit}_beds",
            holds="place",
            duration="assessment",
            next=Switch("same_day", ("ward_treatment", by_residence(config, "same_day_discharge", SAME_DAY_RETURN))),
        )
        for unit in ("mau", "amu")
    ]


def ward(config: CityConfig) -> list[Activity]:
    """Treatment in a ward bed, which is held until the patient leaves it for another place."""
    planned = by_need(config, "planned_treatment", "early_planning_referral")
    return [
        Activity(
            "ward_treatment",
            place="ward",
            pool="ward_beds",
            holds="place",
            duration="treatment",
            pace="ward",
            stamp="admitted",
            next=Switch("early_planning", (by_need(config, "simple_decision", "complex_decision"), planned)),
        )
    ]


def early_planning(config: CityConfig) -> list[Activity]:
    """Planning from some hours after admission, in parallel with the rest of the treatment.

    What it still takes once the patient is medically optimised is a delay, as it is without early planning. A simple
    discharge needs its decision on the ward round all the same.
    """
    planning = config.discharge_planning
    return [
        Activity(
            "early_planning_referral",
            place="ward",
            duration="planning_referral",
            clock="working",
            calendar=planning.team.hours,
            reason=planning.assessments.reason,
            next="early_assessment_1",
        ),
        *assessments(config, "early_", planning.assessments.reason, then="planned_treatment"),
        Activity(
            "planned_treatment",
            place="ward",
            duration="stay_until_optimised",
            clock="since_admission",
            pace="ward",
            next=by_need(config, "simple_decision", "early_decision"),
        ),
        Activity(
            "early_decision",
            place="ward",
            duration="simple_decision",
            clock="working",
            calendar=planning.simple_decision.calendar,
            next="ready_for_transfer_as_planned",
        ),
        Activity(
            "ready_for_transfer_as_planned",
            place="ward",
            stamp="ready",
            next=Switch("decision_support_tool", ("pathway_allocated", "decision_support_tool")),
        ),
    ]


def discharge_planning(config: CityConfig) -> list[Activity]:
    """From medically optimised to the decision, ready for transfer, assessments, and pathway allocated."""
    planning = config.discharge_planning
    tool = planning.decision_support_tool
    return [
        Activity(
            "simple_decision",
            place="ward",
            duration="simple_decision",
            clock="working",
            calendar=planning.simple_decision.calendar,
            next=leave_by_route_home(config),
        ),
        Activity(
            "complex_decision",
            place="ward",
            duration="complex_decision",
            clock="working",
            calendar=planning.complex_decision.calendar,
            next="ready_for_transfer",
        ),
        Activity("ready_for_transfer", place="ward", stamp="ready", next="planning_referral"),
        Activity(
            "planning_referral",
            place="ward",
            duration="planning_referral",
            clock="working",
            calendar=planning.team.hours,
            reason=planning.assessments.reason,
            next="assessment_1",
        ),
        *assessments(
            config,
            "",
            reason=planning.assessments.reason,
            then=Switch("decision_support_tool", ("pathway_allocated", "decision_support_tool")),
        ),
        Activity(
            "decision_support_tool",
            place="ward",
            duration="decision_support_tool_work",
            clock="working",
            calendar=planning.team.hours,
            reason=tool.reason,
            next="funding",
        ),
        Activity("funding", place="ward", duration="funding", reason=tool.funding_reason, next="pathway_allocated"),
        Activity("pathway_allocated", place="ward", next=leave_by_allocated_route(config)),
        *hindered_pathways(config),
        Activity("comes_ready_for_transfer", place="ward", stamp="ready", next="pathway_allocated"),
    ]


def home(config: CityConfig) -> list[Activity]:
    """Route 1, back to what they had before: transport, unless something else delays it or a care home reassesses."""
    returning = config.services.care_home_return
    activities = [
        *by_lounge(config, "home", reason=None, to="home_as_before", stamped=True),
        *by_lounge(config, "to_care_home", reason=None, to="back_in_care_home", stamped=True),
        Activity(
            "care_home_reassessment",
            place="ward",
            duration="care_home_return_lag",
            clock="working",
            calendar=returning.lag.calendar,
            reason=returning.reason,
            stamp="ready",
            next=leaving(config, "after_reassessment"),
        ),
        *by_lounge(config, "after_reassessment", returning.reason, to="back_in_care_home"),
    ]
    for name, hindrance in config.discharge_planning.hindrances_of("simple").items():
        activities += [
            Activity(
                f"hindered_by_{name}",
                place="ward",
                duration="hindrance_days",
                reason=hindrance.reason,
                stamp="ready",
                next=leaving(config, f"after_{name}"),
            ),
            *by_lounge(config, f"after_{name}", hindrance.reason, to="home_as_before"),
        ]
    return activities


def discharge_to_assess_at_home(config: CityConfig) -> list[Activity]:
    """Route 2: Active Recovery at home, or plan B in step-down when the wait for a slot lasts too long."""
    activities = [Activity("plan_b", place="ward", next=each_step_down(config))]
    for name, service in config.services.active_recovery.items():
        given_up = "plan_b" if service.instead is None else f"{name}_given_up"
        activities += [
            *into_active_recovery(config, name, patience="plan_b_after", otherwise=given_up),
            transport(config, f"to_{name}", service.reason, to=f"{name}_at_home"),
            Activity(
                f"{name}_at_home",
                place=name,
                duration="active_recovery_stay",
                pace=name,
                stamp="discharged",
                tags=frozenset({REABLEMENT}),
                next=ends_in(config, name),
            ),
            *long_term_care(config, name),
        ]
    return activities


def discharge_to_assess_in_step_down(config: CityConfig) -> list[Activity]:
    """Route 3: an intermediate care bed, which waits for homecare or a care home when its occupant needs one."""
    activities = []
    for name, service in config.services.intermediate_care.items():
        activities += [
            Activity(
                f"{name}_referral",
                place="ward",
                duration="intermediate_care_lag",
                clock="working",
                calendar=service.lag.calendar,
                reason=service.reason,
                next=place_in(config, "intermediate_care", name, "{}_bed"),
            ),
            Activity(
                f"{name}_bed",
                place="ward",
                pool=name,
                holds="next_place",
                calendar=service.calendar,
                reason=service.reason,
                priority=served(service.first, "ward"),
                patience="bed_patience" if service.gives_up else None,
                otherwise=f"{name}_given_up" if service.gives_up else None,
                next=f"transport_to_{name}",
            ),
            transport(config, f"to_{name}", service.reason, to=f"{name}_step_down"),
            Activity(
                f"{name}_step_down",
                place=name,
                duration="step_down_stay",
                pace=name,
                stamp="discharged",
                tags=frozenset({REABLEMENT}),
                next=ends_in(config, name),
            ),
            *long_term_care(config, name),
        ]
    return activities


def step_up(config: CityConfig) -> list[Activity]:
    """From home into an intermediate care bed; people who wait too long go to the AMU."""
    names = config.services.intermediate_care
    return [
        Activity(
            "step_up_request",
            place="waiting_at_home",
            next=Switch(
                "intermediate_care",
                tuple(place_in(config, "intermediate_care", name, "{}_step_up") for name in names),
            ),
        ),
        *(
            Activity(
                f"{name}_step_up",
                place=name,
                pool=name,
                holds="place",
                duration="step_up_stay",
                pace=name,
                calendar=service.calendar,
                priority=served(service.first, "waiting_at_home"),
                patience="step_up_patience",
                otherwise="amu_assessment",
                next=ends_in(config, name),
            )
            for name, service in names.items()
        ),
    ]


def assessed_in_hospital(config: CityConfig) -> list[Activity]:
    """Ward-based assessment: the patient waits on the ward for a long-term package or a placement."""
    equipment, reason = config.services.equipment, config.discharge_planning.assessments.reason
    return [
        *long_term_care(config, "ward"),
        Activity(
            "homecare_equipment",
            place="ward",
            duration="equipment_days",
            reason=equipment.reason,
            next=each_long_term("ward", "homecare", config),
        ),
        *by_lounge(config, "after_assessment", reason, to="home_as_before"),
    ]


def from_own_home(config: CityConfig) -> list[Activity]:
    """People who come from their own homes and compete for the same vacancies."""
    return [
        Activity("homecare_request", "waiting_at_home", each_long_term("waiting_at_home", "homecare", config)),
        Activity("care_home_request", "waiting_at_home", each_care_home("waiting_at_home", config)),
        *long_term_care(config, "waiting_at_home"),
    ]


def present_at_the_start(config: CityConfig) -> list[Activity]:
    """People who are in a community service, or wait on the ward for something, when the run begins.

    When those in a service left hospital is not known: they carry no stamp of it, and so do not count among the
    discharges of the run. Those who wait count as ready from the start.
    """
    activities = []
    joins = {"discharge_team": "planning_referral"}
    services = config.services
    joins |= {name: f"{name}_referral" for name in services.short_term}
    joins |= {name: f"ward_{name}_assessment" for name in services.long_term}
    for group in groups(config):
        for name in joins:
            if group.entry == waits_for(name):
                waits = Activity(group.entry, "ward", joins[name], "ward_beds", "place", stamp="ready")
                activities.append(waits)
            elif group.entry == already_there(name):
                visits = booked(getattr(services.short_term[name], "visits", None), group.remaining[0])
                activities.append(
                    Activity(
                        group.entry,
                        place=name,
                        pool=name,
                        holds="place",
                        # In the middle of a stay, and so past the first visits.
                        visits=visits and replace(visits, first=(visits.first + visits.last) // 2),
                        duration=group.remaining[0],
                        pace=None if visits else name,
                        next=ends_in(config, name),
                    )
                )
    return activities


def exits(config: CityConfig) -> list[Activity]:
    """Where a spell leaves the network."""
    to_care_home = config.patients.readmissions.to_care_home
    return [
        Activity("same_day_discharge", "own_home", None, stamp="discharged"),
        *([Activity(SAME_DAY_RETURN, "residential_home", None, stamp="discharged")] if to_care_home else []),
        Activity("home_as_before", "own_home", None, stamp="discharged"),
        Activity("home_after_recovery", "own_home", None),
        Activity("back_in_care_home", "residential_home", None, stamp="discharged"),
        Activity("died", "dead", None),
        Activity("readmitted", "elsewhere", None),
        Activity("counted_elsewhere", "elsewhere", None, tags=frozenset({COUNTED_ELSEWHERE})),
        Activity("cared_for_where_they_live", "elsewhere", None, tags=frozenset({ADMISSION_AVOIDED})),
    ]
