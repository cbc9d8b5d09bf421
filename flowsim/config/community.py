"""Schema of the community: named services of each kind, equipment, transport."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from flowsim.config.hospital import SurgeBeds
from flowsim.config.types import SHARE_TOLERANCE, Distribution, NonNegative, Positive, Probability, Section, Units


class Lag(Section):
    """What passes before capacity counts: referral, paperwork, the provider's own assessment, in working time."""

    working_hours: Distribution
    calendar: str


class DailyVisits(Section):
    """Visits that a service can make in a day, and what one person gets: `first` a day, falling evenly to `last`."""

    per_day: Units
    first: Annotated[int, Field(ge=1)]
    last: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _fits_in_a_day(self) -> DailyVisits:
        if self.last > self.first:
            raise ValueError(f"last ({self.last}) must not exceed first ({self.first}): visits fall during a stay")
        if self.first > self.per_day:
            raise ValueError(f"first ({self.first}) exceeds per_day ({self.per_day}): nobody could ever start")
        return self


class ActiveRecovery(Section):
    """Reablement or home-based intermediate care. Whoever waits for homecare keeps the slot.

    Its size is a caseload (people at a time), or visits: then each person books a falling profile of visits for the
    whole stay, and starts on the first day from which every day has room. `plan_b_after_days` is how long people wait
    for a slot before they go to step-down instead.
    """

    share: Probability
    caseload: Units | None = None
    visits: DailyVisits | None = None
    surge: SurgeBeds | None = None
    calendar: str
    lag: Lag
    stay_days: Distribution
    plan_b_after_days: Distribution
    reason: str

    @model_validator(mode="after")
    def _one_size(self) -> ActiveRecovery:
        if (self.caseload is None) == (self.visits is None):
            raise ValueError("a service has either a caseload or visits, not both and not neither")
        return self


class IntermediateCareBeds(Section):
    """Beds for step-down and step-up. Whoever waits for homecare or a care home keeps the bed."""

    share: Probability
    beds: Units
    surge: SurgeBeds | None = None
    calendar: str
    lag: Lag
    step_down_stay_days: Distribution
    step_up_stay_days: Distribution
    step_up_patience_days: Distribution
    reason: str


class SurgeStarts(Section):
    """Spot purchase: more starts a week while many wait."""

    starts_per_week: Positive
    opens_above: Annotated[int, Field(ge=0)]
    closes_at: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _hysteresis(self) -> SurgeStarts:
        if self.closes_at > self.opens_above:
            raise ValueError(f"closes_at ({self.closes_at}) must not exceed opens_above ({self.opens_above})")
        return self


class LongTermCare(Section):
    """Homecare, residential or nursing homes: vacancies that arrive so many a week in the service's working time.

    An unused vacancy goes elsewhere when `unused_limit` of them stand already. `choice_days` is the time a family takes
    to choose, counted under `choice_reason`, for a `choice_share` of people.
    """

    share: Probability
    starts_per_week: Positive
    unused_limit: Annotated[int, Field(ge=1)]
    surge: SurgeStarts | None = None
    calendar: str
    lag: Lag
    choice_share: Probability = 0.0
    choice_days: Distribution | None = None
    choice_reason: str | None = None
    reason: str

    @model_validator(mode="after")
    def _choice_is_whole(self) -> LongTermCare:
        if self.choice_share > 0 and (self.choice_days is None or self.choice_reason is None):
            raise ValueError("a choice_share above 0 needs choice_days and choice_reason")
        return self


class CareHomeReturn(Section):
    """A care home takes its own resident back after its own assessment."""

    share_reassessed: Probability
    lag: Lag
    reason: str


class Equipment(Section):
    """Community equipment before somebody goes home to Active Recovery or a package."""

    needed_share: Probability
    urgent_share: Probability
    urgent_days: Distribution
    routine_days: Distribution
    reason: str


class Transport(Section):
    """The journey out of hospital: vehicles, when they drive, and how long a journey binds one."""

    vehicles: Units
    calendar: str
    journey_hours: Distribution


def _shares_sum(services: dict) -> dict:
    total = sum(s.share for s in services.values())
    if abs(total - 1) > SHARE_TOLERANCE:
        raise ValueError(f"the shares of the services of a kind must sum to 1, these sum to {total:.6g}")
    return services


AtLeastOne = Field(min_length=1)


class Services(Section):
    """Named services; a city may have several of a kind, and `share` says how many of the people each serves."""

    active_recovery: Annotated[dict[str, ActiveRecovery], AtLeastOne, AfterValidator(_shares_sum)]
    intermediate_care: Annotated[dict[str, IntermediateCareBeds], AtLeastOne, AfterValidator(_shares_sum)]
    homecare: Annotated[dict[str, LongTermCare], AtLeastOne, AfterValidator(_shares_sum)]
    residential: Annotated[dict[str, LongTermCare], AtLeastOne, AfterValidator(_shares_sum)]
    nursing: Annotated[dict[str, LongTermCare], AtLeastOne, AfterValidator(_shares_sum)]
    nursing_share: Probability
    care_home_return: CareHomeReturn
    equipment: Equipment
    transport: Transport


class DailyCost(Section):
    """What a pool costs: GBP for each unit a day (or for each start, of a vacancy), by use or by capacity.

    A unit of a service of visits is a person by use, and a visit by capacity.
    """

    gbp: NonNegative
    per: Literal["used_day", "capacity_day", "start"]
