"""A working folder of one's own: the cities, interventions and experiments that come with flowsim, to be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

from flowsim.config.shipped import shipped_folder
from flowsim.run.atomic_files import reason
from flowsim.run.failures import ResultsError

README = "README.txt"
_PARTS = ("configs", "experiments")
_TEXT = """\
Your flowsim folder
===================

  configs/                  cities (sheffield_2016_17.yaml) and where their values come from
  configs/interventions/    what a city can do: one file for each intervention
  experiments/              questions to a city

All of these are plain text files (YAML). Open them in any text editor. They are yours: change them as you like.

Open a terminal (on Windows: PowerShell), go into this folder, and try:

  flowsim check configs/sheffield_2016_17.yaml
      Says whether the file is sound, and compares demand with capacity.

  flowsim run configs/sheffield_2016_17.yaml
      Simulates the city and compares it with its published figures.

  flowsim experiment experiments/high_impact_changes.yaml
      Compares eight changes on the same simulated patients. This takes a minute or two.

Results go to a new folder called results, in the folder where you give the command. Open report.html in it first.

To ask a question of your own
-----------------------------

1. Copy a file in experiments/ and give the copy another name.
2. Change its question and its scenarios. If you make a mistake, flowsim check says in which line, and what is allowed.
3. Check it, then run it:

     flowsim check experiments/my_question.yaml
     flowsim experiment experiments/my_question.yaml

To describe a city of your own, make a file in configs/ that begins with

     extends: sheffield_2016_17.yaml
     name: My city

and holds only what is different.

flowsim --help lists all commands. flowsim run --help explains one of them.
"""


def new_folder(folder: str | Path) -> Path:
    """Make a working folder with the cities, interventions and experiments that come with flowsim, and a README.

    Parameters
    ----------
    folder : str or Path
        It must not be there yet, or be empty.

    Returns
    -------
    Path
        The README.

    Raises
    ------
    ResultsError
        If there is something in the folder already, or it cannot be written.
    """
    folder = Path(folder)
    was_there = folder.is_dir()
    if was_there and any(folder.iterdir()):
        raise ResultsError(f"{folder}: this folder is not empty, and nothing is overwritten; choose another name")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for part in _PARTS:
            _copy(shipped_folder() / part, folder / part)
        (folder / README).write_text(_TEXT, encoding="utf-8")
    except BaseException as error:
        for part in _PARTS:
            shutil.rmtree(folder / part, ignore_errors=True)
        if folder.is_dir() and not was_there:
            folder.rmdir()
        if isinstance(error, OSError):
            raise ResultsError(f"{folder}: the folder could not be made: {reason(error, folder)}") from None
        raise
    return folder / README


def _copy(source: Path, copy: Path) -> None:
    """Copy a folder without its permissions: an installation may be read-only, and the copy is to be changed."""
    for file in sorted(source.rglob("*.*")):
        if file.is_file():
            to = copy / file.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, to)
