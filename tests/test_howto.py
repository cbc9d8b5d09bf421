"""docs/howto.md does what it says: every block is saved under its name, and every command is run, from top to bottom.

The commands are those of the page. What is shorter is the year of the city that all recipes begin with, and the port of
the scheduler is one that is free.
"""

import io
import json
import re
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client
from paths import ROOT

from flowsim.cli import main
from flowsim.workflow import run_experiment

PAGE = ROOT / "docs" / "howto.md"
SHORT = {
    "warm_up_days: 122": "warm_up_days: 14",
    "horizon_days: 365": "horizon_days: 28",
    "replications: 10": "replications: 2",
}
INSTALL = 'python -m pip install ".[distributed]"'
PATIENCE_SECONDS = 180  # a loaded machine starts processes slowly
NAMES = ("my_question", "how_many_beds", "my_order", "from_today", "discharge_team", "by_cluster")


@dataclass
class Followed:
    """What came of following the page: the folder, and of each command its exit code and what it wrote."""

    folder: Path
    commands: dict[str, tuple[int, str]]


def blocks():
    """Yield the language and the text of each block of the page."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def copy_with_a_short_year(folder):
    for name in ("configs", "experiments"):
        shutil.copytree(ROOT / name, folder / name)
    city = folder / "configs" / "sheffield_2016_17.yaml"
    text = city.read_text(encoding="utf-8")
    for said, short in SHORT.items():
        assert text.count(said) == 1
        text = text.replace(said, short)
    city.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("howto")
    copy_with_a_short_year(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    followed = Followed(folder, {})
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.chdir(folder)
        patch.setattr(run_experiment, "available_cores", lambda: 1)  # starting processes takes longer than these runs
        for language, text in blocks():
            if language:
                path = folder / re.match(r"# (\S+)\n", text)[1]
                assert not path.exists()
                path.write_text(text, encoding="utf-8")
            else:
                for command in text.splitlines():
                    if command != INSTALL:
                        followed.commands[command] = follow(command.replace("8786", port).split(), patch, stack)
        yield followed


def follow(words, patch, stack):
    """Run a command, and return its exit code and what it wrote; one that does not end is ended with the page."""
    program, *arguments = words
    if program == "flowsim":
        patch.setattr(sys, "argv", words)
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said), pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code or 0, said.getvalue()
    if program == "python":
        done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr
    assert program == "dask"
    process = subprocess.Popen([sys.executable, "-m", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.enter_context(process)
    stack.callback(process.terminate)
    wait_until_connected(arguments)
    return 0, ""


def wait_until_connected(arguments):
    """Wait as a reader does, who sees in the window that a scheduler is up, or that its workers have come."""
    if arguments[0] == "scheduler":
        address, workers = f"tcp://127.0.0.1:{arguments[arguments.index('--port') + 1]}", 0
    else:
        address, workers = arguments[1], int(arguments[arguments.index("--nworkers") + 1])
    with Client(address, timeout=PATIENCE_SECONDS, set_as_default=False) as client:
        if workers:
            client.wait_for_workers(workers, timeout=PATIENCE_SECONDS)


def test_every_command_of_the_page_works(followed):
    failed = {command: said for command, (code, said) in followed.commands.items() if code}
    assert not failed
    assert len(followed.commands) == 12


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
    assert record["configuration"]["services"]["active_recovery"]["stit"]["caseload"] == 103


def test_scenarios_of_the_page_differ_from_its_baseline(followed):
    """All but home first, which begins after the short year has ended."""
    comparison = pd.read_csv(followed.folder / "results" / "my_question" / "comparison.csv")
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
    assert "discharge_planning" not in followed.commands["python ask.py"][1]
    assert "dtoc_share_pathway_allocation" in followed.commands["python ask.py"][1]


def test_the_cluster_gives_the_same_to_the_last_digit(followed):
    for name in ("summary.csv", "comparison.csv", "replications.parquet"):
        here, there = (followed.folder / "results" / run / name for run in ("how_many_beds", "by_cluster"))
        assert here.read_bytes() == there.read_bytes()


def test_what_the_page_names_is_there(followed):
    text = PAGE.read_text(encoding="utf-8")
    assert INSTALL in text
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (PAGE.parent / link).exists(), link
    for name in re.findall(r"`((?:experiments|configs)/[\w/.]+)`", text):
        assert (followed.folder / name).exists(), name
    written = {path.name for path in (followed.folder / "results").rglob("*")}
    for name in re.findall(r"`(\w+\.(?:csv|parquet|html|xlsx))`", text):
        assert name in written | {"effects.csv"}, name
