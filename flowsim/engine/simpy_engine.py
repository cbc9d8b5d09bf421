"""The reference engine, on SimPy: the specification of what happens.

An engine draws no random number. It is a pure function of a cohort and a network, and returns a journey log. Both
engines obey these rules:

1. **Start.** An activity starts when its pool has a free unit and its calendar is open; one that needs no pool starts
   as soon as its calendar is open. When it starts in another place than the one where the person is, the person
   enters that place: the unit held for the place that is left is released (until then it was blocked), and a unit that
   was reserved for the next place becomes the one held. A unit that is held for the activity only (staff) is released
   when the activity ends.
2. **Queue.** A queue is served by (priority, time joined, spell), and those whose calendar is closed are passed over.
   Who waits for any of several activities has the same ticket in the queue of each. The first pool of a pass that can
   serve it does, and it has left the other queues then; their pools are looked at again in the next round. What holds
   while it waits (priority, patience, escalation, the row of the log) is that of the activity that is named first.
3. **One instant.** Everything that falls on one instant is settled before the clock moves, in rounds. A round first
   ends every activity that ends now and applies deaths and readmissions (which come first), expired patience,
   escalation, changes of capacity and calendars, and arriving vacancies; a spell that ends an activity requests the
   next.
   The order among these does not matter. Then one allocation pass is made: the pools that changed, in index order, each
   serving its queue while it has units. The next round sees what those starts free (the bed just left). In SimPy the
   pass is one event at the present time with a priority below all others.
4. **Patience.** A person who has waited in a queue for as long as their patience goes on to `otherwise`, even if the
   pool has a free unit again at that very instant. A patience of 0 means "not if it cannot start at once": when
   nothing else can start at this instant any more, all who joined a queue at it with a patience of 0 and still wait
   leave it together, and the instant goes on with another round.
5. **Cuts.** A cut in capacity ejects nobody: units go as they fall free. While the capacity of a pool is 0 (for visits:
   on each day on which it is 0) its surge adds nothing. Vacancies of a surge that fall on days without ordinary ones
   are left out of the cohort.
6. **Standstill.** If people hold all that there will ever be of some pools, and wait for each other's in a circle that
   no patience, death, readmission, surge, later capacity or calendar can open, the run ends with an error that names
   the circle and since when it has been closed: `flowsim.engine.standstill`. People who wait for a pool that is closed
   for good, or for something that may still happen after the end of the run, are no standstill.
7. **Looks.** A look at a pool sees it as it was at the end of the last allocation pass: how many wait, also for any of
   several pools, and whether something is free for one more (`flowsim.model.network.Look`). So all who look in one
   round see the same, and none of them what another does. Before the first pass nobody is there.
8. **Pace.** What has a pace ends when, at that pace, its duration has passed: `flowsim.model.pace.paced_delay`.
9. **Log.** One row for each activity of each spell: `flowsim.engine.log`.

Surge is looked at when a pool is served: each of its steps opens when more than `above` are waiting and closes when
`until` or fewer are. A stamp is set once, by the first start that carries it. Days delayed run from ``ready`` to
``discharged``. A pool of visits is also looked at on every midnight. A booking counts from the day on which it is made;
what is left of it is given back when the person leaves (from the next day on); a person who stays longer than booked
goes on using the last day's visits. What changes on a date is not known before it: a booking takes the days ahead to
have as many visits as today. A spell that is in service when it arrives starts at once, without queue and calendar, and
takes its unit even beyond capacity. Who comes back from a care home lives there
(`flowsim.model.network.Readmission`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import floor, inf
from typing import Any

import numpy as np
import simpy
from simpy.events import NORMAL, URGENT, EventPriority

from flowsim.engine.log import JourneyLog
from flowsim.engine.residents import Residents
from flowsim.engine.rules import delayed_days, goes_then, pieces, steps
from flowsim.engine.simpy_clock import start_clocks
from flowsim.engine.simpy_decisions import Decisions
from flowsim.engine.simpy_state import (
    ActivityState,
    CalendarState,
    Column,
    LogRows,
    PoolState,
    Request,
    Spell,
    Unit,
    Waiting,
    queued_as,
)
from flowsim.engine.standstill import refuse_standstill
from flowsim.engine.zero_time_cycles import refuse_zero_time_cycles
from flowsim.model.calendar import next_opening, working_delay
from flowsim.model.cohort import Cohort
from flowsim.model.network import Network, looks

# SimPy's priorities grow downwards: an allocation pass comes after everything else of its instant, and those who cannot
# wait at all leave after the last pass.
_LAST, _SETTLED = EventPriority(NORMAL + 1), EventPriority(NORMAL + 2)
_Events = Generator[simpy.Event, Any, None]


def run(network: Network, cohort: Cohort, until: float) -> JourneyLog:
    """Run a cohort through a network and return the journey log.

    Parameters
    ----------
    network : Network
        Activities, pools and calendars. The calendars must cover the run.
    cohort : Cohort
        The spells, with every column that the network names.
    until : float
        When the run stops (days); what falls on that instant does not happen any more.

    Returns
    -------
    JourneyLog
        One row for each activity of each spell.

    Raises
    ------
    KeyError
        If the network names a column that the cohort lacks.
    ValueError
        If the network has a cycle that can take no time.
    Standstill
        If people wait for each other in a circle that nothing can open any more.
    """
    refuse_zero_time_cycles(network, cohort)
    return _Engine(network, cohort, until).run()


class _Engine:
    """One run: SimPy's environment, the pools, and the log as it grows."""

    def __init__(self, network: Network, cohort: Cohort, until: float):
        self.network, self.cohort, self.until = network, cohort, until
        self.env = simpy.Environment()
        self.residents = Residents(network, cohort)
        self._columns: dict[str, Column] = dict(self.residents.column)
        self.pools = {p.name: PoolState(i, p) for i, p in enumerate(network.pools)}
        self.calendars = {name: CalendarState(c) for name, c in network.calendars.items()}
        self.paces = {name: steps(pace) for name, pace in network.paces.items() if not pace.is_even}
        self.activities = {a.name: ActivityState(i, a, self) for i, a in enumerate(network.activities)}
        decisions = Decisions(self.env, self.activities, self.pools, self.column)
        self.next = {a.name: decisions.of(a.next) for a in network.activities if a.next is not None}
        self.otherwise = {
            a.name: (self.activities[a.otherwise],) for a in network.activities if a.otherwise is not None
        }
        self.looked_at = {self.pools[look.pool].index for a in network.activities for look in looks(a.next)}
        self.entries = [self.activities[name] for name in network.entries]
        self.entry, self.child = cohort.columns["entry"].tolist(), cohort.child.tolist()
        self.in_service = None if cohort.in_service is None else cohort.in_service.tolist()
        self.changed: set[int] = set()
        self.present: dict[int, Spell] = {}
        self.waiting: dict[int, Waiting] = {}
        self.impatient: list[tuple[int, Waiting]] = []
        self.by_index = list(self.pools.values())
        self.rows = LogRows()

    def run(self) -> JourneyLog:
        env = self.env
        start_clocks(env, self.by_index, self.calendars.values(), self.cohort, self._change)
        env.process(self._arrivals())
        env.run(until=self.until)
        queued = [queued_as(self.present[number], waiting) for number, waiting in sorted(self.waiting.items())]
        others, surging = len(self.present) - len(queued), [pool.surging for pool in self.by_index]
        refuse_standstill(self.network, self.cohort, self.until, queued, others, surging)
        return self.rows.log(self.until)

    # -- the journey of one person -------------------------------------------------------------------------------

    def _journey(self, spell: Spell) -> _Events:
        """Go from activity to activity until an exit, or until death or readmission interrupts."""
        env, number = self.env, spell.number
        request: Request = (self.entries[self.entry[number]],)
        row = -1
        try:
            while True:
                activity = request[0]
                row = self.rows.open(number, activity, env.now)
                if spell.in_service:
                    spell.in_service = False
                    if activity.pool is not None and activity.pool.kind != "vacancies":
                        activity.pool.take(activity, number, env.now)
                        self._change(activity.pool)
                elif activity.pool is not None:
                    served = yield self._join(number, request)
                    if served is None:
                        self.rows.ended[row] = env.now
                        request = self.otherwise[activity.activity.name]
                        continue
                    self._look_elsewhere(request, served)
                    activity = served
                    self.rows.activity[row] = activity.index
                elif activity.calendar is not None:
                    opens, closes, _ = activity.calendar.arrays
                    opening = next_opening(env.now, opens, closes)
                    if opening > env.now:
                        yield env.timeout(opening - env.now)
                self._start(spell, activity, row)
                if activity.is_exit:
                    self._leave(spell, row)
                    return
                yield env.timeout(self._delay(spell, activity))
                self.rows.ended[row] = env.now
                if spell.staff is not None:
                    self._release(number, spell.staff)
                    spell.staff = None
                request = self.next[activity.activity.name](spell)
        except simpy.Interrupt as interrupt:
            if number in self.waiting:
                self._unqueue(number)
            self.rows.ended[row] = env.now
            exit_by: Any = interrupt.cause  # from `_interrupt`
            row = self.rows.open(number, exit_by, env.now)
            self._start(spell, exit_by, row)
            self._leave(spell, row)

    def _start(self, spell: Spell, activity: ActivityState, row: int) -> None:
        """Enter the place, hold what is to be held, and set the stamp."""
        now = self.env.now
        self.rows.started[row] = now
        if activity.place != spell.place:
            if spell.held is not None:
                self._release(spell.number, spell.held)
            spell.place, spell.held, spell.reserved = activity.place, spell.reserved, None
        if activity.pool is not None and activity.pool.kind != "vacancies":
            self._hold(spell, activity, activity.pool)
        stamp = activity.activity.stamp
        if stamp is not None:
            first = getattr(spell, stamp) != getattr(spell, stamp)  # NaN: not stamped yet
            if first:
                setattr(spell, stamp, now)
                if stamp == "discharged":
                    self._decide_readmission(spell, self._dies(spell))

    def _hold(self, spell: Spell, activity: ActivityState, pool: PoolState) -> None:
        """Keep the unit that was taken for as long as the activity says, in exchange for what was kept so before."""
        bookings = activity.bookings
        unit = Unit(pool, floor(self.env.now), bookings)
        before = getattr(spell, activity.slot)
        if before is not None:
            self._release(spell.number, before)
        setattr(spell, activity.slot, unit)
        if bookings is not None:
            end, last = unit.since + bookings.days(spell.number), bookings.visits.last
            self._at(end - self.env.now, lambda _: self._overstay(spell, unit, last))

    def _overstay(self, spell: Spell, unit: Unit, visits: int) -> None:
        if any(kept is unit for kept in (spell.held, spell.reserved, spell.staff)):
            unit.overstays = True
            unit.pool.overstaying += visits
            self._change(unit.pool)

    def _delay(self, spell: Spell, activity: ActivityState) -> float:
        """Return how many days pass until an activity that starts now ends."""
        if activity.duration is None:
            return 0.0
        duration: float = activity.duration[spell.number]
        if activity.activity.clock == "working" and activity.calendar is not None:
            delay: float = working_delay(self.env.now, duration, *activity.calendar.arrays)
            return delay
        if activity.activity.clock == "since_admission":
            return max(0.0, spell.admitted + activity.takes(duration, spell.admitted) - self.env.now)
        return activity.takes(duration, self.env.now)

    def _leave(self, spell: Spell, row: int) -> None:
        """Leave the network: give back everything."""
        self.rows.ended[row] = self.env.now
        for unit in (spell.held, spell.reserved, spell.staff):
            if unit is not None:
                self._release(spell.number, unit)
        spell.process = spell.held = spell.reserved = spell.staff = None
        del self.present[spell.number]

    # -- arrivals, death, readmission ------------------------------------------------------------------------------

    def _arrivals(self) -> _Events:
        order = np.lexsort((np.arange(len(self.cohort)), self.cohort.arrival))
        order = order[~np.isnan(self.cohort.arrival[order])]
        for number, at in zip(order.tolist(), self.cohort.arrival[order].tolist(), strict=True):
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            self._arrive(number)

    def _arrive(self, number: int) -> None:
        spell = self.present[number] = Spell(number, self.env.now)
        spell.in_service = self.in_service is not None and self.in_service[number]
        spell.process = self.env.process(self._journey(spell))
        death = self.network.death
        if death is not None:
            after = self.column(death.after)[number]
            if self.env.now + after < self.until:
                exit_by = self.activities[death.exit]
                self._at(after, lambda _: self._interrupt(spell, exit_by), URGENT)

    def _interrupt(self, spell: Spell, exit_by: ActivityState) -> None:
        if spell.process is not None:
            spell.process.interrupt(exit_by)

    def _dies(self, spell: Spell) -> float:
        """Decide whether delay brings death forward, and return when a person who leaves hospital now will die."""
        rule, number, now = self.network.death, spell.number, self.env.now
        if rule is None:
            return inf
        dies: float = spell.arrived + self.column(rule.after)[number]
        sooner = rule.by_delay
        if sooner is not None:
            days = delayed_days(spell.ready, spell.discharged, now)
            after: float = self.column(sooner.days)[number]
            if now + after < dies and goes_then(self.column(sooner.uniform)[number], 0.0, days, *pieces(sooner.harm)):
                exit_by = self.activities[rule.exit]
                self._at(after, lambda _: self._interrupt(spell, exit_by), URGENT)
                return now + after
        return dies

    def _decide_readmission(self, spell: Spell, dies: float) -> None:
        rule, number = self.network.readmission, spell.number
        if rule is None or self.child[number] < 0:
            return
        child = self.child[number]
        at = floor(self.env.now) + self.column(rule.gap_days)[number] + self.column(rule.arrival_time)[child]
        if at >= dies:
            return
        days = delayed_days(spell.ready, spell.discharged, self.env.now)
        uniform, probability = self.column(rule.uniform)[number], self.column(rule.probability)[number]
        if goes_then(uniform, probability, days, *pieces(rule.harm)):
            exit_by = self.activities[rule.exit]
            self._at(at - self.env.now, lambda _: self._readmit(spell, exit_by), URGENT)

    def _readmit(self, spell: Spell, exit_by: ActivityState) -> None:
        self.residents.keep(spell, self.child[spell.number])
        self._interrupt(spell, exit_by)
        self._arrive(self.child[spell.number])

    # -- pools and queues ------------------------------------------------------------------------------------------

    def _join(self, number: int, request: Request) -> simpy.Event:
        """Join the queue, or each; the event tells which activity can start, or None when patience has run out."""
        env, activity = self.env, request[0]
        priority = activity.priority[number] if activity.priority is not None else 0.0
        pools = tuple(its.pool for its in request if its.pool is not None)
        waiting = self.waiting[number] = Waiting(request, pools, (priority, env.now, number), env.event())
        waiting.join()
        for pool in pools:
            self._change(pool)
        if activity.patience is not None and activity.patience[number] < self.until:
            if activity.patience[number] > 0:
                self._at(activity.patience[number], lambda _: self._give_up(number, waiting))
            else:
                if not self.impatient:
                    self._at(0.0, self._settled, _SETTLED)
                self.impatient.append((number, waiting))
        if activity.activity.escalates_after is not None:
            self._at(activity.activity.escalates_after, lambda _: self._escalate(number, waiting))
        return waiting.event

    def _unqueue(self, number: int) -> None:
        waiting = self.waiting.pop(number)
        waiting.leave()
        for pool in waiting.pools:
            self._change(pool)

    def _look_elsewhere(self, request: Request, served: ActivityState) -> None:
        """Have the other queues looked at of which somebody who has been served has gone: they may have stood first."""
        for activity in request:
            if activity.pool is not None and activity is not served:
                self._change(activity.pool)

    def _give_up(self, number: int, waiting: Waiting) -> None:
        if self.waiting.get(number) is waiting:  # still in that same queue
            self._unqueue(number)
            waiting.event.succeed(None)

    def _settled(self, _: simpy.Event) -> None:
        """Nothing else can start at this instant: those without any patience give up."""
        impatient, self.impatient = self.impatient, []
        for number, waiting in impatient:
            self._give_up(number, waiting)

    def _escalate(self, number: int, waiting: Waiting) -> None:
        if self.waiting.get(number) is waiting:
            waiting.leave()
            waiting.ticket = (waiting.activities[0].activity.escalates_to, waiting.ticket[1], number)
            waiting.join()
            for pool in waiting.pools:
                self._change(pool)

    def _release(self, number: int, unit: Unit) -> None:
        unit.pool.give_back(unit, number, self.env.now)
        self._change(unit.pool)

    def _change(self, pool: PoolState) -> None:
        """Have the pool looked at in the next allocation pass."""
        if not self.changed:
            self._at(0.0, self._allocate, _LAST)
        self.changed.add(pool.index)

    def _allocate(self, _: simpy.Event) -> None:
        """Serve the queues of the pools that changed; the starts happen, and free their units, after this pass."""
        changed = sorted(self.changed)
        self.changed.clear()
        for index in changed:
            pool = self.by_index[index]
            pool.look_at_surge()
            while (activity := pool.first()) is not None:
                number = activity.waiting[0][2]
                if not pool.has_room(activity, number, self.env.now):
                    break
                waiting = self.waiting.pop(number)
                waiting.leave()
                pool.take(activity, number, self.env.now)
                waiting.event.succeed(activity)
        for index in self.looked_at:
            self.by_index[index].see(self.env.now)

    # -- small things ----------------------------------------------------------------------------------------------

    def _at(self, delay: float, callback: Callable[[simpy.Event], None], priority: EventPriority = NORMAL) -> None:
        """Call back after a delay (days), with a priority within that instant."""
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        event.callbacks.append(callback)
        self.env.schedule(event, priority, delay)

    def column(self, name: str) -> Column:
        """Return a column of the cohort in a form that plain Python reads fast and without a copy."""
        if name not in self._columns:
            self._columns[name] = self.cohort.columns[name].data
        return self._columns[name]
