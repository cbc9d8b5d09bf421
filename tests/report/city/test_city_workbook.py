"""The workbook of a run: what was simulated next to what was published, by month, by day and by service."""

import io
from dataclasses import replace
from datetime import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from paths import SHEFFIELD
from published_months import made_fit

from flowsim.config.changes import changed
from flowsim.measures.statistics import summarise
from flowsim.report.city.city_answer import city_answer
from flowsim.report.city.city_brief import city_brief
from flowsim.report.city.city_workbook import city_workbook
from flowsim.report.city.published_figures import comparisons
from flowsim.report.shared_tables import Series
from flowsim.run.city_results import CityResults
from flowsim.run.load_city import load_config

MANIFEST = {"started": "2026-11-28T18:30:29+00:00", "engine": "compiled", "command": ["/bin/flowsim", "run", "x.yaml"]}
VALUES = {
    "dtoc_delayed_days": [48_000.0, 49_000.0],
    "dtoc_patients_mean": [130.0, 134.0],
    "ward_beds_capacity_mean": [665.0, 665.0],
    "ward_beds_occupancy_mean": [620.0, 630.0],
    "ward_beds_utilisation": [0.93, 0.95],
    "ward_beds_wait_days_mean": [0.01, np.nan],
}


@pytest.fixture(scope="module")
def results():
    """Two replications of 45 days from 1 April: a whole month and a part of one."""
    city = load_config(SHEFFIELD)
    config = changed(city, {"run.horizon_days": 45, "run.replications": 2}).read_from(city.file)
    values = pd.DataFrame(
        [("baseline", r, name, value) for name, both in VALUES.items() for r, value in enumerate(both)],
        columns=["scenario", "replication", "measure", "value"],
    )
    days = pd.date_range("2016-04-01", periods=45)
    daily = pd.concat(
        pd.DataFrame({"scenario": "baseline", "replication": r, "date": days, "measure": measure, "value": value + r})
        for measure, value in (("delayed", 130.0), ("delayed_bedded", 40.0), ("ward_beds_occupancy", 620.0))
        for r in (0, 1)
    )
    sitrep = pd.DataFrame(
        [(month, "acute", "A", "nhs", 600.0, 20.0) for month in ("2016-04", "2016-05")],
        columns=["month", "bed_type", "reason", "organisation", "delayed_days", "snapshot_patients"],
    )
    return CityResults(config, summarise(values, config.targets), values, daily, sitrep)


@pytest.fixture(scope="module")
def book(results):
    return openpyxl.load_workbook(io.BytesIO(city_workbook(results, MANIFEST)))


def rows(book, sheet):
    header, *values = book[sheet].iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in values]


def test_it_has_its_sheets_and_prints_on_few_pages(book):
    assert book.sheetnames == [
        *("Answer", "Charts", "Published figures", "All measures", "Services", "Daily series", "Monthly DTOC return"),
        *("Assumptions", "Notes"),
    ]  # fmt: skip
    assert sum(sheet.page_setup.fitToHeight or 1 for sheet in book) < 15


def test_published_months_have_a_sheet_where_there_are_any(results):
    with_months = replace(results, observed=made_fit())
    found = openpyxl.load_workbook(io.BytesIO(city_workbook(with_months, MANIFEST)))
    assert found.sheetnames[6:9] == ["Monthly DTOC return", "Published months", "Assumptions"]
    first = rows(found, "Published months")[0]
    assert (first["Month"], first["What"], first["Published"]) == (datetime(2016, 4, 1), "All reasons", 310)
    assert sum(sheet.page_setup.fitToHeight or 1 for sheet in found) < 15
    assert "Published months" in dict(city_brief(with_months, MANIFEST).points)


def test_the_first_sheet_says_what_the_report_says(results, book):
    found = city_answer(results.config, results.summary, Series(results.daily), comparisons(results.summary))
    texts = [cell.value for row in book["Answer"].iter_rows() for cell in row]
    assert found.headline in texts
    assert found.headline.startswith("132 people are delayed on an average day")
    assert "leave an acute or intermediate care bed and" in found.headline
    outside = changed(results.config, {"services.intermediate_care.intermediate_care_beds.in_the_return": False})
    without_beds = city_answer(outside, results.summary, Series(results.daily), comparisons(results.summary))
    assert "leave an acute bed and" in without_beds.headline
    assert " ".join(found.sentences) in texts
    assert "28 November 2026" in texts
    assert [found.headline, found.sentences] == [
        city_brief(results, MANIFEST).headline, city_brief(results, MANIFEST).sentences,
    ]  # fmt: skip


def test_what_was_simulated_stands_next_to_what_was_published(book):
    found = {row["Figure"]: row for row in rows(book, "Published figures")}["Delayed days in a year"]
    assert (found["Simulated"], found["Published from"], found["Published to"]) == (48_500, 48_969, 48_969)
    assert found["Difference from the published figure"] == pytest.approx(48_500 / 48_969 - 1)
    assert (found["In words"], found["Unit"]) == ("within 5%", "days")


def test_a_part_of_a_month_is_marked(book):
    april, may = rows(book, "Monthly DTOC return")
    assert (april["Month"], april["Days simulated"], april["Whole month"]) == (datetime(2016, 4, 1), 30, "yes")
    assert (may["Month"], may["Days simulated"], may["Whole month"]) == (datetime(2016, 5, 1), 15, "no: 15 of 31 days")
    assert (april["Delayed days: NHS"], april["Delayed days: Social care"]) == (600, None)


def test_every_day_has_a_row_with_a_mean_over_replications(book):
    found = rows(book, "Daily series")
    assert (found[0]["Date"], found[-1]["Date"], len(found)) == (datetime(2016, 4, 1), datetime(2016, 5, 15), 45)
    first = found[0]
    assert (first["People delayed"], first["Ward beds: in use"]) == (130.5, 620.5)
    assert (first["People delayed: lowest replication"], first["People delayed: highest replication"]) == (130, 131)


def test_services_have_capacity_use_and_wait(book):
    ward = {row["Name"]: row for row in rows(book, "Services")}["ward_beds"]
    assert (ward["Service"], ward["Capacity"], ward["In use"]) == ("Ward beds", 665, 625)
    assert (ward["Share of capacity in use"], ward["Wait (days)"]) == (pytest.approx(0.94), 0.01)


def test_the_assumptions_have_their_sources(book):
    found = {row["Path"]: row for row in rows(book, "Assumptions")}
    beds, days = found["ward.beds"], found["run.horizon_days"]
    assert (beds["Value"], beds["Unit"], beds["Assumed"]) == (665, "beds", "no")
    assert (days["Value"], days["Where it comes from"]) == (45, "changed for these results")


def test_charts_show_differences_days_and_services(book):
    assert [type(chart).__name__ for chart in book["Charts"]._charts] == ["BarChart", "LineChart", "BarChart"]


def test_the_notes_say_how_it_was_run(book):
    assert dict(list(book["Notes"].values))["Command"] == "flowsim run x.yaml"
