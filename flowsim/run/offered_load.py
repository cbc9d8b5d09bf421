"""The offered load of each pool: what would be used if nobody had to wait, against what there is."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from flowsim.config.changes import changed
from flowsim.config.city_schema import CityConfig
from flowsim.config.pools import CityPool
from flowsim.config.pydantic_findings import DAILY_RATES
from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import booked_visits
from flowsim.measures.flow import Holdings, mean_capacity
from flowsim.measures.pool_use import DAYS_PER_WEEK, time_at_work
from flowsim.measures.provision import open_time, staff_time, working_hours
from flowsim.measures.stays import Blocks
from flowsim.measures.window import Window, mean, ratio
from flowsim.model.city_network import build_calendars, build_network
from flowsim.model.cohort import Cohort
from flowsim.model.dated_changes import dated_changes, every_change
from flowsim.model.draw import draw_cohort
from flowsim.model.effective_city import EffectiveCity, effective_city
from flowsim.model.network import Network, Pool
from flowsim.run.compilation import compile_once
from flowsim.run.simulate import DEFAULT_ENGINE, ENGINES

WARM_UP_DAYS, HORIZON_DAYS = 60, 182
_LIMITLESS = 2**30


@dataclass(frozen=True)
class PoolLoad:
    """What is asked of a pool, at the time when that is most compared with what there is.

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
    first, last : datetime.date or None
        The first and the last day of that time; None if nothing changes in the days that count.
    has_way_out : bool
        Whether people who wait long find another way, so that a shortage makes a queue of some length and no more.
    """

    pool: str
    kind: Literal["places", "staff", "visits a day", "starts a week"]
    offered: float
    capacity: float
    surge: float
    first: dt.date | None = None
    last: dt.date | None = None
    has_way_out: bool = False

    @property
    def share(self) -> float:
        """Offered load over capacity, without surge; infinite if there is none."""
        if not self.capacity:
            return np.inf if self.offered else 0.0
        return self.offered / self.capacity

    @property
    def is_closed(self) -> bool:
        """Whether there is nothing of it: then its surge does not open either."""
        return self.capacity == 0

    @property
    def is_overloaded(self) -> bool:
        """Whether more is asked for than there is, surge included."""
        return self.offered > (0.0 if self.is_closed else self.capacity + self.surge)

    @property
    def remark(self) -> str:
        """A warning if more is asked than there is, a note if the surge or leaving the queue meets it, or nothing."""
        if self.is_closed:
            return "WARNING: closed" if self.offered else "closed"
        if self.is_overloaded and self.has_way_out:
            return "note: exceeds capacity, people leave the queue"
        if self.is_overloaded:
            return "WARNING: exceeds capacity and surge" if self.surge else "WARNING: exceeds capacity"
        return "note: needs the surge" if self.offered > self.capacity else ""


def offered_load(config: CityConfig, turning_dates: Collection[dt.date] = ()) -> list[PoolLoad]:
    """Return what is asked of each pool, in the order of the network's pools.

    The city's patients go through a network that has enough of everything, so that nobody waits and nobody blocks. In
    the real one, people who cannot move on use more of the pool where they wait. Half a year is enough where nothing
    changes; where something does, all days that count are taken, and of the times between two changes the one at which
    a pool has least for what is asked of it. A city that starts empty is filled beforehand.

    Parameters
    ----------
    config : CityConfig
        The city.
    turning_dates : collection of datetime.date
        More dates between which to look, such as those of the scenarios that it is compared with.
    """
    compile_once()
    config = _to_be_looked_at(config, turning_dates)
    city = effective_city(config)
    window = Window(config.run.start_date, config.run.warm_up_days, config.run.horizon_days)
    calendars = build_calendars(city)
    network = build_network(city, calendars)
    cohort = draw_cohort(city, calendars, config.run.seed, replication=0)
    plenty = tuple(
        replace(p, kind="units", capacity=((0.0, _LIMITLESS),), surge=(), surge_changes=()) for p in network.pools
    )
    unbooked = tuple(replace(activity, visits=None) for activity in network.activities)
    network_of_plenty = replace(network, pools=plenty, activities=unbooked)
    log = ENGINES[DEFAULT_ENGINE](network_of_plenty, replace(cohort, vacancies={}, surge_vacancies={}), window.end)
    asked = _Asked(
        city, network, cohort, log, Holdings.from_log(network_of_plenty, log, Blocks.from_log(network_of_plenty, log))
    )
    with_way_out = {pool.name for pool in config.pools if pool.has_way_out}
    periods = {pool.name: _periods(city, pool, window, turning_dates) for pool in city.pools}
    loads: dict[str, PoolLoad] = {}
    for period in dict.fromkeys(itertools.chain.from_iterable(periods.values())):
        dates = (None, None) if period == window else (period.dates[0].item(), period.dates[-1].item())
        for load in _shared_out(city.effective, list(asked.loads(period))):
            now = replace(load, first=dates[0], last=dates[1], has_way_out=load.pool in with_way_out)
            before = loads.get(load.pool)
            if period in periods[load.pool] and (before is None or _pressure(now) > _pressure(before)):
                loads[load.pool] = now
    return [loads[pool.name] for pool in network.pools]


def _to_be_looked_at(config: CityConfig, turning_dates: Collection[dt.date]) -> CityConfig:
    """Return a city with as many days as its offered load needs, and filled when they begin."""
    run = config.run
    city = effective_city(config)
    changes_in_time = (
        bool(turning_dates)
        or any(city.season_turns(pool) for pool in city.pools)
        or any(
            change.holds_in(run.start_date, run.start_date + dt.timedelta(days=run.days - 1))
            for change in dated_changes(config)
        )
    )
    warm_up = run.warm_up_days if changes_in_time else min(run.warm_up_days, WARM_UP_DAYS)
    horizon = run.horizon_days if changes_in_time else min(run.horizon_days, HORIZON_DAYS)
    on_dates = any(stream.enabled and stream.daily_rates is not None for stream in config.streams.values()) or any(
        change.path.rpartition(".")[2] == DAILY_RATES for change in every_change(config)
    )
    earlier = 0 if config.initial_state is not None or on_dates else max(0, WARM_UP_DAYS - warm_up)
    return changed(
        config,
        {
            "run.start_date": run.start_date - dt.timedelta(days=earlier),
            "run.warm_up_days": warm_up + earlier,
            "run.horizon_days": horizon,
        },
    )


def _periods(city: EffectiveCity, pool: CityPool, window: Window, turning_dates: Collection[dt.date]) -> list[Window]:
    """Return the times between two changes, or between two seasons of a pool, in the days that count."""
    turning = {*city.turning_days, *(float((date - window.start_date).days) for date in turning_dates)}
    turning |= {float(day) for day in city.season_turns(pool)}
    days = sorted({window.start, *(day for day in turning if window.start < day < window.end), window.end})
    return [Window(window.start_date, int(a), int(b - a)) for a, b in itertools.pairwise(days)]


def _shared_out(config: CityConfig, loads: list[PoolLoad]) -> list[PoolLoad]:
    """Return the loads with what is asked of services that share a queue shared out among them by their capacity.

    Where there is enough of everything, all of it is asked of the first of them.
    """
    by_pool = {load.pool: load for load in loads}
    for kind in config.services.shared_queues:
        its = [by_pool[name] for name in getattr(config.services, kind)]
        asked, there_is = sum(load.offered for load in its), sum(load.capacity for load in its)
        if there_is > 0 and len(its) > 1:
            by_pool |= {load.pool: replace(load, offered=asked * (load.capacity / there_is)) for load in its}
    return list(by_pool.values())


def _pressure(load: PoolLoad) -> float:
    """Return how much is asked for each of what there is, surge included; closed is worst."""
    if load.is_closed:
        return np.inf if load.offered else 0.0
    return load.offered / (load.capacity + load.surge)


@dataclass(frozen=True)
class _Asked:
    """What happened where there was enough of everything, and what there really is."""

    city: EffectiveCity
    network: Network
    cohort: Cohort
    log: JourneyLog
    holdings: Holdings

    def loads(self, window: Window) -> Iterator[PoolLoad]:
        """Yield what is asked of each pool in a time, in the order of the network's pools."""
        pools, around = len(self.network.pools), _at_least_a_week(window, float(self.city.config.run.days))
        in_use = self.holdings.mean_in_use(pools, around.start, around.end)
        starts_per_week = self.holdings.starts(pools, around.start, around.end) / around.horizon * DAYS_PER_WEEK
        city_pools = {pool.name: pool for pool in self.city.pools}
        for index, pool in enumerate(self.network.pools):
            if pool.kind == "vacancies":
                its, asked = city_pools[pool.name], float(starts_per_week[index])
                days = slice(window.warm_up, window.warm_up + window.horizon)
                starts = float(mean(self.city.starts_per_week(its)[days]))
                surge_starts = float(mean(self.city.surge_starts_per_week(its).sum(axis=0)[days]))
                yield PoolLoad(pool.name, "starts a week", asked, starts, surge_starts)
                continue
            capacity, surge = mean_capacity(pool, window), _mean_surge(pool, window)
            if pool.kind == "visits":
                visits = _visits_asked(self.network, self.cohort, self.log, pool.name, around)
                yield PoolLoad(pool.name, "visits a day", visits, capacity, surge)
                continue
            hours = working_hours(self.network, pool.name)
            if hours is None:
                yield PoolLoad(pool.name, "places", float(in_use[index]), capacity, surge)
            else:
                at_work = time_at_work(self.holdings, index, hours, around)
                open_for = open_time(hours, around)
                asked = ratio(at_work, open_for) if open_for else 0.0
                if open_time(hours, window):
                    capacity = ratio(staff_time(pool, hours, window), open_time(hours, window))
                yield PoolLoad(pool.name, "staff", asked, capacity, surge)


