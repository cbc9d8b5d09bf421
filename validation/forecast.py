"""A forecast of 2017/18 made with what was known in March 2017, and its scores next to those of simple forecasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
from as_of_march_2017 import DECIDED, LAST_KNOWN_DAY, SETTINGS, Draw, Unsure, draws, member
from published import INTERVENTIONS, Floats, Published, Series, returned, stacked, table
from scipy.stats import spearmanr

from flowsim.config.city_schema import CityConfig
from flowsim.measures.forecast_scores import (
    central_range,
    naive_forecast,
    naive_total,
    score_forecast,
    seasonal_naive_forecast,
)
from flowsim.measures.observed import GROUPS, TOTAL

FIRST_DAY, WARM_UP = dt.date(2014, 3, 1), 396
KNOWN_DAYS, YEAR_DAYS = 731, 365
FIRST_MONTH, LAST_MONTH = "2017-04", "2018-03"
KEPT_SHARE = 3
PLAN_GOAL = 21_203.0
MODEL, NOTHING = "flowsim, with what was decided", "flowsim, if nothing had been decided"


@dataclass(frozen=True)
class Forecast:
    """Forecasts of the year 2017/18, each an ensemble of equally likely values.

    Attributes
    ----------
    months : Published
        What came.
    by_month : mapping of str to numpy.ndarray, shape (members, 12)
        By forecast: people delayed on an average day of each month.
    total : mapping of str to numpy.ndarray, shape (members,)
        By forecast: delayed days of the year.
    by_reason : mapping of str to numpy.ndarray, shape (members, 12)
        The city's forecast of the months by group of reasons.
    past : Published
        What was known, from April 2015 on.
    hindcast : mapping of str to numpy.ndarray, shape (members, months)
        By series: the members of the city's forecast in those months.
    drawn : sequence of mapping
        The draws that were kept.
    tried : int
        How many draws there were.
    """

    months: Published
    by_month: Mapping[str, Floats]
    total: Mapping[str, Floats]
    by_reason: Mapping[str, Floats]
    past: Published
    hindcast: Mapping[str, Floats]
    drawn: Sequence[Draw] = field(default_factory=list)
    tried: int = 0


def forecast(pool: Executor, city: CityConfig, n: int) -> Forecast:
    """Make the forecasts: n draws of what is not sure, of which those third are kept that fit the past best."""
    known, whole = _running(city, KNOWN_DAYS), _running(city, KNOWN_DAYS + YEAR_DAYS)
    past, months = Published.of(known), Published.between(city, FIRST_MONTH, LAST_MONTH)
    drawn = draws(n)
    before = list(pool.map(_past, *zip(*[(known, draw, i, past) for i, draw in enumerate(drawn)], strict=True)))
    kept = best(past, before, max(2, n // KEPT_SHARE))
    asked = [(whole, drawn[i], i, months) for i in kept]
    ahead = {
        name: stacked(list(pool.map(of, *zip(*asked, strict=True))))
        for name, of in ((MODEL, _decided), (NOTHING, _undecided))
    }
    ensembles = {name: its[TOTAL] for name, its in ahead.items()}
    by_month = ensembles | simple_by_month(city)
    total = {name: its @ months.days for name, its in ensembles.items()} | simple_totals(city)
    by_reason = {name: ahead[MODEL][name] for name in GROUPS}
    hindcast = {name: np.array([before[i][name] for i in kept]) for name in (TOTAL, *GROUPS)}
    return Forecast(months, by_month, total, by_reason, past, hindcast, [drawn[i] for i in kept], n)


def best(past: Published, simulated: Sequence[Series], n: int) -> list[int]:
    """Return which n runs lie nearest the published months.

    The distance is the root of the mean squared differences of the five groups of reasons, added up, over the months
    that are not flagged. Keeping the nearest draws is the simplest form of approximate Bayesian computation (M. A.
    Beaumont, W. Zhang and D. J. Balding, Genetics 162, 2002).
    """
    off = [
        float(sum(np.mean((its[name] - past.series[name])[past.usable] ** 2) for name in GROUPS)) for its in simulated
    ]
    return [int(i) for i in np.argsort(off, kind="stable")[:n]]


def simple_by_month(city: CityConfig) -> dict[str, Floats]:
    """Return the simple forecasts of the twelve months, from the published months that are not flagged."""
    past = _per_day(_all_known(city))
    return {
        "naive: each month like March 2017": naive_forecast(past, 12),
        "seasonal naive: each month like that of 2016/17": seasonal_naive_forecast(past, 12),
    }


def simple_totals(city: CityConfig) -> dict[str, Floats]:
    """Return the simple forecasts of the year's total."""
    known = _all_known(city)
    days = _per_day(known) * known.days
    return {
        "naive: each month like March 2017": naive_total(days, 12)[:, 0],
        "seasonal naive: each month like that of 2016/17": naive_total(days, 12, season=12)[:, 0],
    }


