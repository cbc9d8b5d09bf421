"""The reference engine, on SimPy: the specification of what happens.

An engine draws no random number. It is a pure function of a cohort and a network, and returns a journey log. Both
engines obey these rules:

1. **Start.** An activity starts when its pool has a free unit and its calendar is open; one that needs no pool starts
   as soon as its calendar is open. When it starts in another place than the one where the person is, the person
   enters that place: the unit held for the place that is left is released (until then it was blocked), and a unit that
   was reserved for the next place becomes the one held. A unit that is held for the activity only (staff) is released
   when the activity ends.
2. **Queue.** A queue is served by (priority, time joined, spell), and those whose calendar is closed are passed over.
3. **One instant.** Everything that falls on one instant is settled before the clock moves, in rounds. A round first
   ends every activity that ends now and applies deaths and readmissions (which come first), expired patience,
   escalation, changes of capacity and calendars, and arriving vacancies; whoever ends an activity requests the next.
   The order among these does not matter. Then one allocation pass is made: the pools that changed, in index order, each
   serving its queue while it has units. What those starts free (the bed just left) is seen by the next round. In SimPy
   the pass is one event at the present time with a priority below all others.
4. **Cuts.** A cut in capacity ejects nobody: units go as they fall free.
5. **Log.** One row for each activity of each spell: `flowsim.engine.log`.

Surge is looked at when a pool is served: it opens when more than `above` wait and closes when at most `until` do. A
stamp is set once, by the first start that carries it. Days delayed run from ``ready`` to ``discharged``. A pool of
visits is also looked at on every midnight; a booking counts from the day on which it is made, what is left of it is
given back on leaving (from the next day on), and whoever stays longer than booked goes on to use the last day's visits.
A spell that is in service when it arrives starts at once, without queue and calendar, and takes its unit even beyond
capacity.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from math import floor

import numpy as np
import simpy
from simpy.events import NORMAL, URGENT

from flowsim.engine.log import JourneyLog
from flowsim.engine.rules import booked_days, delayed_days, goes_then
from flowsim.engine.simpy_state import NOT_YET, ActivityState, CalendarState, PoolState, Spell, Unit
from flowsim.engine.zero_time_cycles import refuse_endless
from flowsim.model.calendar import next_opening, working_delay
from flowsim.model.cohort import Cohort
from flowsim.model.network import Branch, Network, Next, Switch

_LAST = NORMAL + 1  # SimPy's priorities grow downwards: the allocation pass comes after everything else of its instant


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
        If somebody could go round for ever without time passing.
    """
    refuse_endless(network, cohort)
    return _Engine(network, cohort, until).run()


