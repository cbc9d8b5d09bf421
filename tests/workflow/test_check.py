"""What is known of a file before it is run, as data."""

import pytest
from asking import put_question

from flowsim.config.errors import ConfigError
from flowsim.workflow.check import CheckedCity, CheckedExperiment, check
from flowsim.workflow.city_year import CITY_YEAR_DAYS, CITY_YEAR_SECONDS

STEPS = "design: {kind: best_next, of: [more_beds, early_planning, larger_team], measure: dtoc_patients_mean}\n"


def test_of_a_city_it_is_what_is_asked_of_each_pool(tiny_city):
    found = check(tiny_city)
    assert isinstance(found, CheckedCity)
    assert found.name == "Tiny city"
    assert {"ward_beds", "discharge_team", "homecare"} <= {load.pool for load in found.loads}


def test_of_an_experiment_it_is_what_it_would_run(tiny_question):
    found = check(tiny_question(3))
    assert found == CheckedExperiment(
        name="Beds and demand",
        scenarios=("baseline", "fewer_beds", "fewer_people", "no_team"),
        scenarios_at_most=4,
        replications_at_least=3,
        replications_at_most=3,
        seconds=pytest.approx(12 * (14 + 42 + 91) / CITY_YEAR_DAYS * CITY_YEAR_SECONDS),
        notices=[],
    )
    assert found.runs_at_most == 12


def test_of_a_stepwise_design_and_a_precision_it_is_the_most_that_there_can_be(tiny_city):
    precision = "replications: {measure: dtoc_patients_mean, half_width: 1, at_least: 2, at_most: 5}\n"
    found = check(put_question(tiny_city, STEPS + precision))
    assert found.scenarios == ("baseline", "more_beds", "early_planning", "larger_team")
    assert (found.scenarios_at_most, found.replications_at_least, found.replications_at_most) == (7, 2, 5)
    assert found.runs_at_most == 35


def test_what_is_not_sound_is_refused(tiny_city):
    tiny_city.write_text(tiny_city.read_text() + "ward: {beds: 0}\n")
    with pytest.raises(ConfigError, match=r"ward\.beds: 0 is not allowed"):
        check(tiny_city)
