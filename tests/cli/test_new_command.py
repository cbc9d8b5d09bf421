"""The command that makes a working folder: what is in it is sound, and nothing of the user's is lost."""

import errno
import os
import shutil
from pathlib import Path

from paths import ROOT


def test_a_new_folder_holds_what_is_shipped_and_says_what_to_do(flowsim_says):
    code, out, err = flowsim_says("new", "mine")
    assert (code, err) == (0, "")
    command = f"flowsim experiment {Path('mine/experiments/high_impact_changes.yaml')}"
    assert out.splitlines() == [
        f"mine holds a city, its interventions and experiments; {Path('mine/README.txt')} says what to do with them.",
        f"Try: {command}",
        "Results go to the folder results, in the folder where you give that command.",
    ]
    for part in ("configs", "experiments"):
        ours = {path.relative_to(ROOT): path.read_bytes() for path in (ROOT / part).rglob("*.*") if path.is_file()}
        theirs = Path("mine", part).rglob("*.*")
        assert {path.relative_to("mine"): path.read_bytes() for path in theirs if path.is_file()} == ours


def test_every_command_in_its_readme_is_one_of_ours_and_names_files_that_are_there(flowsim_says):
    flowsim_says("new", "mine")
    text = Path("mine/README.txt").read_text(encoding="utf-8")
    commands = [line.split() for line in text.splitlines() if line.strip().startswith("flowsim ")]
    for command in commands:
        if len(command) > 2:
            assert flowsim_says(command[1], "--help")[0] == 0
    files = {word for command in commands for word in command if word.endswith(".yaml")} - {
        "experiments/my_question.yaml"
    }
    assert len(files) == 2
    assert all(Path("mine", file).is_file() for file in files)


def test_an_experiment_of_a_new_folder_is_sound(flowsim_says):
    """All files have the bytes of the shipped ones (above), and that these are sound is shown where they are loaded."""
    flowsim_says("new", "mine")
    code, out, err = flowsim_says("check", Path("mine", "experiments", "winter.yaml"))
    assert (code, err) == (0, "")
    assert " is sound: " in out


def test_a_city_of_a_new_folder_is_sound(flowsim_says):
    flowsim_says("new", "mine")
    code, out, _ = flowsim_says("check", Path("mine", "configs", "sheffield_2016_17.yaml"))
    assert code == 0
    assert "sheffield_2016_17.yaml is sound: Sheffield 2016/17." in out


def test_nothing_is_overwritten(flowsim_says):
    Path("mine/configs").mkdir(parents=True)
    Path("mine/configs/sheffield_2016_17.yaml").write_text("mine")
    code, out, err = flowsim_says("new", "mine")
    assert (code, out) == (2, "")
    assert err == "mine: this folder is not empty, and nothing is overwritten; choose another name\n"
    assert [path.read_text() for path in Path("mine").rglob("*") if path.is_file()] == ["mine"]


def test_an_empty_folder_is_filled(flowsim_says):
    assert flowsim_says("new", ".")[0] == 0
    assert Path("README.txt").exists()


def test_a_file_in_the_way_is_refused(flowsim_says):
    Path("mine").touch()
    for folder in ("mine", Path("mine", "inner")):
        code, out, err = flowsim_says("new", folder)
        assert (code, out) == (2, "")
        assert err == f"{folder}: the folder could not be made: mine is a file, not a folder\n"


def test_a_full_disk_leaves_no_half_a_folder(flowsim_says, monkeypatch):
    real, copied = shutil.copyfile, []

    def fill(*arguments):
        if len(copied) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        copied.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(shutil, "copyfile", fill)
    code, _, err = flowsim_says("new", "mine")
    assert (code, err) == (2, "mine: the folder could not be made: the disk is full\n")
    assert not Path("mine").exists()
