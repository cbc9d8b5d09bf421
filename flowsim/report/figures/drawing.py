"""What all figures share: colours, layouts, a canvas, and an axis of dates.

Every figure is drawn twice: for a page and for a phone. One function draws both, from a layout for each. Colours are
those of Okabe and Ito, which colour-blind people can tell apart; what a colour says, a shape, a line or a
label says too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DateLocator, DayLocator, MonthLocator
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

INK, MUTED, PALE, PALER = "#1b2a38", "#5f6b76", "#d9dee3", "#eef1f4"
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#9aa3ab"
HALO = [withStroke(linewidth=3.2, foreground="white", alpha=0.75)]  # a dark line on dark areas stays in sight
Coordinates = str | tuple[str, str]
ALONG_X, ALONG_Y = ("data", "axes fraction"), ("axes fraction", "data")  # in data along one axis, a share of the other
_LONG_DAYS, _YEAR_DAYS, _MONTHS_DAYS = 120, 400, 5 * 366
_JANUARY, _HALVES = (1,), (1, 7)
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "flowsim",  # the same data give the same bytes
    "text.parse_math": False,  # a name may hold a dollar sign
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "legend.borderaxespad": 0.1,
}


@dataclass(frozen=True)
class Layout:
    """Where a figure puts its parts: lengths are in inches, except where they say something else.

    Attributes
    ----------
    left, right : float
        Sides of the axes, as shares of the width.
    top, bottom : float
        Room above and below the axes.
    row : float
        Height of a row, or of a panel.
    gap : float
        Height between two panels below each other.
    across : int
        Panels next to each other.
    between : float
        Room between these, as a share of their width.
    letters : int
        Characters of a line of a label.
    font_size : float
        In points.
    width : float
        Of the figure.
    narrow : bool
        Whether it is for a phone.
    """

    left: float
    right: float
    top: float
    bottom: float
    row: float
    gap: float = 0.0
    across: int = 1
    between: float = 0.0
    letters: int = 90
    font_size: float = 9.0
    width: float = 9.0
    narrow: bool = False

    @contextmanager
    def grid(self, rows: Sequence[float], top: float = 0.0, bottom: float = 0.0) -> Iterator[tuple[Figure, GridSpec]]:
        """Yield a figure and a grid of panels, each row of which is as high as some rows, with more room around it."""
        with style(self.font_size):
            heights, above, below = [self.row * max(row, 1) for row in rows], self.top + top, self.bottom + bottom
            height = above + sum(heights) + self.gap * (len(rows) - 1) + below
            fig = Figure(figsize=(self.width, height))
            yield fig, fig.add_gridspec(
                len(rows), self.across, height_ratios=heights, left=self.left, right=self.right,
                top=1 - above / height, bottom=below / height,
                hspace=self.gap * len(rows) / sum(heights), wspace=self.between,
            )  # fmt: skip

    @contextmanager
    def canvas(self, rows: float = 1, top: float = 0.0, bottom: float = 0.0) -> Iterator[tuple[Figure, Axes]]:
        """Yield a figure and its only axes, as high as some rows."""
        with self.grid([rows], top, bottom) as (fig, grid):
            yield fig, fig.add_subplot(grid[0])


def twins(phone: Mapping[str, Any], **page: Any) -> tuple[Layout, Layout]:
    """Return the layout of a figure for a page, and the one for a phone by what is different there.

    The layout that a figure needs is ``twins(...)[narrow]``.
    """
    return Layout(**page), Layout(**{**page, "width": 4.6, "font_size": 10.5, "narrow": True, **phone})


def beside(
    ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], of: Coordinates = "data", **look: Any
) -> None:
    """Write a text at an offset (points) from a position, which is in data or, along an axis, in shares of it.

    Each line is a text of its own: a page has other fonts than the one by which lines of one text would be aligned.
    """
    lines, x, y = text.split("\n"), *offset
    step = 1.12 * float(look.get("fontsize", mpl.rcParams["font.size"]))
    above = {"center": (len(lines) - 1) / 2, "bottom": len(lines) - 1}.get(look.get("va", ""), 0)
    for i, line in enumerate(lines):
        ax.annotate(line, at, (x, y + (above - i) * step), of, "offset points", **look)


@contextmanager
def style(font_size: float = 9.0) -> Iterator[None]:
    """Draw in the style of the reports."""
    with mpl.rc_context({**STYLE, "font.size": font_size}):
        yield


def main_and_small(fig: Figure, grid: GridSpec, titles: Sequence[str], narrow: bool) -> dict[str, Axes]:
    """Return a large panel for the first title and small ones, two next to each other, for the others.

    The large one stands left of the small ones in a page, and above them on a phone. The grid has four panels across in
    a page and two on a phone.
    """
    main = fig.add_subplot(grid[0, :] if narrow else grid[:, :2])
    cells = [(1 + i // 2, i % 2) if narrow else (i // 2, 2 + i % 2) for i in range(len(titles) - 1)]
    small = {title: fig.add_subplot(grid[cell]) for title, cell in zip(titles[1:], cells, strict=True)}
    return {titles[0]: main, **small}


def date_axis(ax: Axes, dates: NDArray[np.datetime64], months: int = 1, year: bool = True) -> None:
    """Give a figure an axis of dates: a tick every few months, with the year or not; days in a run of some months.

    Of some years there is a tick every half year, or in a panel without the year (a small one) every January.
    """
    if dates.size:
        # The last midnight needs a day of its own, also where the horizon is a single day.
        ax.set_xlim(dates[0], dates[-1] + np.timedelta64(1, "D"))
    days = int((dates[-1] - dates[0]).astype(int)) + 1 if dates.size else 0
    locator: DateLocator
    if days > _LONG_DAYS:
        every = range(1, 13, months) if days <= _YEAR_DAYS else _HALVES if year else _JANUARY
        locator = MonthLocator(bymonth=every) if days <= _MONTHS_DAYS else AutoDateLocator(maxticks=8 if year else 4)
    else:
        locator = DayLocator(interval=max(1, -(-days // (3 if months > 1 else 6))))
    ax.xaxis.set_major_locator(locator)
    if days <= _LONG_DAYS:
        ax.xaxis.set_major_formatter(_day_and_month)
    elif days <= _YEAR_DAYS:
        ax.xaxis.set_major_formatter(_month_letters if year else _month_alone)
    else:
        ax.xaxis.set_major_formatter(_year_or_month if days <= _MONTHS_DAYS else ConciseDateFormatter(locator))


@FuncFormatter
def _day_and_month(value: float, position: int | None) -> str:
    """Write a date of a short run in full: a day without its month would be unclear."""
    date = mpl.dates.num2date(value)
    return f"{date.day} {_month_name(date.month)}"


@FuncFormatter
def _month_letters(value: float, position: int | None) -> str:
    """Return the name of a month, with the year below it in January."""
    date = mpl.dates.num2date(value)
    month = _month_name(date.month)
    return f"{month}\n{date.year}" if date.month == 1 else month


@FuncFormatter
def _year_or_month(value: float, position: int | None) -> str:
    """Return the year in January, and the name of any other month."""
    date = mpl.dates.num2date(value)
    return str(date.year) if date.month == 1 else _month_name(date.month)


@FuncFormatter
def _month_alone(value: float, position: int | None) -> str:
    return _month_name(mpl.dates.num2date(value).month)


def _month_name(month: int) -> str:
    return "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month - 3 : 3 * month]


def lines_of(text: str, width: int, lines: int = 2) -> str:
    """Break a label into lines of some characters; what is longer ends in dots."""
    if lines == 1 and len(text) > width:
        words = textwrap.shorten(text, width, placeholder=" …")
        return words if words != "…" else f"{text[: width - 1]}…"
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …")) or text
