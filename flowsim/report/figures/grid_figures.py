"""Figures of cells: what pairs of changes do together, and a measure over a grid of two settings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure

from flowsim.report.differences import amount, signed
from flowsim.report.figures.drawing import BLUE, GREY, INK, PALE, Layout, beside, lines_of, twins
from flowsim.report.figures.figure_data import GridMap, Interactions
from flowsim.report.figures.marks import GOALS, PAIRS
from flowsim.report.labels import MINUS

_INTERACTIONS = twins(
    {"left": 0.44, "top": 0.42, "letters": 20}, left=0.335, right=0.985, top=0.3, bottom=0.02, row=0.5, letters=40
)
_GRID = twins({"left": 0.11, "right": 0.97}, left=0.06, right=0.98, top=0.34, bottom=0.56, row=0.46)
_WIDEST_CELL = (0.85, 1.4)  # inches, of each figure
_WHITE_TO_BLUE = LinearSegmentedColormap.from_list("flowsim", ["#ffffff", BLUE])


def draw_interactions(data: Interactions, narrow: bool) -> Figure:
    """Draw a cell for each pair of changes: its interaction, and its class as a mark and a colour."""
    layout, k = _INTERACTIONS[narrow], max(len(data.factors) - 1, 1)
    layout = _with_cells(layout, k, _WIDEST_CELL[0])
    furthest = np.nanmax(np.abs(data.values), initial=0.0) or 1.0
    with layout.canvas(k) as (fig, ax):
        for row in range(1, len(data.factors)):
            for column in range(row):
                value, kind = data.values[row, column], data.classes[row][column]
                strength = 0.15 + 0.55 * abs(value) / furthest if kind in PAIRS else 0.0
                colour = tuple(
                    1 - strength * (1 - c) for c in to_rgb(PAIRS[kind].colour if kind in PAIRS else "#ffffff")
                )
                cell_x, cell_y = [column, column + 1, column + 1, column], [row - 1, row - 1, row, row]
                ax.fill(cell_x, cell_y, facecolor=colour, edgecolor=GREY, lw=0.6)
                mark = f"{chr(10) if narrow else ' '}{PAIRS[kind].glyph}" if kind in PAIRS else ""
                ax.text(column + 0.5, row - 0.5, f"{_short(value, data.unit)}{mark}", ha="center", va="center",
                        fontsize=8.2 if narrow else 9.5)  # fmt: skip
        for i, factor in enumerate(data.factors):
            at, up, side = ((0, i - 0.5), 0, "center") if i else ((0, 0), 3, "bottom")
            beside(ax, f"{i + 1}", at, (-6, up), ha="right", va=side)
            beside(ax, lines_of(factor, layout.letters), at, (-20, up), ha="right", va=side)
        for column in range(k):
            ax.text(column + 0.5, -0.12, str(column + 1), ha="center", va="bottom", weight="bold")
        ax.set(xlim=(0, k), ylim=(k, 0))
        ax.axis("off")
        return fig


def draw_grid(data: GridMap, narrow: bool) -> Figure:
    """Draw a measure over two settings, the best values darkest, with a line around the points that meet the target."""
    across, up = len(data.x), len(data.y)
    layout, known = _with_cells(_GRID[narrow], max(across, 1), _WIDEST_CELL[1]), data.values[np.isfinite(data.values)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 0.0)
    with layout.canvas(up) as (fig, ax):
        for (j, i), value in np.ndenumerate(data.values):
            depth = 0.65 * abs(value - (low if data.more_is_better else high)) / (high - low) if high > low else 0.0
            colour = _WHITE_TO_BLUE(0.05 + depth) if np.isfinite(value) else PALE
            ax.fill([i, i + 1, i + 1, i], [j, j, j + 1, j + 1], color=colour, ec="white", lw=1)
            mark = f" {GOALS['met'].glyph}" if data.meets[j, i] else ""
            ax.text(i + 0.5, j + 0.5, f"{amount(value, data.unit)}{mark}", ha="center", va="center",
                    fontsize=8.5 if narrow and across > 5 else 9.5)  # fmt: skip
        for j, i in np.ndindex(up, across):
            if i + 1 < across and data.meets[j, i] != data.meets[j, i + 1]:
                ax.plot([i + 1, i + 1], [j, j + 1], color=INK, lw=2.6, solid_capstyle="projecting")
            if j + 1 < up and data.meets[j, i] != data.meets[j + 1, i]:
                ax.plot([i, i + 1], [j + 1, j + 1], color=INK, lw=2.6, solid_capstyle="projecting")
        for set_ticks, values in ((ax.set_xticks, data.x), (ax.set_yticks, data.y)):
            set_ticks(np.arange(len(values)) + 0.5, [f"{v:,g}".replace("-", MINUS) for v in values])
        ax.tick_params(length=0)
        ax.set(xlim=(0, max(across, 1)), ylim=(0, max(up, 1)), xlabel=f"{lines_of(data.settings[0], 50, 1)} →")
        above = 1 - 0.04 / fig.get_figheight()
        fig.text(0.0, above, f"↓ {lines_of(data.settings[1], 60, 1)}", ha="left", va="top")
        ax.spines[:].set_visible(False)
        return fig


def _with_cells(layout: Layout, cells: int, widest: float) -> Layout:
    """Return the layout with axes that end where cells end which are no wider than this (inches)."""
    cell = min((layout.right - layout.left) * layout.width / cells, widest)
    return replace(layout, right=layout.left + cell * cells / layout.width)


def _short(value: float, unit: str) -> str:
    """Return a number for a small cell: of what is below one, one digit is enough."""
    if unit in ("patients", "people", "spells", "days", "hours") and abs(value) < 1:
        value = round(value, 1)
        return "0" if value == 0 else f"{value:+.1f}".replace("-", MINUS)
    return signed(value, unit).removesuffix(" points")
