"""What one more of a service is worth, in words that the report of a run and that of an experiment share."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from flowsim.experiment.analysis.worth import CLEAR, MORE, NOTHING, PAYS, SAVES, SMALL, UNPRICED
from flowsim.experiment.one_more import DAY, HOUR, MAIN
from flowsim.report import labels
from flowsim.report.differences import amount, signed, signed_interval

_NOT_CLEAR = {NOTHING: "saves nothing", SMALL: "too small to tell"}


def main_rows(table: pd.DataFrame) -> list[Any]:
    """Return the rows by which services are compared, one each: what saves most first, what is not clear last."""
    tried = table[(table["scenario"] != "") & table["step"].isin(MAIN)]
    place = tried["step"].map({step: i for i, step in enumerate(MAIN)})
    first = tried.assign(place=place).sort_values("place", kind="stable").drop_duplicates("service")
    first = first.assign(clear=first["verdict"].isin(CLEAR))
    ordered = first.sort_values(["clear", "delayed_days_saved"], ascending=False, kind="stable")
    return list(ordered.itertuples(index=False))


def added(row: Any) -> str:
    """Return what a step adds ("5.4 beds more"; "an hour more a day")."""
    if row.step in (HOUR, DAY):
        return "an hour more a day" if row.step == HOUR else "a day more a week"
    size = abs(row.units_added)
    number = f"{size:.0f}" if abs(size - round(size)) < 0.05 else f"{size:.1f}"
    return f"{number} {_plural(row.unit, size)} {'fewer' if row.units_added < 0 else 'more'}"


def price_of_a_day(row: Any) -> str:
    """Return pounds for a delayed day saved, or why there is no such figure."""
    if row.verdict == SAVES:
        return f"{labels.number(row.gbp_per_delayed_day, 'gbp')} a day saved"
    if row.verdict == PAYS:
        return "pays for itself: what is paid in all falls"
    if row.verdict == UNPRICED:
        return "no price"
    return _NOT_CLEAR.get(row.verdict, str(row.verdict))


def price_with_interval(row: Any) -> str:
    """Return the same with its interval."""
    text = price_of_a_day(row).removesuffix(" a day saved").partition(":")[0]
    if row.verdict == SAVES and math.isfinite(row.gbp_per_day_ci_low):
        return f"{text} ({labels.number_interval(row.gbp_per_day_ci_low, row.gbp_per_day_ci_high, 'gbp')})"
    return text


def sentence(row: Any) -> str:
    """Return what a step saves and what each day costs, as a clause: "Homecare: 3.7 starts a week more save ..."."""
    price = price_of_a_day(row)
    cost = f", at about {price}" if row.verdict == SAVES else f"; {price}" if row.verdict != MORE else ""
    ends = labels.number_interval(row.ci_low, row.ci_high, "days")
    saved = amount(row.delayed_days_saved, "days")
    what = "more delayed days" if row.delayed_days_saved < 0 else "delayed days fewer"
    if row.delayed_days_saved < 0:
        ends = labels.number_interval(-row.ci_high, -row.ci_low, "days")
    return f"{row.label}, {added(row)}: {saved} {what} a year ({ends}){cost}"


def table_rows(rows: list[Any]) -> list[list[str]]:
    """Return rows of a table: service, step, days saved, interval, pounds for a day, knee."""
    return [
        [
            row.label,
            added(row),
            signed(row.delayed_days_saved, "days"),
            signed_interval(row.ci_low, row.ci_high, "days"),
            price_with_interval(row),
            row.knee,
        ]
        for row in rows
    ]


HEADER = ("Service, team or hours", "What is added", "Delayed days saved a year", "95% interval", "£ for a day saved")


def _plural(unit: str, size: float) -> str:
    """Return a unit for a number of it: "starts a week", "members of staff"."""
    first, space, rest = unit.partition(" ")
    return unit if size == 1 else f"{first}s{space}{rest}"
