"""The lines of a CSV file as Excel or a program saves it, and everything that is wrong with them."""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path
from typing import Any

from flowsim.config.errors import NO_VALUE, Problem
from flowsim.config.number_hints import NUMBER, number_hint

SEPARATORS = ",;\t"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_EXCEL_DAY_0 = dt.date(1899, 12, 30)
_EXCEL_SERIALS = range(18_264, 91_313)  # 1950 to 2149


class CsvTable:
    """A CSV file: UTF-8, Unicode text or a code page of Windows; separated by commas, semicolons or tabs.

    Attributes
    ----------
    path : Path
        The file.
    problems : list of Problem
        What is wrong with it so far.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._separator = ","

    def report(self, line: int | None, message: str, value: Any = NO_VALUE) -> None:
        """Keep a problem."""
        self.problems.append(Problem(str(self.path), line, "", value, message))

    def lines(self) -> list[tuple[int, str]]:
        """Return the lines that hold something, with their numbers from 1; the first says how fields are separated."""
        found = [(number, text) for number, text in enumerate(self._all_lines(), 1) if text.strip(f" {SEPARATORS}")]
        if found:
            self.separate_as(found[0][1])
        return found

    def separate_as(self, header: str) -> None:
        """Take the separator of the line that names the columns for the whole file."""
        self._separator = next((sign for sign in SEPARATORS if sign in header), ",")

    @property
    def separator(self) -> str:
        """What stands between two fields: a comma, a semicolon or a tab."""
        return self._separator

    def fields(self, number: int, text: str) -> list[str]:
        """Return the fields of a line; report it, and return none, if it cannot be read."""
        try:
            # A field of these files never goes over several lines, so a quote that is not closed ends with its line.
            return [field.strip() for field in next(csv.reader([text], delimiter=self._separator, strict=True))]
        except csv.Error:
            self.report(number, 'a quote (") is not closed, or stands within a field', text.strip())
            return []

    def number(self, line: int, text: str, column: str = "", whole: bool = False) -> float | None:
        """Return a number of 0 or more, or a whole one; report it, and return None, if it is none."""
        where = f"{column}: " if column else ""
        wanted = "must be a whole number such as 45" if whole else "must be a number such as 4.5"
        if self._separator == "," and _THOUSANDS.fullmatch(text):
            text = text.replace(",", "")
        if not NUMBER.fullmatch(text):
            hint = number_hint(text, whole)
            self.report(line, f"{where}{wanted}{hint and f': {hint}'}", text)
            return None
        found = float(text)
        if not 0 <= found < float("inf"):
            self.report(line, f"{where}must be {'0 or more' if found < 0 else 'a finite number'}", text)
            return None
        if whole and not found.is_integer():
            self.report(line, f"{where}{wanted}", text)
            return None
        return found

    def _all_lines(self) -> list[str]:
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


def excel_day(text: str) -> dt.date | None:
    """Return the day that Excel counts by this number; None if the text is no such number."""
    if re.fullmatch(r"[0-9]{5}", text) and int(text) in _EXCEL_SERIALS:
        return _EXCEL_DAY_0 + dt.timedelta(days=int(text))
    return None


def _decoded(raw: bytes) -> str:
    """Return the text of a file as Excel may save it: UTF-8, Unicode text (UTF-16), or the code page of Windows."""
    if raw.startswith(_UTF_16):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
