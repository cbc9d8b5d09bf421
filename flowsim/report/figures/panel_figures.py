"""Figures of panels: services before and after a change, and a measure against each setting of a sample."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from flowsim.report.differences import signed
from flowsim.report.figures.drawing import BLUE, GREY, INK, MUTED, lines_of, twins
from flowsim.report.figures.figure_data import Sample, ServicesUse
from flowsim.report.figures.marks import BASELINE, SCENARIO

_SERVICES = twins(
    {"left": 0.4, "right": 0.95, "top": 0.62, "bottom": 0.52, "row": 0.33, "gap": 0.52, "across": 1, "letters": 46},
    left=0.235, right=0.975, top=0.42, bottom=0.48, row=0.31, across=2, between=0.1,
)  # fmt: skip
_SAMPLE = twins(
    {"left": 0.1, "across": 2, "letters": 30, "font_size": 8.5},
    left=0.055, right=0.985, top=0.5, bottom=0.25, row=1.72, gap=0.8, across=3, between=0.22, letters=40, font_size=8.5,
)  # fmt: skip


def draw_services(data: ServicesUse, narrow: bool) -> Figure:
    """Draw how full each service is and how long people wait for it: hollow in the baseline, filled in the scenario.

    On a phone the two panels stand below each other, each with the services of which something is known.
    """
    layout = _SERVICES[narrow]
    panels = {
        "In use, share of capacity": [(service.label, service.in_use) for service in data.services],
        "Average wait for a place, days": [(service.label, service.wait_days) for service in data.services],
    }
    if narrow:
        panels = {what: [row for row in rows if np.isfinite(row[1]).any()] for what, rows in panels.items()}
    with layout.grid([len(rows) for rows in panels.values()] if narrow else [len(data.services)]) as (fig, grid):
        axes = [fig.add_subplot(cell) for cell in (grid[0], grid[1])]
        handles: list[Any] = []
        for ax, (what, rows) in zip(axes, panels.items(), strict=True):
            for y, (_, (before, after)) in enumerate(rows):
                ax.plot([before, after], [y, y], color=GREY, lw=2.0, zorder=2)
                handles = [
                    *ax.plot(before, y, **BASELINE.look, markeredgewidth=1.6, ms=7, ls="", zorder=3),
                    *ax.plot(after, y, **SCENARIO.look, ms=7, ls="", zorder=4),
                ]
            names = [lines_of(name, 25) if narrow or ax is axes[0] else "" for name, _ in rows]
            ax.set(ylim=(max(len(rows), 1) - 0.5, -0.5), xlabel=what)
            ax.set_yticks(range(len(rows)), names)
            ax.tick_params(axis="y", length=0)
            ax.grid(axis="x")
            ax.spines["left"].set_visible(False)
        most = max([1.0, *(share for s in data.services for share in s.in_use if np.isfinite(share))])
        axes[0].set_xlim(0, 1.03 * most)
        axes[0].xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        axes[1].set_xlim(left=min(0.0, -0.02 * axes[1].get_xlim()[1]))
        names = [lines_of(name, layout.letters, 1) for name in data.names[: len(handles)]]
        fig.legend(handles, names, loc="upper left",
                   bbox_to_anchor=(0, 1), ncols=1 if narrow else 2, handletextpad=0.3)  # fmt: skip
        return fig


def draw_sample(data: Sample, narrow: bool) -> Figure:
    """Draw a point for each scenario of a sample, in a panel for each setting."""
    layout = _SAMPLE[narrow]
    panels = max(len(data.settings), 1)
    layout = replace(layout, across=min(layout.across, panels))
    with layout.grid([1] * -(-panels // layout.across)) as (fig, grid):
        for i, setting in enumerate(data.settings):
            ax = fig.add_subplot(grid[i])
            ax.plot(setting.values, data.values, "o", color=BLUE, ms=3.5, alpha=0.75, mec="none")
            if data.level is not None:
                ax.axhline(data.level, color=INK, lw=1.1, ls="--")
            title = (
                f"{lines_of(setting.label, layout.letters)}\nrank correlation {signed(setting.rank_correlation, '')}"
            )
            ax.set_title(title, loc="left", fontsize=8.5, pad=3)
            ax.grid()
        fig.text(0.0, 0.998, data.measure, va="top", ha="left", color=MUTED, fontsize=8.5)
        return fig
