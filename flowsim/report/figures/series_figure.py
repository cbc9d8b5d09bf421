"""The figure of published series over what was simulated of them: in the report of a run, and of a calibration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from flowsim.report.figures.drawing import BLUE, INK, PALE, date_axis, lines_of, main_and_small, twins
from flowsim.report.figures.figure_data import AgainstSeries, Dates, PublishedSeries

_ALL_AND_PARTS = twins(
    {"left": 0.1, "right": 0.955, "top": 1.25, "bottom": 0.32, "gap": 0.7, "across": 2, "between": 0.25},
    left=0.045, right=0.975, top=0.66, bottom=0.48, row=1.28, gap=0.5, across=4, between=0.32,
)  # fmt: skip
_ALIKE = twins(
    {"left": 0.1, "right": 0.98, "top": 1.0, "bottom": 0.24, "row": 1.4, "gap": 0.55, "across": 1, "letters": 46},
    left=0.045, right=0.985, top=0.5, bottom=0.24, row=1.5, gap=0.55, across=2, between=0.16, letters=60,
)  # fmt: skip
_MAIN_PANEL = 1.5  # height of the panel of all reasons on a phone, in panels
_DOT, _SMALL_DOT, _FEW = 3.0, 1.6, 24  # sizes of dots, in widths of their line, and in how many periods large ones fit
_PUBLISHED, _SIMULATED, _FLAGGED = "Published", "Simulated average", "Not scored"


def draw_series(data: AgainstSeries, narrow: bool) -> Figure:
    """Draw each published series as a line with dots over the simulated range; what is not scored is hollow, shaded."""
    panels, of_all = data.panels, data.first_is_all
    layout = (_ALL_AND_PARTS if of_all else _ALIKE)[narrow]
    down = -(-(len(panels) - 1) // 2) if of_all else max(1, -(-len(panels) // layout.across))
    with layout.grid([_MAIN_PANEL, *[1] * down] if of_all and narrow else [1] * down) as (fig, grid):
        if of_all:
            axes = list(main_and_small(fig, grid, [its.title for its in panels], narrow).values())
        else:
            axes = [fig.add_subplot(grid[i]) for i in range(len(panels))]
        handles: dict[str, Any] = {}
        for i, (its, ax) in enumerate(zip(panels, axes, strict=True)):
            is_main = of_all and i == 0
            drawn = _draw(ax, its, 1.4 if is_main else 1.0, data.band)
            handles = handles or drawn
            ax.set_ylim(0, _top(panels[1:] if of_all and not is_main else [its]))
            title = its.title if of_all else lines_of(its.title, layout.letters, 1)
            ax.set_title(title, loc="left", fontsize=10 if is_main else 9.5, color=INK, pad=4)
            date_axis(ax, _days(its.edges), months=2 if is_main and not narrow else 3, year=is_main or not of_all)
        fig.legend(handles.values(), handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=1 if narrow else 4,
                   handlelength=2.6)  # fmt: skip
        return fig


def _draw(ax: Axes, its: PublishedSeries, width: float, band: str) -> dict[str, Any]:
    """Draw a series; return a handle for each thing by what it is called."""
    starts, after = its.edges[:-1], its.edges[1:]
    middle = starts + (after - starts) // 2
    handles: dict[str, Any] = {}
    # A period is as wide as it is: so a run of a single month has a range too.
    low, high, mean = (np.append(values, values[-1:]) for values in (its.simulated.low, its.simulated.high,
                                                                     its.simulated.mean))  # fmt: skip
    if np.isfinite(low).any():
        handles[band] = ax.fill_between(its.edges, low, high, step="post", color=BLUE, lw=0, alpha=0.22)
    (handles[_SIMULATED],) = ax.plot(its.edges, mean, color=BLUE, lw=width, ls="--", drawstyle="steps-post")
    for start, end in zip(starts[its.flagged], after[its.flagged], strict=True):
        ax.axvspan(start, end, color=PALE, lw=0, zorder=0)
        handles[_FLAGGED] = Patch(color=PALE)
    size = width * (_DOT if starts.size <= _FEW else _SMALL_DOT)
    (line,) = ax.plot(middle, its.published, color=INK, lw=width, marker="o", ms=size)
    ax.plot(middle[its.flagged], its.published[its.flagged], "o", color=INK, markerfacecolor="white", ms=size + 1,
            ls="")  # fmt: skip
    ax.grid(axis="y")
    return {_PUBLISHED: line, **handles}


def _days(edges: Dates) -> Dates:
    """Return the days from the first of the first period to the last of the last."""
    days: Dates = np.arange(edges[0], edges[-1]) if edges.size else edges
    return days


def _top(panels: Iterable[PublishedSeries]) -> float:
    """Return where an axis ends that holds every series."""
    curves = [curve for its in panels for curve in (its.published, its.simulated.mean, its.simulated.high)]
    return 1.06 * max([1.0, *(float(np.nanmax(curve, initial=0.0)) for curve in curves)])
