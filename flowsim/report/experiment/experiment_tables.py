"""The tables of the report of an experiment, in the order in which they are shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from flowsim.config.intervention_schema import Intervention
from flowsim.measures.catalogue import WAIT
from flowsim.report import labels
from flowsim.report.caveats import SAME_PATIENTS
from flowsim.report.changes_in_words import change_in_words, how_in_words, plain
from flowsim.report.differences import Difference, amount, amount_interval, signed, signed_interval
from flowsim.report.experiment.money import BED_DAYS, NHS, PAID, SOCIAL_CARE, WORTH
from flowsim.report.experiment.reach import in_words
from flowsim.report.experiment.results_view import View, settings_of
from flowsim.report.figures.cost_figure import frontier
from flowsim.report.figures.marks import DIFFERENCES, FRONTIER, GOALS

GRADES = {grade: mark.meaning for grade, mark in DIFFERENCES.items()}
LONG_WAIT_DAYS = 1 / 24
_CHANGES_SHOWN = 12
_MONEY = {
    PAID: "To pay",
    NHS: "of it NHS",
    SOCIAL_CARE: "of it social care",
    "cost_interventions": "The changes themselves",
    BED_DAYS: "Hospital bed days",
    WORTH: "Worth of these, if beds close",
    "cost_total": "Cost of all that is used",
    "dtoc_delayed_days": "Delayed days",
}


def against_baseline(view: View) -> list[dict[str, str]]:
    """Return the headline measures of the best scenario next to the baseline, with the difference and its interval."""
    if view.best is None:
        return []
    rows = []
    for measure in view.measures:
        before, after = (view.mean(name, measure) for name in (view.baseline, view.best))
        gap, unit = view.difference(view.best, measure), after["unit"]
        rows.append(
            {
                "what": view.label(measure),
                "was": amount(before["mean"], unit),
                "now": amount(after["mean"], unit),
                "difference": signed(gap.value, unit),
                "interval": signed_interval(gap.low, gap.high, unit),
            }
        )
    return rows


def empty_measures(view: View) -> list[str]:
    """Say why headline measures have no number in the baseline."""
    empty = [m for m in _columns(view) if not math.isfinite(view.mean(view.baseline, m)["mean"])]
    return [f"{view.label(m)}: no figure{why and f', because {why}'}." for m in empty for why in [view.why_empty(m)]]


def day_91_rows(view: View) -> list[dict[str, Any]]:
    """Return where people are on day 91, a row for the baseline and each shown scenario."""
    rows = []
    for name in [view.baseline, *view.shown]:
        shares = [view.mean(name, f"day_91_{outcome}_share")["mean"] for outcome in labels.DAY_91]
        if any(math.isfinite(share) for share in shares):
            rows.append({"title": view.short(name), "shares": [labels.number(share, "share") for share in shares]})
    return rows


def scenario_rows(view: View) -> list[dict[str, Any]]:
    """Return a row for the baseline and each shown scenario: the headline measures, and whether they meet targets."""
    rows = []
    for name in [view.baseline, *view.shown]:
        cells = []
        for measure in _columns(view):
            row = view.mean(name, measure)
            cells.append(
                {
                    "mean": amount(row["mean"], row["unit"]),
                    "interval": amount_interval(row["ci_low"], row["ci_high"], row["unit"]),
                    "verdict": verdict(view, name, measure),
                }
            )
        rows.append({"title": view.short(name), "cells": cells})
    return rows


def scenario_columns(view: View) -> list[tuple[str, str]]:
    """Return the heads of those columns: a measure, and its goal where it has one."""
    heads = []
    for measure in _columns(view):
        target = view.goal_in_words(measure)
        heads.append((view.label(measure), target))
    return heads


def verdict(view: View, scenario: str, measure: str) -> dict[str, str] | None:
    """Return in how many replications a scenario meets the goal of a measure; None if there is none."""
    share, _ = view.share_met(scenario, measure)
    if view.goal(measure) is None or not math.isfinite(share):
        return None
    runs = view.runs_with_goal(scenario, measure)
    mark = GOALS["met" if share == 1 else "missed" if share == 0 else "partly"]
    in_words = f"met in {round(share * runs)} of {runs}" if 0 < share < 1 else mark.meaning
    return {"mark": mark.glyph, "in_words": in_words, "grade": "far" if share == 0 else "met"}


def ranking_rows(view: View) -> list[dict[str, str]]:
    """Return a row for each shown scenario: its difference in the headline measure, how clear it is, pairing gain."""
    rows = []
    for name in view.shown:
        d = view.difference(name, view.headline)
        rows.append(
            {
                "title": view.short(name),
                "difference": signed(d.value, view.unit),
                "interval": signed_interval(d.low, d.high, view.unit),
                "grade": GRADES[d.grade] if math.isfinite(d.value) else labels.DASH,
                "p": _p_value(d.p_holm),
                "gain": f"{d.gain:.1f}" if math.isfinite(d.gain) else labels.DASH,
            }
        )
    return rows


def reason_rows(view: View) -> list[dict[str, str]]:
    """Return delayed days of the year by reason code, in the baseline and in the best scenario."""
    sitrep = view.results.sitrep
    names = [name for name in (view.baseline, view.best) if name is not None]
    sums = (
        sitrep[sitrep["scenario"].isin(names)]
        .groupby(["reason", "scenario"], observed=True)["delayed_days"]
        .sum(min_count=1)
        .unstack()
        .reindex(columns=names)
    )
    rows = [(f"{code} {labels.REASONS[code]}", sums.loc[code]) for code in labels.REASONS if code in sums.index]
    if rows:
        rows.append(("All reasons", sums.sum(min_count=1)))
    found = []
    for label, row in rows:
        before, after = row.iloc[0], row.iloc[-1] if len(names) > 1 else math.nan
        share = (after - before) / before if before else math.nan
        found.append(
            {"label": label, "before": labels.number(before, "days"), "after": labels.number(after, "days"),
             "change": labels.percent_change(share)}
        )  # fmt: skip
    return found


def cost_rows(view: View, numbers: Mapping[str, str], unbeaten: set[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the heads of the table of money, and a row for each shown scenario with its number in the figure.

    The first row is the year of the baseline; the others are differences from it. Measures that the results do not
    have get no column.
    """
    there = {m: head for m, head in _MONEY.items() if math.isfinite(view.mean(view.baseline, m)["mean"])}
    rows = []
    for name in [view.baseline, *view.shown]:
        cells = []
        for measure in there:
            found, unit = view.difference(name, measure), view.unit_of(measure)
            own = amount(view.mean(name, measure)["mean"], unit)
            cells.append(own if name == view.baseline else _with_interval(found, unit))
        mark = FRONTIER[name in unbeaten].glyph
        rows.append({"number": numbers[name], "title": view.short(name), "cells": [*cells, mark]})
    return [*there.values(), "Not beaten"], rows


