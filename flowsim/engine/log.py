"""The journey log: what an engine says happened, one row for each activity of each spell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.model.compiled import compiled


@dataclass(frozen=True, repr=False)
class JourneyLog:
    """What happened, in columns, sorted by spell and then in the order of the journey.

    Attributes
    ----------
    spell : numpy.ndarray of int32
        Row of the cohort.
    activity : numpy.ndarray of int32
        Index in `Network.activities`.
    requested, started, ended : numpy.ndarray of float64
        Days. A row that waited in vain (patience ran out, or death or readmission came first) has a NaN `started` and
        an `ended`; one that still waits or goes on at the end of the run has a NaN `ended`. Within a spell each
        `ended` is the next row's `requested`. An exit starts and ends at once.
    until : float
        When the run ended (days).
    """

    spell: NDArray[np.int32]
    activity: NDArray[np.int32]
    requested: NDArray[np.float64]
    started: NDArray[np.float64]
    ended: NDArray[np.float64]
    until: float

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.spell.size

    def __repr__(self) -> str:
        return f"JourneyLog({len(self):,} rows, until day {self.until:g})"

    @classmethod
    def from_rows(
        cls,
        spell: NDArray[np.int32],
        activity: NDArray[np.int32],
        requested: NDArray[np.float64],
        started: NDArray[np.float64],
        ended: NDArray[np.float64],
        until: float,
    ) -> JourneyLog:
        """Build a log from rows of which each spell's stand in the order of its journey, whatever lies between them."""
        times = np.empty_like(requested), np.empty_like(started), np.empty_like(ended)
        found = cls(np.empty_like(spell), np.empty_like(activity), *times, until)
        _sort_by_spell(spell, activity, requested, started, ended, found.spell, found.activity, *times)
        return found

    def equals(self, other: JourneyLog) -> bool:
        """Whether two logs are equal to the last bit."""
        return self.until == other.until and all(
            np.array_equal(getattr(self, name).view(np.uint8), getattr(other, name).view(np.uint8))
            for name in ("spell", "activity", "requested", "started", "ended")
        )


@compiled
def _sort_by_spell(
    spell: NDArray[np.int32],
    activity: NDArray[np.int32],
    requested: NDArray[np.float64],
    started: NDArray[np.float64],
    ended: NDArray[np.float64],
    spell_sorted: NDArray[np.int32],
    activity_sorted: NDArray[np.int32],
    requested_sorted: NDArray[np.float64],
    started_sorted: NDArray[np.float64],
    ended_sorted: NDArray[np.float64],
) -> None:
    """Sort rows by spell and leave each spell's rows in their order: a counting sort.

    There are as many spells as a third of the rows, which numpy's sorts do not know.
    """
    following = np.zeros(spell.max() + 2 if spell.size > 0 else 1, dtype=np.int64)
    for number in spell:
        following[number + 1] += 1
    for number in range(1, following.size):
        following[number] += following[number - 1]
    for row in range(spell.size):
        number = np.uint32(spell[row])
        place = np.uint64(following[number])
        following[number] += 1
        spell_sorted[place], activity_sorted[place] = number, activity[row]
        requested_sorted[place], started_sorted[place], ended_sorted[place] = requested[row], started[row], ended[row]
