"""Daily rates from a CSV file, and null that takes away what is inherited."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
import yaml

import flowsim
from flowsim.config.daily_rates import read_daily_rates
from flowsim.config.errors import ConfigError
from flowsim.config.load import resolved
from flowsim.model.arrivals import cumulative_rate

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
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(with_rates)
    assert str(caught.value) == (
        f"{with_rates}, line 7: streams.ready_for_transfer.daily_rates: there is no rate for 2016-10-21 and 35 more, "
        "the last of them 2016-11-25; every day of the run needs one, from 2016-10-01 to 2016-11-25"
    )


def test_a_gap_is_named(with_rates):
    csv = with_rates.parent / "rates.csv"
    lines = [line for line in rates(dt.date(2016, 10, 1), 60).splitlines() if not line.startswith("2016-11-05")]
    csv.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError, match="there is no rate for 2016-11-05; every day of the run needs one"):
        flowsim.load_config(with_rates)


def read(tmp_path, text):
    csv = tmp_path / "rates.csv"
    csv.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_daily_rates(csv)


@pytest.mark.parametrize(
    "text",
    [
        "date,spells\n2016-10-30,1.5\n2016-10-31,1200\n",
        "Date,Spells\r\n30/10/2016,1.5\r\n31/10/2016,1200\r\n",
        "date;spells\n2016-10-30;1.5\n2016-10-31;1200\n",
        "date\tspells\n30/10/2016\t1.50\n31/10/2016\t1.2e3\n",
        'date,spells\n2016-10-30,1.5\n2016-10-31,"1,200"\n',
        '"date","spells"\n"2016-10-30","1.5"\n"2016-10-31","1,200.0"\n',
        "\n\ndate,spells\n\n 2016-10-30 , 1.5\n,\n2016-10-31,1200\n\n",
        "\ufeffdate,spells\n30-Oct-2016,1.5\n31 October 2016,1200",
        "date,spells\n2016-10-30 00:00:00,1.5\n2016/10/31,1200\r",
        "date,spells\r30.10.2016,1.5\r31.10.2016,1200\r",
        "date\tspells\n30/10/2016\t1.5\n31/10/2016\t1200\n".encode("utf-16"),
    ],
)
def test_a_file_as_excel_or_a_program_saves_it_is_understood(tmp_path, text):
    assert read(tmp_path, text) == {"2016-10-30": 1.5, "2016-10-31": 1200.0}


def test_the_day_stands_first_in_a_date_of_the_united_kingdom(tmp_path):
    assert read(tmp_path, "date,spells\n03/04/2016,1\n13/04/2016,2\n") == {"2016-04-03": 1.0, "2016-04-13": 2.0}
    assert list(read(tmp_path, "date,spells\n03/04/2016,1\n")) == ["2016-04-03"]


def test_a_file_in_which_the_month_stands_first_is_refused_once(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "date,spells\n10/01/2016,1\n10/12/2016,1\n10/13/2016,1\n10/14/2016,1\n")
    assert str(caught.value) == (
        f"{tmp_path / 'rates.csv'}, line 4: '10/13/2016' is not allowed: the month seems to stand first in this file: "
        "write dates as 2016-10-31"
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("day,n\n", 1, "the first line must be date,spells"),
        ("date,spells,note\n2016-10-01,3,x\n", 1, "the first line must be date,spells"),
        ("2016-10-01,3\n", 1, "the first line must be date,spells"),
        ("date,spells\n2016-10-01,1,200\n", 2, "must have exactly two fields (date,spells), this has 3; write thou"),
        ("date;spells\n2016-10-01;1;\n", 2, "must have exactly two fields (date;spells), this has 3"),
        ("date,spells\n2016-10-01\n", 2, "must have exactly two fields (date,spells), this has 1"),
        ("date,spells\n2016-10-01,\n", 2, "'' is not allowed: must be a number such as 4.5"),
        ("date,spells\n,3\n", 2, "must be a date such as"),
        ("date,spells\n2016-10-01,-3\n", 2, "0 or more"),
        ("date,spells\n2016-10-01,nan\n", 2, "'nan' is not allowed: must be a number such as 4.5"),
        ("date,spells\n2016-10-01,inf\n", 2, "must be a number"),
        ("date,spells\n2016-10-01,1e999\n", 2, "must be a finite number"),
        ("date,spells\n2016-10-01,1_000\n", 2, "must be a number such as 4.5: write 1000"),
        ("date,spells\n2016-10-01,0x10\n", 2, "must be a number"),
        ("date,spells\n2016-10-01,\uff13\n", 2, "must be a number such as 4.5: write 3"),
        ("date,spells\n2016-10-01,3 people\n", 2, "write the number alone"),
        ("date;spells\n2016-10-01;12,5\n", 2, "must be a number such as 4.5: write 12.5"),
        ("date;spells\n2016-10-01;1,200\n", 2, "write 1200, or 1.2 if the comma is a decimal point"),
        ('date,spells\n2016-10-01,"12,5"\n', 2, "write 12.5"),
        ('date,spells\n2016-10-01,"3\n2016-10-02,4\n', 2, 'a quote (") is not closed'),
        ('date,spells\n2016-10-01,3"\n2016-10-02,4\n', 2, "must be a number"),
        ("date,spells\n42644,3\n", 2, "how Excel counts days: format the column as a date, to read 2016-10-01"),
        ("date,spells\n2016-02-30,3\n", 2, "must be a date such as 2016-10-31 or 31/10/2016"),
        ("date,spells\n20161001,3\n", 2, "must be a date"),
        ("date,spells\n01/10/16,3\n", 2, "write the year with four digits"),
        ("date,spells\n2016-10-01 08:00,3\n", 2, "must be a date"),
        ("date,spells\n2016-10-01,3\n01/10/2016,4\n", 3, "2016-10-01 is given twice (first in line 2)"),
        ("date,spells\n\n\n2016-10-01,x\n", 4, "must be a number"),
    ],
)
def test_a_bad_line_of_the_file_is_named(tmp_path, text, line, message):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, text)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path / 'rates.csv'}, line {line}: ")
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty; its first line must be date,spells"),
        ("\n \n", "the file is empty"),
        ("date,spells\n", "there is no day in this file"),
        (b"PK\x03\x04 workbook", "this is an Excel workbook: save the sheet as CSV"),
    ],
)
def test_a_file_without_any_day_is_refused(tmp_path, content, message):
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, content)


def test_a_file_in_the_code_page_of_windows_is_read(tmp_path):
    with pytest.raises(ConfigError, match="line 2: '£3' is not allowed: must be a number"):
        read(tmp_path, "date,spells\n2016-10-01,£3\n".encode("cp1252"))


def test_all_bad_lines_are_named_at_once(tmp_path):
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, "date,spells\n2016-10-01,x\nsoon,3\n2016-10-03,1,200\n2016-10-04,4\n2016-10-04,4\n")
    assert sorted(problem.line for problem in caught.value.problems) == [2, 3, 4, 6]


def test_a_bad_file_of_rates_hides_nothing_else(with_rates):
    (with_rates.parent / "rates.csv").write_text("date,spells\n2016-10-01,x\n", encoding="utf-8")
    with_rates.write_text(f"{with_rates.read_text()}ward: {{beds: many}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        flowsim.load_config(with_rates)
    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == [
        "streams.ready_for_transfer.daily_rates",
        "ward.beds",
    ]


# -- What is expected on each day -----------------------------------------------------------------------------------


def expected_by_day(city, name="ready_for_transfer"):
    """Return the spells that a stream is expected to have on each day of the whole run."""
    run = city.run
    cumulative = cumulative_rate(city.streams[name], run.start_date, run.days, frozenset())
    return np.diff(cumulative[::24])


def test_four_a_day_are_four_every_day_whatever_profiles_were_inherited(tiny_city):
    """Streams of Sheffield have profiles of weekdays and months, and a factor of demand would act as one."""
    (tiny_city.parent / "rates.csv").write_text(rates(dt.date(2016, 10, 1), 147, 4), encoding="utf-8")
    base = tiny_city.parent / "base.yaml"
    base.write_text(f"extends: {tiny_city.name}\nstreams: {{gp_referral: {{demand_factor: 1.5}}}}\n", encoding="utf-8")
    variant = tiny_city.parent / "variant.yaml"
    variant.write_text("extends: base.yaml\nstreams: {gp_referral: {daily_rates: rates.csv}}\n", encoding="utf-8")
    assert len(set(flowsim.load_config(base).streams["gp_referral"].weekdays)) > 1
    city = flowsim.load_config(variant)
    assert expected_by_day(city, "gp_referral") == pytest.approx([4.0] * 147)
    assert city.streams["gp_referral"].demand_factor == 1.0
    assert city.streams["gp_referral"].hours == flowsim.load_config(base).streams["gp_referral"].hours


def test_a_profile_that_is_given_with_daily_rates_is_refused(with_rates):
    (with_rates.parent / "rates.csv").write_text(rates(dt.date(2016, 10, 1), 147), encoding="utf-8")
    with_rates.write_text(f"{with_rates.read_text()}    weekdays: [2, 1, 1, 1, 1, 1, 1]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"weekdays: .*daily_rates are what is expected on each day.*leave out"):
        flowsim.load_config(with_rates)


def test_a_rate_takes_the_place_of_daily_rates(with_rates):
    (with_rates.parent / "rates.csv").write_text(rates(dt.date(2016, 10, 1), 147), encoding="utf-8")
    again = with_rates.with_name("again.yaml")
    again.write_text(f"extends: {with_rates.name}\nstreams: {{ready_for_transfer: {{spells_per_day: 3}}}}\n")
    assert expected_by_day(flowsim.load_config(again)) == pytest.approx([3.0] * 147)


def test_days_after_the_run_have_the_mean_of_their_weekday(with_rates):
    """56 days of rates for a run of 56 days: more on Mondays, none on Sundays, and one more from the middle on."""
    first = dt.date(2016, 10, 1)
    dates = [first + dt.timedelta(days=i) for i in range(56)]
    rate = {0: 4, 6: 0}
    lines = [f"{date},{rate.get(date.weekday(), 2) + (i >= 28)}" for i, date in enumerate(dates)]
    (with_rates.parent / "rates.csv").write_text("date,spells\n" + "\n".join(lines), encoding="utf-8")
    expected = expected_by_day(flowsim.load_config(with_rates))
    assert expected[:56] == pytest.approx([float(line.split(",")[1]) for line in lines])
    after = [rate.get((first + dt.timedelta(days=i)).weekday(), 2) + 0.5 for i in range(56, 147)]
    assert expected[56:] == pytest.approx(after)


# -- In a change ---------------------------------------------------------------------------------------------------


def test_a_city_can_be_changed_in_python_by_a_file_in_the_current_folder(tiny_city, monkeypatch):
    monkeypatch.chdir(tiny_city.parent)
    Path("rates.csv").write_text(rates(dt.date(2016, 10, 1), 56, 4), encoding="utf-8")
    city = flowsim.load_config(tiny_city)
    more = city.with_changes([{"path": "streams.gp_referral.daily_rates", "set": "rates.csv"}])
    assert expected_by_day(more, "gp_referral") == pytest.approx([4.0] * 147)
    with pytest.raises(ConfigError) as caught:
        city.with_changes([{"path": "streams.gp_referral.daily_rates", "set": "rate.csv"}])
    assert str(caught.value) == "changes.0.set: 'rate.csv' is not allowed: there is no file rate.csv"


def test_a_missing_file_of_rates_is_named(with_rates):
    with pytest.raises(ConfigError, match=r"rates\.csv"):
        flowsim.load_config(with_rates)


def test_null_takes_away_what_is_inherited(tmp_path):
    (tmp_path / "base.yaml").write_text(yaml.safe_dump({"a": {"x": 1, "y": 2}, "b": [1]}), encoding="utf-8")
    (tmp_path / "over.yaml").write_text("extends: base.yaml\na: {x: null}\nb: null\nc: null\n", encoding="utf-8")
    assert resolved(tmp_path / "over.yaml") == {"a": {"y": 2}, "c": None}
