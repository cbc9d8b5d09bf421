"""The charts of a workbook before they are drawn: which columns of which sheet each of them shows, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["bars", "lines", "points"]
BARS: Kind = "bars"
LINES: Kind = "lines"
POINTS: Kind = "points"


@dataclass(frozen=True)
class Series:
    """A series of a chart, by the names of columns of its sheet.

    Attributes
    ----------
    values : str
        What is drawn; of points, how high they lie.
    name : str
        In the legend; the name of the column if left out.
    below, above : str
        Of bars: how far the ends of the interval are from the value; empty without intervals.
    """

    values: str
    name: str = ""
    below: str = ""
    above: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart that Excel draws from the cells of a sheet, so that it follows when they are changed.

    Attributes
    ----------
    kind : {"bars", "lines", "points"}
        Horizontal bars with a row each, lines over dates, or points with a number each.
    title : str
        Above it.
    finding : str
        What it shows, for those who cannot see it.
    sheet : str
        The title of the sheet that holds the numbers.
    along : str
        The column of labels (bars), of dates (lines), or of how far to the right a point lies (points).
    series : sequence of Series
        What is drawn.
    rows : int
        How many rows of the sheet are drawn, from the first.
    across_title, up_title : str
        What the horizontal and the vertical axis show; empty where labels say it.
    style, along_style : str
        How the values are shown and, of points, how far to the right they lie.
    labels : str
        Of points: the column with the number that stands at each of them.
    """

    kind: Kind
    title: str
    finding: str
    sheet: str
    along: str
    series: Sequence[Series]
    rows: int
    across_title: str = ""
    up_title: str = ""
    style: str = "#,##0"
    along_style: str = "#,##0"
    labels: str = ""
