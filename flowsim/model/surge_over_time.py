"""Extra capacity while many wait, as its changes make it from day to day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.changes import reckon
from flowsim.config.community_schema import SurgeStarts
from flowsim.config.hospital_schema import SurgeBeds
from flowsim.model.dated_changes import Act

Array = NDArray[np.float64]
AnySurge = SurgeBeds | SurgeStarts
SurgeSteps = tuple[tuple[float, AnySurge | None], ...]

_SIZE = {"units", "starts_per_week"}
_THRESHOLDS = ("opens_above", "closes_at")


def surge_steps(surge: AnySurge | None, path: str, acts: Sequence[Act], days: Array) -> SurgeSteps:
    """Return a surge in steps of (day, surge from then on), the first at 0.

    A change acts by its extent on each number. Where there is no surge before it, or none after it, the size grows from
    0, or falls to it, at the thresholds of the one that there is.

    Parameters
    ----------
    surge : SurgeBeds, SurgeStarts or None
        As it was written.
    path : str
        Dotted path of the surge.
    acts : sequence of Act
        Its changes, in their order.
    days : numpy.ndarray of float64
        The days of the run, from 0.
    """
    rows: list[Mapping[str, float]] = [_numbers(surge)] * days.size
    extents = [act.exposure.extent(days) for act in acts]
    made: dict[Any, Mapping[str, float]] = {}
    for day in range(days.size):
        key = tuple(float(extent[day]) for extent in extents)
        if key not in made:
            row = rows[day]
            for act, share in zip(acts, key, strict=True):
                if share > 0.0:
                    row = _blended(row, _changed(row, path, act), share)
            made[key] = row
        rows[day] = made[key]
    steps = [0, *(day for day in range(1, days.size) if rows[day] != rows[day - 1])]
    return tuple((float(day), _surge(rows[day])) for day in steps)


def surge_by_day(steps: SurgeSteps, days: Array) -> Array:
    """Return the starts a week that a surge adds on each day."""
    since = np.array([day for day, _ in steps])
    starts = np.array([surge.starts_per_week if isinstance(surge, SurgeStarts) else 0.0 for _, surge in steps])
    by_day: Array = starts[np.searchsorted(since, days, side="right") - 1]
    return by_day


def _numbers(surge: AnySurge | None) -> Mapping[str, float]:
    return {} if surge is None else surge.model_dump()


def _changed(row: Mapping[str, float], path: str, act: Act) -> Mapping[str, float]:
    if act.path == path:
        return act.change["set"] or {}
    name = act.path.removeprefix(f"{path}.")
    return {**row, name: reckon(row[name], act.change)} if name in row else row


def _blended(before: Mapping[str, float], after: Mapping[str, float], share: float) -> Mapping[str, float]:
    if share == 1.0:
        return after
    both = {**before, **after}
    row = {name: before.get(name, both[name]) * (1.0 - share) + after.get(name, both[name]) * share for name in both}
    for name in _SIZE & both.keys():
        row[name] = before.get(name, 0.0) * (1.0 - share) + after.get(name, 0.0) * share
    return row


def _surge(row: Mapping[str, float]) -> AnySurge | None:
    """Return a surge with whole thresholds and units; None if it adds nothing."""
    thresholds = {name: int(row[name] + 0.5) for name in _THRESHOLDS if name in row}
    if row.get("starts_per_week"):
        return SurgeStarts(starts_per_week=row["starts_per_week"], **thresholds)
    units = int(row.get("units", 0.0) + 0.5)
    return SurgeBeds(units=units, **thresholds) if units else None
