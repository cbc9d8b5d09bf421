"""Schema of the structures of an ensemble: other causes that might explain the same published figures."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from flowsim.config.types import Positive, Section, Unit


class HeldSetting(Section):
    """A setting that a structure holds at another value; or several, which are all multiplied by one factor."""

    path: str | Annotated[list[str], Field(min_length=1)]
    """Dotted path of the setting, or a list of paths. Numbers of dated changes are named as those that are fitted."""
    set: Any = None
    """Another value."""
    scale: Positive | None = None
    """By what its number is multiplied."""

    @property
    def paths(self) -> list[str]:
        """All of its paths."""
        return [self.path] if isinstance(self.path, str) else self.path

    @model_validator(mode="after")
    def _one_of_them(self) -> HeldSetting:
        if ("set" in self.model_fields_set) == (self.scale is not None):
            raise ValueError("give exactly one of the two: set or scale")
        return self


class Structure(Section):
    """A cause that might explain the same figures: what is held at another value, and what is fitted again with it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]+$")]
    """Unique in the file; letters, digits and underscores."""
    title: Annotated[str, Field(min_length=1)]
    """What is different, in words."""
    hold: list[HeldSetting] = Field(default_factory=list)
    """Settings that are held at another value."""
    free: list[str] = Field(default_factory=list)
    """The parameters that are fitted again, by name; all of the file that it does not hold if left out."""


class FitRule(Section):
    """When a structure fits: judged with patients that were not used in the fit."""

    loss_at_most: Annotated[Positive, Unit("times")] = 1.5
    """The squared standard deviations by which it misses the targets, as a multiple of those of the city as it is."""
    years_within: Annotated[Positive, Unit("share")] = 0.1
    """How far the average number of delayed people of each financial year may be from the published one. It needs a
    series of all reasons by years."""
    correlation_at_least: dict[str, Annotated[float, Field(ge=-1, le=1)]] = Field(default_factory=dict)
    """Least correlation of the months of a series with the published ones, by the name of the series."""
