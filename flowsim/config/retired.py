"""Settings of earlier versions, and how to write today what they said."""

from __future__ import annotations

_NOW = {
    "capacity_changes": (
        "a capacity that changes on a date is written as a dated change of the setting, such as "
        "{path: ward.beds, set: 40, from_date: 2016-12-01}: in an experiment under changes, in a city under history "
        "(history: {ward_closed: {source: board paper, changes: [{path: ward.beds, set: 40, from_date: 2016-12-01}]}})"
    )
}


def replaced_by(path: str) -> str:
    """Return how a setting of an earlier version is written today, by its dotted path; nothing if it is not one."""
    return _NOW.get(path.partition(".")[0], "")
