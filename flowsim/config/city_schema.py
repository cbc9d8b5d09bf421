"""The whole configuration of a city, and the checks that go across its parts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from flowsim.config.bank_holidays import BankHolidays, wrong_holidays
from flowsim.config.change_schema import Change, PastChange
from flowsim.config.changes import with_changes
from flowsim.config.community_schema import SERVICE_KINDS, Services
from flowsim.config.cost_schema import Costs
from flowsim.config.dated_checks import refuse_unfit_changes
from flowsim.config.demand_schema import AvoidanceScheme, Patients, Population, Stream
from flowsim.config.errors import ConfigError, Faults, nearest
from flowsim.config.hospital_schema import DischargePlanning, FrontDoor, Routes, Ward, WorkingHours
from flowsim.config.initial_state import InitialState
from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.config.named_files import read_tables
from flowsim.config.observed_schema import ObservedSeries
from flowsim.config.pools import CityPool, pools_of
from flowsim.config.schema_tree import tree_of
from flowsim.config.seasons import Season, SeasonName, seasons_named, seasons_outside
from flowsim.config.surge_schema import steps_of
from flowsim.config.types import (
    CALENDAR,
    WHOLE_RUN,
    ChangeScope,
    Month,
    Probability,
    ReasonCode,
    Section,
    Unit,
    sums_to_one,
)

FOLLOW_UP_DAYS = 91
ROWS_LIMIT = 2_000_000
_PATHS_KEPT = 4096
SERVICE_NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED_NAMES = (
    *("mau", "amu", "ward", "own_home", "waiting_at_home", "home_with_package", "residential_home", "nursing_home"),
    *("dead", "elsewhere", "care_home", "planning", "early_planning"),
)


class Run(Section):
    """What is simulated: from midnight of `start_date`, first `warm_up_days` that do not count, then `horizon_days`."""

    start_date: Annotated[dt.date, Field(ge=dt.date(1950, 1, 1), le=dt.date(2150, 1, 1))]
    """Time 0 is midnight at the start of this day."""
    warm_up_days: Annotated[int, Field(ge=0, le=36_500), Unit("days")]
    """Days at the start that fill the city and are not counted."""
    horizon_days: Annotated[int, Field(ge=1, le=36_500), Unit("days")]
    """Days that are counted."""
    replications: Annotated[int, Field(ge=1, le=100_000), Unit("runs")]
    """How many times the run is repeated, each time with other patients."""
    seed: Annotated[int, Field(ge=0, lt=2**63), Unit("no unit")]
    """Seed of the random numbers."""
    seasons: dict[SeasonName, Season] = Field(default_factory=dict)
    """Days of which measures can be counted apart, by the name of the season (`dtoc_patients_mean@winter`)."""

    @property
    def days(self) -> int:
        """Length of the whole run (days), with warm-up and with the 91 days after the horizon."""
        return self.warm_up_days + self.horizon_days + FOLLOW_UP_DAYS

    @property
    def counted_days(self) -> tuple[dt.date, dt.date]:
        """The first and the last day that count."""
        first = self.start_date + dt.timedelta(days=self.warm_up_days)
        return first, first + dt.timedelta(days=self.horizon_days - 1)


class Attribution(Section):
    """Whose delay it is: the NHS, social care, or both."""

    nhs: Probability
    """Share of the delay that is the NHS's."""
    social_care: Probability
    """Share of the delay that is social care's."""
    both: Probability
    """Share of the delay that is both's."""

    @model_validator(mode="after")
    def _whole(self) -> Attribution:
        sums_to_one(self.model_dump())
        return self


class DelayReason(Section):
    """A reason for delay: its code in the national return, the group it is reported in, and whose delay it is."""

    code: ReasonCode
    """Code in the national return of delayed transfers of care."""
    group: Literal["pathway_allocation", "bedded", "home_support", "other"]
    """Group in which it is reported."""
    attribution: Attribution
    """Whose delay it is."""


class Outcomes(Section):
    """How outcomes are counted: the months whose discharges enter the 91-day share (ASCOF 2B takes Oct to Dec)."""

    at_home_91_months: Annotated[list[Month], Field(min_length=1)]
    """Months whose discharges enter the share at home on day 91."""
    delayed_over: list[Annotated[int, Field(ge=0, le=1_000_000), Unit("people")]] = Field(default_factory=list)
    """Numbers of delayed people; of each, the share of days with more is measured (`dtoc_days_over_<n>_share`)."""
    also_counted: list[str] = Field(default_factory=list)
    """Measures that are counted only where they are named: percentiles (`dtoc_patients_p95`), and those of seasons."""


