"""Figures: they show the numbers that they are given, the same on a page and on a phone, and cut nothing off."""

import math
import subprocess
import sys

import experiment_fixture as made
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from published_months import made_fit

from flowsim.report import labels
from flowsim.report.city.observed_months import observed_picture
from flowsim.report.experiment.experiment_figures import pictures
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.cost_figure import draw_cost
from flowsim.report.figures.curve_figures import draw_axis_curve, draw_delayed, draw_pool
from flowsim.report.figures.drawing import BLUE, VERMILION, lines_of
from flowsim.report.figures.figure_data import (
    AgainstPublished,
    AxisCurve,
    CostAgainstDays,
    CostPoint,
    DelayedThroughYear,
    Estimate,
    Level,
    PoolThroughYear,
    Row,
    Rows,
    StackedRows,
)
from flowsim.report.figures.row_figures import (
    draw_against_published,
    draw_differences,
    draw_parameters,
    draw_shares,
    draw_steps,
)
from flowsim.report.figures.series_figure import draw_series
from flowsim.report.figures.stacked_figure import draw_stacked

DESIGNS = ["one_at_a_time", "factorial", "grid", "latin_hypercube", "best_next", "alone", "with_gaps"]
BOTH = pytest.mark.parametrize("narrow", [False, True], ids=["page", "phone"])
DATES = np.arange("2016-04-01", "2017-04-01", dtype="datetime64[D]")
NO_INTERVAL = (math.nan, math.nan)
MEASURES = [*made.MEASURES, "mau_same_day_discharge_share", "care_home_admissions_65plus"]
ROWS = [
    Row(labels.measure_label(name, {}), Estimate(0.02, -0.03, 0.07), "met", "37.1% against 35.0% to 40.0%", (-0.1, 0.1))
    for name in MEASURES
]
CITY = {
    "published": (draw_against_published, AgainstPublished(ROWS, 0.05, 0.2)),
    "parameters": (draw_parameters, [Row("Referral to the discharge team", Estimate(0.4, 0.1, 0.9), "identified")] * 3),
    "stacked": (
        draw_stacked,
        StackedRows(dict.fromkeys(labels.REASONS.values(), (1.0, 2.0, 30.0)), ("Lag", "B", "C")),
    ),
    "shares": (draw_shares, dict.fromkeys(labels.DAY_91.values(), 0.2)),
    "pool": (draw_pool, PoolThroughYear(DATES, np.full((2, DATES.size), 61.0), 94, 12)),
    "delayed": (
        draw_delayed,
        DelayedThroughYear(
            DATES,
            {label: np.full(DATES.size, 30.0) for label in labels.SHORT_GROUPS.values()},
            np.full((3, DATES.size), 120.0) + np.arange(3)[:, None],
            [Level(134, "Published average: 134"), Level(50, "Ambition: 50")],
        ),
    ),
    "published_months": (draw_series, observed_picture(made_fit("2014-04", 48, flagged=("2015-10",))).data),
    "published_year": (draw_series, observed_picture(made_fit()).data),
    "published_month": (draw_series, observed_picture(made_fit(months=1)).data),
}


