"""Figures of differences: a ranking with its intervals, main effects, and the stairs of adding one change at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from flowsim.report.differences import Difference, amount, signed, signed_interval
from flowsim.report.figures.drawing import BLUE, GREY, HALO, INK, MUTED, PALE, VERMILION, axes, lines_of, style

# What a colour says, the shape says too.
_LOOK = {
    "better": {"color": BLUE, "marker": "o", "markerfacecolor": BLUE},
    "worse": {"color": VERMILION, "marker": "D", "markerfacecolor": VERMILION, "markersize": 6},
    "other": {"color": INK, "marker": "o", "markerfacecolor": INK},
    "unclear": {"color": MUTED, "marker": "o", "markerfacecolor": "white"},
    "unknown": {"color": MUTED, "marker": "x"},
}


@dataclass(frozen=True)
class Row:
    """A line of a forest plot; without a difference it is a gap with a label."""

    label: str
    difference: Difference | None


@dataclass(frozen=True)
class Step:
    """A stair: what was added, and where the measure stands then, with its interval."""

    label: str
    value: float
    low: float
    high: float


def forest(
    rows: Sequence[Row],
    unit: str,
    caption: str,
    narrow: bool = False,
    line: tuple[float, str] | None = None,
) -> Figure:
    """Draw differences with their intervals, below each other.

    Parameters
    ----------
    rows : sequence of Row
        From the top.
    unit : str
        Of the differences.
    caption : str
        What the axis shows.
    narrow : bool
        For a phone: names stand above the marks.
    line : (float, str), optional
        A difference to mark (the one that a target asks for), and what it is called.
    """
    scale = 100 if unit == "share" else 1
    with style(narrow):
        step, head = (0.62, 0.3 if line else 0.05) if narrow else (0.31, 0.26 if line else 0.05)
        height = step * max(len(rows), 1)
        if narrow:
            fig, ax = axes((4.6, height + head + 0.62), left=0.03, right=0.97, top=head, bottom=0.62)
        else:
            fig, ax = axes((9.0, height + head + 0.5), left=0.345, right=0.775, top=head, bottom=0.5)
        _upright(ax, 0.0, len(rows), "-", narrow)
        for y, row in enumerate(rows):
            if y % 2 == 0 and not narrow:
                ax.axhspan(y - 0.5, y + 0.5, color=PALE, alpha=0.35, lw=0)
            _forest_row(ax, y, row, unit, scale, narrow)
        ends = [scale * v for r in rows if r.difference for v in (r.difference.low, r.difference.high)]
        ends += [scale * r.difference.value for r in rows if r.difference]
        _limits(ax, [*ends, 0.0, *([scale * line[0]] if line else [])])
        if line:
            _upright(ax, scale * line[0], len(rows), "--", narrow)
            ax.annotate(
                line[1], (scale * line[0], 1), (0, 3), ("data", "axes fraction"), "offset points",
                ha="center", va="bottom", annotation_clip=False,
            )  # fmt: skip
        ax.set(ylim=(len(rows) - 0.5, -0.7 if narrow else -0.5), yticks=[])
        ax.set_xlabel(lines_of(caption, 60 if narrow else 90))
        ax.spines["left"].set_visible(False)
        ax.xaxis.set_major_formatter(lambda value, _: _tick(value))
        return fig


def stairs(
    steps: Sequence[Step], unit: str, caption: str, narrow: bool = False, line: tuple[float, str] | None = None
) -> Figure:
    """Draw what a measure comes to when one change after the other is made, from the top.

    Parameters
    ----------
    steps : sequence of Step
        The first is the baseline.
    unit : str
        Of the measure.
    caption : str
        What the axis shows.
    narrow : bool
        For a phone: names stand above the marks.
    line : (float, str), optional
        A value to mark (a target), and what it is called.
    """
    scale = 100 if unit == "share" else 1
    with style(narrow):
        step, head = (0.66, 0.3) if narrow else (0.36, 0.28)
        height = step * len(steps) + head
        if narrow:
            fig, ax = axes((4.6, height + 0.62), left=0.03, right=0.97, top=head, bottom=0.62)
        else:
            fig, ax = axes((9.0, height + 0.5), left=0.345, right=0.775, top=head, bottom=0.5)
        values = np.array([[scale * v for v in (s.value, s.low, s.high)] for s in steps]).reshape(-1, 3)
        for y, (entry, (value, low, high)) in enumerate(zip(steps, values, strict=True)):
            if y:
                before = values[y - 1, 0]
                ax.plot([before, before, value], [y - 1, y, y], color=GREY, lw=1.4, zorder=1)
            if np.isfinite(low) and np.isfinite(high):
                ax.plot([low, high], [y, y], color=BLUE, lw=2.4, solid_capstyle="butt", zorder=3)
            ax.plot(value, y, "o", color=BLUE if y else INK, ms=7, zorder=4)
            text = amount(entry.value, unit)
            _name(ax, y, entry.label, text, narrow)
        _limits(ax, [*values.ravel(), *([scale * line[0]] if line else [])])
        if line:
            _upright(ax, scale * line[0], len(steps), "--", narrow)
            ax.annotate(
                line[1], (scale * line[0], 1), (0, 3), ("data", "axes fraction"), "offset points",
                ha="center", va="bottom", annotation_clip=False,
            )  # fmt: skip
        ax.set(ylim=(len(steps) - 0.5, -0.7 if narrow else -0.5), yticks=[])
        ax.set_xlabel(lines_of(caption, 60 if narrow else 90))
        ax.spines["left"].set_visible(False)
        return fig


def _forest_row(ax: Axes, y: int, row: Row, unit: str, scale: float, narrow: bool) -> None:
    if row.difference is None:
        ax.text(0.5, y, row.label, transform=ax.get_yaxis_transform(), ha="center", va="center", color=MUTED,
                style="italic", bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip
        return
    d = row.difference
    interval = f" ({signed_interval(d.low, d.high, unit)})" if d.has_interval else ""
    _name(ax, y, row.label, f"{signed(d.value, unit)}{interval}", narrow)
    if not np.isfinite(d.value):
        return
    look = _LOOK[d.grade]
    if d.has_interval:
        ax.plot([scale * d.low, scale * d.high], [y, y], color=look["color"], lw=2.2, solid_capstyle="butt", zorder=3)
    ax.plot(scale * d.value, y, **{"markersize": 7, "markeredgewidth": 1.6, "ls": "", "zorder": 4, **look})


def _name(ax: Axes, y: int, label: str, text: str, narrow: bool) -> None:
    """Write a name and a number beside a row, or above it."""
    if narrow:
        across = ax.get_yaxis_transform()
        ax.text(0, y - 0.36, lines_of(label, 42, 1), transform=across, va="center", ha="left", fontsize=9.5,
                path_effects=HALO)  # fmt: skip
        ax.text(1, y - 0.36, text.split(" (")[0], transform=across, va="center", ha="right", fontsize=9.5,
                path_effects=HALO)  # fmt: skip
        return
    ax.annotate(
        lines_of(label, 46), (0, y), (-10, 0), ("axes fraction", "data"), "offset points",
        va="center", ha="right", linespacing=0.95,
    )  # fmt: skip
    ax.annotate(text, (1, y), (10, 0), ("axes fraction", "data"), "offset points", va="center", color=MUTED)


def _upright(ax: Axes, x: float, rows: int, dashes: str, narrow: bool) -> None:
    """Draw a line from top to bottom; on a phone it leaves the names between the rows free."""
    look = {"color": INK, "lw": 1.2, "ls": dashes if not narrow or dashes == "-" else (0, (2, 1))}
    if narrow:
        for y in range(rows):
            ax.plot([x, x], [y - 0.14, y + 0.36], **look)
    else:
        ax.axvline(x, **look)


def _limits(ax: Axes, values: Sequence[float]) -> None:
    finite = np.array([v for v in values if np.isfinite(v)])
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 1.0)
    room = 0.05 * (high - low) or 1.0
    ax.set_xlim(low - room, high + room)


def _tick(value: float) -> str:
    if abs(value) < 1e-12:
        return "0"
    text = f"{abs(value):,.0f}" if abs(value) >= 10 or value == int(value) else f"{abs(value):.3g}"
    return f"{'+' if value > 0 else '−'}{text}"
