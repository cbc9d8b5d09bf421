"""The command line. What is heavy (pandas, numba) is imported by the commands that need it, so that help is quick."""

import os
from contextlib import suppress

from flowsim.cli.calibrate_command import calibrate, ensemble
from flowsim.cli.check_command import check
from flowsim.cli.document_command import document
from flowsim.cli.experiment_command import experiment
from flowsim.cli.marginal_command import marginal
from flowsim.cli.new_command import new
from flowsim.cli.program import app
from flowsim.cli.run_command import run
from flowsim.cli.terminal import degrade_what_cannot_be_shown
from flowsim.config.private_folder import has_home, private_folder

__all__ = ["main"]

for _command in (new, check, run, marginal, experiment, calibrate, ensemble, document):
    app.command()(_command)


def main() -> None:
    """Run the command line; the entry point of the program."""
    degrade_what_cannot_be_shown()
    if not has_home():
        with suppress(OSError):  # without a place of its own matplotlib says at length that it lacks one
            os.environ.setdefault("MPLCONFIGDIR", str(private_folder() / "matplotlib"))
    app()
