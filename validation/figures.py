"""Figures of the validation page, as SVG files that are the same each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import matplotlib.ticker
import numpy as np
from capacity import LEVELS
from forecast import MODEL, Forecast
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from observed import STAY_EDGES, Year
from published import Floats, Published, Series

from flowsim.config.types import AGE_BANDS
from flowsim.measures.forecast_scores import central_range
from flowsim.measures.observed import TOTAL, prediction_range
from flowsim.measures.statistics import half_width
from flowsim.report.figures.figure_data import AgainstSeries, Band, PublishedSeries
from flowsim.report.figures.series_figure import draw_series

BLUE, ORANGE, GREEN, GREY = "#0072b2", "#e69f00", "#009e73", "#55616c"
PANELS = {
    TOTAL: "All reasons",
    "A+B": "Assessment (A, B)",
    "C": "Further NHS care (C)",
    "D": "Care homes (D)",
    "E": "Package at home (E)",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Bank\nholiday")


def weekday_figure(years: Sequence[Year], path: Path) -> None:
    """Draw discharges from the wards on each day of the week, and on bank holidays."""
    by_day = np.array([[*year.discharges, year.holiday_discharges] for year in years])
    figure, axes = _axes("Discharges from the wards on an average day", "people a day")
    colours = [BLUE] * 5 + [ORANGE] * 3
    axes.bar(range(8), by_day.mean(axis=0), yerr=1.96 * by_day.std(axis=0), color=colours, ecolor=GREY, capsize=3)
    axes.set_xticks(range(8), _DAYS)
    _save(figure, path)


def age_figure(years: Sequence[Year], path: Path) -> None:
    """Draw who leaves the wards, and whose the delayed days are, by age."""
    figure, axes = _axes("Older people are a half of those who leave, and most of the delay", "share")
    at = np.arange(len(AGE_BANDS))
    left = np.array([year.admitted_by_age for year in years]).mean(axis=0)
    delayed = np.array([year.delayed_by_age for year in years]).mean(axis=0)
    axes.bar(at - 0.2, left, 0.38, color=BLUE, edgecolor="white", label="people who leave a ward")
    axes.bar(at + 0.2, delayed, 0.38, color=ORANGE, edgecolor="white", hatch="//", label="delayed days")
    axes.set_xticks(at, AGE_BANDS)
    axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0, decimals=0))
    axes.legend(frameon=False)
    _save(figure, path)


def stay_figure(years: Sequence[Year], path: Path) -> None:
    """Draw how long people stay in hospital."""
    shares = np.array([year.stays for year in years]).mean(axis=0)
    labels = [f"{low:.0f}+" if np.isinf(high) else f"{low:.0f} to {high:.0f}" for low, high in pairwise(STAY_EDGES)]
    figure, axes = _axes("How long people stay in hospital", "share of stays")
    axes.bar(range(shares.size), shares, color=BLUE)
    axes.set_xticks(range(shares.size), labels)
    axes.set_xlabel("days from entering hospital to leaving it")
    axes.yaxis.set_major_formatter(mpl.ticker.PercentFormatter(1.0, decimals=0))
    _save(figure, path)


def months_figure(published: Published, base: Series, path: Path) -> None:
    """Draw every published month over the range in which one simulated month lies."""
    months = published.months.to_numpy(dtype="datetime64[D]")
    after = (months[-1:].astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")
    edges = np.append(months, after)

    def panel(name: str) -> PublishedSeries:
        return PublishedSeries(
            PANELS[name], edges, published.series[name], Band(*prediction_range(base[name])), ~published.usable
        )

    data = AgainstSeries([panel(name) for name in PANELS], "Where one simulated month lies, 19 times in 20", True)
    _save(draw_series(data, narrow=False), path)


def capacity_figure(curves: Mapping[str, Floats], path: Path) -> None:
    """Draw how the delay of 2016/17 answers to the capacity of each service."""
    figure, axes = _axes("Delay in 2016/17 by the size of each service, the others as they are", "people delayed a day")
    levels = np.array(LEVELS)
    for (name, delayed), colour, marker in zip(curves.items(), (ORANGE, BLUE, GREEN, GREY), "osD^", strict=True):
        mean = delayed.mean(axis=1)
        half = half_width(delayed.std(axis=1, ddof=1), delayed.shape[1])
        axes.fill_between(levels, mean - half, mean + half, color=colour, alpha=0.15, lw=0)
        axes.plot(levels, mean, color=colour, marker=marker, ms=4, label=name)
    axes.axvline(1.0, color=GREY, lw=0.8, ls=":")
    axes.set_xticks(levels, ["as it is" if level == 1 else f"{level - 1:+.0%}" for level in LEVELS])
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, ncols=2)
    _save(figure, path)


def forecast_figure(its: Forecast, path: Path) -> None:
    """Draw the forecast of 2017/18 over what came, with the two years before it."""
    figure, axes = _axes("What could have been said in March 2017, and what came", "people delayed a day")
    for months, ensemble, colour in (
        (its.past, its.hindcast[TOTAL], GREY),
        (its.months, its.by_month[MODEL], BLUE),
    ):
        at = months.months.to_numpy(dtype="datetime64[D]")
        low, high = central_range(ensemble)
        known = "until March 2017" if colour == GREY else "forecast"
        axes.fill_between(at, low, high, color=colour, alpha=0.22, lw=0, label=f"95% range, {known}")
        axes.plot(at, np.median(ensemble, axis=0), color=colour, ls="--", label=f"median, {known}")
        published = months.series[TOTAL]
        axes.plot(at, published, color="black", lw=1, marker="o", ms=3, label=None if colour == GREY else "published")
        flagged = ~months.usable
        axes.plot(at[flagged], published[flagged], "o", color="black", markerfacecolor="white", ms=4)
    axes.set_ylim(0, 1.25 * axes.get_ylim()[1])  # room for the legend
    axes.legend(frameon=False, ncols=2, fontsize=8)
    _save(figure, path)


def _axes(title: str, ylabel: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(7.5, 3.4), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
    axes.set_ylabel(ylabel)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Figure, path: Path) -> None:
    with mpl.rc_context({"svg.hashsalt": path.stem, "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
