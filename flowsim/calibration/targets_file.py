"""Schema of a targets file: which settings are free, and which figures must come out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from flowsim.config.types import Positive, Section, Unit


class FreeSetting(Section):
    """A setting that calibration may move; or several, which are all multiplied by one factor.

    `low` and `high` are what is plausible: values of the setting, or of the factor (the city as it is has factor 1).
    They are more than a fence, they are what is known of the setting before calibration: it lies in between, anywhere
    alike.
    """

    path: str | Annotated[list[str], Field(min_length=1)]
    """Dotted path of the setting, or a list of paths that move together by one factor."""
    name: str = ""
    """What to call it, for people."""
    low: float
    """Lowest plausible value."""
    high: float
    """Highest plausible value."""
    scale: Literal["linear", "log"] = "linear"
    """Whether it moves by differences or by ratios."""
    why: Annotated[str, Field(min_length=1)]
    """Why it is free, and why within these bounds."""

    @model_validator(mode="after")
    def _rises(self) -> FreeSetting:
        if self.low >= self.high:
            raise ValueError(f"low: must be below high ({self.high:g})")
        if self.scale == "log" and self.low <= 0:
            raise ValueError("low: must be more than 0 on a log scale")
        return self


class Tolerance(Section):
    """How far from a target a city still matches it: in the unit of the measure, or relative to the target."""

    absolute: Positive | None = None
    """In the unit of the measure."""
    relative: Positive | None = None
    """As a share of the target's value."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Tolerance:
        if (self.absolute is None) == (self.relative is None):
            raise ValueError("a tolerance is either absolute or relative, not both and not neither")
        return self


class WantedFigure(Section):
    """A figure that must come out. Its weight is 1 / tolerance²."""

    measure: str
    """Name of the measure."""
    value: float
    """The figure."""
    tolerance: Tolerance
    """How far from it still matches; taken for two standard deviations of what is not known about the figure."""
    source: Annotated[str, Field(min_length=1)]
    """Where the figure comes from, and the tolerance."""


class TargetsFile(Section):
    """What calibration may move, what must come out, and by how many runs that is judged."""

    parameters: Annotated[list[FreeSetting], Field(min_length=1)]
    """The settings that are free."""
    targets: Annotated[list[WantedFigure], Field(min_length=1)]
    """The figures that must come out; no fewer than the free settings."""
    replications: Annotated[int, Field(ge=2, le=10_000), Unit("runs")]
    """Runs by which a city is judged; the same patients for every city that is tried."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] | None = None
    """Seed of these patients; the city's own if left out."""
