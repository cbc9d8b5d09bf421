"""Changes in words: what is set to what, from when and until when; the dated changes of a city as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.config.change_schema import Change, Dates
from flowsim.config.city_schema import CityConfig
from flowsim.report.labels import MINUS, long_date, path_label


def change_in_words(change: Change, pools: dict[str, str]) -> str:
    """Return a change with its dates: "Intermediate care beds: beds +10 from 1 December 2016"."""
    return f"{path_label(change.path, pools)} {how_in_words(change)}"


def how_in_words(change: Change) -> str:
    """Return what is done to a setting, and when: "+10 from 1 December 2016"."""
    return f"{operation(change)} {dates_in_words(change)}".strip()


def operation(change: Change) -> str:
    """Return what is done to a setting: "× 0.5", "+10" or "= 4"."""
    if change.scale is not None:
        return f"× {change.scale:g}"
    if change.add is not None:
        return f"{'+' if change.add >= 0 else MINUS}{abs(change.add):g}"
    return f"= {plain(change.set)}"


def dates_in_words(dates: Dates) -> str:
    """Return from when until when something holds; empty without dates."""
    text = f"from {long_date(dates.from_date)}" if dates.from_date is not None else ""
    if dates.ramp_days:
        text += f", growing over {dates.ramp_days} days,"
    if dates.to_date is not None:
        text += f" until {long_date(dates.to_date)}"
    return text.strip(" ,")


def dated_rows(config: CityConfig, pools: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what changes in a city on a date: its history and the changes on top of it, as (what, when, settings)."""
    rows = [
        (
            past.title or name.replace("_", " ").capitalize(),
            dates_in_words(past),
            "; ".join(change_in_words(change, pools) for change in past.changes),
        )
        for name, past in config.history.items()
    ]
    return rows + [("Change", dates_in_words(c), change_in_words(c, pools)) for c in config.changes if c.is_dated]


def plain(value: Any) -> str:
    """Return the value of a setting in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{str(key).replace('_', ' ')} {plain(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(plain(item) for item in value)
    return "none" if value is None else str(value).replace("_", " ")
