"""Schema of the community: named services of each kind, equipment, transport."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar, get_args

from pydantic import AfterValidator, Field, model_validator

from flowsim.config.size_over_time import Seasonal, Staffed
from flowsim.config.surge_schema import InSteps, SurgeBeds, SurgeStarts
from flowsim.config.types import (
    CAPACITY,
    PACE,
    PATIENT,
    SHARE_TOLERANCE,
    SUPPLY,
    SURGE,
    Days,
    Hours,
    OpenHours,
    Positive,
    Probability,
    Section,
    Unit,
    Units,
    sums_to_one,
)

WayOut = Literal["family_copes", "recovers", "self_funded", "interim_placement"]
BedWayOut = Literal["active_recovery", "assessed_in_hospital", "home"]
SlotWayOut = Literal["step_down", "home"]
First = Literal["hospital", "home"]

WAYS_OUT: tuple[WayOut, ...] = get_args(WayOut)
BED_WAYS_OUT: tuple[BedWayOut, ...] = get_args(BedWayOut)
SLOT_WAYS_OUT: tuple[SlotWayOut, ...] = get_args(SlotWayOut)


class Lag(Section):
    """Time before a place is asked for: referral, paperwork, the provider's own assessment, in working hours."""

    working_hours: Annotated[OpenHours, PATIENT]
    """Time from the referral until a place is asked for."""
    calendar: str
    """Calendar in whose working hours it runs."""


class DailyVisits(Section):
    """Visits that a service can make in a day, and those of one person: `first` a day, falling evenly to `last`."""

    per_day: Annotated[Units, Unit("visits a day"), CAPACITY]
    """Visits that the service can make in a day."""
    first: Annotated[int, Field(ge=1), Unit("visits a day")]
    """Visits that a person gets on the first day."""
    last: Annotated[int, Field(ge=0), Unit("visits a day")]
    """Visits that a person gets on the last day, and after it while they wait to move on."""

    @model_validator(mode="after")
    def _fits_in_a_day(self) -> DailyVisits:
        if self.last > self.first:
            raise ValueError(f"last ({self.last}) must not exceed first ({self.first}): visits fall during a stay")
        if self.first > self.per_day:
            raise ValueError(f"first ({self.first}) exceeds per_day ({self.per_day}): nobody could ever start")
        return self


class Programme(Section):
    """What a service does for independence: what people need who do not get the whole of its programme.

    The part that they get is the mean stay over `full_days`, and where the service has visits and `full_visits_per_day`
    is set, times the mean of the first and the last day's visits over that; each is at most 1. `routes.outcomes` are
    what people need after the whole programme. Without any of it the chances are multiplied by the two factors; in
    between it is a straight line. It is the stay that the service gives that counts and not each person's own: people
    who recover early leave early.
    """

    full_days: Annotated[Positive, Unit("days")]
    """Mean stay with which people get the whole programme."""
    full_visits_per_day: Annotated[Positive, Unit("visits a day")] | None = None
    """Visits a day with which they do, on average over the stay, for a service of visits."""
    homecare_without: Annotated[float, Field(ge=1, le=10), Unit("factor")]
    """Multiplies the chance of homecare for people who get none of the programme."""
    care_home_without: Annotated[float, Field(ge=1, le=10), Unit("factor")]
    """Multiplies the chance of a care home for people who get none of the programme."""


