"""Delayed transfers of care (DTOC) and excess days.

A patient is delayed who is medically optimised and ready for transfer and still occupies the bed: in the log, the
time in an acute bed that is spent on, or waiting for, an activity with a reason. The return covers non-acute beds too:
a person in an intermediate care bed is ready for transfer at the end of the programmed stay, and delayed while an
activity with a reason, asked for in that bed, is waited for or done there. Days and snapshots follow the midnight rule
of `flowsim.measures.window`. Source: NHS England, monthly delayed transfers of care situation reports, definitions and
guidance, version 1.09 (2015).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig, DelayReason
from flowsim.engine.log import JourneyLog
from flowsim.measures.stays import Blocks, Floats, Stays, activity_table, column, rows_where, until_end
from flowsim.measures.window import Window, mean
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network

CODES = get_args(DelayReason.model_fields["code"].annotation)
GROUPS = get_args(DelayReason.model_fields["group"].annotation)
ORGANISATIONS = ("nhs", "social_care", "both")
BED_TYPES = ("acute", "non_acute")
ACUTE, NON_ACUTE = range(len(BED_TYPES))
PER = 100_000
WINTER = (12, 1, 2, 3)  # months of the year


@dataclass(frozen=True)
class Delays:
    """Coded delays: an interval for each row of the log with a reason, as far as it was spent in a bed of one type.

    Attributes
    ----------
    begins, ends : numpy.ndarray of float
        Days; intervals of one patient do not overlap. An empty or NaN interval is no delay.
    bed_type : numpy.ndarray of int
        In which bed the patient is, index in `BED_TYPES`.
    reason : numpy.ndarray of int
        Index in the city's reasons.
    organisation : numpy.ndarray of int
        Whose delay it is, index in `ORGANISATIONS`.
    spell : numpy.ndarray of int
        Row of the cohort.
    """

    begins: Floats
    ends: Floats
    bed_type: NDArray[np.intp]
    reason: NDArray[np.intp]
    organisation: NDArray[np.intp]
    spell: NDArray[np.intp]


def coded_delays(
    network: Network,
    cohort: Cohort,
    log: JourneyLog,
    blocks: Blocks,
    stays: Stays,
    reasons: Mapping[str, DelayReason],
    types: Sequence[str] = BED_TYPES,
) -> Delays:
    """Read the coded delays off a log, of these bed types (the first ones of `BED_TYPES`).

    In an acute bed nobody is delayed before they are medically optimised: planning during the treatment is not counted.
    So every delayed day there is an excess day too. The person's uniform column ``attribution`` says whose delay it is,
    by the shares that the reason gives to the NHS, to social care and to both.
    """
    index = {name: i for i, name in enumerate(reasons)}
    reason_of = activity_table(network, lambda a: -1 if a.reason is None else index[a.reason], np.intp)
    rows = rows_where(network, log, lambda a: a.reason is not None)
    spell, reason = log.spell[rows].astype(np.intp), reason_of.take(log.activity[rows])
    ended = until_end(log, rows)
    begins = np.maximum(stays.entered[spell], np.fmax(log.requested[rows], stays.optimised[spell]))
    ends = np.minimum(stays.left[spell], ended)
    bed_type = np.zeros(rows.size, dtype=np.intp)
    if len(types) > NON_ACUTE:
        asked_in_bed, left_bed = _asked_in_intermediate_care(network, log, blocks, rows)
        begins = np.append(begins, log.requested[rows[asked_in_bed]])
        ends = np.append(ends, np.minimum(left_bed, ended[asked_in_bed]))
        spell, reason = np.append(spell, spell[asked_in_bed]), np.append(reason, reason[asked_in_bed])
        bed_type = np.append(bed_type, np.full(asked_in_bed.size, NON_ACUTE))

    nhs = np.array([r.attribution.nhs for r in reasons.values()])
    social_care = np.array([r.attribution.social_care for r in reasons.values()])
    uniform = column(cohort, "attribution", 0.0)[spell]
    organisation = (uniform >= nhs[reason]).astype(np.intp) + (uniform >= (nhs + social_care)[reason])
    return Delays(begins, ends, bed_type, reason, organisation, spell)


def _asked_in_intermediate_care(
    network: Network, log: JourneyLog, blocks: Blocks, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], Floats]:
    """Return which of these rows of the log were asked for in an intermediate care bed, and when that bed was left."""
    beds = np.array([place.kind == "intermediate_care" for place in network.places])
    block = np.searchsorted(blocks.row, rows) - 1  # the last place that was entered in an earlier row
    asked = np.flatnonzero(block >= 0)
    of_them = block[asked]
    asked = asked[beds[blocks.place[of_them]] & (blocks.spell[of_them] == log.spell[rows[asked]])]
    return asked, blocks.left[block[asked]]


def delayed_patients(delays: Delays, window: Window, reasons: int) -> NDArray[np.int64]:
    """Count delayed patients at every midnight of the window; shape (bed types, reasons, organisations, horizon)."""
    shape = len(BED_TYPES), reasons, len(ORGANISATIONS)
    group = (delays.bed_type * reasons + delays.reason) * len(ORGANISATIONS) + delays.organisation
    counts = window.midnights(delays.begins, delays.ends, group, math.prod(shape))
    return counts.reshape(*shape, window.horizon)


def by_group(patients: NDArray[np.int64], reasons: Mapping[str, DelayReason]) -> dict[str, NDArray[np.int64]]:
    """Sum `delayed_patients` over all but the reasons of each group; arrays of shape (horizon,)."""
    by_reason = patients.sum(axis=(0, 2))
    group = np.array([r.group for r in reasons.values()])
    return {name: by_reason[group == name].sum(axis=0) for name in GROUPS}


def by_code(patients: NDArray[np.int64], reasons: Mapping[str, DelayReason]) -> dict[str, NDArray[np.int64]]:
    """Sum `delayed_patients` over all but the reasons of each code that the city has; arrays of shape (horizon,)."""
    by_reason = patients.sum(axis=(0, 2))
    code = np.array([r.code for r in reasons.values()])
    return {name: by_reason[code == name].sum(axis=0) for name in CODES if name in code}


def bed_types(config: CityConfig) -> tuple[str, ...]:
    """Return the bed types of a city's return: non-acute too if it covers a service of intermediate care."""
    covered = any(service.in_the_return for service in config.services.intermediate_care.values())
    return BED_TYPES if covered else BED_TYPES[:NON_ACUTE]