def _with_interval(found: Difference, unit: str) -> str:
    text = signed(found.value, unit)
    return f"{text} ({signed_interval(found.low, found.high, unit)})" if found.has_interval else text


def wait_rows(view: View) -> tuple[list[str], list[dict[str, Any]]]:
    """Return waits by shown scenario: the services for which any of them waits long, and a row each scenario."""
    names = [view.baseline, *view.shown]
    waits = {pool: [view.mean(name, WAIT.of(pool))["mean"] for name in names] for pool in view.pools}
    pools = [pool for pool, days in waits.items() if any(day >= LONG_WAIT_DAYS for day in days)]
    rows = [
        {"title": view.short(name), "waits": [_short_wait(waits[pool][i]) for pool in pools]}
        for i, name in enumerate(names)
    ]
    return [view.pools[pool] for pool in pools], rows


def assumptions(view: View) -> list[dict[str, Any]]:
    """Return every intervention that any scenario puts in place: what it is, does, costs, and how that is known."""
    found: dict[str, Intervention] = {}
    reaches: dict[str, dict[str, None]] = {}
    for scenario in view.results.scenarios:
        for name, place in scenario.config.interventions.items():
            found.setdefault(name, place.intervention)
            reaches.setdefault(name, {})[in_words(place)] = None
    return [
        {
            "title": it.title,
            "number": it.high_impact_change,
            "what": it.what,
            "mechanism": it.mechanism,
            "changes": [(labels.path_label(c.path, view.pools), how_in_words(c)) for c in it.changes],
            "reach": "; ".join(reaches[name]),
            "cost": _own_price(it),
            "cost_source": it.cost.source if it.cost else "",
            "evidence": it.evidence,
        }
        for name, it in found.items()
    ]


