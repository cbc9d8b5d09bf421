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
from flowsim.measures.flow import Holdings
from flowsim.measures.provided_cost import Payment, Provision
from flowsim.measures.provision import (
    units_beyond_capacity,
    visits_beyond_capacity,
)
from flowsim.measures.stays import Floats, activity_table
from flowsim.measures.window import DAYS_PER_YEAR, Window
from flowsim.model.cohort import Cohort
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.network import Network


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

    @property
    def provision(self) -> Provision:
        """What is paid for whether or not it is used."""
        return Provision(self.city, self.network, self.window)

    def payments(self) -> Iterator[Payment]:
        """Yield what must be paid in a year for each priced pool and for the hours of each priced calendar."""
        prices = self.city.effective.costs.pools
        for index, pool in self.provision.pools():
            if (price := prices.get(pool.name)) is not None:
                yield Payment(price.gbp * self.units_paid_for(pool, index, price.per), price.nhs_share)
        yield from self.provision.hours()

    def units_paid_for(self, pool: CityPool, index: int, per: str) -> float:
        """Return how many of what its price is `per` (see `flowsim.config.cost_schema.PoolPrice`) a pool has in a year.

        Of what is provided, what is used beyond it (surge, and what people kept from before a cut) counts too.
        """
        if per == "start":
            return float(self.starts[index]) * self.window.per_year
        if per == "used_day":
            return float(self.in_use[index]) * DAYS_PER_YEAR
        provided = self.provision.units(pool, index, per)
        if per == "offered_start":
            return provided + self._spot_purchase(pool, index)
        if per == "open_hour" and pool.hours is not None:
            return provided
        return provided + self._beyond(index) * DAYS_PER_YEAR

    def _spot_purchase(self, pool: CityPool, index: int) -> float:
        """Return the starts of a year of spot purchase that are used.

        A vacancy of spot purchase counts only while people wait, and so it is taken when it arrives.
        """
        taken = self.holdings.taken[self.holdings.pool == index]
        inside = taken[self.window.contains(taken)]
        spot = np.isin(inside, self.cohort.surge_vacancies.get(pool.name, np.empty(0)))
        return float(spot.sum()) * self.window.per_year

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


def _gbp_a_used_day(price: PoolPrice | None) -> float:
    return price.gbp if price is not None and price.per == "used_day" else 0.0
