"""The city as somebody meets it: with those of its interventions that reach them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from flowsim.config.changes import apply_changes
from flowsim.config.city_schema import CityConfig, change_scope
from flowsim.config.errors import validate
from flowsim.config.types import CAPACITY, SUPPLY

_KEPT = 512  # more than there are groups of people in a scenario where all High Impact Changes reach some of them


def as_met(config: CityConfig, partial: Collection[str] = ()) -> CityConfig:
    """Return the city with the changes of its interventions made: of those that reach everybody, and of some others.

    Changes are made in the order in which the interventions stand in the city. Capacities and starts a week stay as
    they are: they come to an amount over time (`flowsim.model.capacity`), and not to one that somebody meets.

    Parameters
    ----------
    config : CityConfig
        With its interventions.
    partial : collection of str
        Which of the interventions that reach only some people, or only from a date on, are met too.

    Returns
    -------
    CityConfig
        Without interventions: their changes are made.

    Raises
    ------
    ConfigError
        If a change names no setting, or makes the city unsound.
    """
    if not config.interventions:
        return config
    in_force = tuple(name for name, place in config.interventions.items() if place.everywhere or name in partial)
    return _changed(_Keyed(config.model_dump_json(round_trip=True, by_alias=True), config), in_force)


@dataclass(frozen=True)
class _Keyed:
    """A configuration that a cache can look up, by its text."""

    text: str
    config: CityConfig = field(compare=False)


@lru_cache(maxsize=_KEPT)
def _changed(keyed: _Keyed, in_force: tuple[str, ...]) -> CityConfig:
    changes = [
        change.plain
        for name in in_force
        for change in keyed.config.interventions[name].intervention.changes
        if change_scope(change.path) not in (CAPACITY, SUPPLY)
    ]
    data = keyed.config.model_dump(mode="json", by_alias=True, round_trip=True, exclude={"interventions"})
    return validate(CityConfig, apply_changes(data, changes))
