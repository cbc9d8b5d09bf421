"""The figure of cost against delayed days: what each scenario saves and what it takes, and which are not beaten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from flowsim.report.differences import signed
from flowsim.report.figures.drawing import BLUE, GREY, HALO, INK, MUTED, PALE, axes, lines_of, style
from flowsim.report.figures.place_labels import place_labels


@dataclass(frozen=True)
class Point:
    """A scenario: by how much it differs from the baseline in delayed days and cost (GBP) of a year.

    Each is a mean with its interval. The number stands for it in the figure.
    """

    number: str
    title: str
    days: tuple[float, float, float]
    cost: tuple[float, float, float]


def frontier(days: Sequence[float], cost: Sequence[float]) -> NDArray[np.bool_]:
    """Say which points nothing beats: no other has as few delayed days and costs as little, and one of both less.

    Points without both numbers are beaten.
    """
    at = np.column_stack([days, cost]).astype(float)
    as_good = (at[None, :, :] <= at[:, None, :]).all(axis=2)
    better = (at[None, :, :] < at[:, None, :]).any(axis=2)
    return ~(as_good & better).any(axis=1) & np.isfinite(at).all(axis=1)


def cost_against_days(points: Sequence[Point], rest: NDArray[np.float64], narrow: bool = False) -> Figure:
    """Draw how cost and delayed days differ from the baseline.

    Parameters
    ----------
    points : sequence of Point
        With a number at each and its title beside the figure; the first is the baseline, at 0.
    rest : numpy.ndarray of float, shape (scenarios, 2)
        Delayed days and cost of those that are not named.
    narrow : bool
        For a phone: the titles stand below.
    """
    million = 1e6
    at = np.array([[p.days[0], p.cost[0] / million] for p in points]).reshape(-1, 2)
    everything = np.vstack([at, np.asarray(rest, dtype=float).reshape(-1, 2) / [1, million]])
    unbeaten = frontier(everything[:, 0], everything[:, 1])
    with style(narrow):
        key = [f"{p.number}  {lines_of(p.title, 50 if narrow else 42, 1)}" for p in points]
        line = 0.19 if narrow else 0.165
        if narrow:
            fig, ax = axes((4.6, 4.1 + line * len(key)), left=0.13, right=0.97, top=0.15, bottom=0.75 + line * len(key))
        else:
            fig, ax = axes((9.0, max(4.3, line * len(key) + 0.3)), left=0.065, right=0.66, top=0.15, bottom=0.5)
        ax.grid(color=PALE, lw=0.6)
        ax.set_axisbelow(True)
        ax.plot(*everything[len(points) :].T, "o", color=GREY, ms=3, alpha=0.7, zorder=2)
        for i, point in enumerate(points):
            look = {"marker": "s", "color": INK} if i == 0 else {"marker": "o", "color": BLUE}
            (_, x0, x1), (_, y0, y1) = point.days, point.cost
            if np.isfinite([x0, x1, y0, y1]).all():
                ax.plot([x0, x1], [at[i, 1]] * 2, color=look["color"], lw=0.9, alpha=0.4, zorder=2)
                ax.plot([at[i, 0]] * 2, [y0 / million, y1 / million], color=look["color"], lw=0.9, alpha=0.4, zorder=2)
            ax.plot(*at[i], **look, ms=6.5, markerfacecolor=look["color"] if unbeaten[i] else "white",
                    markeredgewidth=1.4, ls="", zorder=4)  # fmt: skip
        order = np.flatnonzero(unbeaten)[np.argsort(everything[unbeaten, 0])]
        if order.size > 1:
            ax.plot(*everything[order].T, color=BLUE, lw=1.2, ls="--", zorder=1, path_effects=HALO)
        ax.axhline(0, color=MUTED, lw=0.8)
        ax.axvline(0, color=MUTED, lw=0.8)
        ax.set(xlabel="Delayed days in a year, against the baseline", ylabel="Cost of a year, £ million")
        ax.xaxis.set_major_formatter(lambda value, _: signed(value, "days"))
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:+g}".replace("-", "−") if value else "0")
        ax.xaxis.set_major_locator(mpl.ticker.MaxNLocator(5 if narrow else 7))
        ax.margins(0.08)
        there = np.isfinite(at).all(axis=1)
        ax.autoscale_view()
        numbers = [p.number for p, yes in zip(points, there, strict=True) if yes]
        place_labels(ax, at[there], numbers, 9.5 if narrow else 9.0)
        _key(fig, key, line, narrow)
        return fig


def _key(fig: Figure, lines: Sequence[str], step: float, narrow: bool) -> None:
    """Write what the numbers stand for."""
    height = fig.get_figheight()
    x = 0.03 if narrow else 0.685
    top = (step * len(lines) + 0.12 if narrow else height - 0.22) / height
    for i, text in enumerate(lines):
        number, title = text.split("  ", 1)
        y = top - i * step / height
        fig.text(x + (0.05 if narrow else 0.022), y, number, ha="right", va="center", fontsize=9, weight="bold")
        fig.text(x + (0.065 if narrow else 0.03), y, title, ha="left", va="center", fontsize=9, color=MUTED)
