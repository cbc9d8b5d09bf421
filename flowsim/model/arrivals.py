"""Demand: when people come, by stream, hour, weekday and month.

Arrivals are a Poisson process whose rate is constant within an hour. They are drawn by inverse transform: unit-rate
points are mapped through the inverse of the cumulative rate, one uniform for each arrival.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
from numpy.typing import NDArray

from flowsim.config.demand_schema import Stream
from flowsim.model.clock import to_grid
from flowsim.model.streams import Streams

Array = NDArray[np.float64]
Copy = tuple[str, Array, NDArray[np.bool_]]
_SUNDAY = 6


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
    by_day: Array = weekdays[weekday] * months[dates.astype("datetime64[M]").astype(np.int64) % 12]
    by_day *= stream.spells_per_day or 0.0
    return by_day


def arrivals(name: str, stream: Stream, cumulative: Array, streams: Streams) -> list[Copy]:
    """Return when the spells of a stream arrive, and which of them remain.

    Demand comes in copies of the base process: the first is thinned to the share min(1, `demand_factor`), the second
    to what exceeds 1, and so on, so that more demand only adds people and less only removes some. Thinned spells are
    returned too, so that the draws of everybody else stay where they are.

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

    Returns
    -------
    list of (str, numpy.ndarray of float64, numpy.ndarray of bool)
        For each copy: its name, the sorted times (days) and who remains.
    """
    copies: list[Copy] = []
    for copy in range(math.ceil(stream.demand_factor)):
        label = name if copy == 0 else f"{name}+{copy}"
        times = poisson(cumulative, streams, f"arrival/{label}")
        share = stream.demand_factor - copy
        everybody = np.ones(times.size, dtype=np.bool_)
        remains = everybody if share >= 1.0 else streams.uniform(f"thinning/{label}", times.size) < share
        copies.append((label, times, remains))
    return copies


def poisson(cumulative: Array, streams: Streams, name: str) -> Array:
    """Return the points (days, sorted) of a Poisson process with this expected number before each hour."""
    expected = cumulative[-1]
    if expected <= 0:
        return np.empty(0)
    n = math.ceil(expected + 10.0 * math.sqrt(expected) + 20.0)
    points = np.cumsum(-np.log1p(-streams.uniform(name, n)))
    hours = np.interp(points[: np.searchsorted(points, expected)], cumulative, np.arange(cumulative.size))
    return to_grid(hours / 24.0)
