"""How long people wait for a pool: all who asked, whether or not they got a unit in the end.

A mean over those who were served leaves out those who still wait, gave up or died, and falls as a queue gets worse:
with nobody served it would be nothing. So every request of the days that count is followed for the same time,
`FOLLOW_UP_DAYS` from the moment of asking (a run goes on for as long after the days that count). Nothing is censored
before that, so the restricted mean and the percentiles need no further assumption (P. Royston and M. Parmar, Restricted
mean survival time, BMC Medical Research Methodology 13:152, 2013). A wait ends with a unit, with giving up, with death
or with readmission; the mean number waiting and the mean wait then go together by Little's law, reneging included
(J. Little, A proof for the queuing formula L = lambda W, Operations Research 9, 1961).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import FOLLOW_UP_DAYS
from flowsim.engine.log import JourneyLog
from flowsim.measures.stays import Floats, activity_table
from flowsim.measures.window import Window, mean
from flowsim.model.compiled import compiled
from flowsim.model.network import Network


@dataclass(frozen=True)
class Waits:
    """What became of the requests for each pool; arrays of shape (pools,) unless said otherwise.

    Attributes
    ----------
    requests : numpy.ndarray of int
        Requests in the days that count.
    unserved : numpy.ndarray of int
        Those of them that got no unit within `FOLLOW_UP_DAYS`.
    days : numpy.ndarray of float
        Days that the requests waited, whatever ended the wait; of each no more than `FOLLOW_UP_DAYS`.
    waiting_days : numpy.ndarray of float
        Days that anybody waited within the days that count, whenever they asked.
    to_service : numpy.ndarray of float, shape (requests that waited,)
        Days from asking to getting a unit, by pool, of those that did not get one at once; `FOLLOW_UP_DAYS` of those
        unserved.
    first : numpy.ndarray of int, shape (pools + 1,)
        Where the requests of each pool begin in `to_service`.
    horizon : int
        How many days count.
    """

    requests: NDArray[np.int64]
    unserved: NDArray[np.int64]
    days: Floats
    waiting_days: Floats
    to_service: Floats
    first: NDArray[np.int64]
    horizon: int

    @classmethod
    def from_log(cls, network: Network, log: JourneyLog, window: Window) -> Waits:
        """Read the waits off a log."""
        index: dict[str | None, int] = {pool.name: i for i, pool in enumerate(network.pools)}
        pool_of = activity_table(network, lambda a: index.get(a.pool, -1), np.intp)
        counted = _waits(
            pool_of,
            len(network.pools),
            log.activity,
            log.requested,
            log.started,
            log.ended,
            log.until,
            window.start,
            window.end,
            float(FOLLOW_UP_DAYS),
        )
        return cls(*counted, horizon=window.horizon)

    def mean_days(self, pool: int) -> float:
        """Return the mean days that a request waits, restricted to `FOLLOW_UP_DAYS`; NaN if there was none."""
        return float(self.days[pool] / self.requests[pool]) if self.requests[pool] else math.nan

    def unserved_share(self, pool: int) -> float:
        """Return the share of the requests that got no unit within `FOLLOW_UP_DAYS`; NaN if there was none."""
        return float(self.unserved[pool] / self.requests[pool]) if self.requests[pool] else math.nan

    def percentile(self, pool: int, share: float) -> float:
        """Return within how many days this share of the requests got a unit; see `nearest_rank`."""
        waited = self.to_service[self.first[pool] : self.first[pool + 1]]
        return nearest_rank(waited, share, zeros=int(self.requests[pool]) - waited.size)

    def mean_waiting(self, pool: int) -> float:
        """Return the mean number who wait, in continuous time."""
        return float(self.waiting_days[pool] / self.horizon)


def nearest_rank(values: Floats, share: float, zeros: int = 0) -> float:
    """Return the smallest value that at least this share of the values do not exceed; NaN of nothing.

    Parameters
    ----------
    values : numpy.ndarray of float
        None is negative.
    share : float
        Above 0 and at most 1.
    zeros : int
        How many values of 0 there are besides.
    """
    if not values.size + zeros:
        return math.nan
    rank = math.ceil(share * (values.size + zeros)) - 1 - zeros
    return float(np.partition(values, rank)[rank]) if rank >= 0 else 0.0


def waited(log: JourneyLog, rows: NDArray[np.intp]) -> Floats:
    """Return how long each row of the log waited, whatever ended it, up to `FOLLOW_UP_DAYS` (days)."""
    until = log.started[rows]
    in_vain = np.isnan(until)
    until[in_vain] = np.where(np.isnan(log.ended[rows[in_vain]]), log.until, log.ended[rows[in_vain]])
    return np.minimum(until - log.requested[rows], FOLLOW_UP_DAYS)


def mean_waited(log: JourneyLog, rows: NDArray[np.intp]) -> float:
    """Return the mean of `waited`; NaN of no rows."""
    return mean(waited(log, rows))


@compiled
def _waits(
    pool_of: NDArray[np.intp],
    pools: int,
    activity: NDArray[np.int32],
    requested: Floats,
    started: Floats,
    ended: Floats,
    until: float,
    start: float,
    end: float,
    follow_up: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats, Floats, NDArray[np.int64]]:
    """Return what `Waits` says of the requests in [start, end), given the pool of each activity (-1 is none).

    Times are on a grid, so that sums are exact, in whatever order they are made.
    """
    requests, unserved = np.zeros(pools, dtype=np.int64), np.zeros(pools, dtype=np.int64)
    days, waiting = np.zeros(pools), np.zeros(pools)
    first = np.zeros(pools + 1, dtype=np.int64)
    for row in range(activity.size):
        pool = pool_of[activity[row]]
        if pool >= 0 and start <= requested[row] < end:
            requests[pool] += 1
            first[pool + 1] += started[row] != requested[row]
    for pool in range(pools):
        first[pool + 1] += first[pool]
    to_service, following = np.empty(first[pools]), first.copy()
    for row in range(activity.size):
        pool = pool_of[activity[row]]
        if pool < 0:
            continue
        served = not np.isnan(started[row])
        gone = started[row] if served else (until if np.isnan(ended[row]) else ended[row])
        if gone > start and requested[row] < end:
            waiting[pool] += min(gone, end) - max(requested[row], start)
        if start <= requested[row] < end:
            wait = min(gone - requested[row], follow_up)
            days[pool] += wait
            is_late = not served or gone - requested[row] > follow_up
            unserved[pool] += is_late
            if started[row] != requested[row]:
                to_service[following[pool]] = follow_up if is_late else wait
                following[pool] += 1
    return requests, unserved, days, waiting, to_service, first
