"""What goes into the tables and curves of a report, in the order in which it is shown."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.seasons import seasons_named
from flowsim.measures.catalogue import named_measures
from flowsim.report.labels import (
    DASH,
    MONTHS,
    ORGANISATIONS,
    REASONS,
    listed,
    long_date,
    measure_label,
    of_run,
    pool_labels,
    scaled_counts,
)
from flowsim.report.part_months import days_that_count, first_of_month

_RUN_LABELS = {
    "command": "Command",
    "engine": "Engine",
    "seed": "Seed of the random streams",
    "replications": "Replications",
    "workers": "Processes",
    "warm_up": "Warm-up",
    "configuration_hash": "Fingerprint of the configuration",
    "versions": "Versions",
    "timings": "Time taken",
}
_VERSIONS = ("flowsim", "python", "numpy", "numba")  # the others are in the manifest
LONG_DAYS = 60  # a run of this length or longer is shown in weekly means


class Series:
    """The daily measures, as arrays of shape (replications, days)."""

    def __init__(self, daily: pd.DataFrame):
        date = pd.to_datetime(daily["date"]).to_numpy().astype("datetime64[D]")
        table = pd.DataFrame(
            {"measure": daily["measure"], "replication": daily["replication"], "date": date, "value": daily["value"]}
        )
        self.dates: NDArray[np.datetime64] = np.unique(date)
        self._tables: dict[str, NDArray[np.float64]] = {
            name: part.pivot_table(index="replication", columns="date", values="value", dropna=False)
            .reindex(columns=pd.DatetimeIndex(self.dates))
            .to_numpy(dtype=float)
            for name, part in table.groupby("measure", sort=False)
        }

    def get(self, name: str) -> NDArray[np.float64]:
        """Return a measure; no rows if it was not counted or holds no number."""
        values = self._tables.get(name)
        if values is None or np.isnan(values).all():
            return np.empty((0, self.dates.size))
        return values

    def mean(self, name: str) -> NDArray[np.float64]:
        """Return the mean of a measure over replications; 0 if it was not counted."""
        values = self.get(name)
        mean: NDArray[np.float64] = values.mean(axis=0) if values.size else np.zeros(self.dates.size)
        return mean


def monthly_return(sitrep: pd.DataFrame, config: CityConfig) -> dict[str, Any] | None:
    """Return the monthly return as tables: reason by month (a part of a month is marked), and by organisation."""
    if not len(sitrep):
        return None
    frame = sitrep.assign(month=sitrep["month"].astype(str).str[:7])
    months = sorted(frame["month"].unique())
    codes = [code for code in REASONS if code in set(frame["reason"])]
    organisations = [name for name in ORGANISATIONS if name in set(frame["organisation"])]

    def table(columns: str, order: list[str], value: str = "delayed_days") -> pd.DataFrame:
        # min_count: a month whose snapshot was not taken is unknown and not nought.
        sums = frame.groupby(["reason", columns])[value].sum(min_count=1).unstack()
        return sums.reindex(index=codes, columns=order)

    by_month, by_organisation = table("month", months), table("organisation", organisations)
    non_acute = frame[frame["bed_type"] == "non_acute"].groupby("month")["delayed_days"].sum(min_count=1)
    snapshot = table("month", months, "snapshot_patients").sum(min_count=1)
    total = by_month.sum(min_count=1)
    everything = total.sum()
    return {
        "months": [_month(month, config) for month in months],
        "organisations": [ORGANISATIONS[name] for name in organisations],
        "rows": [
            {
                "code": code,
                "name": REASONS[code],
                "by_month": by_month.loc[code].tolist(),
                "total": by_month.loc[code].sum(min_count=1),
                "share": by_month.loc[code].sum() / everything if everything else math.nan,
                "by_organisation": by_organisation.loc[code].tolist(),
            }
            for code in codes
        ],
        "total_by_month": total.tolist(),
        "non_acute_by_month": non_acute.reindex(months).tolist() if len(non_acute) else None,
        "non_acute": non_acute.sum(min_count=1),
        "total": everything,
        "total_by_organisation": by_organisation.sum(min_count=1).tolist(),
        "snapshot": snapshot.tolist(),
        "snapshot_mean": snapshot.mean(),
    }


def _month(month: str, config: CityConfig) -> str:
    """Return the name of a month, with the days that count if they are a part of it."""
    first = first_of_month(month)
    counted, days = days_that_count(config, first)
    name = f"{MONTHS[first.month - 1][:3]} {first.year % 100:02d}"
    return name if counted == days else f"{name} ({counted} of {days} days)"


def how_it_was_run(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what most readers ask of the manifest, as a few short rows; the file itself has the rest."""
    shown = {name: manifest[name] for name in _RUN_LABELS if name in manifest}
    if shown.get("command") and not isinstance(shown["command"], str):
        program, *arguments = shown["command"]
        shown["command"] = " ".join([PurePath(program).name, *arguments])
    if isinstance(shown.get("replications"), Sequence):
        shown["replications"] = len(shown["replications"])
    if isinstance(shown.get("versions"), Mapping):
        shown["versions"] = {name: shown["versions"][name] for name in _VERSIONS if name in shown["versions"]}
    if isinstance(shown.get("timings"), Mapping):
        seconds = shown["timings"].get("total_seconds", math.nan)
        shown["timings"] = f"{seconds:,.0f} seconds" if math.isfinite(seconds) else DASH
    return [(_RUN_LABELS[name], _plain(value)) for name, value in shown.items()]