class ActiveRecovery(Seasonal):
    """Reablement or home-based intermediate care. People who wait for homecare keep their slot.

    Its size is either a caseload (people at a time) or visits. With visits, each person books a falling number of them
    for the whole stay, and starts on the first day from which every day has room. `plan_b_after_days` is how long
    people wait for a slot before they go to step-down, or where `instead` says.
    """

    share: Annotated[Probability, PATIENT]
    """Share of the people for Active Recovery who are this service's."""
    caseload: Annotated[Units, Unit("people"), CAPACITY] | None = None
    """People whom the service can look after at a time."""
    visits: DailyVisits | None = None
    """Visits that the service can make, instead of a caseload."""
    surge: Annotated[InSteps[SurgeBeds], Unit("people, or visits a day"), SURGE] | None = None
    """Extra capacity while many wait: one step, or a list of steps."""
    calendar: str
    """When the service takes on new people."""
    lag: Lag
    """Time before a slot is asked for."""
    stay_days: Annotated[Days, PATIENT]
    """From the start of the service to its end."""
    stay_factor: Annotated[Positive, Unit("factor"), PACE] = 1.0
    """Multiplies what is left of a stay, of those who are there when it changes as well as of newcomers."""
    plan_b_after_days: Annotated[Days, PATIENT]
    """How long a person waits for a slot before going to step-down instead."""
    instead: Annotated[dict[SlotWayOut, Probability], AfterValidator(sums_to_one)] | None = None
    """Share of these people who go to step-down, and who go home without the service; all to step-down unless given."""
    programme: Annotated[Programme, PATIENT] | None = None
    """What the service does for independence; without it people need the same, however long they stay."""
    reason: str
    """Delay reason under which waiting for the service counts."""

    @model_validator(mode="after")
    def _one_size(self) -> ActiveRecovery:
        if (self.caseload is None) == (self.visits is None):
            raise ValueError("a service needs exactly one of caseload and visits")
        if self.visits is not None and self.stay_factor != 1.0:
            raise ValueError("stay_factor must be 1 where people book visits: they do so for a whole stay beforehand")
        if self.visits is None and self.programme is not None and self.programme.full_visits_per_day is not None:
            raise ValueError("programme.full_visits_per_day is for a service of visits, and this one has a caseload")
        return self


class BedGivenUp(Section):
    """What becomes of people on the ward for whom no intermediate care bed comes free.

    Some go to Active Recovery, and wait for it as long as it takes; some are assessed in hospital for long-term care;
    some go home without a service. It is arranged in the working hours of the service for which they waited, and they
    are delayed under its reason until they go.
    """

    after_days: Annotated[Days, PATIENT]
    """How long a person on the ward waits for a bed before being found another way."""
    instead: Annotated[dict[BedWayOut, Probability], AfterValidator(sums_to_one), PATIENT]
    """Share of these people who go each way."""


class IntermediateCareBeds(Seasonal):
    """Beds for step-down and step-up. People who wait for homecare or a care home keep their bed."""

    share: Annotated[Probability, PATIENT]
    """Share of the people for intermediate care who are this service's."""
    beds: Annotated[Units, Unit("beds"), CAPACITY]
    """Beds."""
    surge: Annotated[InSteps[SurgeBeds], Unit("beds"), SURGE] | None = None
    """Extra beds while many wait: one step, or a list of steps."""
    calendar: str
    """When the service takes on new people."""
    lag: Lag
    """Time before a bed is asked for."""
    step_down_stay_days: Annotated[Days, PATIENT]
    """Stay of people who come from hospital."""
    step_up_stay_days: Annotated[Days, PATIENT]
    """Stay of people who come from home."""
    stay_factor: Annotated[Positive, Unit("factor"), PACE] = 1.0
    """Multiplies what is left of a stay, of those who are there when it changes as well as of newcomers."""
    step_up_patience_days: Annotated[Days, PATIENT]
    """How long a person at home waits for a bed before going to the AMU instead."""
    gives_up: BedGivenUp | None = None
    """What becomes of people on the ward who wait long for a bed; without it they wait until there is one."""
    first: First | None = None
    """Who gets a bed first: people in hospital or people at home; in the order of asking unless given."""
    programme: Annotated[Programme, PATIENT] | None = None
    """What the service does for independence; without it people need the same, however long they stay."""
    reason: str
    """Delay reason under which waiting for a bed counts."""
    in_the_return: bool = True
    """Whether the national return covers the beds: people who wait in them to move on are then delayed (non-acute)."""


