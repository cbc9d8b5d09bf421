"""The journey log as a table that people can read: one row for each activity of each spell, with names and dates."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network

_SECONDS_PER_DAY = 86_400


def events_table(network: Network, cohort: Cohort, log: JourneyLog, start_date: dt.date) -> pd.DataFrame:
    """Return a journey log with names, dates and outcomes; see `flowsim.run.simulate.Run.events` for the columns."""
    names = pd.DataFrame(
        [(a.name, a.place, a.pool, a.reason) for a in network.activities],
        columns=["activity", "place", "pool", "reason"],
        dtype=object,
    )
    days = {"asked": log.requested, "started": log.started, "ended": log.ended}
    return pd.DataFrame(
        {
            "spell": log.spell,
            "person": _first_spells(cohort)[log.spell],
            **{name: names[name].to_numpy()[log.activity] for name in names},
            "outcome": _outcomes(network, log),
            **{f"{what}_day": times for what, times in days.items()},
            **{what: _dates(times, start_date) for what, times in days.items()},
        }
    )


def _first_spells(cohort: Cohort) -> NDArray[np.int32]:
    """Return, for each spell, the first spell of the same person."""
    parent = cohort.parent
    first = np.arange(len(cohort), dtype=np.int32)
    while np.any(returned := parent[first] >= 0):
        first = np.where(returned, parent[first], first)
    return first


def _outcomes(network: Network, log: JourneyLog) -> NDArray[np.object_]:
    """Return, for each row, what came of it."""
    is_exit = np.array([a.next is None for a in network.activities], dtype=np.bool_)
    follows = np.full(len(log), -1)  # the next activity of the same spell
    follows[:-1] = np.where(log.spell[1:] == log.spell[:-1], log.activity[1:], -1)
    started, ended = ~np.isnan(log.started), ~np.isnan(log.ended)
    cases = [(started & is_exit[log.activity], "left")]
    for cut_short_by, outcome in ((network.death, "died"), (network.readmission, "readmitted")):
        if cut_short_by is not None:
            cases.append((follows == network.activity_index(cut_short_by.exit), outcome))
    cases += [(started & ended, "finished"), (ended, "gave up"), (started, "under way")]
    conditions, outcomes = zip(*cases, strict=True)
    return np.select(conditions, [np.array(outcome, dtype=object) for outcome in outcomes], "waiting")


def _dates(days: NDArray[np.float64], start_date: dt.date) -> NDArray[np.datetime64]:
    """Return moments as dates and times of day, to the second; NaT where there is none."""
    seconds = np.full(days.size, np.timedelta64("NaT", "s"))
    known = ~np.isnan(days)
    seconds[known] = np.rint(days[known] * _SECONDS_PER_DAY).astype("timedelta64[s]")
    return np.datetime64(start_date, "s") + seconds
