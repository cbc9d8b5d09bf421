"""The figure of published months over what was simulated: all reasons in a large panel, each group in a small one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from flowsim.report.figures.drawing import BLUE, INK, PALE, date_axis, main_and_small, twins
from flowsim.report.figures.figure_data import Dates, PublishedMonths, SeriesOfMonths

_MONTHS = twins(
    {"left": 0.1, "right": 0.955, "top": 1.25, "bottom": 0.32, "gap": 0.7, "across": 2, "between": 0.25},
    left=0.045, right=0.975, top=0.66, bottom=0.48, row=1.28, gap=0.5, across=4, between=0.32,
)  # fmt: skip
_MAIN_PANEL = 1.5  # height of the panel of all reasons on a phone, in panels
_DOT, _SMALL_DOT, _FEW = 3.0, 1.6, 24  # sizes of dots, in widths of their line, and in how many months large ones fit
_PUBLISHED, _SIMULATED = "Published", "Simulated average"
_RANGE, _FLAGGED = "Where one simulated month lies, 19 times in 20", "Not scored"


def draw_published_months(data: PublishedMonths, narrow: bool) -> Figure:
    """Draw the published months as a line with dots over the simulated range; months not scored are hollow, shaded."""
    layout, titles = _MONTHS[narrow], list(data.panels)
    down = -(-(len(titles) - 1) // 2)
    with layout.grid([_MAIN_PANEL, *[1] * down] if narrow else [1] * down) as (fig, grid):
        handles: dict[str, Any] = {}
        tops = [_top(data.panels.values()), _top(list(data.panels.values())[1:])]
        for i, (title, ax) in enumerate(main_and_small(fig, grid, titles, narrow).items()):
            drawn = _draw(ax, data.months, data.panels[title], data.flagged, 1.0 if i else 1.4)
            handles = handles or drawn
            ax.set_ylim(0, tops[min(i, 1)])
            ax.set_title(title, loc="left", fontsize=9.5 if i else 10, color=INK, pad=4)
            date_axis(ax, _days(data.months), months=2 if i == 0 and not narrow else 3, year=i == 0)
        fig.legend(handles.values(), handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=1 if narrow else 4,
                   handlelength=2.6)  # fmt: skip
        return fig


def _draw(ax: Axes, months: Dates, its: SeriesOfMonths, flagged: NDArray[np.bool_], width: float) -> dict[str, Any]:
    """Draw a series; return a handle for each thing by what it is called."""
    starts, after = months, _after(months)
    middle = starts + (after - starts) // 2
    handles: dict[str, Any] = {}
    # A month is as wide as it is: so a run of a single month has a range too.
    edges = np.append(starts, after[-1:])
    if np.isfinite(its.low).all():
        low, high = (np.append(values, values[-1:]) for values in (its.low, its.high))
        handles[_RANGE] = ax.fill_between(edges, low, high, step="post", color=BLUE, lw=0, alpha=0.22)
    mean = np.append(its.simulated, its.simulated[-1:])
    (handles[_SIMULATED],) = ax.plot(edges, mean, color=BLUE, lw=width, ls="--", drawstyle="steps-post")
    for start, end in zip(starts[flagged], after[flagged], strict=True):
        ax.axvspan(start, end, color=PALE, lw=0, zorder=0)
        handles[_FLAGGED] = Patch(color=PALE)
    size = width * (_DOT if months.size <= _FEW else _SMALL_DOT)
    (line,) = ax.plot(middle, its.published, color=INK, lw=width, marker="o", ms=size)
    ax.plot(middle[flagged], its.published[flagged], "o", color=INK, markerfacecolor="white", ms=size + 1, ls="")
    ax.grid(axis="y")
    return {_PUBLISHED: line, **handles}


def _days(months: Dates) -> Dates:
    """Return the days from the first of the first month to the last of the last."""
    if not months.size:
        return months
    days: Dates = np.arange(months[0], _after(months)[-1])
    return days


def _after(months: Dates) -> Dates:
    """Return the day after each month, given the day on which it starts."""
    return (months.astype("datetime64[M]") + np.timedelta64(1, "M")).astype("datetime64[D]")


def _top(panels: Any) -> float:
    """Return where an axis ends that holds every series."""
    curves: Sequence[Any] = [curve for its in panels for curve in (its.published, its.simulated, its.high)]
    return 1.06 * max([1.0, *(float(np.nanmax(curve, initial=0.0)) for curve in curves)])
