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
from collections import Counter
from collections.abc import Mapping
from typing import Any

HISTORY, CHANGES = "history", "changes"
OPERATIONS = ("set", "scale", "add")
MOVED = ("from_date", "to_date")
_PARTS = 3  # history, the entry, and what of it


def history_numbers(history: Mapping[str, Any]) -> dict[str, float]:
    """Return all numbers of a history (plain data), by dotted path: in words where that is clear, and by place."""
    found: dict[str, float] = {}
    for name, entry in history.items():
        times = Counter(change["path"] for change in entry[CHANGES])
        for i, change in enumerate(entry[CHANGES]):
            operation = _operation(change)
            number = change[operation]
            if not isinstance(number, int | float) or isinstance(number, bool):
                continue
            found[f"{HISTORY}.{name}.{CHANGES}.{i}.{operation}"] = number
            if times[change["path"]] == 1:
                found[f"{HISTORY}.{name}.{change['path']}"] = number
        found |= {f"{HISTORY}.{name}.{key}": 0 for key in MOVED if entry.get(key)}
    return found


def by_place(history: Mapping[str, Any], path: str) -> str:
    """Return the path of a number by its place, if it is named by what the entry changes; else as it is."""
    parts = path.split(".", _PARTS - 1)
    entry = history.get(parts[1], {}) if len(parts) == _PARTS and parts[0] == HISTORY else {}
    for i, change in enumerate(entry.get(CHANGES, ())):
        if change["path"] == parts[-1]:
            return f"{HISTORY}.{parts[1]}.{CHANGES}.{i}.{_operation(change)}"
    return path


def write_history(history: dict[str, Any], path: str, value: Any) -> bool:
    """Write a number of a history in place; return whether the path is one (see `history_numbers`)."""
    if path not in history_numbers(history):
        return False
    _, name, what = by_place(history, path).split(".", _PARTS - 1)
    entry = history[name]
    if what in MOVED:
        dated = [entry, *(entry[CHANGES] if what == "from_date" else ())]
        for its in dated:
            its |= {key: _later(its[key], value) for key in MOVED if its.get(key) and (key == what or its is not entry)}
    else:
        _, i, operation = what.split(".")
        entry[CHANGES][int(i)][operation] = value
    return True


def _operation(change: Mapping[str, Any]) -> str:
    return next(name for name in OPERATIONS if name in change)


def _later(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days=days)).isoformat()
