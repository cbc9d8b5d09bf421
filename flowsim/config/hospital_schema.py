"""Schema of the hospital: front door, ward, discharge planning."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from flowsim.config.size_over_time import Seasonal, Staffed
from flowsim.config.surge_schema import InSteps, SurgeBeds
from flowsim.config.types import (
    AGE_BANDS,
    CAPACITY,
    PACE,
    PATIENT,
    SURGE,
    WEEKDAYS,
    ByAge,
    ByNeed,
    Days,
    Hour,
    Hours,
    NonNegative,
    OpenHours,
    Positive,
    Probability,
    Route,
    RouteShares,
    Section,
    Unit,
    Units,
    Waiting,
    Weekday,
)

HOURS_A_DAY = 24.0


def _some_time(hours: list[float]) -> list[float]:
    """Return hours from and to as they are; ValueError if that is no time at all."""
    opens, closes = hours
    if closes == opens or opens == HOURS_A_DAY:
        raise ValueError(
            f"from {opens:g} to {closes:g} is no time at all; the whole day is from 0 to 24, and a night is from 20 to "
            "6, for instance"
        )
    return hours


FromTo = Annotated[list[Hour], Field(min_length=2, max_length=2), AfterValidator(_some_time)]


class WorkingHours(Section):
    """When a team or a service is open.

    Hours may go over midnight: from 20 to 6 is until 6 in the next morning, whatever day that is. Whether it is open
    depends on the day on which it opens, also on the day before the run. A day of the week, and bank holidays, may have
    hours of their own: `hours_by_day: {sat: [9, 13]}` is from 9 to 13 on Saturdays.
    """

    days: Annotated[list[Weekday], Field(min_length=1)]
    """Days of the week on which it is open."""
    from_hour: Hour
    """When it opens."""
    to_hour: Hour
    """When it closes."""
    hours_by_day: Annotated[dict[Weekday, FromTo], Field(min_length=1)] | None = None
    """When it opens and closes on some of its days, in place of `from_hour` and `to_hour`."""
    open_on_bank_holidays: FromTo | bool
    """Whether a bank holiday is a day like any other. Instead of true or false, two hours are when it opens and closes
    on a bank holiday that is one of its days of the week: [10, 14]."""

    @model_validator(mode="after")
    def _ends_after_start(self) -> WorkingHours:
        _some_time([self.from_hour, self.to_hour])
        if len(set(self.days)) != len(self.days):
            raise ValueError("a day is named twice")
        closed = [day for day in self.hours_by_day or {} if day not in self.days]
        if closed:
            raise ValueError(f"hours_by_day has hours for {closed[0]}, which is not one of its days")
        return self

    @property
    def by_weekday(self) -> dict[int, tuple[float, float]]:
        """When it opens and closes, by day of the week (Monday 0), in hours from midnight; above 24 on the next day."""
        own = self.hours_by_day or {}
        return {WEEKDAYS.index(day): _after(*own.get(day, (self.from_hour, self.to_hour))) for day in self.days}

    @property
    def on_bank_holidays(self) -> tuple[float, float] | None:
        """When it opens and closes on a bank holiday, if it has hours of its own then."""
        own = self.open_on_bank_holidays
        return None if isinstance(own, bool) else _after(*own)


def _after(opens: float, closes: float) -> tuple[float, float]:
    return opens, closes if closes > opens else closes + HOURS_A_DAY


class SameDay(Section):
    """The chance of going home the same day, by the hour of arrival at the unit.

    It is `early` from 6 in the morning to `falls_from_hour`, falls in a straight line to `late` at `falls_until_hour`,
    and stays there until 6 in the morning; `age_factor` multiplies it.
    """

    early: Probability
    """Chance for people who arrive between 6 in the morning and `falls_from_hour`."""
    late: Probability
    """Chance for people who arrive between `falls_until_hour` and 6 in the morning."""
    falls_from_hour: Annotated[Hour, Field(ge=6)]
    """Hour of arrival from which the chance falls."""
    falls_until_hour: Annotated[Hour, Field(ge=6)]
    """Hour of arrival at which the chance has fallen to `late`."""
    age_factor: ByAge[Annotated[NonNegative, Unit("factor")]]
    """Multiplies the chance, by age band."""

    @model_validator(mode="after")
    def _falls(self) -> SameDay:
        if self.falls_until_hour <= self.falls_from_hour:
            raise ValueError("falls_until_hour must be after falls_from_hour")
        if self.late > self.early:
            raise ValueError("late must not exceed early: the chance falls during the day")
        for band in AGE_BANDS:
            if self.early * self.age_factor[band] > 1:
                raise ValueError(f"early times age_factor exceeds 1 for age band {band}")
        return self


class AssessmentUnit(Seasonal):
    """A medical assessment unit at the front door."""

    beds: Annotated[Units, Unit("beds"), CAPACITY]
    """Beds or trolleys of the unit."""
    assessment_hours: Annotated[Hours, PATIENT]
    """Time from taking a bed to the decision to admit or to send home."""
    same_day: Annotated[SameDay, PATIENT]
    """Chance of going home the same day."""


class FrontDoor(Section):
    """The two assessment units: MAU for GP referrals, AMU for the emergency department."""

    mau: AssessmentUnit
    """Medical assessment unit, for people referred by a GP."""
    amu: AssessmentUnit
    """Acute medical unit, for people from the emergency department."""


class LongStayers(Section):
    """People whose treatment takes long: complications, rehabilitation in hospital, several illnesses at a time."""

    share: ByAge[Probability]
    """Share of people admitted to the ward who are long stayers, by age band."""
    stay_days: Days
    """Their stay until medically optimised, instead of the stay by age; `need_factor` multiplies it too."""


class Ward(Seasonal):
    """The core hospital. The stay until medically optimised is drawn by age and multiplied by `need_factor`."""

    beds: Annotated[Units, Unit("beds"), CAPACITY]
    """Beds of the core hospital for adults, all specialties together."""
    surge: Annotated[InSteps[SurgeBeds], Unit("beds"), SURGE] | None = None
    """Extra beds while many wait for one: one step, or a list of steps."""
    stay_until_optimised_days: Annotated[ByAge[Days], PATIENT]
    """From admission to the ward to medically optimised, by age band."""
    long_stayers: Annotated[LongStayers, PATIENT] | None = None
    """People whose stay is drawn from another distribution, if there are any."""
    need_factor: Annotated[ByNeed[Annotated[Positive, Unit("factor")]], PATIENT]
    """Multiplies the stay until medically optimised, by support need."""
    stay_factor: Annotated[Positive, Unit("factor"), PACE] = 1.0
    """Multiplies what is left of the stay until medically optimised, of those who are there when it changes as well as
    of newcomers."""


class Decision(Section):
    """From medically optimised to the decision that the patient is ready for transfer, in working time."""

    calendar: str
    """Calendar in whose working hours the decision is made."""
    working_hours: Annotated[OpenHours, PATIENT]
    """From medically optimised to the decision."""


class EarlyPlanning(Section):
    """Discharge planning in parallel with treatment, from a number of hours after admission to the ward."""

    coverage: Probability
    """Share of patients whose discharge is planned early."""
    after_hours: Annotated[NonNegative, Unit("hours")]
    """From admission to the ward to the start of planning."""


class Assessments(Section):
    """What the discharge team does before a pathway is allocated.

    `in_sequence` is the share of patients with one, two or three assessments one after the other, by route.
    `referral_working_hours` pass before the first (forms, triage), in the team's working hours.
    """

    referral_working_hours: Annotated[dict[Route, OpenHours], PATIENT]
    """From the decision until the first assessment can begin (forms, triage), by route."""
    assessment_working_hours: Annotated[OpenHours, PATIENT]
    """Time that one assessment takes a member of the discharge team."""
    in_sequence: Annotated[dict[Route, Annotated[list[Probability], Field(min_length=3, max_length=3)]], PATIENT]
    """Shares of patients with one, two and three assessments one after the other, by route."""
    reason: str
    """Delay reason under which the wait for assessment counts."""

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

    share: Annotated[Probability, PATIENT]
    """Share of people assessed in hospital for long-term care who need the tool."""
    completed_outside_hospital_share: Annotated[Probability, PATIENT]
    """Share of these people for whom it is completed after they have left hospital."""
    working_hours: Annotated[OpenHours, PATIENT]
    """Time that completing it takes, in the discharge team's hours."""
    funding_days: Annotated[Days, PATIENT]
    """From the completed tool to the decision on funding."""
    reason: str
    """Delay reason under which completing it counts."""
    funding_reason: str
    """Delay reason under which the wait for funding counts."""


