"""Demand whose rate changes on dates: how many more or fewer come in each hour than as the city was written.

Fewer is thinning, and more comes by copies of the stream that have draws of their own (`flowsim.model.arrivals`), so
that everybody else stays the same patient, at the same moment.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from flowsim.config.demand_schema import Stream
from flowsim.config.types import DEMAND
from flowsim.model.arrivals import COPIES_AT_MOST, DemandOverTime, cumulative_rate
from flowsim.model.effective_city import EffectiveCity

Array = NDArray[np.float64]


def demand_over_time(city: EffectiveCity, name: str, holidays: frozenset[dt.date]) -> DemandOverTime | None:
    """Return how the demand of a stream changes over the run; None if every change of it holds throughout.

    Parameters
    ----------
    city : EffectiveCity
        The city.
    name : str
        The stream.
    holidays : frozenset of datetime.date
        Bank holidays.
    """
    path, days = f"streams.{name}", city.config.run.days
    dated = [act for act in city.acts_on(path) if act.scope is DEMAND and not act.everywhere]
    if not dated:
        return None
    stream = city.effective.streams[name]
    usual = _hourly(city, stream, holidays)
    rates = _rates(city, name, holidays)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(usual > 0.0, rates / usual, 0.0)
    everyday = np.arange(days, dtype=np.float64)
    quiet = np.all([act.exposure.extent(everyday) == 0.0 for act in dated], axis=0)
    as_written = stream.demand_factor if stream.enabled else 0.0
    factor[quiet], rates[quiet] = as_written, as_written * usual[quiet]  # to the last bit
    beyond = np.maximum(rates - COPIES_AT_MOST * usual, 0.0)
    return DemandOverTime(
        np.minimum(factor, COPIES_AT_MOST).ravel(), np.concatenate([[0.0], np.cumsum(beyond.ravel())])
    )


def _rates(city: EffectiveCity, name: str, holidays: frozenset[dt.date]) -> Array:
    """Return the expected arrivals in each hour of each day with everything that holds then; shape (days, 24)."""
    path, written = f"streams.{name}", city.config.streams[name]
    spells = city.by_day(f"{path}.spells_per_day", written.spells_per_day or 0.0)[:, np.newaxis]
    factor = city.by_day(f"{path}.demand_factor", written.demand_factor)[:, np.newaxis]
    rates = np.zeros((spells.size, 24))
    for rows, config in city.groups_of_days(spells.size, DEMAND, path):
        stream, on = config.streams[name], slice(None) if rows is None else rows
        if not stream.enabled:
            continue
        if stream.daily_rates is None:
            one_a_day = stream.model_copy(update={"spells_per_day": 1.0})
            rates[on] = (_hourly(city, one_a_day, holidays) * spells * factor)[on]
        else:
            rates[on] = (_hourly(city, stream, holidays) * factor)[on]
    return rates


def _hourly(city: EffectiveCity, stream: Stream, holidays: frozenset[dt.date]) -> Array:
    """Return the expected arrivals in each hour of each day at a `demand_factor` of 1; shape (days, 24)."""
    run = city.config.run
    by_hour: Array = np.diff(cumulative_rate(stream, run.start_date, run.days, holidays)).reshape(run.days, 24)
    return by_hour
