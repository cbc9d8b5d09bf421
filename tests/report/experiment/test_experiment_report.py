"""The report of an experiment: what it says is what the numbers say, and it can be read by whoever gets it."""

import re
from dataclasses import replace

import experiment_fixture as made
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from reading import check
from reading import text_of as whole_text_of
from report_pages import DESIGNS, PAGES

from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.experiment_figures import experiment_figures, pictures
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.cost_figure import frontier


@pytest.fixture
def pages() -> dict[str, str]:
    return PAGES


def text_of(page: str) -> str:
    """The text outside of figures."""
    return whole_text_of(page, without="style|title|svg")


@pytest.mark.parametrize("design", DESIGNS)
def test_every_page_is_sound_and_loads_nothing_from_elsewhere(pages, design):
    checker = check(pages[design])
    assert all(reference.startswith("#") for reference in checker.references)
    assert not checker.tags & {"script", "link", "img", "iframe", "object", "embed", "base"}
    assert "@import" not in pages[design]
    assert all(inside.startswith("#") for inside in re.findall(r"url\(\s*['\"]?(.)", pages[design]))
    assert len(set(checker.ids)) == len(checker.ids)
    referred = {r[1:] for r in checker.references} | set(re.findall(r"url\(#([^)]*)\)", pages[design]))
    assert referred <= set(checker.ids)
    assert all(len(label) > 20 for label in checker.pictures)
    assert checker.pictures


@pytest.mark.parametrize("design", DESIGNS)
def test_what_is_unknown_is_a_dash_and_never_nan(pages, design):
    assert not re.search(r"\b(nan|None|inf)\b", text_of(pages[design]))


@pytest.mark.parametrize("design", DESIGNS)
def test_the_answer_comes_first_and_every_scenario_appears(pages, design):
    results = getattr(made, design)()
    view, text = View(results), text_of(pages[design])
    assert text.index(answer(view).headline) < text.index("All scenarios")
    names = [view.baseline, *view.shown]
    assert all(view.short(name) in text for name in names)
    assert view.hidden == max(0, len(results.scenarios) - 1 - 30) if len(results.scenarios) > 32 else not view.hidden


def test_one_replication_has_no_interval_and_the_page_says_so():
    scenarios = [made.scenario(), made.scenario("home_first")]
    page = text_of(experiment_report(made.results(scenarios, {"baseline": 1.0, "home_first": 0.5}, replications=1)))
    assert "no interval" in page
    assert not re.search(r"\b(nan|None)\b", page)


def test_marks_do_not_rely_on_colour(pages):
    text = text_of(pages["one_at_a_time"])
    assert "✓ met; ~ met in some; ✗ missed" in text
    assert re.search(r"Baseline 131 \S+ to \S+ ✗ missed", text)
    assert re.search(r"All together 41 \S+ to \S+ ✓ met", text)


def test_assumptions_have_their_mechanism_cost_and_source(pages):
    text = text_of(pages["one_at_a_time"])
    for name in made.EIGHT:
        it = made.interventions()[name]
        assert it.title in text
        assert re.sub(r"\s+", " ", it.mechanism).strip() in text
        assert all(re.sub(r"\s+", " ", e.source).strip() in text for e in it.evidence)
    assert "High Impact Change 4" in text
    assert "provenance.yaml" in text


def test_coverage_and_dates_of_interventions_are_told():
    half = made.scenario("home_first", coverage=0.6)
    results = made.results([made.scenario(), half], {"baseline": 1.0, "home_first": 0.6})
    assert "Here it reaches 60%." in text_of(experiment_report(results))


def test_settings_that_a_scenario_changes_by_hand_are_listed():
    by_hand = replace(made.sized("more", 150, 94), levels={}, title="Fourteen more beds")
    results = made.results([made.scenario(), by_hand], {"baseline": 1.0, "more": 0.6})
    assert "Fourteen more beds Intermediate care beds: 136 → 150" in text_of(experiment_report(results))


def test_how_it_was_run_tells_pairing_and_failures(pages):
    text = text_of(pages["with_gaps"])
    assert re.search(r"That made the interval of the difference in “People[^”]*” \d+\.\d times narrower", text)
    assert "Focus on choice, replication 3: the worker process ended twice (signal 9)" in text
    assert "flowsim experiment experiments/high_impact_changes.yaml" in text
    assert "/somewhere" not in text
    assert "long tree" not in text
    assert "did not come to an end" not in text_of(pages["one_at_a_time"])


