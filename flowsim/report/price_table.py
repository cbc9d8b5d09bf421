"""The prices of a city as people read them: what costs how much, in which year's money, who pays, and the source."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.config.city_schema import CityConfig
from flowsim.config.cost_schema import PoolPrice, Price
from flowsim.config.intervention_schema import InterventionCost
from flowsim.config.setting_labels import path_label
from flowsim.report.labels import DASH, pool_labels

PRICE_HEADER = ("What", "Price, £", "For", "Money of", "Who pays", "Source")
NOT_SAID = "not given"

_FOR = {
    "capacity_day": "each {unit} and day, used or not",
    "open_hour": "each {unit} and hour of work",
    "offered_start": "each start that is agreed, used or not",
    "used_day": "each {unit} and day in use",
    "start": "each start",
}


def price_rows(city: CityConfig) -> list[tuple[str, str, str, str, str, str]]:
    """Return a row of texts for each price of a city, under the heads of `PRICE_HEADER`.

    They are those of pools and working hours, of a delayed day, of care instead of an admission, and of the
    interventions in place. A price without a year of its own is in money of the price base.
    """
    costs, labels = city.costs, pool_labels(city)
    rows = [_row(labels[name], price, _for(name, price, city), city) for name, price in costs.pools.items()]
    for name, hourly in costs.calendars.items():
        rows.append(_row(f"On duty: {path_label(name, {})}", hourly, "each hour in which the calendar is open", city))
    source = costs.delayed_acute_day_source or NOT_SAID
    rows.append(("A delayed day", _gbp(costs.delayed_acute_day_gbp), "each day", costs.price_base, DASH, source))
    for name, scheme in city.admission_avoidance.items():
        who = payer(scheme.nhs_share)
        rows.append((path_label(name, {}), _gbp(scheme.gbp_each), "each person", costs.price_base, who, NOT_SAID))
    for deployed in city.interventions.values():
        if deployed.intervention.cost is not None:
            rows += _intervention_rows(deployed.intervention.title, deployed.intervention.cost, city)
    return rows


def payer(nhs_share: float | None) -> str:
    """Return who pays, in words."""
    if nhs_share is None:
        return NOT_SAID
    if nhs_share in (0.0, 1.0):
        return "NHS" if nhs_share else "social care"
    return f"NHS {100 * nhs_share:g}%, social care {100 * (1 - nhs_share):g}%"


def _row(what: str, price: Price, unit: str, city: CityConfig) -> tuple[str, str, str, str, str, str]:
    year = price.year or city.costs.price_base
    return what, _gbp(price.gbp), unit, year, payer(price.nhs_share), price.source or NOT_SAID


def _for(name: str, price: PoolPrice, city: CityConfig) -> str:
    kind = next(pool.kind for pool in city.pools if pool.name == name)
    unit = "visit" if kind == "visits" and price.per == "capacity_day" else _unit(name, city)
    return _FOR[price.per].format(unit=unit)


def _unit(name: str, city: CityConfig) -> str:
    size = next(pool.path for pool in city.pools if pool.name == name).rpartition(".")[2]
    return {"beds": "bed", "staff": "member of staff", "vehicles": "vehicle"}.get(size, "person")


def _intervention_rows(
    title: str, cost: InterventionCost, city: CityConfig
) -> Iterator[tuple[str, str, str, str, str, str]]:
    for gbp, once in ((cost.one_off_gbp, "once"), (cost.per_year_gbp, "each year, at full reach")):
        if gbp:
            yield title, _gbp(gbp), once, cost.year or city.costs.price_base, payer(cost.nhs_share), cost.source


def _gbp(gbp: float) -> str:
    return f"{gbp:,.0f}" if gbp == round(gbp) else f"{gbp:,.2f}"
