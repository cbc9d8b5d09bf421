"""Figures of curves: people delayed or units in use on each day, and a measure along one setting."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from flowsim.report.figures.drawing import (
    ALONG_Y,
    BLUE,
    GREEN,
    GREY,
    HALO,
    INK,
    MUTED,
    ORANGE,
    Layout,
    beside,
    date_axis,
    lines_of,
    main_and_small,
    twins,
)
from flowsim.report.figures.figure_data import (
    AxisCurve,
    Band,
    Dates,
    DelayedThroughYear,
    Level,
    PoolThroughYear,
    ReasonsThroughYear,
    ScenariosThroughYear,
)
from flowsim.report.figures.marks import AVERAGE

_REASONS = twins(
    {"left": 0.1, "right": 0.98, "top": 1.0, "bottom": 0.32, "gap": 0.7, "across": 2, "between": 0.25, "letters": 46},
    left=0.045, right=0.99, top=0.66, bottom=0.48, row=1.28, gap=0.5, across=4, between=0.32,
)  # fmt: skip
_SCENARIOS = twins(
    {"left": 0.085, "across": 2, "letters": 28, "font_size": 8.5},
    left=0.04, right=0.985, top=0.38, bottom=0.24, row=0.88, gap=0.55, across=4, between=0.2, letters=34, font_size=8.0,
)  # fmt: skip
_DELAYED = twins(
    {"left": 0.1, "right": 0.98, "bottom": 2.05, "row": 2.65}, left=0.045, right=0.755, top=0.2, bottom=0.42, row=2.98
)
_POOL = Layout(left=0.12, right=0.97, top=0.08, bottom=0.37, row=1.02, font_size=8.0, width=3.0)
_CURVE = twins({"left": 0.11}, left=0.06, right=0.97, top=0.3, bottom=0.5, row=2.4)
_MAIN_PANEL = 1.5  # height of the panel of all reasons on a phone, in panels
_GROUP_COLOURS = (BLUE, ORANGE, GREEN, GREY)
_LEVEL_DASHES = ("--", ":", "-.")


def draw_reasons(data: ReasonsThroughYear, narrow: bool) -> Figure:
    """Draw the baseline dashed and the scenario in blue: all reasons in a large panel, each group in a small one."""
    layout = _REASONS[narrow]
    (title, first), *others = data.panels.items()
    down = -(-len(others) // 2)
    with layout.grid([_MAIN_PANEL, *[1] * down] if narrow else [1, 1]) as (fig, grid):
        panels = main_and_small(fig, grid, list(data.panels), narrow)
        main = panels[title]
        handles: list[Any] = []
        for name, ax in panels.items():
            is_main = ax is main
            drawn = _pair(ax, data.dates, *data.panels[name])
            _from_zero(ax, [first] if is_main else [pair for _, pair in others], data.level if is_main else None)
            ax.set_title(name, loc="left", fontsize=10 if is_main else 9.5, color=INK, pad=4)
            date_axis(ax, data.dates, months=2 if is_main and not narrow else 3, year=is_main)
            handles = handles or drawn
        if data.level:
            _level(main, data.level, ":")
        labels = [lines_of(name, layout.letters, 1) for name in data.names[: len(handles)]]
        fig.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=1 if narrow else 2,
                   handlelength=2.6)  # fmt: skip
        return fig


def draw_scenarios(data: ScenariosThroughYear, narrow: bool) -> Figure:
    """Draw a small panel for each scenario, with the baseline in grey."""
    layout = _SCENARIOS[narrow]
    curves = (data.baseline, *data.scenarios.values())
    top = 1.06 * max(1.0, data.level or 0.0, *(np.nanmax(curve, initial=0.0) for curve in curves))
    with layout.grid([1] * max(1, -(-len(data.scenarios) // layout.across))) as (fig, grid):
        for i, (title, curve) in enumerate(data.scenarios.items()):
            ax = fig.add_subplot(grid[i])
            ax.plot(data.dates, data.baseline, color=GREY, lw=1.0, ls="--")
            ax.plot(data.dates, curve, color=BLUE, lw=1.3)
            if data.level is not None:
                ax.axhline(data.level, color=INK, lw=0.9, ls=":")
            ax.set(ylim=(0, top))
            ax.set_title(lines_of(title, layout.letters), loc="left", fontsize=8.0, pad=3, linespacing=0.95)
            date_axis(ax, data.dates, months=3, year=False)
        return fig


def draw_delayed(data: DelayedThroughYear, narrow: bool) -> Figure:
    """Draw groups of reasons stacked, everybody as a line with a band from lowest to highest, and the levels."""
    with _DELAYED[narrow].canvas() as (fig, ax):
        base = np.zeros(data.dates.size)
        for i, (name, values) in enumerate(data.groups.items()):
            top = base + np.nan_to_num(values)
            ax.fill_between(data.dates, base, top, color=_GROUP_COLOURS[i % 4], lw=0, alpha=0.85, label=name)
            ax.plot(data.dates, top, color="white", lw=0.7)
            base = top
        if data.total.shape[0] > 1:
            low, high = data.total.min(axis=0), data.total.max(axis=0)
            ax.fill_between(data.dates, low, high, facecolor=INK, lw=0, alpha=0.15, label="All: lowest to highest")
            for edge in (low, high):
                ax.plot(data.dates, edge, color=INK, lw=0.5, alpha=0.7)
        if data.total.size:
            ax.plot(data.dates, data.total.mean(axis=0), color=INK, lw=1.4, label="All: average")
        for level, dashes in zip(data.levels, _LEVEL_DASHES, strict=False):
            ax.axhline(level.value, color=INK, lw=1.4, ls=dashes, label=level.label, path_effects=HALO)
        levels = [level.value for level in data.levels]
        highest = max([1.0, *levels, np.nanmax(data.total, initial=0.0), base.max(initial=0.0)])
        ax.set(ylim=(0, highest * 1.06))
        ax.grid(axis="y")
        ax.set_title("People delayed at midnight", loc="left", fontsize=mpl.rcParams["font.size"], color=MUTED, pad=3)
        date_axis(ax, data.dates, months=2 if narrow else 1)
        handles, names = ax.get_legend_handles_labels()
        # Lines and bands first, then the groups in the order in which they are stacked, from the top.
        order = [*range(len(data.groups), len(handles)), *reversed(range(len(data.groups)))]
        fig.legend([handles[i] for i in order], [names[i] for i in order], labelspacing=0.55,
                   loc="lower left" if narrow else "upper left",
                   bbox_to_anchor=(0.0, 0.0) if narrow else (0.765, 0.985))  # fmt: skip
        return fig


def draw_pool(data: PoolThroughYear, narrow: bool) -> Figure:
    """Draw how many units are in use against capacity, small enough for a page and a phone alike."""
    with _POOL.canvas() as (fig, ax):
        if data.in_use.shape[0] > 1:
            lowest, highest = data.in_use.min(axis=0), data.in_use.max(axis=0)
            ax.fill_between(data.dates, lowest, highest, color=BLUE, lw=0, alpha=0.25)
        if data.in_use.size:
            ax.plot(data.dates, data.in_use.mean(axis=0), color=BLUE, lw=1.3)
        if data.steps is None:
            ax.axhline(data.capacity, color=INK, lw=1.0, ls="--")
            if data.surge:
                ax.axhline(data.capacity + data.surge, color=INK, lw=0.9, ls=":")
        else:
            ax.step(data.dates, data.steps, where="post", color=INK, lw=1.0, ls="--")
            if data.surge:
                ax.step(data.dates, data.steps + data.surge, where="post", color=INK, lw=0.9, ls=":")
        highest = data.capacity if data.steps is None else data.steps.max()
        top = max(highest + data.surge, np.nanmax(data.in_use, initial=1.0))
        ax.set(ylim=(0, 1.08 * top), yticks=[0, data.capacity])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        date_axis(ax, data.dates, months=3)
        return fig


def draw_axis_curve(data: AxisCurve, narrow: bool) -> Figure:
    """Draw a measure, with its interval, along one setting."""
    with _CURVE[narrow].canvas() as (fig, ax):
        low, high = [e.low for e in data.estimates], [e.high for e in data.estimates]
        ax.fill_between(data.x, low, high, color=BLUE, alpha=0.2, lw=0)
        ax.plot(data.x, [e.value for e in data.estimates], AVERAGE.marker, ls="-", color=BLUE, lw=1.5, ms=9)
        if data.line and data.estimates:
            ends = [abs(e.value - data.line.value) for e in (data.estimates[0], data.estimates[-1])]
            _level(ax, data.line, "--", "left" if ends[0] > ends[1] else "right")
        ax.set(xlabel=data.setting)
        ax.set_title(data.measure, loc="left", fontsize=9.5, color=MUTED)
        ax.grid(axis="y")
        return fig


def _pair(ax: Axes, dates: Dates, baseline: Band, scenario: Band | None) -> list[Any]:
    """Draw the baseline dashed in grey and the scenario in blue; return a handle for each."""
    handles: list[Any] = []
    for band, colour, dashes in ((baseline, MUTED, "--"), (scenario, BLUE, "-")):
        if band is not None:
            area = ax.fill_between(dates, band.low, band.high, color=colour, lw=0, alpha=0.22)
            handles.append((area, *ax.plot(dates, band.mean, color=colour, lw=1.5, ls=dashes)))
    ax.grid(axis="y")
    return handles


def _from_zero(ax: Axes, pairs: Iterable[tuple[Band, Band | None]], level: Level | None) -> None:
    """Let the axis begin at 0 and hold every band of panels that are to be compared."""
    tops = [np.nanmax(band.high, initial=0.0) for pair in pairs for band in pair if band is not None]
    ax.set_ylim(0, 1.06 * max([1.0, level.value if level else 0.0, *tops]))


def _level(ax: Axes, level: Level, dashes: str, side: str = "right") -> None:
    ax.axhline(level.value, color=INK, lw=1.2, ls=dashes)
    at, offset = (0, (4, 3)) if side == "left" else (1, (-2, 3))
    beside(ax, level.label, (at, level.value), offset, ALONG_Y, ha=side, fontsize=8.5)
