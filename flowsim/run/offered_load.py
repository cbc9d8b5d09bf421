"""The offered load of each pool: what would be used if nobody had to wait, against what there is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf
from typing import Literal

import numpy as np

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import booked_visits
from flowsim.measures.flow import Holdings
from flowsim.measures.pool_use import DAYS_PER_WEEK, open_time, time_at_work, working_hours
from flowsim.measures.stays import Blocks
from flowsim.measures.window import Window, ratio
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.cohort import Cohort
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import effective_city
from flowsim.model.network import Network
from flowsim.run.compilation import compile_once
from flowsim.run.simulate import DEFAULT_ENGINE, ENGINES

WARM_UP_DAYS, HORIZON_DAYS = 60, 182
_LIMITLESS = 2**30


@dataclass(frozen=True)
class PoolLoad:
    """What is asked of a pool.

    Attributes
    ----------
    pool : str
        Its name.
    kind : {"places", "staff", "visits a day", "starts a week"}
        What is counted. Places (beds and caseloads) count around the clock, staff in the hours when they work.
    offered : float
        How many would be in use on average, or start in a week, if there were enough of everything.
    capacity : float
        How many there are.
    surge : float
        How many more while many wait.
    """

    pool: str
    kind: Literal["places", "staff", "visits a day", "starts a week"]
    offered: float
    capacity: float
    surge: float

    @property
    def share(self) -> float:
        """Offered load over capacity, without surge; infinite if there is none."""
        return self.offered / self.capacity if self.capacity > 0 else inf

    @property
    def remark(self) -> str:
        """A warning if more is asked than there is, a note if only the surge meets it, or nothing."""
        if self.offered > self.capacity + self.surge:
            return "WARNING: exceeds capacity and surge" if self.surge else "WARNING: exceeds capacity"
        return "note: needs the surge" if self.offered > self.capacity else ""


def offered_load(config: CityConfig) -> list[PoolLoad]:
    """Return what is asked of each pool, in the order of the network's pools.

    Half a year of the city's patients go through a network that has enough of everything, so that nobody waits and
    nobody blocks. In the real one, people who cannot move on use more of the pool where they wait.
    """
    compile_once()
    run = config.run
    config = changed(
        config,
        {
            "run.warm_up_days": min(run.warm_up_days, WARM_UP_DAYS),
            "run.horizon_days": min(run.horizon_days, HORIZON_DAYS),
        },
    )
    window = Window(run.start_date, config.run.warm_up_days, config.run.horizon_days)
    city = effective_city(config)
    calendars = build_calendars(city)
    network = build_network(city, calendars)
    cohort = draw_cohort(city, calendars, config.run.seed, replication=0)
    plenty = tuple(replace(p, kind="units", capacity=((0.0, _LIMITLESS),), surge=None) for p in network.pools)
    unbooked = tuple(replace(activity, visits=None) for activity in network.activities)
    network_of_plenty = replace(network, pools=plenty, activities=unbooked)
    log = ENGINES[DEFAULT_ENGINE](network_of_plenty, replace(cohort, vacancies={}, surge_vacancies={}), window.end)
    holdings = Holdings.from_log(network_of_plenty, log, Blocks.from_log(network_of_plenty, log))
    in_use = holdings.mean_in_use(len(plenty), window.start, window.end)
    starts_per_week = holdings.starts(len(plenty), window.start, window.end) / window.horizon * DAYS_PER_WEEK

    city_pools = {pool.name: pool for pool in config.pools}
    loads = []
    for index, pool in enumerate(network.pools):
        if pool.kind == "vacancies":
            service = city_pools[pool.name]
            asked = float(starts_per_week[index])
            loads.append(PoolLoad(pool.name, "starts a week", asked, service.size, service.surge_size))
            continue
        capacity, surge = float(pool.capacity[0][1]), float(pool.surge.units if pool.surge else 0)
        surge = surge if capacity > 0 else 0.0  # what is closed has no surge
        if pool.kind == "visits":
            visits = _visits_asked(network, cohort, log, pool.name, window)
            loads.append(PoolLoad(pool.name, "visits a day", visits, capacity, surge))
            continue
        hours = working_hours(network, pool.name)
        if hours is None:
            loads.append(PoolLoad(pool.name, "places", float(in_use[index]), capacity, surge))
        else:
            at_work = ratio(time_at_work(holdings, index, hours, window), open_time(hours, window))
            loads.append(PoolLoad(pool.name, "staff", at_work, capacity, surge))
    return loads


def _visits_asked(network: Network, cohort: Cohort, log: JourneyLog, pool: str, window: Window) -> float:
    """Return how many visits a day are booked by those who start in the window."""
    asked = 0
    for index, activity in enumerate(network.activities):
        if activity.pool == pool and activity.visits is not None:
            rows = (log.activity == index) & (log.started >= window.start) & (log.started < window.end)
            stays = cohort.columns[activity.visits.days][log.spell[rows]].astype(np.float64)
            asked += booked_visits(stays, activity.visits.first, activity.visits.last)
    return asked / window.horizon
