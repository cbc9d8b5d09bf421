"""A figure of published series with what is simulated of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from flowsim.report.figures.drawing import BLUE, INK, date_axis, lines_of, twins
from flowsim.report.figures.figure_data import AgainstSeries

_SERIES = twins(
    {"left": 0.1, "right": 0.98, "top": 0.5, "bottom": 0.24, "row": 1.4, "gap": 0.55, "across": 1, "letters": 46},
    left=0.045, right=0.985, top=0.5, bottom=0.24, row=1.5, gap=0.55, across=2, between=0.16, letters=60,
)  # fmt: skip


def draw_series(data: AgainstSeries, narrow: bool) -> Figure:
    """Draw a panel for each series: published points, and the mean and the band of the runs in blue."""
    layout = _SERIES[narrow]
    with layout.grid([1] * max(1, -(-len(data.panels) // layout.across))) as (fig, grid):
        handles: dict[str, Any] = {}
        for i, its in enumerate(data.panels):
            ax = fig.add_subplot(grid[i])
            band = its.simulated
            area = ax.fill_between(its.dates, band.low, band.high, color=BLUE, alpha=0.22, lw=0)
            (line,) = ax.plot(its.dates, band.mean, color=BLUE, lw=1.5)
            (points,) = ax.plot(its.dates, its.published, "o", color=INK, ms=3)
            top = max(np.nanmax(band.high, initial=1.0), np.nanmax(its.published, initial=0.0))
            ax.set_ylim(0, 1.06 * top)
            ax.set_title(lines_of(its.title, layout.letters, 1), loc="left", fontsize=9.5, color=INK, pad=4)
            ax.grid(axis="y")
            date_axis(ax, its.dates, months=3)
            handles = {"published": points, "simulated: mean, and where nine in ten runs lie": (area, line)}
        fig.legend(handles.values(), handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=2, handlelength=2.0)
        return fig