class Target(Section):
    """A published figure to compare a measure with: a value, or a range from `low` to `high`."""

    value: Annotated[float, Unit("unit of the measure")] | None = None
    """The published figure."""
    low: Annotated[float, Unit("unit of the measure")] | None = None
    """Lower end of a published range."""
    high: Annotated[float, Unit("unit of the measure")] | None = None
    """Upper end of a published range."""
    source: str
    """Where it is published."""

    @model_validator(mode="after")
    def _value_or_range(self) -> Target:
        if (self.value is None) == (self.low is None and self.high is None):
            raise ValueError("a target needs exactly one of a value and a range (low and high)")
        if self.value is not None:
            return self
        if self.low is None or self.high is None:
            raise ValueError("a range needs both low and high")
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self


class CityConfig(Section):
    """A city: everything that a run needs to know."""

    name: str
    """Name of the city, or of what is different in it."""
    description: str
    """What it is, in a sentence."""
    population: Population
    """Denominators of rates."""
    run: Run
    """What is simulated: which days, how often, with which seed."""
    bank_holidays: BankHolidays
    """Public holidays."""
    calendars: Annotated[dict[str, Annotated[WorkingHours, CALENDAR]], Field(min_length=1)]
    """When teams and services are open, by name."""
    streams: Annotated[dict[str, Stream], Field(min_length=1)]
    """Sources of demand, by name."""
    patients: Patients
    """What the people are like."""
    admission_avoidance: dict[str, AvoidanceScheme] = Field(default_factory=dict)
    """Services that look after people where they live instead of in hospital, by name."""
    front_door: FrontDoor
    """The medical assessment units."""
    ward: Ward
    """The core hospital."""
    discharge_planning: DischargePlanning
    """From medically optimised to pathway allocated."""
    routes: Routes
    """The routes out of hospital."""
    services: Services
    """The services of the community, equipment and transport."""
    delay_reasons: Annotated[dict[str, DelayReason], Field(min_length=1)]
    """Reasons for delay, by name."""
    outcomes: Outcomes
    """How outcomes are counted."""
    costs: Costs
    """Prices."""
    targets: dict[str, Target]
    """Published figures to compare with, by measure."""
    observed: ObservedSeries | None = None
    """Published monthly series to compare with."""
    initial_state: InitialState | None = None
    """Who is there at the start, instead of a warm-up."""
    history: dict[str, PastChange] = Field(default_factory=dict)
    """What changed in the city and when, by name, in this order."""
    changes: list[Change] = Field(default_factory=list)
    """Changes on top of its history, in this order: those of a scenario, for instance."""
    interventions: dict[str, DeployedIntervention] = Field(default_factory=dict)
    """Interventions in place, by name."""

    _file: Path | None = PrivateAttr(default=None)

    def __eq__(self, other: object) -> bool:
        """Whether all settings are equal, wherever they were read from."""
        return isinstance(other, CityConfig) and self.__dict__ == other.__dict__

    def __repr__(self) -> str:
        run = self.run
        return (
            f"CityConfig({shorten(self.name, 60)!r}, {run.horizon_days} days from {run.counted_days[0]}, "
            f"{run.replications} replications, seed {run.seed})"
        )

    __str__ = __repr__

    @property
    def file(self) -> Path | None:
        """The file that it was read from, before any change in Python; None if there was none."""
        return self._file

    def read_from(self, file: Path | None) -> CityConfig:
        """Return the same city, which knows the file that it was read from."""
        city = self.model_copy()
        city._file = file
        return city

    def with_changes(self, changes: Sequence[Mapping[str, Any]]) -> CityConfig:
        """Return a new city with changes, checked as a whole.

        Parameters
        ----------
        changes : sequence of mappings
            One after the other, as in a scenario of an experiment: they act on top of the city's history. Each has a
            `path` such as ``"ward.beds"``, one of `set` (any value), `scale` (a factor) and `add` (a number), and if
            it does not hold throughout, `from_date`, `to_date` (the last day) and `ramp_days`. Daily rates may be set
            to the name of a CSV file, relative to the current folder.

        Raises
        ------
        ConfigError
            If a change is not of this form, there is no such setting, or the changed city is not sound.
        """
        said = {"changes": [dict(change) for change in changes]}
        wrong = read_tables(said, Path(), lambda keys: (None, None))
        if wrong:
            raise ConfigError(wrong)
        return with_changes(self, said["changes"]).read_from(self._file)

    @property
    def pools(self) -> list[CityPool]:
        """Its beds, teams, services and vehicles, in the order of the network's pools."""
        return pools_of(self)

    @model_validator(mode="after")
    def _fits_together(self) -> CityConfig:
        faults = [
            *self._wrong_names(),
            *self._frailty_of_nobody(),
            *self._wrong_prices(),
            *self._harm_said_twice(),
            *self._unusable_names_of_services(),
            *self._missing_rates(),
            *self._wrong_initial_state(),
            *self._unknown_reasons_of_the_return(),
            *self._seasons_outside(),
            *(self._beyond_memory() or self._wrong_holidays()),
        ]
        if faults:
            raise Faults(faults)
        return self

    def _wrong_names(self) -> Iterator[str]:
        for path, name in _references(self, "calendar"):
            yield from _unknown(path, name, self.calendars, "calendar")
        for path, name in _references(self, "reason"):
            yield from _unknown(path, name, self.delay_reasons, "delay reason")
        yield from _unknown("patients.readmissions.stream", self.patients.readmissions.stream, self.streams, "stream")
        for name, scheme in self.admission_avoidance.items():
            for stream in scheme.streams:
                yield from _unknown(f"admission_avoidance.{name}.streams", stream, self.streams, "stream")
        names = [pool.name for pool in self.pools]
        for twice in sorted({name for name in names if names.count(name) > 1}):
            yield f"services: two pools are called {twice}; every service needs a name of its own"

    def _frailty_of_nobody(self) -> Iterator[str]:
        frailty = self.patients.frailty
        if frailty is not None and frailty.long_stay > 1 and self.ward.long_stayers is None:
            yield "patients.frailty.long_stay: there are no long stayers; give ward.long_stayers, or leave it out"

    def _wrong_prices(self) -> Iterator[str]:
        pools = {pool.name: pool for pool in self.pools}
        for name, price in self.costs.pools.items():
            yield from _unknown(f"costs.pools.{name}", name, pools, "service or pool")
            if name not in pools:
                continue
            starts = pools[name].kind == "vacancies"
            if starts and price.per not in ("start", "offered_start"):
                yield (
                    f"costs.pools.{name}.per: long-term care is a supply of starts, so its price is per start, or per "
                    "offered_start (used or not)"
                )
            if price.per == "offered_start" and not starts:
                yield f"costs.pools.{name}.per: only homecare and care homes offer starts"
            if price.per == "open_hour" and pools[name].calendar is None:
                staffed = ", ".join(pool.name for pool in pools.values() if pool.calendar)
                yield f"costs.pools.{name}.per: only staff and vehicles work by the hour ({staffed})"
        for name in self.costs.calendars:
            yield from _unknown(f"costs.calendars.{name}", name, self.calendars, "calendar")

    def _harm_said_twice(self) -> Iterator[str]:
        if self.routes.harm_of_delay.readmission is not None and self.patients.readmissions.per_delayed_day > 0:
            yield "routes.harm_of_delay: where readmission is a curve, patients.readmissions.per_delayed_day must be 0"

    def _unusable_names_of_services(self) -> Iterator[str]:
        # They name pools, places and activities of the model, next to those that every city has.
        for kind in SERVICE_KINDS:
            for name in getattr(self.services, kind):
                if not SERVICE_NAME.fullmatch(name):
                    yield (
                        f"services.{kind}.{name}: the name of a service must begin with a lower-case letter and hold "
                        "only lower-case letters, digits and _"
                    )
                if name in RESERVED_NAMES:
                    yield f"services.{kind}.{name}: the model uses this name itself; choose another"

    def _missing_rates(self) -> Iterator[str]:
        days = self.run.days - FOLLOW_UP_DAYS
        dates = [self.run.start_date + dt.timedelta(days=day) for day in range(days)]
        for name, stream in self.streams.items():
            rates = stream.daily_rates if stream.enabled else None
            missing = [] if rates is None else [date for date in dates if date not in rates]
            if missing:
                more = f" and {len(missing) - 1} more, the last of them {missing[-1]}" if len(missing) > 1 else ""
                yield (
                    f"streams.{name}.daily_rates: there is no rate for {missing[0]}{more}; every day of the run "
                    f"needs one, from {dates[0]} to {dates[-1]}"
                )

    def _wrong_initial_state(self) -> Iterator[str]:
        its = self.initial_state
        if its is not None:
            yield from _unknown("initial_state.people_like", its.people_like, self.streams, "stream")
            beds = [pool.name for pool in self.pools if pool.occupied_at_start]
            queues = [pool.name for pool in self.pools if pool.awaited_at_start]
            for name in its.in_service:
                what = "pool in which people can be at the start"
                yield from _unknown(f"initial_state.in_service.{name}", name, beds, what)
            for name in its.waiting:
                what = "pool for which people can wait at the start"
                yield from _unknown(f"initial_state.waiting.{name}", name, queues, what)

    def _unknown_reasons_of_the_return(self) -> Iterator[str]:
        codes = [reason.code for reason in self.delay_reasons.values()]
        for code in () if self.observed is None else self.observed.reasons_with_days:
            if code not in codes:
                yield (
                    f"observed: the return has days of reason {code}, and no delay reason of the city "
                    f"has this code (delay_reasons has {', '.join(dict.fromkeys(codes))})"
                )

    def _seasons_outside(self) -> Iterator[str]:
        used = sorted(seasons_named([*self.outcomes.also_counted, *self.targets]))
        yield from seasons_outside(self.run.seasons, used, *self.run.counted_days)

    def _beyond_memory(self) -> list[str]:
        streams = [s.most_spells_per_day * max(1.0, s.demand_factor) for s in self.streams.values() if s.enabled]
        long_term = self.services.long_term.values()
        starts = [s.starts_per_week + sum(step.size for step in steps_of(s.surge)) for s in long_term]
        rows = self.run.days * (sum(streams) + sum(starts) / 7)
        if rows <= ROWS_LIMIT:
            return []
        return [
            f"run: {self.run.days:,} days of this city do not fit in memory: they make more than {ROWS_LIMIT:,} "
            "spells and vacancies; shorten horizon_days, or check spells_per_day and starts_per_week"
        ]

    def _wrong_holidays(self) -> list[str]:
        first, its = self.run.start_date, self.bank_holidays
        return wrong_holidays(its.country, its.subdivision, first.year, (first + dt.timedelta(days=self.run.days)).year)

    @model_validator(mode="after")
    def _partial_interventions_change_parts(self) -> CityConfig:
        for name, deployed in self.interventions.items():
            for change in deployed.intervention.changes:
                is_partial = not deployed.everywhere or change.is_dated
                if is_partial and change_scope(change.path) is WHOLE_RUN:
                    raise ValueError(
                        f"interventions.{name}: {change.path} holds for a whole run, so an intervention that changes "
                        "it must have coverage 1 and no from_date or to_date"
                    )
        return self

    @model_validator(mode="after")
    def _dated_changes_fit(self) -> CityConfig:
        refuse_unfit_changes(self, self.history, self.changes, change_scope)
        return self


