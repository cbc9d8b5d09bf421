"""Calling the command line in this process."""

import sys

import pytest
from outlines import figures_in_outline  # noqa: F401

from flowsim.cli import main


@pytest.fixture
def flowsim_says(monkeypatch, capsys, tmp_path):
    """Run a command in an empty folder; returns its exit code and what it wrote on standard output and error."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["flowsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call
