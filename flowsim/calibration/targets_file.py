"""Schema of a targets file: which settings are free, and which published figures the model is to reproduce."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from flowsim.config.types import Positive, Section, Unit


class FreeSetting(Section):
    """A setting that is calibrated; or several, which are all multiplied by one factor.

    `low` and `high` are the lowest and highest plausible value: of the setting, or of the factor (1 leaves the city as
    it is). They are the prior: before calibration, every value between them is equally plausible.
    """

    path: str | Annotated[list[str], Field(min_length=1)]
    """Dotted path of the setting, or a list of paths that move together by one factor."""
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


class CalibrationTarget(Section):
    """A published figure that the calibrated model is to reproduce. Its weight is 1 / tolerance²."""

    measure: str
    """Name of the measure."""
    value: float
    """The published figure."""
    tolerance: Tolerance
    """How far from it still counts as a match; taken as two standard deviations of its uncertainty."""
    source: Annotated[str, Field(min_length=1)]
    """Where the figure comes from, and the tolerance."""


class TargetsFile(Section):
    """What is calibrated, to which targets, and with how many runs."""

    parameters: Annotated[list[FreeSetting], Field(min_length=1)]
    """The settings that are free."""
    targets: Annotated[list[CalibrationTarget], Field(min_length=1)]
    """The figures to reproduce; no fewer than the free settings."""
    replications: Annotated[int, Field(ge=2, le=10_000), Unit("runs")]
    """Runs of each city that is tried, with the same patients in all cities."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Seed of these patients; the city's own if left out."""
