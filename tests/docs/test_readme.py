"""The README does what it says: its first command, its question in YAML, and its script."""

import re
from contextlib import ExitStack

import pandas as pd
import pytest
from pages import follow, put_shipped_files
from paths import ROOT

README = ROOT / "README.md"
MARKED = r"<!-- city-year -->(.+?)<!-- /city-year -->"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    put_shipped_files(folder)
    with ExitStack() as stack:
        yield follow([README], folder, stack, in_full=True)


def test_every_command_of_the_readme_works(followed):
    assert not followed.failed()
    assert list(followed.commands) == [
        "flowsim experiment experiments/high_impact_changes.yaml",
        "flowsim check experiments/mine.yaml",
        "flowsim experiment experiments/mine.yaml",
        "python mine.py",
    ]


def test_the_quick_start_has_two_commands_of_one_line():
    text = README.read_text(encoding="utf-8")
    start = text[text.index("## Quick start") : text.index("## What you get")]
    commands = re.findall(r"^```\n(.*?)^```$", start, re.DOTALL | re.MULTILINE)
    assert [command.count("\n") for command in commands] == [1, 1]
    assert "flowsim experiment" in commands[0]
    assert "pytest" in commands[1]


def test_the_script_prints_the_answer_and_a_year(followed):
    wrote = followed.commands["python mine.py"][1]
    assert "assessors" in wrote and "beds" in wrote
    assert "mau_assessment" in wrote


def test_the_results_are_the_files_that_the_readme_lists(followed):
    text = README.read_text(encoding="utf-8")
    table = text[text.index("## What you get") : text.index("## Ask a question")]
    listed = re.findall(r"`([\w.]+\.(?:html|xlsx|csv|parquet|json))`", table)
    written = {path.name for path in (followed.folder / "results" / "high_impact_changes").iterdir()}
    of_designs = {"effects.csv", "steps.csv", "sizing.csv", "answer.json"}
    assert set(listed) - written == of_designs
    assert {name for name in written if not name.startswith(".")} <= {*listed, "figures", "tasks"}


def test_the_question_of_the_readme_has_its_answer(followed):
    comparison = pd.read_csv(followed.folder / "results" / "mine" / "comparison.csv")
    assert set(comparison["scenario"]) == {"assessors", "beds"}


def test_the_readme_names_every_package():
    text = README.read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "flowsim").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `flowsim/(\w+)` \|", text, re.MULTILINE)) == packages


def test_all_pages_name_one_time_for_a_year_of_the_city():
    pages = [README, *(ROOT / "docs").rglob("*.md")]
    named = [(page.name, time) for page in pages for time in re.findall(MARKED, page.read_text(encoding="utf-8"))]
    assert {"README.md", "performance.md"} <= {page for page, _ in named}
    assert len({time for _, time in named}) == 1
