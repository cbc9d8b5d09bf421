"""Drawing the cohort of a city: who comes, and everything that chance decides about them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from flowsim.config.schema import CityConfig
from flowsim.model.attributes import ENTRIES, attributes
from flowsim.model.calendar import Calendar, bank_holidays
from flowsim.model.clock import to_grid
from flowsim.model.cohort import Cohort
from flowsim.model.demand import arrivals, cumulative_rate
from flowsim.model.initial import given, groups, place_people
from flowsim.model.streams import Streams

Array = NDArray[np.float64]
Integers = NDArray[np.int32]
DAYS_PER_WEEK = 7.0


def draw_cohort(config: CityConfig, calendars: dict[str, Calendar], seed: int, replication: int) -> Cohort:
    """Draw every random quantity of one replication.

    Parameters
    ----------
    config : CityConfig
        The city.
    calendars : dict of str to Calendar
        The city's calendars (`flowsim.model.city.build_calendars`), in whose open time vacancies arrive.
    seed, replication : int
        Which random streams.

    Returns
    -------
    Cohort
        Spells in blocks: for each copy of a stream, its arrivals and then their readmissions, generation by generation.
    """
    streams = Streams(seed, replication)
    people = _lay_out(config, streams)
    fixed = given(config, streams, people.present, len(people.stream))
    columns = attributes(config, people.uniform, people.stream, people.root, people.requested, fixed)
    place_people(config, streams, len(ENTRIES), people.present, columns)
    arrival = columns.pop("arrival")
    vacancies = {}
    surge_vacancies = {}
    for kind in (config.services.homecare, config.services.residential, config.services.nursing):
        for name, service in kind.items():
            calendar = calendars[service.calendar]
            vacancies[name] = _vacancies(name, service.starts_per_week, calendar, config.run.days, streams)
            if service.surge is not None:
                surge_vacancies[name] = _vacancies(
                    f"{name}/surge", service.surge.starts_per_week, calendar, config.run.days, streams
                )
    in_service = None
    if people.present:
        in_service = np.zeros(len(arrival), dtype=np.bool_)
        in_service[people.present[0].start :] = True
        arrival[people.present[0].start :] = 0.0
    return Cohort(arrival, people.child, columns, vacancies, surge_vacancies, in_service)


@dataclass(frozen=True)
class _People:
    """The rows of the cohort before anything else is drawn.

    `requested` is NaN for a reserved child spell, and `root` is the row of the person's first spell, which is the row
    itself for a first spell. Every block of rows has random streams of its own: `blocks` are their names, `block` is
    that of each row, and `position` its place there, where thinned spells keep their places too. `present` are the rows
    of each group of people who are present at the start; they are the last rows.
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

    def uniform(self, name: str, rows: NDArray[np.intp] | None = None) -> Array:
        """Draw one uniform for each of these spells (all of them if None), the same whichever are asked for."""
        names = [f"{name}/{block}" for block in self.blocks]
        return self.streams.uniforms(names, self.block, self.position, self.everybody if rows is None else rows)

    @cached_property
    def everybody(self) -> Integers:
        """All rows."""
        return np.arange(self.block.size, dtype=np.int32)


def _lay_out(config: CityConfig, streams: Streams) -> _People:
    """Lay out the rows: arrivals of every stream, and the child spells that are reserved for their readmissions.

    A child spell is reserved where the readmission uniform is below `reserved_share`, whatever the probability, so that
    changing the probability changes nobody's row.
    """
    rule = config.patients.readmissions
    holidays = bank_holidays(
        config.bank_holidays.country, config.bank_holidays.subdivision, config.run.start_date, config.run.days
    )
    blocks: list[str] = []
    parts: list[tuple[Integers, Integers, Integers, Array, Integers]] = []
    links: list[tuple[Integers, Integers]] = []
    rows = 0

    def add(block: str, stream: int, position: Integers, requested: Array, root: Integers | None) -> Integers:
        """Add a block of rows below the others, and return which they are; without roots they are their own."""
        nonlocal rows
        here = np.arange(rows, rows + position.size, dtype=np.int32)
        numbers = (np.full(position.size, i, dtype=np.int32) for i in (len(blocks), stream))
        parts.append((*numbers, position, requested, here if root is None else root))
        blocks.append(block)
        rows += position.size
        return here

    for index, (name, stream) in enumerate(config.streams.items()):
        if not stream.enabled:
            continue
        cumulative = cumulative_rate(stream, config.run.start_date, config.run.days, holidays)
        for label, times, remains in arrivals(name, stream, cumulative, streams):
            position = np.flatnonzero(remains).astype(np.int32)
            here = root = add(f"{label}/0", index, position, times[position], None)
            n = times.size
            for generation in range(rule.generations if stream.entry != "elsewhere" else 0):
                reserved = streams.uniform(f"readmission/{label}/{generation}", n) < rule.reserved_share
                number = np.cumsum(reserved, dtype=np.int32)  # children of those who are thinned have places too
                parents = np.flatnonzero(reserved[position])
                n, position, root = int(reserved.sum()), number[position[parents]] - 1, root[parents]
                children = add(f"{label}/{generation + 1}", index, position, np.full(parents.size, np.nan), root)
                links.append((here[parents], children))
                here = children
    present = []
    for group in groups(config):
        index = list(config.streams).index(config.initial_state.people_like)
        position = np.arange(group.people, dtype=np.int32)
        present.append(slice(rows, rows + group.people))
        add(f"present/{group.entry}", index, position, np.zeros(group.people), None)
    child = np.full(rows, -1, dtype=np.int32)
    for parents, children in links:
        child[parents] = children
    if not parts:
        nobody = np.empty(0, dtype=np.int32)
        parts.append((nobody, nobody, nobody, np.empty(0), nobody))
    block, stream, position, requested, root = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _People(streams, blocks, block, position, stream, requested, child, root, present)


def _vacancies(name: str, per_week: float, calendar: Calendar, days: int, streams: Streams) -> Array:
    """Return when vacancies arrive (days): a Poisson process in the open time of a calendar.

    `per_week` counts for an ordinary week, so that a week with a bank holiday brings fewer.
    """
    week = calendar.work_before(np.array([0.0, float(days)]))
    open_time = week[1] - week[0]
    ordinary_week = calendar.ordinary_week
    expected = per_week * open_time / ordinary_week
    n = int(np.ceil(expected + 10.0 * np.sqrt(expected) + 20.0))
    points = np.cumsum(-np.log1p(-streams.uniform(f"vacancy/{name}", n))) * (ordinary_week / per_week)
    return to_grid(calendar.moment_of_work(points[points < open_time]))
