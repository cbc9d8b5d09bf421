"""What all figures share: colours, a canvas, an axis of dates, and SVG to stand inside a page.

A figure in a page is a string that begins with ``<svg``, needs nothing from elsewhere, and leaves its text as text, so
that the page's own fonts apply and a reader can search it. Colours are those of Okabe and Ito, which colour-blind
people can tell apart; what a colour says, a shape, a line style or a label says too.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, DayLocator, MonthLocator
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

INK, MUTED, PALE, PALER = "#1b2a38", "#5f6b76", "#d9dee3", "#eef1f4"
BLUE, ORANGE, GREEN, VERMILION, GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#9aa3ab"
SKY, PURPLE = "#56b4e9", "#cc79a7"
HALO = [withStroke(linewidth=3.2, foreground="white", alpha=0.75)]  # a dark line on dark areas stays in sight
_LONG_DAYS = 120
_RC = {
    "svg.fonttype": "none",  # text stays text
    "svg.hashsalt": "flowsim",  # the same data give the same bytes
    "text.parse_math": False,  # a name may hold a dollar sign
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "text.color": INK,
    "xtick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.color": MUTED,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}


@contextmanager
def style(narrow: bool = False, font_size: float | None = None) -> Iterator[None]:
    """Draw in the style of the reports: the type is larger in a figure for a phone."""
    with mpl.rc_context({**_RC, "font.size": font_size or (10.5 if narrow else 9.0)}):
        yield


def axes(size: tuple[float, float], left: float, right: float, top: float, bottom: float) -> tuple[Figure, Axes]:
    """Return a figure and its axes; sides are shares of the width, top and bottom are inches."""
    fig = Figure(figsize=size)
    height = size[1]
    fig.subplots_adjust(left=left, right=right, top=1 - top / height, bottom=bottom / height)
    return fig, fig.add_subplot()


def date_axis(ax: Axes, dates: NDArray[np.datetime64], months: int = 1, year: bool = True) -> None:
    """Give a figure an axis of dates: every so many months of a year, with the year or not; days of a shorter run."""
    if dates.size:
        # The last midnight needs a day of its own, also where the horizon is a single day.
        ax.set_xlim(dates[0], dates[-1] + np.timedelta64(1, "D"))
    days = int((dates[-1] - dates[0]).astype(int)) + 1 if dates.size else 0
    if days > _LONG_DAYS:
        locator = MonthLocator(bymonth=range(1, 13, months)) if days <= 400 else AutoDateLocator(maxticks=8)
    else:
        locator = DayLocator(interval=max(1, -(-days // (3 if months > 1 else 6))))
    ax.xaxis.set_major_locator(locator)
    if days <= _LONG_DAYS:
        ax.xaxis.set_major_formatter(_day_and_month)
    else:
        letters = _month_letters if year else _month_alone
        ax.xaxis.set_major_formatter(letters if days <= 400 else ConciseDateFormatter(locator))


@FuncFormatter
def _day_and_month(value: float, position: int | None) -> str:
    """Write a date of a short run in full: a day alone would leave its month to guess."""
    date = mpl.dates.num2date(value)
    return f"{date.day} {_month_name(date.month)}"


@FuncFormatter
def _month_letters(value: float, position: int | None) -> str:
    """Return the name of a month, with the year below it in January."""
    date = mpl.dates.num2date(value)
    month = _month_name(date.month)
    return f"{month}\n{date.year}" if date.month == 1 else month


@FuncFormatter
def _month_alone(value: float, position: int | None) -> str:
    return _month_name(mpl.dates.num2date(value).month)


def _month_name(month: int) -> str:
    return "JanFebMarAprMayJunJulAugSepOctNovDec"[3 * month - 3 : 3 * month]


def svg(fig: Figure, name: str, title: str) -> str:
    """Return a figure as SVG to be put into a page, with identifiers of its own and a title for screen readers."""
    buffer = io.StringIO()
    with mpl.rc_context(_RC):
        fig.savefig(
            buffer, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style[^>]*>.*?</style>", "", text, count=1, flags=re.DOTALL)  # it would style the whole page
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    prefix = re.sub(r"[^A-Za-z0-9_-]", "-", name)
    text = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{prefix}-", text)
    text = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", text, count=1)
    text = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1)
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1).strip()


@dataclass(frozen=True)
class Picture:
    """A figure that can be drawn for the page, for the phone, and into a file of its own.

    Attributes
    ----------
    name : str
        Of the file, and of its identifiers in a page.
    title : str
        What it shows, for those who cannot see it.
    draw : callable
        Takes whether it is for a phone, and returns the figure.
    """

    name: str
    title: str
    draw: Callable[[bool], Figure]

    def svg(self, narrow: bool) -> str:
        """Return it as SVG to be put into a page."""
        return svg(self.draw(narrow), f"{self.name}-narrow" if narrow else self.name, self.title)


def titled(picture: Picture) -> Figure:
    """Return a figure with its title above it, outside the canvas, for a file that is cut to what is drawn."""
    figure = picture.draw(False)
    with style():
        title = lines_of(picture.title, 110, 3)
        figure.text(0.0, 1 + 0.12 / figure.get_figheight(), title, ha="left", va="bottom", fontsize=10.5, weight="bold")
        figure.draw_without_rendering()  # ticks take their look from the style when they are first drawn
    return figure


def lines_of(text: str, width: int, lines: int = 2) -> str:
    """Break a label into lines of so many characters; what is longer ends in dots."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …")) or text
