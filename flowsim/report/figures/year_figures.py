"""Figures of the year: people delayed each day, by reason, in one scenario against the baseline and in many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from flowsim.report.figures.drawing import BLUE, GREY, INK, MUTED, PALE, date_axis, lines_of, style

Days = NDArray[np.float64]
_GAP = 0.35  # inches between panels


@dataclass(frozen=True)
class Band:
    """A daily series over replications: its mean, and from where to where nine in ten of them go; shape (days,)."""

    mean: Days
    low: Days
    high: Days


def reasons_curves(
    dates: NDArray[np.datetime64],
    panels: Mapping[str, tuple[Band, Band | None]],
    names: tuple[str, str],
    level: tuple[float, str] | None = None,
    narrow: bool = False,
) -> Figure:
    """Draw the delayed of the baseline and of one scenario through the year, in a panel for each group of reasons.

    Parameters
    ----------
    dates : numpy.ndarray of datetime64, shape (days,)
        The days.
    panels : mapping of str to (Band, Band or None)
        By title: of the baseline and, if there is one, of the scenario. The first panel, of all reasons, is large.
    names : (str, str)
        What the baseline and the scenario are called.
    level : (float, str), optional
        A target to mark in the first panel.
    narrow : bool
        For a phone.
    """
    (everything, first), *others = panels.items()
    with style(narrow):
        fig = Figure(figsize=(4.6, 7.4) if narrow else (9.0, 4.2))
        if narrow:
            grid = fig.add_gridspec(1 + -(-len(others) // 2), 2, height_ratios=[1.5, *[1] * -(-len(others) // 2)],
                                    left=0.1, right=0.98, top=0.86, bottom=0.04, hspace=0.42, wspace=0.25)  # fmt: skip
            main, small = fig.add_subplot(grid[0, :]), [(1 + i // 2, i % 2) for i in range(len(others))]
        else:
            grid = fig.add_gridspec(2, 4, left=0.045, right=0.99, top=0.84, bottom=0.115, hspace=0.38, wspace=0.32)
            main, small = fig.add_subplot(grid[:, :2]), [(i // 2, 2 + i % 2) for i in range(len(others))]
        handles = _pair(main, dates, *first)
        if level:
            main.axhline(level[0], color=INK, lw=1.2, ls=":")
            main.annotate(level[1], (1, level[0]), (-2, 3), ("axes fraction", "data"), "offset points", ha="right",
                          va="bottom", fontsize=8.5 if narrow else 8)  # fmt: skip
        main.set_title(everything, loc="left", fontsize=10, color=INK, pad=4)
        _floor(main, [first], level[0] if level else 0.0)
        date_axis(main, dates, months=3 if narrow else 2)
        for (title, bands), cell in zip(others, small, strict=True):
            ax = fig.add_subplot(grid[cell])
            _pair(ax, dates, *bands)
            ax.set_title(title, loc="left", fontsize=9.5 if narrow else 9, color=INK, pad=4)
            _floor(ax, [bands for _, bands in others])
            date_axis(ax, dates, months=3, year=False)
        fig.legend(
            handles, [lines_of(name, 46 if narrow else 90, 1) for name in names[: len(handles)]], loc="upper left",
            bbox_to_anchor=(0.0, 1.005), ncols=1 if narrow else 2, borderaxespad=0.1, handlelength=2.6,
        )  # fmt: skip
        return fig


def small_curves(
    dates: NDArray[np.datetime64],
    baseline: Days,
    curves: Mapping[str, Days],
    level: float | None = None,
    narrow: bool = False,
) -> Figure:
    """Draw everybody who is delayed through the year, in a small panel for each scenario, the baseline in grey.

    Parameters
    ----------
    dates : numpy.ndarray of datetime64, shape (days,)
        The days.
    baseline : numpy.ndarray, shape (days,)
        Of the baseline.
    curves : mapping of str to numpy.ndarray, shape (days,)
        By what the scenario is called.
    level : float, optional
        A target to mark.
    narrow : bool
        For a phone.
    """
    across = 2 if narrow else 4
    down = -(-len(curves) // across)
    top = 1.06 * max(1.0, level or 0.0, *(np.nanmax(c, initial=0.0) for c in (baseline, *curves.values())))
    with style(narrow, 8.5 if narrow else 8.0):
        height = 1.42 * down + 0.1
        fig = Figure(figsize=(4.6 if narrow else 9.0, height))
        grid = fig.add_gridspec(down, across, left=0.085 if narrow else 0.04, right=0.985, top=1 - 0.38 / height,
                                bottom=0.24 / height, hspace=0.62, wspace=0.2)  # fmt: skip
        for i, (title, curve) in enumerate(curves.items()):
            ax = fig.add_subplot(grid[i // across, i % across])
            ax.plot(dates, baseline, color=GREY, lw=1.0, ls="--")
            ax.plot(dates, curve, color=BLUE, lw=1.3)
            if level is not None:
                ax.axhline(level, color=INK, lw=0.9, ls=":")
            ax.set(ylim=(0, top))
            ax.set_title(lines_of(title, 28 if narrow else 34), loc="left", fontsize=8.0, pad=3, linespacing=0.95)
            date_axis(ax, dates, months=3, year=False)
        return fig


def _pair(ax: Axes, dates: NDArray[np.datetime64], baseline: Band, scenario: Band | None) -> list:
    """Draw the baseline dashed in grey and the scenario in blue; return a handle for each."""
    handles = []
    for band, colour, dashes in ((baseline, MUTED, "--"), (scenario, BLUE, "-")):
        if band is not None:
            ax.fill_between(dates, band.low, band.high, color=colour, lw=0, alpha=0.22)
            handles += ax.plot(dates, band.mean, color=colour, lw=1.5, ls=dashes)
    ax.grid(axis="y", color=PALE, lw=0.6)
    ax.set_axisbelow(True)
    return handles


def _floor(ax: Axes, pairs: list[tuple[Band, Band | None]], level: float = 0.0) -> None:
    """Let the axis begin at nought and hold every band of panels that are to be compared."""
    tops = [np.nanmax(band.high, initial=0.0) for pair in pairs for band in pair if band is not None]
    ax.set_ylim(0, 1.06 * max([1.0, level, *tops]))
