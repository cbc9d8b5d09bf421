"""A table of a page, as its template shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class PageTable:
    """A table of the page.

    Attributes
    ----------
    header : sequence of str
        The names of the columns.
    rows : sequence of sequence of str
        Texts; the first of each row names it.
    note : str
        What stands below it.
    caption : str
        What stands above it, and what it is called for those who cannot see it.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    caption: str = "What the design shows"
