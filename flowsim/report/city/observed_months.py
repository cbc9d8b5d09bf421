"""The published months of a city over the simulated ones: in sentences, in a figure, in tables and on a sheet."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from flowsim.measures.observed import TOTAL, ObservedFit
from flowsim.report import labels
from flowsim.report.figures.figure_data import AgainstSeries, Band, PublishedSeries
from flowsim.report.figures.picture import Picture
from flowsim.report.figures.series_figure import draw_series
from flowsim.report.labels import DASH, MINUS, number, number_interval
from flowsim.report.office.sheets import MONTH, TENTHS, Date, Number, Sheet, Value
from flowsim.report.part_months import first_of_month

SHEET = "Published months"
SERIES = {
    TOTAL: "All reasons",
    "A+B": "Assessment and public funding (A, B)",
    "C": "Further NHS care (C)",
    "D": "Care homes (D)",
    "E": "Care package at home (E)",
    "others": "Other reasons (F to I)",
    "acute": "In acute beds",
    "non_acute": "In other beds",
    "nhs": "The NHS is responsible",
    "social_care": "Social care is responsible",
    "both": "Both are responsible",
}
_PANELS = {
    TOTAL: "All reasons",
    "A+B": "Assessment (A, B)",
    "C": "Further NHS care (C)",
    "D": "Care homes (D)",
    "E": "Package at home (E)",
}
_BAND = "Where one simulated month lies, 19 times in 20"
_SAME = 0.05  # people a day: a bias that is printed as 0.0


def in_words(fit: ObservedFit) -> str:
    """Say how far the simulated months are from the published ones, and how often their range holds these."""
    found = fit.scores[fit.scores["series"] == TOTAL]
    if found.empty:
        return "Every published month of this run is flagged, and so none is scored."
    (total,) = found.itertuples(index=False)
    months = f"{total.months} published months" if total.months > 1 else "the one published month"
    side = "high" if total.bias > 0 else "low"
    off = (
        f"{abs(total.bias):.1f} people a day too {side}" if abs(total.bias) >= _SAME else "neither too high nor too low"
    )
    text = f"Over {months} the simulation is {off} on average."
    if not math.isfinite(total.coverage):
        return f"{text} There is no range of a month, because it takes several replications to make one."
    inside = round(total.coverage * total.months)
    return (
        f"{text} In {inside} of {total.months} the published figure lies where one simulated month lies 19 times in 20."
    )


def flagged_in_words(fit: ObservedFit) -> str:
    """Say which months are not scored, and why; nothing if all are."""
    flagged = fit.months[(fit.months["series"] == TOTAL) & (fit.months["flagged"] != "")]
    if flagged.empty:
        return ""
    by_reason = flagged.groupby("flagged", sort=False)["month"].agg(list)
    told = [f"{labels.listed([month_label(month) for month in months])} ({why})" for why, months in by_reason.items()]
    return f"Shown, but not scored: {'; '.join(told)}."


def observed_picture(fit: ObservedFit) -> Picture[AgainstSeries]:
    """Return the published months over the range of the simulated ones, in people a day."""
    panels = [_series(title, fit.months[fit.months["series"] == name]) for name, title in _PANELS.items()]
    data = AgainstSeries(panels, _BAND, first_is_all=True)
    return Picture("observed", "Published and simulated people delayed, by month", data, draw_series)


def years_table(fit: ObservedFit) -> list[list[str]]:
    """Return a row for each financial year and series: published, simulated, their difference, and the range."""
    return [
        [
            f"{_year(row.year, row.months)}: {labels.lower_first(SERIES[row.series])}",
            *(f"{row.published:,.0f}", f"{row.simulated:,.0f}", _difference(row.simulated, row.published)),
            number_interval(row.low, row.high),
        ]
        for row in _in_order(fit.years, "year").itertuples(index=False)
    ]


def scores_table(fit: ObservedFit) -> list[list[str]]:
    """Return a row for each series: bias and root of the mean squared difference, correlation, and coverage."""
    return [
        [
            SERIES[row.series],
            *(_signed(row.bias), number(row.rmse), _two_digits(row.correlation)),
            f"{round(row.coverage * row.months)} of {row.months}" if math.isfinite(row.coverage) else DASH,
        ]
        for row in fit.scores.itertuples(index=False)
    ]


def observed_sheet(fit: ObservedFit) -> Sheet:
    """Return a row for each month and series, with the days and where one simulated month lies."""
    header = [
        "Month", "What", "Published", "Simulated", "Low (one month)", "High (one month)", "In this range", "Not scored",
    ]  # fmt: skip

    def cells(row: Any) -> list[Value]:
        covered = None if pd.isna(row.covered) else "yes" if row.covered else "no"
        counts = (row.published, row.simulated, row.low, row.high)
        return [
            *(Date(first_of_month(row.month), MONTH), SERIES[row.series]),
            *(Number(count, TENTHS) for count in counts),
            *(covered, row.flagged or None),
        ]

    about = (
        "Delayed days of each published month, next to the mean of the simulated ones and the range in which one "
        "simulated month lies 19 times in 20."
    )
    return Sheet.of(SHEET, about, header, fit.months, cells, names=2)


def month_label(month: str) -> str:
    """Return a month (YYYY-MM) in words."""
    first = first_of_month(month)
    return f"{labels.MONTHS[first.month - 1]} {first.year}"


def _series(title: str, rows: pd.DataFrame) -> PublishedSeries:
    days = rows["days"].to_numpy(dtype=float)
    published, simulated, low, high = (
        rows[column].to_numpy(dtype=float) / days for column in ("published", "simulated", "low", "high")
    )
    starts = np.array([first_of_month(month) for month in rows["month"]], dtype="datetime64[D]")
    after = (starts[-1:].astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
    flagged = (rows["flagged"] != "").to_numpy(dtype=bool)
    return PublishedSeries(title, np.append(starts, after), published, Band(simulated, low, high), flagged)


def _in_order(table: pd.DataFrame, first: str) -> pd.DataFrame:
    """Return rows by year, within a year in the order of the series."""
    return table.sort_values(first, kind="stable")


def _year(year: str, months: int) -> str:
    return year if months == len(labels.MONTHS) else f"{year} ({months} of 12 months)"


def _difference(simulated: float, published: float) -> str:
    relative = labels.percent_change(simulated / published - 1) if published else DASH
    return f"{_signed(simulated - published, 0)} ({relative})"


def _signed(value: float, digits: int = 1) -> str:
    text = f"{abs(value):,.{digits}f}"
    nothing = not any(digit in text for digit in "123456789")
    return text if nothing else f"{'+' if value > 0 else MINUS}{text}"


def _two_digits(value: float) -> str:
    return DASH if not math.isfinite(value) else f"{value:.2f}".replace("-", MINUS)
