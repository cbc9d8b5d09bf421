"""Demand: when people come, by stream, hour, weekday and month.

Arrivals are a Poisson process whose rate is constant within an hour. They are drawn by inverse transform: unit-rate
points are mapped through the inverse of the cumulative rate, one uniform for each arrival.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowsim.config.demand_schema import Stream
from flowsim.model.clock import HOURS_PER_DAY, to_grid
from flowsim.model.streams import Streams

Array = NDArray[np.float64]
_SUNDAY = 6
COPIES_AT_MOST = 10  # where demand changes to more than this many times what it was, it comes by a process of its own


class Copy(NamedTuple):
    """A copy of the arrivals of a stream, with a name for its random streams.

    `times` (days) are sorted; `remains` says who remains of them as the city is written, and `comes` with its dated
    changes.
    """

    label: str
    times: Array
    remains: NDArray[np.bool_]
    comes: NDArray[np.bool_]


class DemandOverTime(NamedTuple):
    """Demand that changes: in each hour of the run, how many times the base process comes.

    `beyond` is the expected number before each hour of those who come on top of it, where the base process has nobody
    or demand is more than `COPIES_AT_MOST` times it.
    """

    factor: Array
    beyond: Array


def cumulative_rate(stream: Stream, start_date: dt.date, days: int, holidays: frozenset[dt.date]) -> Array:
    """Return the expected number of arrivals before each hour of the run.

    Weights are scaled so that the mean over hours, over weekdays, and over the days of a (non-leap) year is 1. A bank
    holiday has the weight of a Sunday. Daily rates are what is expected on each day: only the hours are weighted.

    Returns
    -------
    numpy.ndarray, shape (24 * days + 1,)
        At base demand (a `demand_factor` of 1).
    """
    hours = np.asarray(stream.hours) / np.mean(stream.hours)
    if stream.daily_rates is None:
        by_day = _by_profile(stream, start_date, days, holidays)
    else:
        by_day = np.array(stream.rates_on([start_date + dt.timedelta(days=day) for day in range(days)]))
    hourly = np.outer(by_day, hours).ravel() / 24.0
    return np.concatenate([[0.0], np.cumsum(hourly)])


def _by_profile(stream: Stream, start_date: dt.date, days: int, holidays: frozenset[dt.date]) -> Array:
    """Return the expected number of arrivals of each day by `spells_per_day` and the weights of weekdays and months."""
    weekdays = np.asarray(stream.weekdays) / np.mean(stream.weekdays)
    lengths = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    months = np.asarray(stream.months) / (np.dot(stream.months, lengths) / lengths.sum())
    dates = np.datetime64(start_date, "D") + np.arange(days)
    weekday = (start_date.weekday() + np.arange(days)) % 7
    weekday[[day for date in holidays if 0 <= (day := (date - start_date).days) < days]] = _SUNDAY
    by_day = weekdays[weekday] * months[dates.astype("datetime64[M]").astype(np.int64) % 12]
    expected: Array = by_day * (stream.spells_per_day or 0.0)
    return expected


def arrivals(
    name: str, stream: Stream, cumulative: Array, streams: Streams, changing: DemandOverTime | None = None
) -> list[Copy]:
    """Return when the spells of a stream arrive, and which of them remain.

    Demand comes in copies of the base process: the first is thinned to the share min(1, `demand_factor`), the second
    to what exceeds 1, and so on, so that more demand only adds people and less only removes some. Thinned spells are
    returned too, so that the draws of everybody else stay where they are. Where demand changes on dates, the share is
    that of the hour in which a spell arrives.

    Parameters
    ----------
    name : str
        Name of the stream; it names the random streams.
    stream : Stream
        Its configuration.
    cumulative : numpy.ndarray
        `cumulative_rate` of the stream.
    streams : Streams
        Of this replication.
    changing : DemandOverTime, optional
        How its demand changes over the run.
    """
    as_written = stream.demand_factor if stream.enabled else 0.0
    most = as_written if changing is None else max(as_written, float(changing.factor.max()))
    copies: list[Copy] = []
    for copy in range(math.ceil(most)):
        label = name if copy == 0 else f"{name}+{copy}"
        times = poisson(cumulative, streams, f"arrival/{label}")
        share = as_written - copy
        is_thinned = share < 1.0 if changing is None else True
        uniform = streams.uniform(f"thinning/{label}", times.size) if is_thinned else np.zeros(times.size)
        remains = uniform < share
        comes = remains if changing is None else uniform < changing.factor[_hour(times)] - copy
        copies.append(Copy(label, times, remains, comes))
    if changing is not None and changing.beyond[-1] > 0.0:
        label = f"{name}+dated"
        times = poisson(changing.beyond, streams, f"arrival/{label}")
        copies.append(Copy(label, times, np.zeros(times.size, dtype=np.bool_), np.ones(times.size, dtype=np.bool_)))
    return copies


def _hour(times: Array) -> NDArray[np.intp]:
    """Return the hour of the run in which each moment (days) falls."""
    return np.floor(times * HOURS_PER_DAY).astype(np.intp)


def poisson(cumulative: Array, streams: Streams, name: str) -> Array:
    """Return the points (days, sorted) of a Poisson process with this expected number before each hour."""
    expected = cumulative[-1]
    if expected <= 0:
        return np.empty(0)
    n = math.ceil(expected + 10.0 * math.sqrt(expected) + 20.0)
    points = np.cumsum(-np.log1p(-streams.uniform(name, n)))
    hours = np.interp(points[: np.searchsorted(points, expected)], cumulative, np.arange(cumulative.size))
    return to_grid(hours / 24.0)
