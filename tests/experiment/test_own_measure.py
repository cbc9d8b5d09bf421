"""A measure that a script adds: counted on two workers, and seen in tables, report, workbook and data dictionary."""

import subprocess
import sys

import openpyxl
import pandas as pd
import pytest
from reading import text_of

import flowsim
from flowsim.measures import catalogue
from flowsim.report.document.documents import DICTIONARY, documents
from flowsim.run.failures import WorkersError
from flowsim.run.replicate import replicate
from flowsim.run.tasks import tasks_of

SCRIPT = """
import sys

import flowsim
from flowsim.measures import catalogue

PART = 1.0


def most_delayed(facts):
    return PART * facts.delayed_by_day.max()


catalogue.add(
    catalogue.Measure(
        "dtoc_patients_most",
        "patients",
        better=catalogue.LESS,
        label="People delayed on the worst day",
        definition="Delayed patients, the most at any midnight of the window.",
        bounds=catalogue.NOT_NEGATIVE,
        count=most_delayed,
    )
)

if __name__ == "__main__":
    results = flowsim.run_experiment(sys.argv[1], workers=2, out=sys.argv[2])
    print(results.summary["measure"].eq("dtoc_patients_most").sum())
"""
NAME, LABEL = "dtoc_patients_most", "People delayed on the worst day"


@pytest.fixture
def run(tmp_path, tiny_question):
    """Run the script on an experiment that has the measure among its own, in a process of its own."""
    question = tiny_question(2)
    text = question.read_text().replace("[dtoc_patients_mean,", f"[dtoc_patients_mean, {NAME},")
    question.write_text(text)

    def script(text=SCRIPT):
        path = tmp_path / "own_measure.py"
        path.write_text(text)
        command = [sys.executable, str(path), str(question), str(tmp_path / "out")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stderr
        values = pd.read_parquet(tmp_path / "out" / "replications.parquet")
        return values[values["measure"] == NAME].set_index(["scenario", "replication"])["value"]

    return script


def test_a_measure_of_a_script_is_counted_and_seen_everywhere_and_again_when_its_code_changes(run, tmp_path):
    counted, out = run(), tmp_path / "out"
    assert len(counted) == 4 * 2
    assert (counted > 0).all()
    summary = pd.read_csv(out / "summary.csv")
    assert set(summary[summary["measure"] == NAME]["unit"]) == {"patients"}
    assert "dtoc_patients_most" in set(pd.read_csv(out / "ranking.csv")["measure"])
    assert LABEL in text_of((out / "report.html").read_text(encoding="utf-8"))
    sheet = openpyxl.load_workbook(out / "results.xlsx", read_only=True)["All measures"]
    assert LABEL in {row[1] for row in sheet.iter_rows(values_only=True)}
    # The results are kept: what was counted in another way must not be taken for them.
    changed = SCRIPT.replace("PART = 1.0", "PART = 0.5").replace("workers=2", "workers=1, report=False")
    assert run(changed).equals(0.5 * counted)


@pytest.fixture
def own(monkeypatch):
    monkeypatch.setattr(catalogue, "_added", [])
    catalogue.add(
        catalogue.Measure(
            NAME,
            "patients",
            better=catalogue.LESS,
            label=LABEL,
            definition="Delayed patients, the most at any midnight of the window.",
            bounds=catalogue.NOT_NEGATIVE,
            count=lambda facts: facts.delayed_by_day.max(),
        )
    )


def test_it_stands_in_the_data_dictionary(own, tiny_city):
    row = f"| `{NAME}` | patients | less | 0 or more | Delayed patients, the most at any midnight of the window. |"
    assert row in documents(tiny_city)[DICTIONARY]


def test_it_may_have_a_target(own, tiny_city):
    tiny_city.write_text(tiny_city.read_text() + f"targets: {{{NAME}: {{value: 9, source: invented}}}}\n")
    assert NAME in flowsim.load_config(tiny_city).targets


def test_results_with_it_have_keys_of_their_own(own, tiny_city, monkeypatch):
    city = flowsim.load_config(tiny_city)
    (with_it,) = tasks_of(city, "compiled", [0])
    monkeypatch.setattr(catalogue, "_added", [])
    (without,) = tasks_of(city, "compiled", [0])
    assert with_it.key != without.key


def test_a_worker_that_has_not_got_it_says_so(own, tiny_city):
    """It was added in this process alone, and workers import the main module of the program again."""
    with pytest.raises(WorkersError, match="add measures at the top level of the script"):
        replicate(flowsim.load_config(tiny_city), workers=2)
