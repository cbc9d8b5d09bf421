"""What a person may have meant by a text where a number or a date is wanted: 90% is 0.9, 8:30 is 8.5, 1,200 is 1200."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_TIME_OF_DAY = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9])")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_NAMED_MONTH = re.compile(r"([0-9]{1,2})[ -]([a-z]{3,9})[ -]([0-9]{4})", re.IGNORECASE)
_MIDNIGHT = re.compile(r"(.*[0-9])[T ]00:00(?::00(?:\.0+)?)?Z?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_SHORT_MONTH = 3


def number_meant(text: str) -> int | float | None:
    """Return the number that a text most likely stands for, or None: 90%, 8:30, 1,200, 12,5, and digits in quotes."""
    plain = _ascii(text)
    if NUMBER.fullmatch(plain):
        return _number(plain)
    if plain.endswith("%") and NUMBER.fullmatch(plain[:-1].rstrip()):
        return _number(f"{float(plain[:-1]) / 100:.12g}")
    if clock := _TIME_OF_DAY.fullmatch(plain):
        return _number(f"{int(clock[1]) + int(clock[2]) / 60:.6g}")
    if _GROUPED.fullmatch(plain):
        return _number(plain.replace(",", ""))
    if _DECIMAL_COMMA.fullmatch(plain):
        return _number(plain.replace(",", "."))
    spaced = re.sub(r"(?<=[0-9])[ _'](?=[0-9]{3}(?![0-9]))", "", plain)
    return _number(spaced) if NUMBER.fullmatch(spaced) else None


def number_hint(text: str, whole: bool = False) -> str:
    """Return what to write instead of a text that is to be a number, or a whole one; nothing if nobody can say."""
    plain, meant = _ascii(text), number_meant(text)
    if meant is None:
        return "write the number alone, without its unit" if len(re.findall(r"[0-9]+(?:\.[0-9]+)?", plain)) == 1 else ""
    if whole and meant != int(meant):
        return ""  # half past eight is no number of beds
    if not whole and _GROUPED.fullmatch(plain) and plain.count(",") == 1 and "." not in plain:
        return f"write {meant}, or {float(plain.replace(',', '.')):g} if the comma is a decimal point"
    quoted = NUMBER.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text)  # 010 without quotes is text too
    return f"write {_plainly(meant)}" + (", without quotes" if quoted else "")


def date_meant(text: str) -> dt.date | None:
    """Return the date that a text stands for, or None.

    Understood are 2016-10-31, with any of - / . between; the day first, as in the United Kingdom (31/10/2016); the
    month by its English name (31 October 2016, 31-Oct-2016); each with midnight after it.
    """
    plain = _ascii(text)
    if midnight := _MIDNIGHT.fullmatch(plain):
        plain = midnight[1]
    if found := _YEAR_FIRST.fullmatch(plain):
        return _date(found[1], found[3], found[4])
    if found := _DAY_FIRST.fullmatch(plain):
        return _date(found[4], found[3], found[1])
    if found := _NAMED_MONTH.fullmatch(plain):
        name = found[2].lower()
        known = [number for number, month in enumerate(_MONTHS, 1) if name in (month, month[:_SHORT_MONTH])]
        return _date(found[3], str(known[0]), found[1]) if known else None
    return None


def is_month_first(text: str) -> bool:
    """Return whether a text is a date only if the month stands first, as in the United States: 10/31/2016."""
    found = _DAY_FIRST.fullmatch(_ascii(text))
    return found is not None and date_meant(text) is None and _date(found[4], found[1], found[3]) is not None


def could_be_month_first(text: str) -> bool:
    """Return whether a date would be another one if the month stood first: 03/04/2016."""
    found = _DAY_FIRST.fullmatch(_ascii(text))
    return found is not None and _date(found[4], found[1], found[3]) is not None


def date_hint(text: str) -> str:
    """Return what to write instead of a text that is to be a date; nothing if that cannot be said."""
    meant = date_meant(text)
    if meant is not None:
        return f"write {meant}"
    if is_month_first(text):
        return "write the year, the month and the day"
    plain = _ascii(text)
    if re.fullmatch(r"[0-9]{1,2}[/. -][0-9A-Za-z]{1,9}[/. -][0-9]{2}", plain):
        return "write the year with four digits"
    return ""


def _ascii(text: str) -> str:
    """Return a text with other scripts' digits and spaces as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and not re.search(r"[.eE]", text) else value


def _plainly(number: int | float) -> str:
    return str(number) if isinstance(number, int) else f"{number:.12g}"


def _date(year: str, month: str, day: str) -> dt.date | None:
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None
