"""The CSV files that a configuration or a change names: each is read in place of its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from flowsim.config.daily_rates import read_daily_rates
from flowsim.config.errors import ConfigError, Keys, Locate, Problem, dotted
from flowsim.config.observed_file import read_monthly_return
from flowsim.config.pydantic_findings import DAILY_RATES, MONTHLY_RETURN

_READERS: dict[str, tuple[Callable[[Path], Any], Callable[[], Any]]] = {
    DAILY_RATES: (read_daily_rates, dict),
    MONTHLY_RETURN: (read_monthly_return, list),
}
_HINTS = {MONTHLY_RETURN: "; copy it along with the file that names it, or take the group observed out"}


def read_tables(data: Any, folder: Path, locate: Locate) -> list[Problem]:
    """Replace the names of CSV files in raw data by what the files hold, in place; return what is wrong with them.

    Daily rates are named in a stream, or in a change that sets those of a stream; the published months of a return in
    the group of observed series. A file that is not sound leaves an empty table behind.

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
    for keys, key, kind, group in list(_named_files(data, ())):
        name, file = group[key], folder / group[key]
        read, empty = _READERS[kind]
        group[key] = empty()
        if not file.is_file():
            problems.append(
                Problem(
                    *locate(keys),
                    dotted(keys),
                    name,
                    f"there is no file {os.path.normpath(file)}{_HINTS.get(kind, '')}",
                )
            )
            continue
        try:
            group[key] = read(file)
        except ConfigError as error:
            problems += [replace(problem, path=dotted(keys)) for problem in error.problems]
    return problems


def _named_files(data: Any, above: Keys) -> Iterator[tuple[Keys, str, str, dict[str, Any]]]:
    """Yield where a setting is the name of a file, its own name, what kind of file it is, and the group it is in."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _named_files(item, (*above, number))
    elif isinstance(data, dict):
        path = data.get("path")
        sets_rates = isinstance(path, str) and path.rpartition(".")[2] == DAILY_RATES
        for key, value in data.items():
            kind = DAILY_RATES if key == "set" and sets_rates else key
            if isinstance(value, str) and kind in _READERS:
                yield (*above, key), key, kind, data
            else:
                yield from _named_files(value, (*above, key))
