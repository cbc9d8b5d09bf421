"""What must be paid, by whom, and which delayed days are paid for by use already.

Capacity is paid for as its price says: for what is provided, used or not, or for use alone. The measures of money, and
what they mean, are in `flowsim.measures.cost_measures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.config.cost_schema import PoolPrice
from flowsim.config.pools import CityPool
from flowsim.engine.log import JourneyLog
from flowsim.measures.dtoc import ACUTE, Delays
from flowsim.measures.flow import Holdings, mean_capacity
from flowsim.measures.provision import (
    open_time,
    staff_time,
    units_beyond_capacity,
    visits_beyond_capacity,
    visits_there_are,
)
from flowsim.measures.stays import Floats, activity_table
from flowsim.measures.window import DAYS_PER_YEAR, Window
from flowsim.model.clock import HOURS_PER_DAY
from flowsim.model.cohort import Cohort
from flowsim.model.effective_city import EffectiveCity
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
class PoolCosts:
    """What pools and working hours cost in a run.

    Attributes
    ----------
    city : EffectiveCity
        The prices, and the starts a week that are agreed.
    network, cohort, log
        What was simulated, and what happened.
    holdings : Holdings
        Every unit that was taken.
    in_use, starts : numpy.ndarray, shape (pools,)
        Mean units in use over the window, and units taken in it.
    window : Window
        The days that count.
    """

    city: EffectiveCity
    network: Network
    cohort: Cohort
    log: JourneyLog
    holdings: Holdings
    in_use: Floats
    starts: NDArray[np.int64]
    window: Window

    def payments(self) -> Iterator[Payment]:
        """Yield what must be paid in a year for each priced pool and for the hours of each priced calendar."""
        prices = self.city.effective.costs
        city_pools = {pool.name: pool for pool in self.city.pools}
        for index, pool in enumerate(self.network.pools):
            price = prices.pools.get(pool.name)
            if price is not None:
                yield Payment(price.gbp * self.units_paid_for(city_pools[pool.name], index, price.per), price.nhs_share)
        for name, hourly in prices.calendars.items():
            hours = open_time(self.network.calendars[name], self.window) * HOURS_PER_DAY
            yield Payment(hourly.gbp * hours * self.window.per_year, hourly.nhs_share)

    def units_paid_for(self, pool: CityPool, index: int, per: str) -> float:
        """Return how many of what its price is `per` (see `flowsim.config.cost_schema.PoolPrice`) a pool has in a year.

        Of what is provided, what is used beyond it (surge, and what people kept from before a cut) counts too.
        """
        if per == "start":
            return float(self.starts[index]) * self.window.per_year
        if per == "offered_start":
            return self._starts_offered(pool, index)
        if per == "used_day":
            return float(self.in_use[index]) * DAYS_PER_YEAR
        if per == "open_hour" and pool.hours is not None:
            hours = self.network.calendars[pool.hours]
            days = staff_time(self.network.pools[index], hours, self.window)
            return days * HOURS_PER_DAY * self.window.per_year
        return (self._provided(index) + self._beyond(index)) * DAYS_PER_YEAR

    def _starts_offered(self, pool: CityPool, index: int) -> float:
        """Return the starts of a year that are agreed, and those of spot purchase that are used.

        A vacancy of spot purchase counts only while people wait, and so it is taken when it arrives.
        """
        window = self.window
        by_day = self.city.starts_per_week(pool)[window.warm_up : window.warm_up + window.horizon]
        taken = self.holdings.taken[self.holdings.pool == index]
        spot = np.isin(taken[window.contains(taken)], self.cohort.surge_vacancies.get(pool.name, np.empty(0)))
        return float(by_day.mean()) * DAYS_PER_YEAR / DAYS_PER_WEEK + float(spot.sum()) * window.per_year

    def _provided(self, index: int) -> float:
        pool = self.network.pools[index]
        if pool.kind == "visits":
            return float(visits_there_are(pool, self.window).mean())
        return mean_capacity(pool, self.window)

    def _beyond(self, index: int) -> float:
        pool = self.network.pools[index]
        if pool.kind == "visits":
            return visits_beyond_capacity(self.network, self.cohort, self.log, self.holdings, index, self.window)
        of_pool = self.holdings.pool == index
        taken, released = self.holdings.taken[of_pool], self.holdings.released[of_pool]
        return units_beyond_capacity(pool, taken, released, self.window)


def delayed_days_paid_by_use(costs: PoolCosts, delays: Delays) -> float:
    """Return what acute delayed days cost in a year as days of use of a hospital bed (GBP).

    Only beds whose price is per `used_day` have such a cost. The bed is the last one in hospital that the person had.
    """
    prices, network, holdings = costs.city.effective.costs.pools, costs.network, costs.holdings
    by_use = np.array([_gbp_a_used_day(prices.get(pool.name)) for pool in network.pools])
    if not by_use.any():
        return 0.0
    acute = {place.name for place in network.places if place.kind == "acute"}
    is_bed = activity_table(network, lambda a: a.place in acute and a.holds == "place", np.bool_)
    beds = is_bed[costs.log.activity[holdings.row]]
    pool_of = np.full(len(costs.cohort), -1)
    pool_of[costs.log.spell[holdings.row[beds]]] = holdings.pool[beds]
    pool = pool_of[delays.spell]
    held = np.flatnonzero((pool >= 0) & (delays.bed_type == ACUTE))
    days = costs.window.midnights(delays.begins[held], delays.ends[held], pool[held], len(network.pools)).sum(axis=1)
    return float(days @ by_use) * costs.window.per_year


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


def _gbp_a_used_day(price: PoolPrice | None) -> float:
    return price.gbp if price is not None and price.per == "used_day" else 0.0
