"""Settings that are varied together: the range of each, and the city that a point within these ranges makes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from flowsim.config.change_schema import Change
from flowsim.config.changes import changed, meet, reckon, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import Keys
from flowsim.config.history_numbers import by_place
from flowsim.config.paths import put, value_at
from flowsim.experiment.problems import LocatedChange

_DIGITS = 6  # of a sampled value: enough to tell points apart, few enough to read


@dataclass(frozen=True)
class SampledRange:
    """A setting, or several that move together, and the range that it is varied over.

    Attributes
    ----------
    name : str
        What to call it among the levels of a scenario.
    paths : tuple of str
        Dotted paths of all that move together.
    low, high : float
        The ends: values, or factors of what the city has.
    is_factor : bool
        Whether the ends are factors. A factor acts on top of the history; a value is as if the city's file had it.
    base : float
        What the city has: the value, or 1.
    is_whole : bool
        Whether values are whole numbers.
    why : str
        Where the range comes from, in words.
    keys : tuple
        Where in the experiment file it comes from.
    """

    name: str
    paths: tuple[str, ...]
    low: float
    high: float
    is_factor: bool
    base: float
    is_whole: bool = False
    why: str = ""
    keys: Keys = ("design",)

    def value(self, share: float) -> float:
        """Return what it is at a share of the way from the low to the high end."""
        value = float(f"{self.low + share * (self.high - self.low):.{_DIGITS}g}")
        return round(value) if self.is_whole else value

    @property
    def base_share(self) -> float:
        """At which share of the way the city itself is; below 0 or above 1 if it lies outside."""
        return (self.base - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class SampledChanges:
    """What makes a sampled city.

    Attributes
    ----------
    given : tuple of LocatedChange
        Values, as if the city's file had them.
    on_top : tuple of LocatedChange
        Changes on top of its history.
    """

    given: tuple[LocatedChange, ...]
    on_top: tuple[LocatedChange, ...]

    @property
    def all(self) -> tuple[LocatedChange, ...]:
        """All of them."""
        return (*self.given, *self.on_top)

    def made(self, base: CityConfig) -> CityConfig:
        """Return the sampled city.

        Raises
        ------
        ConfigError
            If it is no sound city.
        """
        city = changed(base, {c.change["path"]: c.change["set"] for c in self.given}) if self.given else base
        return with_changes(city, [c.change for c in self.on_top]) if self.on_top else city

    def made_quickly(self, base: CityConfig) -> CityConfig:
        """Return the same city where each range by itself is known to fit, in a tenth of the time.

        Each part of the city in which something changes is checked as a whole; what a change does to names, or to
        another part on some day, is not looked at again.

        Raises
        ------
        ConfigError
            If it is no sound city.
        """
        past = {name: entry.model_dump(mode="json", exclude_none=True) for name, entry in base.history.items()}
        parts: dict[str, Any] = {}
        later: list[Change] = []
        kept = kept_paths(base)
        for change in (its.change for its in self.all):
            place = by_place(past, change["path"])
            if "scale" in change and any(meet(place, one) for one in kept):
                later.append(Change.model_validate(change))
                continue
            first = place.partition(".")[0]
            if first not in parts:
                dumped = base.model_dump(mode="json", by_alias=True, round_trip=True, include={first})
                parts |= dumped
            put(parts, place, reckon(value_at(parts, place), change))
        try:
            found = {name: _part(name).validate_json(json.dumps(part), strict=True) for name, part in parts.items()}
        except ValidationError:
            return self.made(base)  # says what is wrong
        return base.model_copy(update={**found, "changes": [*base.changes, *later]})


@cache
def _part(name: str) -> TypeAdapter[Any]:
    """Return what checks a part of a city."""
    field = CityConfig.model_fields[name]
    kind: Any = Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
    return TypeAdapter(kind)


def kept_paths(city: CityConfig) -> list[str]:
    """Return the paths of what changes in time: in a city's history, and in the changes after it."""
    past = [change.path for entry in city.history.values() for change in entry.changes]
    return [*past, *(change.path for change in city.changes)]


def sampled_changes(base: CityConfig, ranges: Sequence[SampledRange], values: Sequence[float]) -> SampledChanges:
    """Return what gives each range a value."""
    pairs = list(zip(ranges, values, strict=True))
    kept = kept_paths(base)
    return SampledChanges(
        tuple(
            LocatedChange({"path": path, "set": value}, its.keys)
            for its, value in pairs
            if not its.is_factor
            for path in its.paths
        ),
        tuple(
            LocatedChange(_scaled(base, path, factor, any(meet(path, one) for one in kept)), its.keys)
            for its, factor in pairs
            if its.is_factor
            for path in its.paths
        ),
    )


def base_value(city: CityConfig, path: str) -> Any:
    """Return what a city has at a path, which may be of a number of its history.

    Raises
    ------
    KeyError
        If there is no such setting.
    """
    history = {name: entry.model_dump(mode="json", exclude_none=True) for name, entry in city.history.items()}
    return value_at(city, by_place(history, path))


def _scaled(base: CityConfig, path: str, factor: float, has_history: bool) -> dict[str, Any]:
    """Return the change that multiplies a setting; a whole number that does not change in time stays whole."""
    try:
        before = value_at(base, path)
    except KeyError:
        before = None  # reported when it is applied
    if type(before) is int and not has_history:
        return {"path": path, "set": round(before * factor)}
    return {"path": path, "scale": factor}
