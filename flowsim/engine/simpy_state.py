"""What the SimPy engine keeps while it runs: pools, calendars, activities and spells at work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import Protocol

import simpy

from flowsim.engine.rules import booked_days, visits_on
from flowsim.model.calendar import Calendar
from flowsim.model.network import Activity, Pool

NOT_YET = float("nan")


class Lookup(Protocol):
    """Where an activity finds what it names."""

    pools: dict[str, PoolState]
    calendars: dict[str, CalendarState]

    def column(self, name: str | None) -> memoryview | None:
        """Return a column of the cohort, or None for no name."""


class PoolState:
    """A pool at work: its units in use, in stock or booked, and who waits for it, in one queue an activity."""

    def __init__(self, index: int, pool: Pool):
        self.index, self.pool = index, pool
        self.kind = pool.kind
        self.capacity = pool.capacity[0][1]
        self.in_use = 0  # units
        self.stock = 0  # vacancies
        self.booked: defaultdict[int, int] = defaultdict(int)  # visits, by day
        self.overstaying = 0  # visits a day of those who stay longer than booked
        self.surging = False
        self.queues: list[ActivityState] = []

    def has_room(self, activity: ActivityState, number: int, now: float) -> bool:
        """Whether a spell can be given what it needs now."""
        if self.kind == "units":
            surge = self.pool.surge.units if self.surging else 0
            return self.capacity + surge > self.in_use
        if self.kind == "vacancies":
            return self.stock > 0
        used = self.overstaying
        return all(
            self.booked[day] + used + visits <= self._visits_a_day(day)
            for day, visits in activity.booking(number, floor(now))
        )

    def take(self, activity: ActivityState, number: int, now: float) -> None:
        """Take what a spell needs."""
        if self.kind == "units":
            self.in_use += 1
        elif self.kind == "vacancies":
            self.stock -= 1
        else:
            for day, visits in activity.booking(number, floor(now)):
                self.booked[day] += visits

    def _visits_a_day(self, day: int) -> int:
        surge = self.pool.surge.units if self.surging else 0
        return [units for at, units in self.pool.capacity if at <= day][-1] + surge

    def look_at_surge(self) -> None:
        """Open or close the surge by how many wait."""
        surge = self.pool.surge
        if surge is not None:
            waiting = sum(len(queue.waiting) for queue in self.queues)
            self.surging = waiting > (surge.until if self.surging else surge.above)

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
    """What a spell holds of a pool, since which day, and for which activity."""

    pool: PoolState
    activity: ActivityState
    since: int
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
        self.index, self.activity = index, activity
        self.is_exit = activity.next is None
        self.place = activity.place
        self.slot = {"activity": "staff", "place": "held", "next_place": "reserved"}[activity.holds]
        self.pool = engine.pools[activity.pool] if activity.pool else None
        self.calendar = engine.calendars[activity.calendar] if activity.calendar else None
        self.duration = engine.column(activity.duration)
        self.priority = engine.column(activity.priority)
        self.patience = engine.column(activity.patience)
        self.visits = activity.visits
        self.days = engine.column(activity.visits.days) if activity.visits else None
        self.waiting: list[tuple[float, float, int]] = []
        if self.pool is not None:
            self.pool.queues.append(self)
            if self.calendar is not None:
                self.calendar.pools.append(self.pool)

    def booking(self, number: int, since: int) -> Iterator[tuple[int, int]]:
        """Yield (day, visits) of the booking that a spell makes on day `since`."""
        days = booked_days(self.days[number])
        for i in range(days):
            yield since + i, visits_on(i, days, self.visits.first, self.visits.last)


class Spell:
    """Where a person is, what is held for them, and their stamps."""

    __slots__ = (
        "admitted", "arrived", "discharged", "event", "held", "in_service", "number", "place", "process", "queued",
        "ready", "reserved", "staff", "ticket",
    )  # fmt: skip

    def __init__(self, number: int, arrived: float):
        self.number, self.arrived = number, arrived
        self.place: str | None = None
        self.held: Unit | None = None
        self.reserved: Unit | None = None
        self.staff: Unit | None = None
        self.in_service = False
        self.queued: ActivityState | None = None
        self.ticket: tuple[float, float, int] | None = None
        self.event: simpy.Event | None = None
        self.process: simpy.Process | None = None
        self.admitted = self.ready = self.discharged = NOT_YET