@lru_cache(maxsize=_PATHS_KEPT)
def change_scope(path: str) -> ChangeScope:
    """Return how a change of the setting at this dotted path of a city acts (see `ChangeScope`).

    Its field says so, or that of a group around it. The answer for a path that no city has is `WHOLE_RUN`.
    """
    setting = tree_of(CityConfig).at(path)
    return ChangeScope(setting.change_scope) if setting is not None and setting.change_scope else WHOLE_RUN


def _references(section: Section, what: str, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield (dotted path, name) of every field called `what` (or ending in it) anywhere below a section."""
    for key in type(section).model_fields:
        value = getattr(section, key)
        here = f"{path}.{key}" if path else key
        if isinstance(value, str) and (key == what or key.endswith(f"_{what}")):
            yield here, value
        elif isinstance(value, Section):
            yield from _references(value, what, here)
        elif isinstance(value, dict):
            for name, item in value.items():
                if isinstance(item, Section):
                    yield from _references(item, what, f"{here}.{name}")


def _unknown(path: str, name: str, known: Collection[str], what: str) -> Iterator[str]:
    """Say that a name refers to nothing, if it does."""
    if name not in known:
        meant = nearest(name, list(known))
        guess = f"; did you mean {meant}?" if meant else ""
        yield f"{path}: there is no {what} called {name}{guess} (there are {', '.join(known)})"


def _known(path: str, name: str, known: Collection[str], what: str) -> None:
    for fault in _unknown(path, name, known, what):
        raise ValueError(fault)
