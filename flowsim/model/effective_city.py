"""A city with its interventions made effective: what holds for whom, and when.

An intervention acts through the scope of each of its changes (`flowsim.config.types.ChangeScope`). A change of what
chance decides about patients acts on each of them with the probability to which the coverage has grown when they first
ask for something; a change of a calendar, on that share of days; a change of a capacity or of starts a week, by that
share of its amount. What holds for a whole run is changed for everybody or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.config.changes import apply_changes, reckon
from flowsim.config.city_schema import CityConfig, change_scope
from flowsim.config.intervention_schema import Intervention
from flowsim.config.pools import CityPool
from flowsim.config.types import CALENDAR, CAPACITY, PATIENT, SUPPLY, ChangeScope
from flowsim.config.validation import validate

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
Steps = tuple[tuple[float, int], ...]

_OVER_TIME = (CAPACITY, SUPPLY)
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
_CITIES_KEPT = 4  # eight interventions of partial coverage make up to 256 configurations of each


class EffectiveCity:
    """A city as a run sees it. It is made once a run, by `effective_city`.

    Attributes
    ----------
    config : CityConfig
        The city as it was written, with its interventions.
    """

    def __init__(self, config: CityConfig) -> None:
        self.config = config
        self._configurations: dict[tuple[str, ...], CityConfig] = {}
        self._at_once = {  # changes of each intervention that are not over time
            name: [change.plain for change in its.intervention.changes if change_scope(change.path) not in _OVER_TIME]
            for name, its in config.interventions.items()
        }
        if config.interventions:
            # A change of no setting is refused even if nobody is ever exposed to it.
            every_change = [c.plain for its in config.interventions.values() for c in its.intervention.changes]
            apply_changes(self._written, every_change)

    @cached_property
    def _written(self) -> dict[str, Any]:
        """The city as it was written but for its interventions, as plain data."""
        return self.config.model_dump(mode="json", by_alias=True, round_trip=True, exclude={"interventions"})

    @property
    def effective(self) -> CityConfig:
        """The effective configuration: with the changes of those interventions that act on everybody at all times.

        Capacities and starts a week stay as they were written: see `units_over_time` and `starts_per_week`.

        Raises
        ------
        ConfigError
            If the changes make the city unsound.
        """
        return self._configuration(())

    @property
    def pools(self) -> list[CityPool]:
        """The pools of the city; their sizes are those without interventions."""
        return self.effective.pools

    def groups_of_people(
        self, draw: Callable[[str, Rows], Array], root: NDArray[np.int32], requested: Array
    ) -> Iterator[tuple[Rows | None, CityConfig]]:
        """Yield the rows of people who are exposed to the same interventions, with the configuration for them.

        Each intervention has a uniform of its own for each person, so that a higher coverage only adds people. A person
        who comes back is exposed as before.

        Parameters
        ----------
        draw : callable
            From the name of a quantity and some rows to one uniform for each.
        root : numpy.ndarray of int32
            Row of each person's first spell.
        requested : numpy.ndarray of float64
            When a first spell asks (days).

        Yields
        ------
        (numpy.ndarray of int or None, CityConfig)
            None stands for all rows, where the same configuration holds for everybody.
        """
        names = self._partial(PATIENT)
        first = np.flatnonzero(root == np.arange(root.size))
        exposed = np.empty((root.size, len(names)), dtype=np.bool_)
        for i, name in enumerate(names):
            exposed[first, i] = draw(f"intervention/{name}", first) < self._coverage(name, requested[first])
        yield from self._alike(names, exposed[root])

    def groups_of_days(self, days: int) -> Iterator[tuple[Rows | None, CityConfig]]:
        """Yield the days on which the same changes of calendars hold, with the configuration of these days.

        With a coverage of a half they hold on every other day or so: multiples of the golden ratio spread any share of
        the days evenly, over each day of the week too, and a higher coverage only adds days.

        Yields
        ------
        (numpy.ndarray of int or None, CityConfig)
            None stands for all days.
        """
        names = self._partial(CALENDAR)
        day = np.arange(days)
        spread = np.modf((day + 1.0) * _GOLDEN)[0]
        exposed = [spread < self._coverage(name, day.astype(np.float64)) for name in names]
        yield from self._alike(names, np.array(exposed).reshape(len(names), days).T)

    def units_over_time(self, pool: CityPool) -> Steps:
        """Return the capacity of a pool of units or visits, in steps of (day, units from then on), the first at 0."""
        start = self.config.run.start_date
        dated = self.effective.capacity_changes.get(pool.name, [])
        steps = ((0.0, int(pool.size)), *((float((c.from_date - start).days), c.units) for c in dated))
        days = self._days
        since, units = (np.array(values, dtype=np.float64) for values in zip(*steps, strict=True))
        before = units[np.searchsorted(since, days, side="right") - 1]
        after = self._by_day(pool.path, before)
        if after is before:
            return steps
        whole = np.maximum(np.floor(after + 0.5), 0.0).astype(np.int64)
        at = np.flatnonzero(np.r_[True, whole[1:] != whole[:-1]])
        return tuple((float(days[i]), int(whole[i])) for i in at)

    def starts_per_week(self, pool: CityPool) -> Array:
        """Return the starts a week that a pool of vacancies has on each day of the run."""
        return self._by_day(pool.path, np.full(self._days.size, pool.size, dtype=np.float64))

    def coverages(self, moments: Array) -> list[tuple[Intervention, Array]]:
        """Return every intervention with its coverage (0 to 1) at these moments (days from the start of the run)."""
        deployed = self.config.interventions.items()
        return [(its.intervention, self._coverage(name, moments)) for name, its in deployed]

    @property
    def _days(self) -> Array:
        """The days of the run, from 0."""
        return np.arange(self.config.run.days, dtype=np.float64)

    def _partial(self, scope: ChangeScope) -> list[str]:
        """Return the interventions that change something of this scope, and not for all at all times."""
        return [
            name
            for name, its in self.config.interventions.items()
            if not its.everywhere and any(change_scope(change.path) is scope for change in its.intervention.changes)
        ]

    def _coverage(self, name: str, moments: Array) -> Array:
        """Return the coverage (0 to 1) that an intervention has reached at these moments (days)."""
        deployed = self.config.interventions[name]
        if deployed.from_date is None:
            return np.full(np.shape(moments), deployed.coverage)
        begins = float((deployed.from_date - self.config.run.start_date).days)
        if deployed.ramp_days == 0:
            return np.where(moments >= begins, deployed.coverage, 0.0)
        return deployed.coverage * np.clip((moments - begins) / deployed.ramp_days, 0.0, 1.0)

    def _by_day(self, path: str, values: Array) -> Array:
        """Return the values of a setting on each day, with what every intervention makes of them by its coverage.

        The array itself is returned if no intervention changes the setting.
        """
        for name, deployed in self.config.interventions.items():
            for change in deployed.intervention.changes:
                if change.path == path:
                    different, which = np.unique(values, return_inverse=True)
                    full = np.array([reckon(float(value), change.plain) for value in different])[which]
                    values = values + self._coverage(name, self._days) * (full - values)
        return values

    def _alike(self, names: Sequence[str], exposed: NDArray[np.bool_]) -> Iterator[tuple[Rows | None, CityConfig]]:
        """Yield the rows of a table that are exposed to the same of the named interventions (one a column)."""
        if not names or not exposed.size:
            yield None, self.effective
            return
        code = exposed @ (2 ** np.arange(len(names)))
        for combination in np.unique(code):
            rows = np.flatnonzero(code == combination)
            partial = [name for i, name in enumerate(names) if combination >> i & 1]
            yield (None if rows.size == code.size else rows), self._configuration(partial)

    def _configuration(self, partial: Collection[str]) -> CityConfig:
        """Return the configuration with the changes of the interventions that act on everybody, and of some others.

        Changes are made in the order of the interventions in the city.
        """
        deployed = self.config.interventions
        in_force = tuple(
            name
            for name, changes in self._at_once.items()
            if changes and (deployed[name].everywhere or name in partial)
        )
        if in_force not in self._configurations:
            changes = [change for name in in_force for change in self._at_once[name]]
            self._configurations[in_force] = (
                validate(CityConfig, apply_changes(self._written, changes))
                if changes
                else self.config.model_copy(update={"interventions": {}})
            )
        return self._configurations[in_force]


def effective_city(config: CityConfig) -> EffectiveCity:
    """Return a city with its interventions made effective.

    The runs of one city in one process share what was made for the first of them.

    Raises
    ------
    ConfigError
        If an intervention changes a setting that the city does not have.
    """
    if not config.interventions:
        return EffectiveCity(config)
    return _kept(_Keyed(config.model_dump_json(round_trip=True, by_alias=True), config))


@dataclass(frozen=True)
class _Keyed:
    """A configuration that a cache can look up, by its text."""

    text: str
    config: CityConfig = field(compare=False)


@lru_cache(maxsize=_CITIES_KEPT)
def _kept(keyed: _Keyed) -> EffectiveCity:
    return EffectiveCity(keyed.config)
