"""What the report of an experiment says first: the right sentences for the numbers, and no surer than they are."""

import math
import re
from dataclasses import replace

import experiment_fixture as made
import pytest

from flowsim.experiment.goals import Goal
from flowsim.report.differences import (
    amount_interval,
    interval_in_words,
    more_or_less,
    signed,
    signed_interval,
)
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.design_reports import report_of
from flowsim.report.experiment.results_view import View
from flowsim.report.labels import DASH


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
    assert (
        "“Home first (discharge to assess)” helps at full reach: on an average day 40 people are delayed "
        "instead of 100. That is 60 fewer (95% interval 59 to 61 fewer)."
    ) in text
    assert "The goal At most 50 people delayed (Better Care Fund plan 2017/18): met on average; met in 4 of 4" in text
    assert "simulated years (95% interval 40% to 100%)." in text


def test_a_missed_target_says_by_how_much_and_how_often_it_is_met():
    text = said(compared(home=[60.0, 50.0, 70.0, 60.0]))
    assert "missed by 10 on average; met in 1 of 4 simulated years (95% interval 1% to" in text


def test_a_target_met_on_average_alone_is_said_to_be_so():
    text = said(compared(home=[40.0, 55.0, 52.0, 45.0]))
    assert "met on average; the 95% interval of the average reaches beyond it; met in 2 of 4 simulated years" in text


def test_when_nothing_is_clear_it_says_so():
    text = said(compared(home=[92.0, 104.0, 96.0, 100.0]))
    assert text.startswith("No change is clear: the best figure is that of “Home first (discharge to assess)”")
    assert "its interval includes no change" in text
    assert not re.search("clearly (better|worse)|helps", text)


def test_one_of_many_comparisons_may_be_chance():
    # Alone its interval leaves 0 out; with Holm over three scenarios the chance is above 5%.
    values = {"home": [96.0, 99.0, 98.5, 99.0], "assessors": around(100.1, 2.0), "choice": around(99.9, 3.0)}
    results = compared(**values)
    found = View(results).difference("home", "dtoc_patients_mean")
    assert found.high < 0
    assert found.p_holm > 0.05
    assert "No change is clear: " in said(results)
    assert "with 3 scenarios compared, one such difference may be chance" in said(results)


def test_where_nothing_helps_a_difference_is_not_said_to_include_what_it_excludes():
    # The differences of the nearest are 3, 1, 2.5 and 1: its interval excludes 0, until three are compared.
    values = {"home": [102.0, 101.0, 103.5, 101.0], "assessors": [99.0, 112.0, 101.0, 108.0]}
    text = said(compared(**values, choice=[112.0, 99.0, 110.0, 101.0]))
    assert "That is not clear: with 3 scenarios compared, one such difference may be chance." in text
    assert "That is not clear: its interval includes no change." in said(compared(home=values["assessors"]))


def test_where_every_scenario_is_worse_the_baseline_is_best():
    text = said(compared(home=around(120.0, 2.0), choice=around(110.0, 2.0)))
    assert text.startswith("No scenario helps: the baseline is best (people delayed on an average day 100).")
    assert (
        "The nearest is “Focus on choice”: on an average day 110 people are delayed instead of 100, that is 10 more"
        in text
    )
    alone = said(compared(home=around(120.0, 2.0)))
    assert "“Home first (discharge to assess)” does not help" in alone


def test_scenarios_that_cannot_be_told_apart_are_named():
    text = said(compared(home=[40.0, 42.0, 41.0, 41.0], assessors=[42.0, 40.0, 41.0, 42.0], choice=around(90.0, 2.0)))
    assert "“Trusted assessors” does as well, as far as the simulation can tell." in text
    apart = said(compared(home=around(40.0), assessors=around(70.0)))
    assert "It is clearly better than every other scenario." in apart


def test_more_may_be_better():
    values = {
        "baseline": {"at_home_91_days_share": [0.74, 0.75, 0.76, 0.75]},
        "home": {"at_home_91_days_share": [0.79, 0.80, 0.82, 0.81]},
        "choice": {"at_home_91_days_share": [0.60, 0.61, 0.62, 0.60]},
    }
    goal = {"at_home_91_days_share": Goal(at_least=0.80, source="plan")}
    results = made.by_hand(values, measures=("at_home_91_days_share",), goals=goal)
    text = said(results)
    assert "“Home first (discharge to assess)” helps most" in text
    assert (
        "still at home 91 days after discharge into reablement: 80.5% instead of 75.0%. That is 5.5 points higher"
        in text
    )
    assert "At least 80.0%" in text
    assert "met in 3 of 4 simulated years" in text
    assert View(results).ranked == ["home", "choice"]


