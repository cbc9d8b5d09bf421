"""Changes of a city that do not hold throughout: from when, until when, how fast, and for whom.

A change in the city's history, in the changes on top of it (a scenario's, say) and in an intervention is one thing: an
`Act`. It has an extent (0 to 1) at each moment: within its dates, the coverage of its intervention, or 1. Acts are made
in this order: the history, the changes on top of it, the interventions, each in the order in which it is written.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.change_schema import Change, Dates
from flowsim.config.city_schema import CityConfig, change_scope
from flowsim.config.types import ChangeScope

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """When something holds, in days from the start of a run.

    Attributes
    ----------
    begins, ends : float
        The first moment at which it holds, and the first at which it does no more.
    ramp : int
        Days over which it grows evenly from the first moment.
    """

    begins: float = -np.inf
    ends: float = np.inf
    ramp: int = 0

    @classmethod
    def of(cls, dates: Dates, start: dt.date) -> Window:
        """Return the window of some dates in a run that starts on a day; the last day is inside."""
        begins = -np.inf if dates.from_date is None else float((dates.from_date - start).days)
        ends = np.inf if dates.to_date is None else float((dates.to_date - start).days + 1)
        return cls(begins, ends, dates.ramp_days)

    def holds_throughout(self, days: float) -> bool:
        """Whether it holds in full in all of a run of this many days."""
        return self.begins + self.ramp <= 0.0 and self.ends >= days

    def is_outside(self, days: float) -> bool:
        """Whether it never holds in a run of this many days."""
        return self.begins >= days or self.ends <= 0.0

    def extent(self, moments: Array) -> Array:
        """Return the share (0 to 1) to which it holds at these moments (days)."""
        if self.ramp == 0:
            share = np.where(moments >= self.begins, 1.0, 0.0)
        else:
            share = np.clip((moments - self.begins) / self.ramp, 0.0, 1.0)
        return np.where(moments < self.ends, share, 0.0)


@dataclass(frozen=True)
class Exposure:
    """To whom, or on which days, an act applies: to a share of them that its dates and its coverage say.

    Attributes
    ----------
    name : str
        Of the uniforms that decide about people. Acts of one name expose the same people.
    coverage : float
        The share when all windows are open.
    windows : tuple of Window
        It applies while all of them are open.
    """

    name: str
    coverage: float = 1.0
    windows: tuple[Window, ...] = ()

    @property
    def is_everybody(self) -> bool:
        """Whether it is everybody, at all times."""
        return self.coverage == 1.0 and not self.windows

    @property
    def is_by_chance(self) -> bool:
        """Whether it is at some time a part of the people or days."""
        return self.coverage < 1.0 or any(window.ramp for window in self.windows)

    def extent(self, moments: Array) -> Array:
        """Return the share of people, days or amounts (0 to 1) at these moments (days)."""
        share = np.full(np.shape(moments), self.coverage)
        for window in self.windows:
            share = share * window.extent(moments)
        return share


@dataclass(frozen=True)
class Act:
    """A change in force in a run, and to what extent.

    Attributes
    ----------
    path : str
        Dotted path of the setting.
    change : mapping
        What becomes of it, as `flowsim.config.changes.apply_changes` takes it, without dates.
    scope : ChangeScope
        How it acts.
    exposure : Exposure
        When, and to what extent.
    """

    path: str
    change: dict[str, Any]
    scope: ChangeScope
    exposure: Exposure

    @property
    def everywhere(self) -> bool:
        """Whether it acts on everybody at all times."""
        return self.exposure.is_everybody


def acts(city: CityConfig) -> list[Act]:
    """Return the changes that are in force at some time of a city's run, in their order."""
    found = []
    for name, past in city.history.items():
        found += [_act(city, change, f"history/{name}", (past, change)) for change in past.changes]
    for change in city.changes:
        name = "/".join(str(getattr(change, part)) for part in ("from_date", "to_date", "ramp_days"))
        found.append(_act(city, change, f"changes/{name}", (change,)))
    for name, its in city.interventions.items():
        found += [
            _act(city, change, f"intervention/{name}", (its, change), its.coverage)
            for change in its.intervention.changes
        ]
    return [act for act in found if act is not None]


