"""The report of an experiment: what it says is what the numbers say, and it can be read by whoever gets it."""

import math
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import experiment_fixture as made
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from flowsim.experiment.scenario import Goal
from flowsim.report.answer import answer
from flowsim.report.cost_figure import frontier
from flowsim.report.differences import interval, interval_in_words, more_or_less, signed, signed_interval
from flowsim.report.experiment_figures import experiment_figures, pictures
from flowsim.report.experiment_html import experiment_report
from flowsim.report.experiment_view import View
from flowsim.report.words import DASH

DESIGNS = ["one_at_a_time", "factorial", "grid", "latin_hypercube", "best_next", "alone", "with_gaps"]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return {name: experiment_report(getattr(made, name)()) for name in DESIGNS}


class _Checker(HTMLParser):
    """Notes references, tags, identifiers and labels, and tags that are not closed in order."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self):
        super().__init__()
        self.references, self.tags, self.ids, self.open, self.pictures = [], set(), [], [], []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        found = dict(attrs)
        self.references += [found[n] for n in ("src", "href", "xlink:href", "data", "srcset", "poster") if n in found]
        self.ids += [found["id"]] if "id" in found else []
        if tag == "svg":
            self.pictures.append(found.get("aria-label", ""))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def check(page: str) -> _Checker:
    checker = _Checker()
    checker.feed(page)
    assert checker.open == []
    return checker


def text_of(page: str) -> str:
    body = re.sub(r"<(style|title|svg).*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def said(results) -> str:
    """All sentences of the answer."""
    found = answer(View(results))
    return " ".join([found.headline, *found.sentences, *(f"{q} {text}" for q, text in found.points)])


def around(mean: float, spread: float = 1.0) -> list[float]:
    return [mean - spread, mean, mean + spread, mean]


def compared(**delayed: list[float]):
    """Results in which only the delayed are known: the baseline (around 100) and others."""
    values = {"baseline": {"dtoc_patients_mean": around(100.0)}}
    values |= {name: {"dtoc_patients_mean": by_run} for name, by_run in delayed.items()}
    return made.by_hand(values)


def test_a_scenario_that_meets_the_target_is_named_with_its_interval():
    # Differences of -60, -59, -61 and -60: mean -60, sd 0.816, half-width 3.182 x 0.408 = 1.3.
    text = said(compared(home=[39.0, 41.0, 40.0, 40.0]))
    assert "“Home first, discharge to assess” does most: people delayed on an average day falls from 100 to 40" in text
    assert "that is 60 fewer (95% interval 59 to 61 fewer)" in text
    assert "The target of at most 50" in text
    assert "is met by this scenario, in 4 of 4 simulated years." in text
    assert "Better Care Fund plan" in text


def test_a_missed_target_says_by_how_much_and_how_often_it_is_met():
    text = said(compared(home=[60.0, 50.0, 70.0, 60.0]))
    assert "is met by no scenario" in text
    assert "comes nearest, 10 above it. It is met in 1 of 4 simulated years." in text


def test_a_target_met_on_average_alone_is_not_called_sure():
    text = said(compared(home=[40.0, 55.0, 52.0, 45.0]))
    assert "is met by this scenario, in 2 of 4 simulated years, though its 95% interval reaches beyond it." in text


def test_when_nothing_is_certain_it_says_so():
    text = said(compared(home=[92.0, 104.0, 96.0, 100.0]))
    assert text.startswith("No change is certain.")
    assert "its interval includes no change" in text
    assert "does most" not in text


def test_one_of_many_comparisons_may_be_chance():
    # Alone its interval leaves 0 out; with Holm over three scenarios the chance is above 5%.
    values = {"home": [96.0, 99.0, 98.5, 99.0], "assessors": around(100.1, 2.0), "choice": around(99.9, 3.0)}
    results = compared(**values)
    found = View(results).difference("home", "dtoc_patients_mean")
    assert found.high < 0
    assert found.p_holm > 0.05
    assert "No change is certain." in said(results)
    assert "among 3 scenarios, one such difference may come by chance" in said(results)


def test_where_every_scenario_is_worse_the_baseline_is_best():
    text = said(compared(home=around(120.0, 2.0), choice=around(110.0, 2.0)))
    assert text.startswith("No scenario helps: people delayed on an average day stands best in the baseline, at 100.")
    assert "The nearest is “Focus on choice”, at 110: 10 more" in text
    alone = said(compared(home=around(120.0, 2.0)))
    assert "“Home first, discharge to assess” does not help" in alone


def test_scenarios_that_cannot_be_told_apart_are_named():
    text = said(compared(home=[40.0, 42.0, 41.0, 41.0], assessors=[42.0, 40.0, 41.0, 42.0], choice=around(90.0, 2.0)))
    assert "It cannot be told apart from “Trusted assessors”" in text
    assert "Focus on choice”:" not in text
    apart = said(compared(home=around(40.0), assessors=around(70.0)))
    assert "It does better than every other scenario, by more than chance." in apart


def test_more_may_be_better():
    values = {
        "baseline": {"at_home_91_days_share": [0.74, 0.75, 0.76, 0.75]},
        "home": {"at_home_91_days_share": [0.79, 0.80, 0.82, 0.81]},
        "choice": {"at_home_91_days_share": [0.60, 0.61, 0.62, 0.60]},
    }
    goal = {"at_home_91_days_share": Goal(at_least=0.80, source="plan")}
    results = made.by_hand(values, measures=("at_home_91_days_share",), targets=goal)
    text = said(results)
    assert "“Home first, discharge to assess” does most" in text
    assert "rises from 75.0% to 80.5%, that is 5.5 points higher" in text
    assert "The target of at least 80.0%" in text
    assert "is met by this scenario, in 3 of 4 simulated years" in text
    assert View(results).ranked == ["home", "choice"]


def test_one_replication_has_no_interval_and_says_so():
    text = said(compared(home=[40.0]))
    assert "Nothing is certain about it" in text
    assert "nan" not in text.lower()
    page = text_of(experiment_report(compared(home=[40.0])))
    assert "no interval" in page


def test_people_and_costs_come_with_their_intervals():
    values = {
        "baseline": {
            "dtoc_patients_mean": around(100.0),
            "at_home_91_days_share": [0.75, 0.74, 0.76, 0.75],
            "cost_total": [120e6, 121e6, 122e6, 121e6],
        },
        "home": {
            "dtoc_patients_mean": around(60.0, 2.0),
            "at_home_91_days_share": [0.75, 0.75, 0.75, 0.75],
            "cost_total": [122e6, 123.2e6, 123.8e6, 123e6],
            "cost_interventions": [5e5] * 4,
        },
    }
    text = said(made.by_hand(values))
    assert "With this scenario 75.0% of people aged 65 and over" in text
    assert "so that no change is certain" in text
    assert "This scenario costs £2.0 million more a year than the baseline" in text
    assert "£500,000 for the changes themselves included" in text


def test_the_order_of_changes_is_told_step_by_step():
    text = said(made.best_next())
    assert "In which order? 1. Home first, discharge to assess (" in text
    assert text.index("1. Home first") < text.index("2. Early discharge planning") < text.index("4. Trusted assessors")
    assert "Each step helps for certain." in text
    steps = made.best_next().steps
    unsure = steps.assign(gain_ci_low=steps["gain_ci_low"].where(steps["step"] < 3, -1.0))
    text = said(replace(made.best_next(), steps=unsure))
    assert "From step 3 on (“Multi-disciplinary discharge teams”) it is not certain that a change helps." in text


def test_the_least_that_meets_the_target_is_told_for_a_grid():
    text = said(made.grid())
    assert "The least that meets the target on average is Intermediate care beds 164 with" in text
    assert "; or Intermediate care beds 178 with STIT (Active Recovery), caseload 110." in text
    small = said(made.grid(beds=(136, 140), caseloads=(94, 96)))
    assert "No point of the grid meets the target." in small


def test_pairs_of_changes_add_up_overlap_or_need_each_other():
    text = said(made.factorial())
    assert re.search(r"“Home first[^”]*” and “Trusted assessors” \(\d+ more than the sum\) overlap", text)
    assert re.search(r"“Home first[^”]*” and “Seven-day services” \(\d+ fewer than the sum\) need each other", text)
    assert "The other pair adds up" in text


def test_what_can_be_left_out_is_told_for_one_at_a_time():
    text = said(made.one_at_a_time())
    assert "What can be left out? Beside all together, it is worse for certain to leave out “Home first" in text
    assert "It is better to leave out “Enhancing health in care homes”" in text


def test_what_matters_most_in_a_sample_comes_first():
    text = said(made.latin_hypercube())
    assert re.search(r"What matters most, first to last: “Intermediate care beds” \(−0\.9\d\)", text)


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
    assert text.index(answer(view).headline) < text.index("Scenarios and targets")
    names = [view.baseline, *view.shown]
    assert all(view.short(name) in text for name in names)
    assert view.hidden == max(0, len(results.scenarios) - 1 - 30) if len(results.scenarios) > 32 else not view.hidden


def test_marks_do_not_rely_on_colour(pages):
    text = text_of(pages["one_at_a_time"])
    assert "● met in every simulated year; ○ met in some; ◆ missed in all" in text
    assert "◆ 131" in text
    assert "● 41" in text


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
    nasty = "<b>& <script>alert(1)</script> $x_1$ {{ 7 }}"
    results = made.one_at_a_time()
    scenarios = [replace(s, title=f"{nasty} {s.name}") if s.name != "baseline" else s for s in results.scenarios]
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
    assert "There are 255 scenarios beside the baseline. The page shows the best 15 and the worst 15" in text
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
    results = made.one_at_a_time()
    page = experiment_report(replace(results, daily=results.daily.iloc[:0], sitrep=results.sitrep.iloc[:0]))
    check(page)


def test_the_baseline_need_not_be_the_city_as_it_is():
    results = made.one_at_a_time()
    experiment = replace(results.experiment, baseline="all_together")
    comparison = results.comparison.assign(baseline="all_together")
    page = experiment_report(replace(results, experiment=experiment, comparison=comparison))
    assert View(replace(results, experiment=experiment)).baseline == "all_together"
    check(page)


@pytest.mark.parametrize(
    ("value", "unit", "words", "sign"),
    [
        (-68.4, "patients", "68 fewer", "−68"),
        (3.25, "people", "3.2 more", "+3.2"),
        (0.0123, "share", "1.2 points higher", "+1.2 points"),
        (-1.26e6, "gbp", "£1.3 million less", "−£1.3 million"),
        (438_137.0, "gbp", "£438,000 more", "+£438,000"),
        (0.0, "days", "no difference", "0"),
        (-0.00001, "share", "no difference", "0.0 points"),
        (math.nan, "days", DASH, DASH),
    ],
)
def test_differences_in_print(value, unit, words, sign):
    assert more_or_less(value, unit) == words
    assert signed(value, unit) == sign


def test_intervals_of_differences_in_print():
    assert interval_in_words(-76.0, -60.0, "patients") == "60 to 76 fewer"
    assert interval_in_words(-3.0, 5.0, "days") == "3.0 fewer to 5.0 more"
    assert interval_in_words(0.01, 0.02, "share") == "1.0 to 2.0 points higher"
    assert interval_in_words(-2.1e6, -1.9e6, "gbp") == "£1.9 to £2.1 million less"
    assert interval_in_words(math.nan, 1.0, "days") == DASH
    assert signed_interval(-0.01, 0.02, "share") == "−1.0 to +2.0 points"
    assert interval(119.1e6, 121.7e6, "gbp") == "£119.1 to £121.7 million"


def test_results_are_not_changed_by_their_report():
    results = made.factorial()
    before = {name: getattr(results, name).copy() for name in ("replications", "summary", "comparison", "daily")}
    experiment_report(results)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(results, name), table)
