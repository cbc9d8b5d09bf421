"""Facts that several measures need, derived from the journey log once: who was where, and each stay in hospital."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from flowsim.engine.log import JourneyLog
from flowsim.model.cohort import Cohort, Column
from flowsim.model.network import Activity, Network

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Blocks:
    """Who was in which place from when to when: one block for each place that a spell entered, in order of the log.

    A person enters a place when an activity of another place starts, and is there until the next such start: waiting
    for the next place is still being in the last one. Before anything has started a person is in no place.

    Attributes
    ----------
    spell : numpy.ndarray of int
        Row of the cohort.
    place : numpy.ndarray of int
        Index in `Network.places`.
    entered, left : numpy.ndarray of float
        Days. The last place of a spell is left when the spell leaves the network, which is at once if an exit led
        there, or at `JourneyLog.until`.
    row : numpy.ndarray of int
        Row of the log with which the place was entered, ascending.
    """

    spell: NDArray[np.intp]
    place: NDArray[np.int16]
    entered: Floats
    left: Floats
    row: NDArray[np.intp]

    @classmethod
    def from_log(cls, network: Network, log: JourneyLog) -> Blocks:
        """Read the blocks off a log."""
        index = {place.name: i for i, place in enumerate(network.places)}
        places = activity_table(network, lambda a: index[a.place], np.int16)
        # A row that never started would split the block around it: it is passed over in two steps, because comparing
        # all rows and then the few that are left is several times faster than first copying the rows that started.
        started = ~np.isnan(log.started)
        place = places.take(log.activity)
        place[~started] = -1
        row = np.flatnonzero((first_of_run(log.spell) | first_of_run(place)) & started)
        row = row[first_of_run(log.spell[row]) | first_of_run(place[row])]

        spell, entered = log.spell[row].astype(np.intp), log.started[row]
        left = np.empty_like(entered)
        left[:-1] = entered[1:]
        last_block = np.flatnonzero(last_of_run(spell))
        last_row = np.flatnonzero(last_of_run(log.spell))
        end_of_spell = _spread(log.spell.max(initial=-1) + 1, log.spell[last_row], until_end(log, last_row))
        left[last_block] = end_of_spell[spell[last_block]]
        return cls(spell, place[row], entered, left, row)

    def containing(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the block in which each of these rows of the log is; the rows must have started."""
        begins = np.zeros(rows.max(initial=-1) + 1, dtype=np.int32)
        begins[self.row[: np.searchsorted(self.row, begins.size)]] = 1
        return begins.cumsum(dtype=np.int32).take(rows) - 1


