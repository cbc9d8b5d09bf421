"""Extra capacity while many wait, as its changes make it from day to day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.changes import reckon
from flowsim.config.paths import is_place
from flowsim.config.surge_schema import SurgeBeds, SurgeStarts
from flowsim.model.dated_changes import Act

Array = NDArray[np.float64]
AnySurge = tuple[SurgeBeds, ...] | tuple[SurgeStarts, ...]

_SIZES = ("units", "starts_per_week")


@dataclass(frozen=True)
class SurgeStep:
    """A step of a surge: what it adds (units, visits a day, or starts a week), and between which numbers waiting."""

    size: float
    opens_above: int
    closes_at: int


SurgeSteps = tuple[tuple[float, tuple[SurgeStep, ...]], ...]
_Row = tuple[Mapping[str, float], ...]


def constant_surge(surge: AnySurge) -> SurgeSteps:
    """Return a surge without changes, as `surge_over_time` does."""
    return ((0.0, _steps(_numbers(surge))),)


def surge_over_time(surge: AnySurge, path: str, acts: Sequence[Act], days: Array) -> SurgeSteps:
    """Return a surge over time: (day, its steps from then on), the first at 0.

    A change acts by its extent on each number of each step. Where there is no such step before it, or none after it,
    the size grows from 0, or falls to it, at the thresholds of the one that there is.

    Parameters
    ----------
    surge : tuple of SurgeBeds or of SurgeStarts
        Its steps as they were written.
    path : str
        Dotted path of the surge.
    acts : sequence of Act
        Its changes, in their order.
    days : numpy.ndarray of float64
        The days of the run, from 0.
    """
    rows: list[_Row] = [_numbers(surge)] * days.size
    extents = [act.exposure.extent(days) for act in acts]
    made: dict[Any, _Row] = {}
    for day in range(days.size):
        key = tuple(float(extent[day]) for extent in extents)
        if key not in made:
            row = rows[day]
            for act, share in zip(acts, key, strict=True):
                if share > 0.0:
                    row = _blended(row, _changed(row, path, act), share)
            made[key] = row
        rows[day] = made[key]
    turning = [0, *(day for day in range(1, days.size) if rows[day] != rows[day - 1])]
    return tuple((float(day), _steps(rows[day])) for day in turning)


def starts_by_day(surge: SurgeSteps, days: Array) -> Array:
    """Return the starts a week that each step of a surge adds on each day; shape (steps, days)."""
    since = np.array([day for day, _ in surge])
    starts = np.zeros((max(len(steps) for _, steps in surge), since.size))
    for time, (_, steps) in enumerate(surge):
        starts[: len(steps), time] = [step.size for step in steps]
    by_day: Array = starts[:, np.searchsorted(since, days, side="right") - 1]
    return by_day


def _numbers(surge: AnySurge) -> _Row:
    return tuple(step.model_dump() for step in surge)


def _changed(row: _Row, path: str, act: Act) -> _Row:
    if act.path == path:
        steps = act.change["set"] or ()
        return (steps,) if isinstance(steps, Mapping) else tuple(steps)
    place, _, name = act.path.removeprefix(f"{path}.").rpartition(".")
    if is_place(name):  # a whole step
        place, name = name, ""
    at = int(place or 0)  # a surge of one step that is no list has settings of its own
    if at >= len(row):
        return row
    step = {**row[at], name: reckon(row[at][name], act.change)} if name else act.change["set"]
    return (*row[:at], step, *row[at + 1 :])


def _blended(before: _Row, after: _Row, share: float) -> _Row:
    if share == 1.0:
        return after
    nothing: Mapping[str, float] = {}
    return tuple(_between(*pair, share) for pair in zip_longest(before, after, fillvalue=nothing))


def _between(before: Mapping[str, float], after: Mapping[str, float], share: float) -> Mapping[str, float]:
    both = {**before, **after}
    row = {name: before.get(name, both[name]) * (1.0 - share) + after.get(name, both[name]) * share for name in both}
    for name in both.keys() & set(_SIZES):
        row[name] = before.get(name, 0.0) * (1.0 - share) + after.get(name, 0.0) * share
    return row


def _steps(row: _Row) -> tuple[SurgeStep, ...]:
    """Return steps with whole thresholds and units; those at the end that add nothing are left out."""
    steps: list[SurgeStep] = [_step(numbers) for numbers in row]
    while steps and not steps[-1].size:
        steps.pop()
    return tuple(steps)


def _step(numbers: Mapping[str, float]) -> SurgeStep:
    size = numbers["starts_per_week"] if "starts_per_week" in numbers else int(numbers["units"] + 0.5)
    return SurgeStep(size, int(numbers["opens_above"] + 0.5), int(numbers["closes_at"] + 0.5))
