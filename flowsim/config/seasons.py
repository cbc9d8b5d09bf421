"""Seasons: days of a run, with a name, of which measures can be counted apart: ``dtoc_patients_mean@winter``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated

from pydantic import AfterValidator, model_validator

from flowsim.config.periods import Period
from flowsim.config.types import Section

OF_SEASON = "@"  # between the name of a measure and that of the season of which it is counted
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def _usable(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            "the name of a season must begin with a lower-case letter and hold only lower-case letters, digits and _"
        )
    return name


SeasonName = Annotated[str, AfterValidator(_usable)]


class Season(Section):
    """Days of the run that count, of which measures can be counted apart."""

    from_date: dt.date
    """First day of the season."""
    to_date: dt.date
    """Last day of the season."""

    @model_validator(mode="after")
    def _dates_follow(self) -> Season:
        if self.to_date < self.from_date:
            raise ValueError(f"to_date ({self.to_date}) must not be before from_date ({self.from_date})")
        return self

    def period(self, name: str) -> Period:
        """Return its days, under its name."""
        return Period(self.from_date, self.to_date, name)


def split_season(measure: str) -> tuple[str, str]:
    """Return the measure without its season, and the season; that is empty for all days that count."""
    name, _, season = measure.partition(OF_SEASON)
    return name, season


def in_season(measure: str, season: str) -> str:
    """Return the name of a measure that is counted of a season."""
    return f"{measure}{OF_SEASON}{season}"


def seasons_named(measures: Iterable[str]) -> set[str]:
    """Return the seasons of which some measures are."""
    return {season for _, season in map(split_season, measures) if season}


def seasons_outside(seasons: Mapping[str, Season], used: Iterable[str], first: dt.date, last: dt.date) -> Iterator[str]:
    """Say of each used season that has days outside of those that count, from `first` to `last`, that it has."""
    for name in dict.fromkeys(used):
        its = seasons.get(name)
        if its is not None and not first <= its.from_date <= its.to_date <= last:
            yield (
                f"run.seasons.{name}: the season goes from {its.from_date} to {its.to_date}, and must lie within the "
                f"days that count, from {first} to {last}"
            )
