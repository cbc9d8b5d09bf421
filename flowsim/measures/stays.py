"""Facts that several measures need, derived from the journey log once: who was where, and each stay in hospital."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import steps
from flowsim.model.cohort import Cohort, Column
from flowsim.model.compiled import compiled
from flowsim.model.network import Activity, Network
from flowsim.model.pace import Pace, paced_delays

Floats = NDArray[np.float64]
_STAMPS = (None, "admitted", "ready", "discharged")
_ADMITTED, _READY, _DISCHARGED = 1, 2, 3


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
        row, left = _blocks(places, log.spell, log.activity, log.started, log.ended, log.until)
        return cls(log.spell[row].astype(np.intp), places[log.activity[row]], log.started[row], left, row)


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
    ready : numpy.ndarray of float
        When the person was ready for transfer: first start of an activity with the stamp ``ready`` (days).
    optimised : numpy.ndarray of float
        When the person was medically optimised (days): `admitted` and the cohort's column ``stay_until_optimised``; for
        a person who comes without an admission, when they are ready for transfer.
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
    ready: Floats
    optimised: Floats
    discharged: Floats
    discharged_to: NDArray[np.intp]

    @classmethod
    def from_log(cls, network: Network, cohort: Cohort, log: JourneyLog) -> Stays:
        """Read the stays off a log."""
        acute_places = {place.name for place in network.places if place.kind == "acute"}
        first_request, entered, left, entry_row, admitted, ready, discharged, discharged_to = _stays(
            len(cohort),
            activity_table(network, lambda a: a.place in acute_places, np.bool_),
            activity_table(network, lambda a: _STAMPS.index(a.stamp), np.int8),
            log.spell,
            log.activity,
            log.requested,
            log.started,
            log.ended,
            log.until,
        )
        return cls(
            first_request=first_request,
            entered=entered,
            left=left,
            entry_row=entry_row,
            admitted=admitted,
            ward_rows=rows_where(network, log, lambda a: a.stamp == "admitted"),
            ready=ready,
            optimised=np.where(np.isnan(admitted), ready, admitted + _treatment(network, cohort, admitted)),
            discharged=discharged,
            discharged_to=discharged_to,
        )


def _treatment(network: Network, cohort: Cohort, admitted: Floats) -> Floats:
    """Return the stay until medically optimised of each spell (days), at the pace that it had."""
    stay = column(cohort, "stay_until_optimised", np.nan).astype(np.float64)
    pace = next((network.paces[a.pace] for a in network.activities if a.stamp == "admitted" and a.pace), Pace())
    return stay if pace.is_even else paced_delays(admitted, stay, *steps(pace))


@compiled
def _blocks(
    place_of: NDArray[np.int16],
    spell: NDArray[np.int32],
    activity: NDArray[np.int32],
    started: Floats,
    ended: Floats,
    until: float,
) -> tuple[NDArray[np.intp], Floats]:
    """Return the row of the log with which each block begins, and when the block is left."""
    row, left = np.empty(spell.size, dtype=np.intp), np.empty(spell.size)
    blocks = 0
    here = -1  # the place where the person is; -1 before anything has started
    for i in range(spell.size):
        if i == 0 or spell[i] != spell[i - 1]:
            here = -1
        place = place_of[activity[i]]
        if place != here and not np.isnan(started[i]):
            if here >= 0:
                left[blocks - 1] = started[i]
            row[blocks] = i
            blocks += 1
            here = place
        if here >= 0 and (i + 1 == spell.size or spell[i + 1] != spell[i]):
            left[blocks - 1] = until if np.isnan(ended[i]) else ended[i]
    return row[:blocks].copy(), left[:blocks].copy()


@compiled
def _stays(
    n: int,
    is_acute: NDArray[np.bool_],
    stamp_of: NDArray[np.int8],
    spell: NDArray[np.int32],
    activity: NDArray[np.int32],
    requested: Floats,
    started: Floats,
    ended: Floats,
    until: float,
) -> tuple[Floats, Floats, Floats, NDArray[np.intp], Floats, Floats, Floats, NDArray[np.intp]]:
    """Return what `Stays` says of each of `n` spells, given whether an activity is in hospital, and its stamp."""
    first_request, entered, left = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    admitted, ready, discharged = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
    entry_row, discharged_to = np.full(n, spell.size), np.full(n, -1)
    for i in range(spell.size):
        s, what = spell[i], activity[i]
        if i == 0 or spell[i - 1] != s:
            first_request[s] = requested[i]
        if not np.isnan(started[i]):
            if is_acute[what]:
                if np.isnan(entered[s]):
                    entered[s], entry_row[s] = started[i], i
            elif np.isnan(left[s]) and not np.isnan(entered[s]):
                left[s] = started[i]
            if stamp_of[what] == _ADMITTED and np.isnan(admitted[s]):
                admitted[s] = started[i]
            elif stamp_of[what] == _READY and np.isnan(ready[s]):
                ready[s] = started[i]
            elif stamp_of[what] == _DISCHARGED and np.isnan(discharged[s]):
                discharged[s], discharged_to[s] = started[i], what
        if np.isnan(left[s]) and not np.isnan(entered[s]) and (i + 1 == spell.size or spell[i + 1] != s):
            left[s] = until if np.isnan(ended[i]) else ended[i]
    return first_request, entered, left, entry_row, admitted, ready, discharged, discharged_to


def activity_table(network: Network, of: Callable[[Activity], object], dtype: DTypeLike) -> NDArray[Any]:
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
    return _rows_where(activity_table(network, chosen, np.bool_), log.activity)


@compiled
def _rows_where(chosen: NDArray[np.bool_], activity: NDArray[np.int32]) -> NDArray[np.intp]:
    """Return the rows whose activity is chosen."""
    rows, n = np.empty(activity.size, dtype=np.intp), 0
    for i, its_activity in enumerate(activity):
        rows[n] = i  # written over by the next row unless it counts: faster than asking first
        n += chosen[its_activity]
    return rows[:n].copy()


def until_end(log: JourneyLog, rows: NDArray[np.intp]) -> Floats:
    """Return when each row ended (days); those that have not, at the end of the run."""
    ended = log.ended[rows]
    ended[np.isnan(ended)] = log.until
    return ended


def column(cohort: Cohort, name: str, missing: float) -> Column:
    """Return a column of the cohort; where it has no such column (a small network), `missing` for every spell."""
    return cohort.columns.get(name, np.full(len(cohort), missing))