def _at_least_a_week(window: Window, days: float) -> Window:
    """Return a time with days around it, if it is too short to say how much is usually asked for."""
    if window.horizon >= DAYS_PER_WEEK:
        return window
    start = max(0, window.warm_up - int(DAYS_PER_WEEK - window.horizon) // 2)
    return Window(window.start_date, start, int(min(DAYS_PER_WEEK, days - start)))


def _mean_surge(pool: Pool, window: Window) -> float:
    """Return the mean units that a surge can add in a time, with all its steps open."""
    surges = ((0.0, pool.surge), *pool.surge_changes)
    adds = tuple((at, sum(step.units for step in steps)) for at, steps in surges)
    return mean_capacity(replace(pool, capacity=adds), window)


def _visits_asked(network: Network, cohort: Cohort, log: JourneyLog, pool: str, window: Window) -> float:
    """Return how many visits a day are booked by those who start in the window."""
    asked = 0
    for index, activity in enumerate(network.activities):
        if activity.pool == pool and activity.visits is not None:
            rows = (log.activity == index) & (log.started >= window.start) & (log.started < window.end)
            stays = cohort.columns[activity.visits.days][log.spell[rows]].astype(np.float64)
            asked += booked_visits(stays, activity.visits.first, activity.visits.last)
    return asked / window.horizon
