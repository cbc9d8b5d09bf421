"""The page of the command line is its own help, and no page names a command or an option that is not there."""

import importlib.util
import re

import pytest
from pages import blocks
from paths import ROOT

SCRIPT = ROOT / "docs" / "scripts" / "command_line.py"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.fixture(scope="module")
def command_line():
    spec = importlib.util.spec_from_file_location("command_line", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_that_of_today(command_line):
    stale = "docs/reference/command_line.md is stale; renew it with: python docs/scripts/command_line.py"
    assert command_line.PAGE.read_text(encoding="utf-8") == command_line.page(), stale


def test_every_command_that_a_page_names_is_there_with_its_options(command_line):
    sections = dict(re.findall(r"^## flowsim (\w+)\n(.*?)(?=^## |\Z)", command_line.page(), re.DOTALL | re.MULTILINE))
    named = [
        (page.name, *command.split()[1:])
        for page in PAGES
        for language, text in blocks(page)
        if language in ("", "bash")
        for command in re.split(r"\n| && ", text)
        if command.startswith("flowsim ")
    ]
    assert len(named) > 25
    for page, name, *rest in named:
        assert name in sections, f"{page}: flowsim {name}"
        for option in (word for word in rest if word.startswith("--")):
            assert f"`{option}" in sections[name], f"{page}: flowsim {name} {option}"


def test_the_files_that_its_examples_name_are_shipped(command_line):
    examples = [line for line in command_line.page().splitlines() if line.startswith("flowsim ")]
    files = {word for line in examples for word in line.split() if word.startswith(("configs/", "experiments/"))}
    assert "configs/sheffield_2016_17.ensemble.targets.yaml" in files
    assert not [file for file in files if not (ROOT / file).exists()]
