"""A standstill: people who hold what others of them wait for, in a circle that nothing can ever open.

Both engines say who waits at the end of a run, and with what in hand; what follows from it is reckoned here, once. A
standstill never ends by itself, so it is enough to look at the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from flowsim.engine.rules import delayed_days, goes_then, pieces
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Network, Pool


class Standstill(ValueError):
    """People wait for each other in a circle; the text names it, and since when."""


@dataclass(frozen=True)
class Queued:
    """A person who waits for a pool at the end of the run.

    Attributes
    ----------
    spell : int
        Who.
    activities : tuple of int
        Index of the activity that they wait for, or of each of several for any of which they wait.
    joined, priority : float
        When they joined the queue (days), and with which priority they wait now.
    ready, discharged : float
        Their stamps; NaN if not set.
    holds : tuple of (int, int)
        What they hold meanwhile: the index of each pool, and how much of it for as long as they wait: one unit, or
        the visits of the last day of a booking, which go on when it ends.
    """

    spell: int
    activities: tuple[int, ...]
    joined: float
    priority: float
    ready: float
    discharged: float
    holds: tuple[tuple[int, int], ...]


def refuse_standstill(
    network: Network,
    cohort: Cohort,
    until: float,
    queued: Sequence[Queued],
    others: int,
    surging: Sequence[Collection[int]],
) -> None:
    """Refuse a run that ends with a circle of people of whom none can ever move.

    In such a circle everything that there will ever be of each pool is held by people who wait for another pool of the
    circle, and no patience, death, readmission, surge, later capacity or calendar can release any of it. People who
    wait for a pool that is closed for good, or for vacancies, are no circle: what they lack is held by nobody.

    Parameters
    ----------
    network : Network
        What was run.
    cohort : Cohort
        Who came.
    until : float
        When the run ended (days).
    queued : sequence of Queued
        All who wait for a pool.
    others : int
        How many more are in the network: they may join a queue, and so open a surge.
    surging : sequence of collection of int
        Which steps of the surge of each pool are open.

    Raises
    ------
    Standstill
        With the pools and activities of the circle, and since when it has been closed.
    """
    waiting = Counter(pool for person in queued for pool in _waits_for(network, person))
    may_join = others + int(np.count_nonzero(cohort.arrival >= until))
    most = [_most_from_now_on(pool, until, surging[i], waiting[i] + may_join) for i, pool in enumerate(network.pools)]
    stuck = _stuck(network, [person for person in queued if not _has_a_way_out(network, cohort, person)], most)
    if stuck:
        raise Standstill(_in_words(network, _circle(network, stuck)))


def _stuck(network: Network, people: list[Queued], most: list[int]) -> list[Queued]:
    """Return who of the people can never move, given how much there ever will be of each pool.

    At first all are suspected; those for whom there is room beside what the suspects hold are not, and so on.
    """
    suspects = people
    while True:
        held: Counter[int] = Counter()
        for person in suspects:
            held.update(dict(person.holds))
        can_move: set[int] = set()
        for index, pool in enumerate(network.pools):
            line = sorted(
                (person for person in suspects if index in _waits_for(network, person)),
                key=lambda person: (person.priority, person.joined, person.spell),
            )
            is_circle = pool.kind != "vacancies" and held[index] > 0
            room = most[index] - held[index] if is_circle else inf
            can_move.update(person.spell for person in _served(network, line, index, room))
        if not can_move:
            return suspects
        suspects = [person for person in suspects if person.spell not in can_move]


def _served(network: Network, line: list[Queued], pool: int, room: float) -> Iterator[Queued]:
    """Yield those in a queue, in order, who fit into the room; nobody overtakes, but for those with other hours."""
    stopped: set[str | None] = set()
    for person in line:
        activity, named_first = _waits_for(network, person)[pool], network.activities[person.activities[0]]
        first = activity.visits.first if activity.visits else 1
        escalates = named_first.escalates_after is not None and person.priority != named_first.escalates_to
        if first <= room and (escalates or not {None, activity.calendar} & stopped):
            yield person
        else:
            stopped.add(activity.calendar)


def _most_from_now_on(pool: Pool, until: float, surging: Collection[int], may_wait: int) -> int:
    """Return the most that there ever will be of a pool of units or visits; of its surge, the steps that can open."""
    past = sum(at < until for at, _ in pool.surge_changes)
    surge = max(
        sum(step.units for i, step in enumerate(steps) if i in surging or may_wait > step.above)
        for steps in pool.surges[past:]
    )
    last = max(i for i, (at, _) in enumerate(pool.capacity) if at < until or i == 0)
    return max(units + surge if units > 0 else 0 for _, units in pool.capacity[last:])


def _has_a_way_out(network: Network, cohort: Cohort, person: Queued) -> bool:
    """Whether patience, death or readmission will take a person out of the queue."""
    spell, patience = person.spell, network.activities[person.activities[0]].patience
    if patience is not None and cohort.columns[patience][spell] < inf:
        return True
    if network.death is not None and cohort.columns[network.death.after][spell] < inf:
        return True
    if person.discharged != person.discharged:
        return False
    days = delayed_days(person.ready, person.discharged, person.discharged)
    sooner, again = network.death.by_delay if network.death else None, network.readmission
    if sooner is not None:
        dies = goes_then(float(cohort.columns[sooner.uniform][spell]), 0.0, days, *pieces(sooner.harm))
        if dies and cohort.columns[sooner.days][spell] < inf:
            return True
    if again is None or cohort.child[spell] < 0:
        return False
    uniform, probability = (float(cohort.columns[name][spell]) for name in (again.uniform, again.probability))
    return goes_then(uniform, probability, days, *pieces(again.harm))


def _circle(network: Network, stuck: list[Queued]) -> list[Queued]:
    """Return the people of one circle: those who hold the pools that can be reached from each other by waiting."""
    waited_for: dict[int, set[int]] = {}
    for person in stuck:
        for pool, _ in person.holds:
            waited_for.setdefault(pool, set()).update(_waits_for(network, person))
    reached = {pool: _reached(waited_for, pool) for pool in waited_for}
    # The pools that lead to the fewest others lead to nothing outside their own circle.
    circle = min(reached.values(), key=lambda pools: (len(pools), min(pools)))
    return [person for person in stuck if circle & {pool for pool, _ in person.holds}]


def _reached(following: dict[int, set[int]], start: int) -> set[int]:
    reached: set[int] = set()
    ahead = [start]
    while ahead:
        for pool in following.get(ahead.pop(), ()):
            if pool not in reached:
                reached.add(pool)
                ahead.append(pool)
    return reached


def _in_words(network: Network, circle: Collection[Queued]) -> str:
    links = Counter((pool, person.activities) for person in circle for pool, _ in person.holds)
    within = {pool for person in circle for pool in _waits_for(network, person)}
    what = {its: " or ".join(_what(network.activities[activity]) for activity in its) for _, its in links}
    clauses = [
        f"{n} {'person holds' if n == 1 else 'people hold'} {network.pools[pool].name} and "
        f"{'waits' if n == 1 else 'wait'} for {what[activities]}"
        for (pool, activities), n in sorted(links.items())
        if pool in within
    ]
    since = max(person.joined for person in circle)
    return (
        f"a standstill: since day {round(since, 2):g} people have waited for each other in a circle that nothing can "
        f"open any more: {'; '.join(clauses)}"
    )


def _what(activity: Activity) -> str:
    return activity.pool or "" if activity.name == activity.pool else f"{activity.pool} (to start {activity.name})"


def _waits_for(network: Network, person: Queued) -> dict[int, Activity]:
    """Return the pools in whose queues a person is, each with the activity that it is to start."""
    activities = [network.activities[index] for index in person.activities]
    return {network.pool_index(activity.pool): activity for activity in activities if activity.pool is not None}
