"""One more of each: which services, teams and calendars of a city can be made larger, and by which changes.

A step on a pool acts on top of what its size is at each time: its dated changes, and its profile of months and days. A
tenth of beds, places or vehicles is a whole number of them throughout; of staff, of starts a week, and of what changes
in time, it is a tenth of what there is on each day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowsim.config.changes import meet
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError
from flowsim.config.hospital_schema import WorkingHours
from flowsim.config.pools import CityPool
from flowsim.config.types import WEEKDAYS
from flowsim.model.effective_city import EffectiveCity, effective_city

ONE, TENTH, FEWER = "+1", "+10%", "-10%"
HOUR, DAY = "+1 hour a day", "+1 day a week"
FURTHER = {"+25%": 0.25, "+50%": 0.5}
SHARES: Mapping[str, float] = {TENTH: 0.1, **FURTHER, FEWER: -0.1}
MAIN = (TENTH, HOUR, ONE)
"""The step by which services are compared: the first of these that there is."""
CALENDARS = "calendars"

_LEAST_UNITS = 2  # a tenth of fewer whole units is no more than one of them
_UNITS = {
    "beds": "bed",
    "places": "place",
    "caseload": "place",
    "staff": "member of staff",
    "vehicles": "vehicle",
    "visits.per_day": "visit a day",
    "starts_per_week": "start a week",
}
_ROUND_THE_CLOCK = 24.0
_SAID = {ONE: "one more", TENTH: "10% more", FEWER: "10% fewer", HOUR: "an hour more a day", DAY: "a day more a week"}


@dataclass(frozen=True)
class Step:
    """A service, team or calendar made larger (or smaller) by one step.

    Attributes
    ----------
    step : str
        Which step: `ONE`, `HOUR`, `DAY` or one of `SHARES`.
    changes : tuple of mapping
        Changes to the city, as `flowsim.config.changes.apply_changes` takes them.
    """

    step: str
    changes: tuple[Mapping[str, Any], ...]

    @property
    def in_words(self) -> str:
        """The step in words ("10% more")."""
        return _SAID.get(self.step, f"{self.step.lstrip('+')} more")


@dataclass(frozen=True)
class Enlargeable:
    """A service, team or calendar, with the steps by which it can be made larger.

    Attributes
    ----------
    name : str
        That of the pool, or ``calendars.`` and that of the calendar.
    label, unit : str
        In words.
    steps : tuple of Step
        From one more to the furthest; empty if there are none.
    without : dict of str to str
        Steps that it does not have, and why.
    pool : CityPool or None
        The pool; None of a calendar.
    """

    name: str
    label: str
    unit: str
    steps: tuple[Step, ...]
    without: dict[str, str] = field(default_factory=dict)
    pool: CityPool | None = None

    @property
    def main(self) -> Step | None:
        """The step by which it is compared with others; None if there is none."""
        by_name = {its.step: its for its in self.steps}
        return next((by_name[step] for step in MAIN if step in by_name), None)


def enlargeable(city: CityConfig, knee: bool = True) -> list[Enlargeable]:
    """Return every service, team and calendar of a city, the pools first.

    Parameters
    ----------
    city : CityConfig
        The city as it is before the step.
    knee : bool
        Whether steps further than 10% (and 10% fewer) are wanted, which show where more stops helping.
    """
    effective = effective_city(city)
    pools = [_pool(city, effective, pool, knee) for pool in city.pools]
    hours = effective.effective.calendars
    return pools + [_calendar(effective, name, hours[name]) for name in hours]


def mean_size(effective: EffectiveCity, pool: CityPool) -> float:
    """Return the mean size of a pool over the days that count, with everything that changes it; 0 if it is closed."""
    run = effective.config.run
    window = slice(run.warm_up_days, run.warm_up_days + run.horizon_days)
    try:
        by_day = effective.starts_per_week(pool) if pool.kind == "vacancies" else effective.units_by_day(pool)
    except ConfigError:  # it is closed throughout
        return 0.0
    return float(by_day[window].mean())


def _pool(city: CityConfig, effective: EffectiveCity, pool: CityPool, knee: bool) -> Enlargeable:
    unit = _UNITS[pool.path.removeprefix(f"{pool.group}.")]
    if any(
        change.path == pool.path and "set" in change.model_fields_set
        for its in city.interventions.values()
        for change in its.intervention.changes
    ):
        why = "an intervention sets its size, whatever it was before"
        return Enlargeable(pool.name, pool.label, unit, (), {"": why}, pool)
    size, whole = mean_size(effective, pool), not (pool.in_parts or pool.kind == "vacancies")
    steps, without = [Step(ONE, ({"path": pool.path, "add": 1},))], {}
    for step, share in SHARES.items():
        units = round(share * size)
        if not knee and step != TENTH:
            continue
        if size == 0 or (whole and abs(units) < _LEAST_UNITS):
            without[step] = f"{abs(share):.0%} of it is less than {_LEAST_UNITS} units" if size else "it is closed"
            continue
        adds = whole and not _changes_in_time(city, pool.path)
        change = {"add": units} if adds else {"scale": round(1 + share, 6)}
        steps.append(Step(step, ({"path": pool.path, **change},)))
    return Enlargeable(pool.name, pool.label, unit, tuple(steps), without, pool)


def _changes_in_time(city: CityConfig, path: str) -> bool:
    """Return whether a city's history, or a change on top of it, changes a setting: a further one then acts last."""
    history = [change for past in city.history.values() for change in past.changes]
    return any(meet(change.path, path) for change in (*history, *city.changes))


