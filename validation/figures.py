"""Figures of the validation page, as SVG files that are the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import matplotlib as mpl
import matplotlib.ticker
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from observed import STAY_EDGES, Year

from flowsim.config.types import AGE_BANDS

BLUE, ORANGE, GREY = "#0072b2", "#e69f00", "#55616c"
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
