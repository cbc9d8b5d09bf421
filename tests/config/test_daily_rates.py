"""Daily rates from a CSV file, and null that takes away what is inherited."""

import datetime as dt

import pytest
import yaml

import flowsim
from flowsim.config.daily_rates import read_daily_rates
from flowsim.config.errors import ConfigError
from flowsim.config.load import resolved

STREAM = """
streams:
  ready_for_transfer:
    entry: ready
    counts_as: community
    daily_rates: rates.csv
    hours: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]
    ages: {85+: 1}
"""


def rates(first, days, rate=2.5):
    return "date,spells\n" + "\n".join(f"{first + dt.timedelta(days=i)},{rate}" for i in range(days)) + "\n"


@pytest.fixture
def with_rates(tiny_city):
    """A variant of the tiny city with a stream of daily rates, beside its CSV file."""
    variant = tiny_city.parent / "variant.yaml"
    variant.write_text(f"extends: {tiny_city.name}\n{STREAM}", encoding="utf-8")
    return variant


def test_rates_stand_beside_the_configuration_that_names_them(with_rates):
    csv = with_rates.parent / "rates.csv"
    csv.write_text(rates(dt.date(2016, 10, 1), 14 + 42 + 91), encoding="utf-8")
    config = flowsim.load_config(with_rates)
    assert config.streams["ready_for_transfer"].daily_rates[dt.date(2016, 10, 3)] == 2.5
    # The manifest keeps the whole configuration, and so the rates themselves.
    assert resolved(with_rates)["streams"]["ready_for_transfer"]["daily_rates"]["2016-10-01"] == 2.5


def test_a_day_without_a_rate_is_named(with_rates):
    csv = with_rates.parent / "rates.csv"
    csv.write_text(rates(dt.date(2016, 10, 1), 20), encoding="utf-8")
    with pytest.raises(ConfigError, match="no rate for 2016-10-21"):
        flowsim.load_config(with_rates)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("day,n\n", 1, "the first line must be date,spells"),
        ("date,spells\n2016-10-01,3\n01/10/2016,3\n", 3, "must be a date"),
        ("date,spells\n2016-10-01,-3\n", 2, "0 or more"),
        ("date,spells\n2016-10-01,nan\n", 2, "0 or more"),
        ("date,spells\n2016-10-01,3\n2016-10-01,4\n", 3, "twice"),
        ("date,spells\n2016-10-01\n", 2, "must be a date"),
    ],
)
def test_a_bad_line_of_the_file_is_named(tmp_path, text, line, message):
    csv = tmp_path / "rates.csv"
    csv.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        read_daily_rates(csv)
    assert f"rates.csv, line {line}" in str(caught.value)


def test_a_missing_file_of_rates_is_named(with_rates):
    with pytest.raises(ConfigError, match=r"rates\.csv"):
        flowsim.load_config(with_rates)


def test_null_takes_away_what_is_inherited(tmp_path):
    (tmp_path / "base.yaml").write_text(yaml.safe_dump({"a": {"x": 1, "y": 2}, "b": [1]}), encoding="utf-8")
    (tmp_path / "over.yaml").write_text("extends: base.yaml\na: {x: null}\nb: null\nc: null\n", encoding="utf-8")
    assert resolved(tmp_path / "over.yaml") == {"a": {"y": 2}, "c": None}
