"""A city with its dated changes and interventions made effective: what holds for whom, and when.

A change acts through the scope of its setting (`flowsim.config.types.ChangeScope`), to the extent that its dates and
coverage say (`flowsim.model.dated_changes`). A change of what chance decides about patients acts on each of them with
the probability that is its extent when they first ask for something; a change of a calendar, or of a profile of demand
or of a size, on that share of days; a change of a number (a capacity, starts a week, a surge, a rate), by that share of
its amount. What holds for a whole run is changed for everybody or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.changes import apply_changes, meet, reckon
from flowsim.config.city_schema import CityConfig
from flowsim.config.errors import ConfigError, Problem
from flowsim.config.intervention_schema import Intervention
from flowsim.config.paths import value_at
from flowsim.config.pools import CityPool
from flowsim.config.types import CALENDAR, CAPACITY, PACE, PATIENT, SUPPLY, ChangeScope
from flowsim.config.validation import validate
from flowsim.model.calendar import bank_holidays
from flowsim.model.dated_changes import Act, Exposure, acts, deployed
from flowsim.model.size_factors import even_spread, factors_by_day, season_begins, whole_units
from flowsim.model.surge_over_time import SurgeSteps, constant_surge, starts_by_day, surge_over_time

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Steps = tuple[tuple[float, int], ...]

_CODES = 50  # columns of a table that one whole number tells apart
CITIES_KEPT = 16  # eight interventions of partial coverage make some dozens of configurations of each


class EffectiveCity:
    """A city as a run sees it. It is made once a run, by `effective_city`.

    Attributes
    ----------
    config : CityConfig
        The city as it was written, with its history and its interventions.
    """

    def __init__(self, config: CityConfig) -> None:
        self.config = config
        self._configurations: dict[tuple[int, ...], CityConfig] = {}
        self._plain: dict[int, tuple[CityConfig, dict[str, Any]]] = {}
        self._acts = acts(config)
        if config.interventions:
            # A change of no setting is refused even if nobody is ever exposed to it.
            every_change = [c.undated for its in config.interventions.values() for c in its.intervention.changes]
            apply_changes(self._written, every_change)

    @cached_property
    def _written(self) -> dict[str, Any]:
        """The city as it was written but for its history and its interventions, as plain data."""
        without = {"history", "changes", "interventions"}
        return self.config.model_dump(mode="json", by_alias=True, round_trip=True, exclude=without)

    @property
    def effective(self) -> CityConfig:
        """The effective configuration: with the changes that act on everybody at all times.

        Capacities and starts a week stay as they were written: see `units_over_time` and `starts_per_week`.

        Raises
        ------
        ConfigError
            If the changes make the city unsound.
        """
        return self._configuration((), None)

    @property
    def pools(self) -> list[CityPool]:
        """The pools of the city; their sizes are those as they were written."""
        return self.effective.pools

    def groups_of_people(
        self, draw: Callable[[str, Rows], Array], root: NDArray[np.int32], requested: Array
    ) -> Callable[[tuple[str, ...]], Sequence[tuple[Rows | None, CityConfig]]]:
        """Return how to group people for whom some settings are the same.

        Each intervention, each entry of the history and each span of dates has a uniform of its own for each person, so
        that a higher coverage only adds people. A person who comes back is exposed as before.

        Parameters
        ----------
        draw : callable
            From the name of a quantity and some rows to one uniform for each.
        root : numpy.ndarray of int32
            Row of each person's first spell.
        requested : numpy.ndarray of float64
            When a first spell asks (days).

        Returns
        -------
        callable
            From the dotted paths of settings to the rows of people who are exposed to the same changes of these (None:
            everybody), with the configuration of one of them.
        """
        exposures = self._exposures(PATIENT)
        first = np.flatnonzero(root == np.arange(root.size))
        exposed = np.empty((root.size, len(exposures)), dtype=np.bool_)
        uniforms = {its.name: draw(its.name, first) for its in exposures if its.is_by_chance}
        for i, its in enumerate(exposures):
            exposed[first, i] = uniforms.get(its.name, np.zeros(1)) < its.extent(requested[first])
        exposed = exposed[root]
        found: dict[tuple[int, ...], list[tuple[Rows | None, CityConfig]]] = {}

        def alike(paths: tuple[str, ...]) -> list[tuple[Rows | None, CityConfig]]:
            to = {act.exposure for act in self._acts if act.scope is PATIENT and any(meet(act.path, p) for p in paths)}
            which = tuple(i for i, its in enumerate(exposures) if its in to)
            if which not in found:
                found[which] = list(self._alike(exposures, exposed, PATIENT, which))
            return found[which]

        return alike

    def settings(self, config: CityConfig, paths: Iterable[str]) -> str:
        """Return some settings of one of this city's configurations as a text, which is the same where they are."""
        if id(config) not in self._plain:
            self._plain[id(config)] = config, config.model_dump(mode="json", by_alias=True)
        return json.dumps([value_at(self._plain[id(config)][1], path) for path in paths])

    def groups_of_days(
        self, days: int, scope: ChangeScope = CALENDAR, group: str = "calendars"
    ) -> Iterator[tuple[Rows | None, CityConfig]]:
        """Yield the days on which the same changes of calendars hold, with the configuration of these days.

        With an extent of a half they hold on every other day or so: any share of the days is spread evenly, over each
        day of the week too, and a larger extent only adds days.

        Parameters
        ----------
        days : int
            How many days, from the start of the run.
        scope, group
            Of which changes: those of this scope, of settings in the group at this dotted path.

        Yields
        ------
        (numpy.ndarray of int or None, CityConfig)
            None stands for all days.
        """
        exposures = self._exposures(scope, group)
        day = np.arange(days)
        spread = even_spread(days)
        exposed = [spread < its.extent(day.astype(np.float64)) for its in exposures]
        yield from self._alike(exposures, np.array(exposed).reshape(len(exposures), days).T, scope)

    def units_by_day(self, pool: CityPool) -> NDArray[np.int64]:
        """Return the capacity of a pool of units or visits on each day of the run.

        It is the size as changes make it, multiplied by the factors of the month and the day, in whole units.

        Raises
        ------
        ConfigError
            If it is 0 throughout.
        """
        by_day = np.maximum(whole_units(self._size_by_day(pool), pool.in_parts), 0)
        if not by_day.any():
            message = "it is 0 on every day of the run, so that nobody could ever be served; give a to_date"
            raise ConfigError([Problem(None, None, pool.path, 0, message)])
        return by_day

    def units_over_time(self, pool: CityPool) -> Steps:
        """Return the same in steps of (day, units from then on), the first at 0."""
        by_day = self.units_by_day(pool)
        return tuple((day, int(by_day[int(day)])) for day in _steps(by_day))

    def starts_per_week(self, pool: CityPool) -> Array:
        """Return the starts a week that a pool of vacancies has on each day of the run."""
        return np.maximum(self._size_by_day(pool), 0.0)

    def surge_over_time(self, pool: CityPool) -> SurgeSteps:
        """Return the surge of a pool over time: (day, its steps from then on), the first at 0."""
        its_acts = self.acts_on(pool.surge_path)
        if all(act.everywhere for act in its_acts):
            return constant_surge(pool.surge)
        as_written = next(its.surge for its in self.config.pools if its.name == pool.name)
        return surge_over_time(as_written, pool.surge_path, its_acts, self._days)

    def surge_starts_per_week(self, pool: CityPool) -> Array:
        """Return the starts a week that each step of the surge of a pool of vacancies adds: shape (steps, days)."""
        return starts_by_day(self.surge_over_time(pool), self._days)

    def coverages(self, moments: Array) -> list[tuple[Intervention, Array]]:
        """Return every intervention with its coverage (0 to 1) at these moments (days from the start of the run)."""
        in_place = self.config.interventions.items()
        return [(its.intervention, deployed(self.config, name).extent(moments)) for name, its in in_place]

    def pace(self, path: str) -> tuple[tuple[float, float], ...]:
        """Return the pace of stays, from the dotted path of their factor: steps of (day, speed from then on).

        A factor of a half is a speed of 2: what is left of a stay passes in half the days.

        Raises
        ------
        ConfigError
            If changes make a factor of 0 or less.
        """
        factor = self.by_day(path, value_at(self.config, path))
        if factor.min() <= 0.0:
            message = "changes of it make it 0 or less on some day, and a stay that takes no time; it must be above 0"
            raise ConfigError([Problem(None, None, path, float(factor.min()), message)])
        return tuple((day, 1.0 / float(factor[int(day)])) for day in _steps(factor))

    def acts_on(self, path: str) -> list[Act]:
        """Return the changes of the setting at a dotted path, or of settings inside it, in their order."""
        return [act for act in self._acts if meet(act.path, path)]

    def by_day(self, path: str, value: float) -> Array:
        """Return a number on each day of the run, with what every change makes of it to its extent.

        Parameters
        ----------
        path : str
            Dotted path of the setting.
        value : float
            As it was written.
        """
        days = self._days
        values = np.full(days.size, value, dtype=np.float64)
        for act in self._acts:
            if act.path == path:
                different, which = np.unique(values, return_inverse=True)
                full = np.array([float(reckon(float(number), act.change) or 0.0) for number in different])[which]
                extent = act.exposure.extent(days)
                values = np.where(extent == 1.0, full, values + extent * (full - values))
        return values

    @property
    def turning_days(self) -> list[float]:
        """The days of the run on which a change begins, has grown in full, or is over."""
        windows = {window for act in self._acts for window in act.exposure.windows}
        days = {day for its in windows for day in (its.begins, its.begins + its.ramp, its.ends)}
        return sorted(day for day in days if 0.0 < day < self.config.run.days)

    def season_turns(self, pool: CityPool) -> list[int]:
        """Return the days of the run on which the factor of the month on a pool's size is another than before."""
        run = self.config.run
        return sorted(
            day
            for rows, on_these_days in self.groups_of_days(run.days, CALENDAR, pool.group)
            for day in season_begins(value_at(on_these_days, pool.group), run.start_date, run.days)
            if rows is None or day in rows
        )

    def _size_by_day(self, pool: CityPool) -> Array:
        """Return the size of a pool on each day of the run, before it is made of whole units."""
        run, public = self.config.run, self.effective.bank_holidays
        holidays = bank_holidays(public.country, public.subdivision, run.start_date, run.days)
        size = self.by_day(pool.path, float(pool.size))
        for rows, on_these_days in self.groups_of_days(run.days, CALENDAR, pool.group):
            days = slice(None) if rows is None else rows
            sized = value_at(on_these_days, pool.group)
            size[days] *= factors_by_day(sized, run.start_date, run.days, holidays)[days]
        return size

    @property
    def _days(self) -> Array:
        """The days of the run, from 0."""
        return np.arange(self.config.run.days, dtype=np.float64)

    def _exposures(self, scope: ChangeScope, group: str = "") -> list[Exposure]:
        """Return the exposures to changes of this scope, and inside this group, that are not of all at all times."""
        of_scope = [act for act in self._acts if act.scope is scope and not act.everywhere]
        return list(dict.fromkeys(act.exposure for act in of_scope if not group or meet(act.path, group)))

    def _alike(
        self,
        exposures: Sequence[Exposure],
        exposed: NDArray[np.bool_],
        scope: ChangeScope,
        which: Sequence[int] | None = None,
    ) -> Iterator[tuple[Rows | None, CityConfig]]:
        """Yield the rows of a table that have the same exposures (one a column), with the configuration of the first.

        Only these columns are looked at; None stands for all.
        """
        which = range(len(exposures)) if which is None else which
        if not which or not exposed.size:
            yield None, self.effective
            return
        code = np.zeros(len(exposed), dtype=np.int64)
        for at, i in enumerate(which):
            code = 2 * code + exposed[:, i]
            if at % _CODES == _CODES - 1:
                code = np.unique(code, return_inverse=True)[1]
        for combination in np.unique(code):
            rows = np.flatnonzero(code == combination)
            its = tuple(exposure for i, exposure in enumerate(exposures) if exposed[rows[0], i])
            yield (None if rows.size == code.size else rows), self._configuration(its, scope)

    def _configuration(self, exposures: Sequence[Exposure], scope: ChangeScope | None) -> CityConfig:
        """Return the configuration with the changes that act on everybody, and those of a scope with some exposures."""
        in_force = tuple(
            i
            for i, act in enumerate(self._acts)
            if act.scope not in (CAPACITY, SUPPLY, PACE)
            and (act.everywhere or (act.scope is scope and act.exposure in exposures))
        )
        if in_force not in self._configurations:
            changes = [self._acts[i].change for i in in_force]
            self._configurations[in_force] = (
                validate(CityConfig, apply_changes(self._written, changes))
                if changes
                else self.config.model_copy(update={"history": {}, "changes": [], "interventions": {}})
            )
        return self._configurations[in_force]


def effective_city(config: CityConfig) -> EffectiveCity:
    """Return a city with its dated changes and interventions made effective.

    The runs of one city in one process share what was made for the first of them.

    Raises
    ------
    ConfigError
        If an intervention changes a setting that the city does not have.
    """
    if not config.interventions and not config.history and not config.changes:
        return EffectiveCity(config)
    return _kept(_Keyed(config.model_dump_json(round_trip=True, by_alias=True), config))


@dataclass(frozen=True)
class _Keyed:
    """A configuration that a cache can look up, by its text."""

    text: str
    config: CityConfig = field(compare=False)


@lru_cache(maxsize=CITIES_KEPT)
def _kept(keyed: _Keyed) -> EffectiveCity:
    return EffectiveCity(keyed.config)


def _steps(by_day: NDArray[Any]) -> list[float]:
    """Return the days on which values are other than the day before, the first among them."""
    return [float(day) for day in np.flatnonzero(np.r_[True, by_day[1:] != by_day[:-1]])]
