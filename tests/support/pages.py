"""Follow a page as a reader does: save each block under the name in its first line, and run each command, in order.

The year of the city is shorter, with fewer replications, in one process; the port of the scheduler is one that is free.
Figures of reports are drawn, but not put into files in full, which takes a third of the time: the README's are.
"""

import io
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from distributed import Client
from matplotlib.figure import Figure
from outlines import save_outline
from paths import ROOT

from flowsim.cli import main

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"# (\S+\.\w+)\n")
SHORT = {
    "start_date: 2015-03-01": "start_date: 2016-03-18",
    "warm_up_days: 397": "warm_up_days: 14",
    "horizon_days: 365": "horizon_days: 30",
    "replications: 10": "replications: 2",
}
# What CI does in an environment of its own, or what the tests themselves are.
LEFT_TO_CI = re.compile(r"python -m (pip|pytest)|ruff|lint-imports|mypy|mkdocs|\.ci/run")
PATIENCE_SECONDS = 180  # a loaded machine starts processes slowly


@dataclass
class Followed:
    """What following a page led to."""

    folder: Path
    commands: dict[str, tuple[int, str]] = field(default_factory=dict)  # the exit code, and what was written
    shown: list[tuple[str, str]] = field(default_factory=list)  # what the page shows, and what there was to see

    def failed(self) -> dict[str, str]:
        """Return the commands that failed, with what they wrote."""
        return {command: wrote for command, (code, wrote) in self.commands.items() if code}


def blocks(page: Path) -> list[tuple[str, str]]:
    """Return the language and the text of each block of a page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def files_of(page: Path) -> dict[str, str]:
    """Return what a page asks its reader to save, by name."""
    return {name[1]: text for language, text in blocks(page) if language and (name := NAMED.match(text))}


def put_shipped_files(folder: Path) -> None:
    """Put the cities, interventions and experiments that come with flowsim into a folder, with a short year."""
    for name in ("configs", "experiments"):
        shutil.copytree(ROOT / name, folder / name)
    shorten(folder)


def shorten(folder: Path) -> None:
    """Make the year of the city in a folder a short one, and its experiments too."""
    city = folder / "configs" / "sheffield_2016_17.yaml"
    text = city.read_text(encoding="utf-8")
    for long, short in SHORT.items():
        assert text.count(long) == 1
        text = text.replace(long, short)
    city.write_text(text, encoding="utf-8")
    for experiment in (folder / "experiments").glob("*.yaml"):
        text = experiment.read_text(encoding="utf-8")
        experiment.write_text(re.sub(r"replications: \d+", "replications: 2", text), encoding="utf-8")


def follow(
    pages: list[Path], folder: Path, stack: ExitStack, edit: Callable[[str], str] = str, in_full: bool = False
) -> Followed:
    """Follow pages from top to bottom, one after the other, in a folder.

    Parameters
    ----------
    pages : list of Path
        The pages.
    folder : Path
        Where the reader stands at first.
    stack : ExitStack
        Ends what a page starts and does not end, and what is patched, when it is closed.
    edit : callable, optional
        What is done to the text of a block before it is saved, to make it shorter.
    in_full : bool, optional
        Whether the figures of reports are put into their files in full.

    Returns
    -------
    Followed
        What it led to; its folder is the one in which the reader stands at the end.
    """
    patch = stack.enter_context(pytest.MonkeyPatch.context())
    patch.chdir(folder)
    if not in_full:
        patch.setattr(Figure, "savefig", save_outline)
    followed, port = Followed(folder), str(_free_port())
    for page in pages:
        wrote = ""
        for language, text in blocks(page):
            if language == "text":
                followed.shown.append((text, wrote))
            elif language:
                _save(followed.folder, text, edit)
            else:
                for line in text.splitlines():
                    for command in line.split(" && "):
                        if LEFT_TO_CI.match(command):
                            continue
                        if command.startswith("cd "):
                            followed.folder /= command.removeprefix("cd ")
                            patch.chdir(followed.folder)
                            continue
                        code, wrote = _run(command.replace("8786", port).split(), patch, stack)
                        followed.commands[command] = code, wrote
    return followed


def words(text: str) -> set[str]:
    """Return the words of what a command wrote, without its numbers."""
    return set(re.findall(r"[A-Za-z]\w{2,}", text))


def _save(folder: Path, text: str, edit: Callable[[str], str]) -> None:
    name = NAMED.match(text)
    if name:
        path = folder / name[1]
        assert not path.exists(), f"{path} would be written over"
        path.write_text(edit(text), encoding="utf-8")


def _run(command: list[str], patch: pytest.MonkeyPatch, stack: ExitStack) -> tuple[int, str]:
    """Run a command, and return its exit code and what it wrote; one that does not end is ended with the page."""
    program, *arguments = command
    if program == "flowsim":
        if arguments[0] in ("run", "experiment") and "--scheduler" not in arguments:
            command = [*command, "--workers", "1"]  # starting processes takes longer than these runs
        patch.setattr(sys, "argv", command)
        wrote = io.StringIO()
        with redirect_stdout(wrote), redirect_stderr(wrote), pytest.raises(SystemExit) as ended:
            main()
        if arguments[0] == "new":
            shorten(Path(arguments[1]))
        return ended.value.code or 0, wrote.getvalue()
    if program == "python":
        environment = {**os.environ, "PYTHON_CPU_COUNT": "1"}  # here too: one process, which does all the work
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        return done.returncode, done.stdout + done.stderr
    assert program == "dask", command
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.enter_context(process)
    stack.callback(process.terminate)
    _wait_until_connected(arguments)
    return 0, ""


def _wait_until_connected(arguments: list[str]) -> None:
    """Wait as a reader does, who sees in the window that a scheduler is up, or that its workers have come."""
    if arguments[0] == "scheduler":
        address, workers = f"tcp://127.0.0.1:{arguments[arguments.index('--port') + 1]}", 0
    else:
        address, workers = arguments[1], int(arguments[arguments.index("--nworkers") + 1])
    with Client(address, timeout=PATIENCE_SECONDS, set_as_default=False) as client:
        if workers:
            client.wait_for_workers(workers, timeout=PATIENCE_SECONDS)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
