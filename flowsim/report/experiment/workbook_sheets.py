"""The sheets of the workbook of an experiment before they are written: texts, and numbers with their look in Excel."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from flowsim.report.experiment.results_view import View

ROWS_AT_MOST = 50_000  # of a sheet: more than anybody scrolls through, and as much as opens at once
SHARE, PLAIN, P_VALUE, TIMES = "0.0%", "0", "0.0000", "0.0"
LOW, HIGH = "low (95%)", "high (95%)"
_TENTHS, _HUNDREDTHS, _WHOLE = "#,##0.0", "#,##0.00", "#,##0"
_TITLE_CHARACTERS = 31  # of a tab, in Excel


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and how Excel is to show it."""

    value: float
    style: str


@dataclass(frozen=True)
class Sheet:
    """A sheet before it is written.

    Attributes
    ----------
    title : str
        On its tab.
    about : str
        What it holds, for the first sheet.
    header : list of str
        The first row, which stays in sight.
    rows : list of list
        Texts and numbers; None is an empty cell.
    left_out : int
        How many rows there is no room for.
    """

    title: str
    about: str
    header: list[str]
    rows: list[list[Any]]
    left_out: int = 0

    @classmethod
    def of(
        cls, title: str, about: str, header: list[str], table: pd.DataFrame, row_of: Callable[[Any], list[Any]]
    ) -> Sheet:
        """Make a sheet with a row for each of a table's, as far as there is room."""
        rows = [row_of(row) for row in table.head(ROWS_AT_MOST).itertuples(index=False)]
        return cls(title, about, header, rows, len(table) - len(rows))


def by_measure(view: View, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the headline measures, one after the other."""
    place = {measure: i for i, measure in enumerate(view.measures)}
    rows = table[table["measure"].isin(place)]
    return rows.sort_values("measure", key=lambda names: names.map(place), kind="stable")


def with_unit(view: View, measure: str) -> str:
    """Return a measure in words, with its unit."""
    unit = {"gbp": "£", "days": "days", "hours": "hours"}.get(view.unit_of(measure), "")
    label = view.label(measure)
    return label if not unit or unit in label.lower() else f"{label} ({unit})"


def numbers(unit: str, *values: float) -> list[Number]:
    """Return numbers that stand next to each other and have the same number of digits."""
    style = style_of(unit, *values)
    return [Number(value, style) for value in values]


def style_of(unit: str, *values: float) -> str:
    """Return how Excel is to show numbers of a unit."""
    if unit in ("share", "gbp"):
        return SHARE if unit == "share" else _WHOLE
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return _WHOLE if largest >= 1000 else _TENTHS if largest >= 10 else _HUNDREDTHS


def table_sheet(name: str, table: pd.DataFrame) -> Sheet:
    """Return a table as it stands, with the names of its own columns."""
    title = name.replace("_", " ").capitalize()
    columns = [_cells(table[column].head(ROWS_AT_MOST)) for column in table]
    rows = [list(row) for row in zip(*columns, strict=True)]
    about = f"The table of the design, as in {name}.csv."
    return Sheet(title[:_TITLE_CHARACTERS], about, [str(column) for column in table], rows, len(table) - len(rows))


def _cells(column: pd.Series) -> list[Number | str]:
    if pd.api.types.is_bool_dtype(column):
        return ["yes" if value else "no" for value in column]
    if pd.api.types.is_integer_dtype(column):
        return [Number(value, PLAIN) for value in column]
    if pd.api.types.is_float_dtype(column):
        style = style_of("", *column)
        return [Number(value, style) for value in column]
    return [str(value) for value in column]