def delayed_days(patients_by_day: NDArray[np.int64], window: Window) -> float:
    """Return the delayed days in a year, given the delayed patients at each midnight of the window."""
    return float(patients_by_day.sum() * window.per_year)


def patients_at_snapshots(patients_by_day: NDArray[np.int64], window: Window) -> float:
    """Return the mean number of delayed patients at the monthly snapshots: midnight of each last Thursday.

    Source: Adult Social Care Outcomes Framework, ASCOF 2C(1). NaN if the window has no such day.
    """
    return mean(patients_by_day[window.last_thursdays()])


def days_over(patients_by_day: NDArray[np.int64], limit: int) -> float:
    """Return the share of the midnights at which more than `limit` patients are delayed."""
    return mean(patients_by_day > limit)


def percentile(patients_by_day: NDArray[np.int64], percent: int) -> float:
    """Return the least number of delayed patients that is not exceeded at `percent` (1 to 99) % of the midnights.

    It is at most n exactly where the share of the midnights with more than n is at most 1 - percent / 100. NaN without
    a midnight.
    """
    days = patients_by_day.size
    if not days:
        return np.nan
    place = -(-percent * days // 100) - 1  # whole numbers: 0.95 * 20 is not 19 in every arithmetic
    return float(np.partition(patients_by_day, place)[place])


def in_winter(patients_by_day: NDArray[np.int64], window: Window) -> NDArray[np.int64]:
    """Return the delayed patients at the midnights that close the days of `WINTER`; empty if the window has none."""
    months = window.dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    return patients_by_day[np.isin(months, WINTER)]


def winter_peak(patients_by_day: NDArray[np.int64], window: Window) -> float:
    """Return the most delayed patients at any midnight of `in_winter`; NaN if there is none."""
    patients = in_winter(patients_by_day, window)
    return float(patients.max()) if patients.size else np.nan


def per_100k(value: float, adults: int) -> float:
    """Return a value per 100,000 adults."""
    return value / adults * PER


def excess_days(stays: Stays, window: Window) -> float:
    """Return the days a year in an acute bed after medically optimised, coded as delayed or not.

    They run until the person leaves hospital or dies there, by the midnight rule. NaN if nobody was ever admitted,
    because the moment is then unknown.
    """
    if np.isnan(stays.optimised).all():
        return np.nan
    return float(window.midnights(stays.optimised, stays.left).sum() * window.per_year)


def sitrep(
    patients: NDArray[np.int64], reasons: Mapping[str, DelayReason], window: Window, types: Sequence[str] = BED_TYPES
) -> pd.DataFrame:
    """Return the monthly situation report (NHS England, v1.09).

    Parameters
    ----------
    patients : numpy.ndarray
        From `delayed_patients`.
    reasons : mapping of str to DelayReason
        The city's reasons, in the order of the second axis.
    window : Window
        The days that count.
    types : sequence of str
        The bed types to return, the first ones of `BED_TYPES`.

    Returns
    -------
    pandas.DataFrame
        Every combination of ``month`` (YYYY-MM), ``bed_type``, ``reason`` (national code) and ``organisation``, with
        ``delayed_days`` and ``snapshot_patients`` at midnight of the month's last Thursday (NaN if that is outside the
        window). Of a month that is partly in the window, the days inside count; ``days_in_month`` is how many these
        are, so a month with fewer of them than the calendar has is a partial one.
    """
    code = np.array([r.code for r in reasons.values()])
    codes = [c for c in CODES if c in code]
    by_code = np.array([[patients[t, code == c].sum(axis=0) for c in codes] for t in range(len(types))])
    months = window.months
    month_of_day = np.searchsorted(months, window.dates.astype("datetime64[M]"))
    days = np.add.reduceat(by_code, np.flatnonzero(np.diff(month_of_day, prepend=-1)), axis=3)
    in_window = np.bincount(month_of_day, minlength=months.size)
    snapshots = np.full(days.shape, np.nan)
    thursdays = window.last_thursdays()
    snapshots[..., month_of_day[thursdays]] = by_code[..., thursdays]
    a_type = len(codes) * len(ORGANISATIONS)
    a_month = len(types) * a_type
    return pd.DataFrame(
        {
            "month": np.repeat(months.astype(str).astype(object), a_month),
            "bed_type": np.tile(np.repeat(np.array(types, dtype=object), a_type), months.size),
            "reason": np.tile(np.repeat(np.array(codes, dtype=object), len(ORGANISATIONS)), months.size * len(types)),
            "organisation": np.tile(np.array(ORGANISATIONS, dtype=object), months.size * len(types) * len(codes)),
            "delayed_days": np.moveaxis(days, 3, 0).ravel(),
            "snapshot_patients": np.moveaxis(snapshots, 3, 0).ravel(),
            "days_in_month": np.repeat(in_window, a_month),
        }
    )
