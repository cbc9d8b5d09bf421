"""Which figures the report of an experiment has, drawn from its results: for the page, and as files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from flowsim.experiment.analysis.factorial_effects import INTERACTION, MAIN
from flowsim.experiment.results import ExperimentResults
from flowsim.report import labels
from flowsim.report.experiment.design_sentences import rank_correlations
from flowsim.report.experiment.results_view import AT_EACH_END, Difference, View
from flowsim.report.experiment.service_use import services_of
from flowsim.report.figures.cost_figure import draw_cost
from flowsim.report.figures.curve_figures import draw_axis_curve, draw_reasons, draw_scenarios
from flowsim.report.figures.drawing import Picture, titled
from flowsim.report.figures.figure_data import (
    AxisCurve,
    Band,
    CostAgainstDays,
    CostPoint,
    Estimate,
    GridMap,
    Interactions,
    Level,
    OutcomeShares,
    ReasonsThroughYear,
    Row,
    Rows,
    Sample,
    SampledSetting,
    ScenariosThroughYear,
    ServicesUse,
    ServiceUse,
)
from flowsim.report.figures.grid_figures import draw_grid, draw_interactions
from flowsim.report.figures.panel_figures import draw_sample, draw_services
from flowsim.report.figures.row_figures import draw_differences, draw_outcomes, draw_steps
from flowsim.report.shared_tables import LONG_DAYS, weekly_mean

DAYS, COST = "dtoc_delayed_days", "cost_total"
_PANELS_AT_MOST = 16
_EVERY = 3  # days between the points of a curve of weekly means


def experiment_figures(results: ExperimentResults) -> dict[str, Figure]:
    """Return the figures of the report of an experiment, by name, with their titles: to be saved as SVG and PNG."""
    return {name: titled(picture) for name, picture in pictures(View(results)).items()}


def pictures(view: View) -> dict[str, Picture[Any]]:
    """Return the figures of the page, by name; those for which there are no numbers are left out."""
    found = [
        _ranking(view),
        _year(view),
        _year_by_scenario(view),
        _effects(view),
        _interactions(view),
        _steps(view),
        _axes(view),
        _sample(view),
        _services(view),
        _day_91(view),
        _cost(view),
    ]
    return {picture.name: picture for picture in found if picture is not None}


def _ranking(view: View) -> Picture[Any] | None:
    if view.best is None:
        return None
    names = [name for name in view.shown if math.isfinite(view.difference(name, view.headline).value)]
    if not names:
        return None
    rows = [_row(view.short(name), view.difference(name, view.headline)) for name in names]
    if view.hidden:
        rows.insert(AT_EACH_END, Row(f"{view.hidden} scenarios between these are not shown"))
    goal, base = view.goal(view.headline), view.mean(view.baseline, view.headline)["mean"]
    line = None
    if goal is not None and math.isfinite(base):
        limit = goal.at_most if goal.at_most is not None else goal.at_least
        line = Level(limit - base, f"target: {labels.number(limit, view.unit).removesuffix('.0')}")
    what = view.label(view.headline)
    title = f"{what}: difference of each scenario from the baseline, best first, with 95% intervals"
    caption = f"{what}: difference from the baseline{_points(view)}"
    return Picture("ranking", title, Rows(rows, view.unit, caption, line), draw_differences)


def _row(label: str, difference: Difference) -> Row:
    return Row(label, Estimate(difference.value, difference.low, difference.high), difference.grade)


def _year(view: View) -> Picture[Any] | None:
    dates = _dates(view)
    scenario = view.best
    panels: dict[str, tuple[Band, Band | None]] = {}
    names = {"delayed": "All reasons"} | {f"delayed_{g}": label for g, label in labels.SHORT_GROUPS.items()}
    for measure, label in names.items():
        before = _band(view, view.baseline, measure, dates)
        if before is not None:
            panels[label] = (before, _band(view, scenario, measure, dates) if scenario else None)
    if "All reasons" not in panels:
        return None
    goal = view.goal("dtoc_patients_mean")
    level = None
    if goal is not None and goal.at_most is not None:
        level = Level(goal.at_most, f"target {goal.at_most:g}")
    names = (view.short(view.baseline), view.short(scenario) if scenario else "")
    against = f", baseline and “{names[1]}”" if scenario else ""
    title = f"People delayed at midnight through the year, by what they wait for{against}"
    return Picture("year", title, ReasonsThroughYear(_thin(dates), panels, names, level), draw_reasons)


def _year_by_scenario(view: View) -> Picture[Any] | None:
    others = [name for name in view.ranked if name != view.best]
    if not others or len(others) > _PANELS_AT_MOST:
        return None
    dates = _dates(view)
    bands = {name: _band(view, name, "delayed", dates) for name in [view.baseline, *others]}
    baseline = bands.pop(view.baseline)
    curves = {view.short(name): band.mean for name, band in bands.items() if band is not None}
    if baseline is None or not curves:
        return None
    goal = view.goal("dtoc_patients_mean")
    level = goal.at_most if goal is not None else None
    title = "People delayed at midnight through the year in each other scenario, against the baseline"
    data = ScenariosThroughYear(_thin(dates), baseline.mean, curves, level)
    return Picture("year_by_scenario", title, data, draw_scenarios)


def _effects(view: View) -> Picture[Any] | None:
    effects = view.results.effects
    if effects is None:
        return None
    mains = effects[(effects["effect"] == MAIN) & (effects["measure"] == view.headline)].sort_values(
        "difference", ascending=view.better <= 0
    )
    rows = [
        _row(
            view.factor_title(row.factor),
            Difference(row.difference, row.ci_low, row.ci_high, row.p_holm, math.nan, view.better),
        )
        for row in mains.itertuples()
    ]
    what = view.label(view.headline)
    title = f"{what}: what each change does on average over all combinations of the others, with 95% intervals"
    caption = f"{what}: average effect of the change{_points(view)}"
    return Picture("effects", title, Rows(rows, view.unit, caption), draw_differences)


def _interactions(view: View) -> Picture[Any] | None:
    effects = view.results.effects
    if effects is None or len(view.factors) < 2:
        return None
    number = {factor: i - 1 for i, factor in view.factors.items()}
    k = len(number)
    values, classes = np.full((k, k), np.nan), [[""] * k for _ in range(k)]
    pairs = effects[(effects["effect"] == INTERACTION) & (effects["measure"] == view.headline)]
    for row in pairs.itertuples():
        column, line = sorted((number[row.factor], number[row.with_factor]))
        values[line, column], classes[line][column] = row.difference, row.together
    titles = [view.factor_title(factor) for factor in view.factors.values()]
    title = f"{view.label(view.headline)}: what each pair of changes does together beyond the sum of both"
    return Picture("interactions", title, Interactions(titles, values, classes, view.unit), draw_interactions)


def _steps(view: View) -> Picture[Any] | None:
    table = view.results.steps
    if table is None or not len(table):
        return None
    steps = [
        Row(f"{r.step}. {view.factor_title(r.added)}" if r.step else "Baseline", Estimate(r.mean, r.ci_low, r.ci_high))
        for r in table.itertuples()
    ]
    measure = str(table["measure"].iloc[0])
    what = view.label(measure)
    title = f"{what}: what it comes to as one change is added after the other, with 95% intervals"
    data = Rows(steps, view.unit_of(measure), f"{what}{_points(view)}", _line(view, measure))
    return Picture("steps", title, data, draw_steps)


def _axes(view: View) -> Picture[Any] | None:
    """Draw a grid: a curve over one axis, a map over two; more axes are drawn as a sample is."""
    points = view.points()
    if view.experiment.design_kind != "grid" or not points or len(view.axes) > 2:
        return None
    at = {axis: sorted({view.axis_value(p, axis) for p in points}) for axis in view.axes}
    if not all(math.isfinite(value) for values in at.values() for value in values):
        return None
    what, names = view.label(view.headline), [view.factor_title(axis) for axis in view.axes]
    means = {p.name: view.mean(p.name, view.headline) for p in points}
    if len(view.axes) == 1:
        ordered = sorted(points, key=lambda p: view.axis_value(p, view.axes[0]))
        found = [Estimate(*(means[p.name][end] for end in ("mean", "ci_low", "ci_high"))) for p in ordered]
        title = f"{what} along {names[0]}, with 95% intervals"
        curve = AxisCurve(names[0], what, at[view.axes[0]], found, _line(view, view.headline))
        return Picture("grid", title, curve, draw_axis_curve)
    across, up = view.axes
    shape = (len(at[up]), len(at[across]))
    values, meets = np.full(shape, np.nan), np.zeros(shape, dtype=bool)
    for p in points:
        cell = at[up].index(view.axis_value(p, up)), at[across].index(view.axis_value(p, across))
        values[cell], meets[cell] = means[p.name]["mean"], view.share_met(p.name, view.headline)[1]
    if not np.isfinite(values).any():
        return None
    title = f"{what} by {names[0]} and {names[1]}; a line parts what meets the target"
    data = GridMap((names[0], names[1]), at[across], at[up], values, meets, view.unit, view.better > 0)
    return Picture("grid", title, data, draw_grid)


def _sample(view: View) -> Picture[Any] | None:
    kind = view.experiment.design_kind
    if kind != "latin_hypercube" and not (kind == "grid" and len(view.axes) > 2):
        return None
    points = view.points()
    ranks = rank_correlations(view)
    values = np.array([view.mean(p.name, view.headline)["mean"] for p in points])
    if not np.isfinite(values).any():
        return None
    settings = [
        SampledSetting(view.factor_title(axis), np.array([view.axis_value(p, axis) for p in points]), rank)
        for axis, rank in ranks.items()
    ]
    what, line = view.label(view.headline), _line(view, view.headline)
    data = Sample(what, values, settings, line.value if line else None)
    return Picture("sample", f"{what} against each setting of the sample", data, draw_sample)


def _services(view: View) -> Picture[Any] | None:
    if view.best is None:
        return None
    rows = services_of(view, view.best)
    services = [ServiceUse(r.label, (r.before.full, r.after.full), (r.before.wait, r.after.wait)) for r in rows]
    if not any(math.isfinite(v) for s in services for v in (*s.in_use, *s.wait_days)):
        return None
    names = (view.short(view.baseline), view.short(view.best))
    title = f"How full each service is and how long people wait for it, baseline and “{names[1]}”"
    return Picture("services", title, ServicesUse(services, names), draw_services)


def _day_91(view: View) -> Picture[Any] | None:
    rows = {}
    for name in [view.baseline, *view.shown]:
        shares = [view.mean(name, f"day_91_{outcome}_share")["mean"] for outcome in labels.DAY_91]
        if any(math.isfinite(share) for share in shares):
            rows[view.short(name)] = shares
    if not rows:
        return None
    title = "Where people aged 65 and over are 91 days after they left hospital for reablement, by scenario"
    return Picture("day_91", title, OutcomeShares(list(labels.DAY_91.values()), rows), draw_outcomes)


def numbered(view: View) -> dict[str, str]:
    """Return the number that stands for each shown scenario in the figure of cost: 0 is the baseline."""
    return {name: str(i) for i, name in enumerate([view.baseline, *view.shown])}


def _cost(view: View) -> Picture[Any] | None:
    def estimate(name: str, measure: str) -> Estimate:
        found = view.difference(name, measure)
        return Estimate(0.0, 0.0, 0.0) if name == view.baseline else Estimate(found.value, found.low, found.high)

    points = [
        CostPoint(i, view.short(name), estimate(name, DAYS), estimate(name, COST)) for name, i in numbered(view).items()
    ]
    points = [p for p in points if math.isfinite(p.days.value) and math.isfinite(p.cost.value)]
    if len(points) < 2:
        return None
    hidden = [name for name in view.ranked if name not in set(view.shown)]
    rest = np.array([[estimate(name, DAYS).value, estimate(name, COST).value] for name in hidden]).reshape(-1, 2)
    title = "Cost against delayed days: how each scenario differs from the baseline in a year, with 95% intervals"
    return Picture("cost", title, CostAgainstDays(points, rest), draw_cost)


def _dates(view: View) -> np.ndarray:
    dates = pd.to_datetime(view.results.daily["date"]).to_numpy().astype("datetime64[D]")
    return np.unique(dates)


def _thin(dates: np.ndarray) -> np.ndarray:
    return dates[::_EVERY] if dates.size >= LONG_DAYS else dates


def _band(view: View, scenario: str, measure: str, dates: np.ndarray) -> Band | None:
    """Return a daily series; of a long run in weekly means, of which a few points are enough."""
    rows = view.daily(scenario, measure)
    if rows is None or rows["mean"].isna().all():
        return None
    table = rows.set_index(pd.DatetimeIndex(pd.to_datetime(rows["date"]))).reindex(pd.DatetimeIndex(dates))
    columns: Sequence[np.ndarray] = [table[name].to_numpy(dtype=float) for name in ("mean", "low", "high")]
    if dates.size >= LONG_DAYS:
        columns = [weekly_mean(column)[::_EVERY] for column in columns]
    return Band(*columns)


def _line(view: View, measure: str) -> Level | None:
    goal = view.goal(measure)
    if goal is None:
        return None
    limit = goal.at_most if goal.at_most is not None else goal.at_least
    return Level(limit, f"target: {labels.number(limit, view.unit_of(measure)).removesuffix('.0')}")


def _points(view: View) -> str:
    return ", percentage points" if view.unit == "share" else ""
