"""Whom interventions reach, and when: how far each has come, and which of them every person and every day meets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig, change_scope
from flowsim.config.effective_configuration import as_met
from flowsim.config.intervention_schema import DeployedIntervention
from flowsim.config.types import CALENDAR, PATIENT, ChangeScope

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0


def coverage_at(place: DeployedIntervention, start_date: dt.date, moment: Array) -> Array:
    """Return how far an intervention has come at these moments (days from midnight of `start_date`), 0 to 1."""
    if place.from_date is None:
        return np.full(np.shape(moment), place.coverage)
    begins = float((place.from_date - start_date).days)
    if place.ramp_days == 0:
        return np.where(moment >= begins, place.coverage, 0.0)
    return place.coverage * np.clip((moment - begins) / place.ramp_days, 0.0, 1.0)


def groups_of_people(
    config: CityConfig, draw: Callable[[str, Rows], Array], root: NDArray[np.int32], requested: Array
) -> Iterator[tuple[Rows | None, CityConfig]]:
    """Yield the rows of the people whom the same interventions reach, with the city as these people meet it.

    Each intervention reaches a person with the probability to which its coverage has come when the person first asks
    for something, by a uniform of its own, so that a higher coverage only adds people. A person who comes back is
    reached as before.

    Parameters
    ----------
    config : CityConfig
        With its interventions.
    draw : callable
        From the name of a quantity and some rows to one uniform for each.
    root : numpy.ndarray of int32
        Row of each person's first spell.
    requested : numpy.ndarray of float64
        When a first spell asks (days).

    Yields
    ------
    (numpy.ndarray of int or None, CityConfig)
        None stands for all rows, where everybody meets the same city.
    """
    names = _partial(config, PATIENT)
    first = np.flatnonzero(root == np.arange(root.size))
    reached = np.empty((root.size, len(names)), dtype=np.bool_)
    for i, name in enumerate(names):
        share = coverage_at(config.interventions[name], config.run.start_date, requested[first])
        reached[first, i] = draw(f"intervention/{name}", first) < share
    yield from _alike(config, names, reached[root])


def groups_of_days(config: CityConfig, days: int) -> Iterator[tuple[Rows | None, CityConfig]]:
    """Yield the days on which the same changes of calendars hold, with the city as it is on these days.

    With a coverage of a half they hold on every other day or so: multiples of the golden ratio spread any share of the
    days evenly, over each day of the week too, and a higher coverage only adds days.

    Yields
    ------
    (numpy.ndarray of int or None, CityConfig)
        None stands for all days.
    """
    names = _partial(config, CALENDAR)
    day = np.arange(days)
    spread = np.modf((day + 1.0) * _GOLDEN)[0]
    shares = [coverage_at(config.interventions[name], config.run.start_date, day.astype(np.float64)) for name in names]
    reached = np.array([spread < share for share in shares]).reshape(len(names), days).T
    yield from _alike(config, names, reached)


def _partial(config: CityConfig, kind: ChangeScope) -> list[str]:
    """Return the interventions that change something of this kind, and not for all at all times."""
    return [
        name
        for name, place in config.interventions.items()
        if not place.everywhere and any(change_scope(change.path) is kind for change in place.intervention.changes)
    ]


def _alike(
    config: CityConfig, names: Sequence[str], reached: NDArray[np.bool_]
) -> Iterator[tuple[Rows | None, CityConfig]]:
    if not names or not reached.size:
        yield None, as_met(config)
        return
    code = reached @ (2 ** np.arange(len(names)))
    for combination in np.unique(code):
        rows = np.flatnonzero(code == combination)
        met = [name for i, name in enumerate(names) if combination >> i & 1]
        yield (None if rows.size == code.size else rows), as_met(config, met)
