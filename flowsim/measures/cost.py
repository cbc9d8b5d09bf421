"""What it costs: the community's and the hospital's pools by use, by capacity or by start, and delay in acute beds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from flowsim.config.community_schema import DailyCost
from flowsim.measures.flow import mean_capacity
from flowsim.measures.stays import Floats
from flowsim.measures.window import DAYS_PER_YEAR, Window
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.network import Network


def pools_cost(
    network: Network,
    prices: Mapping[str, DailyCost],
    in_use: Floats,
    starts: NDArray[np.integer],
    window: Window,
) -> float:
    """Return what the pools cost in a year (GBP).

    Parameters
    ----------
    network : Network
        The pools.
    prices : mapping of str to DailyCost
        By pool: GBP for each unit in use a day, for each unit of capacity a day (surge not included), or for each
        start. A pool without a price costs nothing.
    in_use : numpy.ndarray of float, shape (pools,)
        Mean units in use over the window.
    starts : numpy.ndarray of int, shape (pools,)
        Units taken in the window.
    window : Window
        The days that count.
    """
    total = 0.0
    for i, pool in enumerate(network.pools):
        if pool.name in prices:
            price = prices[pool.name]
            if price.per == "start":
                total += price.gbp * starts[i] * window.per_year
            elif price.per == "used_day":
                total += price.gbp * in_use[i] * DAYS_PER_YEAR
            else:
                total += price.gbp * mean_capacity(pool, window) * DAYS_PER_YEAR
    return float(total)


def interventions_cost(city: EffectiveCity, window: Window) -> float:
    """Return what the interventions themselves cost in a year (GBP), besides the pools that they change.

    The cost of a year at full coverage counts by the mean coverage over the window. What is paid once counts in full,
    if the intervention has begun by the end of the window.
    """
    days = np.arange(window.start, window.end)
    total = 0.0
    for intervention, share in city.coverages(days):
        price = intervention.cost
        if price is not None:
            total += price.per_year_gbp * float(share.mean()) + price.one_off_gbp * float(share.max() > 0)
    return total
