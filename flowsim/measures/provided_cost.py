"""What must be paid for what is provided, used or not: known without simulating anything.

A pool whose price pays for use alone (`used_day`, `start`), surge, spot purchase and admissions avoided are left out:
what they cost is known only from a run (`flowsim.measures.cost`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from flowsim.config.city_schema import CityConfig
from flowsim.config.pools import CityPool
from flowsim.measures.flow import mean_capacity
from flowsim.measures.provision import open_time, staff_time, visits_there_are
from flowsim.measures.window import DAYS_PER_YEAR, Window
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.clock import HOURS_PER_DAY
from flowsim.model.effective_city import EffectiveCity, effective_city
from flowsim.model.network import Network

DAYS_PER_WEEK = 7.0


@dataclass(frozen=True)
class Payment:
    """What must be paid in a year for one thing.

    Attributes
    ----------
    gbp : float
        How much.
    nhs_share : float or None
        Share that the NHS pays; social care pays the rest. None if nobody knows.
    """

    gbp: float
    nhs_share: float | None

    @property
    def nhs_gbp(self) -> float:
        """What the NHS pays; NaN if nobody knows."""
        if self.gbp == 0.0:
            return 0.0
        return np.nan if self.nhs_share is None else self.gbp * self.nhs_share


@dataclass(frozen=True)
class Provision:
    """What a city provides over the days that count.

    Attributes
    ----------
    city : EffectiveCity
        The prices, and the starts a week that are agreed.
    network : Network
        Its pools, with their capacity over time.
    window : Window
        The days that count.
    """

    city: EffectiveCity
    network: Network
    window: Window

    def pools(self) -> Iterator[tuple[int, CityPool]]:
        """Yield every pool of the network with its index."""
        by_name = {pool.name: pool for pool in self.city.pools}
        for index, pool in enumerate(self.network.pools):
            if pool.name in by_name:
                yield index, by_name[pool.name]

    def units(self, pool: CityPool, index: int, per: str) -> float:
        """Return how much a pool provides in a year of what its price is `per`; 0 if that pays for use alone.

        Parameters
        ----------
        pool : CityPool
            As the city has it.
        index : int
            Its place in the network.
        per : str
            See `flowsim.config.cost_schema.PoolPrice`.
        """
        if per in ("start", "used_day"):
            return 0.0
        if per == "offered_start":
            by_day = self.city.starts_per_week(pool)[self.window.warm_up : self.window.warm_up + self.window.horizon]
            return float(by_day.mean()) * DAYS_PER_YEAR / DAYS_PER_WEEK
        of_network = self.network.pools[index]
        if per == "open_hour" and pool.hours is not None:
            days = staff_time(of_network, self.network.calendars[pool.hours], self.window)
            return days * HOURS_PER_DAY * self.window.per_year
        if of_network.kind == "visits":
            return float(visits_there_are(of_network, self.window).mean()) * DAYS_PER_YEAR
        return mean_capacity(of_network, self.window) * DAYS_PER_YEAR

    def hours(self) -> Iterator[Payment]:
        """Yield what must be paid in a year for the hours of each priced calendar."""
        for name, hourly in self.city.effective.costs.calendars.items():
            hours = open_time(self.network.calendars[name], self.window) * HOURS_PER_DAY
            yield Payment(hourly.gbp * hours * self.window.per_year, hourly.nhs_share)

    def payments(self) -> Iterator[Payment]:
        """Yield what must be paid in a year for each priced pool and calendar, and for the interventions."""
        prices = self.city.effective.costs.pools
        for index, pool in self.pools():
            if (price := prices.get(pool.name)) is not None:
                yield Payment(price.gbp * self.units(pool, index, price.per), price.nhs_share)
        yield from self.hours()
        yield from intervention_payments(self.city, self.window)


def provided_cost(config: CityConfig) -> float:
    """Return what must be paid in a year for what a city provides, used or not (GBP).

    It is the part of the measure ``cost_paid`` that is known beforehand. Two cities differ in ``cost_paid`` by this and
    by what surge, spot purchase, services that are paid by use, and avoided admissions cost.
    """
    city = effective_city(config)
    run = config.run
    window = Window(run.start_date, run.warm_up_days, run.horizon_days)
    network = build_network(city, build_calendars(city))
    return sum(payment.gbp for payment in Provision(city, network, window).payments())


def intervention_payments(city: EffectiveCity, window: Window) -> list[Payment]:
    """Return what the interventions themselves cost in a year, besides the pools and hours that they change.

    The cost of a year at full coverage counts by the mean coverage over the window. What is paid once counts in full,
    if the intervention has begun by the end of the window. One without a cost is left out.
    """
    days = np.arange(window.start, window.end)
    payments = []
    for intervention, share in city.coverages(days):
        price = intervention.cost
        if price is not None:
            gbp = price.per_year_gbp * float(share.mean()) + price.one_off_gbp * float(share.max() > 0)
            payments.append(Payment(gbp, price.nhs_share))
    return payments
