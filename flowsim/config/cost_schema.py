"""Schema of prices: what each pool costs, each hour that a calendar is open, and a delayed day in an acute bed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flowsim.config.types import NonNegative, Probability, Section, Unit


class Price(Section):
    """A price: how much, who pays it, in which year, and where it is published."""

    gbp: Annotated[NonNegative, Unit("GBP")]
    """Price of one unit."""
    nhs_share: Probability | None = None
    """Share that the NHS pays; social care pays the rest. Without it, nobody knows who pays."""
    year: str | None = None
    """Financial year of the price; that of `price_base` if there is none. Nothing is converted."""
    source: str | None = None
    """Where the price is published, or that it is an assumption."""


class PoolPrice(Price):
    """What a pool costs.

    `capacity_day`, `open_hour` and `offered_start` pay for what is provided, used or not: a bed, a place or a visit for
    each day; a member of staff or a vehicle for each hour in which its calendar is open; a start that is agreed with a
    provider. Surge is paid for on top while it is used. `used_day` and `start` pay for use alone: then capacity that
    stands idle costs nothing. By use, a unit of a service of visits is a person; by capacity, it is a visit.
    """

    per: Literal["capacity_day", "open_hour", "offered_start", "used_day", "start"]
    """What is priced."""

    @property
    def pays_for_provision(self) -> bool:
        """Whether capacity is paid for, used or not."""
        return self.per not in ("used_day", "start")


class CalendarPrice(Price):
    """What an hour costs in which a calendar is open: all who are on duty then and belong to no pool."""


class Costs(Section):
    """Prices: of pools, of working hours, and of a delayed day in an acute bed."""

    price_base: str
    """Year and currency of all prices that do not name another year."""
    delayed_acute_day_gbp: Annotated[NonNegative, Unit("GBP a day")]
    """Price of a delayed day in an acute bed."""
    delayed_acute_day_source: str | None = None
    """Where that price is published, or that it is an assumption."""
    pools: dict[str, PoolPrice]
    """Price of each pool."""
    calendars: dict[str, Annotated[CalendarPrice, Unit("GBP an open hour")]] = Field(default_factory=dict)
    """Price of an hour in which a calendar is open, by calendar."""
