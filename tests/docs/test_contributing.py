"""CONTRIBUTING.md does what it says: an intervention, a service, a measure and a design, each added in one place."""

import re
from contextlib import ExitStack

import openpyxl
import pandas as pd
import pytest
from pages import blocks, follow, put_shipped_files
from paths import ROOT

PAGE = ROOT / "CONTRIBUTING.md"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contributing")
    put_shipped_files(folder)
    with ExitStack() as stack:
        yield follow([PAGE], folder, stack)


def report_of(followed, name):
    return (followed.folder / "results" / name / "report.html").read_text(encoding="utf-8")


def test_every_command_of_the_page_works(followed):
    assert not followed.failed()
    assert len(followed.commands) == 5


def test_the_intervention_acts_in_the_experiment_that_names_it(followed):
    comparison = pd.read_csv(followed.folder / "results" / "bank_holidays" / "comparison.csv")
    cost = comparison[comparison["measure"] == "cost_interventions"]["difference"]
    assert cost.tolist() == [43_200]
    assert "Discharge team on bank holidays" in report_of(followed, "bank_holidays")


def test_the_service_has_measures_of_its_own(followed):
    summary = pd.read_csv(followed.folder / "results" / "third_service" / "summary.csv").set_index("measure")
    assert summary.loc["home_from_hospital_occupancy_mean", "mean"] > 0


def test_the_measure_is_in_the_table_the_report_and_the_workbook(followed):
    folder = followed.folder / "results" / "worst_day"
    comparison = pd.read_csv(folder / "comparison.csv").set_index("measure")
    assert comparison.loc["dtoc_patients_most", "unit"] == "patients"
    label = "People delayed on the worst day"
    assert label in report_of(followed, "worst_day")
    book = openpyxl.load_workbook(folder / "results.xlsx")
    assert any(label in str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


def test_the_design_is_in_the_table_the_report_and_the_workbook(followed):
    folder = followed.folder / "results" / "how_far"
    table = pd.read_csv(folder / "coverages.csv")
    assert sorted(set(table["coverage"])) == [0.25, 0.5, 0.75, 1]
    assert "How far is it worth going?" in report_of(followed, "how_far")
    assert "Coverages" in openpyxl.load_workbook(folder / "results.xlsx").sheetnames


def test_the_checks_of_the_page_are_those_of_ci():
    checks = next(text for _, text in blocks(PAGE) if text.startswith("python -m pytest")).splitlines()
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for check in checks[1:]:  # the tests are run by the README's second command
        assert re.search(rf"^(step )?{re.escape(check)}", script, re.MULTILINE), check
