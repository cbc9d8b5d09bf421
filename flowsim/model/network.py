"""The vocabulary of both engines: activities, pools, and what comes next.

A `Network` is a graph of activities over which spells move. It holds no patient and no random number: those are in
the `Cohort`. An engine is a pure function of the two (`flowsim.engine`), and `flowsim.model.city_network` writes the
network of a city. All times are days on the grid of `flowsim.model.clock`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from flowsim.model.calendar import Calendar
from flowsim.model.harm import NO_HARM, Harm
from flowsim.model.pace import Pace

PlaceKind = Literal["acute", "intermediate_care", "home", "care_home", "dead", "elsewhere"]
Holds = Literal["activity", "place", "next_place"]
Clock = Literal["elapsed", "working", "since_admission"]
Stamp = Literal["admitted", "ready", "discharged"]
PoolKind = Literal["units", "vacancies", "visits"]

MOST_SURGE_STEPS = 60  # the compiled engine keeps which of them are open in the bits of one number


@dataclass(frozen=True)
class Place:
    """Where a person can be.

    Attributes
    ----------
    name : str
        Unique name, such as ``ward``.
    kind : PlaceKind
        What the place is when outcomes are read off the log.
    """

    name: str
    kind: PlaceKind


@dataclass(frozen=True)
class Surge:
    """A step of extra capacity while many wait, with hysteresis of its own.

    It opens when more than `above` spells wait for the pool and closes when at most `until` wait; both are looked at
    when the pool is served. For ``units`` and ``visits`` it adds `units`, but nothing while the capacity is 0; for
    ``vacancies`` it lets those surge vacancies of the cohort count that are this step's, while it is open.
    """

    above: int
    until: int
    units: int = 0


@dataclass(frozen=True)
class Visits:
    """What a spell books of a pool of visits: a number a day, falling in a straight line from `first` to `last`.

    `days` is the cohort column of how long it books for (rounded up to whole days, at least one). A spell that
    still holds the slot when the booking ends goes on to use `last` visits a day.
    """

    first: int
    last: int
    days: str


@dataclass(frozen=True)
class Pool:
    """Something that is short: beds, caseload, staff, vacancies, visits.

    Attributes
    ----------
    name : str
        Unique name.
    kind : {"units", "vacancies", "visits"}
        ``units`` are returned; a ``vacancy`` is consumed, and new ones arrive at the times in `Cohort.vacancies`;
        ``visits`` are a number a day, of which a spell books a profile for its whole stay, and it starts on the first
        day from which every day has room, if all have as many visits as that day. Nobody overtakes: if the first in
        the queue does not fit, the others wait too.
    capacity : tuple of (float, int)
        Steps of (time in days, units or visits a day from then on), the first at time 0. A cut moves nobody out:
        units go as they become free. The visits of a day are those at its midnight.
    stock_limit : int
        ``vacancies`` only: an arriving vacancy lapses while this many are unused.
    surge : tuple of Surge
        Extra capacity while many wait, in steps; what the open ones add is added up. Empty: none.
    surge_changes : tuple of (float, tuple of Surge)
        Steps of (time in days, the surge from then on), all after time 0. A step that replaces an open one is open.
    """

    name: str
    kind: PoolKind = "units"
    capacity: tuple[tuple[float, int], ...] = ((0.0, 0),)
    stock_limit: int = 0
    surge: tuple[Surge, ...] = ()
    surge_changes: tuple[tuple[float, tuple[Surge, ...]], ...] = ()

    @property
    def surges(self) -> tuple[tuple[Surge, ...], ...]:
        """The surge at the start, and after each change of it."""
        return (self.surge, *(surge for _, surge in self.surge_changes))


@dataclass(frozen=True)
class Switch:
    """Go where an integer column of the cohort says: ``targets[column[spell]]``."""

    column: str
    targets: tuple[Next, ...]


@dataclass(frozen=True)
class Branch:
    """Go one of two ways: a uniform column against a probability, to which the days delayed so far may add.

    The spell goes `then` when ``uniform < probability + harm``.
    """

    uniform: str
    probability: str
    then: Next
    otherwise: Next
    harm: Harm = NO_HARM


@dataclass(frozen=True)
class AnyOf:
    """Wait for several activities at once, such as a bed on one of several sites, and do the one that can start first.

    Each needs a pool of its own. The spell waits in the queue of each with one ticket, and leaves the others when one
    serves it. Priority, patience, otherwise and escalation are those of the activity that is named first; so is the
    row of the log while the spell waits, or if it waits in vain.
    """

    activities: tuple[str, ...]


@dataclass(frozen=True)
class Look:
    """Look at a pool before going on: at what is free, or at how many wait.

    What is seen is the pool at the beginning of the round, after the last allocation pass (see the rules in
    `flowsim.engine.simpy_engine`); hours do not matter. Without `waiting_above` the spell goes `then` if something is
    free for one person more than those who wait already: of ``units``, more than they are; of ``vacancies``, more than
    they are; of ``visits``, one visit today, and nobody waits. With it, it goes `then` if more people than that wait.
    """

    pool: str
    then: Next
    otherwise: Next
    waiting_above: int | None = None


Next = str | Switch | Branch | AnyOf | Look


@dataclass(frozen=True)
class Activity:
    """One thing that happens to a person.

    Attributes
    ----------
    name : str
        Unique name.
    place : str
        Where it happens. A person enters a place when an activity of another place starts.
    next : str, Switch, Branch, AnyOf, Look or None
        What is requested when it ends; None is an exit: the spell leaves the network when the activity starts.
    pool : str or None
        The pool of which it needs one unit to start.
    holds : {"activity", "place", "next_place"}
        How long the unit is held: until the activity ends (staff); until another place is entered (a bed: a person
        who waits in it blocks it); or reserved for the next place and held there until yet another place is entered (a
        bed that is kept while transport comes).
    visits : Visits or None
        What it books, if the pool is one of visits.
    duration : str or None
        Cohort column of days; None takes no time.
    clock : {"elapsed", "working", "since_admission"}
        How the duration runs: on the wall; in the open time of `calendar`; or on the wall, but counted from the stamp
        ``admitted`` (it has then ended already when that moment is past).
    pace : str or None
        How fast the duration passes, if not by the clock alone: a change of it reaches those who are in the activity.
        Time that counts from ``admitted`` does so at this pace throughout. Working time has none.
    calendar : str or None
        The activity starts only while this calendar is open.
    reason : str or None
        Waiting for it, and doing it in an acute bed, is a delayed transfer under this reason; so it is in an
        intermediate care bed for a person who was there already when they asked for it.
    priority : str or None
        Cohort column; lower is served first; None is 0.
    patience : str or None
        Cohort column of days; a spell that waits that long leaves the queue for `otherwise`. With 0 it does so if it
        cannot start at once.
    otherwise : str or None
        Activity requested when patience runs out.
    escalates_after : float or None
        After this many days of waiting the priority becomes `escalates_to`.
    escalates_to : float
        Priority after escalation.
    stamp : {"admitted", "ready", "discharged"} or None
        What its start means: admission to the ward, the decision that the patient is ready for transfer, or leaving
        hospital (which also decides the readmission).
    tags : frozenset of str
        Labels for measures; engines ignore them.
    """

    name: str
    place: str
    next: Next | None
    pool: str | None = None
    holds: Holds = "activity"
    visits: Visits | None = None
    duration: str | None = None
    clock: Clock = "elapsed"
    pace: str | None = None
    calendar: str | None = None
    reason: str | None = None
    priority: str | None = None
    patience: str | None = None
    otherwise: str | None = None
    escalates_after: float | None = None
    escalates_to: float = 0.0
    stamp: Stamp | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Readmission:
    """Whether, and how long after leaving hospital, a person comes back as a child spell.

    Decided when a spell is stamped ``discharged``: if ``uniform < probability + harm``, the reserved child spell
    arrives on the `gap_days`-th day after (a column of whole days, at least 1) at the time of day `arrival_time` (a
    column, in days from midnight), provided that the person still lives then. A person who is in a community service
    at that moment leaves it by the exit activity `exit`.

    `resident` is a column of 0 and 1 that says who lives in a care home, or None. An engine takes a copy of it, in
    which the child of a person who is in a care home when they come back (for good, or in an activity there) has a 1.
    Only a switch may name it.
    """

    uniform: str
    probability: str
    gap_days: str
    arrival_time: str
    exit: str
    harm: Harm = NO_HARM
    resident: str | None = None


@dataclass(frozen=True)
class DeathByDelay:
    """Death that delay brings forward: decided when a spell is stamped ``discharged``.

    If ``uniform < harm``, the person dies `days` days (a column) after that stamp, unless they die before.
    """

    uniform: str
    days: str
    harm: Harm


@dataclass(frozen=True)
class Death:
    """Death at a sampled time: `after` days (a column, infinite for most) from arrival, by the exit activity `exit`."""

    after: str
    exit: str
    by_delay: DeathByDelay | None = None


@dataclass(frozen=True)
class Network:
    """Everything an engine knows of the world except the patients.

    Attributes
    ----------
    places, pools, activities : tuple
        In index order; the log and the engines speak in these indices.
    entries : tuple of str
        First activity, by the cohort's integer column ``entry``.
    calendars : dict of str to Calendar
        By name.
    death : Death or None
        Whether people die.
    readmission : Readmission or None
        Whether people come back.
    paces : dict of str to Pace
        By name.
    """

    places: tuple[Place, ...]
    pools: tuple[Pool, ...]
    activities: tuple[Activity, ...]
    entries: tuple[str, ...]
    calendars: dict[str, Calendar] = field(default_factory=dict)
    death: Death | None = None
    readmission: Readmission | None = None
    paces: dict[str, Pace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse names that refer to nothing, and shapes that no engine can run."""
        for what, things in (("place", self.places), ("pool", self.pools), ("activity", self.activities)):
            counted = Counter(thing.name for thing in things)
            twice = sorted(name for name, times in counted.items() if times > 1)
            if twice:
                raise ValueError(f"two {what} entries are called {twice[0]!r}")
        for pool in self.pools:
            if (pool.stock_limit if pool.kind == "vacancies" else _most(pool)) < 1:
                raise ValueError(f"pool {pool.name!r} can never serve anybody: its capacity is always 0")
            if max(len(steps) for steps in pool.surges) > MOST_SURGE_STEPS:
                raise ValueError(f"pool {pool.name!r}: a surge has at most {MOST_SURGE_STEPS} steps")
        activities = {a.name for a in self.activities}
        of_visits = {p.name for p in self.pools if p.kind == "visits"}
        known = {
            "place": {p.name for p in self.places},
            "pool": {p.name for p in self.pools},
            "calendar": set(self.calendars),
            "pace": set(self.paces),
            "otherwise": activities,
        }
        for a in self.activities:
            for what, names in known.items():
                name = getattr(a, what)
                if name is not None and name not in names:
                    raise ValueError(f"activity {a.name!r}: unknown {what} {name!r}")
            for target in targets(a.next):
                if target not in activities:
                    raise ValueError(f"activity {a.name!r}: unknown next activity {target!r}")
            for several in requests_for_any(a.next):
                pools = [self.activities[self.activity_index(name)].pool for name in several.activities]
                if len(pools) < 2 or None in pools or len(set(pools)) < len(pools):
                    named = ", ".join(several.activities)
                    raise ValueError(f"activity {a.name!r}: any of ({named}) must be several, each with its own pool")
            for look in looks(a.next):
                if look.pool not in known["pool"]:
                    raise ValueError(f"activity {a.name!r}: it looks at an unknown pool {look.pool!r}")
            if a.visits is not None and a.pool in of_visits:
                most = _most(next(p for p in self.pools if p.name == a.pool))
                if a.visits.first > most:
                    raise ValueError(
                        f"activity {a.name!r}: {a.visits.first} visits on the first day are more than the {most} that "
                        f"{a.pool!r} can make on any day"
                    )
            if (a.pool in of_visits) != (a.visits is not None):
                raise ValueError(f"activity {a.name!r}: a pool of visits and a profile of visits go together")
            if a.clock == "working" and a.calendar is None:
                raise ValueError(f"activity {a.name!r}: working time needs a calendar")
            if a.pace is not None and (a.clock == "working" or a.visits is not None):
                raise ValueError(f"activity {a.name!r}: neither working time nor what books visits has a pace")
            if (a.patience is None) != (a.otherwise is None):
                raise ValueError(f"activity {a.name!r}: patience and otherwise go together")
        exits = [e.exit for e in (self.death, self.readmission) if e is not None]
        for name in exits:
            exit_by = self.activities[self.activity_index(name)] if name in activities else None
            if exit_by is None or (exit_by.next, exit_by.pool, exit_by.calendar) != (None, None, None):
                raise ValueError(f"{name!r} is not an exit activity that starts at once")
        for name in self.entries:
            if name not in activities:
                raise ValueError(f"unknown entry activity {name!r}")

    def activity_index(self, name: str) -> int:
        """Return the index of an activity by its name; KeyError if there is none."""
        return _index(self.activities, name)

    def pool_index(self, name: str) -> int:
        """Return the index of a pool by its name; KeyError if there is none."""
        return _index(self.pools, name)

    def place_index(self, name: str) -> int:
        """Return the index of a place by its name; KeyError if there is none."""
        return _index(self.places, name)


