"""The figures of the report of a run, as SVG to stand inside a page; the wide ones have a narrow twin for phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from flowsim.measures.verdict import CLOSE, FAIR
from flowsim.report.city.published_figures import Comparison
from flowsim.report.figures.drawing import (
    BLUE,
    GREEN,
    GREY,
    HALO,
    INK,
    MUTED,
    ORANGE,
    PALE,
    PALER,
    VERMILION,
    axes,
    date_axis,
    style,
    svg,
)
from flowsim.report.labels import number


def against_targets(rows: Sequence[Comparison], labels: Sequence[str], narrow: bool = False) -> str:
    """Draw each measure, with its interval, on a scale on which its target is in the middle.

    Parameters
    ----------
    rows : sequence of Comparison
        What to draw, from the top; rows without a number or with a target of 0 keep their line and stay empty.
    labels : sequence of str
        Their names in words.
    narrow : bool
        For a phone: names stand above the line and not next to it.
    """
    values = [[row.relative(v) for v in (row.mean, row.ci_low, row.ci_high, row.low, row.high)] for row in rows]
    off = np.abs(np.array(values, dtype=float))
    furthest = np.nanmax(off, initial=0.0, where=np.isfinite(off))
    reach = float(np.clip(np.ceil(furthest * 10 + 0.5) / 10, 0.3, 1.0))
    with style(narrow):
        step = 0.56 if narrow else 0.34
        if narrow:
            fig, ax = axes((4.6, step * len(rows) + 0.9), left=0.03, right=0.97, top=0.02, bottom=0.62)
        else:
            fig, ax = axes((9.0, step * len(rows) + 0.7), left=0.375, right=0.79, top=0.02, bottom=0.5)
        ax.axvspan(-FAIR, FAIR, color=PALER, lw=0)
        ax.axvspan(-CLOSE, CLOSE, color=PALE, lw=0)
        if not narrow:
            ax.axvline(0, color=INK, lw=1.2)
        for y, (row, label, (mean, ci_low, ci_high, low, high)) in enumerate(zip(rows, labels, values, strict=True)):
            text = f"{number(row.mean, row.unit)} against {row.target}"
            if narrow:
                ax.text(-reach, y - 0.4, label, va="center", ha="left", fontsize=9.5)
                ax.plot([0, 0], [y - 0.2, y + 0.3], color=INK, lw=1.2)  # leaves the names free
            else:
                ax.annotate(
                    label, (0, y), (-10, 0), ("axes fraction", "data"), "offset points", va="center", ha="right"
                )
                ax.annotate(text, (1, y), (10, 0), ("axes fraction", "data"), "offset points", va="center", color=MUTED)
            if row.is_range:
                ax.plot([low, high], [y, y], color=MUTED, lw=7, alpha=0.45, solid_capstyle="butt")
            if np.isfinite(mean):
                _dot(ax, y, mean, ci_low, ci_high, row.grade, reach)
        ax.set(xlim=(-reach, reach), ylim=(len(rows) - 0.5, -0.75 if narrow else -0.5), yticks=[])
        ticks = [t for t in (-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8, 1) if abs(t) <= reach + 1e-9]
        ticks = ticks if len(ticks) <= 7 else ticks[::2] if 0 in ticks[::2] else ticks[1::2]
        ax.set_xticks(ticks, [_relative_tick(t) for t in ticks])
        ax.set_xlabel("Difference from the published figure")
        ax.spines["left"].set_visible(False)
        return svg(fig, "targets-narrow" if narrow else "targets", "Simulated measures against published figures")


def delayed_curve(
    dates: NDArray[np.datetime64],
    groups: Mapping[str, NDArray[np.float64]],
    total: NDArray[np.float64],
    lines: Mapping[str, float],
    narrow: bool = False,
) -> str:
    """Draw how many people are delayed each day, stacked by the group of their reason.

    Parameters
    ----------
    dates : numpy.ndarray of datetime64, shape (days,)
        The days.
    groups : mapping of str to numpy.ndarray, shape (days,)
        By name in words, from the bottom: the mean over replications.
    total : numpy.ndarray, shape (replications, days)
        Everybody who is delayed; the band goes from its lowest to its highest.
    lines : mapping of str to float
        Levels to compare with, by name in words.
    narrow : bool
        For a phone: the legend stands below.
    """
    with style(narrow):
        if narrow:
            fig, ax = axes((4.6, 4.9), left=0.1, right=0.98, top=0.2, bottom=2.05)
        else:
            fig, ax = axes((9.0, 3.6), left=0.045, right=0.755, top=0.2, bottom=0.42)
        colours = [BLUE, ORANGE, GREEN, GREY]
        base = np.zeros(dates.size)
        for i, (name, values) in enumerate(groups.items()):
            top = base + np.nan_to_num(values)
            ax.fill_between(dates, base, top, color=colours[i % 4], lw=0, alpha=0.85, label=name)
            ax.plot(dates, top, color="white", lw=0.7)
            base = top
        if total.shape[0] > 1:
            low, high = total.min(axis=0), total.max(axis=0)
            ax.fill_between(dates, low, high, facecolor=INK, lw=0, alpha=0.15, label="All: lowest to highest")
            for edge in (low, high):
                ax.plot(dates, edge, color=INK, lw=0.5, alpha=0.7)
        if total.size:
            ax.plot(dates, total.mean(axis=0), color=INK, lw=1.4, label="All: average")
        for (name, level), dashes in zip(lines.items(), ("--", ":", "-."), strict=False):
            ax.axhline(level, color=INK, lw=1.4, ls=dashes, label=name, path_effects=HALO)
        highest = max([1.0, *lines.values(), np.nanmax(total, initial=0.0), base.max(initial=0.0)])
        ax.set(ylim=(0, highest * 1.06))
        ax.grid(axis="y", color=PALE, lw=0.6)
        ax.set_axisbelow(True)
        ax.set_title("People delayed at midnight", loc="left", fontsize=mpl.rcParams["font.size"], color=MUTED, pad=3)
        date_axis(ax, dates, months=2 if narrow else 1)
        handles, names = ax.get_legend_handles_labels()
        order = _legend_order(len(groups), len(handles))
        place = {"loc": "lower left", "ncols": 1} if narrow else {"loc": "upper left", "bbox_to_anchor": (0.765, 0.985)}
        fig.legend([handles[i] for i in order], [names[i] for i in order], labelspacing=0.55, **place)
        return svg(fig, "curve-narrow" if narrow else "curve", "People delayed each day of the year, by reason")


def shares(values: Mapping[str, float], narrow: bool = False) -> str:
    """Draw shares as bars, each with its name and its per cent."""
    with style(narrow):
        size = (4.6, 0.42 * len(values) + 0.1) if narrow else (9.0, 0.36 * len(values) + 0.1)
        fig, ax = axes(size, left=0.44 if narrow else 0.24, right=0.86, top=0.04, bottom=0.04)
        for y, (name, value) in enumerate(values.items()):
            width = value if np.isfinite(value) else 0.0
            ax.barh(y, width, color=BLUE if y == 0 else GREY, height=0.66)
            ax.annotate(name, (0, y), (-8, 0), "data", "offset points", ha="right", va="center")
            ax.annotate(number(value, "share"), (width, y), (6, 0), "data", "offset points", ha="left", va="center")
        top = np.nanmax([0.01, *values.values()])
        ax.set(xlim=(0, top), ylim=(len(values) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        return svg(fig, "shares-narrow" if narrow else "shares", "Shares, as bars")


def pool_curve(
    name: str,
    label: str,
    dates: NDArray[np.datetime64],
    in_use: NDArray[np.float64],
    capacity: float,
    surge: float,
) -> str:
    """Draw how much of a pool is in use each day, against its capacity.

    Parameters
    ----------
    name, label : str
        Of the pool: in the configuration, and in words.
    dates : numpy.ndarray of datetime64, shape (days,)
        The days.
    in_use : numpy.ndarray, shape (replications, days)
        Units in use at midnight.
    capacity, surge : float
        Units, and extra units in a surge (0 if it has none).
    """
    with style(font_size=8.0):
        fig, ax = axes((3.0, 1.45), left=0.12, right=0.97, top=0.08, bottom=0.33)
        if in_use.shape[0] > 1:
            ax.fill_between(dates, in_use.min(axis=0), in_use.max(axis=0), color=BLUE, lw=0, alpha=0.25)
        ax.plot(dates, in_use.mean(axis=0), color=BLUE, lw=1.3)
        ax.axhline(capacity, color=INK, lw=1.0, ls="--")
        if surge:
            ax.axhline(capacity + surge, color=INK, lw=0.9, ls=":")
        ax.set(ylim=(0, 1.08 * max(capacity + surge, np.nanmax(in_use, initial=1.0))), yticks=[0, capacity])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        date_axis(ax, dates, months=3)
        return svg(fig, f"pool-{name}", f"{label}: units in use each day")


def _dot(ax: Axes, y: float, mean: float, low: float, high: float, grade: str, reach: float) -> None:
    """Draw a mean and its interval; what is off the scale becomes an arrow at its edge."""
    colour = VERMILION if grade == "far" else BLUE
    if abs(mean) > reach:
        ax.plot(np.copysign(0.975 * reach, mean), y, marker=">" if mean > 0 else "<", color=colour, ms=7, zorder=4)
        return
    if np.isfinite(low) and np.isfinite(high):
        ax.plot(np.clip([low, high], -reach, reach), [y, y], color=colour, lw=2, solid_capstyle="butt", zorder=3)
    ax.plot(
        mean, y, marker="D" if grade == "far" else "o", color=colour, ms=6 if grade == "far" else 7, zorder=4,
        markerfacecolor="white" if grade == "near" else colour, markeredgewidth=1.6,
    )  # fmt: skip


def _relative_tick(value: float) -> str:
    return "as published" if value == 0 else f"{'+' if value > 0 else '−'}{abs(100 * value):.0f}%"


def _legend_order(groups: int, handles: int) -> list[int]:
    """Put lines and bands first, and then the groups in the order in which they are stacked, from the top."""
    return [*range(groups, handles), *reversed(range(groups))]
