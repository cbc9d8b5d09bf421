"""Schema of a targets file: which settings are free, and which published figures the model is to reproduce."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, model_validator

from flowsim.calibration.structure_schema import FitRule, Structure
from flowsim.config.city_schema import DelayReason
from flowsim.config.periods import parse_period
from flowsim.config.types import Positive, Section, Unit

STEP = 0.05  # of a finite difference: large enough to rise above the chaos of nearly full queues
MAIN = "main"  # how a targets file calls the city that it is used with
CODES: tuple[str, ...] = get_args(DelayReason.model_fields["code"].annotation)


def _period(text: str) -> str:
    parse_period(text)
    return text


def _code(text: str) -> str:
    if text not in CODES:
        raise ValueError(f"must be one of {', '.join(CODES)}")
    return text


PeriodText = Annotated[str, AfterValidator(_period)]
Code = Annotated[str, AfterValidator(_code)]


class FreeSetting(Section):
    """A setting that is calibrated; or several, which are all multiplied by one factor.

    `low` and `high` are the lowest and highest plausible value: of the setting, or of the factor (1 leaves the city as
    it is). They are the prior: before calibration, every value between them is equally plausible.
    """

    path: str | Annotated[list[str], Field(min_length=1)]
    """Dotted path of the setting, or a list of paths that move together by one factor. A setting of a dated change
    stands under the entry of the history: ``history.shock_2016.services.homecare.homecare.starts_per_week`` is the
    number with which that entry changes it, ``history.shock_2016.from_date`` a shift of its first day (days)."""
    name: str = ""
    """A name for people to read."""
    low: float
    """Lowest plausible value."""
    high: float
    """Highest plausible value."""
    scale: Literal["linear", "log"] = "linear"
    """Whether it moves by differences or by ratios."""
    why: Annotated[str, Field(min_length=1)]
    """Why it is free, and why within these bounds."""
    city: str | None = None
    """The only city in which it is free, if there are several; otherwise it has one value in all that have it."""

    @property
    def paths(self) -> list[str]:
        """All of its paths."""
        return [self.path] if isinstance(self.path, str) else self.path

    @model_validator(mode="after")
    def _rises(self) -> FreeSetting:
        if self.low >= self.high:
            raise ValueError(f"low: must be below high ({self.high:g})")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("low: must be more than 0 on a log scale")
        return self


class Tolerance(Section):
    """How far from a target still counts as a match: in the unit of the measure, or relative to the target."""

    absolute: Positive | None = None
    """In the unit of the measure."""
    relative: Positive | None = None
    """As a share of the target's value."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Tolerance:
        if (self.absolute is None) == (self.relative is None):
            raise ValueError("give exactly one of the two: absolute or relative")
        return self

    def of(self, value: float) -> float:
        """Return the tolerance of a target with this value, in the unit of the measure."""
        return self.absolute if self.absolute is not None else (self.relative or 0.0) * abs(value)


class SeriesTolerance(Section):
    """How far from each figure of a series still counts as a match; with both, whichever is wider."""

    absolute: Positive | None = None
    """In patients a day."""
    relative: Positive | None = None
    """As a share of each figure."""

    @model_validator(mode="after")
    def _at_least_one(self) -> SeriesTolerance:
        if self.absolute is None and self.relative is None:
            raise ValueError("give absolute, relative or both")
        return self

    def of(self, value: float) -> float:
        """Return the tolerance of a figure of the series."""
        return max(self.absolute or 0.0, (self.relative or 0.0) * abs(value))


class CalibrationTarget(Section):
    """A published figure that the calibrated model is to reproduce. Its weight is 1 / tolerance²."""

    measure: str
    """Name of the measure."""
    period: PeriodText | None = None
    """Month (2016-10), quarter (2016/17 Q3) or financial year (2016/17) that it is of; without, all days that count."""
    city: str | None = None
    """The city that it is of, one of `cities`; without, the one that is calibrated."""
    value: float
    """The published figure."""
    tolerance: Tolerance
    """How far from it still counts as a match; taken as two standard deviations of its uncertainty."""
    source: Annotated[str, Field(min_length=1)]
    """Where the figure comes from, and the tolerance."""
    fit: bool = True
    """Whether it is fitted; if not, it is only shown and judged."""


class ObservedTarget(Section):
    """A series of the return that the city has as `observed`: delayed patients on an average day of each period.

    Months with a flag are left out, of quarters and years too.
    """

    reasons: Annotated[list[Code], Field(min_length=1)] | Literal["all"] = "all"
    """Codes of the return that are summed; or all of them."""
    beds: Literal["all", "acute", "non_acute"] = "all"
    """In which beds; the return has the two kinds for all reasons together."""
    name: str = ""
    """A name for people to read."""
    periods: Literal["months", "quarters", "years"]
    """What each figure is the average of."""
    tolerance: SeriesTolerance
    """How far from each figure still counts as a match."""
    counts_as: Positive | None = None
    """How many independent figures the whole series is worth, since its months are alike; if left out, what the
    correlation of successive figures says (see `flowsim.calibration.target_figures`)."""
    city: str | None = None
    """The city that it is of, one of `cities`; without, the one that is calibrated."""
    fit: bool = True
    """Whether it is fitted; if not, it is only shown and judged."""


class Judge(Section):
    """The runs by which the fit is judged: other patients than those of the fit."""

    replications: Annotated[int, Field(ge=2, le=10_000), Unit("runs")]
    """Runs of each city."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Seed of these patients; the one after that of the fit if left out."""


class TargetsFile(Section):
    """What is calibrated, to which targets, and with how many runs."""

    parameters: Annotated[list[FreeSetting], Field(min_length=1)]
    """The settings that are free."""
    targets: list[CalibrationTarget] = Field(default_factory=list)
    """The figures to reproduce; with the observed series no fewer than the free settings."""
    observed: list[ObservedTarget] = Field(default_factory=list)
    """Series of the observed return to reproduce."""
    hold_out: list[PeriodText] = Field(default_factory=list)
    """Periods of which every figure is shown and judged, but not fitted."""
    cities: dict[str, str] = Field(default_factory=dict)
    """Files of more cities that share the free settings, by name, relative to this file."""
    replications: Annotated[int, Field(ge=2, le=10_000), Unit("runs")]
    """Runs of each city that is tried, with the same patients in all cities."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Seed of these patients; the city's own if left out."""
    steps: Annotated[list[Annotated[float, Field(gt=0, le=0.5)]], Field(min_length=1)] = Field(
        default_factory=lambda: [STEP]
    )
    """How far each setting is tried to both sides of a point, as a share of the way between its bounds; with several,
    the search begins with the first of them and goes on from where it ended with the next."""
    judge: Judge | None = None
    """The runs by which the fit is judged; as many as those of the fit if left out."""
    structures: list[Structure] = Field(default_factory=list)
    """Other causes that might explain the same figures: `flowsim ensemble` fits each of them."""
    kept_if: FitRule = FitRule()
    """When a structure that was fitted is a member of the ensemble."""

    @model_validator(mode="after")
    def _something_to_fit(self) -> TargetsFile:
        if not self.targets and not self.observed:
            raise ValueError("targets: give at least one target, or a series under observed")
        return self
