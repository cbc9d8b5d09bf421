"""Figures of rows below each other: each has a name, a mark or a bar, and a number.

In a page the names stand left of the rows, and the numbers right of them; on a phone both stand above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from flowsim.report.differences import amount, signed, signed_interval
from flowsim.report.figures.drawing import (
    ALONG_X,
    ALONG_Y,
    BLUE,
    GREY,
    INK,
    MUTED,
    PALE,
    PALER,
    Layout,
    beside,
    lines_of,
    twins,
)
from flowsim.report.figures.figure_data import AgainstPublished, Estimate, Level, Row, Rows, Tornado
from flowsim.report.figures.marks import AVERAGE, DIFFERENCES, ENDS, PUBLISHED, SETTINGS, Mark
from flowsim.report.labels import MINUS, number

_SIDES = {"left": 0.345, "right": 0.775, "top": 0.05, "bottom": 0.5, "row": 0.32, "letters": 44}
_PHONE_SIDES = {"left": 0.03, "right": 0.97, "bottom": 0.62, "row": 0.6, "letters": 42}
_ROWS = twins(_PHONE_SIDES, **_SIDES)
_PUBLISHED = twins(_PHONE_SIDES | {"letters": 54}, **_SIDES | {"left": 0.43, "right": 0.764, "letters": 54})
_PARAMETERS = twins(_PHONE_SIDES | {"bottom": 0.35, "letters": 52}, **_SIDES | {"right": 0.98, "bottom": 0.35})
_BARS = twins(
    {"left": 0.44, "row": 0.42, "letters": 21}, left=0.24, right=0.86, top=0.04, bottom=0.04, row=0.36, letters=30
)
_ABOVE = 0.38  # of a row: where names stand on a phone
_LINE_LABEL, _TEXT_LINE = 0.22, 0.17  # inches: room for the label of a line above the rows, height of a line of text
_CAPTION = (90, 50)  # characters
_MARK: dict[str, Any] = {"markersize": 7, "markeredgewidth": 1.6, "ls": "", "zorder": 4}
_BEYOND = {1: "$→$", -1: "$←$"}  # a mark that lies beyond the scale
_UNKNOWN = Estimate(np.nan, np.nan, np.nan)


def draw_differences(data: Rows, narrow: bool) -> Figure:
    """Draw differences with their intervals (a forest plot), and a line at no difference."""
    layout = _ROWS[narrow]
    with _along(layout, len(data.rows), data.caption, _around(data, [0.0]), data.line) as (fig, ax):
        _upright(ax, layout, 0.0, len(data.rows), "-")
        for y, row in enumerate(data.rows):
            if y and not narrow:
                ax.axhline(y - 0.5, color=PALER, lw=0.8)
            found = row.estimate
            if found is None:
                ax.text(0.5, y, row.label, transform=ax.get_yaxis_transform(), ha="center", va="center", color=MUTED,
                        style="italic", bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip
                continue
            with_interval = found.has_interval and not narrow
            interval = f" ({signed_interval(found.low, found.high, data.unit)})" if with_interval else ""
            _name(ax, layout, y, row.label, f"{signed(found.value, data.unit)}{interval}")
            _mark(ax, y, found, DIFFERENCES.get(row.grade, DIFFERENCES["other"]))
        ax.xaxis.set_major_formatter(lambda value, _: _signed_tick(100 * value if data.unit == "share" else value))
        return fig


def draw_levels(data: Rows, narrow: bool, stairs: bool = False) -> Figure:
    """Draw averages with their intervals, on an axis that holds them and no more: so that they can be told apart."""
    layout, estimates = _ROWS[narrow], [row.estimate or _UNKNOWN for row in data.rows]
    with _along(layout, len(data.rows), data.caption, _around(data, []), data.line) as (fig, ax):
        for y, (row, now) in enumerate(zip(data.rows, estimates, strict=True)):
            if y and stairs:
                before = estimates[y - 1].value
                ax.plot([before, before, now.value], [y - 1, y, y], color=GREY, lw=1.4, zorder=1)
                if narrow:  # leaves the name free
                    ax.axhspan(y - _ABOVE - 0.13, y - _ABOVE + 0.13, color="white", lw=0, zorder=1.5)
            _mark(ax, y, now, AVERAGE, markersize=13)
            _name(ax, layout, y, row.label, amount(now.value, data.unit))
        if data.unit == "share":
            ax.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g}")
        return fig


def draw_steps(data: Rows, narrow: bool) -> Figure:
    """Draw a measure as one change after another is added, as stairs; the first row is the baseline."""
    return draw_levels(data, narrow, stairs=True)


def draw_against_published(data: AgainstPublished, narrow: bool) -> Figure:
    """Draw each simulated figure on a scale on which the published one is in the middle.

    What is off the scale becomes an arrow at its edge.
    """
    layout, estimates = _PUBLISHED[narrow], [row.estimate or _UNKNOWN for row in data.rows]
    ends = [v for e, row in zip(estimates, data.rows, strict=True) for v in (e.value, e.low, e.high, *(row.band or ()))]
    furthest = max((abs(v) for v in ends if np.isfinite(v)), default=0.0)
    reach = float(np.clip(np.ceil(furthest * 10 + 0.5) / 10, 0.3, 1.0))
    with _along(layout, len(data.rows), "Difference from the published figure", (-reach, reach)) as (fig, ax):
        ax.axvspan(-data.fair, data.fair, color=PALER, lw=0)
        ax.axvspan(-data.close, data.close, color=PALE, lw=0)
        _upright(ax, layout, 0.0, len(data.rows), "-")
        for y, (row, found) in enumerate(zip(data.rows, estimates, strict=True)):
            _name(ax, layout, y, row.label, "" if narrow else row.text)
            if row.band:
                ax.plot(row.band, [y, y], color=MUTED, lw=7, alpha=0.45, solid_capstyle="butt")
            mark = PUBLISHED.get(row.grade, PUBLISHED["unknown"])
            if abs(found.value) > reach:
                side = int(np.sign(found.value))
                edge = Estimate(side * 0.975 * reach, np.nan, np.nan)
                _mark(ax, y, edge, mark, marker=_BEYOND[side], markersize=11, markeredgewidth=0)
            elif np.isfinite(found.value):
                low, high = np.clip([found.low, found.high], -reach, reach).tolist()
                _mark(ax, y, Estimate(found.value, low, high), mark)
        ticks = [t for t in np.linspace(-1, 1, 11).round(1).tolist() if abs(t) <= reach + 1e-9]
        ticks = ticks if len(ticks) <= 7 else ticks[::2] if 0 in ticks[::2] else ticks[1::2]
        ax.set_xticks(ticks, [f"{_signed_tick(round(100 * t))}%" if t else "as published" for t in ticks])
        return fig


def draw_parameters(data: Sequence[Row], narrow: bool) -> Figure:
    """Draw calibrated parameters between their bounds (0 and 1), with the interval that the targets leave."""
    layout = _PARAMETERS[narrow]
    with _along(layout, len(data), "", (0, 1)) as (fig, ax):
        for y, row in enumerate(data):
            _name(ax, layout, y, row.label)
            ax.plot([0, 1], [y, y], color=PALE, lw=7, solid_capstyle="butt", zorder=1)
            _mark(ax, y, row.estimate or _UNKNOWN, SETTINGS.get(row.grade, SETTINGS["not identified"]))
        ax.set_xticks([0, 1], ["low bound", "high bound"])
        low, high = ax.get_xticklabels()
        low.set_horizontalalignment("left")
        high.set_horizontalalignment("right")
        return fig


def draw_shares(data: Mapping[str, float], narrow: bool) -> Figure:
    """Draw shares as bars, each with its name and its per cent."""
    layout = _BARS[narrow]
    with layout.canvas(len(data)) as (fig, ax):
        for y, (name, share) in enumerate(data.items()):
            width = share if np.isfinite(share) else 0.0
            ax.barh(y, width, color=BLUE if y == 0 else GREY, height=0.66)
            beside(ax, lines_of(name, layout.letters), (0, y), (-8, 0), ha="right", va="center")
            beside(ax, number(share, "share"), (width, y), (6, 0), va="center")
        ax.set(xlim=(0, np.nanmax([0.01, *data.values()])), ylim=(max(len(data), 1) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        return fig


def draw_tornado(data: Tornado, narrow: bool) -> Figure:
    """Draw what an outcome is at either end of the range of each setting: bars from a line at what it is now."""
    layout, ends = _ROWS[narrow], [value for row in data.rows for value in row.at]
    reach = _holding([data.now, *ends, *([0.0] if data.turns else [])])
    line = Level(data.now, f"now {signed(data.now, data.unit) if data.turns else amount(data.now, data.unit)}")
    with _along(layout, len(data.rows), data.caption, reach, line) as (fig, ax):
        if data.turns:
            _upright(ax, layout, 0.0, len(data.rows), "-")
        for y, row in enumerate(data.rows):
            _name(ax, layout, y, row.label, " to ".join(row.ends))
            ax.plot(row.at, [y, y], color=PALE, lw=9, solid_capstyle="butt", zorder=2)
            for value, mark in zip(row.at, ENDS.values(), strict=True):
                _mark(ax, y, Estimate(value, np.nan, np.nan), mark)
        if data.unit == "share" or data.turns:
            scale, shown = (100 if data.unit == "share" else 1), (_signed_tick if data.turns else "{:g}".format)
            ax.xaxis.set_major_formatter(lambda value, _: shown(scale * value))
        return fig


# -- what they share ---------------------------------------------------------------------------------------------------


@contextmanager
def _along(
    layout: Layout, rows: int, caption: str, limits: tuple[float, float], line: Level | None = None
) -> Iterator[tuple[Figure, Axes]]:
    """Yield a figure and axes for some rows along an axis with a caption, and draw a line across the rows."""
    text = lines_of(caption, _CAPTION[layout.narrow])
    with layout.canvas(rows, _LINE_LABEL if line else 0.0, _TEXT_LINE * text.count("\n")) as (fig, ax):
        ax.set(xlim=limits, ylim=(max(rows, 1) - 0.5, -0.72 if layout.narrow else -0.5), yticks=[], xlabel=text)
        ax.spines["left"].set_visible(False)
        if line:
            _upright(ax, layout, line.value, rows, "--")
            share = (line.value - limits[0]) / (limits[1] - limits[0])
            side = "left" if share < 0.1 else "right" if share > 0.9 else "center"
            beside(ax, line.label, (line.value, 1), (0, 3), ALONG_X, ha=side, annotation_clip=False)
        yield fig, ax


def _around(data: Rows, also: Sequence[float]) -> tuple[float, float]:
    """Return limits of an axis that holds every row and the line, with a little room."""
    estimates = [row.estimate for row in data.rows if row.estimate]
    line = [data.line.value] if data.line else []
    return _holding([*also, *line, *(v for e in estimates for v in (e.value, e.low, e.high))])


def _holding(values: Sequence[float]) -> tuple[float, float]:
    """Return limits of an axis that holds some values, with a little room."""
    finite = [value for value in values if np.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    room = 0.05 * (high - low) or 0.05 * abs(high) or 1.0
    return low - room, high + room


def _name(ax: Axes, layout: Layout, y: float, label: str, text: str = "") -> None:
    """Write the name of a row left of it and a number right of it; on a phone both above it."""
    if layout.narrow:
        above, across = y - _ABOVE, ax.get_yaxis_transform()
        ax.text(0, above, lines_of(label, layout.letters, 1), transform=across, va="center", ha="left", fontsize=9.5)
        ax.text(1, above, text, transform=across, va="center", ha="right", fontsize=9.5)
        return
    beside(ax, lines_of(label, layout.letters), (0, y), (-10, 0), ALONG_Y, va="center", ha="right")
    beside(ax, text, (1, y), (10, 0), ALONG_Y, va="center", color=MUTED)


def _mark(ax: Axes, y: float, found: Estimate, mark: Mark, **more: Any) -> None:
    """Draw a mean as a mark and its interval as a bar."""
    if found.has_interval:
        ax.plot([found.low, found.high], [y, y], color=mark.colour, lw=2.2, solid_capstyle="butt", zorder=3)
    if np.isfinite(found.value):
        ax.plot(found.value, y, **_MARK | mark.look | more)


def _upright(ax: Axes, layout: Layout, x: float, rows: int, dashes: str) -> None:
    """Draw a line from top to bottom; on a phone it leaves the names between the rows free."""
    if not layout.narrow:
        ax.axvline(x, color=INK, lw=1.2, ls=dashes)
        return
    for y in range(rows):
        ax.plot([x, x], [y - 0.14, y + 0.36], color=INK, lw=1.2, ls=dashes if dashes == "-" else (0, (2, 1)))


def _signed_tick(value: float) -> str:
    if abs(value) < 1e-12:
        return "0"
    text = f"{abs(value):,.0f}" if abs(value) >= 10 or value == int(value) else f"{abs(value):.3g}"
    return f"{'+' if value > 0 else MINUS}{text}"
