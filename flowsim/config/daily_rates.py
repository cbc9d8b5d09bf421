"""Tables that a configuration names: daily rates from a CSV file, read in so that the configuration is whole."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from flowsim.config.errors import ConfigError, Problem

COLUMNS = ["date", "spells"]


def read_daily_rates(path: Path) -> dict[str, float]:
    """Return the expected spells of each day from a CSV file with the columns date (YYYY-MM-DD) and spells.

    Raises
    ------
    ConfigError
        If there is no such file, or a line of it is not a date and a number of 0 or more, or a date is given twice.
    """

    def problem(line: int | None, value: object, message: str) -> ConfigError:
        return ConfigError([Problem(str(path), line, "", value, message)])

    rates: dict[str, float] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.reader(file)
            header = next(rows, [])
            if [name.strip() for name in header] != COLUMNS:
                raise problem(1, ",".join(header), f"the first line must be {','.join(COLUMNS)}")
            for line, row in enumerate(rows, start=2):
                if not row:
                    continue
                try:
                    date, rate = dt.date.fromisoformat(row[0].strip()).isoformat(), float(row[1])
                except (ValueError, IndexError):
                    raise problem(line, ",".join(row), "must be a date (YYYY-MM-DD) and a number of spells") from None
                if not 0 <= rate < float("inf"):
                    raise problem(line, row[1], "must be 0 or more")
                if date in rates:
                    raise problem(line, date, "this date is given twice")
                rates[date] = rate
    except OSError as error:
        raise problem(None, str(path), f"cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise problem(None, str(path), "is not text in UTF-8") from None
    return rates
