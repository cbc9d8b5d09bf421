"""The pathway as a graph of boxes: an overview of a network of a hundred activities and more.

A box holds the activities of one place. The acute hospital, where most activities are, has a box for each part of the
pathway (`flowsim.model.journey.parts`) instead. Activities that end a spell are in the box of the place where it ends.
An arrow between two boxes stands for every step from an activity of the first to an activity of the second.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flowsim.config.city_schema import CityConfig
from flowsim.config.entries import ENTRIES, entry_number
from flowsim.model.harm import Harm
from flowsim.model.journey import parts
from flowsim.model.network import Activity, AnyOf, Branch, Look, Network, Next, Pool, Switch, targets
from flowsim.model.present_at_start import groups

STREAM = "stream"


@dataclass(frozen=True)
class Box:
    """A box of the picture.

    Attributes
    ----------
    key : tuple of str
        (place, part) in the acute hospital, (place,) elsewhere, (STREAM, name) for a stream of demand.
    kind : str
        `flowsim.model.network.PlaceKind` of the place, or `STREAM`.
    activities : tuple of Activity
        What happens there.
    pools : tuple of Pool
        What is needed for it.
    """

    key: tuple[str, ...]
    kind: str
    activities: tuple[Activity, ...] = ()
    pools: tuple[Pool, ...] = ()


@dataclass(frozen=True)
class Arrow:
    """An arrow between the boxes of two keys: how many steps it stands for, and whether all are due to impatience."""

    origin: tuple[str, ...]
    target: tuple[str, ...]
    steps: int
    of_impatience: bool


@dataclass(frozen=True)
class Entry:
    """A way into the network: who arrives by it, and their first activity."""

    name: str
    activity: str
    spells_per_day: float | None
    people: int | None
    counts_as: str
    enabled: bool


def entries(config: CityConfig, network: Network) -> list[Entry]:
    """Return every way into the network: the streams of demand, then the people who are present when a run begins."""
    streams = [
        Entry(name, network.entries[entry_number(s.entry)], s.spells_per_day, None, s.counts_as, s.enabled)
        for name, s in config.streams.items()
    ]
    present = zip(groups(config), network.entries[len(ENTRIES) :], strict=True)
    return [*streams, *(Entry("present at the start", name, None, g.people, "", True) for g, name in present)]


def part_names(config: CityConfig) -> dict[str, str]:
    """Return the part of the pathway to which each activity belongs, by the name of the activity."""
    return {activity.name: part for part, activities in parts(config).items() for activity in activities}


def boxes(config: CityConfig, network: Network) -> tuple[list[Box], list[Arrow]]:
    """Return the boxes of a network, streams of demand first, and the arrows between them."""
    part_of = part_names(config)
    kinds = {place.name: place.kind for place in network.places}
    pools = {pool.name: pool for pool in network.pools}
    key_of = {
        a.name: (a.place, part_of[a.name]) if kinds[a.place] == "acute" else (a.place,) for a in network.activities
    }
    here: dict[tuple[str, ...], list[Activity]] = {}
    for activity in network.activities:
        here.setdefault(key_of[activity.name], []).append(activity)
    found = []
    for key, activities in here.items():
        own = [key[0]] if key[0] in pools else []  # a slot is taken before its place is entered
        needed = dict.fromkeys([*own, *(a.pool for a in activities if a.pool)])
        found.append(Box(key, kinds[key[0]], tuple(activities), tuple(pools[name] for name in needed)))
    streams = [entry for entry in entries(config, network) if entry.enabled and entry.people is None]
    arrows = [Arrow((STREAM, entry.name), key_of[entry.activity], 1, False) for entry in streams]
    return [*(Box((STREAM, entry.name), STREAM) for entry in streams), *found], [*arrows, *_between(network, key_of)]


def _between(network: Network, key_of: Mapping[str, tuple[str, ...]]) -> list[Arrow]:
    steps: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    patient: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for activity in network.activities:
        for target in dict.fromkeys(targets(activity.next)):
            ends = key_of[activity.name], key_of[target]
            steps[ends] += 1
            patient.add(ends)
        if activity.otherwise:
            steps[key_of[activity.name], key_of[activity.otherwise]] += 1
    return [Arrow(a, b, n, (a, b) not in patient) for (a, b), n in steps.items() if a != b]


def ways_on(following: Next | None, when: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every activity that may come next, with the conditions under which it does.

    A switch whose ways are all the same is no condition.
    """
    if isinstance(following, str):
        yield when, following
    elif isinstance(following, Switch):
        values: dict[Next, list[str]] = {}
        for value, target in enumerate(following.targets):
            values.setdefault(target, []).append(str(value))
        for target, those in values.items():
            condition = () if len(values) == 1 else (f"{following.column} = {' or '.join(those)}",)
            yield from ways_on(target, when + condition)
    elif isinstance(following, Branch):
        chance = f"{following.probability}{_in_words(following.harm)}"
        yield from ways_on(following.then, (*when, f"chance {chance}"))
        yield from ways_on(following.otherwise, (*when, f"not by chance {following.probability}"))
    elif isinstance(following, AnyOf):
        for name in following.activities:
            yield (*when, f"the first that can start of {len(following.activities)}"), name
    elif following is not None:
        above = following.waiting_above
        seen = (
            f"something free in {following.pool}" if above is None else f"more than {above} wait for {following.pool}"
        )
        yield from ways_on(following.then, (*when, f"sees {seen}"))
        yield from ways_on(following.otherwise, (*when, f"does not see {seen}"))


def _in_words(harm: Harm) -> str:
    """Return what delay adds: the first piece, and each later one with the day from which it counts."""
    pieces = [f"{share:g} a delayed day{f' from day {day:g}' if day else ''}" for day, share in harm.pieces]
    return f" + {', '.join(pieces)}" if pieces else ""


def columns_read(network: Network) -> dict[str, dict[str, list[str]]]:
    """Return what a network reads of a spell: by column, what it is read as, and by which activities."""
    found: dict[str, dict[str, list[str]]] = {}

    def read(column: str | None, use: str, by: str) -> None:
        if column is not None:
            names = found.setdefault(column, {}).setdefault(use, [])
            if by not in names:
                names.append(by)

    def read_next(following: Next | None, by: str) -> None:
        if isinstance(following, Switch):
            read(following.column, "choice of the way on", by)
            for target in following.targets:
                read_next(target, by)
        elif isinstance(following, Branch):
            read(following.probability, "chance of the way on", by)
            read(following.uniform, "draw that decides the way on", by)
            read_next(following.then, by)
            read_next(following.otherwise, by)
        elif isinstance(following, Look):
            read_next(following.then, by)
            read_next(following.otherwise, by)

    for a in network.activities:
        read(a.duration, "duration", a.name)
        read(a.patience, "patience", a.name)
        read(a.priority, "priority", a.name)
        read(a.visits.days if a.visits else None, "days of visits", a.name)
        read_next(a.next, a.name)
    if network.death:
        read(network.death.after, "time of death", network.death.exit)
        if network.death.by_delay:
            read(
                network.death.by_delay.uniform,
                "draw that decides whether delay brings death forward",
                network.death.exit,
            )
            read(network.death.by_delay.days, "time of such a death", network.death.exit)
    if network.readmission:
        rule = network.readmission
        read(rule.probability, "chance of readmission", rule.exit)
        read(rule.uniform, "draw that decides readmission", rule.exit)
        read(rule.gap_days, "days until readmission", rule.exit)
        read(rule.arrival_time, "time of day of readmission", rule.exit)
    return found