def _plain(value: Any) -> str:
    """Return a value of the manifest on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain(item)}" for name, item in value.items())
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else DASH
    return DASH if value is None else str(value)


def run_word(config: CityConfig) -> str:
    """Return what a replication is called: most are a year."""
    return "year" if config.run.horizon_days in (365, 366) else "run"


def measure_in_words(measure: str, config: CityConfig) -> str:
    """Return the label of a measure, as it is true of the days that a run counts."""
    return of_run(measure_label(measure, pool_labels(config)), run_word(config) == "year")


def period(config: CityConfig) -> str:
    """Return the days that count, in words; how many they are, unless they are a year."""
    first = config.run.start_date + dt.timedelta(days=config.run.warm_up_days)
    last = first + dt.timedelta(days=config.run.horizon_days - 1)
    days = "" if run_word(config) == "year" else f" ({config.run.horizon_days:,} days)"
    return f"{long_date(first)} to {long_date(last)}{days}"


def window_note(config: CityConfig) -> str:
    """Say how counts and costs are to be read: as of a year, or scaled to one."""
    days, seasons = config.run.horizon_days, _seasons_note(config)
    if run_word(config) == "year":
        return f"Counts and costs are for one year of 365 days.{seasons}"
    scaled = scaled_counts(days)
    return (
        f"The run counts {days:,} days. Counts and costs “per year” are scaled to 365 days: they are {scaled}.{seasons}"
    )


def _seasons_note(config: CityConfig) -> str:
    """Say from when to when the seasons go of which something is counted; nothing if there is none."""
    used = seasons_named(named_measures(config))
    seasons = {name: its for name, its in config.run.seasons.items() if name in used}
    dates = [
        f"{name.replace('_', ' ')} is {long_date(its.from_date)} to {long_date(its.to_date)}"
        for name, its in seasons.items()
    ]
    if not dates:
        return ""
    said = listed(dates)
    return f" {said[:1].upper()}{said[1:]}; counts of a season are as in a year of 365 such days."


def weekly_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the running mean of seven days around each day (of fewer at both ends), along the last axis."""
    window = np.ones(7)
    days = np.convolve(np.ones(values.shape[-1]), window, "same")
    mean: NDArray[np.float64] = np.apply_along_axis(np.convolve, -1, values, window, "same") / days
    return mean