@dataclass(frozen=True)
class Stays:
    """Each spell's stay in hospital; arrays have one value for each spell of the cohort.

    A spell has one stay: from when it first enters an acute place until it first leaves the acute places. What has
    not happened is NaN.

    Attributes
    ----------
    first_request : numpy.ndarray of float
        When the spell first asked for something (days); NaN for a reserved child that never came.
    entered, left : numpy.ndarray of float
        When the person entered hospital (the first start of an activity in an acute place), and left it or died there
        (days); `JourneyLog.until` for those who are in hospital at the end of the run.
    entry_row : numpy.ndarray of int
        Row of the log with which the person entered hospital; the length of the log if never.
    admitted : numpy.ndarray of float
        Admission to the ward: first start of an activity with the stamp ``admitted`` (days).
    ward_rows : numpy.ndarray of int
        Rows of the log of the activities with that stamp, started or not, of all spells.
    optimised : numpy.ndarray of float
        When the person was medically optimised (days): `admitted` and the cohort's column ``stay_until_optimised``; for
        whoever comes without an admission, when they are ready for transfer.
    discharged : numpy.ndarray of float
        When the person left hospital alive: first start of an activity with the stamp ``discharged`` (days).
    discharged_to : numpy.ndarray of int
        The activity that carries that stamp; -1 if none.
    """

    first_request: Floats
    entered: Floats
    left: Floats
    entry_row: NDArray[np.intp]
    admitted: Floats
    ward_rows: NDArray[np.intp]
    optimised: Floats
    discharged: Floats
    discharged_to: NDArray[np.intp]

    @classmethod
    def from_log(cls, network: Network, cohort: Cohort, log: JourneyLog, blocks: Blocks) -> Stays:
        """Read the stays off a log and its blocks."""
        n = len(cohort)
        first_row = np.flatnonzero(first_of_run(log.spell))
        first_request = _spread(n, log.spell[first_row], log.requested[first_row])

        is_acute = np.array([place.kind == "acute" for place in network.places])
        acute = np.flatnonzero(is_acute[blocks.place])
        spell = blocks.spell[acute]
        first = acute[first_of_run(spell)]
        entered = _spread(n, blocks.spell[first], blocks.entered[first])
        entry_row = np.full(n, len(log))
        entry_row[blocks.spell[first]] = blocks.row[first]
        # Acute blocks that follow each other (AMU, ward) are one stay: within it, block number less rank is constant.
        ends = acute[last_of_run(spell) | last_of_run(acute - np.arange(acute.size))]
        ends = ends[first_of_run(blocks.spell[ends])]
        left = _spread(n, blocks.spell[ends], blocks.left[ends])

        ward_rows = rows_where(network, log, lambda a: a.stamp == "admitted")
        admission = _first_started(log, ward_rows)
        admitted = _spread(n, log.spell[admission], log.started[admission])
        discharge = _first_started(log, rows_where(network, log, lambda a: a.stamp == "discharged"))
        discharged_to = np.full(n, -1)
        discharged_to[log.spell[discharge]] = log.activity[discharge]
        readiness = _first_started(log, rows_where(network, log, lambda a: a.stamp == "ready"))
        ready = _spread(n, log.spell[readiness], log.started[readiness])
        return cls(
            first_request=first_request,
            entered=entered,
            left=left,
            entry_row=entry_row,
            admitted=admitted,
            ward_rows=ward_rows,
            optimised=np.where(np.isnan(admitted), ready, admitted + column(cohort, "stay_until_optimised", np.nan)),
            discharged=_spread(n, log.spell[discharge], log.started[discharge]),
            discharged_to=discharged_to,
        )


def activity_table(network: Network, of: Callable[[Activity], object], dtype: DTypeLike) -> NDArray:
    """Return one value for each activity of the network, to be looked up by the log's column ``activity``.

    Parameters
    ----------
    network : Network
        The activities.
    of : callable
        Returns the value of an activity.
    dtype : numpy dtype
        Of the table.
    """
    return np.array([of(activity) for activity in network.activities], dtype=dtype)


def rows_where(network: Network, log: JourneyLog, chosen: Callable[[Activity], bool]) -> NDArray[np.intp]:
    """Return the rows of the log, in order, whose activity is `chosen`."""
    return np.flatnonzero(activity_table(network, chosen, np.bool_).take(log.activity))


def until_end(log: JourneyLog, rows: NDArray[np.intp]) -> Floats:
    """Return when each row ended (days); those that have not, at the end of the run."""
    ended = log.ended[rows]
    ended[np.isnan(ended)] = log.until
    return ended


def column(cohort: Cohort, name: str, missing: float) -> Column:
    """Return a column of the cohort; where it has no such column (a small network), `missing` for every spell."""
    return cohort.columns.get(name, np.full(len(cohort), missing))


def first_of_run(values: NDArray) -> NDArray[np.bool_]:
    """Whether each value differs from the one before it; the first one does."""
    first = np.ones(values.size, dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=first[1:])
    return first


def last_of_run(values: NDArray) -> NDArray[np.bool_]:
    """Whether each value differs from the one after it; the last one does."""
    last = np.ones(values.size, dtype=np.bool_)
    np.not_equal(values[1:], values[:-1], out=last[:-1])
    return last


def _first_started(log: JourneyLog, rows: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the first of these rows of each spell that has started: a stamp is set once."""
    rows = rows[~np.isnan(log.started[rows])]
    return rows[first_of_run(log.spell[rows])]


def _spread(n: int, spell: NDArray[np.integer], values: Floats) -> Floats:
    """Return the values as a column over `n` spells, NaN where there is none."""
    spread = np.full(n, np.nan)
    spread[spell.astype(np.intp, copy=False)] = values
    return spread
