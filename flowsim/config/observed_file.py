"""The published return of a city as a CSV file: one line a month, as an analyst copies it from the national tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flowsim.config.csv_table import CsvTable, excel_day
from flowsim.config.errors import ConfigError, nearest
from flowsim.config.number_hints import date_meant
from flowsim.config.observed_schema import BED_TYPES, RESPONSIBLE, gaps, sums_that_differ
from flowsim.config.periods import next_month
from flowsim.config.types import REASON_CODES

MONTH, TOTAL, SPELLS, FLAG = "month", "total", "trust_non_elective_spells", "flag"
COLUMNS = (MONTH, *REASON_CODES, TOTAL, *BED_TYPES, *RESPONSIBLE, SPELLS, FLAG)
_MAY_BE_EMPTY = (SPELLS, FLAG)
_ISO = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_SHORT_YEAR = re.compile(r"([A-Za-z]{3,9})[ -]([0-9]{2})")
_LONG_YEAR = re.compile(r"([A-Za-z]{3,9})[ -]([0-9]{4})")


def read_monthly_return(path: Path) -> list[dict[str, Any]]:
    """Return the months of a published return from a CSV file, as `flowsim.config.observed_schema.ObservedMonth`.

    The first line names the columns, in any order: ``month``; the codes of the reasons (A, B, C, D(i), D(ii), E, F, G,
    H, I), those that were published; ``total``; and if they were published, ``acute`` and ``non_acute``; ``nhs``,
    ``social_care`` and ``both``; ``trust_non_elective_spells``; and ``flag``, which says why a month is not to be
    fitted. A month is 2016-10, Oct-16 or October 2016, or the date of its first day (01/10/2016). Lines that begin with
    # are for people, and passed over.

    Raises
    ------
    ConfigError
        If there is no such file, a column is unknown, missing or there twice, a number is missing or not a whole number
        of 0 or more, sums differ, or a month is missing, there twice or not in order: every problem with its line.
    """
    table = _ReturnTable(path)
    found, lines = table.months()
    whole = [(line, month) for line, month in zip(lines, found, strict=True) if month is not None]
    for line, month in whole:
        for fault in sums_that_differ(month):
            table.report(line, f"{month[MONTH]}: {fault}")
    named = _with_unknown_months(list(zip(lines, table.names, strict=True)))
    for index, fault in gaps([name for _, name in named]):
        table.report(named[index][0], fault)
    if not found and not table.problems:
        table.report(None, "there is no month in this file: write a line for each below the names of the columns")
    if table.problems:
        raise ConfigError(sorted(table.problems, key=lambda problem: problem.line or 0))
    return [month for _, month in whole]


def month_meant(text: str) -> str | None:
    """Return a month as YYYY-MM that is written as 2016-10, Oct-16, October 2016 or as the date of its first day."""
    if _ISO.fullmatch(text):
        return text
    for pattern, century in ((_SHORT_YEAR, "20"), (_LONG_YEAR, "")):
        if found := pattern.fullmatch(text):
            first = date_meant(f"1 {found[1]} {century}{found[2]}")
            return first.isoformat()[:7] if first else None
    first = date_meant(text)
    return first.isoformat()[:7] if first is not None and first.day == 1 else None


class _ReturnTable(CsvTable):
    """The lines of a published return, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.names: list[str | None] = []  # the month of each line, if it can be read

    def months(self) -> tuple[list[dict[str, Any] | None], list[int]]:
        """Return each month, None if its line is not sound, and the numbers of their lines."""
        written = [(number, text) for number, text in self.lines() if not text.lstrip(' "').startswith("#")]
        if not written:
            if not self.problems:
                self.report(None, "the file is empty; its first line must name the columns, such as month,A,B,C,total")
            return [], []
        (number, header), *rest = written
        self.separate_as(header)  # a line for people may have other signs
        columns = self._columns(number, self.fields(number, header))
        if self.problems:
            return [], []
        return [self._month(number, text, columns) for number, text in rest], [number for number, _ in rest]

    def _columns(self, line: int, header: list[str]) -> list[str]:
        """Return the names of the columns as they are written here; report what is wrong with them."""
        plain = {_plain(name): name for name in COLUMNS}
        names = [plain.get(_plain(name), "") for name in header]
        for name, written in zip(names, header, strict=True):
            if not name:
                meant = nearest(written.lower(), COLUMNS)
                guess = f"; did you mean {meant}?" if meant else ""
                self.report(line, f"there is no such column{guess} (allowed: {', '.join(COLUMNS)})", written)
        for name in sorted({name for name in names if name and names.count(name) > 1}):
            self.report(line, f"the column {name} is there twice")
        for name in (MONTH, TOTAL):
            if name not in names:
                self.report(line, f"the column {name} is missing")
        if not set(names) & set(REASON_CODES):
            self.report(line, f"there is no reason among the columns ({', '.join(REASON_CODES)})")
        return names

    def _month(self, line: int, text: str, columns: list[str]) -> dict[str, Any] | None:
        """Return a month; report its line, and return None, if it is not sound."""
        fields = self.fields(line, text)
        if len(fields) != len(columns):
            if fields:
                self.report(line, f"must have {len(columns)} fields, as the first line has; this has {len(fields)}")
            self.names.append(None)
            return None
        row = dict(zip(columns, fields, strict=True))
        before = len(self.problems)
        month = self._name(line, row.pop(MONTH))
        self.names.append(month)
        flag = row.pop(FLAG, "")
        if not any(row.values()):
            what = "this month is flagged, but it has no figures" if flag else "this month has no figures"
            self.report(line, f"{what}: write them as they were published, or leave the line out", month or "")
            return None
        counts = {name: self._count(line, name, value) for name, value in row.items()}
        if len(self.problems) > before:
            return None
        return {MONTH: month, **_as_settings(counts), FLAG: flag}

    def _name(self, line: int, text: str) -> str | None:
        month, day = month_meant(text), excel_day(text)
        if month is None and day is not None:
            self.report(line, f"this is how Excel counts days: write the month, {day.isoformat()[:7]}", text)
        elif month is None:
            first = date_meant(text)
            hint = f": write {first.isoformat()[:7]}" if first else ""
            self.report(line, f"must be a month such as 2016-10, Oct-16 or 01/10/2016 (its first day){hint}", text)
        return month

    def _count(self, line: int, column: str, text: str) -> int | None:
        if not text:
            if column not in _MAY_BE_EMPTY:
                self.report(line, f"{column}: the number is missing; write 0 where there were none")
            return None
        found = self.number(line, text, column, whole=True)
        return None if found is None else int(found)


def _as_settings(counts: Mapping[str, int | None]) -> dict[str, Any]:
    """Return the counts of a line by the names of the schema."""
    reasons = {code: counts[code] for code in REASON_CODES if code in counts}
    others = {name: count for name, count in counts.items() if name not in REASON_CODES and count is not None}
    return {"reasons": reasons, **others}


def _with_unknown_months(named: Sequence[tuple[int, str | None]]) -> list[tuple[int, str]]:
    """Return lines with their months; a month that cannot be read is taken to follow the one before it."""
    found: list[tuple[int, str]] = []
    for line, name in named:
        if name or found:
            found.append((line, name or next_month(found[-1][1])))
    return found


def _plain(name: str) -> str:
    """Return the name of a column without what people write in different ways: D(i), Di and DI are the same."""
    return re.sub(r"[()]", "", name).strip().lower().replace(" ", "_").replace("-", "_")
