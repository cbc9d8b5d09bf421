"""Published monthly series of a city, to be compared with what is simulated."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flowsim.config.types import Section, Unit

BED_TYPES = ("acute", "non_acute")
Count = Annotated[int, Field(ge=0)]
DelayedDays = Annotated[Count, Unit("delayed days")]


class ObservedMonth(Section):
    """A month of the published return of delayed transfers of care."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    """The month, as 2016-10."""
    reasons: dict[str, DelayedDays]
    """Delayed days by the code of their reason, in all beds."""
    total: DelayedDays
    """Delayed days of all reasons, in all beds."""
    acute: DelayedDays | None = None
    """Delayed days in acute beds."""
    non_acute: DelayedDays | None = None
    """Delayed days in other beds."""
    flag: str = ""
    """Why the month is not to be fitted or scored; empty if it is."""


class ObservedSeries(Section):
    """The published return of a city by month, to be compared with what is simulated."""

    monthly_return: Annotated[list[ObservedMonth], Field(min_length=1)]
    """The months, one after the other."""
    source: str
    """Where it is published."""