class _Engine:
    """One run: SimPy's environment, the pools, and the log as it grows."""

    def __init__(self, network: Network, cohort: Cohort, until: float):
        self.network, self.cohort, self.until = network, cohort, until
        self.env = simpy.Environment()
        self._columns: dict[str, memoryview] = {}
        self.pools = {p.name: PoolState(i, p) for i, p in enumerate(network.pools)}
        self.calendars = {name: CalendarState(c) for name, c in network.calendars.items()}
        self.activities = {a.name: ActivityState(i, a, self) for i, a in enumerate(network.activities)}
        self.next = {a.name: self._decision(a.next) for a in network.activities}
        self.entries = [self.activities[name] for name in network.entries]
        self.entry, self.child = cohort.columns["entry"].tolist(), cohort.child.tolist()
        self.in_service = None if cohort.in_service is None else cohort.in_service.tolist()
        self.changed: set[int] = set()
        self.spells_waiting: dict[int, Spell] = {}
        self.by_index = list(self.pools.values())
        self.log_spell, self.log_activity = array("i"), array("i")
        self.requested, self.started, self.ended = array("d"), array("d"), array("d")

    def run(self) -> JourneyLog:
        env = self.env
        for calendar in self.calendars.values():
            if calendar.pools:
                env.process(self._open_and_close(calendar))
        for pool in self.by_index:
            if len(pool.pool.capacity) > 1:
                env.process(self._capacity_steps(pool))
            if pool.kind == "visits":
                env.process(self._midnights(pool))
            for times, in_surge in ((self.cohort.vacancies, False), (self.cohort.surge_vacancies, True)):
                if pool.pool.name in times:
                    env.process(self._vacancies(pool, times[pool.pool.name], in_surge))
        env.process(self._arrivals())
        env.run(until=self.until)
        return JourneyLog.from_rows(
            np.array(self.log_spell, dtype=np.int32),
            np.array(self.log_activity, dtype=np.int32),
            np.array(self.requested),
            np.array(self.started),
            np.array(self.ended),
            self.until,
        )

    # -- the journey of one person -------------------------------------------------------------------------------

    def _journey(self, spell: Spell) -> Iterator[simpy.Event]:
        """Go from activity to activity until an exit, or until death or readmission interrupts."""
        env, number = self.env, spell.number
        activity = self.entries[self.entry[number]]
        row = -1
        try:
            while True:
                row = self._log(number, activity)
                if spell.in_service:
                    spell.in_service = False
                    if activity.pool is not None and activity.pool.kind != "vacancies":
                        activity.pool.take(activity, number, env.now)
                elif activity.pool is not None:
                    served = yield self._join(spell, activity)
                    if not served:
                        self.ended[row] = env.now
                        activity = self.activities[activity.activity.otherwise]
                        continue
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
                self.ended[row] = env.now
                if spell.staff is not None:
                    self._release(spell.number, spell.staff)
                    spell.staff = None
                activity = self.next[activity.activity.name](spell)
        except simpy.Interrupt as interrupt:
            if spell.queued is not None:
                self._unqueue(spell)
            self.ended[row] = env.now
            row = self._log(number, interrupt.cause)
            self._start(spell, interrupt.cause, row)
            self._leave(spell, row)

    def _start(self, spell: Spell, activity: ActivityState, row: int) -> None:
        """Enter the place, hold what is to be held, and set the stamp."""
        now = self.env.now
        self.started[row] = now
        if activity.place != spell.place:
            if spell.held is not None:
                self._release(spell.number, spell.held)
            spell.place, spell.held, spell.reserved = activity.place, spell.reserved, None
        if activity.pool is not None and activity.pool.kind != "vacancies":
            self._hold(spell, activity)
        stamp = activity.activity.stamp
        if stamp is not None:
            first = getattr(spell, stamp) != getattr(spell, stamp)  # NaN: not stamped yet
            if first:
                setattr(spell, stamp, now)
                if stamp == "discharged":
                    self._decide_readmission(spell)

    def _hold(self, spell: Spell, activity: ActivityState) -> None:
        """Keep the unit that was taken for as long as the activity says, in exchange for what was kept so before."""
        unit = Unit(activity.pool, activity, floor(self.env.now))
        before = getattr(spell, activity.slot)
        if before is not None:
            self._release(spell.number, before)
        setattr(spell, activity.slot, unit)
        if activity.visits is not None:
            end = unit.since + booked_days(activity.days[spell.number])
            self._at(end - self.env.now, lambda _: self._overstay(spell, unit))

    def _overstay(self, spell: Spell, unit: Unit) -> None:
        if any(kept is unit for kept in (spell.held, spell.reserved, spell.staff)):
            unit.overstays = True
            unit.pool.overstaying += unit.activity.visits.last
            self._change(unit.pool)

    def _delay(self, spell: Spell, activity: ActivityState) -> float:
        """Return how many days pass until an activity that starts now ends."""
        if activity.duration is None:
            return 0.0
        duration = activity.duration[spell.number]
        clock = activity.activity.clock
        if clock == "elapsed":
            return duration
        if clock == "working":
            return working_delay(self.env.now, duration, *activity.calendar.arrays)
        return max(0.0, spell.admitted + duration - self.env.now)

    def _leave(self, spell: Spell, row: int) -> None:
        """Leave the network: give back everything."""
        self.ended[row] = self.env.now
        for unit in (spell.held, spell.reserved, spell.staff):
            if unit is not None:
                self._release(spell.number, unit)
        spell.process = spell.held = spell.reserved = spell.staff = None

    def _decision(self, following: Next | None) -> Callable[[Spell], ActivityState]:
        """Turn what comes next into a function of the spell."""
        if following is None or isinstance(following, str):
            activity = self.activities.get(following)
            return lambda spell: activity
        if isinstance(following, Switch):
            column = self.column(following.column)
            ways = [self._decision(target) for target in following.targets]
            return lambda spell: ways[column[spell.number]](spell)
        return self._branch(following)

    def _branch(self, branch: Branch) -> Callable[[Spell], ActivityState]:
        uniform, probability = self.column(branch.uniform), self.column(branch.probability)
        then, otherwise = self._decision(branch.then), self._decision(branch.otherwise)

        def decide(spell: Spell) -> ActivityState:
            days = delayed_days(spell.ready, spell.discharged, self.env.now)
            i = spell.number
            goes = goes_then(uniform[i], probability[i], branch.per_delayed_day, days)
            return (then if goes else otherwise)(spell)

        return decide

    # -- arrivals, death, readmission ------------------------------------------------------------------------------

    def _arrivals(self) -> Iterator[simpy.Event]:
        order = np.lexsort((np.arange(len(self.cohort)), self.cohort.arrival))
        order = order[~np.isnan(self.cohort.arrival[order])]
        for number, at in zip(order.tolist(), self.cohort.arrival[order].tolist(), strict=True):
            if at > self.env.now:
                yield self.env.timeout(at - self.env.now)
            self._arrive(number)

    def _arrive(self, number: int) -> None:
        spell = Spell(number, self.env.now)
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

    def _decide_readmission(self, spell: Spell) -> None:
        rule, number = self.network.readmission, spell.number
        if rule is None or self.child[number] < 0:
            return
        child = self.child[number]
        at = floor(self.env.now) + self.column(rule.gap_days)[number] + self.column(rule.arrival_time)[child]
        death = self.network.death
        if death is not None and at >= spell.arrived + self.column(death.after)[number]:
            return
        days = delayed_days(spell.ready, spell.discharged, self.env.now)
        uniform, probability = self.column(rule.uniform)[number], self.column(rule.probability)[number]
        if goes_then(uniform, probability, rule.per_delayed_day, days):
            self._at(at - self.env.now, lambda _: self._readmit(spell), URGENT)

    def _readmit(self, spell: Spell) -> None:
        self._interrupt(spell, self.activities[self.network.readmission.exit])
        self._arrive(self.child[spell.number])

    # -- pools and queues ------------------------------------------------------------------------------------------

    def _join(self, spell: Spell, activity: ActivityState) -> simpy.Event:
        """Join the queue; the event tells True when served and False when patience has run out."""
        number, env = spell.number, self.env
        priority = activity.priority[number] if activity.priority is not None else 0.0
        spell.queued, spell.ticket, spell.event = activity, (priority, env.now, number), env.event()
        insort(activity.waiting, spell.ticket)
        self.spells_waiting[number] = spell
        self._change(activity.pool)
        event = spell.event
        if activity.patience is not None and activity.patience[number] < self.until:
            self._at(activity.patience[number], lambda _: self._give_up(spell, event))
        if activity.activity.escalates_after is not None:
            self._at(activity.activity.escalates_after, lambda _: self._escalate(spell, event))
        return event

    def _unqueue(self, spell: Spell) -> None:
        waiting = spell.queued.waiting
        del waiting[bisect_left(waiting, spell.ticket)]
        self._change(spell.queued.pool)
        spell.queued = spell.ticket = spell.event = None
        del self.spells_waiting[spell.number]

    def _give_up(self, spell: Spell, event: simpy.Event) -> None:
        if spell.event is event:  # still in that same queue
            self._unqueue(spell)
            event.succeed(False)

    def _escalate(self, spell: Spell, event: simpy.Event) -> None:
        if spell.event is event:
            waiting, (_, joined, number) = spell.queued.waiting, spell.ticket
            del waiting[bisect_left(waiting, spell.ticket)]
            spell.ticket = (spell.queued.activity.escalates_to, joined, number)
            insort(waiting, spell.ticket)
            self._change(spell.queued.pool)

    def _release(self, number: int, unit: Unit) -> None:
        pool = unit.pool
        if pool.kind == "units":
            pool.in_use -= 1
        elif unit.overstays:
            pool.overstaying -= unit.activity.visits.last
        else:
            today = floor(self.env.now)
            for day, visits in unit.activity.booking(number, unit.since):
                if day > today:
                    pool.booked[day] -= visits
        self._change(pool)

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
                del activity.waiting[0]
                pool.take(activity, number, self.env.now)
                spell = self.spells_waiting.pop(number)
                event = spell.event
                spell.queued = spell.ticket = spell.event = None
                event.succeed(True)

    # -- what changes by the clock ---------------------------------------------------------------------------------

    def _open_and_close(self, calendar: CalendarState) -> Iterator[simpy.Event]:
        opens, closes, _ = calendar.arrays
        for opening, closing in zip(opens.tolist(), closes.tolist(), strict=True):
            if closing <= self.env.now:
                continue
            if opening > self.env.now:
                yield self.env.timeout(opening - self.env.now)
            calendar.open = True
            for pool in calendar.pools:
                self._change(pool)
            yield self.env.timeout(closing - self.env.now)
            calendar.open = False

    def _midnights(self, pool: PoolState) -> Iterator[simpy.Event]:
        while True:
            yield self.env.timeout(1.0)
            self._change(pool)

    def _capacity_steps(self, pool: PoolState) -> Iterator[simpy.Event]:
        for at, units in pool.pool.capacity[1:]:
            yield self.env.timeout(at - self.env.now)
            pool.capacity = units
            self._change(pool)

    def _vacancies(self, pool: PoolState, times: np.ndarray, in_surge: bool) -> Iterator[simpy.Event]:
        for at in times.tolist():
            yield self.env.timeout(at - self.env.now)
            if (pool.surging or not in_surge) and pool.stock < pool.pool.stock_limit:
                pool.stock += 1
                self._change(pool)

    # -- small things ----------------------------------------------------------------------------------------------

    def _at(self, delay: float, callback: Callable[[simpy.Event], None], priority: int = NORMAL) -> None:
        """Call back after a delay (days), with a priority within that instant."""
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        event.callbacks.append(callback)
        self.env.schedule(event, priority, delay)

    def column(self, name: str | None) -> memoryview | None:
        """Return a column of the cohort in a form that plain Python reads fast and without a copy."""
        if name is None:
            return None
        if name not in self._columns:
            self._columns[name] = memoryview(self.cohort.columns[name])
        return self._columns[name]

    def _log(self, number: int, activity: ActivityState) -> int:
        """Open a row of the log and return its number."""
        self.log_spell.append(number)
        self.log_activity.append(activity.index)
        self.requested.append(self.env.now)
        self.started.append(NOT_YET)
        self.ended.append(NOT_YET)
        return len(self.log_spell) - 1