def steps_of(following: Next | None) -> Iterator[Next]:
    """Yield what comes next, and everything to which it may lead before the next activity."""
    if following is None:
        return
    yield following
    if isinstance(following, Switch):
        for target in following.targets:
            yield from steps_of(target)
    elif isinstance(following, Branch | Look):
        yield from steps_of(following.then)
        yield from steps_of(following.otherwise)


def targets(following: Next | None) -> Iterator[str]:
    """Yield every activity that may come next."""
    for step in steps_of(following):
        if isinstance(step, str):
            yield step
        elif isinstance(step, AnyOf):
            yield from step.activities


def requests_for_any(following: Next | None) -> Iterator[AnyOf]:
    """Yield every request for any of several activities that may come next."""
    return (step for step in steps_of(following) if isinstance(step, AnyOf))


def looks(following: Next | None) -> Iterator[Look]:
    """Yield every look that may be taken on the way to what comes next."""
    return (step for step in steps_of(following) if isinstance(step, Look))


def _most(pool: Pool) -> int:
    """Return the highest capacity that a pool of units or visits ever has."""
    surge = max(sum(step.units for step in steps) for steps in pool.surges)
    return max(units + surge if units > 0 else 0 for _, units in pool.capacity)


def _index(things: tuple[Place | Pool | Activity, ...], name: str) -> int:
    for index, thing in enumerate(things):
        if thing.name == name:
            return index
    raise KeyError(name)