class Team(Staffed):
    """A finite team with working hours."""

    staff: Annotated[float, Field(gt=0, le=1_000_000), Unit("staff"), CAPACITY]
    """Members of the team who are at work at a time. A number with decimals is a team some of whom work on some days:
    of 20.4, 21 people are there on four days of ten, evenly spread, and 20 on the others."""


class Hindrance(Section):
    """Something else that keeps people in hospital: whom, which share of them, and how long.

    A simple discharge (route 1) is delayed instead of leaving; every other one after its pathway is allocated.
    """

    of: Literal["simple", "complex", "both"] = "simple"
    """Whose discharges it delays: simple ones (by route 1), complex ones (all others), or both."""
    share: Annotated[Probability, PATIENT]
    """Share of these discharges that it delays."""
    days: Annotated[Days, PATIENT]
    """How long it delays them."""
    reason: str
    """Delay reason under which it counts."""


class DischargePlanning(Section):
    """From medically optimised through ready for transfer to pathway allocated."""

    team: Team
    """The discharge team, which assesses patients."""
    simple_decision: Decision
    """Decision on a discharge by route 1."""
    complex_decision: Decision
    """Decision on all other discharges: from here a patient is ready for transfer."""
    early_planning: Annotated[EarlyPlanning, PATIENT]
    """Planning in parallel with treatment."""
    assessments: Assessments
    """What the discharge team does before a pathway is allocated."""
    decision_support_tool: DecisionSupportTool
    """Decision support tool for NHS continuing healthcare."""
    hindrances: dict[str, Hindrance]
    """What else keeps people in hospital, by name."""

    @model_validator(mode="after")
    def _some_unhindered(self) -> DischargePlanning:
        for kind in ("simple", "complex"):
            total = sum(h.share for h in self.hindrances_of(kind).values())
            if total > 1:
                raise ValueError(f"the shares of all hindrances of {kind} discharges sum to {total:.6g}, above 1")
        return self

    def hindrances_of(self, kind: str) -> dict[str, Hindrance]:
        """Return the hindrances of ``simple`` or of ``complex`` discharges, by name."""
        return {name: its for name, its in self.hindrances.items() if its.of in (kind, "both")}


