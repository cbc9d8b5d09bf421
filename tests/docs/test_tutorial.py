"""The tutorial does what it says, from the smallest model to Sheffield: each step builds on those before it."""

import json
import re
from contextlib import ExitStack

import pandas as pd
import pytest
from pages import blocks, follow, words
from paths import ROOT

FOLDER = ROOT / "docs" / "tutorial"
PAGES = [FOLDER / "index.md", *sorted(FOLDER.glob("[0-9]_*.md"))]
EXACT = PAGES[1:3]  # these have no city, which is shorter here


def shorter(text):
    """Return a block with fewer replications and members."""
    for long, short in (("replications: 10", "replications: 2"), ("replications: 20", "replications: 4")):
        text = text.replace(long, short)
    return text.replace("members: 10", "members: 2")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    with ExitStack() as stack:
        yield follow(PAGES, tmp_path_factory.mktemp("tutorial"), stack, shorter)


def test_every_command_of_the_tutorial_works(followed):
    assert not followed.failed()
    assert len(followed.commands) == 13


def test_what_the_small_models_print_is_what_the_tutorial_shows(followed):
    exact = sum(language == "text" for page in EXACT for language, _ in blocks(page))
    assert exact == 3
    for shown, wrote in followed.shown[:exact]:
        assert wrote == shown


def test_what_the_city_prints_has_the_words_that_the_tutorial_shows(followed):
    for shown, wrote in followed.shown[3:]:
        assert words(shown) <= words(wrote)


def test_every_run_of_the_tutorial_has_its_report(followed):
    for name in ("my_locality", "sheffield_2016_17", "more_beds", "two_ideas", "two_ideas_ensemble"):
        assert (followed.folder / "results" / name / "report.html").exists()


def test_the_changed_city_has_its_beds(followed):
    record = json.loads((followed.folder / "results" / "more_beds" / "manifest.json").read_text(encoding="utf-8"))
    path = "services.intermediate_care.intermediate_care_beds.beds"
    assert record["configuration"]["changes"] == [{"path": path, "add": 20}]


def test_the_experiment_is_the_same_change_as_the_city(followed):
    """Step 4 changes the number of beds in a city, step 5 in a scenario: the same run."""
    city = pd.read_csv(followed.folder / "results" / "more_beds" / "summary.csv").set_index("measure")["mean"]
    scenarios = pd.read_csv(followed.folder / "results" / "two_ideas" / "summary.csv")
    beds = scenarios[scenarios["scenario"] == "twenty_beds"].set_index("measure")["mean"]
    assert beds["dtoc_delayed_days"] == city["dtoc_delayed_days"]


def test_the_report_has_the_parts_that_the_tutorial_names_in_their_order(followed):
    page = (FOLDER / "5_experiment.md").read_text(encoding="utf-8")
    named = re.findall(r"\*\*(.+?)\*\*", page[page.index("## Read the report") :])
    report = (followed.folder / "results" / "two_ideas" / "report.html").read_text(encoding="utf-8")
    headings = re.findall(r"<h2>(.+?)</h2>", report)
    assert named[0].capitalize() == "The answer"
    assert named[1:] == [heading for heading in headings if heading in named]
