"""Other years than the one that the city is calibrated to: two before it, and the forecast of the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flowsim.config.changes import changed, with_changes
from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import LONG_TERM_CARE, SERVICE_KINDS
from flowsim.config.intervention_schema import load_interventions, load_maturity

PUBLISHED: dict[str, dict[str, float]] = {  # Sheffield Better Care Fund plan 2017/18-2018/19, section 5
    "2014/15": {
        "non_elective_admissions": 58_665,
        "dtoc_delayed_days": 24_138,
        "care_home_admissions_65plus": 748,
        "at_home_91_days_share": 0.77,
    },
    "2015/16": {
        "non_elective_admissions": 55_075,
        "dtoc_delayed_days": 23_411,
        "care_home_admissions_65plus": 909,
        "at_home_91_days_share": 0.77,
    },
    "2016/17": {"non_elective_admissions": 53_631},
    "2017/18": {
        "non_elective_admissions": 48_021,
        "dtoc_delayed_days": 21_203,
        "care_home_admissions_65plus": 717,
        "at_home_91_days_share": 0.80,
    },
}
EIGHT = (
    *("early_discharge_planning", "monitoring_patient_flow", "discharge_teams", "home_first"),
    *("seven_day_services", "trusted_assessors", "focus_on_choice", "health_in_care_homes"),
)
LEAST_LAG, MORE_ROOM, MOST_ROOM = 0.2, 1.2, 1.4


@dataclass(frozen=True)
class Explanation:
    """What else must have differed in a year: one factor on a group of settings, and whether it reaches the target."""

    what: str
    factor: float
    reached: bool
    measures: Mapping[str, float]


def in_year(city: CityConfig, year: str, demand: float = 1.0) -> CityConfig:
    """Return the city on the dates of another financial year, with its non-elective demand times a factor."""
    later = int(year[:4]) - 2016
    start = city.run.start_date
    changes: dict[str, Any] = {"run.start_date": dt.date(start.year + later, start.month, start.day).isoformat()}
    for name, stream in city.streams.items():
        if stream.counts_as == "non_elective":
            changes[f"streams.{name}.demand_factor"] = stream.demand_factor * demand
    return changed(city, changes)


def demand_of(year: str) -> float:
    """Return the non-elective spells of a year divided by those of 2016/17."""
    return PUBLISHED[year]["non_elective_admissions"] / PUBLISHED["2016/17"]["non_elective_admissions"]


def scaled_lags(city: CityConfig, factor: float) -> CityConfig:
    """Multiply the delays that do not depend on capacity: decisions, referrals, provider lags, choice."""
    planning, services = "discharge_planning", city.services
    paths = [f"{planning}.complex_decision.working_hours"]
    referral = f"{planning}.assessments.referral_working_hours"
    paths += [f"{referral}.{route}" for route in city.discharge_planning.assessments.referral_working_hours]
    for kind in SERVICE_KINDS:
        for name, service in getattr(services, kind).items():
            paths.append(f"services.{kind}.{name}.lag.working_hours")
            if getattr(service, "choice_days", None) is not None:
                paths.append(f"services.{kind}.{name}.choice_days")
    return with_changes(city, [{"path": f"{path}.{key}", "scale": factor} for path in paths for key in ("mean", "sd")])


def scaled_community(city: CityConfig, factor: float) -> CityConfig:
    """Multiply the capacity of community services: caseloads, intermediate care beds, starts a week."""
    services = city.services
    changes: dict[str, Any] = {
        f"services.active_recovery.{name}.caseload": round(s.caseload * factor)
        for name, s in services.active_recovery.items()
        if s.caseload is not None
    }
    for name, beds in services.intermediate_care.items():
        changes[f"services.intermediate_care.{name}.beds"] = round(beds.beds * factor)
    for kind in LONG_TERM_CARE:
        for name, s in getattr(services, kind).items():
            changes[f"services.{kind}.{name}.starts_per_week"] = s.starts_per_week * factor
    return changed(city, changes)


def explain(
    what: str,
    scale: Callable[[float], CityConfig],
    low: float,
    high: float,
    target: float,
    mean_of: Callable[[CityConfig], Mapping[str, float]],
    halvings: int,
) -> Explanation:
    """Find the factor with which the delayed days match a target, by halving the interval that holds it."""
    at_low, at_high = mean_of(scale(low)), mean_of(scale(high))
    delayed = "dtoc_delayed_days"
    rises = at_high[delayed] > at_low[delayed]
    if not min(at_low[delayed], at_high[delayed]) <= target <= max(at_low[delayed], at_high[delayed]):
        nearest, found = min(((low, at_low), (high, at_high)), key=lambda end: abs(end[1][delayed] - target))
        return Explanation(what, nearest, False, found)
    for _ in range(halvings):
        middle = (low + high) / 2
        found = mean_of(scale(middle))
        if (found[delayed] > target) == rises:
            high = middle
        else:
            low = middle
    return Explanation(what, middle, True, found)


def explanations(
    city: CityConfig, year: str, mean_of: Callable[[CityConfig], Mapping[str, float]], halvings: int
) -> list[Explanation]:
    """Return what other than demand could explain the delayed days of an earlier year, one thing at a time."""
    then, target = in_year(city, year, demand_of(year)), PUBLISHED[year]["dtoc_delayed_days"]

    def both(factor: float) -> CityConfig:
        return scaled_community(scaled_lags(then, factor), MORE_ROOM)

    return [
        explain("all lags", partial(scaled_lags, then), LEAST_LAG, 1.2, target, mean_of, halvings),
        explain(
            "capacity in the community", partial(scaled_community, then), 0.9, MOST_ROOM, target, mean_of, halvings
        ),
        explain(f"all lags, with {MORE_ROOM - 1:.0%} more capacity", both, LEAST_LAG, 1.2, target, mean_of, halvings),
    ]


def forecasts(city: CityConfig, interventions: Path) -> dict[str, CityConfig]:
    """Return the year 2017/18 under several assumptions about demand and the High Impact Changes.

    The changes start on 1 April 2017, and reach the coverage of each level of maturity within the year.
    """
    known, maturity = load_interventions(interventions), load_maturity(interventions)
    planned = demand_of("2017/18")

    def with_changes_at(level: str, demand: float) -> CityConfig:
        place = {"coverage": maturity[level], "from_date": "2017-04-01", "ramp_days": 365}
        places = {name: {"intervention": known[name].model_dump(exclude_unset=True), **place} for name in EIGHT}
        return changed(in_year(city, "2017/18", demand), {"interventions": places})

    return {
        "Nothing changes": in_year(city, "2017/18"),
        "Demand falls as planned (10% fewer spells)": in_year(city, "2017/18", planned),
        "The eight changes become established": with_changes_at("established", 1.0),
        "Both": with_changes_at("established", planned),
        "Both, and the changes become mature": with_changes_at("mature", planned),
    }