class RouteOutcome(Section):
    """What a person needs at the end of a route, before any harm of delay.

    `care_home` is the share who move to a care home, `homecare` the share who need a long-term package among the
    others.
    """

    care_home: Probability
    """Share who move to a care home at the end."""
    homecare: Probability
    """Share of the others who need a long-term homecare package."""


class HarmPiece(Section):
    """What each delayed day adds from some day of the delay on, until the next piece begins."""

    from_day: Annotated[NonNegative, Unit("delayed days")]
    """Delayed days after which it begins."""
    per_day: Annotated[NonNegative, Unit("share per delayed day")]
    """Added to the chance for each delayed day from there on."""


def _one_after_the_other(curve: list[HarmPiece]) -> list[HarmPiece]:
    for before, after in pairwise(curve):
        if after.from_day <= before.from_day:
            raise ValueError(
                f"from_day must rise from piece to piece, but {after.from_day:g} is after {before.from_day:g}"
            )
    return curve


Curve = Annotated[list[HarmPiece], Field(min_length=1), AfterValidator(_one_after_the_other)]


class HarmOfDelay(Section):
    """What delayed days add to the two chances of `RouteOutcome`, to the chance of readmission, and to that of death.

    It is the same for each delayed day, or a curve: a list of pieces, each with the delayed day from which it counts.
    Where there is a curve, the share that is the same for each day must be 0. For readmission that is
    `patients.readmissions.per_delayed_day`.
    """

    care_home_per_day: Annotated[NonNegative, Unit("share per delayed day")]
    """Added to the chance of a care home for each delayed day."""
    homecare_per_day: Annotated[NonNegative, Unit("share per delayed day")]
    """Added to the chance of homecare for each delayed day."""
    care_home: Curve | None = None
    """Added to the chance of a care home, as a curve."""
    homecare: Curve | None = None
    """Added to the chance of homecare, as a curve."""
    readmission: Curve | None = None
    """Added to the chance of readmission, as a curve."""
    death: Curve | None = None
    """Chance that delay brings death forward, as a curve; without it delay does not change who dies."""
    death_after_days: Days | None = None
    """From leaving hospital to a death that delay has brought forward, unless the person dies before."""

    @model_validator(mode="after")
    def _said_once(self) -> HarmOfDelay:
        for what in ("care_home", "homecare"):
            if getattr(self, what) is not None and getattr(self, f"{what}_per_day") > 0:
                raise ValueError(f"where {what} is a curve, {what}_per_day must be 0")
        if (self.death is None) != (self.death_after_days is None):
            raise ValueError("death and death_after_days go together")
        return self


class LooksFirst(Section):
    """A discharge team that looks at what is free before it takes a route, for a share of the people.

    Of the people for discharge to assess at home, those for whose Active Recovery more than `waiting_above` people wait
    go to step-down, if their intermediate care service has a free bed. Of the people for step-down, those whose service
    has no free bed go to Active Recovery, if theirs has a free slot. What they need after it stays that of their route.
    """

    share: Annotated[Probability, PATIENT]
    """Share of the people on these two routes for whom it looks."""
    waiting_above: Waiting
    """People go to step-down instead of home when more than this many wait for their Active Recovery."""


class Routes(Section):
    """The three routes out of hospital and ward-based assessment, by support need; and where they end."""

    shares: Annotated[ByNeed[RouteShares], PATIENT]
    """Share of patients on each route out of hospital, by support need."""
    outcomes: Annotated[dict[Route, RouteOutcome], PATIENT]
    """What people need at the end of each route."""
    harm_of_delay: HarmOfDelay
    """What each delayed day adds to the chance of needing more, coming back or dying."""
    looks_first: LooksFirst | None = None
    """A team that looks at what is free before it takes a route; without it the route is as drawn."""

    @model_validator(mode="after")
    def _outcomes_given(self) -> Routes:
        for route in ("discharge_to_assess_home", "discharge_to_assess_step_down", "assessed_in_hospital"):
            if route not in self.outcomes:
                raise ValueError(f"route {route} needs an entry under outcomes")
        return self