def overhang(figure) -> float:
    """How far (inches) anything reaches over an edge of the canvas."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    drawn, (width, height) = figure.get_tightbbox(canvas.get_renderer()), figure.get_size_inches()
    return max(-drawn.x0, -drawn.y0, drawn.x1 - width, drawn.y1 - height)


def marks(figure) -> list[tuple[float, float, str]]:
    """Where marks stand (x, y), with their shape."""
    lines = [line for ax in figure.axes for line in ax.get_lines() if line.get_marker() not in ("None", None, "")]
    return [
        (float(x), float(y), str(line.get_marker())) for line in lines for x, y in zip(*line.get_data(), strict=True)
    ]


def words(figure) -> list[str]:
    found = [text.get_text() for text in (*figure.texts, *(t for ax in figure.axes for t in ax.texts))]
    return [text for text in found if text]


def test_the_data_of_figures_know_nothing_of_how_they_are_drawn():
    code = "import sys, flowsim.report.figures.figure_data; assert not {'matplotlib', 'pandas'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@BOTH
@pytest.mark.parametrize("design", DESIGNS)
def test_no_figure_of_an_experiment_reaches_over_its_canvas(design, narrow):
    drawn = {name: picture.draw(narrow) for name, picture in pictures(View(getattr(made, design)())).items()}
    assert drawn
    assert {name: round(over, 2) for name, figure in drawn.items() if (over := overhang(figure)) > 0.02} == {}


@BOTH
@pytest.mark.parametrize("name", CITY)
def test_no_figure_of_a_city_reaches_over_its_canvas(name, narrow):
    draw, data = CITY[name]
    assert overhang(draw(data, narrow)) < 0.02


@pytest.mark.parametrize("design", DESIGNS)
def test_the_phone_shows_the_numbers_that_the_page_shows(design):
    for name, picture in pictures(View(getattr(made, design)())).items():
        page, phone = (sorted(set(marks(picture.draw(narrow)))) for narrow in (False, True))
        if name == "services":  # where nothing is known, the phone leaves the row out
            page, phone = ([(x, shape) for x, _, shape in found if not math.isnan(x)] for found in (page, phone))
            page, phone = sorted(set(page)), sorted(set(phone))
        assert page == phone, name


@BOTH
def test_a_difference_stands_where_it_is_with_its_sign_and_its_grade(narrow):
    rows = [
        Row("Home first", Estimate(-35.2, -36.0, -34.1), "better"),
        Row("Health in care homes", Estimate(2.6, 1.8, 3.4), "worse"),
        Row("two scenarios are not shown"),
        Row("Run once", Estimate(-1.0, *NO_INTERVAL), "unknown"),
    ]
    figure = draw_differences(Rows(rows, "patients", "People delayed", Level(-80, "target: 50")), narrow)
    assert marks(figure) == [(-35.2, 0, "o"), (2.6, 1, "D"), (-1.0, 3, "x")]
    assert {"Home first", "two scenarios are not shown", "target: 50"} <= set(words(figure))
    assert any(text.startswith("−35") for text in words(figure))
    colours = [to_hex(line.get_color()) for line in figure.axes[0].get_lines() if line.get_marker() in ("o", "D")]
    assert colours == [BLUE, VERMILION]


@BOTH
@pytest.mark.parametrize("name", ["ranking", "day_91", "steps"])
def test_names_stay_text_that_a_reader_can_search(name, narrow):
    view = View(made.best_next())
    picture = pictures(view)[name]
    labels = [row.label for row in picture.data.rows]
    assert len(labels) > 3
    drawn = picture.svg(narrow)
    assert all(f">{label[:20]}" in drawn for label in labels)


@BOTH
def test_a_share_has_an_axis_in_per_cent(narrow):
    data = Rows(
        [Row("Baseline", Estimate(0.75, 0.74, 0.76)), Row("1. More", Estimate(0.78, 0.77, 0.79))], "share", "At home"
    )
    figure = draw_steps(data, narrow)
    overhang(figure)
    assert "76" in [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
    assert {"75.0%", "78.0%"} <= set(words(figure))


@BOTH
def test_what_is_far_off_becomes_an_arrow_at_the_edge_of_the_scale(narrow):
    rows = [Row("twice", Estimate(2.0, 1.9, 2.1), "far"), Row("no figure", Estimate(math.nan, *NO_INTERVAL), "unknown")]
    figure = draw_against_published(AgainstPublished(rows, 0.05, 0.2), narrow)
    assert marks(figure) == [(0.975, 0, "$→$")]
    assert figure.axes[0].get_xlim() == (-1, 1)


@BOTH
def test_the_label_of_a_target_stands_where_the_curve_is_far_from_it(narrow):
    estimates = [Estimate(value, value - 1, value + 1) for value in (130.0, 90.0, 51.0)]
    figure = draw_axis_curve(AxisCurve("Beds", "People", [136, 150, 164], estimates, Level(50, "target: 50")), narrow)
    (label,) = [text for text in figure.axes[0].texts if text.get_text() == "target: 50"]
    assert label.xy[0] == 0


@BOTH
def test_points_that_nothing_beats_are_filled(narrow):
    zero = Estimate(0.0, 0.0, 0.0)
    points = [
        CostPoint("0", "Baseline", zero, zero),
        CostPoint("1", "Cheap and good", Estimate(-10, -11, -9), Estimate(-1e6, -2e6, 0)),
        CostPoint("2", "Dear and bad", Estimate(5, 4, 6), Estimate(1e6, 0, 2e6)),
    ]
    figure = draw_cost(CostAgainstDays(points, np.empty((0, 2))), narrow)
    stars = [line for line in figure.axes[0].get_lines() if line.get_marker() == "*"]
    filled = {line.get_xdata()[0]: line.get_markerfacecolor() for line in stars}
    assert filled == {0: "white", -10: BLUE, 5: "white"}


@pytest.mark.parametrize(
    ("text", "lines", "shown"),
    [
        ("Home first", 1, "Home first"),
        ("Home first, discharge to assess", 1, "Home first, …"),
        ("services.homecare.lag", 1, "services.homec…"),
        ("Home first, discharge to assess", 2, "Home first,\ndischarge to …"),
    ],
)
def test_a_long_label_is_broken_and_then_ends_in_dots(text, lines, shown):
    assert lines_of(text, 15, lines) == shown
