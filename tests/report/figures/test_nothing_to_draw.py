"""A figure without data, or with data of which nothing is known, is drawn without a word on the terminal."""

import importlib
import pkgutil
import re
import warnings

import numpy as np
import pytest

from flowsim.report import figures
from flowsim.report.figures import (
    cost_figure,
    curve_figures,
    grid_figures,
    money_figures,
    panel_figures,
    row_figures,
    series_figure,
    stacked_figure,
)
from flowsim.report.figures.figure_data import (
    AgainstPublished,
    AgainstSeries,
    AxisCurve,
    Band,
    CostAgainstDays,
    CostPoint,
    DelayedThroughYear,
    Estimate,
    GridMap,
    Interactions,
    Level,
    PoolThroughYear,
    PublishedSeries,
    ReasonsThroughYear,
    Row,
    Rows,
    Sample,
    SampledSetting,
    ScenariosThroughYear,
    ServicesUse,
    ServiceUse,
    StackedRows,
    Tornado,
    TornadoRow,
)
from flowsim.report.figures.findings import finding
from flowsim.report.figures.money_figures import MoneyInParts
from flowsim.report.figures.picture import svg

NAN = float("nan")
UNKNOWN = Estimate(NAN, NAN, NAN)
NO_DAYS, DAYS = np.empty(0, "datetime64[D]"), np.arange("2016-10-01", "2017-10-01", dtype="datetime64[D]")
ONE_DAY = DAYS[:1]


def nan(*shape):
    return np.full(shape, NAN)


def band(days):
    return Band(nan(days.size), nan(days.size), nan(days.size))


def series(days, first_is_all):
    edges = np.append(days, days[-1:] + np.timedelta64(1, "D"))
    unflagged = np.zeros(days.size, bool)
    panels = [PublishedSeries(title, edges, nan(days.size), band(days), unflagged) for title in ("All", "A")]
    return series_figure.draw_series, AgainstSeries(panels, "the range", first_is_all)


def through(days):
    panels = {"All": (band(days), band(days)), "A": (band(days), None)}
    delayed = DelayedThroughYear(days, {"g": nan(days.size)}, nan(3, days.size), [Level(NAN, "l")])
    return [
        (curve_figures.draw_reasons, ReasonsThroughYear(days, panels, ("b", "s"), Level(NAN, "goal"))),
        (curve_figures.draw_scenarios, ScenariosThroughYear(days, nan(days.size), {"s": nan(days.size)}, NAN)),
        (curve_figures.draw_delayed, delayed),
        (curve_figures.draw_delayed, DelayedThroughYear(days, {}, nan(0, days.size), [])),
        (curve_figures.draw_pool, PoolThroughYear(days, nan(3, days.size), 5, 2)),
        (curve_figures.draw_pool, PoolThroughYear(days, nan(0, days.size), 0, 0)),
    ]  # fmt: skip


