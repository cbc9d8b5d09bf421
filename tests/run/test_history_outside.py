"""A history goes on before and after a run: what is over, what still holds, what comes later, and what is a mistake."""

import pytest
from from_config import network_of

import flowsim
from flowsim.config.errors import ConfigError

# The run of the tiny city goes from 1 October 2016 to 24 February 2017, with 91 days after those that count.
SOURCE = "{source: board paper, changes: [{path: ward.beds, add: -3, %s}]}"


@pytest.fixture
def city_of(tiny_city):
    """Return the tiny city with an entry in the history of the file that it extends."""

    def load(dates, own=""):
        parent, child = tiny_city.with_name("parent.yaml"), tiny_city.with_name("child.yaml")
        run = "run: {start_date: 2012-01-01, horizon_days: 3000}\n"
        parent.write_text(f"extends: tiny.yaml\n{run}history: {{beds: {SOURCE % dates}}}\n", encoding="utf-8")
        child.write_text(f"extends: parent.yaml\nrun: {{start_date: 2016-10-01, horizon_days: 42}}\n{own}")
        return flowsim.load_config(child)

    return load


def beds(city):
    return next(pool.capacity for pool in network_of(city).pools if pool.name == "ward_beds")


@pytest.mark.parametrize(
    ("dates", "there"),
    [
        ("to_date: 2016-09-30", 665),  # over on the day before
        ("from_date: 2015-01-01, to_date: 2016-03-31", 665),
        ("from_date: 2015-01-01", 662),  # it began, and goes on
        ("from_date: 2016-09-01, ramp_days: 30", 662),  # the last day on which it grows is the day before
        ("from_date: 2017-03-01", 665),  # it has not happened yet
    ],
)
def test_what_a_run_inherits_from_outside_of_its_days_has_happened_or_has_not(city_of, dates, there):
    assert beds(city_of(dates)) == ((0, there),)


def test_a_change_that_began_before_the_run_still_grows_in_it(city_of):
    """A tenth of a bed a day: when the run starts 1.5 of three are gone, a day later 1.6, and 2.6 after eleven."""
    assert beds(city_of("from_date: 2016-09-16, ramp_days: 30")) == ((0, 664), (1, 663), (11, 662))


def test_a_change_of_ones_own_that_holds_on_no_day_of_the_run_is_refused_with_its_line(city_of):
    mistyped = "      - {path: ward.beds, add: 1, from_date: 2106-11-01}\n"
    mistyped = f"history:\n  more:\n    source: board paper\n    changes:\n{mistyped}"
    late = "changes:\n  - {path: ward.beds, add: 1, to_date: 2016-09-30}\n"
    with pytest.raises(ConfigError) as caught:
        city_of("to_date: 2016-09-30", mistyped + late)
    first, second = map(str, caught.value.problems)
    assert "child.yaml, line 7: history.more.changes.0: this changes nothing" in first
    assert "child.yaml, line 9: changes.0: this changes nothing" in second
    assert "the run, which goes from 2016-10-01 to 2017-02-24" in first


def test_an_entry_that_is_written_anew_is_still_that_of_the_city_that_is_extended(city_of):
    """As in a file that calibration writes: other numbers, the same dates."""
    anew = f"history: {{beds: {SOURCE % 'to_date: 2016-09-30'}}}\n".replace("add: -3", "add: -5")
    assert city_of("to_date: 2016-09-30", anew).history["beds"].changes[0].add == -5