def range_holds(its: Forecast) -> bool:
    """Whether the 95% range of the city's forecast of the year holds what came."""
    low, high = central_range(its.total[MODEL])
    return bool(low <= came(its) <= high)


def came(its: Forecast) -> float:
    """Return the delayed days that were published of the year."""
    return float(its.months.series[TOTAL] @ its.months.days)


def range_in_words(its: Forecast) -> str:
    """Say what the city's forecast of the year is."""
    ensemble = its.total[MODEL]
    low, high = central_range(ensemble)
    return f"{low:,.0f} to {high:,.0f}, median {np.median(ensemble):,.0f}"


def reasons_table(its: Forecast) -> str:
    """Return the year's forecast by group of reasons, in people a day, and what came."""
    rows = []
    for name, ensemble in its.by_reason.items():
        year = ensemble @ its.months.days / its.months.days.sum()
        low, high = central_range(year)
        real = its.months.series[name] @ its.months.days / its.months.days.sum()
        holds = "yes" if low <= real <= high else "**no**"
        rows.append([name, f"{np.median(year):.1f}", f"{low:.1f} to {high:.1f}", f"{real:.1f}", holds])
    return table(["2017/18 by reason, people a day", "median", "95% range", "came", "holds it"], rows)


def totals_table(its: Forecast) -> str:
    """Return the forecasts of the year's delayed days, with their scores in days."""
    real, rows = np.array([came(its)]), []
    for name, ensemble in its.total.items():
        low, high = central_range(ensemble)
        score = score_forecast(ensemble[:, None], real)
        rows.append([
            name, f"{np.median(ensemble):,.0f}", f"{low:,.0f} to {high:,.0f}", "yes" if score.coverage else "**no**",
            f"{score.crps:,.0f}", f"{score.interval_score:,.0f}",
        ])  # fmt: skip
    rows.append(["the plan's own target", f"{PLAN_GOAL:,.0f}", "", "", f"{abs(PLAN_GOAL - real[0]):,.0f}", ""])
    head = ["forecast of 2017/18", "median", "95% range", f"holds {real[0]:,.0f}", "CRPS, days", "interval score, days"]
    return table(head, rows)


def months_table(its: Forecast) -> str:
    """Return the scores of the forecasts of the twelve months, in people a day."""
    rows = []
    for name, ensemble in its.by_month.items():
        score = score_forecast(ensemble, its.months.series[TOTAL])
        rows.append([
            name, f"{score.crps:.1f}", f"{score.interval_score:.0f}", f"{round(12 * score.coverage)} of 12",
            f"{score.bias:+.1f}", f"{score.rmse:.1f}",
        ])  # fmt: skip
    return table(
        ["the twelve months, people a day", "CRPS", "interval score", "in the 95% range", "bias", "rmse"], rows
    )


def unsure_table(unsure: Iterable[Unsure], its: Forecast) -> str:
    """Return what was drawn: the range, the mean of those kept, how far the total moves with it, and the source."""
    rows = []
    for one in unsure:
        values = np.array([draw[one.name] for draw in its.drawn])
        moves = spearmanr(values, its.total[MODEL]).statistic
        rows.append([one.what, f"{one.low:g} to {one.high:g}", f"{values.mean():.2f}", f"{moves:+.2f}", one.why])
    head = [
        "what is drawn",
        "range",
        "mean of those kept",
        "rank correlation with the total",
        "where the range is from",
    ]
    return table(head, rows)


def settings_table(its: Forecast) -> str:
    """Return `unsure_table` of the settings of the city."""
    return unsure_table(SETTINGS, its)


def decided_table(its: Forecast) -> str:
    """Return `unsure_table` of what was decided."""
    return unsure_table(DECIDED, its)


def _all_known(city: CityConfig) -> Published:
    return Published.between(city, "0000-00", f"{LAST_KNOWN_DAY:%Y-%m}")


def _per_day(known: Published) -> Floats:
    per_day: Floats = np.where(known.usable, known.series[TOTAL], np.nan)
    return per_day


def _running(city: CityConfig, days: int) -> CityConfig:
    """Return the city counting some days from April 2015 on."""
    run = {"start_date": FIRST_DAY, "warm_up_days": WARM_UP, "horizon_days": days}
    return city.model_copy(update={"run": city.run.model_copy(update=run)})


def _past(city: CityConfig, draw: Draw, replication: int, past: Published) -> Series:
    # What is decided begins after the past, and a run equals the one without it until then.
    return returned(member(city, draw, INTERVENTIONS, decided=False), past.months, replication)


def _decided(city: CityConfig, draw: Draw, replication: int, months: Published) -> Series:
    return returned(member(city, draw, INTERVENTIONS), months.months, replication)


def _undecided(city: CityConfig, draw: Draw, replication: int, months: Published) -> Series:
    return returned(member(city, draw, INTERVENTIONS, decided=False), months.months, replication)
