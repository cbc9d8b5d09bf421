"""A figure with its data: for the page, for the phone, and for a file of its own.

A figure in a page is a string that begins with ``<svg``, needs nothing from elsewhere, and leaves its text as text, so
that the page's own fonts apply and a reader can search it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Generic, TypeVar

import matplotlib as mpl
from matplotlib.figure import Figure

from flowsim.report.figures.drawing import STYLE, lines_of, style
from flowsim.report.figures.findings import finding

Data = TypeVar("Data")


def svg(fig: Figure, name: str, shows: str) -> str:
    """Return a figure as SVG for a page, with identifiers of its own, and what it shows for screen readers."""
    buffer = io.StringIO()
    with mpl.rc_context(STYLE):
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
    return text.replace("<svg", f'<svg role="img" aria-label="{escape(shows)}"', 1).strip()


@dataclass(frozen=True)
class Picture(Generic[Data]):
    """A figure that can be drawn for the page, for the phone, and into a file of its own.

    Attributes
    ----------
    name : str
        Of the file, and of its identifiers in a page.
    title : str
        What it is a figure of; it stands above the figure in a file of its own.
    data : object
        What it shows, as plain data: see `flowsim.report.figures.figure_data`.
    drawing : callable
        Draws such data; takes them and whether it is for a phone.
    """

    name: str
    title: str
    data: Data
    drawing: Callable[[Data, bool], Figure]

    def draw(self, narrow: bool) -> Figure:
        """Return the figure for a page, or for a phone."""
        return self.drawing(self.data, narrow)

    @property
    def shows(self) -> str:
        """What it shows, for those who cannot see it; its title, if nothing is known of such data."""
        return finding(self.data) or self.title

    def svg(self, narrow: bool = False) -> str:
        """Return it as SVG to be put into a page."""
        return svg(self.draw(narrow), f"{self.name}-narrow" if narrow else self.name, self.shows)


def titled(picture: Picture[Any]) -> Figure:
    """Return a figure with its title above it, outside the canvas, for a file that is cut to what is drawn."""
    figure = picture.draw(False)
    with style():
        title = lines_of(picture.title, 110, 3)
        figure.text(0.0, 1 + 0.12 / figure.get_figheight(), title, ha="left", va="bottom", fontsize=10.5, weight="bold")
        figure.draw_without_rendering()  # ticks take their look from the style when they are first drawn
    return figure
