"""The report of a run: one page, in one file, that a member of the taskforce can read on a phone or on paper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.measures.catalogue import CAPACITY, OCCUPANCY, UTILISATION, WAIT
from flowsim.measures.window import DAYS_PER_YEAR
from flowsim.model.clock import HOURS_PER_DAY
from flowsim.model.effective_city import effective_city
from flowsim.report import labels
from flowsim.report.city import city_figures
from flowsim.report.city.published_figures import Comparison, comparisons, score
from flowsim.report.page import render, wide_and_narrow
from flowsim.report.shared_tables import (
    LONG_DAYS,
    Series,
    how_it_was_run,
    monthly_return,
    period,
    run_word,
    weekly_mean,
)

_TILES = {
    "dtoc_delayed_days": "Delayed days in a year",
    "excess_days": "Days after medically optimised, in a year",
    "at_home_91_days_share": "Still at home on day 91, aged 65 and over",
    "care_home_admissions_65plus": "Care-home admissions in a year, aged 65 and over",
}
_WORK_BY_DAY = ("discharge_team", "transport")  # what is in use at midnight says nothing of them: they get no curve
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def report_html(
    config: CityConfig,
    summary: pd.DataFrame,
    daily: pd.DataFrame,
    sitrep: pd.DataFrame,
    manifest: Mapping[str, Any],
) -> str:
    """Return the report of a run as one HTML page that loads nothing from elsewhere.

    Parameters
    ----------
    config : CityConfig
        The city that was simulated.
    summary : pandas.DataFrame
        ``scenario, measure, unit, mean, ci_low, ci_high, sd, replications, target_low, target_high, target_source``;
        one row a measure, NaN (or an empty source) where there is nothing. Of several scenarios the first is shown.
    daily : pandas.DataFrame
        ``scenario, replication, date, measure, value``; the dates may be dates, datetimes or text.
    sitrep : pandas.DataFrame
        ``month, reason, organisation, delayed_days, snapshot_patients``: the monthly return.
    manifest : mapping
        How it was run: command, engine, seed, replications, hash, versions, timings. A mapping inside is shown on one
        line; the resolved configuration is left out.

    Returns
    -------
    str
        The page. Whatever is NaN or missing is shown as an en dash.
    """
    scenario = summary["scenario"].iloc[0] if len(summary) else ""
    summary = summary[summary["scenario"] == scenario].reset_index(drop=True)
    series = Series(daily[daily["scenario"] == scenario])
    pools = labels.pool_labels(config)
    rows = comparisons(summary)
    return render(
        "report.html.j2",
        config=config,
        run_word=run_word(config),
        period=period(config),
        months=labels.listed([labels.MONTHS[month - 1] for month in config.outcomes.at_home_91_months]),
        replications=int(summary["replications"].max()) if len(summary) else 0,
        answer=_answer(config, summary, series, rows),
        tiles=[
            (label, _row(summary, name), next((row for row in rows if row.measure == name), None))
            for name, label in _TILES.items()
            if name in set(summary["measure"])
        ],
        score=score(rows),
        comparisons=[(labels.measure_label(row.measure, pools), row) for row in rows],
        targets_figure=_targets_figure(rows, pools),
        curve=_curve(config, series, rows),
        group_shares=_shares(summary, "dtoc_share_{}", labels.GROUPS),
        day_91=_day_91(summary),
        pools=_pools(config, summary, series, pools),
        boarding=_boarding(_row(summary, "boarding_hours_mean")["mean"]),
        monthly=monthly_return(sitrep),
        everything=[(labels.measure_label(row.measure, pools), row) for row in summary.itertuples()],
        run=how_it_was_run(manifest),
    )


def _answer(config: CityConfig, summary: pd.DataFrame, series: Series, rows: list[Comparison]) -> dict[str, Any]:
    """Say first how many people are delayed on an average day, against what was published and what is aimed at."""
    row = _row(summary, "dtoc_patients_mean")
    published, source = _published_patients(rows)
    ambition = _ambition(rows)
    if math.isfinite(row["ci_low"]) and math.isfinite(row["ci_high"]):
        sentences = [f"The 95% interval is {labels.people(row['ci_low'])} to {labels.people(row['ci_high'])}."]
    else:
        sentences = [f"There is no interval, because it takes several simulated {run_word(config)}s to make one."]
    if math.isfinite(published) and math.isfinite(row["mean"]):
        off = row["mean"] / published - 1
        side = "the same" if abs(off) < 0.005 else f"{abs(off):.0%} {'higher' if off > 0 else 'lower'}"
        inside = row["ci_low"] <= published <= row["ci_high"]
        within = ", and the published figure lies within its interval" if inside else ""
        sentences.append(
            f"The published figure is {labels.people(published)} ({source}): the simulation is {side}{within}."
        )
    if ambition is not None and math.isfinite(row["mean"]):
        gap = row["mean"] - ambition.high
        met = f"{labels.people(gap)} above it" if gap > 0 else "at or below it"
        sentence = f"The agreed ambition is {labels.people(ambition.high)} people at any time: the simulation is {met}"
        delayed = series.get("delayed")
        if delayed.size:
            days = float((delayed <= ambition.high).mean() * delayed.shape[1])
            sentence += f", and reaches it on {labels.people(days)} of {delayed.shape[1]} days"
        sentences.append(sentence + ".")
    return {"row": row, "sentences": sentences}


def _published_patients(rows: list[Comparison]) -> tuple[float, str]:
    """Return how many people the published figures say are delayed on an average day, and how that is known."""
    for row in rows:
        if row.measure == "dtoc_patients_mean" and not row.is_ambition and not row.is_range:
            return row.low, row.source
    for row in rows:
        if row.measure == "dtoc_delayed_days" and not row.is_range:
            days = labels.number(row.low)
            return row.low / DAYS_PER_YEAR, f"{days} delayed days over {DAYS_PER_YEAR:.0f} days; {row.source}"
    return math.nan, ""


def _ambition(rows: list[Comparison]) -> Comparison | None:
    return next((row for row in rows if row.measure == "dtoc_patients_mean" and row.is_ambition), None)


def _targets_figure(rows: list[Comparison], pools: dict[str, str]) -> dict[str, Markup] | None:
    rows = [row for row in rows if not row.is_ambition]
    if not rows:
        return None
    names = [labels.measure_label(row.measure, pools) for row in rows]
    return wide_and_narrow(city_figures.against_published(rows, names).svg)


def _curve(config: CityConfig, series: Series, rows: list[Comparison]) -> dict[str, Any] | None:
    total = series.get("delayed")
    if not total.size:
        return None
    lines = {}
    published, _ = _published_patients(rows)
    if math.isfinite(published):
        lines[f"Published average: {labels.people(published)}"] = published
    ambition = _ambition(rows)
    if ambition is not None:
        lines[f"Ambition: {labels.people(ambition.high)}"] = ambition.high
    groups = {label: series.mean(f"delayed_{group}") for group, label in labels.SHORT_GROUPS.items()}
    smooth = weekly_mean if series.dates.size >= LONG_DAYS else np.asarray
    groups = {label: smooth(values) for label, values in groups.items()}
    curve = smooth(total)
    caption = ["People delayed at midnight, by what they wait for."]
    if smooth is weekly_mean:
        caption.append("Each point is the average of seven days: the rhythm of the week would hide the year.")
    if len(total) > 1:
        runs = f"{len(total)} simulated {run_word(config)}s"
        caption.append(f"The shaded band runs from the lowest to the highest of {runs}.")
    return {
        "figure": wide_and_narrow(city_figures.delayed_through_year(series.dates, groups, curve, lines).svg),
        "caption": caption,
        "sentences": _high_and_low(series.dates, curve.mean(axis=0), total.mean(axis=0)),
    }


def _high_and_low(dates: NDArray[np.datetime64], curve: NDArray[np.float64], by_day: NDArray[np.float64]) -> list[str]:
    """Say when in the year, and on which day of the week, most and fewest people are delayed."""
    most, least = curve.argmax(), curve.argmin()
    sentences = [
        f"On average, most people are delayed around {labels.long_date(dates[most].item())} "
        f"({labels.people(curve[most])}) and fewest around {labels.long_date(dates[least].item())} "
        f"({labels.people(curve[least])})."
    ]
    weekday = np.array([date.weekday() for date in dates.tolist()])
    if set(weekday) == set(range(7)):
        night = np.array([by_day[weekday == i].mean() for i in range(7)])
        high, low = night.argmax(), night.argmin()
        sentences.append(
            f"In an average week the number is highest on {_WEEKDAYS[high]} night ({labels.people(night[high])}) and "
            f"lowest on {_WEEKDAYS[low]} night ({labels.people(night[low])})."
        )
    return sentences


def _shares(summary: pd.DataFrame, pattern: str, labels: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    return [(label, _row(summary, pattern.format(name))) for name, label in labels.items()]


def _day_91(summary: pd.DataFrame) -> dict[str, Any] | None:
    rows = _shares(summary, "day_91_{}_share", labels.DAY_91)
    if not any(math.isfinite(row["mean"]) for _, row in rows):
        return None
    bars = city_figures.shares({label: row["mean"] for label, row in rows})
    return {"rows": rows, "figure": wide_and_narrow(bars.svg)}


def _pools(config: CityConfig, summary: pd.DataFrame, series: Series, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Return a row for each pool: what there is, what is in use, how long people wait, and the curve of its days."""
    rows = []
    for its in effective_city(config).pools:
        pool = its.name
        row: dict[str, Any] = {
            "label": labels[pool],
            "capacity": _row(summary, CAPACITY.of(pool))["mean"],
            "surge": its.surge_size,
            "in_use": _row(summary, OCCUPANCY.of(pool)),
            "full": _row(summary, UTILISATION.of(pool)),
            "wait": _row(summary, WAIT.of(pool)),
            "figure": None,
        }
        in_use = series.get(f"{pool}_occupancy")
        if in_use.size and math.isfinite(row["capacity"]) and its.kind == "units" and pool not in _WORK_BY_DAY:
            curve = city_figures.pool_through_year(
                pool, row["label"], series.dates, in_use, row["capacity"], row["surge"]
            )
            row["figure"] = Markup(curve.svg())
        rows.append(row)
    return rows


def _boarding(hours: float) -> str:
    """Say how long people board in MAU and AMU; nothing if it was not measured."""
    if not math.isfinite(hours):
        return ""
    wait = labels.wait(hours / HOURS_PER_DAY)
    if wait == labels.NONE:
        return "Nobody in MAU or AMU waits for a ward bed."
    return f"People in MAU or AMU who need a ward bed wait {wait} for it on average."


def _row(summary: pd.DataFrame, name: str) -> dict[str, Any]:
    """Return the mean, the interval and the unit of a measure; NaN if it was not measured."""
    found = summary[summary["measure"] == name]
    if not len(found):
        return {"mean": math.nan, "ci_low": math.nan, "ci_high": math.nan, "unit": ""}
    return {key: found[key].iloc[0] for key in ("mean", "ci_low", "ci_high", "unit")}
