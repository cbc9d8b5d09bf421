"""Files for Excel, Word and PowerPoint in a results folder: there when they are wanted, never of earlier results."""

import re

import docx
import openpyxl
import pptx
import pytest

import flowsim
from flowsim.cli import main
from flowsim.report.office import installed
from flowsim.run.failures import ExtraMissing

OFFICE = ("summary.docx", "slides.pptx")
HOW_TO = 'python -m pip install "flowsim[office]"'


@pytest.fixture
def not_installed(monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None if name == "pptx" else object())


def test_a_run_has_a_workbook_and_on_request_a_summary_and_slides(tiny_city, tmp_path):
    out = tmp_path / "out"
    flowsim.run_city(tiny_city, workers=1, out=out, office=True)
    book = openpyxl.load_workbook(out / "results.xlsx")
    assert book.sheetnames[0] == "Answer"
    settings = {row[-1].value: row for row in book["Assumptions"].iter_rows(min_row=2)}
    assert settings["streams.gp_referral.spells_per_day"][2].value == 2
    headline = next(row[1].value for row in book["Answer"].iter_rows() if row[0].value == "Answer")
    assert headline in [p.text for p in docx.Document(out / "summary.docx").paragraphs]
    assert len(pptx.Presentation(out / "slides.pptx").slides) == 6
    flowsim.run_city(tiny_city, workers=1, out=out)
    assert not any((out / name).exists() for name in OFFICE)  # they would be taken for those of this run


def test_an_experiment_has_them_too(tiny_question, tmp_path):
    out = tmp_path / "out"
    flowsim.run_experiment(tiny_question(2), workers=1, out=out, office=True)
    assert len(pptx.Presentation(out / "slides.pptx").slides) == 6
    assert docx.Document(out / "summary.docx").core_properties.title == "Beds and demand"
    flowsim.run_experiment(tiny_question(2), workers=1, out=out)
    assert not any((out / name).exists() for name in OFFICE)


@pytest.mark.parametrize("command", ["run", "experiment"])
def test_without_the_extra_nothing_is_begun(
    command, tiny_city, tiny_question, tmp_path, not_installed, capsys, monkeypatch
):
    file, out = tiny_city if command == "run" else tiny_question(2), tmp_path / "out"
    monkeypatch.setattr("sys.argv", ["flowsim", command, str(file), "--out", str(out), "--office"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert HOW_TO in capsys.readouterr().err
    assert not out.exists()


def test_from_python_it_is_an_error_with_the_same_sentence(tiny_city, tmp_path, not_installed):
    with pytest.raises(ExtraMissing, match=re.escape(HOW_TO)):
        flowsim.run_city(tiny_city, out=tmp_path / "out", office=True)
