"""What the SimPy engine keeps while it runs: pools, calendars, activities and spells at work."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import Any, Protocol, TypeAlias

import numpy as np
import simpy
from numpy.typing import NDArray

from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import booked_days, visits_on
from flowsim.engine.standstill import Queued
from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, Pool, Visits
from flowsim.model.pace import paced_delay

NOT_YET = float("nan")
Column: TypeAlias = "memoryview[Any]"
"""A column of the cohort, of floats or of integers, by the number of the spell."""
Ticket = tuple[float, float, int]
"""A place in a queue, in order: (priority, time joined, spell)."""


class Lookup(Protocol):
    """Where an activity finds what it names."""

    pools: dict[str, PoolState]
    calendars: dict[str, CalendarState]
    paces: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]]

    def column(self, name: str) -> Column:
        """Return a column of the cohort."""


class Bookings:
    """What the spells of an activity book of a pool of visits."""

    def __init__(self, visits: Visits, days: Column):
        self.visits, self._days = visits, days

    def days(self, number: int) -> int:
        """Return for how many days a spell books."""
        days: int = booked_days(self._days[number])
        return days

    def of(self, number: int, since: int) -> Iterator[tuple[int, int]]:
        """Yield (day, visits) of the booking that a spell makes on day `since`."""
        days = self.days(number)
        for i in range(days):
            yield since + i, visits_on(i, days, self.visits.first, self.visits.last)


class PoolState:
    """A pool at work: its units in use, in stock or booked, and who waits for it, in one queue an activity."""

    def __init__(self, index: int, pool: Pool):
        self.index, self.pool = index, pool
        self.kind = pool.kind
        self.capacity = pool.capacity[0][1]
        self.surge = pool.surge
        self.in_use = 0  # units
        self.stock = 0  # vacancies
        self.booked: defaultdict[int, int] = defaultdict(int)  # visits, by day
        self.overstaying = 0  # visits a day of those who stay longer than booked
        self.surging: set[int] = set()  # which steps of the surge are open
        self.queues: list[ActivityState] = []
        self.seen_free, self.seen_waiting = False, 0  # what a look sees
        self.see(0.0)

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(queue.waiting) for queue in self.queues)

    def see(self, now: float) -> None:
        """Keep what a look sees from now on: how many wait, and whether something is free for one more."""
        self.seen_waiting = waiting = self.waiting
        if self.kind == "units":
            self.seen_free = self._with_surge(self.capacity) > self.in_use + waiting
        elif self.kind == "vacancies":
            self.seen_free = self.stock > waiting
        else:
            today = floor(now)
            self.seen_free = waiting == 0 and self.booked[today] + self.overstaying < self._visits_a_day(today)

    def has_room(self, activity: ActivityState, number: int, now: float) -> bool:
        """Whether a spell can be given what it needs now."""
        if activity.bookings is not None:
            used = self.overstaying
            return all(
                self.booked[day] + used + visits <= self._visits_a_day(floor(now))
                for day, visits in activity.bookings.of(number, floor(now))
            )
        if self.kind == "vacancies":
            return self.stock > 0
        return self._with_surge(self.capacity) > self.in_use

    def take(self, activity: ActivityState, number: int, now: float) -> None:
        """Take what a spell needs."""
        if activity.bookings is not None:
            for day, visits in activity.bookings.of(number, floor(now)):
                self.booked[day] += visits
        elif self.kind == "vacancies":
            self.stock -= 1
        else:
            self.in_use += 1

    def give_back(self, unit: Unit, number: int, now: float) -> None:
        """Take back what a spell held; of visits, what is booked from tomorrow on."""
        if unit.bookings is None:
            self.in_use -= 1
        elif unit.overstays:
            self.overstaying -= unit.bookings.visits.last
        else:
            today = floor(now)
            for day, visits in unit.bookings.of(number, unit.since):
                if day > today:
                    self.booked[day] -= visits

    def _visits_a_day(self, today: int) -> int:
        # Nobody knows of a change before its day, so that the days ahead are taken to be like today.
        return self._with_surge([units for at, units in self.pool.capacity if at <= today][-1])

    def _with_surge(self, capacity: int) -> int:
        """Return a capacity with what the surge adds to it; a pool that is closed has no surge."""
        open_steps = (step for i, step in enumerate(self.surge) if i in self.surging)
        return capacity + sum(step.units for step in open_steps) if capacity > 0 else capacity

    def look_at_surge(self) -> None:
        """Open or close each step of the surge by how many wait."""
        if self.surge or self.surging:
            waiting, before = self.waiting, self.surging
            steps = enumerate(self.surge)
            self.surging = {i for i, step in steps if waiting > (step.until if i in before else step.above)}

    def first(self) -> ActivityState | None:
        """Return the activity whose first ticket comes first among those with an open calendar."""
        best = None
        for queue in self.queues:
            if (
                queue.waiting
                and (queue.calendar is None or queue.calendar.open)
                and (best is None or queue.waiting[0] < best.waiting[0])
            ):
                best = queue
        return best


@dataclass(slots=True)
class Unit:
    """What a spell holds of a pool, since which day, and what it booked, if the pool is one of visits."""

    pool: PoolState
    since: int
    bookings: Bookings | None
    overstays: bool = False


class CalendarState:
    """A calendar at work: whether it is open now, and whose pools to look at when it opens."""

    def __init__(self, calendar: Calendar):
        self.arrays = (calendar.opens, calendar.closes, calendar.worked)
        self.open = False
        self.pools: list[PoolState] = []


class ActivityState:
    """An activity with its names looked up and its columns at hand, and the tickets that wait for it, in order."""

    def __init__(self, index: int, activity: Activity, engine: Lookup):
        def column(name: str | None) -> Column | None:
            return None if name is None else engine.column(name)

        self.index, self.activity = index, activity
        self.is_exit = activity.next is None
        self.place = activity.place
        self.slot = {"activity": "staff", "place": "held", "next_place": "reserved"}[activity.holds]
        self.pool = engine.pools[activity.pool] if activity.pool else None
        self.calendar = engine.calendars[activity.calendar] if activity.calendar else None
        self.duration = column(activity.duration)
        self.pace = engine.paces.get(activity.pace or "")
        self.priority = column(activity.priority)
        self.patience = column(activity.patience)
        visits = activity.visits
        self.bookings = Bookings(visits, engine.column(visits.days)) if visits else None
        self.waiting: list[Ticket] = []
        if self.pool is not None:
            self.pool.queues.append(self)
            if self.calendar is not None:
                self.calendar.pools.append(self.pool)

    def takes(self, days: float, since: float) -> float:
        """Return how many days pass from a moment on until that many have passed at the activity's pace."""
        if self.pace is None:
            return days
        delay: float = paced_delay(since, days, *self.pace)
        return delay