def changed_settings(view: View) -> list[dict[str, Any]]:
    """Return what shown scenarios change in the base, apart from interventions and the axes of the design."""
    base = settings_of(view.base)
    rows = []
    for name in [view.baseline, *view.shown]:
        scenario = view.scenarios.get(name)
        if scenario is None or set(scenario.levels) & set(view.axes):
            continue
        now = settings_of(scenario.config)
        paths = [path for path in dict.fromkeys([*base, *now]) if base.get(path) != now.get(path)]
        changes = [
            f"{labels.path_label(path, view.pools)}: {plain(base.get(path))} → {plain(now.get(path))}"
            for path in paths[:_CHANGES_SHOWN]
        ]
        changes += [change_in_words(c, view.pools) for c in scenario.config.changes if c not in view.base.changes]
        if len(paths) > _CHANGES_SHOWN:
            changes.append(f"and {len(paths) - _CHANGES_SHOWN} more")
        if changes:
            rows.append({"title": view.short(name), "changes": changes})
    return rows


def pairing(view: View) -> str:
    """Say what it was worth to try every scenario on the same patients; nothing if it is not known."""
    ranking = view.results.ranking
    gains = ranking.loc[ranking["measure"] == view.headline, "pairing_gain"].to_numpy(dtype=float)
    gains = gains[np.isfinite(gains)]
    if not gains.size:
        return ""
    middle = float(np.median(gains))
    what = f"the interval of the difference in “{view.label(view.headline)}”"
    worth = (
        f"{middle:.1f} times narrower"
        if middle >= 1.05
        else "no narrower"
        if middle >= 0.95
        else f"{1 / middle:.1f} times wider"
    )
    text = f"{SAME_PATIENTS} That made {what} {worth} than with different patients in each"
    if gains.size == 1:
        return f"{text}."
    return f"{text} (the median of {gains.size} scenarios; from {gains.min():.1f} to {gains.max():.1f} times)."


def failures(view: View) -> list[str]:
    """Return what is missing, by name."""
    return [
        f"{view.title(failure.scenario)}, replication {failure.replication}: {failure.why}"
        for failure in view.results.failures
    ]


def _columns(view: View) -> list[str]:
    there = set(view.results.summary["measure"])
    return list(dict.fromkeys([*view.measures, *(m for m in view.experiment.goals if m in there)]))


def _short_wait(days: float) -> str:
    text = labels.wait(days)
    for long, short in ((" days", " d"), (" hours", " h"), (" minutes", " min")):
        text = text.replace(long, short)
    return text


def _p_value(p: float) -> str:
    if not math.isfinite(p):
        return labels.DASH
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _own_price(it: Intervention) -> str:
    if it.cost is None:
        return "not known"
    parts = [
        f"{labels.number(price, 'gbp')} {when}"
        for price, when in ((it.cost.one_off_gbp, "once"), (it.cost.per_year_gbp, "a year"))
        if price
    ]
    return labels.listed(parts) if parts else "no cost of its own"


def shown_of(view: View) -> Iterator[str]:
    """Yield what the page leaves out, in words."""
    if view.hidden:
        ends = (len(view.shown) + 1) // 2
        yield (
            f"There are {len(view.ranked)} scenarios apart from the baseline. The page shows the best {ends} and the "
            f"worst {len(view.shown) - ends}; all of them are in summary.csv and results.xlsx."
        )


def unbeaten(view: View) -> set[str]:
    """Return the scenarios that no other one beats in what must be paid and delayed days; the baseline is one."""
    names = [view.baseline, *view.ranked]
    table = pd.DataFrame(
        [[view.mean(name, measure)["mean"] for measure in ("dtoc_delayed_days", "cost_paid")] for name in names]
    )
    return {name for name, yes in zip(names, frontier(table[0], table[1]), strict=True) if yes}
