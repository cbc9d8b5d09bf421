"""Drawing a column for some spells: from the uniforms of a named quantity to flags and durations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from flowsim.config.entries import ENTRIES
from flowsim.config.types import Distribution
from flowsim.model.clock import HOURS_PER_DAY, to_grid
from flowsim.model.distributions import inverse, inverse_by

Array = NDArray[np.float64]
Integers = NDArray[np.int32]
Rows = NDArray[np.intp]
Columns = dict[str, NDArray[Any]]
Drawn = Mapping[str, NDArray[Any]]
Scalar = TypeVar("Scalar", np.float64, np.int32)
Draw = Callable[[str, Rows | None], Array]


class Spells:
    """The spells to draw for: `n` rows, of which every method draws a column for some, and leaves 0 in the others."""

    def __init__(self, draw: Draw, n: int):
        self.draw, self.n = draw, n

    def uniform(self, name: str, rows: Rows | None = None) -> Array:
        """Return the uniforms of these rows alone."""
        return self.draw(name, rows)

    def column(self, rows: Rows, values: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return a column with these values in these rows."""
        column = np.zeros(self.n, dtype=values.dtype)
        column[rows] = values
        return column

    def flag(self, name: str, rows: Rows, share: float | Array) -> Integers:
        """Return 1 for a share of these rows."""
        if np.all(np.equal(share, 0.0)):
            return np.zeros(self.n, dtype=np.int32)
        return self.column(rows, (self.draw(name, rows) < share).astype(np.int32))

    def days(self, name: str, rows: Rows, distribution: Distribution) -> Array:
        """Return durations of a distribution in days."""
        return self.column(rows, to_grid(inverse(distribution, self.draw(name, rows))))

    def work(self, name: str, rows: Rows, distribution: Distribution) -> Array:
        """Return durations of a distribution in (working) hours, as days (of open time)."""
        return self.column(rows, to_grid(inverse(distribution, self.draw(name, rows)) / HOURS_PER_DAY))

    def days_by(self, name: str, rows: Rows, distributions: Sequence[Distribution | None], which: Integers) -> Array:
        """Return durations in days where the column `which` says which distribution is the spell's own."""
        if not any(distributions):
            return np.zeros(self.n)
        return self.column(rows, to_grid(inverse_by(distributions, which[rows], self.draw(name, rows))))

    def work_by(self, name: str, rows: Rows, distributions: Sequence[Distribution | None], which: Integers) -> Array:
        """Return the same of durations in (working) hours."""
        hours = inverse_by(distributions, which[rows], self.draw(name, rows))
        return self.column(rows, to_grid(hours / HOURS_PER_DAY))


def in_hospital(c: Drawn) -> NDArray[np.bool_]:
    """Return who can come to a hospital bed."""
    return _by_entry(c, [entry.comes_to_hospital for entry in ENTRIES])


def leaves_from_front_door(c: Drawn) -> NDArray[np.bool_]:
    """Return who goes home from the MAU or AMU the same day: they need no ward, and no plan for a discharge from it."""
    same_day: NDArray[np.bool_] = c["same_day"] == 1
    return same_day & _by_entry(c, [entry.passes_front_door for entry in ENTRIES])


def may_need_care(c: Drawn) -> Rows:
    """Return who can come to need homecare or a care home: all who leave hospital by a route other than 1, or ask."""
    return np.flatnonzero((c["complex"] == 1) | _by_entry(c, [entry.asks_for_care for entry in ENTRIES]))


def _by_entry(c: Drawn, facts: Sequence[bool]) -> NDArray[np.bool_]:
    """Return for each spell the fact of its entry (one for each of `ENTRIES`)."""
    return np.array(facts, dtype=np.bool_).take(c["entry"])
