"""Schema of demand: who comes, when, and what they are like."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from flowsim.config.entries import EntryName
from flowsim.config.types import (
    AGE_BANDS,
    DEMAND,
    PATIENT,
    WEEKDAYS,
    AgeBand,
    AgeShares,
    ByAge,
    Days,
    HourProfile,
    Hours,
    MonthProfile,
    NeedShares,
    NonNegative,
    OddsRatio,
    Positive,
    Probability,
    Section,
    Unit,
    Weekday,
    WeekdayProfile,
)

FLAT_WEEK = [1.0] * 7
FLAT_YEAR = [1.0] * 12
_DAYS_LOOKED_BACK = 56


class Conveyance(Section):
    """How people who are referred by a GP get to the hospital."""

    self_conveyed_share: Probability
    """Share who make their own way."""
    self_conveyed_hours: Hours
    """From the referral to arrival, for people who make their own way."""
    ambulance_hours: Hours
    """From the referral to arrival, for all others."""


class Stream(Section):
    """One source of demand.

    It is given as `spells_per_day`, or as `daily_rates`: the name of a CSV file (date, spells) with the expected number
    for every day of the run. Of these numbers only the hours are shared out by a profile: `weekdays` and `months` do
    not multiply them. The 91 days after the run need no rates: without, they have the mean of the same weekday over the
    eight weeks before. The `entry` ``ready`` is for people in an acute bed outside the modelled ones, from the
    moment at which they are ready for transfer and their pathway is known.

    `hours`, `weekdays` and `months` are relative weights: only their proportions count. A `demand_factor` below 1
    leaves out some of the same arrivals; above 1 it adds arrivals of its own. Everybody else stays the same patient.
    """

    enabled: Annotated[bool, DEMAND] = True
    """Whether people come by this stream."""
    entry: EntryName
    """Where people start."""
    counts_as: Literal["non_elective", "elective", "community"]
    """What a spell counts as in the figures."""
    spells_per_day: Annotated[NonNegative, Unit("spells a day"), DEMAND] | None = None
    """Expected spells on an average day."""
    daily_rates: Annotated[dict[dt.date, Annotated[NonNegative, Unit("spells a day")]], DEMAND] | None = None
    """Expected spells of each day, instead of `spells_per_day`; in a file: the name of a CSV file."""
    demand_factor: Annotated[float, Field(ge=0, le=10), Unit("factor"), DEMAND] = 1.0
    """Multiplies demand: below 1 some of the same arrivals are left out, above 1 others are added."""
    hours: Annotated[HourProfile, DEMAND]
    """Relative weight of each hour of the day, from midnight."""
    weekdays: Annotated[WeekdayProfile, DEMAND] = Field(default_factory=lambda: FLAT_WEEK)
    """Relative weight of each day of the week, from Monday; a bank holiday counts as a Sunday."""
    months: Annotated[MonthProfile, DEMAND] = Field(default_factory=lambda: FLAT_YEAR)
    """Relative weight of each month, from January."""
    ages: Annotated[AgeShares, PATIENT]
    """Share of each age band."""
    residence: Literal["any", "own_home"] = "any"
    """Where its people live: with `own_home` none of them lives in a care home already."""
    conveyance: Annotated[Conveyance, PATIENT] | None = None
    """How people get to the hospital, where that takes time."""

    @model_validator(mode="after")
    def _one_rate(self) -> Stream:
        if (self.spells_per_day is None) == (self.daily_rates is None):
            raise ValueError("a stream needs exactly one of spells_per_day and daily_rates")
        for name in ("weekdays", "months") if self.daily_rates is not None else ():
            if len(set(getattr(self, name))) > 1:
                raise ValueError(
                    f"{name}: daily_rates are what is expected on each day, and no profile multiplies them; leave out "
                    f"{name}"
                )
        return self

    def rates_on(self, dates: Sequence[dt.date]) -> list[float]:
        """Return the daily rates on some days in order.

        Days after the last one that has a rate are given the mean of the same weekday over the eight weeks before
        them: people who come after the counted days are never counted, but they compete for the same services until
        day 91.
        """
        rates = self.daily_rates or {}
        first = next((date for date in dates if date not in rates), None)
        if first is None:
            return [rates[date] for date in dates]
        before = [(date, rate) for date, rate in rates.items() if 0 < (first - date).days <= _DAYS_LOOKED_BACK]
        overall = [rate for _, rate in before]
        usual = [[rate for date, rate in before if date.weekday() == day] or overall for day in range(len(WEEKDAYS))]
        means = [sum(some) / max(len(some), 1) for some in usual]
        return [rates[date] if date in rates else means[date.weekday()] for date in dates]

    @property
    def most_spells_per_day(self) -> float:
        """The highest rate of a day, before profiles and `demand_factor`."""
        if self.daily_rates is None:
            return self.spells_per_day or 0.0
        return max(self.daily_rates.values(), default=0.0)


class Readmissions(Section):
    """Readmission: a child spell of the same person, some days after leaving hospital."""

    probability: Annotated[ByAge[Probability], PATIENT]
    """Chance of coming back after leaving hospital, by age band."""
    gap_days: Annotated[Days, PATIENT]
    """From leaving hospital to coming back, in whole days."""
    per_delayed_day: Annotated[NonNegative, Unit("share per delayed day")]
    """Added to the chance for each delayed day."""
    stream: str
    """Stream by whose entry people come back."""
    reserved_share: Annotated[Probability, Field(gt=0)]
    """Highest chance that delay can raise it to. For this share of people a return is drawn in advance."""
    generations: Annotated[int, Field(ge=0, le=10), Unit("returns")]
    """How often one person can come back in a row."""
    to_care_home: bool = False
    """Whether a person who has moved into a care home goes back there when they leave hospital again, as its other
    residents do; otherwise they go home, or to whatever their need is."""

    @model_validator(mode="after")
    def _reserved_covers(self) -> Readmissions:
        highest = max(self.probability.values())
        if highest > self.reserved_share:
            raise ValueError(f"probability ({highest:g}) must not exceed reserved_share ({self.reserved_share:g})")
        return self


class Frailty(Section):
    """How much hangs on a person's frailty, which they keep in all their spells.

    Frailty is the person's rank among all who are of the same age. Each setting is an odds ratio: wherever one cuts the
    people of an age band in two, how many times the odds the frailer have; with 1 nothing hangs on frailty. The shares
    and the distributions that are set elsewhere stay what they are over all first spells of an age band: frailty says
    only who of them it is. People who come back are frailer than those who come for the first time, so that they need
    more and die sooner.
    """

    support_need: OddsRatio = 1.0
    """Of a higher support need."""
    readmission: OddsRatio = 1.0
    """Of coming back, and of coming back soon."""
    death: OddsRatio = 1.0
    """Of an early death."""
    long_stay: OddsRatio = 1.0
    """Of being a long stayer, in a city that has `ward.long_stayers`."""


class Patients(Section):
    """What the people are like, by age band."""

    care_home_residents: Annotated[ByAge[Probability], PATIENT]
    """Share who live in a care home before their first spell, by age band."""
    support_need: Annotated[ByAge[NeedShares], PATIENT]
    """Share with each support need at discharge, by age band."""
    death_after_days: Annotated[ByAge[Days], PATIENT]
    """From arrival to death, by age band."""
    council_supported_share: Annotated[Probability, PATIENT]
    """Share whose long-term care the council would support."""
    readmissions: Readmissions
    """Readmissions."""
    frailty: Frailty | None = None
    """What hangs on a person's frailty; without it each is drawn independently of the others."""


