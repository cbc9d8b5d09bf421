"""Schema of bank holidays, and whether what is said of them is enough for the days of a run."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import holidays
from pydantic import model_validator

from flowsim.config.types import Section

_COUNTRIES_KEPT = 64


class BankHolidays(Section):
    """Public holidays of a country, or of a part of it, as in the `holidays` package."""

    country: str
    """Country code of the `holidays` package."""
    subdivision: str | None = None
    """Part of the country; needed where every part has holidays that the whole country has not."""

    @model_validator(mode="after")
    def _is_known(self) -> BankHolidays:
        try:
            holidays.country_holidays(self.country)
        except NotImplementedError:
            raise ValueError("country: must be a country code such as GB") from None
        try:
            holidays.country_holidays(self.country, subdiv=self.subdivision)
        except NotImplementedError:
            parts = ", ".join(_parts(self.country)) or "none"
            raise ValueError(f"subdivision: must be a part of {self.country}: {parts}") from None
        return self


@lru_cache(maxsize=_COUNTRIES_KEPT)
def wrong_holidays(country: str, subdivision: str | None, first_year: int, last_year: int) -> list[str]:
    """Return why the bank holidays of some years are not known by a country and a part of it; nothing if they are.

    The holidays of a whole country are those that all its parts share. Where no part has these alone (in the United
    Kingdom, say), nobody lives by them, and the part must be named.
    """
    known = holidays.country_holidays(country, subdiv=subdivision)
    if first_year < known.start_year or last_year > known.end_year:
        return [
            f"run: the bank holidays of {country} are known from {known.start_year} to {known.end_year}, and the run "
            f"needs those of {first_year} to {last_year}: choose another start_date"
        ]
    parts = _parts(country) if subdivision is None else ()
    years = range(first_year, last_year + 1)
    shared = _dates(country, None, years)
    if parts and all(_dates(country, part, years) - shared for part in parts):
        return [
            f"bank_holidays: every part of {country} has bank holidays of its own; name the part: subdivision: "
            f"{_example(parts)} (there are {', '.join(parts)})"
        ]
    return []


def _parts(country: str) -> tuple[str, ...]:
    return tuple(holidays.list_supported_countries().get(country, ()))


def _example(parts: tuple[str, ...]) -> str:
    return "ENG" if "ENG" in parts else parts[0]


def _dates(country: str, subdivision: str | None, years: range) -> set[dt.date]:
    return set(holidays.country_holidays(country, subdiv=subdivision, years=years))
