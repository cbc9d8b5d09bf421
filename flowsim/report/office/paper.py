"""How much of a sheet fits on paper: A4, landscape, as wide as the page."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

A4 = 9  # in Excel's list of papers
_POINTS_A_LINE, _POINTS_OF_FONT = 15.0, 11
_WIDTH_PIXELS = (11.69 - 0.8) * 96  # between the margins
_HEIGHT_POINTS = (8.27 - 1.2) * 72
_PIXELS_A_LETTER, _PIXELS_BETWEEN = 7, 5
_SMALLEST = 0.5  # of its size on the screen: what is smaller in print is no longer read
_HIGHEST = 400.0  # points: a row of Excel is hardly higher
_LETTERS_A_UNIT = 1.1  # the width of a column is counted in zeros, and most letters are narrower


def text_height(text: str, letters: float, font_size: float) -> float:
    """Return how high a row is (points) that holds a text, in a column of a width in letters."""
    across = max(1, int(letters * _LETTERS_A_UNIT * _POINTS_OF_FONT / font_size))
    short = len(text) <= across and "\n" not in text
    lines = 1 if short else sum(max(1, len(textwrap.wrap(line, across))) for line in text.split("\n"))
    return min(lines * _POINTS_A_LINE * font_size / _POINTS_OF_FONT, _HIGHEST)


def columns_in_print(widths: Sequence[float]) -> int:
    """Return how many columns (widths in letters) fit on a page that can still be read; at least one."""
    room = _WIDTH_PIXELS / _SMALLEST
    for i, width in enumerate(widths):
        room -= _PIXELS_A_LETTER * width + _PIXELS_BETWEEN
        if room < 0:
            return max(i, 1)
    return len(widths)


def rows_in_print(widths: Sequence[float], heights: Sequence[float], rows: int, pages: int) -> int:
    """Return how many rows of a sheet are printed on some pages that are as wide as the sheet.

    Parameters
    ----------
    widths : sequence of float
        Of the columns, in letters.
    heights : sequence of float
        Of the header and, where they are higher than a line, of the rows (points).
    rows, pages : int
        How many rows there are, and how many pages.
    """
    scale = min(1.0, _WIDTH_PIXELS / sum(_PIXELS_A_LETTER * width + _PIXELS_BETWEEN for width in widths))
    of_page = _HEIGHT_POINTS / scale - heights[0]  # the header stands on each
    room, page = of_page, 1
    for i in range(rows):
        high = heights[i + 1] if i + 1 < len(heights) else _POINTS_A_LINE
        if room < high:
            room, page = of_page, page + 1
        if page > pages:
            return i
        room -= high
    return rows