def test_names_are_escaped():
    nasty = "<b>&<script>alert(1)</script> $x_1$ {{7}}"
    results = made.one_at_a_time()
    scenarios = [replace(s, title=f"{nasty} {i}") if i else s for i, s in enumerate(results.scenarios)]
    experiment = replace(results.experiment, name=nasty, question=nasty)
    page = experiment_report(replace(results, scenarios=scenarios, experiment=experiment))
    assert "script" not in check(page).tags
    assert "<b>&" not in page
    assert text_of(page).count(nasty) >= 18 * 3


@pytest.fixture(scope="module")
def factorial_of_eight():
    return made.factorial(of=tuple(made.EIGHT), replications=4)


def test_256_scenarios_stay_readable_and_small(factorial_of_eight):
    page = experiment_report(factorial_of_eight)
    assert len(page.encode()) < 3_500_000
    text = text_of(page)
    assert "There are 255 scenarios apart from the baseline. The page shows the best 15 and the worst 15" in text
    assert "all of them are in summary.csv and results.xlsx" in text
    view = View(factorial_of_eight)
    assert len(view.shown) == 30
    assert view.shown[0] == view.best
    assert "The changes and their numbers" in text
    long = next(name for name in view.shown if len(view.scenarios[name].intervention_names) == 4)
    assert re.fullmatch(r"Changes \d, \d, \d and \d", view.short(long))


@pytest.mark.parametrize("design", DESIGNS)
def test_figures_have_titles_and_labelled_axes(design):
    figures = experiment_figures(getattr(made, design)())
    assert figures
    for name, figure in figures.items():
        assert isinstance(figure, Figure)
        assert re.fullmatch(r"[a-z0-9_]+", name)
        assert any(len(text.get_text()) > 20 for text in figure.texts), f"{name} has no title"
        labels = [ax.get_xlabel() + ax.get_ylabel() + ax.get_title(loc="left") for ax in figure.axes]
        assert any(labels) or name in ("interactions", "day_91")


def test_the_designs_have_their_own_figures():
    own = {"factorial": {"effects", "interactions"}, "best_next": {"steps"}, "grid": {"grid"}}
    for design, names in own.items():
        assert names <= set(pictures(View(getattr(made, design)())))
    assert "ranking" not in pictures(View(made.alone()))


def test_a_grid_of_one_axis_or_three_can_be_drawn():
    one = made.grid(caseloads=(94,))
    level = "services.intermediate_care.intermediate_care_beds.beds"
    scenarios = [replace(s, levels={level: s.levels[level]} if s.levels else {}) for s in one.scenarios]
    view = View(replace(one, scenarios=scenarios))
    assert view.axes == [level]
    pictures(view)["grid"].draw(True)
    grid = made.grid()
    third = [replace(s, levels={**s.levels, "other": i % 3} if s.levels else {}) for i, s in enumerate(grid.scenarios)]
    found = pictures(View(replace(grid, scenarios=third)))
    assert "grid" not in found
    found["sample"].draw(False)


def test_the_frontier_is_what_nothing_beats():
    days, cost = [100, 80, 60, 60, np.nan, 110], [10, 12, 20, 21, 1, 10]
    assert frontier(days, cost).tolist() == [True, True, True, False, False, False]


def test_no_daily_series_and_no_return_still_make_a_page():
    results = made.factorial()
    page = experiment_report(replace(results, daily=results.daily.iloc[:0], sitrep=results.sitrep.iloc[:0]))
    check(page)


def test_the_baseline_need_not_be_the_city_as_it_is():
    scenarios = [made.scenario("home_first"), made.scenario()]
    results = made.results(scenarios, {"home_first": 0.6, "baseline": 1.0}, baseline="home_first")
    text = text_of(experiment_report(results))
    assert re.search("“Baseline” does not help: on an average day \\d+ people are delayed instead of \\d+", text)
    assert "The scenario that the others are compared with: “Home first (discharge to assess)”." in text


def test_results_are_not_changed_by_their_report():
    results = made.factorial()
    before = {name: getattr(results, name).copy() for name in ("replications", "summary", "comparison", "daily")}
    experiment_report(results)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(results, name), table)
