"""The report of a run: one page, in one file, that a member of the taskforce can read on a phone or on paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from flowsim.config.city_schema import CityConfig
from flowsim.config.pools import CityPool
from flowsim.measures.catalogue import CAPACITY, OCCUPANCY, UTILISATION, WAIT, why_empty
from flowsim.measures.observed import ObservedFit
from flowsim.model.clock import HOURS_PER_DAY
from flowsim.model.effective_city import EffectiveCity, effective_city
from flowsim.report import labels
from flowsim.report.changes_in_words import dated_rows
from flowsim.report.city import city_figures
from flowsim.report.city.city_answer import city_answer, high_and_low
from flowsim.report.city.city_held_back import holds_back_table, with_what_holds_back
from flowsim.report.city.city_pictures import delayed_picture, targets_picture
from flowsim.report.city.city_points import row_of
from flowsim.report.city.city_why import why_section
from flowsim.report.city.observed_months import flagged_in_words, in_words, observed_picture, scores_table, years_table
from flowsim.report.city.published_figures import Comparison, comparisons, score
from flowsim.report.figures.figure_data import PoolThroughYear
from flowsim.report.figures.marks import PUBLISHED, key
from flowsim.report.page import render, wide_and_narrow
from flowsim.report.shared_tables import (
    LONG_DAYS,
    Series,
    how_it_was_run,
    measure_in_words,
    monthly_return,
    period,
    run_word,
    window_note,
)
from flowsim.run.city_results import HeldBack
from flowsim.run.why_delayed import WhyDelayed

_FIRST = (
    "dtoc_delayed_days",
    "excess_days",
    "at_home_91_days_share",
    "care_home_admissions_65plus",
    "non_elective_admissions",
    "length_of_stay_65plus_mean",
    "decision_support_tools_28_days_share",
)
_NOTE = (
    "An interval shows how precisely the simulation knows its own average. It does not cover doubt about the "
    "assumptions."
)
_WORK_BY_DAY = ("discharge_team", "transport")  # what is in use at midnight says nothing of them: they get no curve


def report_html(
    config: CityConfig,
    summary: pd.DataFrame,
    daily: pd.DataFrame,
    sitrep: pd.DataFrame,
    manifest: Mapping[str, Any],
    observed: ObservedFit | None = None,
    why: WhyDelayed | None = None,
    held_back: HeldBack | None = None,
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
        ``month, bed_type, reason, organisation, delayed_days, snapshot_patients``: the monthly return.
    manifest : mapping
        How it was run: command, engine, seed, replications, hash, versions, timings. A mapping inside is shown on one
        line; the resolved configuration is left out.
    observed : ObservedFit, optional
        What was published month by month, next to what was simulated.
    why : WhyDelayed, optional
        Why people are delayed.
    held_back : HeldBack, optional
        What more of the services that most people wait for would save.

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
    targets = targets_picture(rows, config)

    def label(measure: str) -> str:
        return measure_in_words(measure, config)

    return render(
        "report.html.j2",
        config=config,
        run_word=run_word(config),
        period=period(config),
        months=labels.listed([labels.MONTHS[month - 1] for month in config.outcomes.at_home_91_months]),
        replications=int(summary["replications"].max()) if len(summary) else 0,
        answer=with_what_holds_back(city_answer(config, summary, series, rows, observed, why), held_back),
        first=_first(summary, rows, label),
        held_back=holds_back_table(held_back),
        score=score(rows),
        comparisons=[(label(row.measure), row) for row in rows],
        published_key=key(*(PUBLISHED[grade] for grade in ("met", "near", "far"))),
        targets_figure=targets and wide_and_narrow(targets.svg),
        observed=_observed(observed),
        why=why and why_section(config, why),
        curve=_curve(config, series, rows),
        group_shares=_shares(summary, "dtoc_share_{}", labels.GROUPS),
        day_91=_day_91(summary),
        pools=_pools(config, summary, series, pools),
        boarding=_boarding(row_of(summary, "boarding_hours_mean")["mean"]),
        monthly=monthly_return(sitrep, config),
        everything=[(label(row.measure), row, _why_empty(row)) for row in summary.itertuples()],
        window_note=window_note(config),
        history=dated_rows(config, pools),
        day_91_empty=why_empty("at_home_91_days_share"),
        run=how_it_was_run(manifest),
    )


def _first(summary: pd.DataFrame, rows: Sequence[Comparison], label: Callable[[str], str]) -> dict[str, Any]:
    """Return the table of the first layer: a few measures next to their published figures."""
    published = {row.measure: row for row in rows if not row.is_ambition}
    found = []
    for measure in [name for name in _FIRST if name in set(summary["measure"])]:
        row, target = row_of(summary, measure), published.get(measure)
        interval = labels.number_interval(row["ci_low"], row["ci_high"], row["unit"])
        close = f"{PUBLISHED[target.grade].glyph} {target.verdict}" if target else ""
        simulated = labels.number(row["mean"], row["unit"])
        found.append([label(measure), simulated, interval, target.target if target else "", close])
    header = ["Figure", "Simulated", "95% interval", "Published", "How close"]
    if not published:
        header, found = header[:3], [row[:3] for row in found]
    caption = "Simulated and published" if published else "The main figures"
    return {"caption": caption, "header": header, "rows": found, "note": _NOTE}


def _why_empty(row: Any) -> str:
    return "" if math.isfinite(row.mean) else why_empty(row.measure)


def _curve(config: CityConfig, series: Series, rows: list[Comparison]) -> dict[str, Any] | None:
    picture, total = delayed_picture(series, rows), series.get("delayed")
    if picture is None:
        return None
    caption = ["People delayed at midnight, by what they wait for."]
    if series.dates.size >= LONG_DAYS:
        caption.append("Each point is the average of seven days.")
    if len(total) > 1:
        runs = f"{len(total)} simulated {run_word(config)}s"
        caption.append(f"The shaded band runs from the lowest to the highest of {runs}.")
    return {
        "figure": wide_and_narrow(picture.svg),
        "caption": caption,
        "sentences": high_and_low(series),
    }


def _observed(fit: ObservedFit | None) -> dict[str, Any] | None:
    """Return the published months over the simulated ones; None if no month is both."""
    if fit is None:
        return None
    return {
        "sentences": [sentence for sentence in (in_words(fit), flagged_in_words(fit)) if sentence],
        "figure": wide_and_narrow(observed_picture(fit).svg),
        "years": years_table(fit),
        "scores": scores_table(fit),
    }


def _shares(summary: pd.DataFrame, pattern: str, labels: Mapping[str, str]) -> list[tuple[str, dict[str, Any]]]:
    return [(label, row_of(summary, pattern.format(name))) for name, label in labels.items()]


def _day_91(summary: pd.DataFrame) -> dict[str, Any] | None:
    rows = _shares(summary, "day_91_{}_share", labels.DAY_91)
    if not any(math.isfinite(row["mean"]) for _, row in rows):
        return None
    bars = city_figures.shares({label: row["mean"] for label, row in rows})
    return {"rows": rows, "figure": wide_and_narrow(bars.svg)}


def _pools(config: CityConfig, summary: pd.DataFrame, series: Series, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Return a row for each pool: what there is, what is in use, how long people wait, and the curve of its days."""
    rows = []
    city = effective_city(config)
    for its in city.pools:
        pool = its.name
        row: dict[str, Any] = {
            "label": labels[pool],
            "capacity": row_of(summary, CAPACITY.of(pool))["mean"],
            "surge": its.surge_size,
            "in_use": row_of(summary, OCCUPANCY.of(pool)),
            "full": row_of(summary, UTILISATION.of(pool)),
            "wait": row_of(summary, WAIT.of(pool)),
            "figure": None,
        }
        in_use = series.get(f"{pool}_occupancy")
        if in_use.size and math.isfinite(row["capacity"]) and its.kind == "units" and pool not in _WORK_BY_DAY:
            data = PoolThroughYear(series.dates, in_use, row["capacity"], row["surge"], _steps(city, its))
            curve = city_figures.pool_through_year(pool, row["label"], data)
            row["figure"] = Markup(curve.svg())
        rows.append(row)
    return rows


def _steps(city: EffectiveCity, pool: CityPool) -> NDArray[np.float64] | None:
    """Return the capacity of a pool on each day that counts; None if it is always the same."""
    run = city.config.run
    by_day = city.units_by_day(pool)[run.warm_up_days : run.warm_up_days + run.horizon_days].astype(np.float64)
    return by_day if by_day.min() < by_day.max() else None


def _boarding(hours: float) -> str:
    """Say how long people board in MAU and AMU; nothing if it was not measured."""
    if not math.isfinite(hours):
        return ""
    wait = labels.wait(hours / HOURS_PER_DAY)
    if wait == labels.NONE:
        return "Nobody in MAU or AMU waits for a ward bed."
    return f"People in MAU or AMU who need a ward bed wait {wait} for it on average."
