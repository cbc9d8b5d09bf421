"""What one more of each service is worth: delayed days saved, what must be paid, pounds for a delayed day, the knee.

Every step is compared with the starting point replication by replication. **The knee** is where more stops helping
much: the first step from which a further unit saves less than half of what a unit of the first 10% saves. It is at the
size of now where a unit of the last 10% that there are saves clearly, and one of the next 10% less than half of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from flowsim.config.pools import CityPool
from flowsim.experiment.analysis.paired import Cube, Floats, cube, estimate, moments, paired_difference
from flowsim.experiment.analysis.ratio import ratio_of_means
from flowsim.experiment.one_more import FEWER, FURTHER, TENTH, Enlargeable
from flowsim.measures.catalogue import CAPACITY, limits
from flowsim.measures.window import DAYS_PER_YEAR

DAYS, PEOPLE, PAID, WORTH = "dtoc_delayed_days", "dtoc_patients_mean", "cost_paid", "hospital_bed_days_worth"

WEEKS = DAYS_PER_YEAR / 7

SAVES, PAYS, UNPRICED = "saves", "pays for itself", "saves, without a price"
NOTHING, SMALL, MORE, ONE_RUN = "saves nothing", "too small to tell", "more delayed days", "no interval"
LESS = "fewer delayed days with less of it"
CLEAR = (PAYS, SAVES, UNPRICED)
KNEE_NOW, KNEE_BEYOND = "at its size now", "not reached within +50%"

COLUMNS = (
    *("service", "label", "unit", "step", "scenario", "units_added", "delayed_days_saved", "ci_low", "ci_high"),
    *(
        "delayed_people_fewer",
        "provided_gbp",
        "cost_paid_more_gbp",
        "cost_ci_low",
        "cost_ci_high",
        "gbp_per_delayed_day",
    ),
    *("gbp_per_day_ci_low", "gbp_per_day_ci_high", "bed_days_worth_gbp", "verdict", "knee", "rank_days", "rank_gbp"),
    *("replications", "not_priced", "note"),
)


@dataclass(frozen=True)
class Try:
    """What was tried of a service, team or calendar.

    Attributes
    ----------
    of : Enlargeable
        The service.
    scenarios : mapping of str to str
        From the step to the name of its scenario.
    unpriced : sequence of str
        What of the change carries no cost, in words.
    """

    of: Enlargeable
    scenarios: Mapping[str, str]
    unpriced: Sequence[str] = field(default_factory=tuple)


def worth_table(replications: pd.DataFrame, start: str, tried: Sequence[Try]) -> pd.DataFrame:
    """Return what each step of each service is worth.

    Parameters
    ----------
    replications : pandas.DataFrame
        ``scenario``, ``replication``, ``measure``, ``value``; no row twice.
    start : str
        The scenario before anything is made larger.
    tried : sequence of Try
        The services and their scenarios.

    Returns
    -------
    pandas.DataFrame
        One row a service and step, in the order of the services. ``units_added`` (mean over the days that count; of a
        calendar, hours or days), ``delayed_days_saved`` a year with ``ci_low`` and ``ci_high`` (paired, 95%),
        ``delayed_people_fewer``, ``provided_gbp`` (a year, of the units at their price if it is paid for what is
        provided by the day or the start), ``cost_paid_more_gbp`` a year with its interval, ``gbp_per_delayed_day``
        with its interval by Fieller (empty where the days saved are not clear of 0), ``bed_days_worth_gbp`` (of freed
        hospital bed days, only if beds close), ``verdict``, ``knee`` (of the service), ``rank_days`` and ``rank_gbp``
        (of the main step of each service: by days saved, and by days saved for a pound; empty where it does not
        clearly save), ``replications``, ``not_priced`` and ``note``. A step that could not be tried has a row with a
        note alone.
    """
    values = cube(replications)
    rows: list[dict[str, Any]] = []
    for its in tried:
        knee = _knee(values, start, its)
        for step, scenario in its.scenarios.items():
            rows.append(_row(values, start, its, step, scenario) | {"knee": knee})
        of = {"service": its.of.name, "label": its.of.label, "unit": its.of.unit}
        rows += [of | {"step": step, "note": f"left out: {why}"} for step, why in its.of.without.items()]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    main = {(its.of.name, its.of.main.step) for its in tried if its.of.main is not None}
    compared = np.array([key in main for key in zip(table["service"], table["step"], strict=True)], dtype=bool)
    clear = table[compared & table["verdict"].isin(CLEAR)]
    table["rank_days"] = clear["delayed_days_saved"].rank(ascending=False, method="first")
    priced = clear[clear["verdict"] != UNPRICED].sort_values("delayed_days_saved", ascending=False)
    price = priced["gbp_per_delayed_day"].where(priced["verdict"] == SAVES, -math.inf)
    table["rank_gbp"] = price.astype(float).rank(method="first")
    text = ["scenario", "verdict", "knee", "not_priced", "note"]
    return table.astype(dict.fromkeys(text, object)).fillna(dict.fromkeys(text, "")).astype({"replications": "Int64"})


def _row(values: Cube, start: str, its: Try, step: str, scenario: str) -> dict[str, Any]:
    days, base = _of(values, scenario, DAYS), _of(values, start, DAYS)
    saved = paired_difference(base, days, *(end[0] for end in limits([DAYS])))
    paid, paid_before = _of(values, scenario, PAID), _of(values, start, PAID)
    cost = paired_difference(paid, paid_before, -math.inf, math.inf)
    units = _units(values, start, its, scenario)
    verdict = _verdict(units, float(saved.mean), float(saved.low), float(saved.high), float(cost.mean), its.unpriced)
    ratio = ratio_of_means(paid - paid_before, base - days)
    priced = verdict == SAVES
    return {
        "service": its.of.name,
        "label": its.of.label,
        "unit": its.of.unit,
        "step": step,
        "scenario": scenario,
        "units_added": units,
        "delayed_days_saved": float(saved.mean),
        "ci_low": float(saved.low),
        "ci_high": float(saved.high),
        "delayed_people_fewer": _fall(values, start, scenario, PEOPLE),
        "provided_gbp": _provided_gbp(its.of.pool, units),
        "cost_paid_more_gbp": float(cost.mean),
        "cost_ci_low": float(cost.low),
        "cost_ci_high": float(cost.high),
        "gbp_per_delayed_day": ratio.value if priced else math.nan,
        "gbp_per_day_ci_low": ratio.low if priced else math.nan,
        "gbp_per_day_ci_high": ratio.high if priced else math.nan,
        "bed_days_worth_gbp": _fall(values, start, scenario, WORTH),
        "verdict": verdict,
        "replications": int(saved.n),
        "not_priced": "; ".join(its.unpriced),
    }


def _verdict(units: float, mean: float, low: float, high: float, cost: float, unpriced: Sequence[str]) -> str:
    if not (math.isfinite(low) and math.isfinite(high)):
        return ONE_RUN
    if low <= 0 <= high:
        return NOTHING if low == high == 0 else SMALL
    if mean < 0:
        return MORE
    if units < 0:  # fewer hospital beds keep people out, so that fewer can be delayed
        return LESS
    if unpriced:
        return UNPRICED
    return PAYS if cost <= 0 else SAVES


def _knee(values: Cube, start: str, its: Try) -> str:
    """Return where more stops helping much, in words; empty where that was not tried, or 10% more is not clear."""
    if TENTH not in its.scenarios or not any(step in its.scenarios for step in FURTHER):
        return ""
    base = _of(values, start, DAYS)

    def gained(step: str) -> tuple[Floats, float]:
        scenario = its.scenarios[step]
        return base - _of(values, scenario, DAYS), _units(values, start, its, scenario)

    first, units = gained(TENTH)
    a_unit = first / units if units else np.full_like(first, math.nan)
    if FEWER in its.scenarios:
        lost, fewer = gained(FEWER)
        last = lost / fewer if fewer else np.full_like(lost, math.nan)  # both are below 0
        if _is_clear(last) and _mean(a_unit) < _mean(last) / 2:
            return KNEE_NOW
    if not _is_clear(first):
        return ""
    before, units_before, name = first, units, TENTH
    for step in (step for step in FURTHER if step in its.scenarios):
        now, units_now = gained(step)
        if units_now > units_before and _mean(now - before) / (units_now - units_before) < _mean(a_unit) / 2:
            return f"between {name} and {step}"
        before, units_before, name = now, units_now, step
    return KNEE_BEYOND


def _units(values: Cube, start: str, its: Try, scenario: str) -> float:
    """Return how many units a step adds, on average over the days that count."""
    pool = its.of.pool
    if pool is None:
        return 1.0
    if pool.kind == "vacancies":  # what arrives is drawn; what is agreed is known
        step = next(step for step, name in its.scenarios.items() if name == scenario)
        change = next(own for own in its.of.steps if own.step == step).changes[0]
        there = _mean(_of(values, start, CAPACITY.of(pool.name)))
        return float(change["add"]) if "add" in change else (change["scale"] - 1) * there
    return -_fall(values, start, scenario, CAPACITY.of(pool.name))


def _provided_gbp(pool: CityPool | None, units: float) -> float:
    """Return what a year of these units costs before anything is saved elsewhere; NaN if that is not known."""
    price = None if pool is None else pool.price
    a_year = None if price is None else {"capacity_day": DAYS_PER_YEAR, "offered_start": WEEKS}.get(price.per)
    return math.nan if price is None or a_year is None else units * a_year * price.gbp


def _fall(values: Cube, start: str, scenario: str, measure: str) -> float:
    return _mean(_of(values, start, measure) - _of(values, scenario, measure))


def _of(values: Cube, scenario: str, measure: str) -> Floats:
    """Return a measure of each replication of a scenario; NaN if it was not measured."""
    if measure not in values.measures:
        return np.full(values.values.shape[-1], math.nan)
    found: Floats = values.of([scenario])[0, values.measures.index(measure)]
    return found


def _mean(per_replication: Floats) -> float:
    return float(moments(per_replication)[0])


def _is_clear(gain: Floats) -> bool:
    """Return whether a gain is clearly above 0."""
    return bool(estimate(gain, 0.0).low > 0)
