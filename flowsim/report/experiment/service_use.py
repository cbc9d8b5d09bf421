"""How full the services of a city are and how long people wait for them, in a scenario beside the baseline."""

from __future__ import annotations

import math
from dataclasses import dataclass

from flowsim.measures.cost import mean_capacity
from flowsim.measures.window import Window
from flowsim.model.city_network import build_calendars, build_network
from flowsim.report.differences import Difference
from flowsim.report.experiment.results_view import View


@dataclass(frozen=True)
class Use:
    """Of one service: its capacity and its extra units in a surge, units in use on average, and the wait (days)."""

    capacity: float
    surge: int
    in_use: float
    wait: float

    @property
    def full(self) -> float:
        """Units in use as a share of capacity; NaN where there is no capacity to fill."""
        return self.in_use / self.capacity if self.capacity else math.nan


@dataclass(frozen=True)
class Service:
    """A service in the baseline and in a scenario, and how its wait changes."""

    label: str
    before: Use
    after: Use
    wait: Difference


def services_of(view: View, scenario: str) -> list[Service]:
    """Return every pool of the city, in the order of the network, in the baseline and in one scenario."""
    before, after = _capacities(view, view.baseline), _capacities(view, scenario)
    return [
        Service(
            view.pools.get(pool, pool),
            _use(view, view.baseline, pool, *before[pool]),
            _use(view, scenario, pool, *after[pool]),
            view.difference(scenario, f"{pool}_wait_days_mean"),
        )
        for pool in before
        if pool in after
    ]


def _capacities(view: View, scenario: str) -> dict[str, tuple[float, int]]:
    """Return the mean capacity of each pool over the days that count, and its surge; NaN where it has starts alone."""
    config = view.scenarios[scenario].config if scenario in view.scenarios else view.base
    network = build_network(config, build_calendars(config))
    window = Window(config.run.start_date, config.run.warm_up_days, config.run.horizon_days)
    return {
        pool.name: (
            (mean_capacity(pool, window), pool.surge.units if pool.surge else 0)
            if pool.kind != "vacancies"
            else (math.nan, 0)
        )
        for pool in network.pools
    }


def _use(view: View, scenario: str, pool: str, capacity: float, surge: int) -> Use:
    in_use = view.mean(scenario, f"{pool}_occupancy_mean")["mean"] if math.isfinite(capacity) else math.nan
    return Use(capacity, surge, in_use, view.mean(scenario, f"{pool}_wait_days_mean")["mean"])