Request: TypeAlias = tuple[ActivityState, ...]
"""The activity that a spell requests; of several, it does the one that can start first."""


@dataclass(slots=True)
class Waiting:
    """How a spell waits: for which activity, or any of which, with which ticket, and the event that ends it."""

    activities: Request
    pools: tuple[PoolState, ...]
    ticket: Ticket
    event: simpy.Event

    def join(self) -> None:
        """Put the ticket into each queue."""
        for activity in self.activities:
            insort(activity.waiting, self.ticket)

    def leave(self) -> None:
        """Take the ticket out of each queue."""
        for activity in self.activities:
            del activity.waiting[bisect_left(activity.waiting, self.ticket)]


class Spell:
    """Where a person is, what is held for them, and their stamps."""

    __slots__ = (
        "admitted", "arrived", "discharged", "held", "in_service", "number", "place", "process", "ready", "reserved",
        "staff",
    )  # fmt: skip

    def __init__(self, number: int, arrived: float):
        self.number, self.arrived = number, arrived
        self.place: str | None = None
        self.held: Unit | None = None
        self.reserved: Unit | None = None
        self.staff: Unit | None = None
        self.in_service = False
        self.process: simpy.Process | None = None
        self.admitted = self.ready = self.discharged = NOT_YET


def queued_as(spell: Spell, waiting: Waiting) -> Queued:
    """Return how a spell waits at the end of the run, and what it holds meanwhile."""
    units = [unit for unit in (spell.staff, spell.held, spell.reserved) if unit is not None]
    holds: dict[int, int] = {}
    for unit in units:
        much = 1 if unit.bookings is None else unit.bookings.visits.last
        holds[unit.pool.index] = holds.get(unit.pool.index, 0) + much
    priority, joined, number = waiting.ticket
    activities = tuple(activity.index for activity in waiting.activities)
    return Queued(number, activities, joined, priority, spell.ready, spell.discharged, tuple(holds.items()))


class LogRows:
    """The rows of the journey log as they grow."""

    def __init__(self) -> None:
        self.spell, self.activity = array("i"), array("i")
        self.requested, self.started, self.ended = array("d"), array("d"), array("d")

    def open(self, number: int, activity: ActivityState, now: float) -> int:
        """Open a row for an activity that a spell requests, and return its number."""
        self.spell.append(number)
        self.activity.append(activity.index)
        self.requested.append(now)
        self.started.append(NOT_YET)
        self.ended.append(NOT_YET)
        return len(self.spell) - 1

    def log(self, until: float) -> JourneyLog:
        """Return the log of a run that ended at `until`."""
        spell, activity = np.array(self.spell, dtype=np.int32), np.array(self.activity, dtype=np.int32)
        requested, started, ended = (np.array(column) for column in (self.requested, self.started, self.ended))
        return JourneyLog.from_rows(spell, activity, requested, started, ended, until)
