"""The report says in how many cities of the ensemble each change helps, and names what changes sign."""

import experiment_fixture as made
import pytest

from flowsim.experiment.ensemble_file import RuledOut, YearOfFit
from flowsim.report.experiment.across import across, city_rows
from flowsim.report.experiment.answer import answer
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.first_table import first_table
from flowsim.report.experiment.results_view import View

BASELINE = [130.0, 140.0, 131.0, 139.0, 130.0, 140.0]
BETTER = [60.0, 71.0, 62.0, 69.0, 61.0, 70.0]
MIXED = [90.0, 150.0, 91.0, 149.0, 91.0, 150.0]  # of two cities that take turns: better in the first only


def view(home, assessors=None):
    values = {"baseline": BASELINE, "home": home, **({"assessors": assessors} if assessors else {})}
    by_measure = {name: {"dtoc_patients_mean": runs} for name, runs in values.items()}
    return View(made.by_hand(by_measure, ensemble=made.ensemble("a", "b")))


def test_what_helps_in_every_city_says_so_in_the_headline_and_in_the_first_table():
    of = view(BETTER, MIXED)
    assert answer(of).headline.startswith(
        "“Home first (discharge to assess)” helps most at full reach, and helps in all 2 cities: "
    )
    table = first_table(of)
    place = list(table.header).index("Helps in")
    assert [row[place] for row in table.rows] == ["", "2 of 2 cities", "1 of 2 cities"]


def test_what_changes_sign_is_named_with_the_cities_where_it_does_harm():
    text = dict(answer(view(BETTER, MIXED)).points)["In which cities"]
    assert "1 of the 2 helps in all of them." in text
    assert "changes sign: it helps in 1 of 2, and does harm in “City b”." in text


def test_a_sign_that_may_be_chance_is_not_called_a_change():
    unsure = [130.0, 139.5, 131.5, 140.5, 129.0, 141.0]  # around the baseline in both cities
    text = dict(answer(view(BETTER, unsure)).points)["In which cities"]
    assert "changes sign" not in text
    assert "Not clear of chance is the sign of “Trusted assessors" in text


def test_the_best_scenario_is_not_clear_if_it_does_harm_in_a_city():
    best = view(MIXED)
    assert answer(best).headline.startswith("No change is clear")
    assert "it helps in only 1 of 2 cities that explain the published figures" in answer(best).headline
    assert "It does harm in “City b”." in dict(answer(best).points)["How sure"]


def test_a_goal_is_counted_in_simulated_years_and_not_in_cities():
    """Two cities with three years each."""
    values = {"baseline": BASELINE, "home": [40.0, 71.0, 62.0, 45.0, 61.0, 70.0]}
    by_measure = {name: {"dtoc_patients_mean": runs} for name, runs in values.items()}
    of = View(made.by_hand(by_measure, goals={"dtoc_patients_mean": made.FIFTY}, ensemble=made.ensemble("a", "b")))
    assert "met in 2 of 6 simulated years" in dict(answer(of).points)["The goal"]


def test_without_an_ensemble_there_is_no_column_and_no_sentence():
    alone = View(made.one_at_a_time())
    assert across(alone, "home_first") is None
    assert "Helps in" not in first_table(alone).header
    assert "In which cities" not in dict(answer(alone).points)


def test_the_cities_are_listed_with_what_is_left_without_queues_and_with_what_is_ruled_out():
    year = {"2016/17": YearOfFit(published=134.2, simulated=131.4, without_queues=44.6)}
    ensemble = made.ensemble("a", "b")
    fitted = [member.model_copy(update={"years": year}) for member in ensemble.members]
    out = RuledOut(name="c", title="Mostly lag", years=year, why="too many in summer")
    ensemble = ensemble.model_copy(update={"members": fitted, "ruled_out": [out]})
    results = made.by_hand(
        {name: {"dtoc_patients_mean": runs} for name, runs in (("baseline", BASELINE), ("home", BETTER))},
        ensemble=ensemble,
    )
    rows = city_rows(View(results))
    assert rows[0] == ["City a: it differs", "131 (134)", "45", "fits"]
    assert rows[-1] == ["Mostly lag", "131 (134)", "45", "does not fit: too many in summer"]
    assert "Lag or capacity" in experiment_report(results)


@pytest.mark.parametrize("scenario", ["baseline", "nobody"])
def test_the_baseline_helps_nowhere(scenario):
    assert across(view(BETTER), scenario) is None
