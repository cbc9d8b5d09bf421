"""The building blocks of the schema: bounded numbers, shares, age bands, distributions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

SHARE_TOLERANCE = 1e-6

AgeBand = Literal["18-64", "65-74", "75-84", "85+"]
Need = Literal["none", "some", "high"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ReasonCode = Literal["A", "B", "C", "D(i)", "D(ii)", "E", "F", "G", "H", "I"]
Route = Literal["home", "discharge_to_assess_home", "discharge_to_assess_step_down", "assessed_in_hospital"]

AGE_BANDS: tuple[AgeBand, ...] = get_args(AgeBand)
REASON_CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)
NEEDS: tuple[Need, ...] = get_args(Need)
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
ROUTES: tuple[Route, ...] = get_args(Route)


@dataclass(frozen=True)
class Unit:
    """The unit of a number, for people: ``Annotated[Positive, Unit("beds")]``. It is written into the JSON schema.

    What has no unit of its own has that of the group it is in: the mean of a stay in days is in days.
    """

    name: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Write the unit into the schema of what it annotates."""
        return {**handler(schema), "unit": self.name}


class ChangeScope(StrEnum):
    """How a change of a setting acts: ``Annotated[Units, Unit("beds"), CAPACITY]``. It is written into the JSON schema.

    `PATIENT`: on what chance decides about each patient; it can act on some patients only. `CAPACITY`: on the size of a
    pool, which can change on any day. `SUPPLY`: on the starts a week, which can too. `SURGE`: on extra capacity while
    many wait, which can too. `CALENDAR`: on working hours, and on how a size varies over the year and the week, which
    can differ from day to day. `DEMAND`: on how many people come, which can too. `PACE`: on how fast stays go, which
    can too, for those who are there already as well. `WHOLE_RUN`: on the run as a whole; so does every setting without
    an annotation. The scope of a group is that of all settings below it, but for those with a scope of their own.
    """

    PATIENT = "patient"
    CAPACITY = "capacity"
    SUPPLY = "supply"
    SURGE = "surge"
    DEMAND = "demand"
    PACE = "pace"
    CALENDAR = "calendar"
    WHOLE_RUN = "whole_run"

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Write the scope into the schema of what it annotates."""
        return {**handler(schema), "change_scope": self.value}


PATIENT, CAPACITY, SUPPLY, SURGE, DEMAND, PACE, CALENDAR, WHOLE_RUN = ChangeScope

Probability = Annotated[float, Field(ge=0, le=1), Unit("share")]
OddsRatio = Annotated[float, Field(ge=1, le=1000), Unit("odds ratio")]
NonNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Units = Annotated[int, Field(ge=1, le=1_000_000)]
Month = Annotated[int, Field(ge=1, le=12), Unit("month of the year")]
Waiting = Annotated[int, Field(ge=0), Unit("people waiting")]
Hour = Annotated[float, Field(ge=0, le=24), Unit("hour of the day")]
Weight = Annotated[float, Field(ge=0), Unit("weight")]

K = TypeVar("K", bound=str)
T = TypeVar("T")


class Section(BaseModel):
    """A part of the configuration: unknown keys, NaN and infinity are refused, and nothing changes after loading.

    The docstring of each field is its meaning in the data dictionary and in editors.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, strict=False, use_attribute_docstrings=True
    )


def sums_to_one(shares: dict[K, float]) -> dict[K, float]:
    """Return the shares as they are; ValueError unless they sum to 1."""
    total = sum(shares.values())
    if abs(total - 1.0) > SHARE_TOLERANCE:
        raise ValueError(f"shares must sum to 1, these sum to {total:.6g}")
    return shares


def _every_age(values: dict[str, T]) -> dict[str, T]:
    missing = [band for band in AGE_BANDS if band not in values]
    if missing:
        raise ValueError(f"no value for age band {missing[0]}; every one of {', '.join(AGE_BANDS)} needs one")
    return {band: values[band] for band in AGE_BANDS}


