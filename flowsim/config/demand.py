"""Schema of demand: who comes, when, and who they are."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from flowsim.config.types import (
    AgeShares,
    ByAge,
    Distribution,
    HourProfile,
    MonthProfile,
    NeedShares,
    NonNegative,
    Probability,
    Section,
    WeekdayProfile,
)

Entry = Literal["mau", "amu", "ward", "step_up", "care_home", "homecare", "elsewhere", "ready"]
FLAT_WEEK = [1.0] * 7
FLAT_YEAR = [1.0] * 12


class Conveyance(Section):
    """How people who are referred by a GP reach the hospital."""

    self_conveyed_share: Probability
    self_conveyed_hours: Distribution
    ambulance_hours: Distribution


class Stream(Section):
    """One source of demand.

    It is given as `spells_per_day`, or as `daily_rates`: the name of a CSV file (date, spells) with the expected number
    of every day of the run. The `entry` ``ready`` is a person in an acute bed outside the modelled ones, from the
    moment at which they are ready for transfer and their pathway is known.

    `hours`, `weekdays` and `months` are relative weights: only their proportions count. A `demand_factor` below 1
    thins the same arrivals; above 1 it adds arrivals from a stream of its own, so that whoever remains is the same
    patient.
    """

    enabled: bool = True
    entry: Entry
    counts_as: Literal["non_elective", "elective", "community"]
    spells_per_day: NonNegative | None = None
    daily_rates: dict[dt.date, NonNegative] | None = None
    demand_factor: Annotated[float, Field(ge=0, le=10)] = 1.0
    hours: HourProfile
    weekdays: WeekdayProfile = Field(default_factory=lambda: FLAT_WEEK)
    months: MonthProfile = Field(default_factory=lambda: FLAT_YEAR)
    ages: AgeShares
    conveyance: Conveyance | None = None

    @model_validator(mode="after")
    def _one_rate(self) -> Stream:
        if (self.spells_per_day is None) == (self.daily_rates is None):
            raise ValueError("a stream has either spells_per_day or daily_rates, not both and not neither")
        return self

    @property
    def most_spells_per_day(self) -> float:
        """The highest rate of a day, before profiles and `demand_factor`."""
        return max(self.daily_rates.values(), default=0.0) if self.spells_per_day is None else self.spells_per_day


class Readmissions(Section):
    """Coming back: a child spell of the same person, some days after leaving hospital."""

    probability: ByAge[Probability]
    gap_days: Distribution
    per_delayed_day: NonNegative
    stream: str
    reserved_share: Annotated[Probability, Field(gt=0)]
    generations: Annotated[int, Field(ge=0, le=10)]

    @model_validator(mode="after")
    def _reserved_covers(self) -> Readmissions:
        highest = max(self.probability.values())
        if highest > self.reserved_share:
            raise ValueError(f"probability ({highest:g}) must not exceed reserved_share ({self.reserved_share:g})")
        return self


class Patients(Section):
    """Who the people are, by age band."""

    care_home_residents: ByAge[Probability]
    support_need: ByAge[NeedShares]
    death_after_days: ByAge[Distribution]
    council_supported_share: Probability
    readmissions: Readmissions


class Population(Section):
    """The denominators of rates."""

    adults: Annotated[int, Field(gt=0)]


