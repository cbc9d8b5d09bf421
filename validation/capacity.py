"""Lag or capacity: what is left of the delay of 2016/17 if a service is endless, and how delay answers to its size."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
from published import Floats, Published, Runs, Series, table

from flowsim.config.city_schema import CityConfig
from flowsim.measures.observed import GROUPS, TOTAL
from flowsim.measures.statistics import half_width

YEAR = "2016/17"
FIRST_DAY, WARM_UP, DAYS = dt.date(2015, 3, 1), 397, 365
TEAM = "discharge team"
EVERYTHING = "all of these services"
WITH_TEAM = "all of these services and the team"
SERVICES = {
    "homecare": ("services.homecare", "starts_per_week"),
    "Active Recovery": ("services.active_recovery", "caseload"),
    "intermediate care beds": ("services.intermediate_care", "beds"),
    "care homes": ("services.residential services.nursing", "starts_per_week"),
}
ENDLESS = 12
LEVELS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
# The knee is where a tenth more capacity begins to save less than this.
WORTH_HAVING = 5.0


def baseline_year(city: CityConfig) -> CityConfig:
    """Return the city counting 2016/17 alone, after a warm-up of more than a year."""
    run = {"start_date": FIRST_DAY.isoformat(), "warm_up_days": WARM_UP, "horizon_days": DAYS}
    return city.with_changes([{"path": f"run.{name}", "set": value} for name, value in run.items()])


def sized(city: CityConfig, names: Sequence[str], factor: float) -> CityConfig:
    """Return the city with the capacity of some services (or the team's staff) multiplied, at all times."""
    changes = []
    for name in names:
        if name == TEAM:
            changes.append({"path": "discharge_planning.team.staff", "scale": factor})
            continue
        kinds, setting = SERVICES[name]
        for kind in kinds.split():
            services = getattr(city.services, kind.removeprefix("services."))
            changes += [{"path": f"{kind}.{its}.{setting}", "scale": factor} for its in services]
    return city.with_changes(changes)


def endless(runs: Runs, year: CityConfig, n: int) -> dict[str, dict[str, float]]:
    """Return the people delayed a day in 2016/17, by series, with endless capacity of one service after another."""
    cases = {
        "as it is": [],
        **{name: [name] for name in SERVICES},
        TEAM: [TEAM],
        EVERYTHING: list(SERVICES),
        WITH_TEAM: [*SERVICES, TEAM],
    }
    published = Published.of(year)
    found = {}
    for label, names in cases.items():
        series = runs(sized(year, names, ENDLESS) if names else year, n)
        found[label] = {name: float(published.of_year(series[name].mean(axis=0), YEAR)) for name in (TOTAL, *GROUPS)}
    return found


def endless_table(floors: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table of `endless`."""
    rows = [[label, *(f"{its[name]:.1f}" for name in (TOTAL, *GROUPS))] for label, its in floors.items()]
    return table(["endless capacity of", TOTAL, *GROUPS], rows)


def responses(runs: Runs, year: CityConfig, n: int) -> dict[str, Floats]:
    """Return, by service, the people delayed a day in 2016/17 at each of `LEVELS`; shape (levels, replications)."""
    published = Published.of(year)

    def delayed(series: Series) -> Floats:
        return published.of_year(series[TOTAL], YEAR)

    as_it_is = delayed(runs(year, n))
    return {
        name: np.array([as_it_is if level == 1 else delayed(runs(sized(year, [name], level), n)) for level in LEVELS])
        for name in SERVICES
    }


def responses_table(curves: Mapping[str, Floats]) -> str:
    """Return the change at each level of each capacity, from paired years, with its 95% interval."""
    rows = []
    at = LEVELS.index(1.0)
    for name, delayed in curves.items():
        change = delayed - delayed[at]
        half = half_width(change.std(axis=1, ddof=1), change.shape[1])
        cells = [
            f"{delayed[at].mean():.0f}" if i == at else f"{mean:+.1f} ± {its:.1f}"
            for i, (mean, its) in enumerate(zip(change.mean(axis=1), half, strict=True))
        ]
        rows.append([name, *cells])
    return table(
        ["people delayed a day", *(f"{level - 1:+.0%}" if level != 1 else "as it is" for level in LEVELS)], rows
    )


def knees(curves: Mapping[str, Floats]) -> list[str]:
    """Say of each service up to where a tenth more of it saves `WORTH_HAVING` people a day or more."""
    found = []
    for name, delayed in curves.items():
        saved = -np.diff(delayed.mean(axis=1))
        worth = [LEVELS[i + 1] for i, its in enumerate(saved) if its >= WORTH_HAVING]
        last = worth[-1] if worth else 0.0
        where = (
            f"up to {last - 1:+.0%}" if last > 1 else "only up to what there is" if last else "nowhere in this range"
        )
        fifth = saved[:2].sum()
        found.append(
            f"**{name}**: a tenth more saves {WORTH_HAVING:.0f} people a day or more {where}; a fifth less costs "
            f"{fifth:.0f}, a fifth more saves {saved[2:4].sum():.0f}."
        )
    return found