def _every_need(values: dict[str, T]) -> dict[str, T]:
    missing = [need for need in NEEDS if need not in values]
    if missing:
        raise ValueError(f"no value for support need {missing[0]}; every one of {', '.join(NEEDS)} needs one")
    return {need: values[need] for need in NEEDS}


def _some_weight(weights: list[float]) -> list[float]:
    if sum(weights) <= 0:
        raise ValueError("a profile needs at least one weight above 0")
    return weights


Shares = Annotated[dict[str, Probability], Field(min_length=1), AfterValidator(sums_to_one)]
RouteShares = Annotated[dict[Route, Probability], AfterValidator(sums_to_one)]
NeedShares = Annotated[dict[Need, Probability], AfterValidator(sums_to_one)]
AgeShares = Annotated[dict[AgeBand, Probability], AfterValidator(sums_to_one)]
ByAge = Annotated[dict[AgeBand, T], AfterValidator(_every_age)]
ByNeed = Annotated[dict[Need, T], AfterValidator(_every_need)]
HourProfile = Annotated[list[Weight], Field(min_length=24, max_length=24), AfterValidator(_some_weight)]
WeekdayProfile = Annotated[list[Weight], Field(min_length=7, max_length=7), AfterValidator(_some_weight)]
MonthProfile = Annotated[list[Weight], Field(min_length=12, max_length=12), AfterValidator(_some_weight)]


class Fixed(Section):
    """Always the same value."""

    distribution: Literal["fixed"]
    """Family of the distribution."""
    value: NonNegative
    """Value."""


class Exponential(Section):
    """Exponential, by its mean."""

    distribution: Literal["exponential"]
    """Family of the distribution."""
    mean: Positive
    """Mean."""


class Lognormal(Section):
    """Lognormal, by its mean and either its standard deviation or its median."""

    distribution: Literal["lognormal"]
    """Family of the distribution."""
    mean: Positive
    """Mean."""
    sd: Positive | None = None
    """Standard deviation, unless the median is given."""
    median: Positive | None = None
    """Median, below the mean, unless the standard deviation is given."""

    @model_validator(mode="after")
    def _sd_or_median(self) -> Lognormal:
        if (self.sd is None) == (self.median is None):
            raise ValueError("a lognormal needs its mean and exactly one of sd and median")
        if self.median is not None and self.median >= self.mean:
            raise ValueError(f"the median of a lognormal ({self.median:g}) must be below its mean ({self.mean:g})")
        return self


class Gamma(Section):
    """Gamma, by its mean and standard deviation."""

    distribution: Literal["gamma"]
    """Family of the distribution."""
    mean: Positive
    """Mean."""
    sd: Positive
    """Standard deviation."""


class Weibull(Section):
    """Weibull: survival beyond t is exp(-(t / scale) ** shape)."""

    distribution: Literal["weibull"]
    """Family of the distribution."""
    scale: Positive
    """Scale: the value that 37% exceed."""
    shape: Annotated[float, Field(gt=0.05, le=20), Unit("no unit")]
    """Shape: below 1 the hazard falls with time, above 1 it rises."""


class Empirical(Section):
    """Observed values, each with a weight. One of them is drawn, and none in between."""

    distribution: Literal["empirical"]
    """Family of the distribution."""
    values: Annotated[list[NonNegative], Field(min_length=1)]
    """The observed values."""
    weights: list[Weight] | None = None
    """How often each value is drawn, relative to the others; without weights, all equally often."""

    @model_validator(mode="after")
    def _one_weight_each(self) -> Empirical:
        if self.weights is not None:
            if len(self.weights) != len(self.values):
                raise ValueError(f"{len(self.values)} values but {len(self.weights)} weights")
            _some_weight(self.weights)
        return self


Distribution = Annotated[
    Fixed | Exponential | Lognormal | Gamma | Weibull | Empirical, Field(discriminator="distribution")
]
Days = Annotated[Distribution, Unit("days")]
Hours = Annotated[Distribution, Unit("hours")]
OpenHours = Annotated[Distribution, Unit("working hours")]
