"""Daily rates: the expected spells of each day, from a CSV file that a configuration or a change names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flowsim.config.csv_table import CsvTable, excel_day
from flowsim.config.errors import ConfigError
from flowsim.config.number_hints import could_be_month_first, date_hint, date_meant, is_month_first
from flowsim.config.pydantic_findings import DAILY_RATES

COLUMNS = ["date", "spells"]

# What a rate of a stream takes the place of when it is given later (in a file that extends another, or in a change),
# with the value that has no effect.
_TAKES_THE_PLACE_OF: dict[str, dict[str, Any]] = {
    DAILY_RATES: {"spells_per_day": None, "weekdays": [1.0] * 7, "months": [1.0] * 12},
    "spells_per_day": {DAILY_RATES: None},
}


def read_daily_rates(path: Path) -> dict[str, float]:
    """Return the expected spells of each day from a CSV file with the columns date and spells.

    Dates are 2016-10-31 or, with the day first, 31/10/2016. A number is written with a decimal point; in quotes it may
    have commas between thousands. Fields are separated by commas, semicolons or tabs, the same in the whole file. Lines
    with nothing in them are passed over.

    Raises
    ------
    ConfigError
        If there is no such file, or a line of it is not exactly a date and a number of 0 or more, or a date is given
        twice: every problem with its line.
    """
    table = _Table(path)
    rates: dict[str, float] = {}
    first_line: dict[str, int] = {}
    for line, (date_text, number_text) in table.rows():
        date = table.date(line, date_text)
        rate = table.number(line, number_text)
        if date is None or rate is None:
            continue
        if date in rates:
            table.report(line, f"the date {date} is given twice (first in line {first_line[date]})")
        first_line.setdefault(date, line)
        rates[date] = rate
    if not rates and not table.problems:
        table.report(None, "there is no day in this file: write a line such as 2016-10-31,4.5 for each")
    if table.problems:
        raise ConfigError(table.problems)
    return rates


def without_effect(group: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return which settings of a stream no longer hold once others are laid over it, with a value of no effect.

    Daily rates are the expectation of each day, so they take the place of a rate and of the profiles of weekdays and
    months that were there before; a rate takes the place of daily rates.
    """
    return {
        name: neutral
        for rate, others in _TAKES_THE_PLACE_OF.items()
        if over.get(rate) is not None
        for name, neutral in others.items()
        if name in group and name not in over
    }


class _Table(CsvTable):
    """The lines of a file of daily rates, and what is wrong with them."""

    def rows(self) -> list[tuple[int, list[str]]]:
        """Return the fields of each line below the header that has as many as it should, with its number."""
        lines = self.lines()
        if not lines:
            if not self.problems:
                self.report(None, f"the file is empty; its first line must be {','.join(COLUMNS)}")
            return []
        (number, header), *rest = lines
        if [name.lower() for name in self.fields(number, header)] != COLUMNS:
            if not self.problems:
                self.report(number, f"the first line must be {','.join(COLUMNS)}", header.strip())
            return []
        rows = [
            (number, fields)
            for number, text in rest
            if self._is_full(number, text, fields := self.fields(number, text))
        ]
        return self._without_months_first(rows)

    def _without_months_first(self, rows: list[tuple[int, list[str]]]) -> list[tuple[int, list[str]]]:
        """Return the rows whose dates can be relied upon; report once if the month stands first in this file."""
        wrong = next(((line, fields[0]) for line, fields in rows if is_month_first(fields[0])), None)
        if wrong is None:
            return rows
        self.report(wrong[0], "the month seems to stand first in this file: write dates as 2016-10-31", wrong[1])
        return [(line, fields) for line, fields in rows if not could_be_month_first(fields[0])]

    def date(self, line: int, text: str) -> str | None:
        """Return a date as it is written in a configuration; report it, and return None, if it is none."""
        meant = date_meant(text)
        if meant is not None:
            return meant.isoformat()
        day = excel_day(text)
        if day is not None:
            self.report(line, f"this is how Excel counts days: format the column as a date, to read {day}", text)
        else:
            hint = date_hint(text)
            self.report(line, f"must be a date such as 2016-10-31 or 31/10/2016{hint and f': {hint}'}", text)
        return None

    def _is_full(self, number: int, text: str, fields: list[str]) -> bool:
        """Return whether a line has as many fields as it should; report one that has not."""
        if fields and len(fields) != len(COLUMNS):
            wanted = self.separator.join(COLUMNS)
            hint = "; write thousands without a comma" if self.separator == "," and len(fields) > len(COLUMNS) else ""
            self.report(number, f"must have exactly two fields ({wanted}), this has {len(fields)}{hint}", text.strip())
        return len(fields) == len(COLUMNS)
