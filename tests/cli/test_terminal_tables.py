"""What the terminal says of a summary is what the report says of it."""

import io

import pandas as pd
import pytest
from paths import SHEFFIELD
from rich.console import Console

import flowsim
from flowsim.cli.terminal_tables import empty_measures, scaled_from, summary_tables
from flowsim.config.city_schema import Target
from flowsim.measures.statistics import summarise
from flowsim.report.city.published_figures import comparisons

MEANS = {
    "dtoc_delayed_days": 104.0,
    "excess_days": 85.0,
    "cost_total": 130.0,
    "at_home_91_days_share": 0.37,
    "readmission_30_day_share": 0.50,
    "dtoc_patients_mean": 60.0,
    "boarding_hours_mean": float("nan"),
}
TARGETS = {
    **{name: Target(value=100, source="plan") for name in ("dtoc_delayed_days", "excess_days", "cost_total")},
    **{
        name: Target(low=0.35, high=0.4, source="plan")
        for name in ("at_home_91_days_share", "readmission_30_day_share")
    },
    "dtoc_patients_mean": Target(value=50, source="plan, the ambition"),
    "boarding_hours_mean": Target(value=1, source="plan"),
}
WORDS = {
    *("within 5%", "within 20%", "outside 20%", "in range", "out of range"),
    *("above the ambition", "not measured"),
}


@pytest.fixture
def summary():
    rows = [("baseline", replication, name, mean) for replication in (0, 1) for name, mean in MEANS.items()]
    return summarise(pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"]), TARGETS)


def test_terminal_and_report_give_the_same_verdict(summary):
    said = {row.measure: row.verdict for row in comparisons(summary)}
    assert set(said.values()) == WORDS
    screen = io.StringIO()
    (table,) = summary_tables(flowsim.load_config(SHEFFIELD), summary)
    Console(file=screen, width=120).print(table)
    lines = {line.split()[0]: line for line in screen.getvalue().splitlines() if line.split()}
    assert all(lines[name].rstrip().endswith(verdict) for name, verdict in said.items())


def test_the_terminal_says_why_a_measure_is_empty(summary):
    assert empty_measures(summary) == [
        "Empty, because nobody in the MAU or AMU asked for a ward bed in the days that count: boarding_hours_mean"
    ]


def test_the_terminal_shows_intervals_that_are_possible():
    rows = [("baseline", r, "readmission_30_day_share", value) for r, value in enumerate([0.0, 0.0, 0.3])]
    found = summarise(pd.DataFrame(rows, columns=["scenario", "replication", "measure", "value"]), {})
    screen = io.StringIO()
    Console(file=screen, width=120).print(*summary_tables(flowsim.load_config(SHEFFIELD), found))
    assert "0 to 0.53" in screen.getvalue()


def test_the_terminal_says_when_counts_of_a_year_come_from_fewer_days():
    city = flowsim.load_config(SHEFFIELD)
    half = city.with_changes([{"path": "run.horizon_days", "set": 181}])
    assert scaled_from(city, ["cost_total"]) == []
    assert scaled_from(half, ["dtoc_patients_mean"]) == []  # an average is no count of a year
    assert scaled_from(half, ["dtoc_patients_mean", "cost_total"]) == [
        "Counts and costs of a year are scaled from 181 days: they are not the figures of a year."
    ]
    four_years = city.with_changes([{"path": "run.horizon_days", "set": 1461}])
    assert scaled_from(four_years, ["cost_total"]) == [
        "Counts and costs of a year are scaled from 1,461 days: they are the average of its years."
    ]
