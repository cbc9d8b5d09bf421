"""The catalogue of measures: one row for each, in the order of the results, with everything that is known of it.

The rows stand in the files of their subjects, `<subject>_measures.py`, and those of money here. A new measure is one
more row; if its counting is long, that is a function in another file. A script or a plugin adds its own with `add`.
Everything else follows: counts, tables, reports, the workbook, the data dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.seasons import split_season
from flowsim.measures import code_fingerprint
from flowsim.measures.cost_measures import COST_MEASURES
from flowsim.measures.delay_limits import delay_limits
from flowsim.measures.delay_measures import DAYS_OVER, DELAY_MEASURES
from flowsim.measures.hospital_measures import ADMISSION_MEASURES, STAY_MEASURES
from flowsim.measures.measure import (
    LESS,
    MORE,
    NEITHER,
    NOT_NEGATIVE,
    POOL,
    SHARE,
    UNBOUNDED,
    Better,
    Family,
    LimitMeasure,
    Measure,
    NumberMeasure,
    PercentileMeasure,
    PoolMeasure,
    ReasonMeasure,
    Row,
)
from flowsim.measures.outcome_measures import DAY_91_MEASURES, OUTCOME_MEASURES
from flowsim.measures.planning_measures import PLANNING_MEASURES
from flowsim.measures.pool_measures import CAPACITY, NEVER_SERVED, OCCUPANCY, POOL_MEASURES, UTILISATION, WAIT, WAITING
from flowsim.measures.ready_date_measures import READY_DATE_MEASURES
from flowsim.measures.run_facts import RunFacts
from flowsim.measures.shape_measures import SHAPE_MEASURES

__all__ = [
    "CAPACITY", "DAYS_OVER", "LESS", "MORE", "NEITHER", "NEVER_SERVED", "NOT_NEGATIVE", "OCCUPANCY", "POOL", "SHARE",
    "UNBOUNDED", "UTILISATION", "WAIT", "WAITING", "LimitMeasure", "Measure", "PercentileMeasure", "PoolMeasure",
    "ReasonMeasure", "Row", "RunFacts", "add", "can_count", "direction", "find", "fingerprint", "label", "limits",
    "measure_names", "named_measures", "rows", "units", "why_empty",
]  # fmt: skip

AnyMeasure = Measure | PoolMeasure | ReasonMeasure | LimitMeasure | PercentileMeasure

_SHIPPED: tuple[AnyMeasure, ...] = (
    *ADMISSION_MEASURES,
    *DELAY_MEASURES,
    *STAY_MEASURES,
    *SHAPE_MEASURES,
    *READY_DATE_MEASURES,
    *PLANNING_MEASURES,
    *OUTCOME_MEASURES,
    *POOL_MEASURES,
    *COST_MEASURES,
    Measure(
        "admissions_avoided",
        "spells",
        better=MORE,
        label="Admissions avoided in a year",
        definition="Spells whose need a scheme of admission_avoidance met where people live.",
        bounds=NOT_NEGATIVE,
        per_year=True,
        count=lambda f: f.avoided.sum(),
    ),
    *DAY_91_MEASURES,
)
_OF_A_NUMBER = {LimitMeasure: "of a number of people", PercentileMeasure: "of a number of per cent"}
_added: list[Measure | PoolMeasure] = []


def rows() -> list[AnyMeasure]:
    """Return every row, in the order of the results: those of flowsim, and then those that were added."""
    return [*_SHIPPED, *_added]


def find(name: str) -> tuple[AnyMeasure, str]:
    """Return the row of a measure, and what its name names: a pool, a reason, a number of people, or nothing (empty).

    That of a season (``dtoc_patients_mean@winter``) is in the row of the measure itself.

    Raises
    ------
    KeyError
        If no measure has such a name. Whether a city has a pool, a reason or a season of that name is not asked.
    """
    everything = rows()
    name, _ = split_season(name)
    for row in everything:
        if row.name == name and not isinstance(row, Family):
            return row, ""
    for row in everything:
        which = row.one_in(name) if isinstance(row, Family) else None
        if which is not None:
            return row, which
    raise KeyError(name)


def units(names: Iterable[str]) -> dict[str, str]:
    """Return the unit of each named measure: ``days``, ``patients``, ``share``, ``gbp`` and so on.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return {name: find(name)[0].unit for name in names}


def direction(name: str) -> Better:
    """Return 1 if more of a measure is better, -1 if less is, 0 if it depends.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return find(name)[0].better


def label(name: str, pools: Mapping[str, str]) -> str:
    """Return the name of a measure in words.

    Parameters
    ----------
    name : str
        As in the results folder, such as ``dtoc_delayed_days`` or ``ward_beds_occupancy_mean``.
    pools : mapping of str to str
        The names of pools in words, by their names.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    row, which = find(name)
    if isinstance(row, PoolMeasure):
        which = pools.get(which, which.replace("_", " "))
    elif isinstance(row, ReasonMeasure):
        which = which.replace("_", " ")
    text = row.label.replace(row.placeholder, which) if isinstance(row, Family) else row.label
    season = split_season(name)[1].replace("_", " ")
    return f"{text}, {season}" if season else text