def deployed(city: CityConfig, name: str) -> Exposure:
    """Return to what extent an intervention is in place."""
    its = city.interventions[name]
    return Exposure(f"intervention/{name}", its.coverage, (Window.of(its, city.run.start_date),))


@dataclass(frozen=True)
class DatedChange:
    """A change that does not hold throughout, for people.

    Attributes
    ----------
    what : str
        The entry of the history or the intervention that it belongs to, in words; empty for a change by itself.
    path, change : str
        The setting, and what becomes of it: ``= 40``, ``× 1.15`` or ``+10``.
    from_date, to_date : datetime.date or None
        The first and the last day on which it holds; None if it has always held, or goes on holding.
    ramp_days : int
        Days over which it grows.
    coverage : float
        Of the intervention; 1 for other changes.
    source : str
        Where it is known from, as far as somebody said so.
    """

    what: str
    path: str
    change: str
    from_date: dt.date | None
    to_date: dt.date | None
    ramp_days: int
    coverage: float = 1.0
    source: str = ""

    @property
    def is_dated(self) -> bool:
        """Whether it has a first or a last day."""
        return self.from_date is not None or self.to_date is not None

    @property
    def turning_dates(self) -> tuple[dt.date, ...]:
        """The days on which it begins, has grown in full, or is over."""
        begin = self.from_date and (self.from_date, self.from_date + dt.timedelta(days=self.ramp_days))
        end = self.to_date and (self.to_date + dt.timedelta(days=1),)
        return (*(begin or ()), *(end or ()))

    def holds_in(self, first: dt.date, last: dt.date) -> bool:
        """Whether it holds on any day from a first to a last."""
        return max(self.from_date or first, first) <= min(self.to_date or last, last)


def dated_changes(city: CityConfig) -> list[DatedChange]:
    """Return the changes of a city that have dates, in the order in which they are made, those outside its run too."""
    return [row for row in every_change(city) if row.is_dated]


def every_change(city: CityConfig) -> list[DatedChange]:
    """Return the changes of a city's history, those on top of it and those of interventions, with and without dates."""
    rows = []
    for name, past in city.history.items():
        what = past.title or name
        rows += [_row(what, change, (past, change), source=past.source) for change in past.changes]
    rows += [_row("", change, (change,)) for change in city.changes]
    for its in city.interventions.values():
        title, coverage = its.intervention.title, its.coverage
        rows += [_row(title, change, (its, change), coverage) for change in its.intervention.changes]
    return rows


def _row(what: str, change: Change, dates: Sequence[Dates], coverage: float = 1.0, source: str = "") -> DatedChange:
    """Return the row of a change that holds while all of some dates do."""
    begin = max((its.from_date for its in dates if its.from_date), default=None)
    end = min((its.to_date for its in dates if its.to_date), default=None)
    ramp = max(its.ramp_days for its in dates)
    return DatedChange(what, change.path, _in_short(change), begin, end, ramp, coverage, source)


def _in_short(change: Change) -> str:
    if change.scale is not None:
        return f"× {change.scale:g}"
    if change.add is not None:
        return f"{change.add:+g}"
    return f"= {'none' if change.set is None else json.dumps(change.set, default=str)}"


def _act(city: CityConfig, change: Change, name: str, dates: Iterable[Dates], coverage: float = 1.0) -> Act | None:
    windows = _windows(city, dates)
    if windows is None:
        return None
    return Act(change.path, change.undated, change_scope(change.path), Exposure(name, coverage, windows))


def _windows(city: CityConfig, dates: Iterable[Dates]) -> tuple[Window, ...] | None:
    """Return the windows that say something about a run; None if one of them lies outside it."""
    days = float(city.run.days)
    windows = [Window.of(its, city.run.start_date) for its in dates]
    if any(window.is_outside(days) for window in windows):
        return None
    return tuple(window for window in windows if not window.holds_throughout(days))
