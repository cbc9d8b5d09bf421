"""What reports add for a design: found by its name, and everything general without it."""

import io
import pkgutil
from dataclasses import replace
from typing import Literal

import experiment_fixture as made
import openpyxl
import pandas as pd
import pytest
from reading import check, text_of

from flowsim.experiment.design_registry import designs
from flowsim.experiment.designs.grid import Grid
from flowsim.report.experiment import designs as reports_package
from flowsim.report.experiment.design_report import DesignReport, PageFigure
from flowsim.report.experiment.design_reports import register, report_of
from flowsim.report.experiment.experiment_figures import pictures
from flowsim.report.experiment.experiment_report import experiment_report
from flowsim.report.experiment.experiment_workbook import experiment_workbook
from flowsim.report.experiment.results_view import View
from flowsim.report.figures.picture import Picture


class Unreported(Grid):
    """A design of which the reports know nothing."""

    kind: Literal["unreported"]


@pytest.fixture(scope="module")
def unreported():
    results = made.grid(beds=(136, 150), caseloads=(94,))
    design = Unreported(kind="unreported", axes=results.experiment.design.axes)
    table = pd.DataFrame({"what": ["this", "that"], "how_much": [1.25, 1000.5], "n": [3, 4], "fits": [True, False]})
    experiment = replace(results.experiment, design=design)
    return replace(results, experiment=experiment, design_tables={"my_table": table})


def test_each_file_holds_the_report_of_the_design_of_its_name():
    names = [module.name for module in pkgutil.iter_modules(reports_package.__path__)]
    assert names == list(designs())
    for kind, design in designs().items():
        report = report_of(design.model_construct(kind=kind))
        assert (report.kind, type(report).__module__) == (kind, f"{reports_package.__name__}.{kind}")


def test_a_design_without_a_report_of_its_own_has_everything_general(unreported):
    page = experiment_report(unreported)
    check(page)
    text = text_of(page, without="style|title|svg")
    assert "helps most" in text
    assert "What the design shows" not in text
    assert {"overview", "year", "services", "day_91"} <= set(pictures(View(unreported)))


def test_a_table_of_which_nothing_is_known_is_a_sheet_as_it_stands(unreported):
    book = openpyxl.load_workbook(io.BytesIO(experiment_workbook(unreported)))
    assert list(book["My table"].iter_rows(values_only=True)) == [
        ("what", "how_much", "n", "fits"),
        ("this", 1.25, 3, "yes"),
        ("that", 1000.5, 4, "no"),
    ]
    about = dict(list(book["Answer"].values))
    assert about["My table"] == "The table of the design, as in my_table.csv."


def test_a_report_names_its_kind():
    with pytest.raises(ValueError, match="DesignReport: the report of a design names its kind"):
        register(DesignReport)


def test_a_figure_of_a_design_never_replaces_one_that_every_report_has(unreported, monkeypatch):
    picture = Picture("overview", "Another ranking", None, lambda data, layout: None)
    monkeypatch.setattr(DesignReport, "figures", lambda self, view: [PageFigure(picture, "Mine.")])
    with pytest.raises(ValueError, match="two figures have one name"):
        pictures(View(unreported))
