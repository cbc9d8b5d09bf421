"""What one more is worth, in words."""

from types import SimpleNamespace

import pytest

from flowsim.experiment.analysis.worth import LESS, NOTHING, PAYS, SAVES, SMALL, UNPRICED
from flowsim.report.worth_words import price_of_a_day, price_with_interval, sentence


def row(verdict, saved=100.0, low=80.0, high=120.0):
    return SimpleNamespace(
        label="Homecare", step="+1", added=1.0, units_added=1.0, unit="starts a week", verdict=verdict,
        delayed_days_saved=saved, ci_low=low, ci_high=high,
        gbp_per_delayed_day=250.0, gbp_per_day_ci_low=200.0, gbp_per_day_ci_high=310.0,
    )  # fmt: skip


def test_a_day_saved_has_a_price_with_its_interval():
    assert price_of_a_day(row(SAVES)) == "£250 a day saved"
    assert price_with_interval(row(SAVES)) == "£250 (£200 to £310)"


@pytest.mark.parametrize(
    ("verdict", "says"),
    [(PAYS, "pays for itself"), (UNPRICED, "no price"), (NOTHING, "saves nothing"), (SMALL, "too small to tell")],
)
def test_where_there_is_no_price_it_says_why(verdict, says):
    assert price_of_a_day(row(verdict)).startswith(says)
    assert price_with_interval(row(verdict)).startswith(says)


def test_what_adds_delay_is_said_so():
    text = sentence(row(LESS, -1000.0, -1200.0, -800.0))
    assert "1,000 more delayed days a year (800 to 1,200)" in text
