"""docs/howto.md does what it says: every block is saved under its name, every command is run, from top to bottom."""

import json
import re
from contextlib import ExitStack

import pandas as pd
import pytest
from pages import follow
from paths import ROOT

PAGE = ROOT / "docs" / "howto.md"
OF_OTHER_QUESTIONS = {
    *("effects.csv", "across_cities.csv", "sizing.csv", "budget.csv", "sensitivity.csv", "sensitivity_samples.csv"),
    "all_goals.csv",
}
NAMES = ("my_question", "how_many_beds", "my_order", "from_today", "dates", "lounge", "discharge_team", "by_cluster")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    with ExitStack() as stack:
        yield follow([PAGE], tmp_path_factory.mktemp("howto"), stack, edit=_within_the_short_year)


def _within_the_short_year(text):
    return text.replace("{from_date: 2016-12-01, to_date: 2017-02-28}", "{from_date: 2016-04-02, to_date: 2016-04-20}")


def test_every_command_of_the_page_works(followed):
    assert not followed.failed()
    assert len(followed.commands) == 24
    text = PAGE.read_text(encoding="utf-8")
    assert all(f'python -m pip install ".[{extra}]"' in text for extra in ("distributed", "office"))


@pytest.mark.parametrize("name", ["my_question", "my_city"])
def test_what_is_wanted_for_the_office_is_there(followed, name):
    out = followed.folder / "results" / name
    assert all((out / file).exists() for file in ("results.xlsx", "summary.docx", "slides.pptx"))


@pytest.mark.parametrize("name", NAMES)
def test_every_question_of_the_page_has_its_answer(followed, name):
    out = followed.folder / "results" / name
    record = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert record["failures"] == []
    assert record["replications"] == 2
    assert len(pd.read_csv(out / "comparison.csv")) > 0
    assert (out / "report.html").exists()
    assert (out / "results.xlsx").exists()


def test_a_changed_city_has_its_run(followed):
    record = json.loads((followed.folder / "results" / "my_city" / "manifest.json").read_text(encoding="utf-8"))
    assert record["configuration"]["changes"][0] == {"path": "services.active_recovery.stit.caseload", "scale": 1.1}


def test_scenarios_of_the_page_differ_from_its_baseline(followed):
    """All but home first, which begins after the days of the short year; who left in them is followed for longer."""
    comparison = pd.read_csv(followed.folder / "results" / "my_question" / "comparison.csv")
    comparison = comparison[comparison["measure"] == "dtoc_patients_mean"]
    moved = comparison.groupby("scenario")["difference"].apply(lambda differences: (differences != 0).any())
    assert moved.to_dict() == {"evenings": True, "home_first_grows": False, "both": True}
    beds = pd.read_csv(followed.folder / "results" / "how_many_beds" / "summary.csv")
    assert beds["scenario"].nunique() == 9  # four sizes by two, and the baseline
    steps = pd.read_csv(followed.folder / "results" / "my_order" / "steps.csv")
    assert len(steps) == 3


def test_a_run_that_begins_with_today_has_todays_people(followed):
    """643 people are in ward beds at the start; the change of one day is small against that."""
    daily = pd.read_parquet(followed.folder / "results" / "from_today" / "daily.parquet")
    assert daily["date"].nunique() == 84
    first = daily[(daily["measure"] == "ward_beds_occupancy") & (daily["date"] == "2017-05-22")]["value"]
    assert len(first) == 6
    assert first.between(600, 705).all()


def test_the_analyses_of_the_page_say_something(followed):
    tables = followed.commands["python analyse.py"][1]
    assert "dtoc_patients_mean" in tables
    assert "2017-08-13" in tables  # the last of 84 days
    assert "Evening transport" in tables
    assert "discharge_planning" not in followed.commands["python team.py"][1]
    assert "dtoc_share_pathway_allocation" in followed.commands["python team.py"][1]


def test_the_scripts_answer_in_memory(followed):
    wrote = followed.commands["python ask.py"][1]
    assert "assessors" in wrote and "beds" in wrote
    assert not (followed.folder / "results" / "ask").exists()
    assert "spells" in followed.commands["python events.py"][1]  # what print(run) says


def test_the_cluster_gives_the_same_to_the_last_digit(followed):
    for name in ("summary.csv", "comparison.csv", "replications.parquet"):
        here, there = (followed.folder / "results" / run / name for run in ("how_many_beds", "by_cluster"))
        assert here.read_bytes() == there.read_bytes()


def test_published_months_stand_next_to_simulated_ones(followed):
    months = pd.read_csv(followed.folder / "results" / "my_months" / "observed.csv")
    total = months[months["series"] == "total"].set_index("month")
    assert total["published"].to_dict()["2016-05"] == 4297
    assert total["flagged"].dropna().to_dict() == {"2016-07": "a new record system"}
    assert total["simulated"].gt(0).all()
    assert len(total) == 5


def test_the_files_that_the_page_names_are_there(followed):
    text = PAGE.read_text(encoding="utf-8")
    for name in re.findall(r"`((?:experiments|configs)/[\w/.]+)`", text):
        assert (followed.folder / name).exists(), name
    written = {path.name for path in (followed.folder / "results").rglob("*")}
    for name in re.findall(r"`(\w+\.(?:csv|parquet|html|xlsx))`", text):
        assert name in written | OF_OTHER_QUESTIONS, name
