"""The figure of what must be paid against delayed days, and which scenarios nothing beats.

The cost is `cost_paid`, in which capacity counts whether it is used or not: so a scenario that only adds idle capacity
is beaten by the baseline.
"""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from flowsim.report.differences import signed
from flowsim.report.figures.drawing import BLUE, GREY, HALO, MUTED, Layout, lines_of, twins
from flowsim.report.figures.figure_data import CostAgainstDays, CostPoint
from flowsim.report.figures.marks import FRONTIER
from flowsim.report.figures.place_labels import place_labels
from flowsim.report.labels import MINUS

_COST = twins(
    {"left": 0.15, "right": 0.97, "bottom": 0.75, "row": 0.19, "letters": 50},
    left=0.075, right=0.64, top=0.15, bottom=0.5, row=0.165, letters=42,
)  # fmt: skip
_LOWEST = 3.4  # inches: height of the axes
_MILLION = 1e6


def frontier(days: ArrayLike, cost: ArrayLike) -> NDArray[np.bool_]:
    """Return which points nothing beats: no other has as few delayed days for as little money, and one of both less.

    Points without both numbers are beaten.
    """
    at = np.column_stack([np.asarray(days, dtype=float), np.asarray(cost, dtype=float)])
    as_good = np.all(at[None, :, :] <= at[:, None, :], axis=2)
    better = np.any(at[None, :, :] < at[:, None, :], axis=2)
    beaten: NDArray[np.bool_] = np.any(as_good & better, axis=1) | ~np.all(np.isfinite(at), axis=1)
    return ~beaten


def draw_cost(data: CostAgainstDays, narrow: bool) -> Figure:
    """Draw each scenario as a point with its intervals and its number; the titles stand next to the figure, or below.

    The points that nothing beats are filled, and joined by a line. The first one, 0, is the baseline.
    """
    layout, lines = _COST[narrow], len(data.points)
    named = np.array([[p.days.value, p.cost.value / _MILLION] for p in data.points]).reshape(-1, 2)
    at = np.vstack([named, np.asarray(data.rest, dtype=float).reshape(-1, 2) / [1, _MILLION]])
    unbeaten = frontier(at[:, 0], at[:, 1])
    room = {"bottom": layout.row * lines} if narrow else {}
    rows = _LOWEST / layout.row if narrow else max(_LOWEST / layout.row, lines - 2)
    with layout.canvas(rows, **room) as (fig, ax):
        ax.grid()
        ax.plot(at[lines:, 0], at[lines:, 1], "o", color=GREY, ms=3, alpha=0.7, zorder=2)
        for i, point in enumerate(data.points):
            mark = FRONTIER[bool(unbeaten[i])]
            colour = mark.colour
            if point.days.has_interval and point.cost.has_interval:
                low, high = point.cost.low / _MILLION, point.cost.high / _MILLION
                ax.plot([point.days.low, point.days.high], [at[i, 1]] * 2, color=colour, lw=0.9, alpha=0.4, zorder=2)
                ax.plot([at[i, 0]] * 2, [low, high], color=colour, lw=0.9, alpha=0.4, zorder=2)
            ax.plot(at[i, 0], at[i, 1], **mark.look, ms=9, markeredgewidth=1.2, ls="", zorder=4)
        order = np.flatnonzero(unbeaten)[np.argsort(at[unbeaten, 0])]
        if order.size > 1:
            ax.plot(at[order, 0], at[order, 1], color=BLUE, lw=1.2, ls="--", zorder=1, path_effects=HALO)
        ax.axhline(0, color=MUTED, lw=0.8)
        ax.axvline(0, color=MUTED, lw=0.8)
        ax.set(
            xlabel="Delayed days in a year, against the baseline",
            ylabel="To pay a year, £ million, against the baseline",
        )
        ax.xaxis.set_major_formatter(lambda value, _: signed(value, "days"))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", MINUS) if value else "0")
        ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5 if narrow else 7))
        ax.margins(0.08)
        ax.autoscale_view()
        known = np.isfinite(named).all(axis=1)
        numbers = [p.number for p, yes in zip(data.points, known, strict=True) if yes]
        place_labels(ax, named[known], numbers, 9.5 if narrow else 9.0)
        _key(fig, layout, data.points)
        return fig


def _key(fig: Figure, layout: Layout, points: Sequence[CostPoint]) -> None:
    """Write what the numbers stand for."""
    height = fig.get_figheight()
    x = 0.08 if layout.narrow else 0.685
    top = layout.row * len(points) + 0.12 if layout.narrow else height - 0.22
    for i, point in enumerate(points):
        y, title = (top - i * layout.row) / height, lines_of(point.title, layout.letters, 1)
        fig.text(x, y, point.number, ha="right", va="center", fontsize=9, weight="bold")
        fig.text(x + 0.07 / layout.width, y, title, ha="left", va="center", fontsize=9, color=MUTED)
