"""The cohort: every random quantity of a run, in columns, before anybody competes for anything."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from flowsim.model.clock import to_grid

Column = NDArray[np.float64] | NDArray[np.int32]


@dataclass(frozen=True, repr=False)
class Cohort:
    """Every random quantity of a run, in columns; row i is spell i.

    Attributes
    ----------
    arrival : numpy.ndarray of float64
        When the spell first asks for something (days); NaN for a reserved child spell, whose time the engine decides.
    child : numpy.ndarray of int32
        Row of the child spell that is reserved for a readmission, or -1.
    columns : dict of str to numpy.ndarray
        The rest: durations (float64, days), uniforms and probabilities (float64), flags and categories (int32).
        The column ``entry`` indexes `Network.entries`.
    vacancies, surge_vacancies : dict of str to numpy.ndarray
        For each pool of vacancies, when a vacancy arrives (days, sorted); the second kind counts only in a surge.
    in_service : numpy.ndarray of bool or None
        Whose first activity is going on already when they arrive, so that a run can begin with the people who are there
        at its start: it starts at once, without a queue or a calendar, and takes its unit even beyond capacity; its
        duration column says what remains. None: nobody's.
    surge_vacancy_steps : dict of str to numpy.ndarray of int32
        Of which step of the surge (from 0) each surge vacancy is, where there are several; else all are of the first.
    """

    arrival: NDArray[np.float64]
    child: NDArray[np.int32]
    columns: dict[str, Column]
    vacancies: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    surge_vacancies: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    in_service: NDArray[np.bool_] | None = None
    surge_vacancy_steps: dict[str, NDArray[np.int32]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of spells, reserved children included."""
        return self.arrival.size

    def __repr__(self) -> str:
        return f"Cohort({len(self):,} spells, {len(self.columns)} columns)"

    @property
    def parent(self) -> NDArray[np.int32]:
        """Row of the spell of which each one is the child, or -1."""
        parent = np.full(len(self), -1, dtype=np.int32)
        has_child = np.flatnonzero(self.child >= 0)
        parent[self.child[has_child]] = has_child
        return parent

    def surge_steps_of(self, pool: str) -> NDArray[np.int32]:
        """Return of which step of its surge each surge vacancy of a pool is."""
        times = self.surge_vacancies.get(pool, ())
        return self.surge_vacancy_steps.get(pool, np.zeros(len(times), dtype=np.int32))

    @classmethod
    def by_hand(cls, arrival: list[float], **columns: list[float] | Column) -> Cohort:
        """Return a small cohort without readmissions: durations in days on the grid, every entry 0 unless given."""
        n = len(arrival)
        made = {name: np.asarray(values) for name, values in columns.items()}
        made = {name: v.astype(np.int32) if v.dtype.kind in "iub" else to_grid(v) for name, v in made.items()}
        made.setdefault("entry", np.zeros(n, dtype=np.int32))
        return cls(to_grid(arrival), np.full(n, -1, dtype=np.int32), made)
