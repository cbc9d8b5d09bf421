"""The published return of a city next to the simulated one, month by month.

What is simulated is a distribution: one realised month differs from the mean by chance. So a published month is
compared with the range in which one more simulated month would lie, 95 times in 100, and not with the interval of the
mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from flowsim.config.observed_schema import BED_TYPES, RESPONSIBLE, ObservedMonth, ObservedSeries
from flowsim.config.periods import financial_year_of, parse_period

COVERAGE = 0.95
TOTAL = "total"
_FEWEST_MONTHS = 3  # two points always lie on a line
GROUPS: dict[str, tuple[str, ...]] = {
    "A+B": ("A", "B"), "C": ("C",), "D": ("D(i)", "D(ii)"), "E": ("E",), "others": ("F", "G", "H", "I")
}  # fmt: skip
MONTHS_COLUMNS = [
    "month", "series", "days", "published", "simulated", "low", "high", "covered", "flagged"
]  # fmt: skip
YEARS_COLUMNS = ["year", "series", "months", "days", "published", "simulated", "low", "high", "covered"]
SCORES_COLUMNS = ["series", "months", "bias", "rmse", "correlation", "coverage"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ObservedFit:
    """What was published next to what was simulated.

    Attributes
    ----------
    months : pandas.DataFrame
        A row for each whole month that is simulated and published, and each series: ``month`` (YYYY-MM), ``series``,
        ``days`` (of the month), ``published`` and ``simulated`` (delayed days; the latter a mean over replications),
        ``low`` and ``high`` (where one realised month lies, 95 times in 100), ``covered`` (whether the published figure
        lies there) and ``flagged`` (why the month is not scored; empty if it is). Series: ``total``, groups of reasons
        (``A+B``, ``C``, ``D``, ``E``, ``others``), ``acute`` and ``non_acute``, and who is responsible (``nhs``,
        ``social_care``, ``both``), those that are published and simulated.
    years : pandas.DataFrame
        The same for each financial year (``year``, as 2016/17), over its months that are compared and not flagged, of
        which there are ``months``, with ``days``.
    scores : pandas.DataFrame
        Of each ``series`` over the ``months`` that are not flagged, in people a day: ``bias`` (simulated less
        published), ``rmse`` (root of the mean squared difference of the mean); ``correlation`` over the months, and
        ``coverage``, the share of months that the range covers. NaN is undefined.
    """

    months: pd.DataFrame
    years: pd.DataFrame
    scores: pd.DataFrame


def observed_fit(sitreps: Sequence[pd.DataFrame], observed: ObservedSeries | None) -> ObservedFit | None:
    """Compare the published return with the simulated one.

    Parameters
    ----------
    sitreps : sequence of pandas.DataFrame
        The monthly return of each replication: ``month``, ``reason``, ``organisation``, ``delayed_days``,
        ``days_in_month`` and perhaps ``bed_type``.
    observed : ObservedSeries or None
        The published return.

    Returns
    -------
    ObservedFit or None
        None if no whole month is both simulated and published.
    """
    if observed is None or not sitreps:
        return None
    whole = _whole_months(sitreps[0])
    months = [month for month in observed.monthly_return if month.month in whole]
    if not months:
        return None
    simulated = [_by_series(sitrep, [month.month for month in months]) for sitrep in sitreps]
    table = _below_each_other([_compared(name, months, simulated) for name in simulated[0]], MONTHS_COLUMNS)
    years = _below_each_other([_year_compared(name, months, simulated) for name in simulated[0]], YEARS_COLUMNS)
    return ObservedFit(table, years, _scores(table))


def prediction_range(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean of some replications, and the range in which one more would lie, 95 times in 100.

    The range is that of a normal population of which mean m and standard deviation s are estimated from n values: m
    plus and minus t s sqrt(1 + 1/n), with the 97.5% point t of Student's distribution with n - 1 degrees of freedom
    (G. J. Hahn and W. Q. Meeker, Statistical Intervals, 1991, chapter 4). Counts are not below 0, nor is the range.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (replications, ...)
        Counts.

    Returns
    -------
    mean, low, high : numpy.ndarray of float, shape (...)
        The range is NaN if there are fewer than two replications.
    """
    count, mean = values.shape[0], np.asarray(values.mean(axis=0))
    if count < 2:
        nothing = np.full_like(mean, np.nan)
        return mean, nothing, nothing
    point = float(stdtrit(count - 1, (1 + COVERAGE) / 2))
    half = point * values.std(axis=0, ddof=1) * np.sqrt(1 + 1 / count)
    return mean, np.maximum(0.0, mean - half), mean + half


