"""What a reader of a sound city is told: what was taken for granted, and what stays empty."""

import datetime as dt

import pytest

import flowsim
from flowsim.config.notices import notices


def with_rates(tiny_city, days):
    first = dt.date(2016, 10, 1)
    lines = [f"{first + dt.timedelta(days=i)},2" for i in range(days)]
    tiny_city.with_name("rates.csv").write_text("date,spells\n" + "\n".join(lines), encoding="utf-8")
    variant = tiny_city.with_name("variant.yaml")
    variant.write_text(f"extends: {tiny_city.name}\nstreams: {{gp_referral: {{daily_rates: rates.csv}}}}\n")
    return flowsim.load_config(variant)


def test_of_an_ordinary_city_there_is_nothing_to_tell(tiny_city):
    assert notices(flowsim.load_config(tiny_city)) == []


@pytest.mark.parametrize(("days", "without", "first"), [(56, 91, "2016-11-26"), (60, 87, "2016-11-30")])
def test_days_after_the_run_without_a_rate_are_told(tiny_city, days, without, first):
    (told,) = notices(with_rates(tiny_city, days))
    assert told.startswith(
        f"streams.gp_referral.daily_rates: {without} of the 91 days after the run have no rate (from {first} on); they "
        "are given the mean of their weekday"
    )


def test_rates_of_all_days_are_not_worth_a_word(tiny_city):
    assert notices(with_rates(tiny_city, 147)) == []


def test_months_of_an_outcome_that_are_not_counted_are_told(tiny_city):
    city = flowsim.load_config(tiny_city).with_changes([{"path": "outcomes.at_home_91_months", "set": [4, 5]}])
    (told,) = notices(city)
    assert told == (
        "outcomes.at_home_91_months: none of these months (4, 5) is among the counted days, so at_home_91_days_share "
        "stays empty."
    )