class AvoidanceScheme(Section):
    """A service that looks after people where they live, so that they do not come to hospital.

    It does so for a `share` of the people of these streams (and of those who would come back by them), of these ages
    and this residence, on these days of the week; with `dies_within_days`, of those at the end of their lives alone.
    The day of a readmission is not known in advance: every day of the week counts as equally likely. `gbp_each` is the
    cost of looking after one person.
    """

    share: Annotated[Probability, PATIENT]
    """Share of the people it is meant for whom it keeps out of hospital."""
    streams: Annotated[list[str], Field(min_length=1)]
    """Streams whose people it is meant for."""
    ages: Annotated[list[AgeBand], Field(min_length=1)] = Field(default_factory=lambda: list(AGE_BANDS))
    """Age bands it is meant for."""
    residence: Literal["any", "own_home", "care_home"] = "any"
    """Usual residence of the people it is meant for."""
    weekdays: Annotated[list[Weekday], Field(min_length=1)] = Field(default_factory=lambda: list(WEEKDAYS))
    """Days of the week on which it works."""
    dies_within_days: Annotated[Positive, Unit("days")] | None = None
    """It is meant only for people who die within this many days after they ask; for all if left out."""
    gbp_each: Annotated[NonNegative, Unit("GBP a person")]
    """Cost of looking after one person."""
    nhs_share: Probability = 1.0
    """Share of that cost that the NHS pays; social care pays the rest."""


class Population(Section):
    """Denominators of rates."""

    adults: Annotated[int, Field(gt=0), Unit("people")]
    """Adults who live in the city: the denominator of rates per 100,000."""
