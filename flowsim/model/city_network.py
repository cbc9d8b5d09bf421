"""A city as a network: its calendars, places and pools, around the patient's journey (`flowsim.model.journey`)."""

from __future__ import annotations

import datetime as dt

from flowsim.config.city_schema import CityConfig
from flowsim.config.entries import ENTRIES
from flowsim.config.errors import ConfigError, Problem
from flowsim.config.hospital_schema import WorkingHours
from flowsim.config.pools import CityPool
from flowsim.model.calendar import Calendar, WorkingDays, bank_holidays, working_days
from flowsim.model.effective_city import EffectiveCity
from flowsim.model.journey import every_activity
from flowsim.model.network import Death, DeathByDelay, Network, Place, Pool, Readmission, Surge
from flowsim.model.pace import Pace
from flowsim.model.present_at_start import groups
from flowsim.model.sub_pathways import LOUNGE, harms
from flowsim.model.ways_out import INTERIM


def build_calendars(city: EffectiveCity) -> dict[str, Calendar]:
    """Return the city's calendars, on real dates, long enough for the run and what is still going on at its end."""
    run, public = city.config.run, city.effective.bank_holidays
    days = run.days + 366
    yesterday = run.start_date - dt.timedelta(days=1)  # a night that began then goes on into the run
    holidays = bank_holidays(public.country, public.subdivision, yesterday, days + 1)
    hours: dict[str, WorkingDays] = {}
    for rows, on_these_days in city.groups_of_days(days):
        for name, its in _calendars(on_these_days).items():
            working = working_days(run.start_date, days, its.by_weekday, _on_holidays(its, holidays))
            hours[name] = working if rows is None or name not in hours else hours[name].replaced(rows, working)
    return {name: working.calendar() for name, working in hours.items()}


def _calendars(config: CityConfig) -> dict[str, WorkingHours]:
    """Return the working hours by name: those of the city, and those of staff who work on bank holidays too."""
    found = dict(config.calendars)
    for staffed in (config.discharge_planning.team, config.services.transport):
        own = found[staffed.calendar]
        if staffed.hours not in found:
            is_closed = own.open_on_bank_holidays is False
            found[staffed.hours] = own.model_copy(update={"open_on_bank_holidays": True}) if is_closed else own
    return found


def _on_holidays(its: WorkingHours, holidays: frozenset[dt.date]) -> dict[dt.date, tuple[float, float] | None]:
    """Return the hours of each bank holiday that is not a day like any other."""
    if its.open_on_bank_holidays is True:
        return {}
    return {date: its.on_bank_holidays if date.weekday() in its.by_weekday else None for date in holidays}


def build_network(city: EffectiveCity, calendars: dict[str, Calendar]) -> Network:
    """Return the network of a city.

    Parameters
    ----------
    city : EffectiveCity
        The city.
    calendars : dict of str to Calendar
        From `build_calendars`.

    Raises
    ------
    ConfigError
        If a pool is closed for the whole run.
    """
    config = city.effective
    harm = harms(config)
    sooner = DeathByDelay("harm_death_uniform", "harm_death_days", harm["death"]) if harm["death"].pieces else None
    present = tuple(group.entry for group in groups(config))
    return Network(
        places=_places(config),
        pools=tuple(_pool(city, pool) for pool in city.pools),
        activities=tuple(every_activity(config)),
        entries=(*(entry.first_activity for entry in ENTRIES), *present),
        calendars=calendars,
        death=Death("death_after", "died", sooner),
        readmission=Readmission(
            uniform="readmission_uniform",
            probability="readmission_probability",
            gap_days="readmission_gap",
            arrival_time="arrival_time",
            exit="readmitted",
            harm=harm["readmission"],
            resident="care_home_resident" if config.patients.readmissions.to_care_home else None,
        ),
        paces=_paces(city),
    )


def _paces(city: EffectiveCity) -> dict[str, Pace]:
    """Return the pace of the stays on the ward and in each short-term service, by its place.

    Raises
    ------
    ConfigError
        If it changes where people book visits for a whole stay beforehand.
    """
    services = city.effective.services
    paths = {"ward": "ward.stay_factor"}
    for kind in ("active_recovery", "intermediate_care"):
        paths |= {name: f"services.{kind}.{name}.stay_factor" for name in getattr(services, kind)}
    paces = {name: Pace(city.pace(path)) for name, path in paths.items()}
    for name, service in services.active_recovery.items():
        if service.visits is not None and not paces[name].is_even:
            message = "it cannot change where people book visits: they do so for a whole stay beforehand"
            raise ConfigError([Problem(None, None, paths[name], service.stay_factor, message)])
    return paces


def _places(config: CityConfig) -> tuple[Place, ...]:
    services = config.services
    return (
        Place("mau", "acute"),
        Place("amu", "acute"),
        Place("ward", "acute"),
        *([Place(LOUNGE, "acute")] if services.discharge_lounge else []),
        *(Place(name, "home") for name in services.active_recovery),
        *(Place(name, "intermediate_care") for name in services.intermediate_care),
        *([Place(INTERIM, "care_home")] if services.interim_placement else []),
        Place("own_home", "home"),
        Place("waiting_at_home", "home"),
        Place("home_with_package", "home"),
        Place("residential_home", "care_home"),
        Place("nursing_home", "care_home"),
        Place("dead", "dead"),
        Place("elsewhere", "elsewhere"),
    )


def _pool(city: EffectiveCity, pool: CityPool) -> Pool:
    """Return a pool of the network, with the capacity and the surge that changes make over time."""
    # That of a supply is more vacancies, which the cohort has, and no units.
    has_units = pool.kind != "vacancies"
    (_, surge), *later = [
        (day, tuple(Surge(its.opens_above, its.closes_at, int(its.size) if has_units else 0) for its in steps))
        for day, steps in city.surge_over_time(pool)
    ]
    if pool.kind == "vacancies":
        return Pool(pool.name, pool.kind, stock_limit=pool.unused_limit, surge=surge, surge_changes=tuple(later))
    capacity = city.units_over_time(pool)
    if max(units for _, units in capacity) == 0:
        message = (
            "it is closed for the whole run, so nobody could ever be served; leave it 1 at least, or open it later"
        )
        raise ConfigError([Problem(None, None, pool.path, 0, message)])
    return Pool(pool.name, pool.kind, capacity=capacity, surge=surge, surge_changes=tuple(later))