def test_one_replication_has_no_interval_and_says_so():
    text = said(compared(home=[40.0]))
    assert "which may be chance: it takes several simulated years to tell." in text
    assert "nan" not in text.lower()


def test_a_change_without_effect_neither_rises_nor_falls():
    text = said(compared(home=around(100.0, 1.01)))
    assert "on an average day 100 people are delayed, as in the baseline" in text
    assert "instead of" not in text
    assert not re.search("rises|falls", text)


def test_people_at_home_are_told_with_how_clear_it_is():
    values = {
        "baseline": {"dtoc_patients_mean": around(100.0), "at_home_91_days_share": [0.75, 0.74, 0.76, 0.75]},
        "home": {"dtoc_patients_mean": around(60.0, 2.0), "at_home_91_days_share": [0.75, 0.75, 0.75, 0.75]},
    }
    assert "75.0% are at home on day 91, 75.0% in the baseline (no clear change)" in said(made.by_hand(values))


def test_an_order_begins_with_what_helps_first_and_says_where_it_stops():
    found = answer(View(made.best_next()))
    assert found.headline.startswith(
        "Begin with “Home first (discharge to assess)”, then with “Early discharge planning” and"
    )
    assert "after 4 steps on an average day" in found.headline
    assert found.sentences == ["Each step clearly helps."]
    ((question, order),) = report_of(made.best_next().experiment.design).details(View(made.best_next()))
    assert question == "In which order"
    assert (
        order.index("1. Home first") < order.index("2. Early discharge planning") < order.index("4. Trusted assessors")
    )
    steps = made.best_next().design_tables["steps"]
    unclear = steps.assign(gain_ci_low=steps["gain_ci_low"].where(steps["step"] < 3, -1.0))
    text = said(replace(made.best_next(), design_tables={"steps": unclear}))
    assert "From step 3 on (“Multi-disciplinary discharge teams”) it is not clear that a change helps." in text


def test_a_sizing_question_is_headed_by_the_least_that_is_enough_and_never_by_the_largest_size():
    headline = answer(View(made.grid())).headline
    assert headline.startswith("The least that is enough for at most 50 (people delayed on an average day) is")
    assert "Intermediate care beds 164 and STIT (Active Recovery), caseload 126" in headline
    assert "; or Intermediate care beds 178 and STIT (Active Recovery), caseload 110." in headline
    assert "helps most" not in said(made.grid())


def test_where_no_size_is_enough_the_answer_says_what_the_last_steps_gain():
    text = said(made.grid(beds=(136, 140), caseloads=(94, 96)))
    assert text.startswith(
        "No size that was tried is enough for at most 50 (people delayed on an average day): the best leaves"
    )
    assert re.search(r"The last step gains \d\.\d \(Intermediate care beds\) and \d\.\d \(STIT", text)
    assert re.search(r"What each step gains Intermediate care beds: 136 to 140 −\d\.\d\.", text)


def test_pairs_of_changes_add_up_overlap_or_need_each_other():
    text = said(made.factorial())
    assert re.search(r"“Home first[^”]*” and “Trusted assessors” \(\d+ more than the sum\) overlap", text)
    assert re.search(r"“Home first[^”]*” and “Seven-day services” \(\d+ fewer than the sum\) need each other", text)
    assert "The other pair adds up" in text


def test_what_to_keep_first_is_told_for_one_at_a_time():
    text = said(made.one_at_a_time())
    assert re.search(r"Of all changes together, keep first \(change if dropped\): home first[^;.]* \(\+\d", text)
    assert re.search(r"Better to drop: enhancing health in care homes \(−0\.\d+\)\.", text)


def test_what_matters_most_in_a_sample_comes_first():
    text = said(made.latin_hypercube())
    assert re.search(r"Settings from most to least important: “Intermediate care beds” \(−0\.9\d\)", text)


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
    assert amount_interval(119.1e6, 121.7e6, "gbp") == "£119.1 to £121.7 million"