def _below_each_other(tables: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Return the rows of all tables; one without rows has no types, and would take whole numbers from the others."""
    full = [table[columns] for table in tables if len(table)]
    return pd.concat(full, ignore_index=True) if full else pd.DataFrame(columns=columns)


def _whole_months(sitrep: pd.DataFrame) -> set[str]:
    """Return the months of which a run counts every day."""
    counted = sitrep.groupby("month")["days_in_month"].first()
    return {str(month) for month, days in counted.items() if days == parse_period(str(month)).days}


def _by_series(sitrep: pd.DataFrame, months: Sequence[str]) -> dict[str, Floats]:
    """Return the simulated delayed days of each series by month; shape (months,)."""

    def counted(rows: pd.Series | None = None) -> Floats:
        part = sitrep if rows is None else sitrep[rows]
        by_month = part.groupby("month")["delayed_days"].sum().reindex(months, fill_value=0.0)
        return np.asarray(by_month, dtype=np.float64)

    found = {TOTAL: counted()}
    found |= {name: counted(sitrep["reason"].isin(codes)) for name, codes in GROUPS.items()}
    if "bed_type" in sitrep:
        counted_in = set(sitrep["bed_type"])  # a city may count acute beds alone
        found |= {name: counted(sitrep["bed_type"] == name) for name in BED_TYPES if name in counted_in}
    return found | {name: counted(sitrep["organisation"] == name) for name in RESPONSIBLE}


def _published(month: ObservedMonth, series: str) -> float:
    """Return what was published of a series in a month; NaN if nothing was."""
    if series in GROUPS:
        return float(month.days_of(GROUPS[series]))
    found = getattr(month, series)
    return np.nan if found is None else float(found)


def _compared(name: str, months: Sequence[ObservedMonth], simulated: Sequence[dict[str, Floats]]) -> pd.DataFrame:
    """Return the rows of a series by month; none if it was never published."""
    table = pd.DataFrame(
        {
            "month": [month.month for month in months],
            "series": name,
            "days": [parse_period(month.month).days for month in months],
            "published": [_published(month, name) for month in months],
            "flagged": [month.flag for month in months],
        }
    )
    return _with_range(table, np.array([its[name] for its in simulated]))


def _year_compared(name: str, months: Sequence[ObservedMonth], simulated: Sequence[dict[str, Floats]]) -> pd.DataFrame:
    """Return the rows of a series by financial year, over months that are published and not flagged."""
    published = np.array([_published(month, name) for month in months])
    fitted = np.isfinite(published) & np.array([not month.flag for month in months])
    year = np.array([financial_year_of(month.month) for month in months])
    days = np.array([parse_period(month.month).days for month in months])
    years = [label for label in dict.fromkeys(year.tolist()) if (fitted & (year == label)).any()]
    chosen = [fitted & (year == label) for label in years]
    table = pd.DataFrame(
        {
            "year": years,
            "series": name,
            "months": [int(rows.sum()) for rows in chosen],
            "days": [int(days[rows].sum()) for rows in chosen],
            "published": [float(published[rows].sum()) for rows in chosen],
        }
    )
    sums = np.array([[its[name][rows].sum() for rows in chosen] for its in simulated])
    return _with_range(table, sums.reshape(len(simulated), len(years)))


def _with_range(table: pd.DataFrame, values: Floats) -> pd.DataFrame:
    """Return the rows that are published, with what was simulated; values have the shape (replications, rows)."""
    mean, low, high = prediction_range(values)
    inside = (table["published"] >= low) & (table["published"] <= high)
    covered = inside.astype("boolean").mask(pd.Series(np.isnan(low), index=table.index))
    table = table.assign(simulated=mean, low=low, high=high, covered=covered)
    return table[table["published"].notna()]


def _scores(table: pd.DataFrame) -> pd.DataFrame:
    scored = table[table["flagged"] == ""]
    rows = []
    for name, part in scored.groupby("series", sort=False):
        published, simulated = ((part[column] / part["days"]).to_numpy() for column in ("published", "simulated"))
        off, covered = simulated - published, part["covered"].dropna()
        rows.append(
            {
                "series": name,
                "months": len(part),
                "bias": float(off.mean()),
                "rmse": float(np.sqrt((off**2).mean())),
                "correlation": _correlation(published, simulated),
                "coverage": float(covered.mean()) if len(covered) else np.nan,
            }
        )
    return pd.DataFrame(rows, columns=SCORES_COLUMNS)


def _correlation(one: Floats, other: Floats) -> float:
    """Return Pearson's correlation; NaN if there are fewer than three months, or one of both never varies."""
    if one.size < _FEWEST_MONTHS or np.ptp(one) == 0 or np.ptp(other) == 0:
        return np.nan
    return float(np.corrcoef(one, other)[0, 1])
