"""Schema of the hospital: front door, ward, discharge planning."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from flowsim.config.types import (
    AGE_BANDS,
    ByAge,
    ByNeed,
    Distribution,
    Hour,
    NonNegative,
    Positive,
    Probability,
    Route,
    RouteShares,
    Section,
    Units,
)

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class WorkingHours(Section):
    """When a team or a service is open."""

    days: Annotated[list[Weekday], Field(min_length=1)]
    from_hour: Hour
    to_hour: Hour
    open_on_bank_holidays: bool

    @model_validator(mode="after")
    def _ends_after_start(self) -> WorkingHours:
        if self.to_hour <= self.from_hour:
            raise ValueError(f"to_hour ({self.to_hour:g}) must come after from_hour ({self.from_hour:g})")
        if len(set(self.days)) != len(self.days):
            raise ValueError("a day is named twice")
        return self


class SurgeBeds(Section):
    """Extra units while many wait: they open above one number of people waiting and close at another."""

    units: Units
    opens_above: Annotated[int, Field(ge=0)]
    closes_at: Annotated[int, Field(ge=0)]

    @model_validator(mode="after")
    def _hysteresis(self) -> SurgeBeds:
        if self.closes_at > self.opens_above:
            raise ValueError(f"closes_at ({self.closes_at}) must not exceed opens_above ({self.opens_above})")
        return self


class SameDay(Section):
    """The chance of going home the same day, by the hour at which the person reaches the unit.

    It is `early` from 6 o'clock to `falls_from_hour`, falls in a straight line to `late` at `falls_until_hour`, and
    stays there until 6 in the morning; `age_factor` multiplies it.
    """

    early: Probability
    late: Probability
    falls_from_hour: Annotated[float, Field(ge=6, le=24)]
    falls_until_hour: Annotated[float, Field(ge=6, le=24)]
    age_factor: ByAge[NonNegative]

    @model_validator(mode="after")
    def _falls(self) -> SameDay:
        if self.falls_until_hour <= self.falls_from_hour:
            raise ValueError("falls_until_hour must come after falls_from_hour")
        if self.late > self.early:
            raise ValueError("late must not exceed early: the chance falls during the day")
        for band in AGE_BANDS:
            if self.early * self.age_factor[band] > 1:
                raise ValueError(f"early times age_factor exceeds 1 for age band {band}")
        return self


class AssessmentUnit(Section):
    """A medical assessment unit at the front door."""

    beds: Units
    assessment_hours: Distribution
    same_day: SameDay


class FrontDoor(Section):
    """The two assessment units: MAU for GP referrals, AMU for the emergency department."""

    mau: AssessmentUnit
    amu: AssessmentUnit


class Ward(Section):
    """The core hospital. The stay until medically optimised is drawn by age and multiplied by `need_factor`."""

    beds: Units
    surge: SurgeBeds | None = None
    stay_until_optimised_days: ByAge[Distribution]
    need_factor: ByNeed[Positive]


class Decision(Section):
    """From medically optimised to the decision that the patient is ready for transfer, in working time."""

    calendar: str
    working_hours: Distribution


class EarlyPlanning(Section):
    """Discharge planning that starts so many hours after admission to the ward, in parallel with treatment."""

    coverage: Probability
    after_hours: NonNegative


class Assessments(Section):
    """What the discharge team does before a pathway is allocated.

    `in_sequence` is the share of patients with one, two or three assessments one after the other, by route.
    `referral_working_hours` passes before the first (forms, triage), in the team's working time.
    """

    referral_working_hours: dict[Route, Distribution]
    assessment_working_hours: Distribution
    in_sequence: dict[Route, Annotated[list[Probability], Field(min_length=3, max_length=3)]]
    reason: str

    @model_validator(mode="after")
    def _every_route(self) -> Assessments:
        for route in ("discharge_to_assess_home", "discharge_to_assess_step_down", "assessed_in_hospital"):
            if route not in self.in_sequence or route not in self.referral_working_hours:
                raise ValueError(f"route {route} needs in_sequence and referral_working_hours")
            total = sum(self.in_sequence[route])
            if abs(total - 1) > 1e-6:
                raise ValueError(f"in_sequence of {route}: shares must sum to 1, these sum to {total:.6g}")
        return self


class DecisionSupportTool(Section):
    """The NHS continuing healthcare (CHC) decision support tool, for some of those assessed in hospital."""

    share: Probability
    completed_outside_hospital_share: Probability
    working_hours: Distribution
    funding_days: Distribution
    reason: str
    funding_reason: str


class Team(Section):
    """A finite team with working hours."""

    staff: Units
    calendar: str


class Hindrance(Section):
    """Something else that keeps people in who could go home by route 1: a share of them, and for how long."""

    share: Probability
    days: Distribution
    reason: str


class DischargePlanning(Section):
    """From medically optimised through ready for transfer to pathway allocated."""

    team: Team
    simple_decision: Decision
    complex_decision: Decision
    early_planning: EarlyPlanning
    assessments: Assessments
    decision_support_tool: DecisionSupportTool
    hindrances: dict[str, Hindrance]

    @model_validator(mode="after")
    def _some_unhindered(self) -> DischargePlanning:
        total = sum(h.share for h in self.hindrances.values())
        if total > 1:
            raise ValueError(f"the shares of all hindrances sum to {total:.6g}, which is above 1")
        return self


class RouteOutcome(Section):
    """What a person needs at the end of a route, before any harm of delay.

    `care_home` is the share who move to a care home, `homecare` the share who need a long-term package among the
    others.
    """

    care_home: Probability
    homecare: Probability


class HarmOfDelay(Section):
    """What each delayed day adds to the two probabilities of `RouteOutcome`."""

    care_home_per_day: NonNegative
    homecare_per_day: NonNegative


class Routes(Section):
    """The three routes out of hospital and the older way, by support need; and where they end."""

    shares: ByNeed[RouteShares]
    outcomes: dict[Route, RouteOutcome]
    harm_of_delay: HarmOfDelay

    @model_validator(mode="after")
    def _outcomes_given(self) -> Routes:
        for route in ("discharge_to_assess_home", "discharge_to_assess_step_down", "assessed_in_hospital"):
            if route not in self.outcomes:
                raise ValueError(f"route {route} needs an entry under outcomes")
        return self