def _calendar(city: EffectiveCity, name: str, hours: WorkingHours) -> Enlargeable:
    path = f"{CALENDARS}.{name}"
    steps, without = [], {}
    for step, found in ((HOUR, list(_an_hour_more(path, hours))), (DAY, list(_a_day_more(path, hours)))):
        if not found:
            without[step] = "it is open round the clock" if step == HOUR else "it is open on every day of the week"
        elif any(city.acts_on(change["path"]) for change in found):
            without[step] = "its hours are changed on dates, or by an intervention, already"
        else:
            steps.append(Step(step, tuple(found)))
    return Enlargeable(path, f"Hours of {name.replace('_', ' ')}", "hour a day", tuple(steps), without)


def _an_hour_more(path: str, hours: WorkingHours) -> Iterator[dict[str, Any]]:
    """Yield the changes that close an hour later; or open an hour earlier, where it closes at midnight."""
    own = hours.open_on_bank_holidays
    pairs = {
        "": (hours.from_hour, hours.to_hour),
        **{f"hours_by_day.{day}": (ends[0], ends[1]) for day, ends in (hours.hours_by_day or {}).items()},
        **({} if isinstance(own, bool) else {"open_on_bank_holidays": (own[0], own[1])}),
    }
    for place, (opens, closes) in pairs.items():
        length = closes - opens if closes > opens else closes - opens + _ROUND_THE_CLOCK
        if length > _ROUND_THE_CLOCK - 1:
            continue
        later = closes <= _ROUND_THE_CLOCK - 1
        if not later and opens < 1:
            continue
        end = ("to_hour" if later else "from_hour") if not place else f"{place}.{1 if later else 0}"
        yield {"path": f"{path}.{end}", "add": 1 if later else -1}


def _a_day_more(path: str, hours: WorkingHours) -> Iterator[dict[str, Any]]:
    """Yield the change that opens it on Saturdays, or else on Sundays, or else on the first day that it is closed."""
    closed = [day for day in ("sat", "sun", *WEEKDAYS) if day not in hours.days]
    if closed:
        yield {"path": f"{path}.days", "set": [day for day in WEEKDAYS if day in (*hours.days, closed[0])]}
