"""The city as known at the end of March 2017: its history until then, what was decided, and how unsure both are.

Each range here is written without looking at what came. What is decided has no size in the plan, so a range goes from
nothing to all of what was lost in 2016, to the plan's own goal, or to a published level.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from four_years import SIZE, turned, valves_of
from published import HELD_OUT_SEED

from flowsim.config.change_schema import Change, Dates, PastChange
from flowsim.config.changes import reckon, value_at
from flowsim.config.city_schema import CityConfig
from flowsim.config.community_schema import SERVICE_KINDS
from flowsim.config.intervention_schema import load_interventions

LAST_KNOWN_DAY = dt.date(2017, 3, 31)
EIGHT = (
    *("early_discharge_planning", "monitoring_patient_flow", "discharge_teams", "home_first"),
    *("seven_day_services", "trusted_assessors", "focus_on_choice", "health_in_care_homes"),
)
HOMECARE = "services.homecare.homecare.starts_per_week"
STIT, CICS = "services.active_recovery.stit.caseload", "services.active_recovery.cics.caseload"
NURSING = "services.nursing.nursing_homes.starts_per_week"
_PLAN = "services.intermediate_care"


@dataclass(frozen=True)
class Unsure:
    """A number that a user in March 2017 did not know: drawn evenly from a range.

    Attributes
    ----------
    name : str
        Short name.
    what : str
        What it is, in words.
    low, high : float
        The range.
    why : str
        Where the range is from.
    """

    name: str
    what: str
    low: float
    high: float
    why: str


_FITTED = "fitted, and known to some"
SETTINGS = (
    Unsure("homecare", "starts of homecare, times", 0.92, 1.08, f"{_FITTED} 8% (assumption)"),
    Unsure("active_recovery", "places of Active Recovery, times", 0.9, 1.1, f"{_FITTED} 10% (assumption)"),
    Unsure("beds", "intermediate care beds, times", 0.9, 1.1, f"{_FITTED} 10% (assumption)"),
    Unsure("care_homes", "vacancies in care homes, times", 0.9, 1.1, f"{_FITTED} 10% (assumption)"),
    Unsure("team", "staff of the discharge team, times", 0.9, 1.1, f"{_FITTED} 10% (assumption)"),
    Unsure(
        "team_lags", "referral, assessment and decision support tool, times", 0.8, 1.2, f"{_FITTED} 20% (assumption)"
    ),
    Unsure("service_lags", "lags of the services, times", 0.8, 1.2, f"{_FITTED} 20% (assumption)"),
    Unsure("patience", "patience and plan B, times", 0.7, 1.3, f"{_FITTED} 30% (assumption)"),
    Unsure("surge", "sizes of surge and spot purchase, times", 0.7, 1.3, f"{_FITTED} 30% (assumption)"),
)
_LOSS = "none to half of what was lost in 2016; the plan names no size"
DECIDED = (
    Unsure("demand", "non-elective spells of 2017/18, times", 0.895, 1.0,
           "from the plan's goal (48,021 spells, section 5) to no change"),
    Unsure("rates", "homecare: higher rates and money to stabilise it, share of the loss that is made good", 0.0, 0.5,
           f"plan sections 3.9 and 4, Spring Budget of March 2017; {_LOSS}"),
    Unsure("rates_day", "first day of that, days after 1 April 2017", 0.0, 183.0, "to be spent once agreed (3.9)"),
    Unsure("contracts", "homecare: new contracts, share of the loss that is made good", 0.0, 0.5,
           f"plan section 3.4.2, by October 2017; {_LOSS}"),
    Unsure("contracts_day", "first day of that, days after 1 October 2017", 0.0, 91.0,
           "contracts come late (assumption)"),
    Unsure("places", "Active Recovery: more places, share of the loss that is made good", 0.0, 1.0,
           "plan section 3.10; none to all of what was lost in 2016"),
    Unsure("nursing", "nursing homes: vacancies, share of the loss that is made good", 0.0, 1.0,
           "plan section 3.9.8 (sustainability of the market); none to all of what was lost in 2016"),
    Unsure("services_day", "first day of both, days after 1 April 2017", 0.0, 183.0, "assumption"),
    Unsure("stays", "shorter programmed stays in intermediate care beds, times", 0.8, 1.0,
           "plan section 3.3.2, no size: none to a fifth (assumption)"),
    Unsure("changes", "coverage of the eight High Impact Changes by March 2018", 0.1, 0.5,
           "from plans in place to established (plan section 3.10)"),
    Unsure("failure", "another loss of homecare, share of the loss of 2016", -1.0, 1.0,
           "below 0: none. Every second council had a homecare provider fail in 2015/16 (Age UK)"),
    Unsure("failure_day", "first day of that, days after 1 April 2017", 0.0, 365.0, "any day of the year"),
)  # fmt: skip
_SCALED: Mapping[str, Sequence[str]] = {
    "homecare": (HOMECARE,),
    "active_recovery": (STIT, CICS),
    "beds": (f"{_PLAN}.intermediate_care_beds.beds", f"{_PLAN}.care_home_beds.beds"),
    "care_homes": (NURSING, "services.residential.residential_homes.starts_per_week"),
    "team": ("discharge_planning.team.staff",),
}
_TEAM_LAGS = (
    "discharge_planning.assessments.referral_working_hours.discharge_to_assess_home",
    "discharge_planning.assessments.referral_working_hours.discharge_to_assess_step_down",
    "discharge_planning.assessments.referral_working_hours.assessed_in_hospital",
    "discharge_planning.assessments.assessment_working_hours",
    "discharge_planning.decision_support_tool.working_hours",
)
Draw = Mapping[str, float]


def draws(n: int) -> list[dict[str, float]]:
    """Return n draws of everything that is not sure; always the same ones."""
    unsure = (*SETTINGS, *DECIDED)
    shares = np.random.default_rng(HELD_OUT_SEED).random((n, len(unsure)))
    return [
        {its.name: its.low + u * (its.high - its.low) for its, u in zip(unsure, row, strict=True)} for row in shares
    ]


def known_history(city: CityConfig) -> dict[str, PastChange]:
    """Return what of a city's history was complete, and so could be told, by the end of March 2017.

    A change that had begun and had not yet grown in full is left out: its size was fitted to later months. The end of
    one that was later is taken away.
    """

    def lasting(dates: Dates) -> dict[str, None]:
        return {"to_date": None} if dates.to_date and dates.to_date > LAST_KNOWN_DAY else {}

    found = {}
    for name, past in city.history.items():
        changes = [c.model_copy(update=lasting(c)) for c in past.changes if _complete(past, c) <= LAST_KNOWN_DAY]
        if changes:
            found[name] = past.model_copy(update={"changes": changes, **lasting(past)})
    return found


def left_out(city: CityConfig) -> list[str]:
    """Name the changes of which something is left out by `known_history`."""
    known = known_history(city)
    return [
        past.title or name
        for name, past in city.history.items()
        if name not in known or len(known[name].changes) < len(past.changes)
    ]


def lost(city: CityConfig, path: str) -> float:
    """Return by how much a capacity was smaller at the end of March 2017 than in the city as it is written."""
    whole = float(value_at(city, path))
    value: Any = whole
    for past in known_history(city).values():
        for change in past.changes:
            ends = [d.to_date for d in (past, change) if d.to_date]
            if change.path == path and all(day > LAST_KNOWN_DAY for day in ends):
                value = reckon(value, change.undated)
    return max(whole - float(value), 0.0)


def member(city: CityConfig, draw: Draw, interventions: Path, decided: bool = True) -> CityConfig:
    """Return a city of the forecast: its history until March 2017, one draw of its settings, and what was decided."""
    losses = {path: lost(city, path) for path in (HOMECARE, STIT, CICS, NURSING)}
    cut = city.model_copy(update={"history": known_history(city)})
    changes = [*_settings(cut, draw)]
    if decided:
        changes += _decided(cut, draw, losses)
    sizes = [label for label in valves_of(cut) if label.endswith(SIZE)]
    found = turned(cut.with_changes(changes), sizes, draw["surge"])
    if not decided:
        return found
    place = {"coverage": draw["changes"], "from_date": "2017-04-01", "ramp_days": 365}
    known = load_interventions(interventions)
    places = {name: {"intervention": known[name].model_dump(exclude_unset=True), **place} for name in EIGHT}
    return found.with_changes([{"path": "interventions", "set": places}])


def _settings(city: CityConfig, draw: Draw) -> Iterator[dict[str, Any]]:
    for name, paths in _SCALED.items():
        yield from ({"path": path, "scale": draw[name]} for path in paths)
    lags = dict.fromkeys(_TEAM_LAGS, draw["team_lags"])
    for kind in SERVICE_KINDS:
        for name, service in getattr(city.services, kind).items():
            its = f"services.{kind}.{name}"
            lags[f"{its}.lag.working_hours"] = draw["service_lags"]
            if getattr(service, "gives_up", None) is not None:
                lags[f"{its}.gives_up.after_days"] = draw["patience"]
            if getattr(service, "plan_b_after_days", None) is not None:
                lags[f"{its}.plan_b_after_days"] = draw["patience"]
    for path, factor in lags.items():
        spread = [key for key in ("mean", "sd") if getattr(value_at(city, path), key, None) is not None]
        yield from ({"path": f"{path}.{key}", "scale": factor} for key in spread)


def _decided(city: CityConfig, draw: Draw, losses: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    def from_day(first: dt.date, name: str, ramp: int) -> dict[str, Any]:
        return {"from_date": (first + dt.timedelta(days=int(draw[name]))).isoformat(), "ramp_days": ramp}

    april, october = LAST_KNOWN_DAY + dt.timedelta(days=1), dt.date(2017, 10, 1)
    for name, stream in city.streams.items():
        if stream.counts_as == "non_elective":
            yield {"path": f"streams.{name}.spells_per_day", "scale": draw["demand"],
                   "from_date": april.isoformat(), "ramp_days": 0}  # fmt: skip
    yield {"path": HOMECARE, "add": draw["rates"] * losses[HOMECARE], **from_day(april, "rates_day", 90)}
    yield {"path": HOMECARE, "add": draw["contracts"] * losses[HOMECARE], **from_day(october, "contracts_day", 60)}
    if draw["failure"] > 0:
        yield {"path": HOMECARE, "add": -draw["failure"] * losses[HOMECARE], **from_day(april, "failure_day", 60)}
    for path, share in ((STIT, "places"), (CICS, "places"), (NURSING, "nursing")):
        yield {"path": path, "add": draw[share] * losses[path], **from_day(april, "services_day", 180)}
    for name in city.services.intermediate_care:
        yield {"path": f"{_PLAN}.{name}.stay_factor", "scale": draw["stays"], **from_day(april, "services_day", 180)}


def _complete(past: PastChange, change: Change) -> dt.date:
    """Return the day on which a change has grown in full."""
    begins = [its.from_date for its in (past, change) if its.from_date]
    return max(begins) + dt.timedelta(days=max(past.ramp_days, change.ramp_days)) if begins else dt.date.min