class CareGivenUp(Section):
    """What becomes of people who have waited long for a start of long-term care, wherever they wait.

    `family_copes` and `recovers`: they go or stay home without the service, because the family cares for them or
    because they need it no more. `self_funded`: they buy the same care themselves, and use no start. Not counted as
    an admission that the council supports. `interim_placement`: they wait for a start in an interim bed, which they
    block meanwhile, at the end of the queue; if no interim bed is free at once, they wait where they are. Nobody has
    a second way out. It is arranged in the working hours of the service, and people on a ward are delayed under its
    reason until they go.
    """

    after_days: Annotated[Days, PATIENT]
    """How long a person waits for a start before another way is found."""
    instead: Annotated[dict[WayOut, Probability], AfterValidator(sums_to_one), PATIENT]
    """Share of these people for whom each way is found."""


class LongTermCare(Seasonal):
    """Homecare, residential homes or nursing homes: a number of vacancies a week, in the service's working hours.

    A new vacancy goes elsewhere when `unused_limit` of them are unused already. For a `choice_share` of people the
    family takes `choice_days` to choose, which counts under `choice_reason`. `first` puts people in hospital (in an
    acute bed) before those in a service, who block a slot or a bed of it, and these before people at home; or the other
    way round.
    """

    share: Annotated[Probability, PATIENT]
    """Share of the people for this kind of care who are this service's."""
    starts_per_week: Annotated[Positive, Unit("starts a week"), SUPPLY]
    """New vacancies, each for one person to start."""
    unused_limit: Annotated[int, Field(ge=1), Unit("vacancies")]
    """A new vacancy goes elsewhere when this many are unused."""
    surge: Annotated[InSteps[SurgeStarts], SURGE] | None = None
    """Spot purchase while many wait: one step, or a list of steps that grow with the queue."""
    calendar: str
    """When people can start."""
    lag: Lag
    """Time before a vacancy is asked for."""
    choice_share: Annotated[Probability, PATIENT] = 0.0
    """Share of people whose family takes time to choose."""
    choice_days: Annotated[Days, PATIENT] | None = None
    """How long the family takes."""
    choice_reason: str | None = None
    """Delay reason under which that time counts."""
    reason: str
    """Delay reason under which the wait for the service counts."""
    gives_up: CareGivenUp | None = None
    """What becomes of people who wait long for a start; without it they wait until there is one."""
    first: First | None = None
    """Who gets a start first: people in hospital or people at home; in the order of asking unless given."""

    @model_validator(mode="after")
    def _choice_is_whole(self) -> LongTermCare:
        if self.choice_share > 0 and (self.choice_days is None or self.choice_reason is None):
            raise ValueError("a choice_share above 0 needs choice_days and choice_reason")
        return self


class CareHomeReturn(Section):
    """A care home takes its own resident back after its own assessment."""

    share_reassessed: Annotated[Probability, PATIENT]
    """Share of residents whom the home assesses again before it takes them back."""
    lag: Lag
    """Time until it has done so."""
    reason: str
    """Delay reason under which it counts."""


class Equipment(Section):
    """Community equipment that people need before they go home to Active Recovery or homecare."""

    needed_share: Annotated[Probability, PATIENT]
    """Share of people going home with support who need equipment."""
    urgent_share: Annotated[Probability, PATIENT]
    """Share of these for whom it is urgent."""
    urgent_days: Annotated[Days, PATIENT]
    """Time until urgent equipment is in place."""
    routine_days: Annotated[Days, PATIENT]
    """Time until routine equipment is in place."""
    reason: str
    """Delay reason under which waiting for it counts."""


class Transport(Staffed):
    """The journey out of hospital: vehicles, when they drive, and how long a journey takes one."""

    vehicles: Annotated[Units, Unit("vehicles"), CAPACITY]
    """Vehicles that drive at a time."""
    journey_hours: Annotated[Hours, PATIENT]
    """How long a vehicle is needed for a journey."""


class DischargeLounge(Seasonal):
    """A lounge in which people wait for transport, so that their ward bed is free.

    It is for people who go home as before, back to a care home, or to long-term care. Those who go to Active Recovery
    or an intermediate care bed wait on the ward.
    """

    places: Annotated[Units, Unit("places"), CAPACITY]
    """People who can wait in it at a time."""
    calendar: str
    """When people can come to it. Those who are in it when it closes stay until they are fetched."""


class InterimPlacement(Seasonal):
    """Beds in care homes in which people wait for the long-term care that is theirs, so that no other bed is blocked.

    They are no hospital beds, and lie outside the return of delayed transfers.
    """

    beds: Annotated[Units, Unit("beds"), CAPACITY]
    """Beds that are bought for it."""


