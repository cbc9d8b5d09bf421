"""Changes of a city that do not hold throughout: from when, until when, how fast, and for whom.

A change in the city's history, in the changes on top of it (a scenario's, say) and in an intervention is one thing: an
`Act`. It has an extent (0 to 1) at each moment: within its dates, the coverage of its intervention, or 1. Acts are made
in this order: the history, the changes on top of it, the interventions, each in the order in which it is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
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
    return Exposure(f"intervention/{name}", its.coverage, _windows(city, (its,)) or ())


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
