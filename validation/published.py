"""The published return of the city, and simulated returns in the same form: what all parts of the page compare."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import flowsim
from flowsim.config.city_schema import CityConfig
from flowsim.measures.observed import GROUPS, TOTAL

HERE = Path(__file__).parent
CITY = HERE.parent / "configs" / "sheffield_2014_2018.yaml"
INTERVENTIONS = HERE.parent / "configs" / "interventions"
HELD_OUT_SEED = 19480705
YEARS = ("2014/15", "2015/16", "2016/17", "2017/18")
NON_ACUTE = "non-acute"

Floats = NDArray[np.float64]
Series = Mapping[str, Floats]
Runs = Callable[[CityConfig, int], Series]


def held_out_city() -> CityConfig:
    """Return the city, with a seed that the fit has not seen."""
    city = flowsim.load_config(CITY)
    return city.model_copy(update={"run": city.run.model_copy(update={"seed": HELD_OUT_SEED})})


@dataclass(frozen=True)
class Published:
    """The published return in the months of the run: people delayed on an average day.

    Attributes
    ----------
    months : pandas.Index
        The months.
    days : numpy.ndarray
        Days of each.
    series : mapping of str to numpy.ndarray
        By group of reasons, the total and non-acute beds.
    usable : numpy.ndarray of bool
        Whether a month is not flagged.
    year : numpy.ndarray of str
        Its financial year.
    """

    months: pd.Index
    days: Floats
    series: Mapping[str, Floats]
    usable: NDArray[np.bool_]
    year: NDArray[np.str_]

    @classmethod
    def of(cls, city: CityConfig) -> Published:
        """Read the months that a city counts."""
        first = city.run.start_date + dt.timedelta(days=city.run.warm_up_days)
        last = city.run.start_date + dt.timedelta(days=city.run.days - 1)
        return cls.between(city, f"{first:%Y-%m}", f"{last:%Y-%m}")

    @classmethod
    def between(cls, city: CityConfig, first: str, last: str) -> Published:
        """Read the months from a first to a last (such as 2016-10)."""
        assert city.observed is not None
        rows = [m for m in city.observed.monthly_return if first <= m.month <= last]
        months = pd.PeriodIndex([m.month for m in rows], freq="M")
        days = months.days_in_month.to_numpy(dtype=float)
        series = {name: np.array([m.days_of(codes) for m in rows]) / days for name, codes in GROUPS.items()}
        series[TOTAL] = np.array([m.total for m in rows]) / days
        series[NON_ACUTE] = np.array([m.non_acute for m in rows]) / days
        start = np.where(months.month >= 4, months.year, months.year - 1)
        year = np.array([f"{y}/{(y + 1) % 100:02d}" for y in start])
        return cls(pd.Index([m.month for m in rows]), days, series, np.array([not m.flag for m in rows]), year)

    def rows(self, first: str, last: str) -> NDArray[np.bool_]:
        """Return which months lie from a first to a last."""
        return np.array([first <= month <= last for month in self.months])

    def of_year(self, monthly: Floats, year: str) -> Floats:
        """Return the mean over a year's unflagged months, of shape (..., months)."""
        rows = (self.year == year) & self.usable
        mean: Floats = (monthly[..., rows] * self.days[rows]).sum(axis=-1) / self.days[rows].sum()
        return mean


def returned(city: CityConfig, months: pd.Index, replication: int) -> dict[str, Floats]:
    """Simulate a city once and return its monthly return, in people delayed on an average day, by series."""
    return monthly(flowsim.simulate(city, replication=replication).sitrep, months)


def monthly(sitrep: pd.DataFrame, months: pd.Index) -> dict[str, Floats]:
    """Return the series of a monthly return, in people delayed on an average day."""
    days = sitrep.groupby("month")["days_in_month"].first().reindex(months).to_numpy(dtype=float)
    table = sitrep.pivot_table(index="month", columns="reason", values="delayed_days", aggfunc="sum").reindex(months)
    series = {name: table[[c for c in codes if c in table]].sum(axis=1).to_numpy() / days
              for name, codes in GROUPS.items()}  # fmt: skip
    series[TOTAL] = table.sum(axis=1).to_numpy() / days
    outside = sitrep[sitrep["bed_type"] == "non_acute"].groupby("month")["delayed_days"].sum()
    series[NON_ACUTE] = outside.reindex(months, fill_value=0).to_numpy() / days
    return series


def stacked(runs: Sequence[Mapping[str, Floats]]) -> dict[str, Floats]:
    """Return series of shape (replications, months)."""
    return {name: np.array([run[name] for run in runs]) for name in runs[0]}


def simulated(pool: Executor, published: Published, city: CityConfig, n: int) -> dict[str, Floats]:
    """Return the monthly series of some replications; shape (replications, months) each."""
    return stacked(list(pool.map(partial(returned, city, published.months), range(n))))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; the first column is text."""
    line = "| " + " | ".join(head) + " |"
    rule = "| --- |" + " ---: |" * (len(head) - 1)
    return "\n".join([line, rule, *("| " + " | ".join(row) + " |" for row in rows)])
