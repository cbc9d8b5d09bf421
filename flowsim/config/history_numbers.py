"""The numbers of a city's history, each by a dotted path, as if they had been written otherwise.

What an entry changes stands under the entry, at the path of what it changes:
``history.shock_2016.services.homecare.homecare.starts_per_week`` is the number with which the entry changes the starts
a week, whether it sets, scales or adds. ``history.shock_2016.changes.0.set`` names the same by its place, which is
needed where an entry changes a setting more than once. Dates move by whole days: ``history.shock_2016.from_date`` is
how many days later than written it begins, 0 in the city as it is, and dates of its single changes move along;
``history.shock_2016.to_date`` moves its end alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flowsim.config.paths import numbers_in

HISTORY, CHANGES = "history", "changes"
OPERATIONS = ("set", "scale", "add")
MOVED = ("from_date", "to_date")
_PARTS = 3  # history, the entry, and what of it


def history_numbers(history: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a history (plain data) that have a path in words, and its dates, by this path."""
    known = numbers_in({HISTORY: history})
    found: dict[str, float] = {}
    for name, entry in history.items():
        in_words = [f"{HISTORY}.{name}.{change['path']}" for change in entry[CHANGES]]
        found |= {path: known[place] for path in in_words if (place := by_place(history, path)) in known}
        found |= {f"{HISTORY}.{name}.{key}": 0 for key in MOVED if entry.get(key)}
    return found


def by_place(history: Mapping[str, Any], path: str) -> str:
    """Return the path of a number by its place, if it is named by what the entry changes once; else as it is."""
    entry, what = _entry(history, path)
    found = [i for i, change in enumerate(entry.get(CHANGES, ())) if change["path"] == what]
    if len(found) != 1:
        return path
    name = path.split(".", _PARTS - 1)[1]
    return f"{HISTORY}.{name}.{CHANGES}.{found[0]}.{_operation(entry[CHANGES][found[0]])}"


def move_dates(history: dict[str, Any], path: str, days: Any) -> bool:
    """Move dates of a history by whole days, in place; return whether the path is of a date (see `history_numbers`)."""
    entry, what = _entry(history, path)
    if what not in MOVED or not entry.get(what) or not isinstance(days, int):
        return False
    dated = [entry, *(entry[CHANGES] if what == "from_date" else ())]
    for its in dated:
        its |= {key: _later(its[key], days) for key in MOVED if its.get(key) and (key == what or its is not entry)}
    return True


def _entry(history: Mapping[str, Any], path: str) -> tuple[Mapping[str, Any], str]:
    """Return the entry that a path is about and what of it; no entry, if the path is not of a history."""
    parts = path.split(".", _PARTS - 1)
    if len(parts) < _PARTS or parts[0] != HISTORY:
        return {}, ""
    return history.get(parts[1], {}), parts[2]


def _operation(change: Mapping[str, Any]) -> str:
    return next(name for name in OPERATIONS if name in change)


def _later(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days=days)).isoformat()
