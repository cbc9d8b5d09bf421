"""A city as a network: its calendars, places and pools, around the patient's journey (`flowsim.model.journey`)."""

from __future__ import annotations

from typing import Literal

from flowsim.config.hospital import SurgeBeds
from flowsim.config.schema import CityConfig
from flowsim.model.attributes import ENTRIES
from flowsim.model.calendar import Calendar, bank_holidays, working_hours
from flowsim.model.initial import groups
from flowsim.model.journey import FIRST_ACTIVITY, tell
from flowsim.model.network import Death, Network, Place, Pool, Readmission, Surge
from flowsim.model.passages import LONG_TERM

_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def build_calendars(config: CityConfig) -> dict[str, Calendar]:
    """Return the city's calendars, on real dates, long enough for the run and what is still going on at its end."""
    run = config.run
    days = run.days + 366
    holidays = bank_holidays(config.bank_holidays.country, config.bank_holidays.subdivision, run.start_date, days)
    return {
        name: working_hours(
            run.start_date,
            days,
            [_WEEK.index(day) for day in hours.days],
            hours.from_hour,
            hours.to_hour,
            () if hours.open_on_bank_holidays else holidays,
        )
        for name, hours in config.calendars.items()
    }


def build_network(config: CityConfig, calendars: dict[str, Calendar]) -> Network:
    """Return the network of a city.

    Parameters
    ----------
    config : CityConfig
        The city.
    calendars : dict of str to Calendar
        From `build_calendars`.
    """
    present = tuple(group.entry for group in groups(config))
    return Network(
        places=_places(config),
        pools=_pools(config),
        activities=tuple(tell(config)),
        entries=(*(FIRST_ACTIVITY[entry] for entry in ENTRIES), *present),
        calendars=calendars,
        death=Death("death_after", "died"),
        readmission=Readmission(
            uniform="readmission_uniform",
            probability="readmission_probability",
            gap_days="readmission_gap",
            arrival_time="arrival_time",
            exit="readmitted",
            per_delayed_day=config.patients.readmissions.per_delayed_day,
        ),
    )


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


def _pools(config: CityConfig) -> tuple[Pool, ...]:
    services = config.services
    hospital = [
        _pool(config, "mau_beds", config.front_door.mau.beds),
        _pool(config, "amu_beds", config.front_door.amu.beds),
        _pool(config, "ward_beds", config.ward.beds, config.ward.surge),
        _pool(config, "discharge_team", config.discharge_planning.team.staff),
        _pool(config, "transport", services.transport.vehicles),
    ]
    community = [
        _pool(config, name, s.caseload, s.surge)
        if s.visits is None
        else _pool(config, name, s.visits.per_day, s.surge, "visits")
        for name, s in services.active_recovery.items()
    ]
    community += [_pool(config, name, s.beds, s.surge) for name, s in services.intermediate_care.items()]
    for kind in LONG_TERM:
        for name, s in getattr(services, kind).items():
            surge = s.surge and Surge(s.surge.opens_above, s.surge.closes_at)
            community.append(Pool(name, "vacancies", stock_limit=s.unused_limit, surge=surge))
    return (*hospital, *community)


def _pool(
    config: CityConfig,
    name: str,
    units: int,
    surge: SurgeBeds | None = None,
    kind: Literal["units", "visits"] = "units",
) -> Pool:
    """Return a pool with its capacity over time."""
    changes = config.capacity_changes.get(name, [])
    later = ((float((c.from_date - config.run.start_date).days), c.units) for c in changes)
    extra = surge and Surge(surge.opens_above, surge.closes_at, surge.units)
    return Pool(name, kind, capacity=((0.0, units), *later), surge=extra)
