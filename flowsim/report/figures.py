"""The figures of a report, as SVG to stand inside a page.

Every figure is a string that begins with ``<svg``, needs nothing from elsewhere, and leaves its text as text, so that
the page's own fonts apply and a reader can search it. The wide figures have a narrow twin for phones. Colours are
those of Okabe and Ito, which colour-blind people can tell apart; what a colour says, a shape, a line style or a label
says too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DayLocator, MonthLocator
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from flowsim.experiment.summary import CLOSE, FAIR
from flowsim.report.targets import Comparison
from flowsim.report.words import number

INK, MUTED, PALE, PALER = "#1b2a38", "#5f6b76", "#d9dee3", "#eef1f4"
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#9aa3ab"
_HALO = [withStroke(linewidth=3.2, foreground="white", alpha=0.75)]  # a dark line on dark areas stays in sight
_LONG_DAYS = 120
_RC = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "flowsim",  # the same data give the same bytes
    "text.parse_math": False,  # a name may hold a dollar sign
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}


def against_targets(rows: Sequence[Comparison], labels: Sequence[str], narrow: bool = False) -> str:
    """Draw each measure, with its interval, on a scale on which its target is in the middle.

    Parameters
    ----------
    rows : sequence of Comparison
        What to draw, from the top; rows without a number or with a target of 0 keep their line and stay empty.
    labels : sequence of str
        Their names in words.
    narrow : bool
        For a phone: names stand above the line and not beside it.
    """
    values = [[row.relative(v) for v in (row.mean, row.ci_low, row.ci_high, row.low, row.high)] for row in rows]
    off = np.abs(np.array(values, dtype=float))
    furthest = np.nanmax(off, initial=0.0, where=np.isfinite(off))
    reach = float(np.clip(np.ceil(furthest * 10 + 0.5) / 10, 0.3, 1.0))
    with mpl.rc_context({**_RC, "font.size": 10.5 if narrow else 9.0}):
        step = 0.56 if narrow else 0.34
        if narrow:
            fig, ax = _axes((4.6, step * len(rows) + 0.9), left=0.03, right=0.97, top=0.02, bottom=0.62)
        else:
            fig, ax = _axes((9.0, step * len(rows) + 0.7), left=0.375, right=0.79, top=0.02, bottom=0.5)
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
                ax.annotate(
                    text, (1, y), (10, 0), ("axes fraction", "data"), "offset points", va="center", color=MUTED
                )
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
        return _svg(fig, "targets-narrow" if narrow else "targets", "Simulated measures against published figures")


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
    with mpl.rc_context({**_RC, "font.size": 10.5 if narrow else 9.0}):
        if narrow:
            fig, ax = _axes((4.6, 4.9), left=0.1, right=0.98, top=0.2, bottom=2.05)
        else:
            fig, ax = _axes((9.0, 3.6), left=0.045, right=0.755, top=0.2, bottom=0.42)
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
        for (name, level), style in zip(lines.items(), ("--", ":", "-."), strict=False):
            ax.axhline(level, color=INK, lw=1.4, ls=style, label=name, path_effects=_HALO)
        highest = max([1.0, *lines.values(), np.nanmax(total, initial=0.0), base.max(initial=0.0)])
        ax.set(ylim=(0, highest * 1.06))
        ax.grid(axis="y", color=PALE, lw=0.6)
        ax.set_axisbelow(True)
        ax.set_title("People delayed at midnight", loc="left", fontsize=mpl.rcParams["font.size"], color=MUTED, pad=3)
        _date_axis(ax, dates, months=2 if narrow else 1)
        handles, names = ax.get_legend_handles_labels()
        order = _legend_order(len(groups), len(handles))
        place = {"loc": "lower left", "ncols": 1} if narrow else {"loc": "upper left", "bbox_to_anchor": (0.765, 0.985)}
        fig.legend([handles[i] for i in order], [names[i] for i in order], labelspacing=0.55, **place)
        return _svg(fig, "curve-narrow" if narrow else "curve", "People delayed each day of the year, by reason")


def shares(values: Mapping[str, float], narrow: bool = False) -> str:
    """Draw shares as bars, each with its name and its per cent."""
    with mpl.rc_context({**_RC, "font.size": 10.5 if narrow else 9.0}):
        size = (4.6, 0.42 * len(values) + 0.1) if narrow else (9.0, 0.36 * len(values) + 0.1)
        fig, ax = _axes(size, left=0.44 if narrow else 0.24, right=0.86, top=0.04, bottom=0.04)
        for y, (name, value) in enumerate(values.items()):
            width = value if np.isfinite(value) else 0.0
            ax.barh(y, width, color=BLUE if y == 0 else GREY, height=0.66)
            ax.annotate(name, (0, y), (-8, 0), "data", "offset points", ha="right", va="center")
            ax.annotate(number(value, "share"), (width, y), (6, 0), "data", "offset points", ha="left", va="center")
        top = np.nanmax([0.01, *values.values()])
        ax.set(xlim=(0, top), ylim=(len(values) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        return _svg(fig, "shares-narrow" if narrow else "shares", "Shares, as bars")


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
    with mpl.rc_context({**_RC, "font.size": 8.0}):
        fig, ax = _axes((3.0, 1.45), left=0.12, right=0.97, top=0.08, bottom=0.33)
        if in_use.shape[0] > 1:
            ax.fill_between(dates, in_use.min(axis=0), in_use.max(axis=0), color=BLUE, lw=0, alpha=0.25)
        ax.plot(dates, in_use.mean(axis=0), color=BLUE, lw=1.3)
        ax.axhline(capacity, color=INK, lw=1.0, ls="--")
        if surge:
            ax.axhline(capacity + surge, color=INK, lw=0.9, ls=":")
        ax.set(ylim=(0, 1.08 * max(capacity + surge, np.nanmax(in_use, initial=1.0))), yticks=[0, capacity])
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        _date_axis(ax, dates, months=3)
        return _svg(fig, f"pool-{name}", f"{label}: units in use each day")


def _axes(size: tuple[float, float], left: float, right: float, top: float, bottom: float) -> tuple[Figure, Axes]:
    """Return a figure and its axes; sides are shares of the width, top and bottom are inches."""
    fig = Figure(figsize=size)
    height = size[1]
    fig.subplots_adjust(left=left, right=right, top=1 - top / height, bottom=bottom / height)
    return fig, fig.add_subplot()


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


def _date_axis(ax: Axes, dates: NDArray[np.datetime64], months: int = 1) -> None:
    if dates.size:
        # The last midnight needs a day of its own, also where the horizon is a single day.
        ax.set_xlim(dates[0], dates[-1] + np.timedelta64(1, "D"))
    days = dates.size
    if days > _LONG_DAYS:
        locator = MonthLocator(bymonth=range(1, 13, months)) if days <= 400 else AutoDateLocator(maxticks=8)
    else:
        locator = DayLocator(interval=max(1, -(-days // (3 if months > 1 else 6))))
    ax.xaxis.set_major_locator(locator)
    if days <= _LONG_DAYS:
        ax.xaxis.set_major_formatter(_day_and_month)
    else:
        ax.xaxis.set_major_formatter(_month_letters if days <= 400 else ConciseDateFormatter(locator))


@FuncFormatter
def _day_and_month(value: float, position: int | None) -> str:
    """Write a date of a short run in full: a day alone would leave its month to guess."""
    date = mpl.dates.num2date(value)
    return f"{date.day} {_month_name(date.month)}"


@FuncFormatter
def _month_letters(value: float, position: int | None) -> str:
    """Return the name of a month, with the year below it in January."""
    date = mpl.dates.num2date(value)
    month = _month_name(date.month)
    return f"{month}\n{date.year}" if date.month == 1 else month


def _month_name(month: int) -> str:
    return "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month - 3 : 3 * month]


def _legend_order(groups: int, handles: int) -> list[int]:
    """Put lines and bands first, and then the groups in the order in which they are stacked, from the top."""
    return [*range(groups, handles), *reversed(range(groups))]


def _svg(fig: Figure, name: str, title: str) -> str:
    """Return a figure as SVG to be put into a page, with identifiers of its own and a title for screen readers."""
    buffer = io.StringIO()
    fig.savefig(buffer, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>.*?</style>", "", svg, count=1, flags=re.DOTALL)  # it would style the whole page
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    prefix = re.sub(r"[^A-Za-z0-9_-]", "-", name)
    svg = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1).strip()
