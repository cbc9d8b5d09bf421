"""The pools of a city: one row for each of the hospital's, and one for those of each kind of service.

The path of a pool's size is written here and nowhere else. Its setting, its surge, its price and its label are looked
up from its row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flowsim.config.cost_schema import PoolPrice
from flowsim.config.paths import value_at
from flowsim.config.surge_schema import SurgeBeds, SurgeStarts, steps_of
from flowsim.config.types import Section

PoolKind = Literal["units", "visits", "vacancies"]

_ACRONYM_LENGTH = 4
_WAYS_OUT = ("gives_up", "plan_b_after_days")
_KINDS: dict[str, PoolKind] = {"visits.per_day": "visits", "starts_per_week": "vacancies"}


@dataclass(frozen=True)
class CityPool:
    """Beds, a team, vehicles or a service of a city: something that people may have to wait for.

    Attributes
    ----------
    name : str
        As in prices, the initial state and measures.
    kind : {"units", "visits", "vacancies"}
        As in `flowsim.model.network.Pool`.
    path, surge_path, group : str
        Dotted paths of its size, of its surge, and of the group of settings that they are in.
    size : float
        Units, visits a day or starts a week.
    label : str
        Its name in words.
    surge : tuple of SurgeBeds or of SurgeStarts
        Steps of extra capacity, or of extra starts a week, while many wait; empty if there is none.
    price : PoolPrice or None
        What it costs.
    unused_limit : int
        Of vacancies: an arriving one goes elsewhere while this many are unused.
    calendar, hours : str or None
        Of staff and vehicles: the calendar in which they work, and that of a network, which may be open on bank
        holidays for them. Beds, places and vacancies have none.
    in_parts : bool
        Whether there may be one more on some days than on others. Otherwise the size is rounded to whole units.
    occupied_at_start, awaited_at_start : bool
        Whether the initial state can have people in it, and people who wait for it.
    has_way_out : bool
        Whether people who wait long on the ward find another way, so that its queue settles at a length.
    """

    name: str
    kind: PoolKind
    path: str
    surge_path: str
    group: str
    size: float
    label: str
    surge: tuple[SurgeBeds, ...] | tuple[SurgeStarts, ...]
    price: PoolPrice | None
    unused_limit: int
    calendar: str | None
    hours: str | None
    in_parts: bool
    occupied_at_start: bool
    awaited_at_start: bool
    has_way_out: bool

    @property
    def surge_size(self) -> float:
        """How much the surge adds with all its steps open: units, visits a day or starts a week."""
        return sum(step.size for step in self.surge)


@dataclass(frozen=True)
class _Row:
    """The pool of a group of settings, or the pools of a kind of service: a name of None is that of each service.

    `sizes` are the settings of the group that can hold the size; one of them does. A pool that `works_hours` is of
    staff or vehicles, and its group is `Staffed`. The size of one that is `in_parts` may have decimals.
    """

    name: str | None
    group: str
    sizes: tuple[str, ...]
    label: str
    occupied_at_start: bool = False
    awaited_at_start: bool = False
    works_hours: bool = False
    in_parts: bool = False


_POOLS = (
    _Row("mau_beds", "front_door.mau", ("beds",), "MAU beds", occupied_at_start=True),
    _Row("amu_beds", "front_door.amu", ("beds",), "AMU beds", occupied_at_start=True),
    _Row("ward_beds", "ward", ("beds",), "Ward beds", occupied_at_start=True),
    _Row(
        "discharge_team",
        "discharge_planning.team",
        ("staff",),
        "Discharge team",
        awaited_at_start=True,
        works_hours=True,
        in_parts=True,
    ),
    _Row("transport", "services.transport", ("vehicles",), "Transport", works_hours=True),
    _Row("discharge_lounge", "services.discharge_lounge", ("places",), "Discharge lounge"),
    _Row("interim_placement", "services.interim_placement", ("beds",), "Interim placement"),
    _Row(None, "services.active_recovery", ("caseload", "visits.per_day"), "Active Recovery", True, True),
    _Row(None, "services.intermediate_care", ("beds",), "Intermediate care beds", True, True),
    _Row(None, "services.homecare", ("starts_per_week",), "Homecare", awaited_at_start=True),
    _Row(None, "services.residential", ("starts_per_week",), "Residential homes", awaited_at_start=True),
    _Row(None, "services.nursing", ("starts_per_week",), "Nursing homes", awaited_at_start=True),
)


def pools_of(city: Section) -> list[CityPool]:
    """Return the pools of a city (a `CityConfig`), in the order in which a network has them."""
    return [
        _pool(city, row, name, group, label)
        for row in _POOLS
        for name, group, label in ([(row.name, row.group, row.label)] if row.name else _services(city, row))
        if value_at(city, group) is not None  # a city need not have a lounge or interim beds
    ]


def _services(city: Section, row: _Row) -> Iterator[tuple[str, str, str]]:
    """Yield name, path and label of each service of a kind."""
    for name in value_at(city, row.group):
        plain = name.replace("_", " ")
        own = plain.upper() if len(plain) <= _ACRONYM_LENGTH else plain[:1].upper() + plain[1:]
        yield name, f"{row.group}.{name}", own if own.lower() in row.label.lower() else f"{own} ({row.label})"


def _pool(city: Section, row: _Row, name: str, path: str, label: str) -> CityPool:
    group = value_at(city, path)
    size = next(size for size in row.sizes if value_at(group, size.partition(".")[0]) is not None)
    return CityPool(
        name=name,
        kind=_KINDS.get(size, "units"),
        path=f"{path}.{size}",
        surge_path=f"{path}.surge",
        group=path,
        size=value_at(group, size),
        label=label,
        surge=steps_of(getattr(group, "surge", None)),
        price=value_at(city, "costs.pools").get(name),
        unused_limit=getattr(group, "unused_limit", 0),
        calendar=group.calendar if row.works_hours else None,
        hours=group.hours if row.works_hours else None,
        in_parts=row.in_parts,
        occupied_at_start=row.occupied_at_start,
        awaited_at_start=row.awaited_at_start,
        has_way_out=any(getattr(group, setting, None) is not None for setting in _WAYS_OUT),
    )
