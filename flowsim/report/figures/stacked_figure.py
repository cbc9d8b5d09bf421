"""The figure of bars below each other, each stacked from parts that add up."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from flowsim.report.figures.drawing import BLUE, INK, ORANGE, PALE, beside, lines_of, twins
from flowsim.report.figures.figure_data import StackedRows
from flowsim.report.labels import people

_STACKED = twins(
    {"left": 0.43, "right": 0.89, "top": 1.0, "row": 0.42, "letters": 19},
    left=0.24, right=0.93, top=0.36, bottom=0.04, row=0.32, letters=30,
)  # fmt: skip
# Each part differs from its neighbours in its lightness and its pattern too.
_LOOKS: tuple[dict[str, Any], ...] = (
    {"facecolor": BLUE},
    {"facecolor": PALE, "hatch": "////", "edgecolor": INK, "linewidth": 0.0},
    {"facecolor": ORANGE},
)


def draw_stacked(data: StackedRows, narrow: bool) -> Figure:
    """Draw a bar for each row with the people of each of up to three parts, and all of them at its end."""
    layout = _STACKED[narrow]
    with layout.canvas(len(data.rows)) as (fig, ax):
        values = np.nan_to_num(np.array(list(data.rows.values()), dtype=np.float64).reshape(-1, len(data.parts)))
        ends = values.cumsum(axis=1)
        where = np.arange(len(data.rows))
        for i, (part, look) in enumerate(zip(data.parts, _LOOKS, strict=False)):
            ax.barh(where, values[:, i], left=ends[:, i] - values[:, i], height=0.66, label=part, **look)
        for y, name in enumerate(data.rows):
            beside(ax, lines_of(name, layout.letters), (0, y), (-8, 0), ha="right", va="center")
            beside(ax, people(ends[y, -1]), (ends[y, -1], y), (6, 0), va="center")
        most = max([0.01, *ends[:, -1]])
        ax.set(xlim=(0, most), ylim=(max(len(data.rows), 1) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        fig.legend(loc="upper left", bbox_to_anchor=(0, 1), ncols=1 if narrow else len(data.parts), handlelength=1.6)
        return fig
