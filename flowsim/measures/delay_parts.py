"""Why people are delayed: every delayed day is one of lag, calendar or queue.

What a person is delayed by is an activity with a reason, in the log from `requested` to `ended`. Of this time the

calendar
    is what passes from `requested` to the first moment at which the activity's calendar is open: nobody could be served
    before that, whatever the capacity. For an activity that needs no pool this is the whole wait.
queue
    is what passes from then until it starts (or, of a wait in vain, ends): with a free unit, vacancy or visit it would
    have started at that first moment. So closed hours that pass while a person queues are part of the queue. Vacancies
    that arrive one after another are a capacity, and waiting for the next one is queue.
lag
    is what passes from the start to the end: the time that the activity takes by itself.
calendar, again
    is a part of that if the duration runs in working time: each midnight between start and end counts as lag by the
    share of the hours from start to end that are open, and for the rest, the nights, weekends and bank holidays, as
    calendar. (No midnight falls in the working hours of most teams, so that where it falls says nothing.)

So the lag would be there with endless capacity, open round the clock; lag and calendar with endless capacity. Only what
lies in the delay counts (`flowsim.measures.dtoc.Delays`). Every delayed midnight is divided among the three, so that
they add up to the delayed patients of each reason. Where people share one queue for several services, the calendar is
that of the service that served them.

The parts say what a day was spent on, and not quite what would go if a cause went: people who are served sooner also
come sooner, and perhaps in the night, to what follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.measures.dtoc import Delays
from flowsim.measures.stays import Floats, activity_table
from flowsim.measures.window import Window
from flowsim.model.calendar import Calendar
from flowsim.model.compiled import compiled
from flowsim.model.network import Network

PARTS = ("lag", "calendar", "queue")
_LAG, _CALENDAR, _QUEUE = range(len(PARTS))
NONE = -1


@dataclass(frozen=True)
class WaitingFor:
    """What waiting and working depend on, by activity, with the calendars one after another.

    Attributes
    ----------
    pool : numpy.ndarray of int
        Index in `Network.pools` of the pool that an activity needs; -1 if none.
    hours : numpy.ndarray of int
        Which calendar must be open; -1 if none.
    is_working_time : numpy.ndarray of bool
        Whether the duration runs in the open time of that calendar only.
    calendars : tuple of Calendar
        Those that `hours` counts.
    """

    pool: NDArray[np.intp]
    hours: NDArray[np.intp]
    is_working_time: NDArray[np.bool_]
    calendars: tuple[Calendar, ...]

    @classmethod
    def of(cls, network: Network) -> WaitingFor:
        """Return that of a network."""
        pools: dict[str | None, int] = {pool.name: i for i, pool in enumerate(network.pools)}
        names: dict[str | None, int] = {name: i for i, name in enumerate(network.calendars)}
        return cls(
            activity_table(network, lambda a: pools.get(a.pool, NONE), np.intp),
            activity_table(network, lambda a: names.get(a.calendar, NONE), np.intp),
            activity_table(network, lambda a: a.clock == "working", np.bool_),
            tuple(network.calendars.values()),
        )

    def queue_begins(self, requested: Floats, what: NDArray[np.integer]) -> Floats:
        """Return when those who ask for activities could be served at the earliest, whatever the capacity (days)."""
        begins, hours = requested.copy(), self.hours[what]
        for number, calendar in enumerate(self.calendars):
            its = np.flatnonzero(hours == number)
            opens = np.append(calendar.opens, np.inf)
            last = np.searchsorted(calendar.opens, requested[its], side="right") - 1
            is_open = (last >= 0) & (requested[its] < np.append(calendar.closes, -np.inf)[last])
            begins[its] = np.where(is_open, requested[its], opens[last + 1])
        return begins

    def open_share(self, starts: Floats, ends: Floats, what: NDArray[np.integer]) -> Floats:
        """Return which share of the time from `starts` to `ends` is lag: the open hours, if these are working time."""
        share, hours = (
            np.ones(starts.size),
            np.where(self.is_working_time[what] & (ends > starts), self.hours[what], NONE),
        )
        for number, calendar in enumerate(self.calendars):
            its = np.flatnonzero(hours == number)
            before, after = calendar.work_before(starts[its]), calendar.work_before(ends[its])
            share[its] = (after - before) / (ends[its] - starts[its])
        return share


@dataclass(frozen=True)
class DelayParts:
    """Where the time of each delay is divided; arrays have one value for each of `Delays`.

    A delay during which no midnight passes counts nothing and is not divided: both times are then when it begins.

    Attributes
    ----------
    queues, starts : numpy.ndarray of float
        Days: when the calendar is first open, so that the queue begins, and when the activity starts or the wait ends
        in vain. The rest of the delay is work.
    open_share : numpy.ndarray of float
        Share of the work that is lag and not closed hours; 1 unless the duration is in working time.
    """

    queues: Floats
    starts: Floats
    open_share: Floats

    @classmethod
    def from_log(cls, waiting: WaitingFor, log: JourneyLog, delays: Delays) -> DelayParts:
        """Read off a log why people were delayed."""
        queues, starts, open_share = delays.begins.copy(), delays.begins.copy(), np.ones(delays.begins.size)
        its = np.flatnonzero(np.ceil(delays.ends) > np.ceil(delays.begins))
        begin, end, row = delays.begins[its], delays.ends[its], delays.row[its]
        what = log.activity[row]
        start = np.where(np.isnan(log.started[row]), end, np.clip(log.started[row], begin, end))
        first = np.clip(waiting.queue_begins(log.requested[row], what), begin, start)
        queues[its] = np.where((start > begin) & (waiting.pool[what] >= 0), first, start)
        starts[its], open_share[its] = start, waiting.open_share(start, end, what)
        return cls(queues, starts, open_share)

    def patients(self, delays: Delays, window: Window, reasons: int) -> Floats:
        """Return delayed patients summed over the midnights, by part and reason; shape (parts, reasons)."""
        return _counted(
            delays.begins,
            self.queues,
            self.starts,
            delays.ends,
            self.open_share,
            delays.reason,
            reasons,
            window.start + 1.0,
            window.end + 1.0,
        )


@compiled
def _counted(
    begins: Floats,
    queues: Floats,
    starts: Floats,
    ends: Floats,
    open_share: Floats,
    reason: NDArray[np.intp],
    reasons: int,
    first: float,
    last: float,
) -> Floats:
    """Count the midnights from `first` on and before `last` in each part of each delay, by part and reason."""
    patients = np.zeros((3, reasons))
    for i in range(begins.size):
        if not (ends[i] > begins[i] and ends[i] > first and begins[i] < last):
            continue
        begin, end = max(np.ceil(begins[i]), first), min(np.ceil(ends[i]), last)
        queue, start = min(max(np.ceil(queues[i]), first), last), min(max(np.ceil(starts[i]), first), last)
        lag = (end - start) * open_share[i]
        patients[_LAG, reason[i]] += lag
        patients[_CALENDAR, reason[i]] += (queue - begin) + (end - start - lag)
        patients[_QUEUE, reason[i]] += start - queue
    return patients