UNKNOWN_ROWS = Rows([Row("a", UNKNOWN), Row("b", None)], "days", "c", Level(NAN, "goal"))
NO_ROWS = Rows([], "share", "c")
NOTHING = [
    *through(NO_DAYS), *through(ONE_DAY), *through(DAYS), series(NO_DAYS, True), series(ONE_DAY, True),
    series(NO_DAYS, False), series(DAYS, False),
    (series_figure.draw_series, AgainstSeries([], "the range")),
    (curve_figures.draw_reasons, ReasonsThroughYear(DAYS, {"All": (band(DAYS), None)}, ("b", "s"))),
    (curve_figures.draw_scenarios, ScenariosThroughYear(DAYS, nan(365), {})),
    (curve_figures.draw_axis_curve, AxisCurve("s", "m", [], [])),
    (curve_figures.draw_axis_curve, AxisCurve("s", "m", [], [], Level(5, "goal"))),
    (curve_figures.draw_axis_curve, AxisCurve("s", "m", [1.0], [UNKNOWN], Level(NAN, "goal"))),
    (curve_figures.draw_axis_curve, AxisCurve("s", "m", [1.0, 2.0], [UNKNOWN] * 2, Level(5, "goal"))),
    (row_figures.draw_differences, UNKNOWN_ROWS), (row_figures.draw_differences, NO_ROWS),
    (row_figures.draw_steps, UNKNOWN_ROWS), (row_figures.draw_steps, NO_ROWS),
    (row_figures.draw_against_published, AgainstPublished([], 0.1, 0.2)),
    (row_figures.draw_against_published, AgainstPublished([Row("a", UNKNOWN, band=(NAN, NAN))], 0.1, 0.2)),
    (row_figures.draw_parameters, []),
    (row_figures.draw_parameters, [Row("a", UNKNOWN)]),
    (row_figures.draw_levels, UNKNOWN_ROWS), (row_figures.draw_levels, NO_ROWS),
    (stacked_figure.draw_stacked, StackedRows({}, ("a", "b", "c"))),
    (money_figures.draw_money, MoneyInParts({}, ("beds",), "people")),
    (money_figures.draw_money, MoneyInParts({"a": ((NAN, NAN), "")}, ("beds", "starts"), "people", (1e6, "sum"))),
    (row_figures.draw_tornado, Tornado([], NAN, "patients", "c", True)),
    (row_figures.draw_tornado, Tornado([TornadoRow("a", ("low", "high"), (NAN, NAN))], NAN, "patients", "c", False)),
    (stacked_figure.draw_stacked, StackedRows({"a": (NAN, NAN, NAN)}, ("a", "b", "c"))),
    (row_figures.draw_shares, {}),
    (row_figures.draw_shares, {"a": NAN, "b": NAN}),
    (panel_figures.draw_services, ServicesUse([], ("b", "s"))),
    (panel_figures.draw_services, ServicesUse([ServiceUse("a", (NAN, NAN), (NAN, NAN))], ("b", "s"))),
    (panel_figures.draw_sample, Sample("m", nan(0), [])),
    (panel_figures.draw_sample, Sample("m", nan(4), [SampledSetting("a", nan(4), NAN)], NAN)),
    (panel_figures.draw_sample, Sample("m", nan(0), [SampledSetting("a", nan(0), NAN)], 4)),
    (grid_figures.draw_interactions, Interactions([], nan(0, 0), [], "days")),
    (grid_figures.draw_interactions, Interactions(["a", "b"], nan(2, 2), [["", ""], ["", ""]], "days")),
    (grid_figures.draw_grid, GridMap(("x", "y"), [1], [1, 2], nan(2, 1), np.zeros((2, 1), bool), "days", False)),
    (grid_figures.draw_grid, GridMap(("x", "y"), [], [], nan(0, 0), np.zeros((0, 0), bool), "days", False)),
    (cost_figure.draw_cost, CostAgainstDays([], nan(0, 2))),
    (cost_figure.draw_cost, CostAgainstDays([CostPoint("1", "a", UNKNOWN, UNKNOWN)], nan(3, 2))),
]  # fmt: skip


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize(("draw", "data"), NOTHING)
def test_nothing_is_drawn_without_a_warning(draw, data, narrow):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert svg(draw(data, narrow), "nothing", "Nothing").startswith("<svg")


@pytest.mark.parametrize(("draw", "data"), NOTHING)
def test_what_nothing_shows_is_said_without_a_warning(draw, data):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        text = finding(data)
    assert text
    assert "nan" not in text.lower()


def test_every_figure_is_among_them():
    drawn = {draw.__name__ for draw, _ in NOTHING}
    names = (found.name for found in pkgutil.iter_modules(figures.__path__) if re.search(r"_figures?$", found.name))
    modules = [importlib.import_module(f"flowsim.report.figures.{name}") for name in names]
    every = {name for module in modules for name in vars(module) if name.startswith("draw_")}
    assert drawn == every
