"""The people who are present when a run begins: how many, where, and what remains of their stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import LONG_TERM_CARE
from flowsim.config.types import AGE_BANDS, NEEDS, ROUTES, Distribution, Fixed
from flowsim.model.care_attributes import D2A_HOME, D2A_STEP_DOWN, IN_HOSPITAL
from flowsim.model.clock import HOURS_PER_DAY, to_grid
from flowsim.model.distributions import choose
from flowsim.model.residual import mean, remaining
from flowsim.model.streams import Streams

Floats = NDArray[np.float64]

BY_CHANCE, BY_TEAM = -1, -2
_BY_TEAM = (D2A_HOME, D2A_STEP_DOWN, IN_HOSPITAL)
_ON_THE_WARD = "ward_treatment"


@dataclass(frozen=True)
class Group:
    """People who are at one place, or in one queue, at the start.

    Attributes
    ----------
    entry : str
        The activity that is going on.
    people : int
        How many.
    route : int
        Index in `ROUTES` of their route, or `BY_CHANCE`, or `BY_TEAM`: any but home, by chance, since the discharge
        team does not see people who go home by route 1.
    service_column : str or None
        Cohort column that says which service is theirs, of which this group's is number `service`.
    service : int
        See `service_column`.
    remaining : tuple of str
        Cohort columns (days) that hold what remains of the stay, or of the paperwork before the service that is waited
        for.
    stays : tuple of Distribution
        Of the whole of it, one for each value of the column `by`.
    by : str
        Cohort column that says which of them is a person's own.
    days : float
        Days to the unit of the stays.
    people_like : str
        Stream whose people they are like.
    """

    entry: str
    people: int
    route: int = BY_CHANCE
    service_column: str | None = None
    service: int = 0
    remaining: tuple[str, ...] = ()
    stays: tuple[Distribution, ...] = ()
    by: str = "age_band"
    days: float = 1.0
    people_like: str = ""


def groups(config: CityConfig) -> list[Group]:
    """Return the groups of people who are present at the start, in the order of the configuration; none without one."""
    state = config.initial_state
    if state is None:
        return []
    in_service = (_in_service(config, pool, n) for pool, n in state.in_service.items())
    waiting = (_waiting(config, pool, n) for pool, n in state.waiting.items())
    return [replace(group, people_like=state.people_like) for group in (*in_service, *waiting)]


def age_shares(config: CityConfig, group: Group, route: int) -> NDArray[np.float64]:
    """Return the share of each age band among those in a group who have this route (`BY_CHANCE`: any).

    The share of an age band is in proportion to how often it comes, how often it has the route, and how long it stays.
    """
    weights = _coming(config, group.people_like, route)
    if group.stays and group.by == "age_band":
        among = _long_stayers(config, group)
        weights *= np.array([mean(stay) for stay in group.stays]) * (1.0 - among.coming) + among.mean * among.coming
    if weights.sum() == 0:
        weights = np.ones(len(AGE_BANDS))
    shares: Floats = weights / weights.sum()
    return shares


def _coming(config: CityConfig, people_like: str, route: int) -> Floats:
    """Return how often each age band of a stream comes with this route (`BY_CHANCE`: with any), in proportion."""
    stream = config.streams[people_like]
    weights = np.array([stream.ages.get(band, 0.0) for band in AGE_BANDS])
    if route != BY_CHANCE:
        weights *= np.array(
            [
                sum(needs.get(need, 0.0) * config.routes.shares[need].get(ROUTES[route], 0.0) for need in NEEDS)
                for needs in (config.patients.support_need[band] for band in AGE_BANDS)
            ]
        )
    return weights


class _LongStayers(NamedTuple):
    """Long stayers of a group: their share by age band of those who come and of those who are there, and their stay."""

    coming: Floats
    present: Floats
    stay: Distribution | None = None
    mean: float = 0.0


def _long_stayers(config: CityConfig, group: Group) -> _LongStayers:
    """Return who of a group are long stayers: at any moment as much more often than they come, as they stay longer."""
    rule = config.ward.long_stayers
    if rule is None or group.entry != _ON_THE_WARD:
        nobody = np.zeros(len(AGE_BANDS))
        return _LongStayers(nobody, nobody)
    coming = np.array([rule.share[band] for band in AGE_BANDS])
    long, others = coming * mean(rule.stay_days), (1.0 - coming) * np.array([mean(stay) for stay in group.stays])
    return _LongStayers(coming, long / np.maximum(long + others, 1e-300), rule.stay_days, mean(rule.stay_days))


def place_people(
    config: CityConfig, streams: Streams, first_entry: int, rows: list[slice], columns: dict[str, NDArray[Any]]
) -> None:
    """Write into the columns of the cohort where the people of each group are, and what remains of their stay.

    Parameters
    ----------
    config : CityConfig
        The city.
    streams : Streams
        Of this replication.
    first_entry : int
        Index in `Network.entries` of the first group's activity.
    rows : list of slice
        The rows of each group.
    columns : dict of str to numpy.ndarray
        The cohort's columns, which are changed in place.
    """
    for index, (group, here) in enumerate(zip(groups(config), rows, strict=True)):
        columns["entry"][here] = first_entry + index
        columns["early_planning"][here] = 0
        columns["non_elective"][here] = 0  # they were admitted before
        if group.service_column is not None:
            columns[group.service_column][here] = group.service
        if group.stays:
            u = streams.uniform(f"present_stay/{group.entry}", group.people)
            moment = streams.uniform(f"present_moment/{group.entry}", group.people)
            left = np.empty(group.people)
            for its, stay in enumerate(group.stays):
                of = columns[group.by][here] == its
                left[of] = remaining(stay, u[of], moment[of])
            among = _long_stayers(config, group)
            if among.stay is not None:
                which = streams.uniform(f"present_long_stayer/{group.entry}", group.people)
                is_long = which < among.present[columns["age_band"][here]]
                left[is_long] = remaining(among.stay, u[is_long], moment[is_long])
            for name in group.remaining:
                columns[name][here] = to_grid(left * group.days)


def given(config: CityConfig, streams: Streams, rows: list[slice], n: int) -> dict[str, NDArray[np.int32]]:
    """Return the age band and the route of those who are present at the start; -1 where chance decides."""
    fixed = {name: np.full(n, BY_CHANCE, dtype=np.int32) for name in ("age_band", "route")}
    for group, here in zip(groups(config), rows, strict=True):
        if group.route == BY_TEAM:
            weights = [_coming(config, group.people_like, route).sum() for route in _BY_TEAM]
            shares = np.array(weights) / sum(weights) if sum(weights) else np.full(len(_BY_TEAM), 1 / len(_BY_TEAM))
            u = streams.uniform(f"present_route/{group.entry}", group.people)
            fixed["route"][here] = np.array(_BY_TEAM, dtype=np.int32)[choose(shares, u)]
        else:
            fixed["route"][here] = group.route
        u = streams.uniform(f"present_age/{group.entry}", group.people)
        for route in np.unique(fixed["route"][here]):
            of = fixed["route"][here] == route
            fixed["age_band"][here][of] = choose(age_shares(config, group, route), u[of])
    return fixed


def _in_service(config: CityConfig, pool: str, people: int) -> Group:
    if pool == "ward_beds":
        stays = tuple(config.ward.stay_until_optimised_days[band] for band in AGE_BANDS)
        return Group(_ON_THE_WARD, people, remaining=("treatment", "stay_until_optimised"), stays=stays)
    for name, unit in (("mau", config.front_door.mau), ("amu", config.front_door.amu)):
        if pool == f"{name}_beds":
            stays = (unit.assessment_hours,) * len(AGE_BANDS)
            return Group(f"{name}_assessment", people, remaining=("assessment",), stays=stays, days=1 / HOURS_PER_DAY)
    for kind in _short_term(config):
        if pool in kind.stays:
            stays = (kind.stays[pool],) * len(AGE_BANDS)
            which = list(kind.stays).index(pool)
            return Group(already_there(pool), people, kind.route, kind.column, which, (kind.remaining,), stays)
    raise ValueError(f"nobody can be in {pool} at the start")


def _waiting(config: CityConfig, pool: str, people: int) -> Group:
    """Return those who wait for a pool: part-way through the referral, after which they join the queue."""
    entry = waits_for(pool)
    ages, working_hours = len(AGE_BANDS), 1 / HOURS_PER_DAY
    lags: tuple[Distribution, ...]
    if pool == "discharge_team":
        referral = config.discharge_planning.assessments.referral_working_hours
        none = Fixed(distribution="fixed", value=0.0)
        lags = tuple(referral.get(route, none) for route in ROUTES)
        remaining = ("planning_referral",)
        return Group(entry, people, BY_TEAM, remaining=remaining, stays=lags, by="route", days=working_hours)
    for short in _short_term(config):
        if pool in short.stays:
            lags = (config.services.short_term[pool].lag.working_hours,) * ages
            which = list(short.stays).index(pool)
            lag = f"{short.column}_lag"
            return Group(entry, people, short.route, short.column, which, (lag,), lags, days=working_hours)
    for kind in LONG_TERM_CARE:
        services = getattr(config.services, kind)
        if pool in services:
            lags = (services[pool].lag.working_hours,) * ages
            which = list(services).index(pool)
            column, lag = f"{kind}_service", f"{kind}_lag"
            return Group(entry, people, IN_HOSPITAL, column, which, (lag,), lags, days=working_hours)
    raise ValueError(f"nobody can wait for {pool} at the start")


class _ShortTerm(NamedTuple):
    """A kind of short-term service: its route, the column that says which, the stay in each, and what remains of it."""

    route: int
    column: str
    stays: dict[str, Distribution]
    remaining: str


def _short_term(config: CityConfig) -> tuple[_ShortTerm, _ShortTerm]:
    """Return Active Recovery and intermediate care."""
    recovery = {name: service.stay_days for name, service in config.services.active_recovery.items()}
    beds = {name: service.step_down_stay_days for name, service in config.services.intermediate_care.items()}
    return (
        _ShortTerm(D2A_HOME, "active_recovery", recovery, "active_recovery_stay"),
        _ShortTerm(D2A_STEP_DOWN, "intermediate_care", beds, "step_down_stay"),
    )


def already_there(service: str) -> str:
    """Return the name of the activity of those who are in a service at the start."""
    return f"{service}_since_before"


def waits_for(pool: str) -> str:
    """Return the name of the activity from which people join a queue at the start."""
    return f"waiting_for_{pool}_since_before"
