"""The sheet of daily series: a row a day, with real dates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from flowsim.report.labels import GROUPS, REASONS
from flowsim.report.office.sheets import DAY, TENTHS, Date, Number, Sheet, Value

TITLE, DATE = "Daily series", "Date"
_OCCUPANCY, _QUEUE = "_occupancy", "_queue"


def daily_sheet(about: str, columns: Mapping[str, pd.Series]) -> Sheet:
    """Return the sheet.

    Parameters
    ----------
    about : str
        What it holds.
    columns : mapping of str to pandas.Series
        By the name of the column: values by date.
    """
    table = pd.DataFrame(dict(columns))
    table.index = pd.to_datetime(table.index)
    rows: list[list[Value]] = [
        [Date(date.date(), DAY), *(Number(value, TENTHS) for value in values)]
        for date, values in zip(table.index, table.to_numpy(dtype=float), strict=True)
    ]
    return Sheet(TITLE, about, [DATE, *map(str, table.columns)], rows)


def series_label(name: str, pools: Mapping[str, str]) -> str:
    """Return what people call a daily measure, such as ``delayed_bedded`` or ``ward_beds_occupancy``."""
    if name == "delayed":
        return "People delayed"
    which = name.removeprefix("delayed_")
    group = GROUPS.get(which, REASONS.get(which))
    if group is not None:
        return f"People delayed: {group[:1].lower()}{group[1:]}"
    if name.endswith(_OCCUPANCY) and name.removesuffix(_OCCUPANCY) in pools:
        return f"{pools[name.removesuffix(_OCCUPANCY)]}: in use"
    return name.replace("_", " ").capitalize()