Service = TypeVar("Service", ActiveRecovery, IntermediateCareBeds, LongTermCare)


def _shares_sum(services: dict[str, Service]) -> dict[str, Service]:
    total = sum(s.share for s in services.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        raise ValueError(f"the shares of the services of a kind must sum to 1, these sum to {total:.6g}")
    return services


AtLeastOne = Field(min_length=1)
LONG_TERM_CARE = ("homecare", "residential", "nursing")
SERVICE_KINDS = ("active_recovery", "intermediate_care", *LONG_TERM_CARE)
ServiceKind = Literal["active_recovery", "intermediate_care", "homecare", "residential", "nursing"]


class Services(Section):
    """Services by name. A city may have several of a kind; `share` is the share of the people whom each serves."""

    active_recovery: Annotated[dict[str, ActiveRecovery], AtLeastOne, AfterValidator(_shares_sum)]
    """Reablement and home-based intermediate care, by name."""
    intermediate_care: Annotated[dict[str, IntermediateCareBeds], AtLeastOne, AfterValidator(_shares_sum)]
    """Intermediate care beds, by name."""
    homecare: Annotated[dict[str, LongTermCare], AtLeastOne, AfterValidator(_shares_sum)]
    """Homecare, by name."""
    residential: Annotated[dict[str, LongTermCare], AtLeastOne, AfterValidator(_shares_sum)]
    """Residential homes, by name."""
    nursing: Annotated[dict[str, LongTermCare], AtLeastOne, AfterValidator(_shares_sum)]
    """Nursing homes, by name."""
    nursing_share: Annotated[Probability, PATIENT]
    """Of the people who need a care home, the share who need nursing."""
    care_home_return: CareHomeReturn
    """How a care home takes its own resident back."""
    equipment: Equipment
    """Community equipment."""
    transport: Transport
    """Transport out of hospital."""
    discharge_lounge: DischargeLounge | None = None
    """Where people wait for transport, if the hospital has a lounge; without it they wait on the ward."""
    interim_placement: InterimPlacement | None = None
    """Where people wait for long-term care for whom that way is found (`gives_up`), if the city has such beds."""

    shared_queues: list[ServiceKind] = Field(default_factory=list)
    """Kinds of service of which all services share one queue: a person gets the first place in any of them.

    Their referral, lag, stay and patience stay those of the service that is theirs by its `share`. Without this each
    service has a queue of its own.
    """

    @model_validator(mode="after")
    def _queues_can_be_shared(self) -> Services:
        if len(set(self.shared_queues)) < len(self.shared_queues):
            raise ValueError("shared_queues: a kind of service is named twice")
        if "active_recovery" in self.shared_queues:
            of_visits = {its.visits is not None for its in self.active_recovery.values()}
            if len(of_visits) > 1:
                raise ValueError(
                    "shared_queues: services of active_recovery that share a queue need sizes of one kind, all with a "
                    "caseload or all with visits"
                )
        return self

    @model_validator(mode="after")
    def _interim_beds_are_there(self) -> Services:
        for kind in LONG_TERM_CARE:
            for name, service in getattr(self, kind).items():
                sent = service.gives_up.instead.get("interim_placement", 0.0) if service.gives_up else 0.0
                if sent and self.interim_placement is None:
                    raise ValueError(
                        f"{kind}.{name}.gives_up.instead: interim_placement needs beds; give services.interim_placement"
                    )
        return self

    @property
    def ways_out(self) -> tuple[WayOut, ...]:
        """The ways out of a queue for long-term care that the city has."""
        return WAYS_OUT if self.interim_placement is not None else WAYS_OUT[:-1]

    @property
    def short_term(self) -> dict[str, ActiveRecovery | IntermediateCareBeds]:
        """The short-term services, by name."""
        return {**self.active_recovery, **self.intermediate_care}

    @property
    def long_term(self) -> dict[str, LongTermCare]:
        """The services of long-term care, by name."""
        return {**self.homecare, **self.residential, **self.nursing}
