"""What is known of a file before it is run, as data."""

import pytest
from asking import put_question

from flowsim.config.errors import ConfigError
from flowsim.workflow.check import CheckedCity, CheckedExperiment, check

STEPS = "design: {kind: best_next, of: [more_beds, early_planning, larger_team], measure: dtoc_patients_mean}\n"


def test_of_a_city_it_is_what_is_asked_of_each_pool(tiny_city):
    found = check(tiny_city)
    assert isinstance(found, CheckedCity)
    assert found.name == "Tiny city"
    assert {"ward_beds", "discharge_team", "homecare"} <= {load.pool for load in found.loads}


def test_of_an_experiment_it_is_what_it_would_run(tiny_question):
    found = check(tiny_question(3))
    assert isinstance(found, CheckedExperiment)
    assert found.name == "Beds and demand"
    assert found.scenarios == ("baseline", "fewer_beds", "fewer_people", "no_team")
    assert (found.scenarios_at_most, found.replications_at_least, found.replications_at_most) == (4, 3, 3)
    assert found.estimate.runs == 12


def test_of_a_stepwise_design_and_a_precision_it_is_the_most_that_there_can_be(tiny_city):
    precision = "replications: {measure: dtoc_patients_mean, half_width: 1, at_least: 12, at_most: 15}\n"
    found = check(put_question(tiny_city, STEPS + precision))
    assert found.scenarios == ("baseline", "more_beds", "early_planning", "larger_team")
    assert (found.scenarios_at_most, found.replications_at_least, found.replications_at_most) == (7, 12, 15)
    assert found.estimate.runs == (7 + 4) * 15  # the baseline and three steps again


def test_what_is_not_sound_is_refused(tiny_city):
    tiny_city.write_text(tiny_city.read_text() + "ward: {beds: 0}\n")
    with pytest.raises(ConfigError, match=r"ward\.beds: 0 is not allowed"):
        check(tiny_city)
