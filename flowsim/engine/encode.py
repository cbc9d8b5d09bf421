"""From names to numbers: a network and a cohort as flat arrays, which is all that the compiled engine sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from flowsim.engine.columns import NONE, Columns
from flowsim.engine.prefetch import read_at_end, read_on_entry
from flowsim.engine.rules import booked_days, pieces, steps
from flowsim.model.cohort import Cohort
from flowsim.model.harm import NO_HARM, Harm
from flowsim.model.network import Activity, AnyOf, Branch, Look, Network, Next, Pool, Switch, looks
from flowsim.model.pace import Pace

HOLDS = ("activity", "place", "next_place")
CLOCKS = ("elapsed", "working", "since_admission")
KINDS = ("units", "vacancies", "visits")
STAMPS = (None, "admitted", "ready", "discharged")
UNITS, VACANCIES, VISITS = range(3)
ELAPSED, WORKING, SINCE_ADMISSION, PACED = range(4)
GOTO, SWITCH, BRANCH, LOOK = range(4)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Indices = NDArray[np.uint32]
Addresses = NDArray[np.uintp]
Scalar = TypeVar("Scalar", bound=np.generic)


class Encoded(NamedTuple):
    """A network and a cohort in arrays; indices replace names and `NONE` stands for nothing.

    Arrays that end in ``_from`` have one entry more than there are things: thing i owns the stretch from ``_from[i]``
    to ``_from[i + 1]`` of the array they point into.
    """

    # Activities
    place: Indices
    pool: Indices
    line: Indices
    holds: Integers
    duration: Indices
    clock: Integers
    pace: Indices
    calendar: Indices
    priority: Indices
    patience: Indices
    otherwise: Indices
    escalates_after: Floats
    escalates_to: Floats
    stamp: Integers
    decision: Indices
    visits_first: Integers
    visits_last: Integers
    visits_days: Indices
    # Requests for any of several activities: which ones. What comes next may be one; their numbers go on from those of
    # the activities. Each has a line of its own, from number `shared_from` on, which all its pools serve.
    any_from: Integers
    any_of: Indices
    shared_from: int
    # Decisions: what comes next, as nodes that point at nodes; a GOTO points at an activity
    # of a switch: its column; of a branch: its columns, and its harm; of a look: its pool, and how many must wait
    node_kind: Integers
    node_column: Indices
    node_probability: Indices
    node_harm: Integers
    target_from: Integers
    target: Indices
    # What delay adds, in pieces, and paces in steps
    harm_from: Integers
    harm_day: Floats
    harm_per_day: Floats
    pace_from: Integers
    pace_time: Floats
    pace_speed: Floats
    # Pools, and the lines in which people queue for each: activities with the same hours share one. Then the lines for
    # any of several activities that each pool serves, and in which hours.
    kind: Integers
    stock_limit: Integers
    looked_at: NDArray[np.bool_]
    line_from: Integers
    line_calendar: Indices
    shared_line_from: Integers
    shared_line: Indices
    shared_line_calendar: Indices
    step_from: Integers
    step_time: Floats
    step_units: Integers
    surge_from: Integers
    surge_time: Floats
    surge_steps_from: Integers
    surge_above: Integers
    surge_until: Integers
    surge_units: Integers
    vacancy_from: Integers
    vacancy: Floats
    surge_vacancy_from: Integers
    surge_vacancy: Floats
    surge_vacancy_step: Integers
    # Calendars, and the pools to look at when each opens
    hours_from: Integers
    opens: Floats
    closes: Floats
    worked: Floats
    watching_from: Integers
    watching: Indices
    # Visits that each pool has on each day (pool by day; no days if no pool is one of visits)
    visits_a_day: Integers
    # Whose first activity is going on already (empty if nobody's is)
    in_service: NDArray[np.bool_]
    # The people: who comes when and by which entry, where their columns lie, and the columns of death and readmission
    order: Integers
    arrival: Floats
    entry: NDArray[np.int32]
    entries: Indices
    child: NDArray[np.int32]
    reals: Addresses
    wholes: Addresses
    # Where the columns lie that may be read when an activity ends, and after these, on each entry; and their widths
    soon_from: Integers
    soon: Addresses
    soon_width: Addresses
    death_after: int
    death_exit: int
    sooner_uniform: int
    sooner_days: int
    sooner_harm: int
    again_uniform: int
    again_probability: int
    again_gap: int
    again_time: int
    again_exit: int
    again_harm: int
    # Places that are a care home, and the engine's own column of who lives in one (empty if it keeps none)
    is_care_home: NDArray[np.bool_]
    resident: NDArray[np.int32]


def encode(network: Network, cohort: Cohort, until: float) -> tuple[Encoded, tuple[Columns, Columns]]:
    """Return a network and a cohort in arrays, for a run of `until` days.

    Returns
    -------
    tuple of (Encoded, tuple of Columns)
        What the engine sees, and what must be kept for as long: the columns, to which the first only points.

    Raises
    ------
    KeyError
        If the network names a column that the cohort lacks.
    """
    reals, wholes = Columns(cohort, np.float64), Columns(cohort, np.int32)
    places = {p.name: i for i, p in enumerate(network.places)}
    pools = {p.name: i for i, p in enumerate(network.pools)}
    calendars = {name: i for i, name in enumerate(network.calendars)}
    activities = {a.name: i for i, a in enumerate(network.activities)}
    nodes = _Nodes(activities, pools, reals, wholes)
    decision = [NONE if a.next is None else nodes.add(a.next) for a in network.activities]
    death, again = network.death, network.readmission
    sooner = death.by_delay if death else None
    paces = [name for name, pace in network.paces.items() if not pace.is_even]
    order = np.argsort(cohort.arrival, kind="stable")  # those whose arrival is NaN come last
    order = order[: order.size - np.count_nonzero(np.isnan(cohort.arrival))]
    acts = network.activities
    lines = list(dict.fromkeys((a.pool, a.calendar) for a in acts if a.pool is not None))
    lines.sort(key=lambda line: pools[line[0]])

    def watching(calendar: str) -> list[int]:
        return sorted({pools[a.pool] for a in acts if a.calendar == calendar and a.pool is not None})

    lines_of = [[hours for pool, hours in lines if pool == p.name] for p in network.pools]
    line_from, line_calendar = _stretches(
        [[NONE if name is None else calendars[name] for name in of_pool] for of_pool in lines_of], np.uint32
    )
    groups = [[acts[activities[name]] for name in names] for names in nodes.any_of]
    shared = [
        [(line, a.calendar) for line, group in enumerate(groups, len(lines)) for a in group if a.pool == p.name]
        for p in network.pools
    ]
    shared_line_from, shared_line = _stretches([[line for line, _ in of_pool] for of_pool in shared], np.uint32)
    step_from, step_time = _stretches([[t for t, _ in p.capacity] for p in network.pools], np.float64)
    _, step_units = _stretches([[u for _, u in p.capacity] for p in network.pools], np.int64)
    vacancy_from, vacancy = _stretches([cohort.vacancies.get(p.name, ()) for p in network.pools], np.float64)
    surge_vacancy_from, surge_vacancy = _stretches(
        [cohort.surge_vacancies.get(p.name, ()) for p in network.pools], np.float64
    )
    hours = list(network.calendars.values())
    hours_from, opens = _stretches([c.opens for c in hours], np.float64)
    watching_from, watched = _stretches([watching(name) for name in network.calendars], np.uint32)
    encoded = Encoded(
        place=_indices(places[a.place] for a in acts),
        pool=_indices(NONE if a.pool is None else pools[a.pool] for a in acts),
        line=_indices(NONE if a.pool is None else lines.index((a.pool, a.calendar)) for a in acts),
        holds=_integers(HOLDS.index(a.holds) for a in acts),
        duration=_indices(reals.index(a.duration) for a in acts),
        clock=_integers(PACED if a.pace in paces and a.clock == "elapsed" else CLOCKS.index(a.clock) for a in acts),
        pace=_indices(paces.index(a.pace) if a.pace in paces else NONE for a in acts),
        calendar=_indices(NONE if a.calendar is None else calendars[a.calendar] for a in acts),
        priority=_indices(reals.index(a.priority) for a in acts),
        patience=_indices(reals.index(a.patience) for a in acts),
        otherwise=_indices(NONE if a.otherwise is None else activities[a.otherwise] for a in acts),
        escalates_after=np.array([np.inf if a.escalates_after is None else a.escalates_after for a in acts]),
        escalates_to=np.array([a.escalates_to for a in acts]),
        stamp=_integers(STAMPS.index(a.stamp) for a in acts),
        decision=_indices(decision),
        visits_first=_integers(a.visits.first if a.visits else 0 for a in acts),
        visits_last=_integers(a.visits.last if a.visits else 0 for a in acts),
        visits_days=_indices(reals.index(a.visits.days if a.visits else None) for a in acts),
        any_from=_stretches(nodes.any_of, np.str_)[0],
        any_of=_indices(activities[name] for names in nodes.any_of for name in names),
        shared_from=len(lines),
        sooner_harm=nodes.harm(sooner.harm if sooner else NO_HARM),
        again_harm=nodes.harm(again.harm if again else NO_HARM),
        **nodes.arrays(),
        **_paces([network.paces[name] for name in paces]),
        kind=_integers(KINDS.index(p.kind) for p in network.pools),
        stock_limit=_integers(p.stock_limit for p in network.pools),
        looked_at=np.isin(np.arange(len(pools)), [pools[its.pool] for a in acts for its in looks(a.next)]),
        line_from=line_from,
        line_calendar=line_calendar,
        shared_line_from=shared_line_from,
        shared_line=shared_line,
        shared_line_calendar=_indices(
            NONE if hours is None else calendars[hours] for of_pool in shared for _, hours in of_pool
        ),
        step_from=step_from,
        step_time=step_time,
        step_units=step_units,
        **_surges(network.pools),
        vacancy_from=vacancy_from,
        vacancy=vacancy,
        surge_vacancy_from=surge_vacancy_from,
        surge_vacancy=surge_vacancy,
        surge_vacancy_step=_stretches([cohort.surge_steps_of(p.name) for p in network.pools], np.int64)[1],
        hours_from=hours_from,
        opens=opens,
        closes=_stretches([c.closes for c in hours], np.float64)[1],
        worked=_stretches([c.worked for c in hours], np.float64)[1],
        watching_from=watching_from,
        watching=watched,
        visits_a_day=_visits_a_day(network, acts, cohort, until),
        in_service=np.ascontiguousarray([] if cohort.in_service is None else cohort.in_service, dtype=np.bool_),
        order=order,
        arrival=cohort.arrival[order],
        entry=np.ascontiguousarray(cohort.columns["entry"], dtype=np.int32),
        entries=_indices(activities[name] for name in network.entries),
        child=np.ascontiguousarray(cohort.child, dtype=np.int32),
        death_after=NONE if death is None else reals.index(death.after),
        death_exit=NONE if death is None else activities[death.exit],
        sooner_uniform=NONE if sooner is None else reals.index(sooner.uniform),
        sooner_days=NONE if sooner is None else reals.index(sooner.days),
        again_uniform=NONE if again is None else reals.index(again.uniform),
        again_probability=NONE if again is None else reals.index(again.probability),
        again_gap=NONE if again is None else reals.index(again.gap_days),
        again_time=NONE if again is None else reals.index(again.arrival_time),
        again_exit=NONE if again is None else activities[again.exit],
        is_care_home=np.array([p.kind == "care_home" for p in network.places], dtype=np.bool_),
        resident=wholes.own(None if again is None else again.resident),
        reals=reals.addresses,
        wholes=wholes.addresses,
        **_soon(network, reals, wholes),
    )
    return encoded, (reals, wholes)


def _soon(network: Network, reals: Columns, wholes: Columns) -> dict[str, Any]:
    """Return where the columns lie that may be read soon, and how wide their entries are."""
    lies_at = {
        name: (address, columns.width)
        for columns in (wholes, reals)
        for name, address in zip(columns.names, columns.addresses.tolist(), strict=True)
    }
    soon = [[lies_at[name] for name in names] for names in read_at_end(network) + read_on_entry(network)]
    soon_from, soon_address = _stretches([[address for address, _ in some] for some in soon], np.uintp)
    _, soon_width = _stretches([[width for _, width in some] for some in soon], np.uintp)
    return {"soon_from": soon_from, "soon": soon_address, "soon_width": soon_width}


def _surges(pools: Sequence[Pool]) -> dict[str, Any]:
    """Return the surge of each pool over time, each time with its steps; none for a pool that never has one."""
    surges = [((0.0, p.surge), *p.surge_changes) if p.surge or p.surge_changes else () for p in pools]
    surge_from, surge_time = _stretches([[time for time, _ in of_pool] for of_pool in surges], np.float64)
    in_steps = [steps for of_pool in surges for _, steps in of_pool]
    steps_from, above = _stretches([[step.above for step in steps] for steps in in_steps], np.int64)
    return {
        "surge_from": surge_from,
        "surge_time": surge_time,
        "surge_steps_from": steps_from,
        "surge_above": above,
        "surge_until": _integers(step.until for steps in in_steps for step in steps),
        "surge_units": _integers(step.units for steps in in_steps for step in steps),
    }


def _visits_a_day(network: Network, activities: tuple[Activity, ...], cohort: Cohort, until: float) -> Integers:
    """Return the visits that each pool has on each day of the run and of what is booked at its end."""
    longest = [booked_days(float(np.max(cohort.columns[a.visits.days], initial=0))) for a in activities if a.visits]
    are_any = any(pool.kind == "visits" for pool in network.pools)
    days = np.arange(int(until) + 1 + max(longest, default=0)) if are_any else np.arange(0)
    table = np.zeros((len(network.pools), days.size), dtype=np.int64)
    for index, pool in enumerate(network.pools):
        if pool.kind == "visits":
            times, units = zip(*pool.capacity, strict=True)
            table[index] = np.array(units)[np.searchsorted(times, days, side="right") - 1]
    return table


def _paces(paces: Sequence[Pace]) -> dict[str, Any]:
    """Return the steps of each pace."""
    arrays = [steps(pace) for pace in paces]
    pace_from, pace_time = _stretches([times for times, _ in arrays], np.float64)
    _, pace_speed = _stretches([speeds for _, speeds in arrays], np.float64)
    return {"pace_from": pace_from, "pace_time": pace_time, "pace_speed": pace_speed}


class _Nodes:
    """What comes next, flattened: every switch, branch, look and activity to go to is a node. And the harms."""

    def __init__(self, activities: dict[str, int], pools: dict[str, int], reals: Columns, wholes: Columns):
        self.activities, self.pools, self.reals, self.wholes = activities, pools, reals, wholes
        self.rows: list[tuple[int, int, int, int]] = []
        self.targets: list[list[int]] = []
        self.any_of: list[tuple[str, ...]] = []
        self.harms = [NO_HARM]

    def harm(self, harm: Harm) -> int:
        if harm not in self.harms:
            self.harms.append(harm)
        return self.harms.index(harm)

    def add(self, following: Next) -> int:
        here = len(self.rows)
        self.rows.append((GOTO, NONE, NONE, 0))
        self.targets.append([])
        if isinstance(following, Switch):
            self.rows[here] = (SWITCH, self.wholes.index(following.column), NONE, 0)
            self.targets[here] = [self.add(target) for target in following.targets]
        elif isinstance(following, Branch):
            uniform, probability = self.reals.index(following.uniform), self.reals.index(following.probability)
            self.rows[here] = (BRANCH, uniform, probability, self.harm(following.harm))
            self.targets[here] = [self.add(following.then), self.add(following.otherwise)]
        elif isinstance(following, Look):
            above = NONE if following.waiting_above is None else following.waiting_above
            self.rows[here] = (LOOK, self.pools[following.pool], above, 0)
            self.targets[here] = [self.add(following.then), self.add(following.otherwise)]
        elif isinstance(following, AnyOf):
            if following.activities not in self.any_of:
                self.any_of.append(following.activities)
            self.targets[here] = [len(self.activities) + self.any_of.index(following.activities)]
        else:
            self.targets[here] = [self.activities[following]]
        return here

    def arrays(self) -> dict[str, Any]:
        kind, column, probability, harm = zip(*self.rows, strict=True) if self.rows else ((), (), (), ())
        target_from, target = _stretches(self.targets, np.uint32)
        tables = [pieces(its) for its in self.harms]
        harm_from, harm_day = _stretches([days for days, _ in tables], np.float64)
        _, harm_per_day = _stretches([shares for _, shares in tables], np.float64)
        return {
            "node_kind": _integers(kind),
            "node_column": _indices(column),
            "node_probability": _indices(probability),
            "node_harm": _integers(harm),
            "harm_from": harm_from,
            "harm_day": harm_day,
            "harm_per_day": harm_per_day,
            "target_from": target_from,
            "target": target,
        }


def _integers(values: Iterable[int]) -> Integers:
    return np.fromiter(values, dtype=np.int64)


def _indices(values: Iterable[int]) -> Indices:
    return np.fromiter(values, dtype=np.uint32)


def _stretches(parts: Sequence[ArrayLike], dtype: type[Scalar]) -> tuple[Integers, NDArray[Scalar]]:
    """Put parts of unequal length one after the other, and say where each begins (and where the last ends)."""
    arrays = [np.asarray(part, dtype=dtype) for part in parts]
    flat = np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)
    return np.cumsum([0, *(array.size for array in arrays)], dtype=np.int64), flat