def limits(names: Iterable[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the lowest and the highest possible value of each named measure; infinite where there is none.

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    found = [find(name)[0].bounds for name in names]
    return (
        np.array([-np.inf if low is None else low for low, _ in found], dtype=np.float64),
        np.array([np.inf if high is None else high for _, high in found], dtype=np.float64),
    )


def why_empty(name: str) -> str:
    """Return why a measure has no value in a run, as the end of a sentence: "nobody asked for it ...".

    Raises
    ------
    KeyError
        If no measure has such a name.
    """
    return find(name)[0].empty_if


def measure_names(config: CityConfig) -> list[str]:
    """Return the names of all measures that a run of a city has, in the order of the results."""
    return [*_always_counted(config), *named_measures(config)]


def named_measures(config: CityConfig) -> list[str]:
    """Return the measures that are counted only because a city names them: of seasons, and percentiles.

    They are named in `outcomes.also_counted` or have a target; a name that no measure has is left out.
    """
    named = dict.fromkeys([*config.outcomes.also_counted, *config.targets])
    always = set(_always_counted(config)) if named else set()
    return [name for name in named if name not in always and can_count(config, name)]


def can_count(config: CityConfig, name: str) -> bool:
    """Return whether a measure can be counted in a run of a city, if somebody names it."""
    measure, season = split_season(name)
    if name != measure and season not in config.run.seasons:
        return False
    by_number = (row for row in rows() if isinstance(row, NumberMeasure))
    return measure in _always_counted(config) or any(row.one_in(measure) is not None for row in by_number)


def _always_counted(config: CityConfig) -> list[str]:
    names = []
    for row in rows():
        if isinstance(row, PoolMeasure):
            names += [row.of(pool.name) for pool in config.pools if pool.kind in row.kinds]
        elif isinstance(row, ReasonMeasure):
            names += [row.of(reason) for reason in config.delay_reasons]
        elif isinstance(row, LimitMeasure):
            names += [row.of(limit) for limit in delay_limits(config, row)]
        elif isinstance(row, Measure):
            names.append(row.name)
    return names


def add(row: Measure | PoolMeasure) -> None:
    """Add a measure to the catalogue, after all others: every run from now on counts it.

    A script does so at its top level, not under ``if __name__ == "__main__"``, so that worker processes, which import
    the script again, have the measure too.

    Parameters
    ----------
    row : Measure or PoolMeasure
        The measure, with how it is counted.

    Raises
    ------
    ValueError
        If there is a measure of that name or with that label, if the name could be that of two measures, or if it is
        counted with something of which no fingerprint can be made (see `flowsim.measures.code_fingerprint`).

    Examples
    --------
    >>> from flowsim.measures import catalogue
    >>> catalogue.add(
    ...     catalogue.Measure(
    ...         "dtoc_patients_most",
    ...         "patients",
    ...         better=catalogue.LESS,
    ...         label="People delayed on the worst day",
    ...         definition="Delayed patients, most at any midnight.",
    ...         bounds=catalogue.NOT_NEGATIVE,
    ...         count=lambda facts: facts.delayed_by_day.max(),
    ...     )
    ... )
    """
    for other in rows():
        if other.name == row.name:
            raise ValueError(f"there is a measure called {row.name!r} already; choose another name")
        if other.label == row.label:
            raise ValueError(f"measure {row.name!r}: {other.name!r} has the same label; choose another")
        for named, family in ((row, other), (other, row)):
            if isinstance(family, ReasonMeasure):
                continue  # a city with a reason of the name of another measure is refused when it is loaded
            if isinstance(family, Family) and family.one_in(named.name) is not None:
                of = "of a pool" if isinstance(family, PoolMeasure) else _OF_A_NUMBER[type(family)]
                raise ValueError(
                    f"measure {row.name!r}: {named.name!r} could be {family.name!r} {of}; choose another name"
                )
    try:
        code_fingerprint.fingerprint(row.count)
    except (TypeError, OSError) as error:
        raise ValueError(f"measure {row.name!r}: {error}") from None
    _added.append(row)


def fingerprint() -> str:
    """Return a fingerprint of the measures that were added from outside; nothing if there are none.

    Results that were kept with other measures, or with measures that were counted in another way, have another one.
    """
    if not _added:
        return ""
    parts = [(row.name, getattr(row, "kinds", ()), code_fingerprint.fingerprint(row.count)) for row in _added]
    return sha256(repr(parts).encode()).hexdigest()
