"""Drawing the cohort of a city: who comes, and everything about them that is drawn at random."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.entries import ENTRIES, entry_number
from flowsim.model.arrivals import Copy, DemandOverTime, arrivals, cumulative_rate
from flowsim.model.calendar import Calendar, bank_holidays
from flowsim.model.clock import to_grid
from flowsim.model.cohort import Cohort
from flowsim.model.cohort_memory import Group, Remembered, read_only, remembered
from flowsim.model.cohort_steps import ON_THE_WAY
from flowsim.model.demand_over_time import demand_over_time
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.frailty import low_for_the_frail
from flowsim.model.present_at_start import given, groups, place_people
from flowsim.model.spell_draws import Columns
from flowsim.model.streams import Streams

Array = NDArray[np.float64]
Integers = NDArray[np.int32]

_OF_NO_ROW = {"ages", "residence", "conveyance", "counts_as"}  # settings of a stream that say who comes, not when


def draw_cohort(city: EffectiveCity, calendars: dict[str, Calendar], seed: int, replication: int) -> Cohort:
    """Draw every random quantity of one replication.

    Parameters
    ----------
    city : EffectiveCity
        The city.
    calendars : dict of str to Calendar
        The city's calendars (`flowsim.model.city_network.build_calendars`), in whose open time vacancies arrive.
    seed, replication : int
        Which random streams.

    Returns
    -------
    Cohort
        Spells in blocks: for each copy of a stream, its arrivals and then their readmissions, generation by generation.
    """
    streams = Streams(seed, replication)
    config = city.effective
    changing = _changing_demand(city)
    known = remembered(seed, replication, _rows_key(city, changing), lambda: _lay_out(city, streams, changing))
    people = known.layout
    columns = _columns(city, known, given(config, streams, people.present, len(people.stream)))
    columns |= _returns_avoided(people.child, columns)
    if people.present:
        columns = {name: values.copy() for name, values in columns.items()}
        place_people(config, streams, len(ENTRIES), people.present, columns)
    arrival = columns.pop("arrival").copy()
    vacancies = {}
    surge_vacancies, surge_vacancy_steps = {}, {}
    for pool in city.pools:
        if pool.kind == "vacancies":
            calendar = calendars[config.services.long_term[pool.name].calendar]
            starts_per_week = city.starts_per_week(pool)
            vacancies[pool.name] = _vacancies(pool.name, starts_per_week, calendar, streams)
            surge = city.surge_starts_per_week(pool)
            if surge.any():
                moments, steps = _surge_vacancies(pool.name, surge, calendar, streams)
                is_open = starts_per_week > 0  # what is closed has no surge; on other days it is as without the closure
                counts = is_open[np.floor(moments).astype(np.intp)]
                surge_vacancies[pool.name] = moments[counts]
                if len(surge) > 1:
                    surge_vacancy_steps[pool.name] = steps[counts]
    arrival[people.called_off] = np.nan
    in_service = None
    if people.present:
        in_service = np.zeros(len(arrival), dtype=np.bool_)
        for rows in people.present:
            in_service[rows], arrival[rows] = True, 0.0
    # The engine takes these two as arrays and not by their address, and would be compiled again for one of each kind.
    child, columns["entry"] = people.child.copy(), columns["entry"].copy()
    return Cohort(arrival, child, columns, vacancies, surge_vacancies, in_service, surge_vacancy_steps)


def _changing_demand(city: EffectiveCity) -> dict[str, DemandOverTime | None]:
    """Return how the demand of each stream changes over the run."""
    holidays = _holidays(city.effective)
    return {name: demand_over_time(city, name, holidays) for name in city.effective.streams}


def _holidays(config: CityConfig) -> frozenset[dt.date]:
    """Return the bank holidays of a run."""
    public = config.bank_holidays
    return bank_holidays(public.country, public.subdivision, config.run.start_date, config.run.days)


def _rows_key(city: EffectiveCity, changing: Mapping[str, DemandOverTime | None]) -> str:
    """Return a text that stands for everything by which `_lay_out` lays out the rows, but for the random streams."""
    config = city.effective
    rule, hangs = config.patients.readmissions, config.patients.frailty
    digest = hashlib.blake2b()
    for name, stream in config.streams.items():
        digest.update(f"{name} {stream.model_dump_json(exclude=_OF_NO_ROW)} {changing[name] is None}".encode())
        for values in changing[name] or ():
            digest.update(values.tobytes())
    present = [(group.entry, group.people, group.people_like) for group in groups(config)]
    run, frailty = config.run, hangs and hangs.readmission
    rest = (rule.generations, rule.reserved_share, frailty, config.bank_holidays, run.start_date, run.days, present)
    digest.update(repr(rest).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class _People:
    """The rows of the cohort before anything else is drawn.

    `requested` is NaN for a reserved child spell, and `root` is the row of the person's first spell, which is the row
    itself for a first spell. Every block of rows has random streams of its own: `blocks` are their names, `block` is
    that of each row, and `position` its place there, where thinned spells keep their places too. `present` are the rows
    of each group of people who are present at the start, and `called_off` those who do not come after all.
    """

    streams: Streams
    blocks: list[str]
    block: Integers
    position: Integers
    stream: Integers
    requested: Array
    child: Integers
    root: Integers
    present: list[slice]
    called_off: Integers

    def uniform(self, name: str, rows: NDArray[np.intp] | None = None) -> Array:
        """Draw one uniform for each of these spells (all of them if None), the same whichever are asked for."""
        names = [f"{name}/{block}" for block in self.blocks]
        return self.streams.uniforms(names, self.block, self.position, self.everybody if rows is None else rows)

    @cached_property
    def everybody(self) -> Integers:
        """All rows."""
        return np.arange(self.block.size, dtype=np.int32)


class _Block(NamedTuple):
    """The rows of one block; see `_People`."""

    block: Integers
    stream: Integers
    position: Integers
    requested: Array
    root: Integers


def _lay_out(city: EffectiveCity, streams: Streams, changing_demand: Mapping[str, DemandOverTime | None]) -> _People:
    """Lay out the rows: arrivals of every stream, and the child spells that are reserved for their readmissions.

    Those whom dated changes of demand add come last, and those whom they call off keep their rows, so that nobody
    else's row depends on such a change.

    A child spell is reserved where the readmission uniform is below `reserved_share`, whatever the probability, so that
    changing the probability changes nobody's row. With frailty it is the uniform that hangs on that of the person.
    """
    config = city.effective
    rule, hangs = config.patients.readmissions, config.patients.frailty
    holidays = _holidays(config)
    blocks: list[str] = []
    parts: list[_Block] = []
    links: list[tuple[Integers, Integers]] = []
    rows = 0

    def add(block: str, stream: int, position: Integers, requested: Array, root: Integers | None) -> Integers:
        """Add a block of rows below the others, and return which they are; without roots they are their own."""
        nonlocal rows
        here = np.arange(rows, rows + position.size, dtype=np.int32)
        block_number, stream_number = (np.full(position.size, i, dtype=np.int32) for i in (len(blocks), stream))
        parts.append(_Block(block_number, stream_number, position, requested, here if root is None else root))
        blocks.append(block)
        rows += position.size
        return here

    def add_copy(index: int, copy: Copy, position: Integers, can_return: bool) -> Integers:
        """Add some arrivals of a copy, and the child spells reserved for them; return the rows of the arrivals."""
        first = here = root = add(f"{copy.label}/0", index, position, copy.times[position], None)
        n = copy.times.size
        frailty = streams.uniform(f"frailty/{copy.label}/0", n if hangs and can_return else 0)
        for generation in range(rule.generations if can_return else 0):
            decides = streams.uniform(f"readmission/{copy.label}/{generation}", n)
            if hangs:
                decides = low_for_the_frail(decides, frailty, hangs.readmission)
                frailty = frailty[decides < rule.reserved_share]
            reserved = decides < rule.reserved_share
            number = np.cumsum(reserved, dtype=np.int32)  # children of those who are thinned have places too
            parents = np.flatnonzero(reserved[position])
            n, position, root = int(reserved.sum()), number[position[parents]] - 1, root[parents]
            children = add(f"{copy.label}/{generation + 1}", index, position, np.full(parents.size, np.nan), root)
            links.append((here[parents], children))
            here = children
        return first

    more: list[tuple[int, Copy, Integers, bool]] = []
    called_off: list[Integers] = []
    for index, (name, stream) in enumerate(config.streams.items()):
        changing = changing_demand[name]
        if not stream.enabled and changing is None:
            continue
        cumulative = cumulative_rate(stream, config.run.start_date, config.run.days, holidays)
        can_return = ENTRIES[entry_number(stream.entry)].can_return
        for copy in arrivals(name, stream, cumulative, streams, changing):
            position: Integers = np.flatnonzero(copy.remains).astype(np.int32)
            if changing is None or position.size:
                here = add_copy(index, copy, position, can_return)
                called_off.append(here[~copy.comes[position]])
            added: Integers = np.flatnonzero(copy.comes & ~copy.remains).astype(np.int32)
            if added.size:
                more.append((index, copy, added, can_return))
    present = []
    for group in groups(config):
        index = list(config.streams).index(group.people_like)
        position = np.arange(group.people, dtype=np.int32)
        present.append(slice(rows, rows + group.people))
        add(f"present/{group.entry}", index, position, np.zeros(group.people), None)
    for its in more:
        add_copy(*its)
    child = np.full(rows, -1, dtype=np.int32)
    for left, comes_back in links:
        child[left] = comes_back
    if not parts:
        nobody = np.empty(0, dtype=np.int32)
        parts.append(_Block(nobody, nobody, nobody, np.empty(0), nobody))
    return _People(
        streams,
        blocks,
        block=np.concatenate([part.block for part in parts]),
        position=np.concatenate([part.position for part in parts]),
        stream=np.concatenate([part.stream for part in parts]),
        requested=np.concatenate([part.requested for part in parts]),
        child=child,
        root=np.concatenate([part.root for part in parts]),
        present=present,
        called_off=np.concatenate([np.empty(0, dtype=np.int32), *called_off]),
    )


def _columns(city: EffectiveCity, known: Remembered[_People], given: Mapping[str, Integers]) -> Columns:
    """Draw every column; people who are exposed to other interventions have another configuration, same uniforms."""
    people = known.layout
    alike = city.groups_of_people(people.uniform, people.root, people.requested)

    def of_settings(paths: tuple[str, ...]) -> Iterator[Group]:
        for rows, config in alike(paths):
            yield rows, config, city.settings(config, paths)

    here: dict[str, NDArray[Any]] = {"stream": people.stream, "root": people.root, "requested": people.requested}
    here |= {f"given_{name}": values for name, values in given.items()}
    columns = known.columns({name: read_only(values) for name, values in here.items()}, people.uniform, of_settings)
    return {name: values for name, values in columns.items() if name not in ON_THE_WAY}


def _returns_avoided(child: Integers, c: Columns) -> Columns:
    """Take back the readmissions that a service avoids, so that nobody leaves a service for one.

    ``avoided_return`` is the number of that service (see `attributes`), 0 where there would have been no readmission.
    """
    if not c["avoided"].any():
        return {"avoided_return": c["avoided"]}
    avoided = np.where(child >= 0, c["avoided"][child], np.int32(0))
    would_return = c["readmission_uniform"] < c["readmission_probability"]
    return {
        "readmission_uniform": np.where(avoided > 0, np.inf, c["readmission_uniform"]),
        "avoided_return": np.where(would_return, avoided, np.int32(0)),
    }


def _vacancies(name: str, per_week: Array, calendar: Calendar, streams: Streams) -> Array:
    """Return when vacancies arrive (days): a Poisson process in the open time of a calendar.

    `per_week`, one value for each day of the run, counts for an ordinary week, so that a week with a bank holiday
    brings fewer.
    """
    days = per_week.size
    work = calendar.work_before(np.arange(days + 1, dtype=np.float64))
    ordinary_week = np.broadcast_to(calendar.ordinary_week[:days], days)
    expected = np.r_[0.0, np.cumsum(per_week * np.diff(work) / ordinary_week)]
    n = int(np.ceil(expected[-1] + 10.0 * np.sqrt(expected[-1]) + 20.0))
    points = np.cumsum(-np.log1p(-streams.uniform(f"vacancy/{name}", n)))
    points = points[: np.searchsorted(points, expected[-1])]
    return to_grid(calendar.moment_of_work(np.interp(points, expected, work)))


def _surge_vacancies(name: str, per_week: Array, calendar: Calendar, streams: Streams) -> tuple[Array, Integers]:
    """Return when vacancies of a surge arrive (days), and of which step each is; each step has a stream of its own.

    `per_week` has one row for each step, as in `_vacancies`.
    """
    of_step = [
        _vacancies(f"{name}/surge" if step == 0 else f"{name}/surge/{step + 1}", starts, calendar, streams)
        for step, starts in enumerate(per_week)
    ]
    moments = np.concatenate(of_step)
    steps = np.repeat(np.arange(len(of_step), dtype=np.int32), [times.size for times in of_step])
    order = np.argsort(moments, kind="stable")
    return moments[order], steps[order]
