"""The command line. What is heavy (pandas, numba) is imported by the commands that need it, so that help is quick."""

from flowsim.cli.calibrate_command import calibrate, ensemble
from flowsim.cli.check_command import check
from flowsim.cli.document_command import document
from flowsim.cli.experiment_command import experiment
from flowsim.cli.new_command import new
from flowsim.cli.program import app
from flowsim.cli.run_command import run

__all__ = ["main"]

for _command in (new, check, run, experiment, calibrate, ensemble, document):
    app.command()(_command)


def main() -> None:
    """Run the command line; the entry point of the program."""
    app()
