"""Figures of people and services: where people are on day 91, how full services are and how long people wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from flowsim.report.figures.drawing import BLUE, GREY, INK, MUTED, ORANGE, PALE, PURPLE, SKY, axes, lines_of, style

# Light and dark in turn, and a hatch for each second one, so that neighbours differ in more than their colour.
_OUTCOMES = [
    {"color": BLUE, "text": "white", "hatch": ""},
    {"color": ORANGE, "text": INK, "hatch": "////"},
    {"color": SKY, "text": INK, "hatch": ""},
    {"color": PURPLE, "text": INK, "hatch": "...."},
    {"color": GREY, "text": INK, "hatch": ""},
]
_ROOM_FOR_TEXT = 0.045


@dataclass(frozen=True)
class Service:
    """How full a service is and how long people wait for it, in the baseline and in a scenario; NaN if unknown."""

    label: str
    full: tuple[float, float]
    wait_days: tuple[float, float]


def outcome_bars(rows: Mapping[str, Sequence[float]], outcomes: Sequence[str], narrow: bool = False) -> Figure:
    """Draw where people are on day 91: a bar each scenario, divided by outcome.

    Parameters
    ----------
    rows : mapping of str to sequence of float
        Shares in the order of `outcomes`, by scenario, from the top.
    outcomes : sequence of str
        In words.
    narrow : bool
        For a phone: names stand above the bars.
    """
    with style(narrow):
        step, legend = (0.6, 0.98) if narrow else (0.31, 0.34)
        height = step * len(rows) + legend + 0.34
        sides = {"left": 0.04, "right": 0.94} if narrow else {"left": 0.345, "right": 0.97}
        fig, ax = axes((4.6 if narrow else 9.0, height), **sides, top=legend, bottom=0.34)
        bars = []
        for y, (name, shares) in enumerate(rows.items()):
            bars.append(_outcome_bar(ax, y, np.nan_to_num(np.asarray(shares, dtype=float)), narrow))
            if narrow:
                ax.text(0, y - 0.42, lines_of(name, 56, 1), va="center", ha="left", fontsize=9.5)
            else:
                ax.annotate(lines_of(name, 46), (0, y), (-8, 0), "data", "offset points", ha="right", va="center",
                            linespacing=0.95)  # fmt: skip
        ax.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.75 if narrow else -0.5), yticks=[])
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
        ax.spines["left"].set_visible(False)
        if bars:
            fig.legend(bars[0], list(outcomes), loc="upper left", ncols=2 if narrow else len(outcomes),
                       bbox_to_anchor=(0.0 if narrow else 0.02, 1.0), borderaxespad=0.2, columnspacing=1.3,
                       handlelength=1.4)  # fmt: skip
        return fig


def services_before_and_after(services: Sequence[Service], names: tuple[str, str], narrow: bool = False) -> Figure:
    """Draw how full each service is and how long people wait for it: baseline and scenario on one line.

    Parameters
    ----------
    services : sequence of Service
        From the top.
    names : (str, str)
        What the baseline and the scenario are called.
    narrow : bool
        For a phone: the two panels stand below each other.
    """
    by_panel = [("In use, share of capacity", "full"), ("Average wait for a place, days", "wait_days")]
    rows = {what: [s for s in services if not narrow or np.isfinite(getattr(s, name)).any()] for what, name in by_panel}
    with style(narrow):
        step, head, foot = (0.33, 0.62, 0.52) if narrow else (0.31, 0.42, 0.48)
        lengths = [len(found) for found in rows.values()]
        height = step * (sum(lengths) if narrow else max(lengths)) + head + foot * (2 if narrow else 1)
        fig = Figure(figsize=(4.6 if narrow else 9.0, height))
        top, bottom = 1 - head / height, foot / height
        if narrow:
            between = 2 * foot / (step * max(1, sum(lengths)))
            grid = fig.add_gridspec(2, 1, left=0.4, right=0.95, top=top, bottom=bottom, hspace=between,
                                    height_ratios=[max(1, n) for n in lengths])  # fmt: skip
        else:
            grid = fig.add_gridspec(1, 2, left=0.235, right=0.975, top=top, bottom=bottom, wspace=0.1)
        panels, handles = [fig.add_subplot(cell) for cell in grid], []
        for ax, (what, name) in zip(panels, by_panel, strict=True):
            handles = _dumbbells(ax, [getattr(s, name) for s in rows[what]])
            labels = [lines_of(s.label, 25) if narrow or ax is panels[0] else "" for s in rows[what]]
            ax.set(ylim=(len(labels) - 0.5, -0.5), xlabel=what)
            ax.set_yticks(range(len(labels)), labels)
            ax.tick_params(axis="y", length=0)
            ax.grid(axis="x", color=PALE, lw=0.6)
            ax.set_axisbelow(True)
            ax.spines["left"].set_visible(False)
        panels[0].set_xlim(0, 1.03 * max([1.0, *(v for s in services for v in s.full if np.isfinite(v))]))
        panels[0].xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        panels[1].set_xlim(left=min(0.0, -0.02 * panels[1].get_xlim()[1]))
        labels = [lines_of(name, 46 if narrow else 90, 1) for name in names]
        fig.legend(handles, labels, loc="upper left", bbox_to_anchor=(0, 1), ncols=1 if narrow else 2,
                   borderaxespad=0.1, handletextpad=0.3)  # fmt: skip
        return fig


def _outcome_bar(ax: Axes, y: int, shares: np.ndarray, narrow: bool) -> list:
    left, bars = 0.0, []
    for share, look in zip(shares, _OUTCOMES, strict=True):
        look = dict(look)
        ink = look.pop("text")
        bars.append(ax.barh(y, share, left=left, height=0.5 if narrow else 0.7, edgecolor="white", lw=0.6, **look))
        if share >= _ROOM_FOR_TEXT * (1.6 if narrow else 1):
            ax.text(left + share / 2, y, f"{100 * share:.0f}%", ha="center", va="center", color=ink,
                    fontsize=8.5, bbox={"facecolor": look["color"], "edgecolor": "none", "pad": 1})  # fmt: skip
        left += share
    return bars


def _dumbbells(ax: Axes, values: Sequence[tuple[float, float]]) -> list:
    """Draw before (hollow) and after (filled) with a line between; return a handle for each."""
    before = after = None
    for y, (first, second) in enumerate(values):
        ax.plot([first, second], [y, y], color=GREY, lw=2.0, zorder=2)
        (before,) = ax.plot(first, y, "s", color=MUTED, markerfacecolor="white", markeredgewidth=1.6, ms=6.5, zorder=3)
        (after,) = ax.plot(second, y, "o", color=BLUE, ms=6.5, zorder=4)
    return [before, after] if values else []
