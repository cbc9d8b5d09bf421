"""The sheets of a workbook before they are written: texts, dates, and numbers with their look in Excel."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

ROWS_AT_MOST = 50_000  # of a sheet: more than anybody scrolls through, and as much as opens at once
SHARE, PLAIN, TIMES = "0.0%", "0", "0.0"
P_VALUE = '[<0.001]"<0.001";[<0.1]0.000;0.00'
MONTH, DAY = "mmm yyyy", "d mmm yyyy"
LOW, HIGH = "low (95%)", "high (95%)"
POUNDS = "[$£-809]#,##0;-[$£-809]#,##0"
TENTHS = "#,##0.0"
_HUNDREDTHS, _WHOLE = "#,##0.00", "#,##0"
_UNITS = {"gbp": "pounds (£)", "share": "per cent", "gbp a year": "pounds (£) a year"}


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and how Excel is to show it."""

    value: float
    style: str

    @property
    def is_known(self) -> bool:
        """Whether there is such a number; if not, its cell is empty."""
        return not pd.isna(self.value) and math.isfinite(self.value)


@dataclass(frozen=True, slots=True)
class Date:
    """A date, and how Excel is to show it: `DAY` or `MONTH`."""

    value: dt.date
    style: str


Value = str | Number | Date | None


@dataclass(frozen=True)
class Sheet:
    """A sheet before it is written.

    Attributes
    ----------
    title : str
        On its tab.
    about : str
        What it holds, for the first sheet and for print.
    header : sequence of str
        The first row, which stays in sight.
    rows : sequence of sequence
        Texts, dates and numbers; None is an empty cell.
    left_out : int
        How many rows there is no room for.
    names : int
        How many of the first columns name a row: they stay in sight too.
    pages : int
        How many pages it fills in print, at most; what does not fit on them is on the sheet only.
    wraps : bool
        Whether long texts are broken into lines, as in a table that is read and not calculated with.
    """

    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]
    left_out: int = 0
    names: int = 1
    pages: int = 1
    wraps: bool = False

    @classmethod
    def of(
        cls,
        title: str,
        about: str,
        header: Sequence[str],
        table: pd.DataFrame,
        row_of: Callable[[Any], Sequence[Value]],
        **look: Any,
    ) -> Sheet:
        """Make a sheet with a row for each of a table's, as far as there is room; `look` is names, pages and wraps."""
        rows = [row_of(row) for row in table.head(ROWS_AT_MOST).itertuples(index=False)]
        return cls(title, about, header, rows, len(table) - len(rows), **look)


def unit_in_words(unit: str) -> str:
    """Return a unit as it is written in a column of units."""
    return _UNITS.get(unit, unit)


def numbers(unit: str, *values: float) -> list[Number]:
    """Return numbers that stand next to each other and have the same number of digits."""
    style = style_of(unit, *values)
    return [Number(value, style) for value in values]


def style_of(unit: str, *values: float) -> str:
    """Return how Excel is to show numbers of a unit."""
    if unit in ("share", "gbp"):
        return SHARE if unit == "share" else POUNDS
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return _WHOLE if largest >= 1000 else TENTHS if largest >= 10 else _HUNDREDTHS


def table_sheet(name: str, table: pd.DataFrame) -> Sheet:
    """Return a table as it stands, with the names of its own columns."""
    columns = [_cells(table[column].head(ROWS_AT_MOST)) for column in table]
    rows = [list(row) for row in zip(*columns, strict=True)]
    about = f"The table of the design, as in {name}.csv."
    header = [str(column) for column in table]
    return Sheet(name.replace("_", " ").capitalize(), about, header, rows, len(table) - len(rows))


def _cells(column: pd.Series) -> list[Value]:
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if value else "no" for value in column]
    if pd.api.types.is_integer_dtype(column):
        return [Number(value, PLAIN) for value in column]
    if pd.api.types.is_float_dtype(column):
        style = style_of("", *column)
        return [Number(value, style) for value in column]
    if pd.api.types.is_datetime64_any_dtype(column):
        return [None if pd.isna(value) else Date(value.date(), DAY) for value in column]
    return [None if pd.isna(value) else str(value) for value in column]
