"""A change that reaches nothing is said to change nothing: no rise from 7.5 to 7.5."""

import experiment_fixture as made

from flowsim.report.experiment.headline import of_best
from flowsim.report.experiment.results_view import View

DELAYED = [7.4, 7.6, 7.5]


def said(**delayed):
    values = {name: {"dtoc_patients_mean": by_run} for name, by_run in {"baseline": DELAYED, **delayed}.items()}
    found = of_best(View(made.by_hand(values)))
    return " ".join([found.text, *found.more])


def test_a_single_change_without_effect_changes_nothing():
    text = said(home=DELAYED)
    assert "changes nothing: on an average day 7.5 people are delayed, as in the baseline." in text
    assert "Every simulated year is the same as in the baseline." in text
    assert "clear" not in text
    assert "interval" not in text


def test_of_several_changes_the_nearest_changes_nothing():
    text = said(home=DELAYED, choice=[9.0, 9.2, 9.4])
    assert text.startswith("No scenario helps: the baseline is best")
    assert "which changes nothing: every simulated year is the same as in the baseline." in text


def test_a_difference_too_small_to_print_is_no_rise_and_no_fall():
    text = said(home=[value - 0.001 for value in DELAYED])
    assert "7.5 people are delayed, as in the baseline" in text
