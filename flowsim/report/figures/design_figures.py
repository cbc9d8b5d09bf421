"""Figures of designs: which changes work together, a grid of two capacities, and a sample of many settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from flowsim.experiment.designs.factorial import NEED_EACH_OTHER, OVERLAP
from flowsim.report.differences import amount, signed
from flowsim.report.figures.drawing import BLUE, GREY, INK, MUTED, ORANGE, PALE, axes, lines_of, style
from flowsim.report.labels import MINUS

CLASS_MARKS = {OVERLAP: "▽", NEED_EACH_OTHER: "▲"}
_PAPER_TO_BLUE = LinearSegmentedColormap.from_list("flowsim", ["#ffffff", BLUE])
_COLOURS = {OVERLAP: ORANGE, NEED_EACH_OTHER: BLUE}


def interactions(
    factors: Sequence[str],
    values: NDArray[np.float64],
    classes: Sequence[Sequence[str]],
    unit: str,
    narrow: bool = False,
) -> Figure:
    """Draw what each pair of changes does together beyond the sum of both, with its class.

    Parameters
    ----------
    factors : sequence of str
        In words.
    values : numpy.ndarray of float, shape (factors, factors)
        The interactions; those below the diagonal are drawn.
    classes : sequence of sequence of str
        Class of each pair, as in `flowsim.experiment.designs.factorial`.
    unit : str
        Of the values.
    narrow : bool
        For a phone.
    """
    k = len(factors)
    furthest = np.nanmax(np.abs(values), initial=0.0) or 1.0
    with style(narrow):
        width, label = (4.6, 0.44) if narrow else (9.0, 0.335)
        cell = min(width * (0.985 - label) / (k - 1), 0.85)
        height = 0.5 * max(k - 1, 1) + 0.32
        fig, ax = axes((width, height), left=label, right=label + cell * (k - 1) / width, top=0.3, bottom=0.02)
        for row in range(1, k):
            for column in range(row):
                value, kind = values[row, column], classes[row][column]
                strength = 0.15 + 0.55 * abs(value) / furthest if kind in _COLOURS else 0.0
                colour = _faded(_COLOURS.get(kind, "#ffffff"), strength)
                cell_x, cell_y = [column, column + 1, column + 1, column], [row - 1, row - 1, row, row]
                ax.fill(cell_x, cell_y, facecolor=colour, edgecolor=GREY, lw=0.6)
                mark = f"{chr(10) if narrow else ' '}{CLASS_MARKS[kind]}" if kind in CLASS_MARKS else ""
                text = f"{_short(value, unit)}{mark}"
                ax.text(column + 0.5, row - 0.5, text, ha="center", va="center", fontsize=8.2 if narrow else 9.5)
            ax.annotate(f"{lines_of(factors[row], 24 if narrow else 40)}  {row + 1}", (0, row - 0.5), (-6, 0), "data",
                        "offset points", ha="right", va="center", linespacing=0.95)  # fmt: skip
        for column in range(k - 1):
            ax.text(column + 0.5, -0.12, str(column + 1), ha="center", va="bottom", weight="bold")
        ax.annotate(f"{lines_of(factors[0], 24 if narrow else 40, 1)}  1", (0, 0), (-6, 3), "data", "offset points",
                    ha="right", va="bottom")  # fmt: skip
        ax.set(xlim=(0, max(k - 1, 1)), ylim=(max(k - 1, 1), 0))
        ax.axis("off")
        return fig


def grid_map(
    x: Sequence[float],
    y: Sequence[float],
    values: NDArray[np.float64],
    meets: NDArray[np.bool_],
    names: tuple[str, str],
    unit: str,
    more_is_better: bool,
    narrow: bool = False,
) -> Figure:
    """Draw a measure over a grid of two settings, with a line around the points that meet the target.

    Parameters
    ----------
    x, y : sequence of float
        The values of both settings.
    values : numpy.ndarray of float, shape (y, x)
        The measure.
    meets : numpy.ndarray of bool, shape (y, x)
        Whether the target is met.
    names : (str, str)
        Of both settings, in words.
    unit : str
        Of the measure.
    more_is_better : bool
        Whether the highest values are to be the darkest.
    narrow : bool
        For a phone.
    """
    low, high = np.nanmin(values), np.nanmax(values)
    with style(narrow):
        width = 4.6 if narrow else 9.0
        left, cell = (0.11, 0.86 * width / len(x)) if narrow else (0.06, min(1.4, 0.92 * width / len(x)))
        size = (width, 0.46 * len(y) + 0.9)
        fig, ax = axes(size, left=left, right=left + cell * len(x) / width, top=0.34, bottom=0.55)
        for j in range(len(y)):
            for i in range(len(x)):
                value = values[j, i]
                depth = 0.65 * abs(value - (low if more_is_better else high)) / (high - low) if high > low else 0.0
                colour = _PAPER_TO_BLUE(0.05 + depth) if np.isfinite(value) else PALE
                ax.fill([i, i + 1, i + 1, i], [j, j, j + 1, j + 1], color=colour, ec="white", lw=1)
                mark = " ●" if meets[j, i] else ""
                ax.text(i + 0.5, j + 0.5, f"{amount(value, unit)}{mark}", ha="center", va="center",
                        fontsize=8.5 if narrow and len(x) > 5 else 9.5)  # fmt: skip
        for j in range(len(y)):
            for i in range(len(x)):
                if i + 1 < len(x) and meets[j, i] != meets[j, i + 1]:
                    ax.plot([i + 1, i + 1], [j, j + 1], color=INK, lw=2.6, solid_capstyle="projecting")
                if j + 1 < len(y) and meets[j, i] != meets[j + 1, i]:
                    ax.plot([i, i + 1], [j + 1, j + 1], color=INK, lw=2.6, solid_capstyle="projecting")
        for set_ticks, values_of in ((ax.set_xticks, x), (ax.set_yticks, y)):
            set_ticks(np.arange(len(values_of)) + 0.5, [f"{v:,g}".replace("-", MINUS) for v in values_of])
        ax.tick_params(length=0)
        ax.set(xlim=(0, len(x)), ylim=(0, len(y)))
        ax.set_xlabel(f"{lines_of(names[0], 50, 1)} →")
        fig.text(0.0, 1 - 0.04 / size[1], f"↓ {lines_of(names[1], 60, 1)}", ha="left", va="top")
        ax.spines[:].set_visible(False)
        return fig


def axis_curve(
    x: Sequence[float],
    values: NDArray[np.float64],
    name: str,
    what: str,
    line: tuple[float, str] | None = None,
    narrow: bool = False,
) -> Figure:
    """Draw a measure, with its interval, along one setting.

    Parameters
    ----------
    x : sequence of float
        The values of the setting, from low to high.
    values : numpy.ndarray of float, shape (x, 3)
        Mean and interval of the measure.
    name, what : str
        The setting and the measure, in words.
    line : (float, str), optional
        A target.
    narrow : bool
        For a phone.
    """
    with style(narrow):
        size, left = ((4.6, 3.2), 0.11) if narrow else ((9.0, 3.2), 0.06)
        fig, ax = axes(size, left=left, right=0.97, top=0.3, bottom=0.5)
        ax.fill_between(x, values[:, 1], values[:, 2], color=BLUE, alpha=0.2, lw=0)
        ax.plot(x, values[:, 0], "o-", color=BLUE, lw=1.5, ms=5)
        if line:
            ax.axhline(line[0], color=INK, lw=1.2, ls="--")
            ax.annotate(line[1], (1, line[0]), (-2, 3), ("axes fraction", "data"), "offset points", ha="right",
                        va="bottom")  # fmt: skip
        ax.set(xlabel=name)
        ax.set_title(what, loc="left", fontsize=9.5, color=MUTED)
        ax.grid(axis="y", color=PALE, lw=0.6)
        return fig


def sample_scatter(
    axes_values: Mapping[str, NDArray[np.float64]],
    values: NDArray[np.float64],
    ranks: Mapping[str, float],
    what: str,
    line: float | None = None,
    narrow: bool = False,
) -> Figure:
    """Draw a measure against each setting of a sample, in a panel each, with its partial rank correlation.

    Parameters
    ----------
    axes_values : mapping of str to numpy.ndarray of float, shape (samples,)
        By setting, in words.
    values : numpy.ndarray of float, shape (samples,)
        The measure.
    ranks : mapping of str to float
        Partial rank correlation of the measure with each setting.
    what : str
        The measure in words.
    line : float, optional
        A target.
    narrow : bool
        For a phone.
    """
    across = min(len(axes_values), 2 if narrow else 3)
    down = -(-len(axes_values) // across)
    with style(narrow, 8.5):
        height = 2.25 * down + 0.3
        fig = Figure(figsize=(4.6 if narrow else 9.0, height))
        grid = fig.add_gridspec(down, across, left=0.1 if narrow else 0.055, right=0.985, top=1 - 0.5 / height,
                                bottom=0.25 / height, hspace=0.55, wspace=0.22)  # fmt: skip
        for i, (name, x) in enumerate(axes_values.items()):
            ax = fig.add_subplot(grid[i // across, i % across])
            ax.plot(x, values, "o", color=BLUE, ms=3.5, alpha=0.75, mec="none")
            if line is not None:
                ax.axhline(line, color=INK, lw=1.1, ls="--")
            title = f"{lines_of(name, 30 if narrow else 40)}\nrank correlation {signed(ranks[name], '')}"
            ax.set_title(title, loc="left", fontsize=8.5, pad=3)
            ax.grid(color=PALE, lw=0.5)
            ax.set_axisbelow(True)
        fig.text(0.0, 0.998, what, va="top", ha="left", color=MUTED, fontsize=8.5)
        return fig


def _faded(colour: str, strength: float) -> tuple[float, ...]:
    return tuple(1 - strength * (1 - channel) for channel in to_rgb(colour))


def _short(value: float, unit: str) -> str:
    """Return a number for a small cell: of what is below one, one digit is enough."""
    if unit in ("patients", "people", "spells", "days", "hours") and abs(value) < 1:
        value = round(value, 1)
        return "0" if value == 0 else f"{value:+.1f}".replace("-", MINUS)
    return signed(value, unit).removesuffix(" points")
