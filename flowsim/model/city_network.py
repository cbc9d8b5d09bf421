"""A city as a network: its calendars, places and pools, around the patient's journey (`flowsim.model.journey`)."""

from __future__ import annotations

from typing import Literal

from flowsim.config.city_schema import HOSPITAL_POOLS, CityConfig
from flowsim.config.effective_configuration import as_met
from flowsim.config.hospital_schema import SurgeBeds
from flowsim.config.types import WEEKDAYS
from flowsim.model.attributes import ENTRIES
from flowsim.model.calendar import Calendar, WorkingDays, bank_holidays, working_days
from flowsim.model.capacity import units_over_time
from flowsim.model.exposure import groups_of_days
from flowsim.model.journey import FIRST_ACTIVITY, tell
from flowsim.model.network import Death, Network, Place, Pool, PoolKind, Readmission, Surge
from flowsim.model.present_at_start import groups
from flowsim.model.sub_pathways import LONG_TERM


def build_calendars(config: CityConfig) -> dict[str, Calendar]:
    """Return the city's calendars, on real dates, long enough for the run and what is still going on at its end."""
    run = config.run
    days = run.days + 366
    holidays = bank_holidays(config.bank_holidays.country, config.bank_holidays.subdivision, run.start_date, days)
    hours: dict[str, WorkingDays] = {}
    for rows, met in groups_of_days(config, days):
        for name, its in met.calendars.items():
            weekdays = [WEEKDAYS.index(day) for day in its.days]
            closed_on = () if its.open_on_bank_holidays else holidays
            working = working_days(run.start_date, days, weekdays, its.from_hour, its.to_hour, closed_on)
            hours[name] = working if rows is None or name not in hours else hours[name].replaced(rows, working)
    return {name: working.calendar() for name, working in hours.items()}


def build_network(config: CityConfig, calendars: dict[str, Calendar]) -> Network:
    """Return the network of a city.

    Parameters
    ----------
    config : CityConfig
        The city.
    calendars : dict of str to Calendar
        From `build_calendars`.
    """
    city = as_met(config)
    present = tuple(group.entry for group in groups(city))
    return Network(
        places=_places(city),
        pools=_pools(config, city),
        activities=tuple(tell(city)),
        entries=(*(FIRST_ACTIVITY[entry] for entry in ENTRIES), *present),
        calendars=calendars,
        death=Death("death_after", "died"),
        readmission=Readmission(
            uniform="readmission_uniform",
            probability="readmission_probability",
            gap_days="readmission_gap",
            arrival_time="arrival_time",
            exit="readmitted",
            per_delayed_day=city.patients.readmissions.per_delayed_day,
        ),
    )


def pool_kinds(config: CityConfig) -> dict[str, PoolKind]:
    """Return the kind of each pool of a city, by name, in the order of the pools of its network."""
    services = config.services
    kinds: dict[str, PoolKind] = dict.fromkeys(HOSPITAL_POOLS, "units")
    for name, service in services.active_recovery.items():
        kinds[name] = "units" if service.visits is None else "visits"
    kinds |= dict.fromkeys(services.intermediate_care, "units")
    for kind in LONG_TERM:
        kinds |= dict.fromkeys(getattr(services, kind), "vacancies")
    return kinds


def _places(config: CityConfig) -> tuple[Place, ...]:
    services = config.services
    return (
        Place("mau", "acute"),
        Place("amu", "acute"),
        Place("ward", "acute"),
        *(Place(name, "home") for name in services.active_recovery),
        *(Place(name, "intermediate_care") for name in services.intermediate_care),
        Place("own_home", "home"),
        Place("waiting_at_home", "home"),
        Place("home_with_package", "home"),
        Place("residential_home", "care_home"),
        Place("nursing_home", "care_home"),
        Place("dead", "dead"),
        Place("elsewhere", "elsewhere"),
    )


def _pools(config: CityConfig, city: CityConfig) -> tuple[Pool, ...]:
    """Return the pools of a city as everybody meets it, with the capacities that its interventions make over time."""
    services = city.services

    def pool(
        name: str,
        path: str,
        units: int,
        surge: SurgeBeds | None = None,
        kind: Literal["units", "visits"] = "units",
    ) -> Pool:
        dated = city.capacity_changes.get(name, [])
        later = ((float((c.from_date - city.run.start_date).days), c.units) for c in dated)
        steps = units_over_time(config, path, ((0.0, units), *later))
        extra = surge and Surge(surge.opens_above, surge.closes_at, surge.units)
        return Pool(name, kind, capacity=steps, surge=extra)

    pools = [
        pool("mau_beds", "front_door.mau.beds", city.front_door.mau.beds),
        pool("amu_beds", "front_door.amu.beds", city.front_door.amu.beds),
        pool("ward_beds", "ward.beds", city.ward.beds, city.ward.surge),
        pool("discharge_team", "discharge_planning.team.staff", city.discharge_planning.team.staff),
        pool("transport", "services.transport.vehicles", services.transport.vehicles),
    ]
    for name, s in services.active_recovery.items():
        here = f"services.active_recovery.{name}"
        if s.visits is None:
            pools.append(pool(name, f"{here}.caseload", s.caseload, s.surge))
        else:
            pools.append(pool(name, f"{here}.visits.per_day", s.visits.per_day, s.surge, "visits"))
    for name, s in services.intermediate_care.items():
        pools.append(pool(name, f"services.intermediate_care.{name}.beds", s.beds, s.surge))
    for kind in LONG_TERM:
        for name, s in getattr(services, kind).items():
            extra = s.surge and Surge(s.surge.opens_above, s.surge.closes_at)
            pools.append(Pool(name, "vacancies", stock_limit=s.unused_limit, surge=extra))
    return tuple(pools)
