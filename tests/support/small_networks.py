"""Shorthand for the small worlds of the engine tests: a few activities, a few people, a log that can be read."""

from dataclasses import replace

import numpy as np

from flowsim.engine.log import JourneyLog
from flowsim.model.cohort import Cohort
from flowsim.model.network import Activity, Network, Place, Pool, Surge

LEAVE = Activity("leave", "outside", None)


def network(*activities: Activity, pools=(), entries=None, **more) -> Network:
    """Return a network whose places are those of its activities and whose first activity is where people come in."""
    places = dict.fromkeys(a.place for a in activities)
    return Network(
        places=tuple(Place(name, "acute") for name in places),
        pools=tuple(pools),
        activities=activities,
        entries=entries or (activities[0].name,),
        **more,
    )


def units(name: str, number: int, *steps: tuple[float, int], surge: Surge | tuple[Surge, ...] = ()) -> Pool:
    """Return a pool of so many units, with later steps of (day, units from then on)."""
    return Pool(name, capacity=((0.0, number), *steps), surge=(surge,) if isinstance(surge, Surge) else surge)


def people(
    *arrivals: float | None, child=None, vacancies=None, surge_vacancies=None, surge_vacancy_steps=None, **columns
) -> Cohort:
    """Return a cohort by hand; an arrival of None is a reserved child spell, and `child` says whose."""
    cohort = Cohort.by_hand([np.nan if at is None else at for at in arrivals], **columns)
    children = np.full(len(cohort), -1, dtype=np.int32)
    for parent, reserved in (child or {}).items():
        children[parent] = reserved
    return replace(
        cohort,
        child=children,
        vacancies=_times(vacancies),
        surge_vacancies=_times(surge_vacancies),
        surge_vacancy_steps={name: np.array(steps, np.int32) for name, steps in (surge_vacancy_steps or {}).items()},
    )


def journey(net: Network, log: JourneyLog, spell: int) -> list[tuple]:
    """Return the rows of a spell: (activity, requested, started, ended), None for what never happened."""
    return [
        (net.activities[log.activity[row]].name, *(_or_none(c[row]) for c in (log.requested, log.started, log.ended)))
        for row in np.flatnonzero(log.spell == spell)
    ]


def starts(net: Network, log: JourneyLog, activity: str) -> dict[int, float | None]:
    """Return when each spell started an activity, None if it still waits or waited in vain."""
    rows = np.flatnonzero(log.activity == net.activity_index(activity))
    return {int(log.spell[row]): _or_none(log.started[row]) for row in rows}


def _times(by_pool: dict[str, list[float]] | None) -> dict[str, np.ndarray]:
    return {name: np.asarray(times, dtype=np.float64) for name, times in (by_pool or {}).items()}


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
