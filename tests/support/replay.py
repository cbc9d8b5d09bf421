"""Reading a journey log afresh, by the rules and not by the engine's or the measures' own bookkeeping."""

import numpy as np

from flowsim.engine.log import JourneyLog
from flowsim.model.network import Network


def holdings(network: Network, log: JourneyLog) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return, for each pool of units, when each unit was taken and when it was given back (`until` if never)."""
    held: dict[str, list[tuple[float, float]]] = {pool.name: [] for pool in network.pools if pool.kind == "units"}
    activities = network.activities
    place = bed = reserved = None  # where the person is; the pool and the moment of the unit held, and of that kept
    last = len(log) - 1
    columns = (c.tolist() for c in (log.spell, log.activity, log.started, log.ended))
    for row, (spell, index, started, ended) in enumerate(zip(*columns, strict=True)):
        activity = activities[index]
        if started == started:
            if activity.place != place:
                _give_back(held, bed, started)
                place, bed, reserved = activity.place, reserved, None
            if activity.pool in held:
                if activity.holds == "activity":
                    held[activity.pool].append((started, ended if ended == ended else log.until))
                elif activity.holds == "place":
                    _give_back(held, bed, started)
                    bed = (activity.pool, started)
                else:
                    _give_back(held, reserved, started)
                    reserved = (activity.pool, started)
        if row == last or log.spell[row + 1] != spell:
            gone = started if activity.next is None and started == started else log.until
            _give_back(held, bed, gone)
            _give_back(held, reserved, gone)
            place = bed = reserved = None
    return {name: tuple(np.array(times).reshape(-1, 2).T) for name, times in held.items()}


def _give_back(held, unit, when: float) -> None:
    if unit is not None:
        pool, since = unit
        held[pool].append((since, when))


def count_at(moments: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return how many intervals [begin, end) contain each moment."""
    begun = np.searchsorted(np.sort(begin), moments, side="right")
    return begun - np.searchsorted(np.sort(end), moments, side="right")


def integral(begin: np.ndarray, end: np.ndarray, start: float, stop: float) -> float:
    """Return the integral over [start, stop) of how many intervals [begin, end) are under way, event by event."""
    events = np.unique(np.concatenate([begin, end, [start, stop]]))
    events = events[(events >= start) & (events <= stop)]
    return float(np.sum(count_at(events[:-1], begin, end) * np.diff(events)))


def waits(network: Network, log: JourneyLog, pool: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, for every request of a pool, its activity, when the wait began, and when it ended (`until` if never)."""
    needs = np.array([activity.pool == pool for activity in network.activities])
    rows = np.flatnonzero(needs[log.activity])
    served = ~np.isnan(log.started[rows])
    over = np.where(served, log.started[rows], log.ended[rows])
    return log.activity[rows], log.requested[rows], np.where(np.isnan(over), log.until, over)
