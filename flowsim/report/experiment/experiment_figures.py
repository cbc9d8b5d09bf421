"""Which figures the report of an experiment has, drawn from its results: for the page, and as files."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from flowsim.experiment.results import ExperimentResults
from flowsim.report import labels
from flowsim.report.differences import difference_row
from flowsim.report.experiment.design_report import PageFigure
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.first_table import first_scenarios
from flowsim.report.experiment.money import PAID
from flowsim.report.experiment.people import AT_HOME
from flowsim.report.experiment.results_view import AT_EACH_END, View
from flowsim.report.experiment.service_use import services_of
from flowsim.report.figures.cost_figure import draw_cost
from flowsim.report.figures.curve_figures import draw_reasons, draw_scenarios
from flowsim.report.figures.figure_data import (
    Band,
    CostAgainstDays,
    CostPoint,
    Estimate,
    Level,
    ReasonsThroughYear,
    Row,
    Rows,
    ScenariosThroughYear,
    ServicesUse,
    ServiceUse,
)
from flowsim.report.figures.marks import DIFFERENCES, FRONTIER, key
from flowsim.report.figures.panel_figures import draw_services
from flowsim.report.figures.picture import Picture, titled
from flowsim.report.figures.row_figures import draw_differences, draw_levels
from flowsim.report.shared_tables import LONG_DAYS, weekly_mean

DAYS, COST = "dtoc_delayed_days", PAID
_PANELS_AT_MOST = 16
_EVERY = 3  # days between the points of a curve of weekly means


def experiment_figures(results: ExperimentResults) -> dict[str, Figure]:
    """Return the figures of the report of an experiment, by name, with their titles: to be saved as SVG and PNG."""
    return {name: titled(picture) for name, picture in pictures(View(results)).items()}


def pictures(view: View) -> dict[str, Picture[Any]]:
    """Return the figures of the page, by name; those for which there are no numbers are left out.

    Raises
    ------
    ValueError
        If a figure of the design has the name of another one.
    """
    design = report_of(view.experiment.design)
    found = [
        None if design.first_figure(view) else _overview(view),
        _ranking(view),
        _year(view),
        _year_by_scenario(view),
        _services(view),
        _day_91(view),
        _cost(view),
        *(figure.picture for figure in design.figures(view)),
    ]
    drawn = [picture for picture in found if picture is not None]
    named = {picture.name: picture for picture in drawn}
    if len(named) < len(drawn):
        raise ValueError(f"two figures have one name: {', '.join(picture.name for picture in drawn)}")
    return named


def ranking_caption(view: View) -> str:
    """Return what stands below a figure of differences from the baseline."""
    goal = " The dashed line is the difference that would meet the goal." if view.goal(view.headline) else ""
    return (
        f"Each mark is a scenario’s difference from the baseline, {view.run_word} by {view.run_word} with the same "
        f"patients, with its 95% interval. {key(*DIFFERENCES.values())}.{goal}"
    )


def first_figure(view: View) -> PageFigure | None:
    """Return the figure of the first layer: that of the design, or the differences of the main scenarios."""
    own = report_of(view.experiment.design).first_figure(view)
    if own is not None:
        return own
    picture = _overview(view)
    if picture is None:
        return None
    shown = {row.grade for row in picture.data.rows}
    marks = [mark for grade, mark in DIFFERENCES.items() if grade in shown]
    goal = " Dashed: the goal." if picture.data.line else ""
    caption = f"Difference from the baseline, with its 95% interval. {key(*marks)}.{goal}"
    return PageFigure(picture, caption)


def _overview(view: View) -> Picture[Rows] | None:
    """Return the differences of the main scenarios, if these are not all."""
    return _differences(view, first_scenarios(view), "overview")


def _ranking(view: View) -> Picture[Rows] | None:
    """Return the differences of all shown scenarios; nothing if the first layer shows the same ones."""
    if not report_of(view.experiment.design).first_figure(view) and set(first_scenarios(view)) == set(view.shown):
        return None
    return _differences(view, view.shown, "ranking")


def _differences(view: View, scenarios: Sequence[str], name: str) -> Picture[Rows] | None:
    names = [s for s in scenarios if math.isfinite(view.difference(s, view.headline).value)]
    if not names:
        return None
    rows = [difference_row(view.short(s), view.difference(s, view.headline)) for s in names]
    if view.hidden and name == "ranking":
        rows.insert(AT_EACH_END, Row(f"{view.hidden} scenarios between these are not shown"))
    target, base = view.target_line(view.headline), view.mean(view.baseline, view.headline)["mean"]
    line = Level(target.value - base, target.label) if target is not None and math.isfinite(base) else None
    what = view.label(view.headline)
    title = f"{what}: difference of each scenario from the baseline, best first, with 95% intervals"
    caption = f"{what}: difference from the baseline{view.axis_note}"
    return Picture(name, title, Rows(rows, view.unit, caption, line), draw_differences)


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
        level = Level(goal.at_most, f"goal {goal.at_most:g}")
    compared = (view.short(view.baseline), view.short(scenario) if scenario else "")
    against = f", baseline and “{compared[1]}”" if scenario else ""
    title = f"People delayed at midnight day by day, by what they wait for{against}"
    return Picture("year", title, ReasonsThroughYear(_thin(dates), panels, compared, level), draw_reasons)


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
    title = "People delayed at midnight day by day in each other scenario, against the baseline"
    data = ScenariosThroughYear(_thin(dates), baseline.mean, curves, level)
    return Picture("year_by_scenario", title, data, draw_scenarios)


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


def _day_91(view: View) -> Picture[Rows] | None:
    """Return who is at home on day 91, on an axis on which scenarios can be told apart."""
    found = {name: view.mean(name, AT_HOME) for name in [view.baseline, *view.shown]}
    rows = [
        Row(view.short(name), Estimate(row["mean"], row["ci_low"], row["ci_high"]))
        for name, row in found.items()
        if math.isfinite(row["mean"])
    ]
    if not rows:
        return None
    title = "At home 91 days after leaving hospital for reablement, people aged 65 and over, with 95% intervals"
    return Picture(
        "day_91", title, Rows(rows, "share", "At home on day 91, per cent", view.target_line(AT_HOME)), draw_levels
    )


def numbered(view: View) -> dict[str, str]:
    """Return the number that stands for each shown scenario in the figure of cost: 0 is the baseline."""
    return {name: str(i) for i, name in enumerate([view.baseline, *view.shown])}


def cost_caption(view: View) -> str:
    """Return what stands below the figure of cost."""
    return (
        "What must be paid in each scenario, and its delayed days, compared with the baseline, which is 0; bars are "
        f"95% intervals. {FRONTIER[True].glyph} on the dashed line: not beaten, for no other scenario has as few "
        f"delayed days for as little; {FRONTIER[False].glyph} beaten. Left is fewer delayed days, down is cheaper."
    )


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
    title = (
        "What is paid against delayed days: how each scenario differs from the baseline in a year, with 95% intervals"
    )
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
