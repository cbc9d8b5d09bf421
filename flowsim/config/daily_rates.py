"""Daily rates: the expected spells of each day, from a CSV file that a configuration or a change names."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from flowsim.config.errors import NO_VALUE, ConfigError, Keys, Locate, Problem, dotted
from flowsim.config.number_hints import NUMBER, could_be_month_first, date_hint, date_meant, is_month_first, number_hint
from flowsim.config.pydantic_findings import DAILY_RATES

COLUMNS = ["date", "spells"]
_SEPARATORS = ",;\t"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_EXCEL_SERIALS = range(18_264, 91_313)  # 1950 to 2149

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
        rate = table.rate(line, number_text)
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


def read_tables(data: Any, folder: Path, locate: Locate) -> list[Problem]:
    """Replace the names of CSV files in raw data by what the files hold, in place; return what is wrong with them.

    Daily rates are named in a stream, or in a change that sets those of a stream. A file that is not sound leaves an
    empty table behind.

    Parameters
    ----------
    data : mapping or list
        Settings, an intervention or an experiment, as YAML gives them.
    folder : Path
        What the names are relative to.
    locate : callable
        From the path of a setting to its file and line.
    """
    problems: list[Problem] = []
    for keys, key, group in list(_named_files(data, ())):
        name, file = group[key], folder / group[key]
        group[key] = {}
        if not file.is_file():
            problems.append(Problem(*locate(keys), dotted(keys), name, f"there is no file {os.path.normpath(file)}"))
            continue
        try:
            group[key] = read_daily_rates(file)
        except ConfigError as error:
            problems += [replace(problem, path=dotted(keys)) for problem in error.problems]
    return problems


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


def _named_files(data: Any, above: Keys) -> Iterator[tuple[Keys, str, dict[str, Any]]]:
    """Yield where a setting is the name of a file of daily rates, its own name, and the group that it is in."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _named_files(item, (*above, number))
    elif isinstance(data, dict):
        path = data.get("path")
        sets_rates = isinstance(path, str) and path.rpartition(".")[2] == DAILY_RATES
        for key, value in data.items():
            if isinstance(value, str) and (key == DAILY_RATES or (key == "set" and sets_rates)):
                yield (*above, key), key, data
            else:
                yield from _named_files(value, (*above, key))


class _Table:
    """The lines of a CSV file, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._separator = ","

    def report(self, line: int | None, message: str, value: Any = NO_VALUE) -> None:
        self.problems.append(Problem(str(self.path), line, "", value, message))

    def rows(self) -> list[tuple[int, list[str]]]:
        """Return the fields of each line below the header that has as many as it should, with its number."""
        lines = [(number, text) for number, text in enumerate(self._lines(), 1) if text.strip(f" {_SEPARATORS}")]
        if not lines:
            if not self.problems:
                self.report(None, f"the file is empty; its first line must be {','.join(COLUMNS)}")
            return []
        (number, header), *rest = lines
        self._separator = next((sign for sign in _SEPARATORS if sign in header), ",")
        if [name.lower() for name in self._fields(number, header)] != COLUMNS:
            if not self.problems:
                self.report(number, f"the first line must be {','.join(COLUMNS)}", header.strip())
            return []
        rows = [
            (number, fields)
            for number, text in rest
            if self._is_full(number, text, fields := self._fields(number, text))
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
        if re.fullmatch(r"[0-9]{5}", text) and int(text) in _EXCEL_SERIALS:
            day = _EXCEL_DAY_0 + dt.timedelta(days=int(text))
            self.report(line, f"this is how Excel counts days: format the column as a date, to read {day}", text)
        else:
            hint = date_hint(text)
            self.report(line, f"must be a date such as 2016-10-31 or 31/10/2016{hint and f': {hint}'}", text)
        return None

    def rate(self, line: int, text: str) -> float | None:
        """Return a rate; report it, and return None, if it is no number of 0 or more."""
        if self._separator == "," and _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        if not NUMBER.fullmatch(text):
            hint = number_hint(text)
            self.report(line, f"must be a number such as 4.5{hint and f': {hint}'}", text)
            return None
        rate = float(text)
        if not 0 <= rate < float("inf"):
            self.report(line, "must be 0 or more" if rate < 0 else "must be a finite number", text)
            return None
        return rate

    def _fields(self, number: int, text: str) -> list[str]:
        """Return the fields of a line; report it, and return none, if it cannot be read."""
        try:
            # A field of this file never goes over several lines, so a quote that is not closed ends with its line.
            return [field.strip() for field in next(csv.reader([text], delimiter=self._separator, strict=True))]
        except csv.Error:
            self.report(number, 'a quote (") is not closed, or stands within a field', text.strip())
            return []

    def _is_full(self, number: int, text: str, fields: list[str]) -> bool:
        """Return whether a line has as many fields as it should; report one that has not."""
        if fields and len(fields) != len(COLUMNS):
            wanted = self._separator.join(COLUMNS)
            hint = "; write thousands without a comma" if self._separator == "," and len(fields) > len(COLUMNS) else ""
            self.report(number, f"must have exactly two fields ({wanted}), this has {len(fields)}{hint}", text.strip())
        return len(fields) == len(COLUMNS)

    def _lines(self) -> list[str]:
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            self.report(None, "there is no such file")
            return []
        except OSError as error:
            self.report(None, f"the file cannot be read ({error.strerror or error})")
            return []
        if raw.startswith(_WORKBOOKS):
            self.report(None, "this is an Excel workbook: save the sheet as CSV (comma delimited)")
            return []
        return re.split(r"\r\n|\r|\n", _decoded(raw))


def _decoded(raw: bytes) -> str:
    """Return the text of a file as Excel may save it: UTF-8, Unicode text (UTF-16), or the code page of Windows."""
    if raw.startswith(_UTF_16):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
